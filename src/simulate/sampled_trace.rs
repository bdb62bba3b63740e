//! A trace that is itself a sample of the keys, taken where the whole one lies: from what it shows to the whole.

use super::curve::LruCurve;
use super::error::SimulateError;
use super::outcome::{Outcome, TraceFacts};
use super::pass::Facts;
use super::sampled_keys::Sample;
use super::taken::Taken;
use crate::memory::Server;

/// Groups of the sampled keys, as a power of two, whose differences tell how far another sample might be away.
const GROUP_BITS: u32 = 4;
/// Standard errors on either side that hold 95 of 100 samples, with 15 degrees of freedom.
const T: f64 = 2.13;
/// Fewer sampled keys say nothing.
const LEAST_KEYS: u64 = 200;
/// Sampled keys in a cache below which one of them more or less is a matter of luck.
const FEW_IN_CACHE: f64 = 100.0;
/// So many times too many or too few reads are remarkable.
const ODD: f64 = 3.0;

/// A whole trace as its sample shows it, or a trace that is whole.
pub struct Whole<'a> {
    server: &'a Server,
    taken: Option<Taken>,
    lru: &'a LruCurve,
    /// Exact LRU on each group of the sampled keys.
    groups: Vec<LruCurve>,
    /// Share of the trace's keys that the groups have together.
    grouped: f64,
    /// Reads of the hottest keys, of which a sample rarely has one, as a share of all.
    head: f64,
    /// Reads that misses are compared with, as many as a sample of the trace's share should have.
    reads: f64,
}

impl<'a> Whole<'a> {
    /// What `taken` says about a trace with these facts.
    pub fn new(
        taken: Option<Taken>,
        server: &'a Server,
        facts: &Facts,
        lru: &'a LruCurve,
        sample: &Sample,
        zipf: Option<f64>,
    ) -> Result<Self, SimulateError> {
        let reads = facts.reads as f64;
        let Some(Taken { share, reads: all }) = taken else {
            let (groups, grouped, head) = (Vec::new(), 1.0, 0.0);
            return Ok(Self { server, taken, lru, groups, grouped, head, reads });
        };
        if facts.keys < LEAST_KEYS {
            return Err(SimulateError::FewSampledKeys { keys: facts.keys, least: LEAST_KEYS });
        }
        if let Some(all) = all.filter(|all| *all < facts.reads) {
            return Err(SimulateError::FewerReadsInAll { sampled: facts.reads, all });
        }
        let head = match (all, zipf) {
            (None, Some(exponent)) => head(1.0 / share, facts.keys as f64 / share, exponent),
            _ => 0.0,
        };
        let groups = sample.groups(GROUP_BITS).iter().map(Sample::lru).collect();
        let reads = taken.and_then(|taken| taken.expected_reads()).unwrap_or(reads);
        Ok(Self { server, taken, lru, groups, grouped: sample.share(), head, reads })
    }

    /// Share of the keys of the whole trace that the trace has.
    pub fn share(&self) -> f64 {
        self.taken.map_or(1.0, |taken| taken.share)
    }

    /// Reads that misses are compared with. A sample has the hottest keys or not, and with them many hits and few
    /// misses: misses count, against the reads of the whole trace where they are known.
    pub fn reads(&self) -> f64 {
        self.reads
    }

    /// Room for the keys of the trace where the whole ones have `room`. Tables grow by doubling, so that they are not
    /// in proportion: the data that fits beside them is.
    pub fn room(&self, room: f64) -> f64 {
        self.taken.map_or(room, |taken| self.lru.room_of_share(self.server, room, taken.share))
    }

    /// How far the hit ratio of the whole trace may be from that of its sample, 95 times of 100.
    pub fn error(&self, room: f64) -> Option<f64> {
        let taken = self.taken?;
        let (n, inside) = (self.groups.len() as f64, self.room(room));
        let each: Vec<(f64, f64)> =
            self.groups.iter().map(|g| (g.misses(self.server, inside), g.reads as f64)).collect();
        let (misses, reads) = each.iter().fold((0.0, 0.0), |(m, r), (a, b)| (m + a, r + b));
        // Against reads that are known only misses vary, otherwise the ratio of both.
        let apart = |(m, r): &(f64, f64)| match taken.reads {
            Some(_) => m - misses / n,
            None => m - r * misses / reads.max(1.0),
        };
        let variance = each.iter().map(|e| apart(e).powi(2)).sum::<f64>() / (n - 1.0);
        let sampled = (self.reads * self.grouped).max(1.0);
        let standard = (n * variance * (1.0 - taken.share) * self.grouped).sqrt() / sampled;
        Some((T * standard + self.head * misses / reads.max(1.0)).min(1.0))
    }

    /// Counts of the trace as those of the whole.
    pub fn facts(&self, facts: &mut TraceFacts) {
        let Some(taken) = self.taken else { return };
        let times = taken.reads.map_or(1.0 / taken.share, |all| all as f64 / (facts.reads as f64).max(1.0));
        let scaled = |count: u64| (count as f64 * times).round() as u64;
        facts.reads = scaled(facts.reads);
        facts.writes = scaled(facts.writes);
        facts.deletes = scaled(facts.deletes);
        facts.requests = facts.reads + facts.writes + facts.deletes;
        facts.keys = (facts.keys as f64 / taken.share).round() as u64;
        facts.peak = facts.peak.map(|(reads, writes)| (reads * times, writes * times));
    }

    /// An outcome for the trace as one for the whole, at the sizes that were asked for.
    pub fn scale(&self, outcome: &mut Outcome, sizes: &[u64]) {
        let Some(taken) = self.taken else { return };
        outcome.sampled = Some(taken);
        let room = |memory: u64| memory.saturating_sub(outcome.base) as f64;
        let errors: Vec<f64> = sizes.iter().filter_map(|memory| self.error(room(*memory))).collect();
        for curve in &mut outcome.policies {
            for ((point, memory), error) in curve.points.iter_mut().zip(sizes).zip(&errors) {
                point.memory = *memory;
                point.error = Some((error + point.error.unwrap_or(0.0)).min(1.0));
                point.evicted /= taken.share;
                point.rejected /= taken.share;
            }
        }
        let poor = sizes.iter().filter(|memory| self.keys_in(room(**memory)) < FEW_IN_CACHE).max();
        if let Some(memory) = poor {
            let held = self.keys_in(room(*memory));
            outcome.caveats.push(format!(
                "a cache of {memory} bytes holds {held:.0} of the sampled keys: take a larger share to compare sizes \
                 up to that one"
            ));
        }
        outcome.exact_lru_error = Some(errors);
        self.warn(taken, outcome);
    }

    /// Keys of the trace that fit where the whole ones have `room`.
    fn keys_in(&self, room: f64) -> f64 {
        self.lru.keys_in(self.server, self.room(room))
    }

    fn warn(&self, taken: Taken, outcome: &mut Outcome) {
        let parts = 1.0 / taken.share;
        if taken.reads.is_none() {
            outcome.caveats.push(format!(
                "nobody has counted the reads of the whole trace, and a sample of 1/{parts:.0} of the keys rarely has \
                 the hottest ones: hit ratios tend to be too low; --all-reads COUNT corrects that"
            ));
            return;
        }
        let sampled = self.lru.reads as f64 / self.lru.share / f64::from(self.lru.samples.max(1));
        let times = sampled / self.reads.max(1.0);
        if !(1.0 / ODD..=ODD).contains(&times) {
            outcome.caveats.push(format!(
                "the trace has {times:.2} times the reads of an even share of 1/{parts:.0}: if it was sampled by rows \
                 and not by keys, nothing here holds"
            ));
        }
    }
}

/// Share of the reads on the `first` of `keys` keys under a Zipf distribution.
fn head(first: f64, keys: f64, exponent: f64) -> f64 {
    // The sum over ranks, as the integral from one half.
    let sum = |to: f64| {
        let slope = 1.0 - exponent;
        if slope.abs() < 1e-6 { (to / 0.5).ln() } else { (to.powf(slope) - 0.5_f64.powf(slope)) / slope }
    };
    (sum(first.min(keys) + 0.5) / sum(keys + 0.5)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_keys_have_their_share() {
        let exact = |first: u32, keys: u32, s: f64| {
            let sum = |to: u32| (1..=to).map(|r| f64::from(r).powf(-s)).sum::<f64>();
            sum(first) / sum(keys)
        };
        for s in [0.6, 0.9, 1.0, 1.2] {
            let (near, right) = (head(100.0, 100_000.0, s), exact(100, 100_000, s));
            assert!((near - right).abs() < 0.02, "{s}: {near} {right}");
        }
    }
}
