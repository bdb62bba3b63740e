//! A profile with more or less of everything, of its data, or of its traffic.

use crate::profile::{Operations, Profile};
use crate::units::{Count, Range, Rate, Sourced};

/// With so many times the keys.
#[must_use]
pub fn with_data(profile: &Profile, factor: f64) -> Profile {
    let mut scaled = profile.clone();
    for family in &mut scaled.dataset {
        let count = &mut family.count.value;
        *count = Range { low: keys(count.low, factor), high: keys(count.high, factor) };
    }
    scaled
}

/// With so many times the commands.
#[must_use]
pub fn with_traffic(profile: &Profile, factor: f64) -> Profile {
    let mut scaled = profile.clone();
    let traffic = &mut scaled.traffic;
    operations(&mut traffic.peak, factor);
    if let Some(average) = &mut traffic.average {
        operations(average, factor);
    }
    if let Some(pubsub) = &mut traffic.pubsub {
        rates(&mut pubsub.publishes, factor);
    }
    scaled
}

/// With so many times of both, as growth makes it.
#[must_use]
pub fn grown(profile: &Profile, factor: f64) -> Profile {
    with_traffic(&with_data(profile, factor), factor)
}

/// One key at least: a family without keys is none.
fn keys(count: Count, factor: f64) -> Count {
    Count((count.0 * factor).round().max(1.0))
}

fn operations(operations: &mut Operations, factor: f64) {
    rates(&mut operations.reads, factor);
    rates(&mut operations.writes, factor);
}

fn rates(rate: &mut Sourced<Range<Rate>>, factor: f64) {
    let Range { low, high } = rate.value;
    rate.value = Range { low: Rate(low.0 * factor), high: Rate(high.0 * factor) };
}
