//! Why a line has changed: the profile, its growth, the price list, the catalogue, or the day.

use schemars::JsonSchema;
use serde::Serialize;

use super::before::Before;
use super::deployment::{Answer, lines_of};
use crate::cost::{LineChange, LineKind, LineSide, LineStatus, Side, compare, left_out, untold};
use crate::profile::changed_keys;

/// Keys that are named in a reason.
const NAMED: usize = 3;

/// What made a line change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The workload or what is asked of the cache.
    Profile,
    /// The growth that the profile declares.
    Growth,
    /// A price of the list.
    PriceList,
    /// What can be bought.
    Catalogue,
    /// The day of the estimate: a surcharge has begun.
    Day,
}

impl Reason {
    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Growth => "growth",
            Self::PriceList => "price list",
            Self::Catalogue => "catalogue",
            Self::Day => "day",
        }
    }
}

/// A line before and after, with the reason.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReviewedLine {
    /// The line on both sides.
    #[serde(flatten)]
    pub change: LineChange,
    /// Why it has changed; none if it has not, or if one side does not tell it.
    pub reason: Option<Reason>,
    /// The same in words: the keys of the profile, the dates of the lists, why one side does not tell it.
    pub why: Option<String>,
}

impl ReviewedLine {
    /// Whether anything has changed.
    pub fn is_change(&self) -> bool {
        self.change.status != LineStatus::Same
    }

    /// The reason in words.
    pub fn because(&self) -> String {
        match (self.reason, &self.why) {
            (Some(reason), Some(why)) => format!("{}: {why}", reason.title()),
            (Some(reason), None) => reason.title().to_owned(),
            (None, why) => why.clone().unwrap_or_default(),
        }
    }
}

/// The lines of a deployment against what it was.
pub fn reviewed(answer: &Answer<'_>, before: Option<&Before<'_>>) -> Vec<ReviewedLine> {
    let after = lines_of(answer);
    let Some(before) = before else {
        let changes = compare(&[], &after).into_iter();
        return changes.map(|change| line(change, Reason::Profile, Some("new".into()))).collect();
    };
    let keys = before.answer.map(|was| keys_text(was.text, answer.text));
    let mut changes = compare(&before.lines.clone().unwrap_or_default(), &after);
    let is_missing = before.lines.is_none();
    let was_left_out = |kind: LineKind| is_missing || before.left_out.contains(&kind);
    let why = before.total.why_unknown().filter(|_| is_missing).unwrap_or(LEFT_OUT);
    untold(&mut changes, Side::Before, was_left_out, why);
    let cost = answer.candidate().map(|c| &c.cost);
    let left_out = cost.map(|cost| left_out(&cost.not_included)).unwrap_or_default();
    let is_left_out = |kind: LineKind| cost.is_none() || left_out.contains(&kind);
    let why = if cost.is_none() { "nothing fits the profile" } else { LEFT_OUT };
    untold(&mut changes, Side::After, is_left_out, why);
    changes
        .into_iter()
        .map(|change| {
            // Where nothing fits any more, the profile says what made it so.
            if change.status == LineStatus::Unknown && cost.is_some() {
                return untold_line(change);
            }
            let (reason, why) = explain(&change, answer, before, keys.as_deref());
            line(change, reason, why)
        })
        .collect()
}

/// Why a line is on one side only although it may be billed on both; only alarms are left out so.
const LEFT_OUT: &str =
    "alarms: their price is not known on one side, so they are in no saving and in no rise";

/// The lines of a deployment whose profile cannot be read any more.
pub fn unreadable(before: Option<&Before<'_>>, why: &str) -> Vec<ReviewedLine> {
    let was = before.and_then(|before| before.lines.clone()).unwrap_or_default();
    let mut changes = compare(&was, &[]);
    untold(&mut changes, Side::After, |_| true, why);
    changes.into_iter().map(untold_line).collect()
}

fn untold_line(change: LineChange) -> ReviewedLine {
    let why = change.difference.why_unknown().map(str::to_owned);
    ReviewedLine { change, reason: None, why }
}

/// The lines of a deployment that is gone.
pub fn removed(before: &Before<'_>) -> Vec<ReviewedLine> {
    let was = before.lines.clone().unwrap_or_default();
    let changes = compare(&was, &[]).into_iter();
    changes.map(|change| line(change, Reason::Profile, Some("removed".into()))).collect()
}

fn line(change: LineChange, reason: Reason, why: Option<String>) -> ReviewedLine {
    let changed = change.status != LineStatus::Same;
    ReviewedLine { change, reason: changed.then_some(reason), why: why.filter(|_| changed) }
}

fn explain(
    change: &LineChange,
    answer: &Answer<'_>,
    before: &Before<'_>,
    keys: Option<&str>,
) -> (Reason, Option<String>) {
    let Some((snapshot, as_of)) = &before.dates else {
        let growth = before.without_growth.as_ref().is_some_and(|lines| unchanged(change, lines));
        let reason = if growth { Reason::Growth } else { Reason::Profile };
        return (reason, keys.map(str::to_owned));
    };
    let r = &answer.recommendation;
    let same_profile = before.sha256 == answer.sha256;
    let lists = (*snapshot != r.snapshot).then(|| format!("list of {snapshot}, now of {}", r.snapshot));
    let repriced = change.status == LineStatus::Changed
        && change.before.as_ref().map(|b| b.quantity) == change.after.as_ref().map(|a| a.quantity);
    if repriced && lists.is_some() {
        (Reason::PriceList, lists)
    } else if change.kind == LineKind::ExtendedSupport && same_profile && *as_of != r.as_of {
        (Reason::Day, Some(format!("estimate of {as_of}, now of {}", r.as_of)))
    } else if same_profile {
        (Reason::Catalogue, lists)
    } else {
        (Reason::Profile, None)
    }
}

/// Whether the line is as before once the growth is.
fn unchanged(change: &LineChange, without_growth: &[(LineKind, LineSide)]) -> bool {
    let kin = without_growth.iter().find(|(kind, side)| {
        let sku = change.before.as_ref().or(change.after.as_ref()).map(|s| &s.sku);
        *kind == change.kind && Some(&side.sku) == sku
    });
    let kin = kin.map(|(_, side)| (&side.sku, &side.amount, side.quantity));
    kin == change.before.as_ref().map(|side| (&side.sku, &side.amount, side.quantity))
}

/// `dataset[0].count: 2M -> 4M; requirements.budget`, the first few.
fn keys_text(before: &str, after: &str) -> String {
    let changed = changed_keys(before, after);
    let mut parts: Vec<String> = changed.iter().take(NAMED).map(ToString::to_string).collect();
    if changed.len() > NAMED {
        parts.push(format!("{} more", changed.len() - NAMED));
    }
    parts.join("; ")
}
