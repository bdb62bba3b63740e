//! Commands a second by class, now and at the horizon.

use serde::Serialize;

use super::growth::Growth;
use super::shape;
use crate::profile::{Operations as Declared, Profile};
use crate::units::{Assumption, Count, Interval, Range, Rate};

/// Commands a second by class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Operations {
    /// Commands that read one key.
    pub reads: Interval,
    /// Commands that write one key.
    pub writes: Interval,
    /// The part of both that works on many elements.
    pub complex: Interval,
    /// Messages published.
    pub publishes: Interval,
    /// Messages delivered to subscribers.
    pub deliveries: Interval,
}

impl Operations {
    /// Commands that clients send: reads, writes and publishes.
    pub fn commands(&self) -> Interval {
        self.reads + self.writes + self.publishes
    }

    fn scaled(&self, factor: f64) -> Self {
        let scale = |i: Interval| i * factor;
        Self {
            reads: scale(self.reads),
            writes: scale(self.writes),
            complex: scale(self.complex),
            publishes: scale(self.publishes),
            deliveries: scale(self.deliveries),
        }
    }

    fn grown(&self, growth: Growth) -> Self {
        let grow = |i: Interval| growth.at_horizon(i);
        Self {
            reads: grow(self.reads),
            writes: grow(self.writes),
            complex: grow(self.complex),
            publishes: grow(self.publishes),
            deliveries: grow(self.deliveries),
        }
    }
}

/// Peak at the horizon (capacity) and average today (consumption).
pub struct Load {
    /// The busiest minutes, with growth.
    pub peak: Operations,
    /// The mean over a month, as of today.
    pub average: Operations,
}

/// Reads the traffic section.
pub fn load(profile: &Profile, growth: Growth, assumptions: &mut Vec<Assumption>) -> Load {
    let traffic = &profile.traffic;
    let complex = traffic.complex.value.0;
    let (publishes, deliveries) = traffic.pubsub.as_ref().map_or((Interval::ZERO, Interval::ZERO), |p| {
        let publishes = rate(p.publishes.value);
        (publishes, publishes * count(p.subscribers.value))
    });
    let at = |declared: &Declared, share: f64| {
        let reads = rate(declared.reads.value);
        let writes = rate(declared.writes.value);
        Operations {
            reads,
            writes,
            complex: (reads + writes) * complex,
            publishes: publishes * share,
            deliveries: deliveries * share,
        }
    };
    let today = at(&traffic.peak, 1.0);
    let share = shape::mean_of_peak(traffic.shape.value);
    let average = if let Some(declared) = &traffic.average {
        at(declared, share)
    } else {
        assumptions.push(
            Assumption::new(
                "average traffic",
                format!("{:.0}% of the peak", share * 100.0),
                "from the day's shape; weekends are taken as working days",
            )
            .replaced_by("traffic.average"),
        );
        today.scaled(share)
    };
    Load { peak: today.grown(growth), average }
}

pub(super) fn rate(range: Range<Rate>) -> Interval {
    Interval::between(range.low.0, range.high.0)
}

pub(super) fn count(range: Range<Count>) -> Interval {
    Interval::between(range.low.0, range.high.0)
}
