//! Shares of the traffic by family: declared, or by the number of keys, which may itself be a range.

use super::operations::count;
use super::skew::hottest_key_share;
use crate::profile::{Profile, Skew};
use crate::units::Interval;

/// Steps in which a range of keys is walked through for its hottest key.
const STEPS: i32 = 16;

/// One family's part of the traffic.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Share of all reads and writes, from 0 to 1.
    pub share: Interval,
    /// Share of all reads and writes that the hottest key of the family takes, at most.
    pub hottest: f64,
}

/// Shares of all families, in their order.
pub fn shares(profile: &Profile) -> Vec<Share> {
    let skew = profile.traffic.access.skew.value;
    let declared: f64 = profile.dataset.iter().filter_map(|f| f.share.as_ref()).map(|s| s.value.0).sum();
    let rest = (1.0 - declared).max(0.0);
    let by_keys = profile.dataset.iter().filter(|f| f.share.is_none());
    let all: Interval = by_keys.map(|f| count(f.count.value)).sum();
    let one = |family: &crate::profile::Family| {
        let keys = count(family.count.value);
        if let Some(share) = &family.share {
            let share = share.value.0;
            return Share {
                share: Interval::exact(share),
                hottest: share * hottest_key_share(skew, keys.low),
            };
        }
        // What a family takes grows with its own keys and shrinks with those of the others.
        let others = |own: f64, all: f64| (all - own).max(0.0);
        let of = |own: f64, others: f64| rest * own / (own + others).max(1.0);
        let fewest = others(keys.low, all.low);
        let share = Interval::new(
            of(keys.low, others(keys.high, all.high)),
            of(keys.likely, others(keys.likely, all.likely)),
            of(keys.high, fewest),
        );
        Share { share, hottest: hottest(skew, keys, |keys| of(keys, fewest)) }
    };
    profile.dataset.iter().map(one).collect()
}

/// The most that the hottest key takes for any number of keys in the range. More keys mean more traffic for the family
/// and a smaller part of it for the key: each step takes the one from its upper and the other from its lower end.
fn hottest(skew: Skew, keys: Interval, share: impl Fn(f64) -> f64) -> f64 {
    let (low, high) = (keys.low.max(1.0), keys.high.max(1.0));
    if low == high {
        return share(high) * hottest_key_share(skew, low);
    }
    let at = |step: i32| low * (high / low).powf(f64::from(step) / f64::from(STEPS));
    (0..STEPS).map(|step| share(at(step + 1)) * hottest_key_share(skew, at(step))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::super::{Demand, over_shares};
    use super::*;

    fn demand(a: &str, b: &str) -> Demand {
        let text = format!(
            "name: x\ndataset:\n  - {{ keys: a, type: string, count: {a}, value_size: 10KB }}\n\
             \x20 - {{ keys: b, type: string, count: {b}, value_size: 10B }}\n\
             traffic: {{ peak: {{ reads: 1k/s, writes: 0/s }} }}\n"
        );
        Demand::of(&crate::profile::parse(text.as_bytes(), "x.yaml").unwrap_or_else(|e| panic!("{e}")))
    }

    #[test]
    fn a_range_of_keys_is_a_range_of_shares() {
        let demand = demand("1000..3000", "1000");
        let [a, b] = &demand.families[..] else { panic!("two families") };
        let near = |share: Interval, ends: [f64; 3]| {
            let all = [share.low, share.likely, share.high];
            all.iter().zip(ends).all(|(is, should)| (is - should).abs() < 1e-9)
        };
        assert!(near(a.share, [0.5, 2.0 / 3.0, 0.75]), "{:?}", a.share);
        assert!(near(b.share, [0.25, 1.0 / 3.0, 0.5]), "{:?}", b.share);
    }

    #[test]
    fn the_traffic_is_divided_once() {
        let all = over_shares(&demand("10..1M", "10..1M").families, |_| Interval::exact(1.0));
        for end in [all.low, all.likely, all.high] {
            assert!((end - 1.0).abs() < 1e-9, "{all:?}");
        }
        // One family has all of it, however many keys.
        let one = over_shares(&demand("10..1M", "10").families[..1], |f| f.key_size);
        assert!(one.high <= 1.0 + 1e-9, "{one:?}");
    }
}
