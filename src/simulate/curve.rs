//! Hit ratio of exact LRU as a function of memory.

use super::emulate::main_table_bytes;
use crate::memory::Server;

/// Bits of a distance that are kept: sizes are told apart to 0.2 %.
const BITS: u32 = 9;
const FINE: u64 = 1 << BITS;

/// Counts by number of bytes, in classes of 0.2 %.
#[derive(Clone, Debug, Default)]
pub struct Distances {
    counts: Vec<u64>,
}

fn class(bytes: u64) -> usize {
    if bytes < FINE {
        return bytes as usize;
    }
    let shift = bytes.ilog2() - BITS;
    ((u64::from(shift) + 1) * FINE + ((bytes >> shift) - FINE)) as usize
}

/// The smallest value of a class.
fn lowest(class: usize) -> f64 {
    let class = class as u64;
    if class < FINE {
        return class as f64;
    }
    let shift = class / FINE - 1;
    ((FINE + class % FINE) as f64) * (shift as f64).exp2()
}

impl Distances {
    /// Counts one.
    #[inline]
    pub fn add(&mut self, bytes: u64) {
        let class = class(bytes);
        if class >= self.counts.len() {
            self.counts.resize(class + 1, 0);
        }
        self.counts[class] += 1;
    }

    /// Counts what another has counted.
    pub fn join(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The value that a share of all does not exceed; none if nothing was counted.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total = self.count();
        let wanted = (total as f64 * share).ceil().max(1.0) as u64;
        let mut sum = 0;
        let class = self.counts.iter().position(|count| {
            sum += count;
            sum >= wanted
        });
        class.map(lowest)
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The mean, to 0.2 %; none if nothing was counted.
    pub fn mean(&self) -> Option<f64> {
        let total = self.count();
        let sum: f64 = self.counts.iter().enumerate().map(|(class, n)| lowest(class) * *n as f64).sum();
        (total > 0).then(|| sum / total as f64)
    }

    /// How many were at most `bytes`. Inside the last class they count in proportion.
    pub fn within(&self, bytes: u64) -> f64 {
        let last = class(bytes);
        let whole: u64 = self.counts.iter().take(last).sum();
        let part = self.counts.get(last).copied().unwrap_or(0) as f64;
        let (start, width) = if bytes < FINE {
            (bytes, 1)
        } else {
            let shift = bytes.ilog2() - BITS;
            ((bytes >> shift) << shift, 1_u64 << shift)
        };
        whole as f64 + part * (bytes - start + 1) as f64 / width as f64
    }
}

/// What one pass of exact LRU over a trace, or over a sample of its keys, has learned.
#[derive(Clone, Debug, Default)]
pub struct LruCurve {
    /// Bytes that a read key and all keys used after it take.
    pub hits: Distances,
    /// Reads.
    pub reads: u64,
    /// Different keys.
    pub keys: u64,
    /// Keys that are there at the end.
    pub resident: u64,
    /// Bytes of the newest 1, 2, 4 … keys at the end: how many keys a number of bytes holds.
    pub held: Vec<u64>,
    /// Share of the keys, a power of two.
    pub share: f64,
    /// Samples that are counted together.
    pub samples: u32,
    /// Reads of the whole trace.
    pub all_reads: u64,
}

impl LruCurve {
    /// What samples of equal shares say together.
    pub fn joined(curves: &[Self], all_reads: u64) -> Self {
        let mut joined = Self { all_reads, ..curves.first().cloned().unwrap_or_default() };
        for curve in curves.iter().skip(1) {
            joined.hits.join(&curve.hits);
            joined.reads += curve.reads;
            joined.keys += curve.keys;
            joined.samples += 1;
        }
        joined
    }

    /// Reads that miss, if `room` bytes hold all keys and tables of the whole trace; of a single sample those of its
    /// own keys.
    pub fn misses(&self, server: &Server, room: f64) -> f64 {
        self.reads as f64 - self.hits.within(self.data(server, room * self.share))
    }

    /// Share of all reads that hit. Samples count misses and not hits: a few hot keys, which are in a sample or not,
    /// have many hits and few misses.
    pub fn hit_ratio(&self, server: &Server, room: f64) -> f64 {
        let times = self.share * f64::from(self.samples.max(1));
        let misses = self.misses(server, room) / times;
        (1.0 - misses / (self.all_reads as f64).max(1.0)).clamp(0.0, 1.0)
    }

    /// Keys of the whole trace that fit into `room`.
    pub fn keys_in(&self, server: &Server, room: f64) -> f64 {
        self.count(self.data(server, room * self.share)) / self.share
    }

    /// Room that holds as much of these keys as `room` holds of those that they are a `share` of, each beside the
    /// tables that find them.
    pub fn room_of_share(&self, server: &Server, room: f64, share: f64) -> f64 {
        let data = self.data_of(server, room, 1.0 / (share * self.share));
        let table = main_table_bytes(server, self.count(data), f64::INFINITY);
        (data as f64 + table) / self.share
    }

    /// Bytes of keys that fit into `room` beside the table that finds them.
    fn data(&self, server: &Server, room: f64) -> u64 {
        self.data_of(server, room, 1.0)
    }

    /// The same where there are `times` as many keys.
    fn data_of(&self, server: &Server, room: f64, times: f64) -> u64 {
        let table = |keys: f64, data: f64| main_table_bytes(server, keys * times, room - data);
        let all = self.held.last().copied().unwrap_or(0) as f64 * times;
        let (mut low, mut high) = (0_u64, (room.max(0.0) / times) as u64);
        if all + table(self.resident as f64, all) <= room {
            return high;
        }
        while high - low > 1 + low / 10_000 {
            let middle = low + (high - low) / 2;
            let data = middle as f64 * times;
            if data + table(self.count(middle), data) <= room { low = middle } else { high = middle }
        }
        low
    }

    /// How many of the newest keys take `bytes`.
    fn count(&self, bytes: u64) -> f64 {
        let next = self.held.partition_point(|held| *held <= bytes);
        let keys = |i: usize| ((1_u64 << i.min(62)) as f64).min(self.resident as f64);
        let (low_keys, low_bytes) = if next == 0 { (0.0, 0) } else { (keys(next - 1), self.held[next - 1]) };
        match self.held.get(next) {
            Some(high) => {
                let part = (bytes - low_bytes) as f64 / (high - low_bytes) as f64;
                low_keys + part * (keys(next) - low_keys)
            }
            None => self.resident as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_each_other() {
        let mut last = class(0);
        for bytes in 1..100_000 {
            let next = class(bytes);
            assert!(next == last || next == last + 1, "{bytes}");
            last = next;
        }
        assert!(class(u64::MAX) < 56 * 512);
    }

    #[test]
    fn counts_up_to_a_number_of_bytes() {
        let mut distances = Distances::default();
        (1..=10_000).for_each(|bytes| distances.add(bytes));
        for bytes in [1, 100, 511, 512, 1000, 5555, 9999] {
            assert!((distances.within(bytes) - bytes as f64).abs() < 1e-6, "{bytes}");
        }
        assert_eq!(distances.within(u64::MAX), 10_000.0);
    }
}
