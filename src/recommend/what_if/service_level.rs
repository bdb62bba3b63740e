//! The bill without a promised service level, where that is an add-on.

use super::{Change, Chosen, shown};
use crate::cost::Usage;
use crate::units::Usd;

/// What the add-on costs that only the service level asks for.
pub fn without(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let usage = chosen.usage_for(&chosen.shape).filter(|usage| usage.service_level)?;
    let without = Usage { service_level: false, ..usage };
    let bill = chosen.bill_with(&chosen.shape, chosen.priced.commitment, &without)?;
    let monthly = chosen.difference(Some(&bill)).filter(|usd| *usd < Usd::ZERO)?;
    Some(Change {
        what: "no service level".into(),
        text: format!(
            "with requirements.allow_preview: true it costs {}, and the vendor promises nothing",
            shown(&bill)
        ),
        monthly: Some(monthly),
    })
}
