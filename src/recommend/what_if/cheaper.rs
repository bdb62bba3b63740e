//! What costs less than the choice and ranks lower for what speaks against it.

use rust_decimal::Decimal;

use super::{Change, Chosen, shown};
use crate::cost::bill;
use crate::recommend::context::{Priced, billed, usage_of};
use crate::recommend::outcome::CHEAPER;
use crate::recommend::rank;

/// A saving below this share of the bill is no reason to look at another shape.
const WORTH_A_LINE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The cheapest option that the choice goes before for penalties alone: today, and over the months until the horizon.
pub fn cheapest<'a, 'b>(chosen: &Chosen<'a, 'b>) -> Option<&'b Priced<'a>> {
    let total = chosen.total?;
    let cheaper = chosen.selection.candidates.iter().filter_map(|other| {
        let theirs = other.sums.total()?;
        let saves = (total - theirs).0 > total.0 * WORTH_A_LINE;
        let less = saves && other.ranked_by < chosen.priced.ranked_by;
        less.then_some((other, theirs))
    });
    cheaper.min_by_key(|(_, theirs)| *theirs).map(|(other, _)| other)
}

/// The same in words.
pub fn change(chosen: &Chosen<'_, '_>) -> Option<Change> {
    let other = cheapest(chosen)?;
    let (context, shape) = (chosen.context, &other.fit.shape);
    let usage = usage_of(context, chosen.sizers.of(&shape.offering)?, &shape.offering, other.region);
    let bill = bill(context.catalog, &billed(context, shape, other.region, other.commitment), &usage);
    let elsewhere = other.service() != chosen.priced.service() || other.region != chosen.priced.region;
    let place = if elsewhere {
        format!(" on {} in {}", other.service().title(), other.region)
    } else {
        String::new()
    };
    let engine = shape.offering.engine;
    let engine = if engine == chosen.shape.offering.engine { String::new() } else { format!(", {engine},") };
    Some(Change {
        what: CHEAPER.into(),
        text: format!(
            "{}{engine}{place} costs {}, and is made dearer for the ranking by: {}",
            shape.summary(),
            shown(&bill),
            rank::against(other, chosen.priced)
        ),
        monthly: chosen.difference(Some(&bill)),
    })
}
