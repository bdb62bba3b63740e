//! Monthly bills: cost lines with the source of each price, commitments, what is not included.

mod bill;
mod billed;
mod compare;
mod estimate;
mod extras;
mod kind;
mod line;
mod metered;
mod quantity;

pub use bill::{Sums, bill, has_node_price, of_nodes, sums};
pub use billed::{Billed, Callers, Ends, OtherRegion, Usage};
pub use compare::{LineChange, LineSide, LineStatus, Side, compare, difference, sides, untold};
pub use estimate::{Estimate, left_out};
pub use kind::{Driver, LineKind};
pub use line::{CostLine, Rate, StandIn};
