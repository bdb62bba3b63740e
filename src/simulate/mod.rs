//! Access traces: readers, exact LRU over all sizes, and eviction as the servers really do it.
//!
//! One pass reads the trace. It computes exact LRU for all sizes and keeps a sample of the keys. Emulated servers then
//! replay the sample, one for each policy, size and salt, and are corrected by exact LRU on all keys.

mod caveats;
mod curve;
mod curve_fit;
mod emulate;
mod error;
mod footprint;
mod key_ids;
mod learned;
mod lru_pass;
mod options;
mod outcome;
mod pass;
mod read;
mod request;
mod runner;
mod sampled_keys;
mod sampled_trace;
mod sampling_rate;
mod simulation;
mod stack_distance;
mod taken;
mod time_line;

pub use curve::{Distances, LruCurve};
pub use emulate::{Access, MOST_SAMPLES, Setting, Tally};
pub use error::SimulateError;
pub use footprint::Footprint;
pub use learned::learned;
pub use options::{Method, Options, Sizes, Stage};
pub use outcome::{Mark, Outcome, Point, PolicyCurve, TraceFacts};
pub use pass::{Facts, Intake, Learned};
pub use read::{
    BadLine, Counts, Format, MonitorCommand, MonitorCommands, MonitorLines, Progress, Trace, TraceError,
};
pub use request::{Op, Request, UNKNOWN, hash_name, mix};
pub use sampled_keys::Sample;
pub use sampling_rate::{Samples, Share};
pub use simulation::{base, simulate};
pub use taken::Taken;
