//! What there should be against what there is: changes with their reason and effect, ordered steps, the plan file.

mod address;
mod change;
mod resource;
mod step;
mod value;

pub use address::{Address, NotAnAddress};
pub use change::{Action, AttributeChange, Change, Effect, When};
pub use resource::{Observed, Ownership, Pending, Resource, State};
pub use step::{Draft, Expect, Gate, Step, StepId};
pub use value::Value;
