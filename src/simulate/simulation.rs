//! From a trace to hit ratios.

use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use super::caveats::{caveats, trace_facts};
use super::curve_fit;
use super::error::SimulateError;
use super::lru_pass::{LruPass, Move};
use super::options::{Method, Options, Sizes, Stage};
use super::outcome::{Mark, Outcome};
use super::pass::{Facts, Intake, Learned};
use super::read::{BATCH, Trace};
use super::runner::Jobs;
use super::sampled_trace::Whole;
use crate::memory::{Build, Server};
use crate::units::Policy;

/// Connection buffers of a few clients.
const CLIENTS: f64 = 60_000.0;
/// Commands in use: GET, SET and what tools send.
const COMMANDS: f64 = 4.0;

/// Hit ratios that are nearer than a point are the same.
const SAME: f64 = 0.01;
/// Sizes that are chosen by halving what all keys need, and how many.
const HALVINGS: u32 = 8;

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
    let (Learned { facts, mut lru, samples, total }, trace) = read(trace, options, progress)?;
    if facts.reads == 0 {
        return Err(SimulateError::NoReads { requests: facts.requests });
    }
    let base = base(&options.server);
    let mut shown = trace_facts(&facts, &trace, &samples);
    let sample = &samples.all()[0];
    if let Some(reads) = options.taken.and_then(|taken| taken.expected_reads()) {
        lru.all_reads = reads as u64;
    }
    let whole = Whole::new(options.taken, &options.server, &facts, &lru, sample, shown.zipf)?;
    let all_of = |share: f64| {
        let resident = lru.resident as f64 / lru.share / share;
        let table = super::emulate::main_table_bytes(&options.server, resident, f64::INFINITY);
        base + (total as f64 / share) as u64 + table as u64 + 1
    };
    let all_keys = all_of(whole.share());
    let sizes = match &options.sizes {
        Sizes::Given(sizes) => sizes.clone(),
        Sizes::Auto => {
            (0..HALVINGS).rev().map(|i| base + ((all_keys - base) >> i).max(10) * 11 / 10).collect()
        }
    };
    let fill = options.fill.unwrap_or(facts.writes == 0);
    let job = Jobs { options, samples: &samples, lru: &lru, facts: &facts, whole: &whole, base, fill };
    let room = |memory: u64| whole.room(memory.saturating_sub(base) as f64);
    let inside: Vec<u64> = sizes.iter().map(|memory| base + (room(*memory) as u64).max(1)).collect();
    let policies = job.run(&policies(options, &facts), &inside, progress);
    let exact = |room: f64| lru.hit_ratio(&options.server, whole.room(room));
    let marks = curve_fit::exact(exact, base, all_keys);
    let exact_ceiling = lru.hit_ratio(&options.server, f64::MAX / 4.0);
    let emulated = emulated_ceiling(&job, all_of(1.0));
    let ceiling = emulated.unwrap_or(exact_ceiling);
    let exact_lru_holds = (ceiling - exact_ceiling).abs() < SAME;
    let points = || policies.iter().flat_map(|c| &c.points);
    let shares = points().map(|p| p.share);
    whole.facts(&mut shown);
    // A first read misses, whatever the memory: there are no more of them than misses with room for everything.
    let cold = (shown.keys as f64 / (shown.reads as f64).max(1.0)).min(1.0 - ceiling);
    let mut outcome = Outcome {
        trace: shown,
        sampled: None,
        server: options.server.version.clone(),
        allocator: options.server.allocator.as_str(),
        base,
        fill_on_miss: fill,
        lru_on_all_keys: options.method == Method::Full || samples.share() == 1.0,
        share: shares.reduce(f64::min).unwrap_or_else(|| samples.share()),
        runs: points().find_map(|p| p.error).map_or(1, |_| options.runs.max(1)),
        exact_lru: sizes.iter().map(|m| Mark { memory: *m, hit_ratio: exact((*m - base) as f64) }).collect(),
        exact_lru_error: None,
        exact_lru_holds,
        ceiling,
        all_keys,
        knee: curve_fit::knee(&marks, base).filter(|_| exact_lru_holds),
        working_set: curve_fit::working_set(&marks, exact_ceiling).filter(|_| exact_lru_holds),
        caveats: caveats(&facts, &trace, options, fill, &samples, cold),
        policies,
    };
    whole.scale(&mut outcome, &sizes);
    Ok(outcome)
}

/// What is hit with room for everything, where misses stay misses or keys expire: exact LRU knows of neither.
fn emulated_ceiling(job: &Jobs<'_>, all_keys: u64) -> Option<f64> {
    let as_exact = job.fill && !job.facts.any_ttl();
    if as_exact || job.options.method == Method::Curve {
        return None;
    }
    let plenty = job.base + (all_keys - job.base).saturating_mul(4);
    let curves = job.run(&[Policy::AllkeysLru], &[plenty], &|_| {});
    curves.first()?.points.first().map(|point| point.hit_ratio)
}

/// What can be said before the trace, which may take minutes, is read.
fn check(options: &Options) -> Result<(), SimulateError> {
    let modern = options.server.build == Build::Redis86;
    let missing = |p: &&Policy| match p {
        Policy::AllkeysLrm | Policy::VolatileLrm => !modern,
        Policy::OptimisticVolatile => true,
        _ => false,
    };
    if let Some(policy) = options.policies.iter().find(missing) {
        return Err(SimulateError::NoSuchPolicy { server: options.server.version.clone(), policy: *policy });
    }
    let base = base(&options.server);
    match &options.sizes {
        Sizes::Given(sizes) => match sizes.iter().copied().find(|memory| *memory <= base) {
            Some(memory) => Err(SimulateError::TooSmall { memory, base }),
            None => Ok(()),
        },
        // They are chosen above what the server needs for itself.
        Sizes::Auto => Ok(()),
    }
}

/// The policies that were asked for, or those that are worth comparing.
fn policies(options: &Options, facts: &Facts) -> Vec<Policy> {
    if options.method == Method::Curve {
        return Vec::new();
    }
    if !options.policies.is_empty() {
        return options.policies.clone();
    }
    let mut policies = vec![Policy::AllkeysLru, Policy::AllkeysLfu, Policy::AllkeysRandom];
    if facts.any_ttl() {
        policies.extend([Policy::VolatileLru, Policy::VolatileTtl]);
    }
    policies
}

/// Reads the trace in one thread, finds its keys in a second, and keeps the stack of exact LRU in a third.
fn read(
    mut trace: Trace,
    options: &Options,
    progress: &(dyn Fn(Stage) + Sync),
) -> Result<(Learned, Trace), SimulateError> {
    let smallest = match &options.sizes {
        Sizes::Given(sizes) => {
            let share = options.taken.map_or(1.0, |taken| taken.share);
            let room = |m: &u64| (m.saturating_sub(base(&options.server)) as f64 * share) as u64;
            sizes.iter().min().map(room)
        }
        Sizes::Auto => None,
    };
    let mut intake = Intake::new(options, smallest);
    thread::scope(|scope| {
        let (send, receive) = sync_channel(8);
        // Batches go back when they are digested, so that the same memory is filled again.
        let (give_back, returned) = channel();
        let reader = scope.spawn(move || {
            loop {
                let mut batch = returned.try_recv().unwrap_or_else(|_| Vec::with_capacity(BATCH));
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
        let (send_moves, moves_to_follow) = sync_channel::<Vec<Move>>(8);
        let (give_moves_back, returned_moves) = channel();
        let stack = scope.spawn(move || {
            let mut stack = LruPass::default();
            for mut moves in moves_to_follow {
                stack.apply(&moves);
                moves.clear();
                // The trace may have come to its end.
                let _ = give_moves_back.send(moves);
            }
            stack
        });
        let mut requests = 0;
        let mut fits = true;
        for mut batch in receive {
            let left = options.most_requests - requests;
            batch.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            requests += batch.len() as u64;
            let mut moves = returned_moves.try_recv().unwrap_or_default();
            fits = intake.take(&batch, &mut moves);
            // It ends only when this side does; if it does not, joining it tells why.
            let _ = send_moves.send(moves);
            // The reader may have come to the end.
            let _ = give_back.send(batch);
            progress(Stage::Reading(requests));
            if !fits || requests >= options.most_requests {
                break;
            }
        }
        let trace = match reader.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        drop(send_moves);
        let stack = match stack.join() {
            Ok(stack) => stack,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        if fits { Ok((intake.finish(stack), trace)) } else { Err(SimulateError::TooLarge) }
    })
}
