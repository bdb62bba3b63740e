//! Monthly bills: cost lines with the source of each price, commitments, what is not included.

mod bill;
mod billed;
mod estimate;
mod extras;
mod line;
mod metered;
mod quantity;

pub use bill::{Sums, bill, has_node_price, sums};
pub use billed::{Billed, Callers, OtherRegion, Usage};
pub use estimate::Estimate;
pub use line::{CostLine, Rate, StandIn};
