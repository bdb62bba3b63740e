//! Ranking where a region lacks prices: by the reference region's list.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rust_decimal::Decimal;

use super::context::{Context, Priced, Sizers, Use, billed};
use super::fit::Fit;
use crate::catalog::reference_region;
use crate::cost::Sums;
use crate::units::{Commitment, Usd};

/// Where a region has a price for some shapes only, the others are ranked by the reference region's list, at the
/// level of the region: by as much dearer as its own prices are than the reference at most. Else what has no price there would
/// win for being priced elsewhere. A known total is ranked by itself.
pub fn rank<'a>(context: &Context<'a>, sizers: &Sizers<'a>, candidates: &mut [Priced<'a>]) {
    let group = |p: &Priced<'_>| (p.service().provider(), p.region.to_owned());
    let incomplete: BTreeSet<_> = candidates.iter().filter(|p| p.sums.by_reference).map(group).collect();
    if incomplete.is_empty() {
        return;
    }
    let mut levels: BTreeMap<_, Decimal> = BTreeMap::new();
    let mut by_reference = Vec::new();
    // Without callers that name their own region, a shape has one reference sum for all regions.
    let same_everywhere = context.profile.placement.functions.iter().all(|f| f.region.is_none());
    let mut last: Option<(Rc<Fit<'a>>, Commitment, Sums)> = None;
    for (i, priced) in candidates.iter().enumerate().filter(|(_, p)| incomplete.contains(&group(p))) {
        let shape = &priced.fit.shape;
        let known = last.as_ref().filter(|(fit, commitment, _)| {
            same_everywhere && Rc::ptr_eq(fit, &priced.fit) && *commitment == priced.commitment
        });
        let there = if let Some((_, _, sums)) = known {
            *sums
        } else {
            let Some(sizer) = sizers.of(&shape.offering) else { continue };
            let region = reference_region(priced.service().provider());
            let usage = Use::of(context, sizer, &shape.offering, priced.region);
            usage.sums(context.catalog, &billed(context, shape, region, priced.commitment)).1
        };
        last = Some((Rc::clone(&priced.fit), priced.commitment, there));
        let (here, total) = (priced.mean.ranked(), there.ranked());
        if there.by_reference || there.unknown > priced.unpriced() {
            continue;
        }
        if priced.sums.by_reference {
            by_reference.push((i, total));
        } else if total > Usd::ZERO && there.unknown == priced.unpriced() {
            let level = levels.entry(group(priced)).or_insert(Decimal::ONE);
            *level = (*level).max(here.0 / total.0);
        }
    }
    for (i, there) in by_reference {
        if let Some(priced) = candidates.get_mut(i) {
            let level = levels.get(&group(priced)).copied().unwrap_or(Decimal::ONE);
            priced.ranked_by = Usd(there.0 * level).to_cents();
        }
    }
}
