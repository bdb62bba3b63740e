//! Two bills, line by line. Lines meet by their kind and SKU, never by their text; what has no price on a side is
//! unknown there, and no saving.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CostLine, Estimate, LineKind};
use crate::units::{Figure, Usd};

/// A line of one side, as far as a comparison needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineSide {
    /// The item of the price list.
    pub sku: String,
    /// What is billed, in words.
    pub what: String,
    /// How many units in a month.
    #[schemars(with = "String")]
    pub quantity: Decimal,
    /// How the quantity comes about.
    pub formula: String,
    /// Dollars a unit; none without a price.
    #[schemars(with = "Option<String>")]
    pub usd_per_unit: Option<Decimal>,
    /// Dollars a month.
    pub amount: Figure<Usd>,
}

impl From<&CostLine> for LineSide {
    fn from(line: &CostLine) -> Self {
        Self {
            sku: line.sku.clone(),
            what: line.what.clone(),
            quantity: line.quantity,
            formula: line.formula.clone(),
            usd_per_unit: line.rate.known().map(|rate| rate.usd),
            amount: line.amount.clone(),
        }
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineStatus {
    /// Only after.
    Added,
    /// Only before.
    Removed,
    /// Another SKU of the same kind.
    Replaced,
    /// The same SKU, another quantity or price.
    Changed,
    /// Nothing.
    Same,
    /// One side does not tell it: it cannot be read, nothing fits, or it does not price what is billed.
    Unknown,
}

/// A line before and after.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LineChange {
    /// What it is for.
    pub kind: LineKind,
    /// What became of it.
    pub status: LineStatus,
    /// Before; none if it is new.
    pub before: Option<LineSide>,
    /// After; none if it is gone.
    pub after: Option<LineSide>,
    /// Dollars a month, after less before; unknown as soon as one side is.
    pub difference: Figure<Usd>,
}

/// The lines of both sides, in the order of a bill. Either side may be missing as a whole.
pub fn compare(before: &[(LineKind, LineSide)], after: &[(LineKind, LineSide)]) -> Vec<LineChange> {
    let mut old: Vec<Option<&(LineKind, LineSide)>> = before.iter().map(Some).collect();
    let mut changes = Vec::with_capacity(before.len().max(after.len()));
    let mut unmatched = Vec::new();
    for line in after {
        let same =
            |b: Option<&(LineKind, LineSide)>| b.is_some_and(|b| b.0 == line.0 && b.1.sku == line.1.sku);
        match old.iter_mut().find(|b| same(**b)).and_then(Option::take) {
            Some(was) => changes.push(change(line.0, Some(&was.1), Some(&line.1))),
            None => unmatched.push(line),
        }
    }
    // What is left of a kind on both sides was replaced.
    for line in unmatched {
        let kin = |b: Option<&(LineKind, LineSide)>| b.is_some_and(|b| b.0 == line.0);
        let was = old.iter_mut().find(|b| kin(**b)).and_then(Option::take);
        changes.push(change(line.0, was.map(|was| &was.1), Some(&line.1)));
    }
    changes.extend(old.into_iter().flatten().map(|was| change(was.0, Some(&was.1), None)));
    let name = |c: &LineChange| c.after.as_ref().or(c.before.as_ref()).map(|side| side.sku.clone());
    changes.sort_by(|a, b| a.kind.cmp(&b.kind).then_with(|| name(a).cmp(&name(b))));
    changes
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// As it was.
    Before,
    /// As it is.
    After,
}

/// Marks lines that a side lacks only because it does not tell them: they are unknown there, and neither new nor gone.
pub fn untold(changes: &mut [LineChange], side: Side, is_untold: impl Fn(LineKind) -> bool, why: &str) {
    for change in changes {
        let missing = match side {
            Side::Before => change.before.is_none(),
            Side::After => change.after.is_none(),
        };
        if missing && is_untold(change.kind) {
            change.status = LineStatus::Unknown;
            change.difference = Figure::unknown(why);
        }
    }
}

/// The lines of a bill with their kinds.
pub fn sides(estimate: &Estimate) -> Vec<(LineKind, LineSide)> {
    estimate.lines.iter().map(|line| (line.kind, LineSide::from(line))).collect()
}

fn change(kind: LineKind, before: Option<&LineSide>, after: Option<&LineSide>) -> LineChange {
    let status = match (before, after) {
        (None, _) => LineStatus::Added,
        (_, None) => LineStatus::Removed,
        (Some(b), Some(a)) if b.sku != a.sku => LineStatus::Replaced,
        (Some(b), Some(a)) if b.quantity == a.quantity && b.amount == a.amount => LineStatus::Same,
        _ => LineStatus::Changed,
    };
    let difference = match status {
        // The same thing in the same amount costs the same, whatever it costs.
        LineStatus::Same => Figure::Known(Usd::ZERO),
        _ => difference(before.map(|b| &b.amount), after.map(|a| &a.amount)),
    };
    LineChange { kind, status, before: before.cloned(), after: after.cloned(), difference }
}

/// After less before; a missing side costs nothing, an unknown one is unknown.
pub fn difference(before: Option<&Figure<Usd>>, after: Option<&Figure<Usd>>) -> Figure<Usd> {
    let known = |side: Option<&Figure<Usd>>| side.map_or(Some(Usd::ZERO), |figure| figure.known().copied());
    match (known(before), known(after)) {
        (Some(before), Some(after)) => Figure::Known(after - before),
        (None, None) => Figure::unknown("no price on either side"),
        (None, _) => Figure::unknown("no price before the change"),
        (_, None) => Figure::unknown("no price after the change"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(sku: &str, quantity: i64, amount: Option<i64>) -> LineSide {
        LineSide {
            sku: sku.into(),
            what: format!("{quantity} x {sku}"),
            quantity: quantity.into(),
            formula: String::new(),
            usd_per_unit: None,
            amount: amount.map_or_else(|| Figure::unknown("no price"), |usd| Figure::Known(Usd(usd.into()))),
        }
    }

    #[test]
    fn lines_meet_by_sku_and_then_by_kind() {
        let before =
            [(LineKind::Nodes, side("a", 2, Some(10))), (LineKind::Alarms, side("alarm", 4, Some(1)))];
        let after = [(LineKind::Nodes, side("b", 2, Some(25))), (LineKind::Backups, side("gb", 7, Some(2)))];
        let changes = compare(&before, &after);
        let statuses: Vec<(LineKind, LineStatus)> = changes.iter().map(|c| (c.kind, c.status)).collect();
        assert_eq!(
            statuses,
            [
                (LineKind::Nodes, LineStatus::Replaced),
                (LineKind::Backups, LineStatus::Added),
                (LineKind::Alarms, LineStatus::Removed)
            ]
        );
        let sum: Usd = changes.iter().filter_map(|c| c.difference.known().copied()).sum();
        assert_eq!(sum, Usd(16.into()), "after less before, line by line");
    }

    #[test]
    fn what_a_side_does_not_tell_is_neither_new_nor_gone() {
        let both = [(LineKind::Nodes, side("a", 2, Some(10))), (LineKind::Alarms, side("alarm", 4, Some(1)))];
        let mut changes = compare(&both, &both[..1]);
        untold(&mut changes, Side::After, |kind| kind == LineKind::Alarms, "no price there");
        let seen: Vec<(LineStatus, bool)> =
            changes.iter().map(|c| (c.status, c.difference.known().is_some())).collect();
        assert_eq!(seen, [(LineStatus::Same, true), (LineStatus::Unknown, false)]);
        let mut changes = compare(&[], &both);
        untold(&mut changes, Side::After, |_| true, "");
        assert!(changes.iter().all(|c| c.status == LineStatus::Added), "only the side that is missing");
        untold(&mut changes, Side::Before, |_| true, "cannot be read");
        assert!(changes.iter().all(|c| c.status == LineStatus::Unknown && c.difference.known().is_none()));
    }

    #[test]
    fn what_has_no_price_is_no_saving() {
        let unknown = [(LineKind::Nodes, side("a", 2, None))];
        let known = [(LineKind::Nodes, side("a", 2, Some(10)))];
        for (before, after) in
            [(&unknown[..], &known[..]), (&known, &unknown), (&unknown, &[]), (&[], &unknown)]
        {
            let changes = compare(before, after);
            assert!(changes[0].difference.known().is_none(), "{changes:?}");
        }
        let same = compare(&unknown, &unknown);
        assert_eq!(same[0].difference, Figure::Known(Usd::ZERO));
        assert!(same[0].after.as_ref().unwrap().amount.known().is_none(), "its amount stays unknown");
    }
}
