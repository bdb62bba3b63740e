//! What series say of the demand: how much, how sure, and whether a cache may shrink for it.

mod judged;

pub use judged::{Bound, Confidence, Judged, JudgedFigure, State, StateName, Window};
