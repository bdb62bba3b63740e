//! One line of a bill: quantity times rate, with the origin of the rate.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::LineKind;
use crate::catalog::{Price, PriceError};
use crate::units::{Figure, Usd};

/// The price behind a line.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rate {
    /// Dollars a unit.
    #[schemars(with = "String")]
    pub usd: Decimal,
    /// The unit in words: `per node-hour`.
    pub unit: String,
    /// The vendor's usage type, meter or SKU.
    pub meter: String,
    /// The list that it stands in.
    pub source: String,
    /// Whose copy of that list was read; none if it was the vendor's own.
    pub copy: Option<String>,
    /// The oldest date on which it is known to hold.
    pub as_of: String,
    /// How it was estimated; none for a price from a list.
    pub estimate: Option<String>,
    /// Dollars paid at the start of the term, a unit.
    #[schemars(with = "Option<String>")]
    pub upfront: Option<Decimal>,
}

impl From<&Price> for Rate {
    fn from(price: &Price) -> Self {
        Self {
            usd: price.usd,
            unit: price.unit.text().to_owned(),
            meter: price.meter.to_string(),
            source: price.source.to_owned(),
            copy: price.copy.map(str::to_owned),
            as_of: price.as_of.to_owned(),
            estimate: price.estimate.as_ref().map(ToString::to_string),
            upfront: price.upfront,
        }
    }
}

/// One line of a monthly bill.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CostLine {
    /// What it is for; with the SKU its identity.
    pub kind: LineKind,
    /// The item of the price list; for what no list has, the node type or the kind.
    pub sku: String,
    /// What is billed, in words.
    pub what: String,
    /// How many units in a month.
    #[schemars(with = "String")]
    pub quantity: Decimal,
    /// How the quantity comes about: `2 shards x (1 + 1) x 730 h`.
    pub formula: String,
    /// The price of a unit.
    pub rate: Figure<Rate>,
    /// Dollars a month, exact: quantity times rate. Rounding is a matter of display.
    pub amount: Figure<Usd>,
    /// Dollars paid at the start of the term, which the amount spreads over the term; none without such a payment, or
    /// where no list names it.
    pub upfront: Option<Usd>,
    /// What stands in for an amount without a price when candidates are ranked; never part of a total.
    pub stand_in: Option<StandIn>,
}

/// What a line without a price is ranked by.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StandIn {
    /// Dollars a month.
    pub amount: Usd,
    /// Which rate was taken.
    pub rate: String,
}

impl CostLine {
    /// A line from the result of a look-up.
    pub fn from_lookup(
        (kind, sku): (LineKind, String),
        what: impl Into<String>,
        found: Result<Price, PriceError>,
        quantity: Decimal,
        formula: impl Into<String>,
    ) -> Self {
        let (rate, amount) = match found {
            Ok(price) => (Figure::Known(Rate::from(&price)), Figure::Known(amount(quantity, price.usd))),
            Err(error) => (Figure::unknown(error.to_string()), Figure::unknown(error.to_string())),
        };
        Self {
            kind,
            sku,
            what: what.into(),
            quantity,
            formula: formula.into(),
            rate,
            amount,
            upfront: None,
            stand_in: None,
        }
    }

    /// A line whose price the profile gives.
    pub fn declared(
        (kind, sku): (LineKind, String),
        what: impl Into<String>,
        amount: Usd,
        formula: impl Into<String>,
    ) -> Self {
        let rate = Rate {
            usd: amount.0,
            unit: "per month".into(),
            meter: "declared".into(),
            source: "the profile".into(),
            copy: None,
            as_of: String::new(),
            estimate: None,
            upfront: None,
        };
        Self {
            kind,
            sku,
            upfront: None,
            what: what.into(),
            quantity: Decimal::ONE,
            formula: formula.into(),
            rate: Figure::Known(rate),
            amount: Figure::Known(amount),
            stand_in: None,
        }
    }

    /// A line that is billed and that nobody knows.
    pub fn unknown(
        (kind, sku): (LineKind, String),
        what: impl Into<String>,
        formula: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        let why = why.into();
        Self {
            kind,
            sku,
            upfront: None,
            what: what.into(),
            quantity: Decimal::ONE,
            formula: formula.into(),
            rate: Figure::unknown(why.clone()),
            amount: Figure::unknown(why),
            stand_in: None,
        }
    }

    /// Whether the amount rests on an estimated price.
    pub fn is_estimate(&self) -> bool {
        self.rate.known().is_some_and(|r| r.estimate.is_some())
    }
}

fn amount(quantity: Decimal, usd: Decimal) -> Usd {
    Usd(quantity * usd)
}
