//! Monthly bills: cost lines with the source of each price, commitments, what is not included.

mod bill;
mod estimate;
mod extras;
mod line;
mod metered;
mod subject;

pub use bill::bill;
pub use estimate::Estimate;
pub use line::{CostLine, Rate};
pub use subject::{Subject, Usage};
