//! A price as a vendor's own list has it, before it is in a table.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Serialize;

use super::block::effective;
use super::{Confidence, Service, Unit};
use crate::units::{Commitment, Engine};

/// A price of a vendor's list, with the key that it is found by.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceRecord {
    /// Who sells it.
    pub service: Service,
    /// The provider's name of the region.
    pub region: String,
    /// A node type's name or one of [`super::items`].
    pub item: String,
    /// The engine, where the price depends on it.
    pub engine: Option<Engine>,
    /// How it is paid for.
    pub term: Commitment,
    /// What is paid.
    pub paid: Paid,
    /// What one unit is.
    pub unit: Unit,
    /// The vendor's meter. `{item}`, `{node}`, `{size}` and `{words}` stand for parts of the item's name.
    pub meter: Cow<'static, str>,
    /// The list: `AWS Price List`.
    pub source: &'static str,
    /// The day on which the list said so, `YYYY-MM-DD`.
    pub as_of: String,
    /// Whether Google's committed-use discounts apply.
    pub discounts: bool,
    /// Why the price is not certain although it is listed.
    pub doubt: Option<&'static str>,
    /// What to know beside it.
    pub note: Option<&'static str>,
}

/// What is paid for one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// By the unit, as it is used.
    Rate(Decimal),
    /// A part at the start of the term, and an hourly rate, which may be 0.
    Upfront {
        /// Dollars at the start.
        start: Decimal,
        /// Dollars an hour.
        hourly: Decimal,
    },
    /// A sum for the whole term.
    Term(Decimal),
}

/// A record that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftOut {
    /// The price: `elasticache cache.r7g.large in eu-west-1, valkey, on-demand`.
    pub what: String,
    /// Why it is not taken.
    pub why: String,
}

/// The key of a record; sorted, so that the order of a list does not matter.
pub(super) type Key = (Service, String, String, Option<Engine>, Commitment);

impl PriceRecord {
    pub(super) fn key(&self) -> Key {
        (self.service, self.region.clone(), self.item.clone(), self.engine, self.term)
    }

    /// Dollars a unit, with a share of what is paid for the term; none if nothing is paid for a term there.
    pub fn usd(&self) -> Option<Decimal> {
        match self.paid {
            Paid::Rate(usd) => Some(usd.normalize()),
            Paid::Upfront { start, hourly } => effective(start, hourly, self.term),
            Paid::Term(total) => effective(total, Decimal::ZERO, self.term),
        }
    }

    /// The price as a line of `prices.tsv` has it.
    pub(super) fn cell(&self) -> String {
        match self.paid {
            Paid::Rate(usd) => usd.normalize().to_string(),
            Paid::Upfront { start, hourly } => format!("{}+{}", start.normalize(), hourly.normalize()),
            Paid::Term(total) => format!("{}t", total.normalize()),
        }
    }

    /// The columns of `origins.tsv` after the id.
    pub(super) fn origin(&self) -> String {
        let confidence = if self.doubt.is_some() { Confidence::Low } else { Confidence::High };
        [
            self.unit.id(),
            confidence.id(),
            self.doubt.unwrap_or_default(),
            &self.meter,
            self.source,
            "",
            &self.as_of,
            if self.discounts { "cud" } else { "" },
            self.note.unwrap_or_default(),
        ]
        .join("\t")
    }

    /// The record is not taken.
    pub(super) fn left_out(&self, why: impl Into<String>) -> LeftOut {
        LeftOut { what: describe(&self.key()), why: why.into() }
    }
}

/// A key for people.
pub(super) fn describe((service, region, item, engine, term): &Key) -> String {
    super::PriceKey { service: *service, region, item, engine: *engine, term: *term }.to_string()
}
