//! From live servers and their metrics to traces, profiles and judged demand.

#[cfg(feature = "local")]
pub mod capture;
mod inventory;
mod judge;
mod observations;
mod series;

pub use inventory::{CacheInfo, Member, Reservation};
pub use judge::{Bound, Confidence, Judged, JudgedFigure, State, StateName, Window};
pub use observations::Observations;
pub use series::{Join, Metric, Point, Series, Statistic};
