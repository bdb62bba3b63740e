//! What share of the operations the hottest key takes.

use crate::profile::Skew;

/// Share of the most popular of `keys` keys, from 0 to 1.
pub fn hottest_key_share(skew: Skew, keys: f64) -> f64 {
    let keys = keys.max(1.0);
    match skew {
        Skew::Uniform => 1.0 / keys,
        Skew::Zipf(s) => 1.0 / generalized_harmonic(keys, s),
    }
}

/// Share of the operations that the most popular part of `keys` keys takes, from 0 to 1.
pub fn popular_share(skew: Skew, keys: f64, part: f64) -> f64 {
    let keys = keys.max(1.0);
    match skew {
        Skew::Uniform => part,
        Skew::Zipf(s) => {
            let popular = (keys * part).max(1.0);
            (generalized_harmonic(popular, s) / generalized_harmonic(keys, s)).min(1.0)
        }
    }
}

/// Sum of r^-s for r = 1..n: the first terms one by one, the rest as an integral.
fn generalized_harmonic(n: f64, s: f64) -> f64 {
    const EXACT: u32 = 64;
    let head: f64 = (1..=EXACT).map(f64::from).take_while(|r| *r <= n).map(|r| r.powf(-s)).sum();
    let from = f64::from(EXACT) + 0.5;
    if n <= from {
        return head;
    }
    let to = n + 0.5;
    let tail = if (s - 1.0).abs() < 1e-9 {
        (to / from).ln()
    } else {
        (to.powf(1.0 - s) - from.powf(1.0 - s)) / (1.0 - s)
    };
    head + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_agrees_with_the_sum() {
        for s in [0.5, 0.9, 1.0, 1.3] {
            let exact: f64 = (1..=100_000).map(|r| f64::from(r).powf(-s)).sum();
            assert!((generalized_harmonic(100_000.0, s) / exact - 1.0).abs() < 1e-5, "s = {s}");
        }
    }

    #[test]
    fn the_popular_part_takes_more_the_steeper_the_skew() {
        let fifth = |skew| popular_share(skew, 1e6, 0.2);
        assert_eq!(fifth(Skew::Uniform), 0.2);
        let rising: Vec<f64> = [0.0, 0.5, 0.7, 0.9, 1.1].into_iter().map(|s| fifth(Skew::Zipf(s))).collect();
        assert!(rising.is_sorted(), "{rising:?}");
        assert!((rising[0] - 0.2).abs() < 1e-3 && rising[3] > 0.79 && rising[4] > 0.9, "{rising:?}");
    }

    #[test]
    fn uniform_access_has_no_favourite() {
        assert_eq!(hottest_key_share(Skew::Uniform, 1e6), 1e-6);
        assert!(hottest_key_share(Skew::Zipf(0.9), 1e6) > 0.01);
    }
}
