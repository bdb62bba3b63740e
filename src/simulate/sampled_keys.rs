//! A sample of the keys with all their commands, thinned as the trace turns out larger.

use std::num::NonZero;

use super::curve::LruCurve;
use super::emulate::Access;
use super::key_ids::Interner;
use super::lru_pass::{LruKeys, LruPass};
use super::request::{Op, mix};

/// Commands of a sample for which exact LRU makes room together.
const TOGETHER: usize = 1024;

/// All commands on a share of the keys, chosen by hash.
#[derive(Clone)]
pub struct Sample {
    /// Odd, so that hashes times it are as different as hashes. One for a sample of all keys.
    salt: u64,
    /// A key belongs to it if its salted hash has this many leading zeros.
    halvings: u32,
    interner: Interner,
    /// Salted hash of each key.
    hashes: Vec<u64>,
    accesses: Vec<Access>,
    /// Bytes of each key at its last command, and of all of them.
    last: Vec<u32>,
    total: u64,
    /// Milliseconds of a unit of time.
    unit_ms: u32,
}

impl Sample {
    /// An empty sample of all keys.
    pub fn new(salt: u64) -> Self {
        Self {
            salt: salt | 1,
            halvings: 0,
            interner: Interner::default(),
            hashes: Vec::new(),
            accesses: Vec::new(),
            last: Vec::new(),
            total: 0,
            unit_ms: 1,
        }
    }

    /// The commands, in order.
    pub fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// Number of keys.
    pub fn keys(&self) -> usize {
        self.hashes.len()
    }

    /// Mean bytes of a key, as it was last seen.
    pub fn mean_bytes(&self) -> f64 {
        self.total as f64 / (self.last.len() as f64).max(1.0)
    }

    /// Share of the keys with one command only.
    pub fn once(&self) -> f64 {
        let mut counts = vec![0_u8; self.keys()];
        for access in &self.accesses {
            let count = &mut counts[access.id as usize];
            *count = count.saturating_add(1);
        }
        let once: u32 = counts.iter().map(|c| u32::from(*c == 1)).sum();
        f64::from(once) / (self.keys() as f64).max(1.0)
    }

    /// Share of all keys.
    pub fn share(&self) -> f64 {
        1.0 / f64::from(1_u32 << self.halvings.min(31))
    }

    /// How often the share was halved.
    pub fn halvings(&self) -> u32 {
        self.halvings
    }

    /// Milliseconds of a unit of time.
    pub fn unit_ms(&self) -> u32 {
        self.unit_ms
    }

    /// Adds a command, if its key belongs to the sample. `bytes` is told how large the key was when it was last seen.
    #[inline]
    pub fn add(
        &mut self,
        key: u64,
        time_ms: u64,
        op: Op,
        ttl_ms: u64,
        bytes: impl FnOnce(Option<u32>) -> u32,
    ) {
        let hash = key.wrapping_mul(self.salt);
        if hash.leading_zeros() < self.halvings {
            return;
        }
        // A trace that is longer than 49 days gets coarser times.
        while time_ms / u64::from(self.unit_ms) >= u64::from(u32::MAX) && self.unit_ms < 1 << 30 {
            self.unit_ms *= 2;
            self.accesses.iter_mut().for_each(|a| a.time /= 2);
        }
        // The leading zeros say nothing about the place in a table.
        let Some((id, new)) = self.interner.id(mix(hash)) else { return };
        let bytes = if new {
            self.hashes.push(hash);
            let bytes = bytes(None);
            self.last.push(bytes);
            bytes
        } else {
            let last = &mut self.last[id as usize];
            self.total -= u64::from(*last);
            *last = bytes(Some(*last));
            *last
        };
        self.total += u64::from(bytes);
        let time = u32::try_from(time_ms / u64::from(self.unit_ms)).unwrap_or(u32::MAX);
        self.accesses.push(Access::new(id, time, bytes, op, ttl_ms));
    }

    /// The salt.
    pub fn salt(&self) -> u64 {
        self.salt
    }

    /// Leaves half of the keys, `times` times.
    pub fn halve(&mut self, times: u32) {
        self.halvings += times;
        *self = self.thinned(self.salt, self.halvings);
    }

    /// A sample by another salt, of a share of these keys. Only a sample of all keys may change its salt.
    #[must_use]
    pub fn thinned(&self, salt: u64, halvings: u32) -> Self {
        self.chosen(salt, halvings, |hash| hash.leading_zeros() >= halvings)
    }

    /// Groups of equal shares, which hold every key once.
    pub fn groups(&self, bits: u32) -> Vec<Self> {
        // Beside the bits that say whether a key is in the sample.
        let group = |hash: u64| hash.wrapping_shl(self.halvings) >> (64 - bits);
        (0..1_u64 << bits).map(|g| self.chosen(self.salt, self.halvings + bits, |h| group(h) == g)).collect()
    }

    fn chosen(&self, salt: u64, halvings: u32, chosen: impl Fn(u64) -> bool) -> Self {
        let mut thinned = Self { halvings, unit_ms: self.unit_ms, ..Self::new(salt) };
        let salt = thinned.salt;
        let again = inverse(self.salt).wrapping_mul(salt);
        let mut ids = vec![u32::MAX; self.hashes.len()];
        for ((id, hash), last) in ids.iter_mut().zip(&self.hashes).zip(&self.last) {
            let hash = hash.wrapping_mul(again);
            if !chosen(hash) {
                continue;
            }
            if let Some((new, _)) = thinned.interner.id(mix(hash)) {
                *id = new;
                thinned.hashes.push(hash);
                thinned.last.push(*last);
                thinned.total += u64::from(*last);
            }
        }
        thinned.accesses = self
            .accesses
            .iter()
            .filter(|a| ids[a.id as usize] != u32::MAX)
            .map(|a| Access { id: ids[a.id as usize], ..*a })
            .collect();
        thinned
    }

    /// Exact LRU on the sample.
    pub fn lru(&self) -> LruCurve {
        let (mut keys, mut pass) = (LruKeys::default(), LruPass::default());
        for _ in 0..self.keys() {
            keys.add_key();
        }
        let mut places = vec![0; self.keys()];
        let mut moves = Vec::new();
        let unit = u64::from(self.unit_ms);
        for accesses in self.accesses.chunks(TOGETHER) {
            keys.make_room(accesses.len(), places.iter_mut(), &mut moves);
            for a in accesses {
                let place = &mut places[a.id as usize];
                let time_ms = u64::from(a.time) * unit;
                moves
                    .extend(keys.command(a.id, place, time_ms, a.op(), a.ttl_ms(), || NonZero::new(a.bytes)));
            }
            pass.apply(&moves);
            moves.clear();
        }
        pass.curve(&keys, self.share())
    }
}

/// The number that times an odd `x` is one; each round doubles the bits that are right.
fn inverse(x: u64) -> u64 {
    (0..6).fold(x, |y, _| y.wrapping_mul(2_u64.wrapping_sub(x.wrapping_mul(y))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_factors_can_be_undone() {
        for x in [1, 3, u64::MAX, 0x0123_4567_89ab_cdef] {
            assert_eq!(x.wrapping_mul(inverse(x)), 1);
        }
    }

    #[test]
    fn a_thinned_sample_is_what_would_have_been_sampled() {
        let fill = |sample: &mut Sample| {
            for i in 0..50_000_u64 {
                let key = mix(i) % 5000;
                let op = if i % 3 == 0 { Op::Write } else { Op::Read };
                sample.add(mix(key), i, op, i % 7, |_| 100);
            }
        };
        let mut all = Sample::new(0);
        fill(&mut all);
        let thinned = all.thinned(77, 4);
        let mut direct = Sample { halvings: 4, ..Sample::new(77) };
        fill(&mut direct);
        assert_eq!(thinned.keys(), direct.keys());
        assert!((200..430).contains(&thinned.keys()), "{}", thinned.keys());
        assert_eq!(thinned.accesses.len(), direct.accesses.len());
        let mut halved = all.thinned(77, 2);
        let groups = all.groups(2);
        assert_eq!(groups.iter().map(Sample::keys).sum::<usize>(), all.keys());
        assert_eq!(groups.iter().map(|g| g.accesses.len()).sum::<usize>(), all.accesses.len());
        assert!(groups.iter().all(|g| g.share() == 0.25 && g.keys() > all.keys() / 5));
        halved.halve(2);
        assert_eq!(halved.accesses.len(), direct.accesses.len());
        assert_eq!(halved.keys(), direct.keys());
    }
}
