//! The bill from today to the horizon, and when another choice becomes the cheaper one.

use schemars::JsonSchema;
use serde::Serialize;

use super::context::{Context, Priced, Selection, Sizers, billed, usage_of};
use super::rank::over_budget;
use crate::cost::sums;
use crate::units::Usd;

/// So many of the best of each service are followed through the months.
const FOLLOWED: usize = 3;

/// How the bill moves until the horizon, where growth is declared.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Outlook {
    /// Months until the horizon.
    pub months: u32,
    /// The bill of this month; none where a line is unknown, as for the next two.
    pub today: Option<Usd>,
    /// The mean of the bills until the horizon: candidates are ranked by it.
    pub mean: Option<Usd>,
    /// The bill of the month at the horizon.
    pub horizon: Option<Usd>,
    /// The first month whose bill is above the budget, where today's is not.
    pub over_budget_from: Option<u32>,
    /// Another choice that is cheaper for some of the time: the one that comes first.
    pub cheaper: Option<CheaperFor>,
}

/// A choice that costs less than the recommended one in some of the months.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheaperFor {
    /// As one would order it.
    pub shape: String,
    /// The service, by its catalogue id.
    pub service: &'static str,
    /// Its region.
    pub region: String,
    /// The first month in which it is cheaper; 0 is this month.
    pub from: u32,
    /// The last one.
    pub until: u32,
    /// Its bill in the first of them.
    pub theirs: Usd,
    /// The bill of the choice in that month.
    pub ours: Usd,
}

/// The outlook of the best candidate; none without growth.
pub fn outlook(context: &Context<'_>, selection: &Selection<'_>, sizers: &Sizers<'_>) -> Option<Outlook> {
    let growth = context.demand.growth;
    let choice = selection.candidates.first()?;
    if growth.factor == 1.0 || context.demand.held.is_some() {
        return None;
    }
    let months = growth.bills();
    let course = |priced: &Priced<'_>| -> Option<Vec<Option<Usd>>> {
        let shape = &priced.fit.shape;
        let usage = usage_of(context, sizers.of(&shape.offering)?, &shape.offering, priced.region);
        let billed = billed(context, shape, priced.region, priced.commitment);
        let bill = |month: u32| {
            sums(context.catalog, &billed, &usage.scaled(growth.after(f64::from(month)))).total()
        };
        Some((0..=months).map(bill).collect())
    };
    let ours = course(choice)?;
    let over = |bill: &Option<Usd>| bill.is_some_and(|bill| over_budget(context.profile, bill));
    let cheaper = followed(selection)
        .filter_map(|other| cheaper(other, &ours, &course(other)?))
        .min_by_key(|found| (found.from, found.theirs));
    Some(Outlook {
        months,
        today: ours.first().copied().flatten(),
        mean: choice.mean.total(),
        horizon: ours.last().copied().flatten(),
        over_budget_from: ours.iter().position(over).filter(|month| *month > 0).map(|month| month as u32),
        cheaper,
    })
}

/// The best few of each service, without the choice itself.
fn followed<'a, 'b>(selection: &'b Selection<'a>) -> impl Iterator<Item = &'b Priced<'a>> {
    let mut taken = std::collections::BTreeMap::new();
    selection.candidates.iter().skip(1).filter(move |priced| {
        let count = taken.entry(priced.service()).or_insert(0);
        *count += 1;
        *count <= FOLLOWED
    })
}

/// When another choice is cheaper, if that is so for a part of the time only: what is cheaper always ranks lower for
/// its penalties, which are named beside it.
fn cheaper(other: &Priced<'_>, ours: &[Option<Usd>], theirs: &[Option<Usd>]) -> Option<CheaperFor> {
    let wins: Vec<bool> =
        ours.iter().zip(theirs).map(|(a, b)| matches!((a, b), (Some(a), Some(b)) if b < a)).collect();
    if wins.iter().all(|wins| *wins) {
        return None;
    }
    let from = wins.iter().position(|wins| *wins)?;
    let until =
        wins.iter().skip(from).position(|wins| !wins).map_or(wins.len() - 1, |length| from + length - 1);
    Some(CheaperFor {
        shape: other.fit.shape.summary(),
        service: other.service().id(),
        region: other.region.to_owned(),
        from: from as u32,
        until: until as u32,
        theirs: (*theirs.get(from)?)?,
        ours: (*ours.get(from)?)?,
    })
}
