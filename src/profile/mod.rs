//! The workload profile: schema, reading with line and column, defaults, the shipped examples.

mod application;
mod asked;
mod assumed;
mod changed_keys;
mod checks;
mod curve;
mod dataset;
mod decode;
mod defaults;
mod deployment;
mod document;
mod enums;
mod error;
mod gate_policy;
mod load;
mod model;
mod observed;
mod placement;
mod places;
mod problem;
mod record_schema;
mod requirements;
mod scalar;
mod schema;
mod security;
mod shipped;
mod traffic;
mod tree;
mod write;

pub use crate::deployment::Pin;
pub use asked::{FamilyThroughput, Logs, Minimum, OperationsCost};
pub use assumed::assumed;
pub use changed_keys::{ChangedKey, changed_keys};
pub use curve::{HitCurve, HitPoint};
pub use enums::*;
pub(crate) use error::visible;
pub use error::{Code, Location, ProfileError, ProfileErrors, Severity};
pub use gate_policy::{
    GatePolicy, Increase, Limit, LimitOf, Most, Placed, Rules, Waiver, gate_policy, gate_schema, is_profile,
};
pub use load::{MAX_BYTES, load, parse};
pub use model::*;
pub use observed::{ObservedBound, bound};
pub use places::place_of;
pub use schema::schema;
pub use shipped::{shipped, template};
pub use write::{
    Draft, EditError, KeysOfType, Learned, Notes, RunningCache, SampledProfile, Value, decided, remove, set,
    stands_in_braces,
};
