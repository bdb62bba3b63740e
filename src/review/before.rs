//! What a deployment was: priced anew from its former profile, or read from an earlier report.

use std::collections::BTreeMap;

use super::deployment::Answer;
use super::payment::{Payment, payment};
use crate::cost::{LineKind, LineSide, left_out, sides};
use crate::recommend::Cliff;
use crate::units::{Figure, Usd};

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct Before<'a> {
    /// Name of the profile.
    pub profile: String,
    /// Where it was read from.
    pub file: String,
    /// Its environment.
    pub environment: String,
    /// Its provider.
    pub provider: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// SHA-256 of its profile.
    pub sha256: String,
    /// As one would order it; none if nothing fitted.
    pub shape: Option<String>,
    /// Its lines; none if it could not be priced.
    pub lines: Option<Vec<(LineKind, LineSide)>>,
    /// Kinds of lines that its bill leaves out although they may be billed.
    pub left_out: Vec<LineKind>,
    /// Why its profile cannot be read; none if it can.
    pub unreadable: Option<String>,
    /// How it was paid; none without the months ahead.
    pub payment: Option<Payment>,
    /// Dated changes ahead, as they were.
    pub cliffs: Vec<Cliff>,
    /// Its sum.
    pub total: Figure<Usd>,
    /// The sum of the lines with a price.
    pub known: Usd,
    /// Dates of its price list and of its estimate, where it was read from an earlier report.
    pub dates: Option<(String, String)>,
    /// The profile priced anew; none from a report.
    pub answer: Option<&'a Answer<'a>>,
    /// The same change without the growth that it declares: lines that do not change then, change for growth.
    pub without_growth: Option<Vec<(LineKind, LineSide)>>,
}

impl<'a> Before<'a> {
    /// A profile that was priced anew.
    pub fn priced(answer: &'a Answer<'a>) -> Self {
        let cost = answer.candidate().map(|c| &c.cost);
        Self {
            profile: answer.profile.name.clone(),
            file: answer.file.clone(),
            environment: answer.profile.environment.as_str().to_owned(),
            provider: answer.provider(),
            labels: answer.profile.tags.clone(),
            sha256: answer.sha256.clone(),
            shape: answer.candidate().map(|c| c.shape.clone()),
            lines: cost.map(sides),
            left_out: cost.map(|cost| left_out(&cost.not_included)).unwrap_or_default(),
            unreadable: None,
            payment: answer.candidate().zip(answer.projection.as_ref()).map(|(c, p)| payment(c, p)),
            cliffs: answer.projection.as_ref().map(|p| p.cliffs.clone()).unwrap_or_default(),
            total: cost.map_or_else(|| Figure::unknown("nothing fitted"), |cost| cost.total.clone()),
            known: cost.map_or(Usd::ZERO, |cost| cost.known),
            dates: None,
            answer: Some(answer),
            without_growth: None,
        }
    }

    /// A profile that cannot be read: it was there, and what it cost is not known.
    pub fn unreadable(profile: &str, environment: &str, file: &str, why: &str) -> Self {
        Self {
            profile: profile.to_owned(),
            file: file.to_owned(),
            environment: environment.to_owned(),
            provider: None,
            labels: BTreeMap::new(),
            sha256: String::new(),
            shape: None,
            lines: None,
            left_out: Vec::new(),
            unreadable: Some(why.to_owned()),
            payment: None,
            cliffs: Vec::new(),
            total: Figure::unknown(format!("the profile of the baseline cannot be read: {why}")),
            known: Usd::ZERO,
            dates: None,
            answer: None,
            without_growth: None,
        }
    }
}
