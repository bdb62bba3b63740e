//! Profiles that the tool writes: whole ones, and changes of those that people wrote. All go through one writer.

mod draft;
pub(super) mod edit;
mod from_cache;
mod from_keys;
mod from_trace;
mod pinned;

pub use draft::{Draft, Value};
pub use edit::flow::stands_in_braces;
pub use edit::{EditError, remove, set};
pub use from_cache::{Notes, RunningCache};
pub use from_keys::{KeysOfType, SampledProfile};
pub use from_trace::Learned;
pub use pinned::decided;
