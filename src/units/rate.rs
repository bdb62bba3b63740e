//! Events a second, shares and growth.

use std::fmt;

use serde::Serialize;

use super::Count;
use super::count::MULTIPLIERS;
use super::duration::{SECONDS_PER_MONTH, SECONDS_PER_YEAR};
use super::text::{FromText, TextError, factor, plain, short, split};

/// Events a second.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rate(pub f64);

const PERIODS: &[(&str, f64)] = &[
    ("s", 1.0),
    ("sec", 1.0),
    ("second", 1.0),
    ("min", 60.0),
    ("minute", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("day", 86_400.0),
    ("month", SECONDS_PER_MONTH),
];

/// Splits `k/s` or `k per second` into multiplier and period.
fn split_per<'a>(unit: &'a str, expected: &str) -> Result<(&'a str, &'a str), TextError> {
    let found = unit.split_once('/').or_else(|| match unit.strip_prefix("per ") {
        Some(period) => Some(("", period)),
        None => unit.split_once(" per "),
    });
    match found {
        Some((multiplier, period)) => Ok((multiplier.trim(), period.trim())),
        None => Err(TextError::new(format!("a period is missing: expected {expected}"))),
    }
}

impl FromText for Rate {
    const EXPECTED: &'static str = "a rate such as 300/s, 12k/s or 5M per day";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        let (multiplier, period) = split_per(parts.unit, Self::EXPECTED).map_err(|error| {
            let known = MULTIPLIERS.iter().any(|(name, _)| *name == parts.unit);
            if known { error.suggest(format!("{}/s", text.trim())) } else { error }
        })?;
        let count = parts.number * factor(multiplier, MULTIPLIERS, parts.number, Self::EXPECTED)?;
        let seconds = factor(period, PERIODS, parts.number, Self::EXPECTED).map_err(|error| TextError {
            suggestion: error.suggestion.map(|s| {
                let name = s.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
                format!("{}{multiplier}/{name}", plain(parts.number))
            }),
            ..error
        })?;
        if count / seconds > 1e10 {
            return Err(TextError::new("a rate above 10 G/s is not supported"));
        }
        Ok(Self(count / seconds))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 10.0 {
            return f.pad(&format!("{}/s", short(self.0)));
        }
        f.pad(&format!("{}/s", Count(self.0)))
    }
}

/// A share, kept as a fraction: `5%` is 0.05.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Percent(pub f64);

impl FromText for Percent {
    const EXPECTED: &'static str = "a share such as 25%";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        if parts.unit != "%" {
            return Err(TextError::new(format!("a percent sign is missing: expected {}", Self::EXPECTED))
                .suggest(format!("{}%", plain(parts.number))));
        }
        if parts.number > 100_000.0 {
            return Err(TextError::new("a share above 100000% is not supported"));
        }
        Ok(Self(parts.number / 100.0))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", short(self.0 * 100.0)))
    }
}

/// Compound growth, kept as a fraction a month.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Growth(pub f64);

impl FromText for Growth {
    const EXPECTED: &'static str = "growth such as 5% per month or 60% per year";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        let period = parts
            .unit
            .strip_prefix('%')
            .and_then(|rest| rest.trim().strip_prefix("per ").or_else(|| rest.trim().strip_prefix('/')))
            .map(str::trim);
        let months = match period {
            Some("month") => 1.0,
            Some("year") => SECONDS_PER_YEAR / SECONDS_PER_MONTH,
            _ => return Err(TextError::new(format!("expected {}", Self::EXPECTED))),
        };
        if parts.number > 1000.0 {
            return Err(TextError::new("growth above 1000% is not supported"));
        }
        Ok(Self((1.0 + parts.number / 100.0).powf(1.0 / months) - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, rate) in
            [("12k/s", 12_000.0), ("300 per minute", 5.0), ("86.4k per day", 1.0), ("2.5M/h", 2.5e6 / 3600.0)]
        {
            assert_eq!(Rate::from_text(text), Ok(Rate(rate)), "{text}");
        }
        assert_eq!(Percent::from_text("5%"), Ok(Percent(0.05)));
        assert_eq!(Growth::from_text("5% per month"), Ok(Growth(0.050_000_000_000_000_044)));
    }

    #[test]
    fn a_rate_needs_a_period() {
        let error = Rate::from_text("12k").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("12k/s"));
        let error = Rate::from_text("12k/sek").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("12k/sec"));
        assert!(Rate::from_text("-3/s").is_err());
        assert!(Rate::from_text("1e30/s").is_err());
    }
}
