//! What a key, a table, a client and a server cost in `used_memory`, for each server build.
//!
//! All formulas were fitted to running servers; `tests/memory_measured.rs` holds them against 817 measurements.
//! Sizes are exact whole bytes; costs are expected values, because collisions and skiplist levels are random.

mod allocator;
mod build;
mod collections;
mod key;
mod listpack;
mod lists;
mod overhead;
mod ranges;
mod sds;
mod size_steps;
mod streams;
mod strings;
mod tables;
pub mod unaccounted;

pub use allocator::Allocator;
pub use build::{Build, Kind as TableKind, Server};
pub use key::{Body, Encoding, Key, KeyBytes, MOST, Part};
pub use listpack::{DECIMAL_SCORE, WHOLE_SCORE, integer_entry, text_entry};
pub use ranges::{Estimate, over};
pub use size_steps::Edge;
pub use tables::{Layout, SLOTS, Table};
