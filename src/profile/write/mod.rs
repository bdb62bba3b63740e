//! Profiles that the tool writes: whole ones, and changes of those that people wrote. All go through one writer.

mod draft;
mod edit;
mod from_keys;
mod from_trace;

pub use draft::{Draft, Value};
pub use edit::{EditError, remove, set};
pub use from_keys::{KeysOfType, SampledProfile};
pub use from_trace::Learned;
