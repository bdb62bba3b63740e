//! Carries out plans: in order, again where it helps, to be killed at any moment.

mod attempt;
mod backoff;
mod executor;
mod journal;
mod key;
mod lock;
mod options;
mod past;
mod progress;
mod readback;
mod resume;
mod run;
mod runtime;
mod state;

pub use backoff::Backoff;
pub use executor::{Stop, Summary, execute};
pub use journal::{Ended, Entry, Event, Journal, JournalError, Last};
pub use key::Key;
pub use lock::{Lock, LockError};
pub use options::Options;
pub use past::Past;
pub use progress::{Progress, Silent};
pub use readback::{Mismatch, read_back};
pub use resume::{Refusal, is_for, still_holds};
pub use run::{Applied, ApplyError, ScheduledStep, run};
pub use runtime::{Runtime, System};
pub use state::{StateError, data_root, state_root, unit_root};
