//! Hash tables: chained, chained without values, and bucketed; for the keys of a database and inside collections.

use std::sync::OnceLock;

use super::build::Kind;
use super::{Allocator, Build, Server};

/// Hash slots of a cluster.
pub const SLOTS: f64 = 16_384.0;

/// How the keys of a database are spread over tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layout {
    /// Cluster mode is off: one table.
    Plain,
    /// Cluster mode: a table for each slot that the node holds, which is [`SLOTS`] divided by the shards.
    Slots(f64),
}

/// Bytes of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// When it is at rest.
    pub bytes: f64,
    /// What its old array adds while its elements are moved after it doubled.
    pub while_growing: f64,
}

/// Elements in a bucket of 64 bytes.
const BUCKET_SLOTS: u64 = 7;

impl Kind {
    /// Buckets of a table that `elements` were added to one after another.
    pub fn buckets(self, elements: u64) -> u64 {
        match self {
            Self::Chained | Self::NoValue => elements.next_power_of_two().max(4),
            Self::Bucketed => elements.div_ceil(BUCKET_SLOTS).max(1).next_power_of_two(),
        }
    }

    /// Buckets of a table that was created for `elements`.
    pub fn buckets_created_for(self, elements: u64) -> u64 {
        match self {
            Self::Chained | Self::NoValue => self.buckets(elements),
            Self::Bucketed => (5 * elements).div_ceil(32).max(1).next_power_of_two(),
        }
    }

    /// Bytes of the array of `buckets`.
    pub fn array(self, buckets: u64, allocator: Allocator) -> f64 {
        match self {
            Self::Chained | Self::NoValue => allocator.usable(8 * buckets),
            Self::Bucketed => allocator.usable(64 * buckets),
        }
    }

    /// Expected bytes of a table with `buckets` that holds `elements`, without the elements.
    pub fn bytes(self, elements: f64, buckets: u64, allocator: Allocator) -> f64 {
        let array = self.array(buckets, allocator);
        match self {
            Self::Chained => array,
            Self::NoValue => array + allocator.usable(16) * collisions(elements, buckets as f64),
            Self::Bucketed => array + allocator.usable(64) * buckets as f64 * children(elements, buckets),
        }
    }
}

/// Expected number of elements that share their bucket with an earlier one.
fn collisions(elements: f64, buckets: f64) -> f64 {
    // Non-empty buckets: b (1 - (1 - 1/b)^n).
    let empty_share = (elements * (-1.0 / buckets).ln_1p()).exp();
    (elements - buckets * (1.0 - empty_share)).max(0.0)
}

/// So many elements a slot usually holds at most.
const FEW: usize = 512;

/// [`child_buckets`]; of tables that grew to a few elements, as each of a node's thousands of slots has one, found once in
/// the life of the program.
fn children(elements: f64, buckets: u64) -> f64 {
    static FOUND: [OnceLock<f64>; FEW] = [const { OnceLock::new() }; FEW];
    let whole = elements.max(0.0) as usize;
    match FOUND.get(whole) {
        Some(found) if whole as f64 == elements && Kind::Bucketed.buckets(whole as u64) == buckets => {
            *found.get_or_init(|| child_buckets(elements, buckets as f64))
        }
        _ => child_buckets(elements, buckets as f64),
    }
}

/// Expected child buckets of one top bucket; the elements of a bucket are binomial.
fn child_buckets(elements: f64, buckets: f64) -> f64 {
    if elements <= 7.0 {
        return 0.0;
    }
    if buckets <= 1.0 {
        return ((elements - 7.0) / 6.0).ceil();
    }
    let odds = 1.0 / (buckets - 1.0);
    let mut probability = (elements * (-1.0 / buckets).ln_1p()).exp();
    let mut expected = 0.0;
    // The mean is at most seven, so that nothing is left beyond 48.
    for count in 0_u32..48 {
        if count > 7 {
            let term = probability * f64::from((count - 2) / 6);
            expected += term;
            if term < expected * 1e-12 {
                break;
            }
        }
        let count = f64::from(count);
        probability *= (elements - count).max(0.0) / (count + 1.0) * odds;
    }
    expected
}

/// The struct of a slot's table, before the allocator: dict or hashtable with what the key store adds to it.
fn slot_struct(build: Build, histograms: bool) -> u64 {
    match build {
        Build::Redis70 | Build::Redis72 => 0,
        // Five types x 60 counters of key sizes.
        Build::Redis80 | Build::Redis82 | Build::Redis86 => 64 + if histograms { 5 * 60 * 8 } else { 0 },
        Build::Valkey80 => 64,
        Build::Valkey81 => 88,
        Build::Valkey91 => 96,
    }
}

impl Server {
    /// Tables that find `keys` keys, for one database of one node.
    pub fn key_table(&self, keys: f64, layout: Layout) -> Table {
        let mut table = self.spread(keys, layout, true);
        if layout != Layout::Plain && matches!(self.build, Build::Redis70 | Build::Redis72) {
            // Each key is a member of its slot's list by two pointers.
            table.bytes += 16.0 * keys;
        }
        table
    }

    /// Tables that hold the expiry times of `keys` keys. What a key itself grows by is in [`Server::key`].
    pub fn expires_table(&self, keys: f64, layout: Layout) -> Table {
        let mut table = self.spread(keys, layout, false);
        if self.build.main_table() == Kind::Chained {
            table.bytes += self.allocator.usable(24) * keys;
        }
        table
    }

    /// One table, or one for each slot, for a database's keys (with histograms) or expiry times.
    fn spread(&self, keys: f64, layout: Layout, histograms: bool) -> Table {
        match layout {
            Layout::Slots(slots)
                if !matches!(self.build, Build::Redis70 | Build::Redis72) && slots >= 1.0 =>
            {
                let slot = self.allocator.usable(slot_struct(self.build, histograms));
                let mut bytes = 0.0;
                let mut while_growing = 0.0;
                for (count, probability) in keys_of_a_slot(keys / slots) {
                    let table = self.main_table(count);
                    bytes += probability * (slot + table.bytes);
                    while_growing += probability * table.while_growing;
                }
                Table { bytes: slots * bytes, while_growing: slots * while_growing }
            }
            _ => self.main_table(keys),
        }
    }

    fn main_table(&self, keys: f64) -> Table {
        let kind = self.build.main_table();
        let whole = keys.max(0.0).ceil() as u64;
        if whole == 0 {
            return Table { bytes: 0.0, while_growing: 0.0 };
        }
        let buckets =
            if self.build.doubles_full_main_table() { kind.buckets(whole + 1) } else { kind.buckets(whole) };
        Table {
            bytes: kind.bytes(keys, buckets, self.allocator),
            while_growing: kind.array(buckets / 2, self.allocator),
        }
    }
}

/// Numbers of keys that a slot may hold, each with its probability; none for empty slots.
fn keys_of_a_slot(mean: f64) -> Vec<(f64, f64)> {
    if mean <= 64.0 {
        // Poisson, from its recurrence.
        let mut probability = (-mean).exp();
        (1..=128)
            .map(|count| {
                probability *= mean / f64::from(count);
                (f64::from(count), probability)
            })
            // What happens once in 10^15 slots does not count, and there are 16,384 of them.
            .filter(|(_, probability)| *probability > 1e-15)
            .collect()
    } else {
        // Normal, in 33 steps of a quarter of a deviation.
        let steps = (-16..=16).map(|step| f64::from(step) / 4.0);
        let total: f64 = steps.clone().map(|z| (-z * z / 2.0).exp()).sum();
        steps.map(|z| ((mean + z * mean.sqrt()).round(), (-z * z / 2.0).exp() / total)).collect()
    }
}
