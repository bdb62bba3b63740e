//! Which share of the keys is emulated, decided while the trace is read.

use super::request::{Op, mix};
use super::sample::Sample;

/// Below this number of keys all of them are emulated.
const ALL_KEYS: usize = 100_000;
/// A sample has at least so many keys, if the trace has.
const ENOUGH_KEYS: f64 = 15_000.0;
/// The first share of a sample is 1/8, the usual one 1/16.
const FIRST: u32 = 3;
const USUAL: u32 = 4;
/// Commands that are kept in all, at 16 bytes each.
const BUDGET: usize = 36_000_000;
/// The same where the share was asked for.
const MOST: usize = 200_000_000;

/// How keys are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// All below 100,000 keys, then 1/8, then 1/16, then less if memory needs it.
    Auto,
    /// So many halvings; zero for all keys.
    Fixed(u32),
}

/// One sample of all keys, or one of a share for each salt.
pub struct Samples {
    each: Vec<Sample>,
    share: Share,
    salts: usize,
}

impl Samples {
    /// Empty samples.
    pub fn new(share: Share, salts: usize) -> Self {
        let all = Sample::new(0);
        let each = match share {
            Share::Auto | Share::Fixed(0) => vec![all],
            Share::Fixed(halvings) => salted(&all, salts, halvings),
        };
        Self { each, share, salts }
    }

    /// The samples.
    pub fn all(&self) -> &[Sample] {
        &self.each
    }

    /// Share of the keys in each.
    pub fn share(&self) -> f64 {
        self.each[0].share()
    }

    /// Adds a command to the samples that its key belongs to.
    #[inline]
    pub fn add(&mut self, key: u64, time_ms: u64, bytes: u32, op: Op, ttl_ms: u64) {
        for sample in &mut self.each {
            sample.add(key, time_ms, bytes, op, ttl_ms);
        }
    }

    /// Thins the samples if the trace has become larger; false if they are too large and may not be thinned.
    pub fn settle(&mut self, keys: usize) -> bool {
        let kept: usize = self.each.iter().map(|s| s.accesses().len()).sum();
        if let Share::Fixed(_) = self.share {
            return kept <= MOST;
        }
        let halvings = self.each[0].halvings();
        if halvings == 0 {
            if keys > ALL_KEYS || kept > BUDGET {
                self.each = salted(&self.each[0], self.salts, FIRST);
            }
        } else {
            let next = keys as f64 * 0.5 * self.share();
            if kept > BUDGET || (halvings < USUAL && next >= ENOUGH_KEYS) {
                self.each.iter_mut().for_each(|s| s.halve(1));
            }
        }
        true
    }
}

fn salted(all: &Sample, salts: usize, halvings: u32) -> Vec<Sample> {
    (1..=salts as u64).map(|salt| all.thinned(mix(salt), halvings)).collect()
}
