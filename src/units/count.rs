//! Numbers of things.

use std::fmt;

use serde::Serialize;

use super::text::{FromText, TextError, factor, short, split};

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Count(pub f64);

pub(super) const MULTIPLIERS: &[(&str, f64)] = &[
    ("", 1.0),
    ("k", 1e3),
    ("K", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
];

impl FromText for Count {
    const EXPECTED: &'static str = "a number such as 250, 40k or 2.5M";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        let count = parts.number * factor(parts.unit, MULTIPLIERS, parts.number, Self::EXPECTED)?;
        if count > 1e13 {
            return Err(TextError::new("a count above 10 T is not supported"));
        }
        // Multipliers leave dust such as 2299999.9999999995 behind; fractions of things do not exist.
        let whole = count.round();
        if (count - whole).abs() > 1e-6 * whole.max(1.0) {
            return Err(TextError::new(format!("a whole number is needed: expected {}", Self::EXPECTED)));
        }
        Ok(Self(whole))
    }
}

/// `1 node`, `3 nodes`.
pub fn several(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// `950`, `12k`, `2.5M`.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (divisor, unit) = match self.0 {
            v if v < 10_000.0 => (1.0, ""),
            v if v < 1e6 => (1e3, "k"),
            v if v < 1e9 => (1e6, "M"),
            v if v < 1e12 => (1e9, "G"),
            _ => (1e12, "T"),
        };
        if divisor == 1.0 {
            return f.pad(&format!("{:.0}", self.0));
        }
        f.pad(&format!("{}{unit}", short(self.0 / divisor)))
    }
}
