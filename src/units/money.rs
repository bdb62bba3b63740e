//! Money, in US dollars, decimal.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::text::{FromText, TextError};

/// Larger quantities are not billed. Times the dearest price that a profile may declare, 1e9 USD, and summed, a decimal
/// still holds them.
const MOST: f64 = 1e15;

/// An amount in US dollars before tax.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Usd(#[schemars(with = "String")] pub Decimal);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Rounded to cents. Lines are rounded before they are summed, so that a reader's own sum agrees.
    #[must_use]
    pub fn to_cents(self) -> Self {
        let mut cents = self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        cents.rescale(2);
        Self(cents)
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// A measured quantity as a decimal, to six places; none if it is beyond what any bill holds.
    pub fn quantity(value: f64) -> Option<Decimal> {
        // In millionths, since a quantity is asked for a hundred thousand times and a float converts slowly.
        let value = Some(value).filter(|v| v.abs() <= MOST)?;
        Some(Decimal::from_i128_with_scale((value * 1e6).round() as i128, 6).normalize())
    }

    /// A measured quantity at a price each.
    pub fn of(quantity: f64, price: Decimal) -> Option<Self> {
        Self::quantity(quantity).map(|quantity| Self(quantity * price))
    }
}

impl std::ops::Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

/// `1,234.50`, without the currency.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_cents().0.to_string();
        let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
        let mut grouped = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&format!("{sign}{grouped}.{cents}"))
    }
}

/// Words that change nothing about an amount of dollars.
const SAME: &[&str] = &["usd", "per", "a", "dollar", "dollars"];

/// Reads `500 USD per month` against the wanted period.
fn read_price(text: &str, period: &str, expected: &str) -> Result<Decimal, TextError> {
    let trimmed = text.trim();
    let wrong = || {
        let number: String = trimmed
            .trim_start_matches('$')
            .trim()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let error = TextError::new(format!("expected {expected}"));
        // Another currency or period is another amount: only what says neither is meant in these.
        let other = trimmed.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        let same = other
            .into_iter()
            .all(|word| SAME.contains(&word.to_ascii_lowercase().as_str()) || word == period);
        let meant = format!("{number} USD per {period}");
        // What is written already is no advice.
        if number.is_empty() || !same || meant == trimmed { error } else { error.suggest(meant) }
    };
    let too_large = || TextError::new("an amount above 1,000,000,000 USD is not supported");
    let (number, rest) = trimmed.split_once(' ').ok_or_else(wrong)?;
    if number.starts_with('-') {
        return Err(TextError::new(format!("a negative amount is not possible here: expected {expected}")));
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    if words != ["USD", "per", period] {
        return Err(wrong());
    }
    let plain = number.replace('_', "");
    let digits = plain.bytes().all(|b| b.is_ascii_digit());
    let amount: Decimal = plain.parse().map_err(|_| if digits { too_large() } else { wrong() })?;
    if amount > Decimal::from(1_000_000_000) {
        return Err(too_large());
    }
    Ok(amount)
}

macro_rules! price {
    ($(#[$doc:meta])* $name:ident, $period:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(with = "String")] pub Decimal);

        impl FromText for $name {
            const EXPECTED: &'static str = $expected;
            fn from_text(text: &str) -> Result<Self, TextError> {
                read_price(text, $period, Self::EXPECTED).map(Self)
            }
        }
    };
}

price!(
    /// Dollars a month, for budgets.
    UsdPerMonth, "month", "an amount such as 500 USD per month"
);
price!(
    /// Dollars a million events, for the cost of misses.
    UsdPerMillion, "million", "an amount such as 0.4 USD per million"
);
price!(
    /// Dollars an hour, for people's time.
    UsdPerHour, "hour", "an amount such as 90 USD per hour"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!(UsdPerMonth::from_text("500 USD per month"), Ok(UsdPerMonth(Decimal::from(500))));
        let error = UsdPerMonth::from_text("$500").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("500 USD per month"));
        assert_eq!(UsdPerMonth::from_text("500 usd per month").unwrap_err().suggestion, error.suggestion);
        for other in ["500 USD per year", "500 EUR per month", "€500", "500 USD per hour", "500k"] {
            assert_eq!(UsdPerMonth::from_text(other).unwrap_err().suggestion, None, "{other}");
        }
        assert!(UsdPerMonth::from_text("-1 USD per month").is_err());
        assert!(UsdPerMonth::from_text("1e30 USD per month").is_err());
        for large in ["9".repeat(10), "9".repeat(26), "9".repeat(40)] {
            let error = UsdPerMonth::from_text(&format!("{large} USD per month")).unwrap_err();
            assert!(error.message.contains("1,000,000,000") && error.suggestion.is_none(), "{error:?}");
        }
        assert_eq!(UsdPerMonth::from_text("1.2.3 USD per month").unwrap_err().suggestion, None);
    }

    #[test]
    fn what_no_decimal_holds_is_not_0() {
        assert_eq!(Usd::quantity(0.123_456_7), Some(Decimal::new(123_457, 6)));
        assert!(Usd::of(1e15, Decimal::from(1_000_000_000)).is_some());
        for value in [1e16, 1e30, f64::INFINITY, f64::NAN] {
            assert_eq!(Usd::quantity(value), None);
        }
    }

    #[test]
    fn shows_thousands_and_cents() {
        assert_eq!(Usd(Decimal::new(1_234_505, 3)).to_string(), "1,234.51");
        assert_eq!(Usd(Decimal::new(5, 0)).to_string(), "5.00");
        assert_eq!(Usd(Decimal::new(-123_456, 0)).to_string(), "-123,456.00");
    }
}
