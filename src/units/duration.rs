//! Lengths of time. A month is 730 hours everywhere.

use std::fmt;

use serde::Serialize;

use super::text::{FromText, TextError, factor, short, split};

/// Seconds of a day.
pub const DAY: i64 = 86_400;
/// Hours in a billing month.
pub const HOURS_PER_MONTH: u32 = 730;
/// Hours in a year, for reserved terms.
pub const HOURS_PER_YEAR: u32 = 8760;
/// Seconds in a billing month.
pub const SECONDS_PER_MONTH: f64 = HOURS_PER_MONTH as f64 * 3600.0;
pub(super) const SECONDS_PER_YEAR: f64 = HOURS_PER_YEAR as f64 * 3600.0;

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Duration(pub f64);

const UNITS: &[(&str, f64)] = &[
    ("us", 1e-6),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("seconds", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
    ("d", 86_400.0),
    ("day", 86_400.0),
    ("days", 86_400.0),
    ("w", 604_800.0),
    ("week", 604_800.0),
    ("weeks", 604_800.0),
    ("month", SECONDS_PER_MONTH),
    ("months", SECONDS_PER_MONTH),
    ("y", SECONDS_PER_YEAR),
    ("year", SECONDS_PER_YEAR),
    ("years", SECONDS_PER_YEAR),
];

impl Duration {
    /// In billing months.
    pub fn months(self) -> f64 {
        self.0 / SECONDS_PER_MONTH
    }
}

impl FromText for Duration {
    const EXPECTED: &'static str = "a duration such as 2ms, 30m, 24h or 6 months";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        let seconds = parts.number * factor(parts.unit, UNITS, parts.number, Self::EXPECTED)?;
        if seconds > 100.0 * SECONDS_PER_YEAR {
            return Err(TextError::new("a duration above 100 years is not supported"));
        }
        Ok(Self(seconds))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (divisor, unit) = match self.0 {
            v if v < 1e-3 => (1e-6, "µs"),
            v if v < 1.0 => (1e-3, "ms"),
            v if v < 120.0 => (1.0, "s"),
            v if v < 7200.0 => (60.0, "min"),
            v if v < 172_800.0 => (3600.0, "h"),
            v if v < 90.0 * 86_400.0 => (86_400.0, "d"),
            _ => (SECONDS_PER_MONTH, "months"),
        };
        f.pad(&format!("{} {unit}", short(self.0 / divisor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [("30m", 1800.0), ("2ms", 0.002), ("6 months", 6.0 * 730.0 * 3600.0)] {
            assert_eq!(Duration::from_text(text), Ok(Duration(seconds)), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_ambiguous() {
        assert!(Duration::from_text("30").is_err());
        assert!(Duration::from_text("30 mins").unwrap_err().suggestion.is_some());
    }
}
