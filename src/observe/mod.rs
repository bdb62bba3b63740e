//! From live servers and their metrics to traces, profiles and judged demand.

#[cfg(feature = "local")]
pub mod capture;
mod command_use;
mod health;
mod inventory;
mod judge;
mod observations;
mod place;
pub mod queries;
mod read;
mod series;
mod survey;

pub use command_use::CommandUse;
pub use health::{Health, HealthFigure};
pub use inventory::{CacheInfo, Member, Reservation, of_name};
pub use judge::{
    Bound, Confidence, DAYS, Group, Judged, JudgedFigure, LEAST_COVERAGE, LEAST_DAYS, LEAST_POINTS, Options,
    Over, State, StateName, Window, groups, judge, keeps, over, still_holds, untold,
};
pub use observations::Observations;
pub use place::{Place, watched};
pub use read::{Format, Input, Kind, ReadError, answer, kind_of, read, recognise};
pub use series::{Join, Metric, Point, Series, Statistic};
pub use survey::{Survey, survey};
