//! The use at which two shapes cost the same.

use super::Chosen;
use crate::cost::{Usage, sums};
use crate::recommend::context::{Priced, billed};
use crate::recommend::shape::Shape;
use crate::units::{Commitment, Usd};

/// Factors beyond this are no plan.
const MOST: f64 = 1000.0;
/// Halvings of the interval: the factor is exact to a thousandth of a percent.
const STEPS: u32 = 40;

/// One side of the comparison.
struct Side<'a> {
    shape: Shape<'a>,
    usage: Usage,
    commitment: Commitment,
}

/// `; it becomes the cheaper one below 30% of today's use`.
pub fn text<'a>(chosen: &Chosen<'a, '_>, other: &Priced<'a>) -> Option<String> {
    let side =
        |shape: Shape<'a>, commitment| Some(Side { shape, usage: chosen.usage_for(&shape)?, commitment });
    let ours = side(chosen.shape, chosen.priced.commitment)?;
    let theirs = side(other.fit.shape, other.commitment)?;
    let cost = |side: &Side<'a>, factor: f64| -> Option<Usd> {
        let billed = billed(chosen.context, &side.shape, chosen.priced.region, side.commitment);
        sums(chosen.context.catalog, &billed, &side.usage.scaled(factor)).total()
    };
    let theirs_wins = |factor: f64| Some(cost(&theirs, factor)? < cost(&ours, factor)?);
    if theirs_wins(1.0)? {
        return Some(", but ranks lower for its penalties".into());
    }
    let serverless_chosen = chosen.priced.service().is_metered();
    let end = if serverless_chosen { MOST } else { 0.0 };
    if !theirs_wins(end)? {
        let bound = if serverless_chosen {
            format!("up to {MOST:.0} times today's use")
        } else {
            "at any lower use".into()
        };
        return Some(format!("; it does not become cheaper at {bound}"));
    }
    let (mut same, mut flipped) = (1.0, end);
    for _ in 0..STEPS {
        let middle = f64::midpoint(same, flipped);
        if theirs_wins(middle)? {
            flipped = middle;
        } else {
            same = middle;
        }
    }
    let side = if serverless_chosen { "above" } else { "below" };
    let limit = if serverless_chosen { ", as long as it holds the data" } else { "" };
    Some(format!(
        "; it becomes the cheaper choice {side} {:.0}% of today's data and commands{limit}",
        flipped * 100.0
    ))
}
