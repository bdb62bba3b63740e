//! A value that is not known exactly: low, likely and high.

use serde::Serialize;

/// `low <= likely <= high`, always finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Interval {
    /// The smallest value that is still credible.
    pub low: f64,
    /// What is expected; costs are computed from it.
    pub likely: f64,
    /// The largest value that is still credible; capacity is chosen for it.
    pub high: f64,
}

impl Interval {
    /// Nothing, for sums.
    pub const ZERO: Self = Self { low: 0.0, likely: 0.0, high: 0.0 };

    /// Three values in any order of trust; the ends are widened so that `likely` lies inside.
    pub fn new(low: f64, likely: f64, high: f64) -> Self {
        Self { low: low.min(likely), likely, high: high.max(likely) }
    }

    /// One value, known exactly.
    pub fn exact(value: f64) -> Self {
        Self { low: value, likely: value, high: value }
    }

    /// Two ends; the likely value is the middle.
    pub fn between(low: f64, high: f64) -> Self {
        Self::new(low, f64::midpoint(low, high), high)
    }

    /// The smallest interval that holds all of `values`, with the given likely value.
    pub fn hull(likely: f64, values: impl IntoIterator<Item = f64>) -> Self {
        values.into_iter().fold(Self::exact(likely), |acc, v| Self {
            low: acc.low.min(v),
            likely,
            high: acc.high.max(v),
        })
    }

    /// Applies a function that never falls as its argument grows.
    #[must_use]
    pub fn map_rising(self, f: impl Fn(f64) -> f64) -> Self {
        Self::new(f(self.low), f(self.likely), f(self.high))
    }
}

impl std::ops::Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, likely: self.likely + other.likely, high: self.high + other.high }
    }
}

impl std::iter::Sum for Interval {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| a + b)
    }
}

/// Product of two intervals of values that are never negative.
impl std::ops::Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { low: self.low * other.low, likely: self.likely * other.likely, high: self.high * other.high }
    }
}

impl std::ops::Mul<f64> for Interval {
    type Output = Self;
    fn mul(self, factor: f64) -> Self {
        self.map_rising(|v| v * factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likely_value_always_lies_inside() {
        let odd = Interval::new(5.0, 3.0, 1.0);
        assert_eq!(odd, Interval { low: 3.0, likely: 3.0, high: 3.0 });
    }

    #[test]
    fn sums_and_products_keep_the_order() {
        let a = Interval::between(1.0, 3.0);
        let b = Interval::between(10.0, 20.0);
        assert_eq!(a + b, Interval { low: 11.0, likely: 17.0, high: 23.0 });
        assert_eq!(a * b, Interval { low: 10.0, likely: 30.0, high: 60.0 });
    }
}
