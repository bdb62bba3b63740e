//! Which share of the keys is emulated, decided while the trace is read.

use std::borrow::Cow;

use super::request::{Op, mix};
use super::sampled_keys::Sample;

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

/// Sampled keys that the smallest cache should hold: with fewer it matters which hot keys are among them.
const IN_CACHE: f64 = 1_400.0;

/// One sample of all keys, or one of a share for each salt.
pub struct Samples {
    each: Vec<Sample>,
    share: Share,
    salts: usize,
    /// How often the share is halved where the caches are large.
    usual: u32,
}

impl Samples {
    /// Empty samples.
    pub fn new(share: Share, salts: usize) -> Self {
        let all = Sample::new(0);
        let (each, usual) = match share {
            Share::Auto | Share::Fixed(0) => (vec![all], 0),
            Share::Fixed(halvings) => (salted(&all, salts, halvings), halvings),
        };
        Self { each, share, salts, usual }
    }

    /// The samples.
    pub fn all(&self) -> &[Sample] {
        &self.each
    }

    /// Share of the keys in each.
    pub fn share(&self) -> f64 {
        self.each[0].share()
    }

    /// How often the share is halved where the caches are large.
    pub fn usual(&self) -> u32 {
        self.usual
    }

    /// How often the share may be halved for a cache of so many keys.
    pub fn halvings_for(&self, keys: f64) -> u32 {
        let enough = (keys / IN_CACHE).max(1.0).log2() as u32;
        // With half of the keys one might as well take all.
        let enough = if enough == 1 { 0 } else { enough };
        enough.min(self.usual).max(self.each[0].halvings())
    }

    /// The samples, or thinner ones made of them.
    pub fn at(&self, halvings: u32) -> Cow<'_, [Sample]> {
        let now = self.each[0].halvings();
        if halvings <= now {
            Cow::Borrowed(&self.each)
        } else if now == 0 {
            Cow::Owned(salted(&self.each[0], self.salts, halvings))
        } else {
            Cow::Owned(self.each.iter().map(|s| s.thinned(s.salt(), halvings)).collect())
        }
    }

    /// Adds a command to the samples that its key belongs to; `bytes` is told how large the key was before.
    #[inline]
    pub fn add(
        &mut self,
        key: u64,
        time_ms: u64,
        op: Op,
        ttl_ms: u64,
        mut bytes: impl FnMut(Option<u32>) -> u32,
    ) {
        for sample in &mut self.each {
            sample.add(key, time_ms, op, ttl_ms, &mut bytes);
        }
    }

    /// Thins the samples if the trace has become larger; false if they are too large and may not be thinned.
    /// `smallest` is the number of keys that the smallest cache holds.
    pub fn settle(&mut self, keys: usize, smallest: f64) -> bool {
        let kept: usize = self.each.iter().map(|s| s.accesses().len()).sum();
        if let Share::Fixed(_) = self.share {
            return kept <= MOST;
        }
        let share_of = |halvings: u32| (-f64::from(halvings)).exp2();
        if self.usual == 0 && (keys > ALL_KEYS || kept > BUDGET) {
            self.usual = FIRST;
        } else if self.usual == FIRST && keys as f64 * share_of(USUAL) >= ENOUGH_KEYS {
            self.usual = USUAL;
        }
        let now = self.each[0].halvings();
        let mut wanted = self.halvings_for(smallest);
        if kept > BUDGET {
            wanted = wanted.max(now + 1).max(FIRST);
            self.usual = self.usual.max(wanted);
        }
        if wanted > now {
            self.each = self.at(wanted).into_owned();
        }
        true
    }
}

fn salted(all: &Sample, salts: usize, halvings: u32) -> Vec<Sample> {
    (1..=salts as u64).map(|salt| all.thinned(mix(salt), halvings)).collect()
}
