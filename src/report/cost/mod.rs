//! The estimate alone, in every form.

mod csv;
mod json;
mod markdown;
mod table;

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
    pub prices_as_of: String,
    /// Gates that are breached.
    pub gates: Vec<Gate>,
}

impl From<Recommendation> for Bill {
    fn from(r: Recommendation) -> Self {
        let shape = r.choice.as_ref().map(|c| {
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
        Self {
            profile: r.profile,
            shape,
            cost: r.choice.map(|c| c.cost),
            as_of: r.as_of,
            prices_as_of: r.prices_as_of,
            gates: r.gates,
        }
    }
}
