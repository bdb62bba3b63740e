//! The one pass over a trace: exact LRU, samples for the emulation, and what the profile wants to know.

use std::num::NonZero;

use super::curve::{Distances, LruCurve};
use super::footprint::Footprint;
use super::key_ids::{Found, Interner, Sighting};
use super::lru_pass::{LruKeys, LruPass, Move};
use super::options::{Method, Options};
use super::request::{Op, Request, UNKNOWN};
use super::sampled_keys::Sample;
use super::sampling_rate::Samples;
use super::time_line::Place;

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
    /// Times to live that come with reads, in seconds: where nothing writes, a read that misses stores.
    pub ttl_of_reads: Distances,
    /// Those that writes set.
    pub ttl_of_writes: Distances,
    /// Lengths of names of new keys.
    pub key_len: Distances,
    /// Lengths of values, where they are known.
    pub value_len: Distances,
    /// Most reads in a minute.
    pub peak_reads: u64,
    /// Writes in that minute.
    pub peak_writes: u64,
}

impl Facts {
    /// Commands that store, and the times to live that they set. Beside writes, what comes with reads sets none.
    pub fn stores(&self) -> (u64, &Distances) {
        if self.writes == 0 { (self.reads, &self.ttl_of_reads) } else { (self.writes, &self.ttl_of_writes) }
    }

    /// Whether a time to live came with any command.
    pub fn any_ttl(&self) -> bool {
        self.ttl_of_reads.count() + self.ttl_of_writes.count() > 0
    }
}

/// Requests whose memory is read ahead together.
const TOGETHER: usize = 64;

/// Part of all keys that the smallest of the automatic sizes holds.
const SMALLEST: f64 = 1.0 / 128.0;

/// What the pass has learned.
pub struct Learned {
    /// Counts and sizes.
    pub facts: Facts,
    /// Exact LRU.
    pub lru: LruCurve,
    /// The samples.
    pub samples: Samples,
    /// Bytes of all keys that are left at the end.
    pub total: u64,
}

/// State of the pass.
pub struct Intake {
    all: AllKeys,
    /// Whether exact LRU sees all keys.
    full: bool,
    footprint: Footprint,
    samples: Samples,
    facts: Facts,
    /// Bytes for keys in the smallest cache, if it was named.
    smallest: Option<u64>,
    /// Value length where nothing is known.
    value_len: u32,
    first_ms: Option<u64>,
    phase_ms: u64,
    last_ms: u64,
    window: [u64; 3],
}

/// What needs a place for every key.
#[derive(Default)]
struct AllKeys {
    /// With the place of each key in the stack of exact LRU.
    interner: Interner<Place>,
    lru: LruKeys,
    /// Keys that were seen again.
    again: u64,
}

impl AllKeys {
    /// Finds the keys; none if there are too many.
    fn find(
        &mut self,
        requests: &[Request],
        facts: &mut Facts,
        found: &mut Vec<Found>,
        moves: &mut Vec<Move>,
    ) -> Option<()> {
        self.interner.reserve(requests.len());
        self.interner.warm(requests.iter().map(|r| r.key));
        found.clear();
        for request in requests {
            let (key, sighting) = self.interner.find(request.key)?;
            found.push(key);
            match sighting {
                Sighting::First => {
                    self.lru.add_key();
                    facts.key_len.add(u64::from(request.key_len));
                }
                Sighting::Second => self.again += 1,
                Sighting::Later => {}
            }
        }
        self.lru.make_room(requests.len(), self.interner.values(), moves);
        Some(())
    }
}

impl Intake {
    /// An empty pass. `smallest` is the room of the smallest cache, if it was named.
    pub fn new(options: &Options, smallest: Option<u64>) -> Self {
        Self {
            all: AllKeys::default(),
            full: options.method == Method::Full,
            footprint: Footprint::new(&options.server),
            samples: Samples::new(options.share, options.runs.max(1)),
            facts: Facts::default(),
            smallest,
            value_len: options.value_len,
            first_ms: None,
            phase_ms: 0,
            last_ms: 0,
            window: [0; 3],
        }
    }

    /// Takes requests, and adds what they move in the stack of exact LRU; false if there are more than can be kept.
    pub fn take(&mut self, requests: &[Request], moves: &mut Vec<Move>) -> bool {
        if self.full {
            let mut found = Vec::with_capacity(TOGETHER);
            for requests in requests.chunks(TOGETHER) {
                if self.all.find(requests, &mut self.facts, &mut found, moves).is_none() {
                    return false;
                }
                moves.extend(
                    requests.iter().zip(&found).filter_map(|(request, key)| self.request(request, *key)),
                );
            }
        } else {
            for request in requests {
                self.sampled(request);
            }
        }
        let keys = self.keys();
        let smallest = match self.smallest {
            Some(room) => room as f64 / self.samples.all()[0].mean_bytes().max(1.0),
            None => keys * SMALLEST,
        };
        self.samples.settle(keys as usize, smallest)
    }

    /// Keys so far, or how many the sample stands for.
    fn keys(&self) -> f64 {
        if self.full {
            self.all.interner.len() as f64
        } else {
            self.samples.all()[0].keys() as f64 / self.samples.share()
        }
    }

    /// Time of a request, from the first one; never less than one before it.
    #[inline]
    fn time(&mut self, request: &Request) -> u64 {
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
        time_ms
    }

    #[inline]
    fn request(&mut self, request: &Request, key: Found) -> Option<Move> {
        let time_ms = self.time(request);
        self.count(request, time_ms);
        let Self { all: AllKeys { interner, lru, .. }, footprint, facts, samples, value_len, .. } = self;
        let id = interner.id_at(key);
        let place = interner.value(key);
        let there = *place != 0;
        // Most reads need it neither here nor for a sample.
        let mut known = None;
        let mut told =
            |last| *known.get_or_insert_with(|| bytes(footprint, facts, *value_len, request, last));
        let moved = lru.command(id, place, time_ms, request.op, request.ttl_ms, || {
            let as_it_is = there && request.value_len == UNKNOWN;
            if as_it_is { None } else { NonZero::new(told(None)) }
        });
        samples.add(request.key, time_ms, request.op, request.ttl_ms, |last| told(last.filter(|_| there)));
        moved
    }

    /// A request of which only the samples learn.
    #[inline]
    fn sampled(&mut self, request: &Request) {
        let time_ms = self.time(request);
        self.count(request, time_ms);
        let Self { samples, footprint, facts, value_len, .. } = self;
        samples.add(request.key, time_ms, request.op, request.ttl_ms, |last| {
            if last.is_none() {
                facts.key_len.add(u64::from(request.key_len));
            }
            bytes(footprint, facts, *value_len, request, last)
        });
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
            let seconds = request.ttl_ms / 1000;
            match request.op {
                Op::Read => facts.ttl_of_reads.add(seconds),
                Op::Write | Op::Expire => facts.ttl_of_writes.add(seconds),
                Op::Delete => {}
            }
        }
    }

    /// What was learned, also by the stack that has followed all moves.
    pub fn finish(mut self, stack: LruPass) -> Learned {
        self.facts.keys = self.keys().round() as u64;
        let facts = &mut self.facts;
        facts.duration_ms = self.last_ms.saturating_sub(self.phase_ms);
        if self.window[1] + self.window[2] > facts.peak_reads + facts.peak_writes {
            [_, facts.peak_reads, facts.peak_writes] = self.window;
        }
        let (lru, total) = if self.full {
            facts.once = facts.keys - self.all.again;
            let total = stack.total();
            (stack.curve(&self.all.lru, 1.0), total)
        } else {
            let all = self.samples.all();
            facts.once = (all[0].once() * facts.keys as f64) as u64;
            let curves: Vec<LruCurve> = all.iter().map(Sample::lru).collect();
            let lru = LruCurve::joined(&curves, facts.reads);
            let total = lru.held.last().map_or(0.0, |bytes| *bytes as f64 / lru.share) as u64;
            (lru, total)
        };
        Learned { facts: self.facts, lru, samples: self.samples, total }
    }
}

/// Bytes of a key with its value. Where the trace does not tell, it is as large as when it was last seen.
#[inline]
fn bytes(
    footprint: &mut Footprint,
    facts: &mut Facts,
    value_len: u32,
    request: &Request,
    last: Option<u32>,
) -> u32 {
    let ttl = request.ttl_ms != 0;
    if request.value_len != UNKNOWN {
        return footprint.bytes(request.key_len, request.value_len, ttl);
    }
    if let Some(last) = last {
        return last;
    }
    facts.assumed_sizes += u64::from(matches!(request.op, Op::Read | Op::Write));
    footprint.bytes(request.key_len, value_len, ttl)
}
