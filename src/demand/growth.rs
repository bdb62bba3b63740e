//! Growth to the horizon.

use serde::Serialize;

use crate::profile::GrowthPlan;
use crate::units::Interval;

/// How much larger everything is at the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Growth {
    /// 1 is no growth.
    pub factor: f64,
    /// Months until the horizon.
    pub months: f64,
}

impl Growth {
    /// Compound growth over the horizon.
    pub fn of(plan: &GrowthPlan) -> Self {
        let months = plan.horizon.value.months();
        Self { factor: (1.0 + plan.rate.value.0).powf(months), months }
    }

    /// Months with a bill until the horizon; one at least.
    pub fn bills(self) -> u32 {
        self.months.ceil().clamp(1.0, 120.0) as u32
    }

    /// How much larger everything is after some months.
    pub fn after(self, months: f64) -> f64 {
        if self.months > 0.0 { self.factor.powf(months / self.months) } else { self.factor }
    }

    /// The mean of the bills until the horizon, as a factor of today's use.
    pub fn mean(self) -> f64 {
        let bills = self.bills();
        (0..bills).map(|month| self.after(f64::from(month))).sum::<f64>() / f64::from(bills)
    }

    /// Today's low end stays possible: growth may not come.
    pub fn at_horizon(self, now: Interval) -> Interval {
        Interval { low: now.low, likely: now.likely * self.factor, high: now.high * self.factor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_bills_lies_between_today_and_the_horizon() {
        let growth = Growth { factor: 2.0, months: 12.0 };
        assert_eq!(growth.bills(), 12);
        assert_eq!((growth.after(0.0), growth.after(12.0)), (1.0, 2.0));
        assert!(growth.mean() > 1.3 && growth.mean() < 1.5, "{}", growth.mean());
        assert_eq!(Growth { factor: 1.0, months: 6.0 }.mean(), 1.0);
    }
}
