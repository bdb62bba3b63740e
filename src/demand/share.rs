//! Shares of the traffic by family: declared, or by the number of keys, which may itself be a range.

use super::family::FamilyDemand;
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

/// The mean of a figure over the commands of all families. Where shares are open, the ends are the least and the most
/// that any division of the traffic makes of it.
pub fn over_shares(families: &[FamilyDemand], figure: impl Fn(&FamilyDemand) -> Interval) -> Interval {
    let figures: Vec<(Interval, Interval)> = families.iter().map(|f| (f.share, figure(f))).collect();
    let likely = figures.iter().map(|(share, figure)| share.likely * figure.likely).sum();
    let divided: f64 = figures.iter().map(|(share, _)| share.likely).sum();
    let end = |of: &dyn Fn(&Interval) -> f64, up: f64| {
        let mut order: Vec<(Interval, f64)> = figures.iter().map(|(share, f)| (*share, of(f))).collect();
        order.sort_by(|a, b| (up * b.1).total_cmp(&(up * a.1)));
        // Everybody has the least; what is left goes to those who weigh most, up to their most.
        let least: f64 = order.iter().map(|(share, _)| share.low).sum();
        let mut left = (divided - least).max(0.0);
        let mut sum = 0.0;
        for (share, figure) in order {
            let more = left.min(share.high - share.low);
            left -= more;
            sum += (share.low + more) * figure;
        }
        sum
    };
    Interval::new(end(&|f| f.low, -1.0), likely, end(&|f| f.high, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::Demand;
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
