//! What there should be against what there is: changes with their reason and effect, ordered steps, the plan file.

mod address;
mod change;
mod diff;
mod error;
mod file;
mod order;
mod resource;
mod rules;
mod scope;
mod step;
mod value;

pub use address::{Address, NotAnAddress};
pub use change::{Action, AttributeChange, Change, Effect, When};
pub use diff::{changes, difference};
pub use error::PlanError;
pub use file::{Drift, Plan, Purpose, VERSION, fingerprint};
pub(crate) use file::{bare, digest};
pub use order::order;
pub use resource::{Observed, Ownership, REPAIR, Resource, Scheduled, State};
pub use rules::{Rule, Rules, World};
pub use scope::Scope;
pub use step::{Confirmation, ConfirmationKind, Expect, PlannedStep, Step, StepId};
pub use value::Value;
