//! Bytes, rates, durations, money, intervals, where a number comes from, and the words that all rooms share.

mod bytes;
mod cents;
mod count;
mod duration;
mod figure;
mod interval;
mod money;
mod rate;
mod service;
mod shell;
mod source;
mod terms;
mod text;
mod window;

pub use bytes::{Bytes, GIB, KIB, MIB};
pub use cents::cents;
pub use count::{Count, several};
pub use duration::{DAY, Duration, HOURS_PER_MONTH, HOURS_PER_YEAR, SECONDS_PER_MONTH};
pub use figure::Figure;
pub use interval::Interval;
pub use money::{Usd, UsdPerHour, UsdPerMillion, UsdPerMonth};
pub use rate::{Growth, Percent, Rate};
pub use service::Service;
pub use shell::quoted;
pub use source::{Assumption, Source, Sourced};
pub use terms::{CallerZones, Commitment, Engine, Policy, Provider, ReadsFrom};
pub(crate) use terms::{not_a_term, terms};
pub use text::{FromText, Range, TextError, nearest};
pub use window::{DayWindow, TimeZone, WeekWindow};
