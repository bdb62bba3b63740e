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

    /// Today's low end stays possible: growth may not come.
    pub fn at_horizon(self, now: Interval) -> Interval {
        Interval { low: now.low, likely: now.likely * self.factor, high: now.high * self.factor }
    }
}
