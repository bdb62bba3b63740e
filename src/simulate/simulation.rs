//! From a trace to hit ratios.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use thiserror::Error;

use super::curve::{Distances, LruCurve};
use super::emulate::{Setting, Tally};
use super::intake::{Facts, Intake};
use super::outcome::{Mark, Outcome, Point, PolicyCurve, TraceFacts};
use super::read::{Trace, TraceError};
use super::samples::{Samples, Share};
use super::shape;
use crate::memory::{Build, Server};
use crate::units::{Engine, Policy};

/// Connection buffers of a few clients.
const CLIENTS: f64 = 60_000.0;
/// Commands in use: GET, SET and what tools send.
const COMMANDS: f64 = 4.0;
/// Seeds for a small trace of which all keys are emulated.
const SMALL: u64 = 3_000_000;

/// Sizes to simulate.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// From 1/64 of what all keys need to all of it.
    Auto,
    /// These values of `maxmemory`.
    Given(Vec<u64>),
}

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Build and allocator.
    pub server: Server,
    /// Policies; none for those that make sense for the trace.
    pub policies: Vec<Policy>,
    /// Sizes.
    pub sizes: Sizes,
    /// Share of the keys.
    pub share: Share,
    /// Whether a read that misses is followed by a write; none: if the trace has no writes.
    pub fill: Option<bool>,
    /// Value length where the trace does not tell.
    pub value_len: u32,
    /// Salts, or seeds.
    pub runs: usize,
    /// `maxmemory-samples`.
    pub samples: usize,
    /// Stop reading after so many requests.
    pub most_requests: u64,
    /// Threads for the emulation; none for all cores.
    pub threads: Option<usize>,
}

impl Options {
    /// Usual options for a server.
    pub fn new(server: Server) -> Self {
        Self {
            server,
            policies: Vec::new(),
            sizes: Sizes::Auto,
            share: Share::Auto,
            fill: None,
            value_len: 100,
            runs: 3,
            samples: 5,
            most_requests: u64::MAX,
            threads: None,
        }
    }
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum SimulateError {
    /// The trace cannot be used.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Nothing in it reads a key.
    #[error("the trace has no reads ({requests} requests), so that there is no hit ratio")]
    NoReads {
        /// Requests in it.
        requests: u64,
    },
    /// More requests than can be kept.
    #[error(
        "the emulated share of the trace does not fit into memory; a smaller one, such as --sample 1/64, does"
    )]
    TooLarge,
    /// Memory that does not even hold the server.
    #[error("{memory} bytes of memory do not hold an empty server, which needs {base}")]
    TooSmall {
        /// What was asked for.
        memory: u64,
        /// What is needed.
        base: u64,
    },
    /// A policy that the server does not have.
    #[error("{server} has no policy {policy}")]
    NoSuchPolicy {
        /// The server.
        server: String,
        /// The policy.
        policy: Policy,
    },
}

/// What is going on, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// So many requests were read.
    Reading(u64),
    /// So many of all emulations are done.
    Emulating(usize, usize),
}

/// Bytes that a server needs for itself with a few clients.
pub fn base(server: &Server) -> u64 {
    // `Server::base` is the largest that was seen, for planning; this is the usual one.
    let empty = match server.build {
        Build::Redis70 => 0.90e6,
        Build::Redis72 => 0.94e6,
        Build::Redis80 => 0.75e6,
        Build::Redis82 | Build::Redis86 => 0.80e6,
        Build::Valkey80 | Build::Valkey81 | Build::Valkey91 => 0.98e6,
    };
    (empty + server.database() + server.commands(COMMANDS) + CLIENTS) as u64
}

/// Simulates a trace.
pub fn simulate(
    trace: Trace,
    options: &Options,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<Outcome, SimulateError> {
    check(options)?;
    let (intake, trace) = read(trace, options, progress)?;
    let (facts, lru, samples, total) = intake.finish();
    if facts.reads == 0 {
        return Err(SimulateError::NoReads { requests: facts.requests });
    }
    let base = base(&options.server);
    let table = super::emulate::main_table_bytes(&options.server, lru.resident as f64, f64::INFINITY);
    let all_keys = base + total + table as u64 + 1;
    let sizes = match &options.sizes {
        Sizes::Given(sizes) => sizes.clone(),
        Sizes::Auto => (0..8).map(|i| base + ((all_keys - base) >> (7 - i)) * 11 / 10).collect(),
    };
    if let Some(memory) = sizes.iter().copied().find(|memory| *memory <= base) {
        return Err(SimulateError::TooSmall { memory, base });
    }
    let fill = options.fill.unwrap_or(facts.writes == 0);
    let policies = policies(options, &facts);
    let job = Jobs { options, samples: &samples, lru: &lru, facts: &facts, base, fill };
    let policies = job.run(&policies, &sizes, progress);
    let marks = shape::exact(&lru, &options.server, base, all_keys);
    let ceiling = 1.0 - lru.misses(&options.server, f64::MAX / 4.0) / facts.reads as f64;
    let caveats = caveats(&facts, &trace, options, fill, &samples);
    let exact_lru = sizes.iter().map(|m| exact_at(&lru, options, *m, base)).collect();
    Ok(Outcome {
        trace: trace_facts(&facts, &trace, &samples),
        server: options.server.version.clone(),
        allocator: options.server.allocator.as_str(),
        base,
        fill_on_miss: fill,
        share: samples.share(),
        runs: job.runs(),
        policies,
        exact_lru,
        ceiling,
        all_keys,
        knee: shape::knee(&marks, base),
        working_set: shape::working_set(&marks, ceiling),
        caveats,
    })
}

fn exact_at(lru: &LruCurve, options: &Options, memory: u64, base: u64) -> Mark {
    let misses = lru.misses(&options.server, memory.saturating_sub(base) as f64);
    Mark { memory, hit_ratio: 1.0 - misses / (lru.reads as f64).max(1.0) }
}

fn check(options: &Options) -> Result<(), SimulateError> {
    let modern = options.server.build == Build::Redis86;
    let missing = |p: &&Policy| match p {
        Policy::AllkeysLrm | Policy::VolatileLrm => !modern,
        Policy::OptimisticVolatile => true,
        _ => false,
    };
    match options.policies.iter().find(missing) {
        Some(policy) => {
            Err(SimulateError::NoSuchPolicy { server: options.server.version.clone(), policy: *policy })
        }
        None => Ok(()),
    }
}

/// The policies that were asked for, or those that are worth comparing.
fn policies(options: &Options, facts: &Facts) -> Vec<Policy> {
    if !options.policies.is_empty() {
        return options.policies.clone();
    }
    let mut policies = vec![Policy::AllkeysLru, Policy::AllkeysLfu, Policy::AllkeysRandom];
    if facts.with_ttl > 0 {
        policies.extend([Policy::VolatileLru, Policy::VolatileTtl]);
    }
    policies
}

/// Reads the trace in one thread and digests it in another.
fn read(
    mut trace: Trace,
    options: &Options,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<(Intake, Trace), SimulateError> {
    let mut intake = Intake::new(&options.server, options.share, options.runs.max(1), options.value_len);
    thread::scope(|scope| {
        let (send, receive) = sync_channel(8);
        let reader = scope.spawn(move || {
            loop {
                let mut batch = Vec::with_capacity(4096);
                match trace.next(&mut batch) {
                    // A receiver that has gone away has seen enough.
                    Ok(true) => {
                        if send.send(batch).is_err() {
                            return Ok(trace);
                        }
                    }
                    Ok(false) => return Ok(trace),
                    Err(error) => return Err(error),
                }
            }
        });
        let mut requests = 0;
        let mut fits = true;
        for mut batch in receive {
            let left = options.most_requests - requests;
            batch.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            requests += batch.len() as u64;
            fits = intake.take(&batch);
            progress(Stage::Reading(requests));
            if !fits || requests >= options.most_requests {
                break;
            }
        }
        let trace = match reader.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        if fits { Ok((intake, trace)) } else { Err(SimulateError::TooLarge) }
    })
}

/// All emulations.
struct Jobs<'a> {
    options: &'a Options,
    samples: &'a Samples,
    lru: &'a LruCurve,
    facts: &'a Facts,
    base: u64,
    fill: bool,
}

impl Jobs<'_> {
    fn runs(&self) -> usize {
        let wanted = self.options.runs.max(1);
        if self.samples.share() < 1.0 || self.facts.requests <= SMALL { wanted } else { 1 }
    }

    fn run(&self, policies: &[Policy], sizes: &[u64], progress: &(dyn Fn(Stage) + Sync)) -> Vec<PolicyCurve> {
        let runs = self.runs();
        let curves: Vec<LruCurve> = self.samples.all().iter().map(super::sample::Sample::lru).collect();
        let count = policies.len() * sizes.len() * runs;
        let next = AtomicUsize::new(0);
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = self.options.threads.unwrap_or(cores).clamp(1, count.max(1));
        let work = || {
            let mut done = Vec::new();
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= count {
                    return done;
                }
                let (run, place) = (job % runs, job / runs);
                let memory = sizes[place % sizes.len()];
                let tally = self.emulate(policies[place / sizes.len()], memory, run);
                progress(Stage::Emulating(job + 1, count));
                done.push((job, tally));
            }
        };
        let mut tallies = vec![Tally::default(); count];
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                match worker.join() {
                    Ok(done) => done.into_iter().for_each(|(job, tally)| tallies[job] = tally),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        let mut tallies = tallies.chunks(runs);
        policies
            .iter()
            .map(|policy| {
                let point = |memory: &u64| self.point(*memory, tallies.next().unwrap_or_default(), &curves);
                PolicyCurve { policy: *policy, points: sizes.iter().map(point).collect() }
            })
            .collect()
    }

    fn emulate(&self, policy: Policy, memory: u64, run: usize) -> Tally {
        let samples = self.samples.all();
        let sample = &samples[run % samples.len()];
        let room = ((memory - self.base) as f64 * sample.share()) as u64;
        let setting = Setting {
            fill: self.fill,
            share: sample.share(),
            unit_ms: sample.unit_ms(),
            samples: self.options.samples,
            seed: run as u64 + 1,
            ..Setting::new(&self.options.server, policy, room)
        };
        setting.run(sample.accesses(), sample.keys())
    }

    /// Joins the runs of one policy and size, corrected by exact LRU: on a sample, emulation and exact LRU see the
    /// same keys, so that the luck of the draw cancels in their difference.
    fn point(&self, memory: u64, tallies: &[Tally], curves: &[LruCurve]) -> Point {
        let room = (memory - self.base) as f64;
        let reads = self.facts.reads as f64;
        let exact = self.lru.misses(&self.options.server, room);
        let mut ratios = Vec::with_capacity(tallies.len());
        let (mut evicted, mut rejected) = (0.0, 0.0);
        for (run, tally) in tallies.iter().enumerate() {
            let curve = &curves[run % curves.len()];
            let scale = self.facts.keys as f64 / (curve.keys as f64).max(1.0);
            let difference = tally.misses as f64 - curve.misses(&self.options.server, room);
            ratios.push((1.0 - (exact + difference * scale) / reads).clamp(0.0, 1.0));
            evicted += tally.evicted as f64 * scale;
            rejected += tally.rejected as f64 * scale;
        }
        let runs = tallies.len().max(1) as f64;
        let (low, high) = ratios.iter().fold((1.0_f64, 0.0_f64), |(l, h), r| (l.min(*r), h.max(*r)));
        Point {
            memory,
            hit_ratio: ratios.iter().sum::<f64>() / runs,
            error: (ratios.len() > 1).then_some((high - low) / 2.0),
            evicted: evicted / runs,
            rejected: rejected / runs,
        }
    }
}

fn trace_facts(facts: &Facts, trace: &Trace, samples: &Samples) -> TraceFacts {
    let mean = Distances::mean;
    let sample = &samples.all()[0];
    let seconds = facts.duration_ms as f64 / 1000.0;
    let window = seconds.clamp(1.0, 60.0);
    let stores = if facts.writes == 0 { facts.reads } else { facts.writes };
    TraceFacts {
        format: trace.format(),
        input: trace.counts().clone(),
        requests: facts.requests,
        reads: facts.reads,
        writes: facts.writes,
        deletes: facts.deletes,
        keys: facts.keys,
        one_hit_share: facts.once as f64 / (facts.keys as f64).max(1.0),
        seconds,
        key_size: mean(&facts.key_len).unwrap_or(0.0),
        value_size: mean(&facts.value_len),
        value_range: facts.value_len.quantile(0.1).zip(facts.value_len.quantile(0.9)),
        ttl_seconds: facts.ttl_s.quantile(0.5),
        ttl_share: facts.with_ttl as f64 / (stores as f64).max(1.0),
        zipf: shape::zipf(sample.accesses(), sample.keys()),
        peak: (facts.peak_reads as f64 / window, facts.peak_writes as f64 / window),
    }
}

fn caveats(facts: &Facts, trace: &Trace, options: &Options, fill: bool, samples: &Samples) -> Vec<String> {
    let mut caveats = Vec::new();
    let counts = trace.counts();
    if counts.bad > 0 {
        let shown: Vec<String> =
            counts.first_bad.iter().map(|b| format!("line {}: {}", b.line, b.why)).collect();
        caveats.push(format!(
            "{} of {} lines could not be read ({})",
            counts.bad,
            counts.lines,
            shown.join("; ")
        ));
    }
    if facts.backwards > 0 {
        caveats.push(format!(
            "{} requests have an earlier time than one before them; they were taken at the later time",
            facts.backwards
        ));
    }
    if facts.duration_ms < 10_000 {
        caveats.push(
            "the trace covers less than 10 s: servers count LRU in seconds, so that recent keys look alike"
                .into(),
        );
    }
    if facts.assumed_sizes > 0 {
        caveats.push(format!(
            "{} requests tell no value size where none was seen before: {} B assumed",
            facts.assumed_sizes, options.value_len
        ));
    }
    if counts.collections > 0 {
        caveats.push(format!(
            "{} writes to collections: the size of a collection is taken from its last write alone",
            counts.collections
        ));
    }
    if !fill {
        caveats.push(
            "the trace has writes, so that a read that misses is not refilled unless the trace does it"
                .into(),
        );
    }
    let keys = samples.all()[0].keys();
    if samples.share() < 1.0 && keys < 15_000 {
        caveats.push(format!("the emulated sample has only {keys} keys; --sample 1/1 or --exact takes more"));
    }
    if facts.reads < 10 * facts.keys && facts.reads > 0 {
        let cold = facts.keys as f64 / facts.reads as f64 * 100.0;
        caveats.push(format!(
            "the trace starts with an empty cache: first reads of a key are up to {cold:.0}% of the reads"
        ));
    }
    if options.server.build.engine() == Engine::Valkey || !matches!(options.server.build, Build::Redis70) {
        caveats.push(format!(
            "eviction was checked here against redis-7.0 servers; {} follows its sources",
            options.server.version
        ));
    }
    caveats
}
