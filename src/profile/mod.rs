//! The workload profile: schema, reading with line and column, defaults, the shipped examples.

mod model;

pub use model::*;
