//! The workload profile: schema, reading with line and column, defaults, the shipped examples.

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
pub mod edit;
mod error;
mod gate_policy;
mod learned;
mod load;
mod model;
mod placement;
mod places;
mod problem;
mod render;
mod requirements;
mod sampled;
mod scalar;
mod schema;
mod security;
mod shipped;
mod traffic;
mod tree;
mod words;

pub use asked::{FamilyThroughput, Logs, Minimum, OperationsCost};
pub use assumed::assumed;
pub use changed_keys::{ChangedKey, changed_keys};
pub use curve::{HitCurve, HitPoint};
pub use error::{Code, Location, ProfileError, ProfileErrors, Severity};
pub use gate_policy::{
    GatePolicy, Increase, Limit, LimitOf, Most, Placed, Rules, Waiver, gate_policy, gate_schema, is_profile,
};
pub use learned::Learned;
pub use load::{MAX_BYTES, load, parse};
pub use model::*;
pub use places::place_of;
pub use sampled::{KeysOfType, SampledProfile};
pub use schema::schema;
pub use shipped::{shipped, template};
pub use words::*;
