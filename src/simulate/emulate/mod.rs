//! A server at its memory limit: which keys it keeps, command by command.

mod access;
mod frequency;
mod pool;
mod random;
mod run;
mod sampling;
mod table;

pub use access::Access;
pub(in crate::simulate) use table::main_table_bytes;

use pool::Pool;
use random::Random;
use serde::Serialize;
use table::Table;

use super::footprint::expire_entry;
use crate::memory::{Build, Server, TableKind};
use crate::units::Policy;

/// `maxmemory-samples`.
const SAMPLES: usize = 5;
/// `maxmemory-samples` at most.
pub const MOST_SAMPLES: usize = 64;

/// One server to emulate.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Build and allocator.
    pub server: Server,
    /// What goes when memory is full.
    pub policy: Policy,
    /// Bytes for keys and tables: `maxmemory` less what the server itself needs.
    pub room: u64,
    /// Whether a read that misses is followed by a write, as read-only traces need it.
    pub fill: bool,
    /// Share of the keys that the accesses stand for, a power of two.
    pub share: f64,
    /// Milliseconds of a unit of time in the accesses.
    pub unit_ms: u32,
    /// `maxmemory-samples`.
    pub samples: usize,
    /// Picks the hash function and all that is random.
    pub seed: u64,
}

impl Setting {
    /// A server with its default settings that sees all keys.
    pub fn new(server: &Server, policy: Policy, room: u64) -> Self {
        let (fill, share, unit_ms, samples, seed) = (true, 1.0, 1, SAMPLES, 1);
        Self { server: server.clone(), policy, room, fill, share, unit_ms, samples, seed }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Reads.
    pub reads: u64,
    /// Reads that found nothing.
    pub misses: u64,
    /// Keys that had to go.
    pub evicted: u64,
    /// Keys whose time was over.
    pub expired: u64,
    /// Writes that were refused because nothing could go.
    pub rejected: u64,
    /// Keys at the end.
    pub keys: u64,
    /// Bytes of keys and tables at the end.
    pub bytes: u64,
}

/// How victims are scored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Score {
    /// By the clock of the last use, or the last write.
    Age { writes_only: bool },
    /// By the LFU counter.
    Frequency,
    /// By the time left to live.
    Expiry,
    /// Not at all.
    Random,
    /// Nothing goes.
    Never,
}

fn score_of(policy: Policy) -> Score {
    match policy {
        Policy::AllkeysLru | Policy::VolatileLru => Score::Age { writes_only: false },
        Policy::AllkeysLrm | Policy::VolatileLrm => Score::Age { writes_only: true },
        Policy::AllkeysLfu | Policy::VolatileLfu => Score::Frequency,
        Policy::VolatileTtl => Score::Expiry,
        Policy::AllkeysRandom | Policy::VolatileRandom | Policy::OptimisticVolatile => Score::Random,
        Policy::NoEviction => Score::Never,
    }
}

/// A key that may be there.
#[derive(Clone, Copy, Default)]
struct Key {
    /// LRU clock in seconds, or LFU word.
    stamp: u32,
    /// Zero if it is not there.
    bytes: u32,
    /// When it expires, in units of time; zero for never.
    expires: u32,
}

/// A running server.
struct Emulator<'a> {
    setting: &'a Setting,
    score: Score,
    volatile: bool,
    main: Table<Key>,
    expires: Table<()>,
    pool: Pool,
    /// Keys of the last sample and their scores.
    sampled: [u32; MOST_SAMPLES],
    scores: [u32; MOST_SAMPLES],
    random: Random,
    /// Bytes of all keys.
    data: u64,
    /// Now, in units of time.
    now: u32,
    /// The clock of the policy, as the periodic task last set it: seconds, or minutes for LFU.
    clock: u32,
    next_tick: u32,
    /// Units of time between two periodic tasks.
    tick: u32,
    ticks: u32,
    cursor: u32,
    seen: Vec<u32>,
    expire_entry: u32,
    doubles: bool,
    tally: Tally,
}

impl<'a> Emulator<'a> {
    fn new(setting: &'a Setting, keys: usize, first: u32, any_ttl: bool) -> Self {
        let (kind, allocator) = (setting.server.build.main_table(), setting.server.allocator);
        let seed = setting.seed;
        let tick = (100 / setting.unit_ms).max(1);
        Self {
            setting,
            score: score_of(setting.policy),
            volatile: setting.policy.is_volatile(),
            main: Table::new(kind, allocator, keys, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            expires: Table::new(kind, allocator, if any_ttl { keys } else { 0 }, seed ^ 0xdead_beef),
            pool: Pool::default(),
            sampled: [0; MOST_SAMPLES],
            scores: [0; MOST_SAMPLES],
            random: Random::new(seed),
            data: 0,
            now: first,
            clock: 0,
            next_tick: first,
            tick,
            ticks: 0,
            cursor: 0,
            seen: Vec::new(),
            expire_entry: expire_entry(&setting.server),
            doubles: setting.server.build.doubles_full_main_table() && kind != TableKind::Bucketed,
            tally: Tally::default(),
        }
    }

    fn used(&self) -> u64 {
        self.data + self.main.bytes() + self.expires.bytes()
    }

    /// Bytes that may still be allocated.
    fn left(&self, more: u32) -> i64 {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        signed(self.setting.room).saturating_sub(signed(self.used())).saturating_sub(i64::from(more))
    }

    /// Evicts until memory is below its limit; false if nothing can go.
    #[inline]
    fn make_room(&mut self) -> bool {
        while self.used() > self.setting.room {
            let Some(victim) = self.victim() else { return false };
            self.remove(victim);
            self.tally.evicted += 1;
        }
        true
    }

    fn victim(&mut self) -> Option<u32> {
        match self.score {
            Score::Never => None,
            Score::Random => {
                let random = &mut self.random;
                if self.volatile { self.expires.pick(random) } else { self.main.pick(random) }
            }
            Score::Age { .. } | Score::Frequency | Score::Expiry => self.best_of_pool(),
        }
    }

    /// One round: sample into the pool, then the best candidate that still exists.
    fn best_of_pool(&mut self) -> Option<u32> {
        let wanted = self.setting.samples.clamp(1, MOST_SAMPLES);
        loop {
            let (random, sampled) = (&mut self.random, &mut self.sampled[..wanted]);
            let (count, keys) = if self.volatile {
                (self.expires.sample(random, sampled), self.expires.len())
            } else {
                (self.main.sample(random, sampled), self.main.len())
            };
            if keys == 0 {
                return None;
            }
            // All scores first, since one does not wait for the memory of another.
            for i in 0..count {
                self.scores[i] = self.score(self.sampled[i]);
            }
            for (id, score) in self.sampled[..count].iter().zip(&self.scores) {
                self.pool.offer(*id, *score);
            }
            while let Some(id) = self.pool.take() {
                let key = self.main.entries[id as usize].key;
                if key.bytes != 0 && (!self.volatile || key.expires != 0) {
                    return Some(id);
                }
            }
        }
    }

    #[inline]
    fn score(&mut self, id: u32) -> u32 {
        let key = &mut self.main.entries[id as usize].key;
        match self.score {
            Score::Age { .. } => self.clock.saturating_sub(key.stamp),
            Score::Frequency => {
                let counter = frequency::decayed(key.stamp, self.clock);
                if self.setting.server.build == Build::Valkey91 {
                    key.stamp = (self.clock & 0xffff) << 8 | counter;
                }
                255 - counter
            }
            Score::Expiry => u32::MAX - key.expires,
            Score::Random | Score::Never => 0,
        }
    }

    fn remove(&mut self, id: u32) {
        let key = std::mem::take(&mut self.main.entries[id as usize].key);
        self.data -= u64::from(key.bytes);
        self.main.remove(id);
        if key.expires != 0 {
            self.expires.remove(id);
        }
    }
}
