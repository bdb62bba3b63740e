//! Cash beside amortised: what is paid when, and what each month bears of it.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cost::LineKind;
use crate::recommend::{Candidate, MONTHS, Projection};
use crate::units::{Figure, Usd};

/// A span of time, paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Paid {
    /// Dollars that leave the account, with upfront payments when they are due.
    pub cash: Figure<Usd>,
    /// Dollars with upfront payments spread over their term.
    pub amortised: Figure<Usd>,
}

/// How a bill is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Dollars at the start of the term; none where a part is due then that no list names.
    pub upfront: Option<Usd>,
    /// Months of the term; none on demand.
    pub term_months: Option<u32>,
    /// The first month.
    pub month_1: Paid,
    /// The first twelve months.
    pub months_12: Paid,
    /// The whole term; none on demand.
    pub term: Option<Paid>,
}

/// A month of the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Month {
    /// The month, `YYYY-MM`.
    pub month: String,
    /// What it costs.
    #[serde(flatten)]
    pub paid: Paid,
}

/// Dollars at the start of the term; unknown where the nodes are paid for then and it is not known by how much.
fn upfront(candidate: &Candidate) -> Figure<Usd> {
    let commitment = candidate.deployment.commitment;
    let is_due = commitment.is_all_upfront() || commitment.is_partial_upfront();
    let nodes = || candidate.cost.lines.iter().filter(|line| line.kind == LineKind::Nodes);
    if is_due && nodes().any(|line| line.upfront.is_none()) {
        return Figure::unknown("no list says how much is due at the start of the term");
    }
    Figure::Known(nodes().filter_map(|line| line.upfront).sum())
}

fn term(candidate: &Candidate) -> Option<u32> {
    candidate.deployment.commitment.years().map(|years| years * 12)
}

/// Sums over the first months.
pub fn payment(candidate: &Candidate, projection: &Projection) -> Payment {
    let paid = months(candidate, projection);
    let (upfront, term) = (upfront(candidate), term(candidate));
    let span = |count: u32| {
        let of = |part: fn(&Paid) -> &Figure<Usd>| sum(paid.iter().take(count as usize).map(part));
        let (cash, amortised) = (of(|p| &p.cash), of(|p| &p.amortised));
        // Over whole terms it does not matter what is paid first.
        let is_whole = term.is_some_and(|term| count.is_multiple_of(term))
            && projection.resized.is_none_or(|resized| resized >= count);
        let cash = if is_whole && upfront.known().is_none() { amortised.clone() } else { cash };
        Paid { cash, amortised }
    };
    Payment {
        upfront: upfront.known().copied(),
        term_months: term,
        month_1: span(1),
        months_12: span(12),
        term: term.map(span),
    }
}

/// The first two years.
pub fn calendar(candidate: &Candidate, projection: &Projection, as_of: &str) -> Vec<Month> {
    let Ok(from) = as_of.parse::<Date>() else { return Vec::new() };
    let name = |month: usize| {
        let day = from.checked_add(i64::try_from(month).unwrap_or(0).months()).unwrap_or(from);
        day.strftime("%Y-%m").to_string()
    };
    let paid = months(candidate, projection).into_iter().take(MONTHS as usize);
    paid.enumerate().map(|(i, paid)| Month { month: name(i), paid }).collect()
}

/// Each month; an upfront payment is due at the start of every term.
fn months(candidate: &Candidate, projection: &Projection) -> Vec<Paid> {
    let (upfront, term) = (upfront(candidate), term(candidate));
    let cash = |month: usize, amortised: &Figure<Usd>| {
        let Some(term) = term else { return amortised.clone() };
        let upfront = match &upfront {
            Figure::Known(usd) if usd.is_zero() => return amortised.clone(),
            Figure::Known(usd) => *usd,
            Figure::Unknown { why } => return Figure::unknown(why.clone()),
        };
        if projection.resized.is_some_and(|resized| month >= resized as usize) {
            return Figure::unknown(
                "growth has filled the shape; what is paid upfront for the next one is open",
            );
        }
        let share = (upfront.0 / Decimal::from(term)).round_dp(6);
        let due = if month.is_multiple_of(term as usize) { upfront } else { Usd::ZERO };
        // The effective price of a list is rounded to six places an hour: what is left of it is no payment.
        let rest = |usd: Usd| Usd((usd.0 - share).max(Decimal::ZERO));
        amortised.clone().map(|usd| rest(usd) + due)
    };
    let paid = |(month, amortised): (usize, &Figure<Usd>)| Paid {
        cash: cash(month, amortised),
        amortised: amortised.clone(),
    };
    projection.months.iter().enumerate().map(paid).collect()
}

fn sum<'f>(figures: impl Iterator<Item = &'f Figure<Usd>>) -> Figure<Usd> {
    let mut total = Usd::ZERO;
    for figure in figures {
        match figure {
            Figure::Known(usd) => total = total + *usd,
            Figure::Unknown { why } => return Figure::unknown(why.clone()),
        }
    }
    Figure::Known(total)
}
