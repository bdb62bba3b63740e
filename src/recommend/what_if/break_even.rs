//! The use at which the other service becomes the cheaper one, each with the shape that one would buy for that use.

use super::Chosen;
use crate::recommend::context::Priced;
use crate::recommend::rank;
use crate::recommend::reselect::{self, Best};
use crate::recommend::scaled::grown;
use crate::recommend::sites::Site;
use crate::units::{Service, Usd};

/// So many doublings, or halvings, of today's use are tried: more is no plan.
const DOUBLINGS: i32 = 7;
/// Halvings of the interval between two of them: the factor is known to two digits.
const STEPS: u32 = 5;

/// One side at some use.
struct Side {
    best: Best,
    usd: Usd,
}

/// What both services cost at some use.
struct Point {
    ours: Side,
    /// None where nothing of theirs fits, or a line of it has no price.
    theirs: Option<Side>,
}

impl Point {
    fn theirs_wins(&self) -> bool {
        self.theirs.as_ref().is_some_and(|theirs| theirs.usd < self.ours.usd)
    }
}

/// `; at 350% of today's data and commands it is cheaper: ~900.00 against ~1,000.00 USD`.
pub fn text<'a>(chosen: &Chosen<'a, '_>, other: &Priced<'a>) -> Option<String> {
    if other.sums.total()? < chosen.total? {
        let why = rank::against(other, chosen.priced);
        let why = if why.is_empty() { "over the months until the horizon it is dearer".into() } else { why };
        return Some(format!(", but ranks lower: {why}"));
    }
    // Of a cache that evicts, the part of the keys that it holds is a choice of its own at each use.
    if chosen.context.demand.held.is_some() {
        return None;
    }
    let up = chosen.priced.service().is_metered();
    let at = |factor: f64| point(chosen, other.service(), factor);
    let mut last = 1.0;
    for doubling in 1..=DOUBLINGS {
        let factor = 2_f64.powi(if up { doubling } else { -doubling });
        let Some(point) = at(factor) else { break };
        if point.theirs_wins() {
            return found(chosen, &at, last, factor);
        }
        last = factor;
    }
    (last != 1.0).then(|| {
        let bound = if up { format!("up to {last:.0} times") } else { format!("down to {} of", part(last)) };
        format!("; it does not become cheaper {bound} today's data and commands")
    })
}

/// `1/128`.
fn part(factor: f64) -> String {
    format!("1/{:.0}", 1.0 / factor)
}

/// Both at so many times today's data and commands; none where ours is not known.
fn point(chosen: &Chosen<'_, '_>, other: Service, factor: f64) -> Option<Point> {
    let context = chosen.context;
    let mut profile = grown(context.profile, factor);
    (profile.pin.node_type, profile.pin.shards) = (None, None);
    let side = |service: Service| {
        let regions = Some(vec![chosen.priced.region.to_owned()]);
        let here = [Site { provider: service.provider(), regions }];
        let best = reselect::best(context, &profile, &here, Some(service))?;
        Some(Side { usd: best.sums.total()?, best })
    };
    Some(Point { ours: side(chosen.priced.service())?, theirs: side(other) })
}

/// The first use at which theirs is cheaper, between one at which it is not and one at which it is; to two digits, and looked
/// at once more there.
fn found(
    chosen: &Chosen<'_, '_>,
    at: &dyn Fn(f64) -> Option<Point>,
    mut same: f64,
    mut flipped: f64,
) -> Option<String> {
    let (up, tried) = (flipped > same, flipped * 100.0);
    for _ in 0..STEPS {
        let middle = (same * flipped).sqrt();
        if at(middle).is_some_and(|point| point.theirs_wins()) { flipped = middle } else { same = middle }
    }
    // Shapes come in steps: where the bills cross back at once, the doubling that was tried still holds.
    let (percent, Point { ours, theirs }) = [two_digits(flipped * 100.0, up), tried]
        .into_iter()
        .find_map(|percent| Some((percent, at(percent / 100.0).filter(Point::theirs_wins)?)))?;
    let theirs = theirs?;
    let shown = |side: &Side, named: bool| {
        let tilde = if side.best.sums.estimate { "~" } else { "" };
        let shape = if named { format!(" for {}", side.best.shape) } else { String::new() };
        format!("{tilde}{} USD{shape}", side.usd)
    };
    let metered = chosen.priced.service().is_metered();
    Some(format!(
        "; at {percent}% of today's data and commands it is cheaper: {} against {}",
        shown(&theirs, metered),
        shown(&ours, !metered)
    ))
}

/// A number to two digits: up or down.
fn two_digits(value: f64, up: bool) -> f64 {
    let unit = 10_f64.powi(value.log10().floor() as i32 - 1);
    let units = if up { (value / unit).ceil() } else { (value / unit).floor() };
    // Below 1 a unit is no exact number.
    if unit < 1.0 { units / (1.0 / unit).round() } else { units * unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_two_digits() {
        assert_eq!(two_digits(341.2, true).to_string(), "350");
        assert_eq!(two_digits(29.7, false).to_string(), "29");
        assert_eq!(two_digits(1.234, false).to_string(), "1.2");
        assert_eq!(two_digits(12_800.0, true).to_string(), "13000");
    }
}
