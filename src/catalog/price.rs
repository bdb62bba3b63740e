//! A price, the key it is found by, and why there may be none.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;
use thiserror::Error;

use super::Service;
use crate::units::{Commitment, Engine};

/// What a price is asked for. It must match exactly one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceKey<'a> {
    /// Who sells it.
    pub service: Service,
    /// The provider's name of the region.
    pub region: &'a str,
    /// A node type's name or one of [`super::items`].
    pub item: &'a str,
    /// The engine; needed where the price depends on it, ignored elsewhere.
    pub engine: Option<Engine>,
    /// How it is paid for.
    pub term: Commitment,
}

impl fmt::Display for PriceKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.service, self.item, self.region)?;
        if let Some(engine) = self.engine {
            write!(f, ", {engine}")?;
        }
        write!(f, ", {}", self.term)
    }
}

/// A price with its origin. US dollars before tax.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Price {
    /// Dollars a unit. For reserved terms the effective price: recurring plus upfront over the hours of the term.
    pub usd: Decimal,
    /// What one unit is.
    pub unit: Unit,
    /// The vendor's usage type, meter or SKU.
    pub meter: Cow<'static, str>,
    /// The list that has the price: `AWS Price List`.
    pub source: &'static str,
    /// Whose copy of that list was read; none if it was the vendor's own. See [`copies`].
    pub copy: Option<&'static str>,
    /// The oldest date on which it is known to hold: `2026`, `2026-10` or `2026-10-02`.
    pub as_of: &'static str,
    /// How it was computed or why it is not certain; none for a price that was read from a list.
    pub estimate: Option<Cow<'static, str>>,
    /// How well it is supported.
    pub confidence: Confidence,
    /// Dollars paid at the start of the term, where known.
    pub upfront: Option<Decimal>,
    /// Dollars an hour beside the upfront payment, where known.
    pub recurring: Option<Decimal>,
    /// What to know beside it.
    pub note: Option<Cow<'static, str>>,
}

impl Confidence {
    /// The word in the data files.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How well a price is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Disputed, assumed, or the unit is not established.
    Low,
    /// One dated source, or computed by a rule that was checked.
    Medium,
    /// Two sources agree, or a primary record.
    High,
}

macro_rules! units {
    ($($(#[$doc:meta])* $variant:ident = $id:literal, $text:literal;)+) => {
        /// What a price is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Unit { $($(#[$doc])* $variant,)+ }

        impl Unit {
            /// All units.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in the data files.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// For people, after the amount: `per node-hour`.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

units! {
    /// One node for an hour; see [`super::NodeType::billed_units`].
    NodeHour = "node-hour", "per node-hour";
    /// The whole cache for an hour, its included replica too.
    CacheHour = "cache-hour", "per hour for the whole cache";
    /// A provisioned GiB for an hour.
    GibHour = "gib-hour", "per provisioned GiB-hour";
    /// A gigabyte for an hour.
    GbHour = "gb-hour", "per GB-hour";
    /// A gigabyte for a month.
    GbMonth = "gb-month", "per GB-month";
    /// A million ElastiCache processing units.
    MillionEcpu = "million-ecpu", "per million ECPU";
    /// A month.
    Month = "month", "per month";
    /// An hour.
    Hour = "hour", "per hour";
    /// 100,000 commands.
    Per100kCommands = "100k-commands", "per 100,000 commands";
    /// A gigabyte moved.
    Gb = "gb", "per GB";
    /// A GiB moved.
    Gib = "gib", "per GiB";
    /// A gigabyte moved, charged once for each direction.
    GbPerDirection = "gb-per-direction", "per GB in each direction";
    /// An alarm on one metric for a month.
    AlarmMonth = "alarm-month", "per alarm-month";
}

/// Why there is no price.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PriceError {
    /// No row matches.
    #[error("no price in the snapshot for {key}; {how_to_get}")]
    NotFound {
        /// What was asked for.
        key: String,
        /// How to get it from the vendor.
        how_to_get: String,
    },
    /// More than one row matches, so none can be trusted.
    #[error("{rows} prices match {key}: name the engine, or repair the table")]
    Ambiguous {
        /// What was asked for.
        key: String,
        /// How many rows match.
        rows: usize,
    },
}

/// What to say once about prices that were read from copies of the vendors' lists; none if none was.
pub fn copies<'a>(copies: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: BTreeSet<&str> = copies.into_iter().collect();
    if names.is_empty() {
        return None;
    }
    let names: Vec<&str> = names.into_iter().collect();
    Some(format!(
        "Prices were read from copies of the vendors' lists ({}); compare them with the vendor's own before you buy.",
        names.join(", ")
    ))
}

impl Price {
    /// Whether it must be shown with `~`.
    pub fn is_estimate(&self) -> bool {
        self.estimate.is_some()
    }
}

impl Unit {
    /// Whether it is billed beside nodes.
    pub(super) fn is_extra(self) -> bool {
        !matches!(self, Self::NodeHour | Self::CacheHour | Self::GibHour)
    }
}
