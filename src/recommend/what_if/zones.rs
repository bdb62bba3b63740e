//! Callers and primary in one zone.

use super::{Change, Chosen, shown};
use crate::cost::{Callers, Usage};
use crate::profile::Availability;
use crate::units::{CallerZones, Usd};

/// What the bill would be without traffic between zones.
pub fn with_cache(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let usage = chosen.usage_for(&chosen.shape)?;
    let callers = usage.callers.filter(|callers| callers.zones != CallerZones::WithCache)?;
    let callers = Some(Callers { zones: CallerZones::WithCache, ..callers });
    let bill = chosen.bill_with(&chosen.shape, chosen.priced.commitment, &Usage { callers, ..usage })?;
    let monthly = chosen.difference(Some(&bill))?;
    if monthly >= Usd::ZERO {
        return None;
    }
    let several = chosen.context.profile.requirements.availability.value == Availability::MultiAz;
    let risk = if several {
        "; after a failover the primary is in another zone until it is moved back, and the callers share the zone's fate"
    } else {
        ""
    };
    Some(Change {
        what: "callers and primary in one zone".into(),
        text: format!("with placement.zones: with-cache it costs {}{risk}", shown(&bill)),
        monthly: Some(monthly),
    })
}
