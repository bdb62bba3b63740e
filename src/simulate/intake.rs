//! The one pass over a trace: exact LRU, samples for the emulation, and what the profile wants to know.

use super::curve::{Distances, LruCurve};
use super::footprint::Footprint;
use super::intern::Interner;
use super::request::{Op, Request, UNKNOWN};
use super::sample::LruPass;
use super::samples::{Samples, Share};
use crate::memory::Server;

/// Phase of the clock that is kept from the trace: LRU counts seconds, LFU minutes.
const PHASE_MS: u64 = 3_600_000;
/// Rates are taken over a minute.
const WINDOW_MS: u64 = 60_000;

/// What is learned on the way.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Commands on keys.
    pub requests: u64,
    /// Commands that read.
    pub reads: u64,
    /// Commands that write or set a time to live.
    pub writes: u64,
    /// Commands that delete.
    pub deletes: u64,
    /// Different keys.
    pub keys: u64,
    /// Keys with one command only.
    pub once: u64,
    /// Milliseconds from the first to the last command.
    pub duration_ms: u64,
    /// Commands with an earlier time than one before them.
    pub backwards: u64,
    /// Commands whose value length had to be assumed.
    pub assumed_sizes: u64,
    /// Commands that give their key a time to live.
    pub with_ttl: u64,
    /// Lengths of names of new keys.
    pub key_len: Distances,
    /// Lengths of values, where they are known.
    pub value_len: Distances,
    /// Times to live in seconds.
    pub ttl_s: Distances,
    /// Most reads in a minute.
    pub peak_reads: u64,
    /// Writes in that minute.
    pub peak_writes: u64,
}

/// Requests whose memory is read ahead together.
const TOGETHER: usize = 256;

/// State of the pass.
pub struct Intake {
    interner: Interner,
    footprint: Footprint,
    lru: LruPass,
    /// The samples.
    pub samples: Samples,
    facts: Facts,
    /// One bit a key: whether it was seen again.
    again: Vec<u64>,
    /// Value length where nothing is known.
    value_len: u32,
    first_ms: Option<u64>,
    phase_ms: u64,
    last_ms: u64,
    window: [u64; 3],
}

impl Intake {
    /// An empty pass.
    pub fn new(server: &Server, share: Share, salts: usize, value_len: u32) -> Self {
        Self {
            interner: Interner::default(),
            footprint: Footprint::new(server),
            lru: LruPass::default(),
            samples: Samples::new(share, salts),
            facts: Facts::default(),
            again: Vec::new(),
            value_len,
            first_ms: None,
            phase_ms: 0,
            last_ms: 0,
            window: [0; 3],
        }
    }

    /// Takes requests; false if there are more than can be kept.
    pub fn take(&mut self, requests: &[Request]) -> bool {
        let mut ids = Vec::with_capacity(TOGETHER);
        for requests in requests.chunks(TOGETHER) {
            self.interner.warm(requests.iter().map(|r| r.key));
            ids.clear();
            for request in requests {
                let Some((id, new)) = self.interner.id(request.key) else { return false };
                ids.push(id);
                if new {
                    self.lru.add_key();
                    if id.is_multiple_of(64) {
                        self.again.push(0);
                    }
                    self.facts.key_len.add(u64::from(request.key_len));
                } else {
                    self.again[id as usize / 64] |= 1 << (id % 64);
                }
            }
            self.lru.warm(&ids);
            requests.iter().zip(&ids).for_each(|(request, id)| self.request(request, *id));
        }
        self.samples.settle(self.interner.len())
    }

    #[inline]
    fn request(&mut self, request: &Request, id: u32) {
        let first = *self.first_ms.get_or_insert_with(|| {
            self.phase_ms = request.time_ms % PHASE_MS;
            request.time_ms
        });
        let mut time_ms = request.time_ms.saturating_sub(first) + self.phase_ms;
        if time_ms < self.last_ms || request.time_ms < first {
            self.facts.backwards += 1;
            time_ms = self.last_ms;
        }
        self.last_ms = time_ms;
        let bytes = self.bytes(request, id);
        self.count(request, time_ms);
        self.lru.access(id, time_ms, bytes, request.op, request.ttl_ms);
        self.samples.add(request.key, time_ms, bytes, request.op, request.ttl_ms);
    }

    #[inline]
    fn bytes(&mut self, request: &Request, id: u32) -> u32 {
        let ttl = request.ttl_ms != 0;
        if request.value_len != UNKNOWN {
            return self.footprint.bytes(request.key_len, request.value_len, ttl);
        }
        // As large as when it was last seen.
        if let Some(weight) = self.lru.weight(id) {
            return weight;
        }
        self.facts.assumed_sizes += u64::from(matches!(request.op, Op::Read | Op::Write));
        self.footprint.bytes(request.key_len, self.value_len, ttl)
    }

    #[inline]
    fn count(&mut self, request: &Request, time_ms: u64) {
        let facts = &mut self.facts;
        facts.requests += 1;
        let minute = time_ms / WINDOW_MS;
        if self.window[0] != minute {
            if self.window[1] + self.window[2] > facts.peak_reads + facts.peak_writes {
                [_, facts.peak_reads, facts.peak_writes] = self.window;
            }
            self.window = [minute, 0, 0];
        }
        match request.op {
            Op::Read => {
                facts.reads += 1;
                self.window[1] += 1;
            }
            Op::Write | Op::Expire => {
                facts.writes += 1;
                self.window[2] += 1;
            }
            Op::Delete => {
                facts.deletes += 1;
                self.window[2] += 1;
            }
        }
        if request.value_len != UNKNOWN && request.op != Op::Delete {
            facts.value_len.add(u64::from(request.value_len));
        }
        if request.ttl_ms != 0 {
            facts.with_ttl += 1;
            facts.ttl_s.add(request.ttl_ms / 1000);
        }
    }

    /// What was learned: facts, exact LRU, samples, and the bytes of all keys that are left at the end.
    pub fn finish(mut self) -> (Facts, LruCurve, Samples, u64) {
        let facts = &mut self.facts;
        facts.keys = self.interner.len() as u64;
        let again: u32 = self.again.iter().map(|bits| bits.count_ones()).sum();
        facts.once = facts.keys - u64::from(again);
        facts.duration_ms = self.last_ms.saturating_sub(self.phase_ms);
        if self.window[1] + self.window[2] > facts.peak_reads + facts.peak_writes {
            [_, facts.peak_reads, facts.peak_writes] = self.window;
        }
        let total = self.lru.total();
        (self.facts, self.lru.curve(1.0), self.samples, total)
    }
}
