//! The estimate alone, in every form.

mod csv;
mod forms;
mod json;

use serde::Serialize;

use crate::cost::Estimate;
use crate::recommend::{Gate, Recommendation};

/// The bill of one profile's choice.
#[derive(Serialize)]
pub struct Bill {
    /// Name of the profile.
    pub profile: String,
    /// What is billed, in words; none if nothing fits.
    pub shape: Option<String>,
    /// The bill.
    pub cost: Option<Estimate>,
    /// The day of the estimate.
    pub as_of: String,
    /// Date of the price snapshot.
    pub snapshot: String,
    /// Date of the oldest price in the bill.
    pub oldest_price: Option<String>,
    /// Gates that are breached.
    pub gates: Vec<Gate>,
}

impl From<Recommendation> for Bill {
    fn from(r: Recommendation) -> Self {
        let billed = r.choice.or(r.pinned_misfit);
        let shape = billed.as_ref().map(|c| {
            let d = &c.deployment;
            format!(
                "{}, {} {} {}, {}, {}",
                c.shape.clone(),
                d.service,
                d.engine,
                d.version,
                d.region,
                d.commitment
            )
        });
        let oldest = billed.as_ref().and_then(|c| c.cost.oldest_price().map(str::to_owned));
        Self {
            profile: r.profile,
            shape,
            cost: billed.map(|c| c.cost),
            as_of: r.as_of,
            snapshot: r.snapshot,
            oldest_price: oldest,
            gates: r.gates,
        }
    }
}
