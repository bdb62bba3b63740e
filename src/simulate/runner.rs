//! The emulations: one for each policy, size and salt, on all cores, and what they say together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::curve::LruCurve;
use super::emulate::{Setting, Tally};
use super::options::{Method, Options, Stage};
use super::outcome::{Point, PolicyCurve};
use super::pass::Facts;
use super::sampled_keys::Sample;
use super::sampled_trace::Whole;
use super::sampling_rate::{Samples, Share};
use crate::units::Policy;

/// Seeds for a small trace of which all keys are emulated.
const SMALL: u64 = 3_000_000;

/// All emulations.
pub struct Jobs<'a> {
    /// What was asked for.
    pub options: &'a Options,
    /// The samples that were taken while the trace was read.
    pub samples: &'a Samples,
    /// Exact LRU on all keys, or what the samples say about it.
    pub lru: &'a LruCurve,
    /// What the pass has counted.
    pub facts: &'a Facts,
    /// What the trace was taken from.
    pub whole: &'a Whole<'a>,
    /// Bytes of the server itself.
    pub base: u64,
    /// Whether a read that misses is followed by a write.
    pub fill: bool,
}

/// Samples of one share, with exact LRU on each.
struct Level<'a> {
    samples: Cow<'a, [Sample]>,
    curves: Vec<LruCurve>,
    runs: usize,
}

impl<'a> Jobs<'a> {
    fn runs(&self, share: f64) -> usize {
        let wanted = self.options.runs.max(1);
        // A trace that is large enough for samples, where a small cache asks for all keys.
        let large = self.options.share == Share::Auto && self.samples.usual() > 0;
        if share < 1.0 || large || self.facts.requests <= SMALL { wanted } else { 1 }
    }

    /// A small cache needs a larger share of the keys: each size is emulated on as many as it takes.
    fn halvings(&self, memory: u64) -> u32 {
        let room = (memory - self.base) as f64;
        self.samples.halvings_for(self.lru.keys_in(&self.options.server, room))
    }

    fn level(&self, halvings: u32) -> Level<'a> {
        let samples = self.samples.at(halvings);
        let runs = self.runs(samples[0].share());
        let curves = samples.iter().map(Sample::lru).collect();
        Level { samples, curves, runs }
    }

    /// The curves of all policies.
    pub fn run(
        &self,
        policies: &[Policy],
        sizes: &[u64],
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Vec<PolicyCurve> {
        if policies.is_empty() {
            return Vec::new();
        }
        let places: Vec<u32> = sizes.iter().map(|memory| self.halvings(*memory)).collect();
        let mut levels = BTreeMap::new();
        for halvings in &places {
            levels.entry(*halvings).or_insert_with(|| self.level(*halvings));
        }
        let mut jobs = Vec::new();
        for policy in policies {
            for (memory, level) in sizes.iter().zip(places.iter().map(|h| &levels[h])) {
                jobs.extend((0..level.runs).map(|run| (*policy, *memory, level, run)));
            }
        }
        let tallies = self.emulate_all(&jobs, progress);
        let mut tallies = tallies.as_slice();
        let mut curves = Vec::with_capacity(policies.len());
        for policy in policies {
            let mut points = Vec::with_capacity(sizes.len());
            for (memory, level) in sizes.iter().zip(places.iter().map(|h| &levels[h])) {
                let (mine, rest) = tallies.split_at(level.runs);
                tallies = rest;
                points.push(self.point(*memory, mine, level));
            }
            curves.push(PolicyCurve { policy: *policy, points });
        }
        curves
    }

    fn emulate_all(
        &self,
        jobs: &[(Policy, u64, &Level<'_>, usize)],
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Vec<Tally> {
        let next = AtomicUsize::new(0);
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = self.options.threads.unwrap_or(cores).clamp(1, jobs.len().max(1));
        let work = || {
            let mut done = Vec::new();
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                let Some((policy, memory, level, run)) = jobs.get(job) else { return done };
                let tally = self.emulate(*policy, *memory, level, *run);
                progress(Stage::Emulating(job + 1, jobs.len()));
                done.push((job, tally));
            }
        };
        let mut tallies = vec![Tally::default(); jobs.len()];
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for worker in workers {
                match worker.join() {
                    Ok(done) => done.into_iter().for_each(|(job, tally)| tallies[job] = tally),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        tallies
    }

    fn emulate(&self, policy: Policy, memory: u64, level: &Level<'_>, run: usize) -> Tally {
        let sample = &level.samples[run % level.samples.len()];
        let room = ((memory - self.base) as f64 * sample.share()) as u64;
        let setting = Setting {
            fill: self.fill,
            share: sample.share() * self.whole.share(),
            unit_ms: sample.unit_ms(),
            samples: self.options.samples,
            seed: run as u64 + 1,
            ..Setting::new(&self.options.server, policy, room)
        };
        setting.run(sample.accesses(), sample.keys())
    }

    /// Joins the runs of one policy and size, corrected by exact LRU: on a sample, emulation and exact LRU see the
    /// same keys, so that the luck of the draw cancels in their difference. Without exact LRU on all keys nothing
    /// corrects them.
    fn point(&self, memory: u64, tallies: &[Tally], level: &Level<'_>) -> Point {
        let room = (memory - self.base) as f64;
        let reads = self.whole.reads();
        let exact = self.lru.misses(&self.options.server, room);
        let mut ratios = Vec::with_capacity(tallies.len());
        let (mut evicted, mut rejected) = (0.0, 0.0);
        for (run, tally) in tallies.iter().enumerate() {
            let curve = &level.curves[run % level.curves.len()];
            let scale = self.facts.keys as f64 / (curve.keys as f64).max(1.0);
            let misses = if self.options.method == Method::Full {
                exact + (tally.misses as f64 - curve.misses(&self.options.server, room)) * scale
            } else {
                tally.misses as f64 / curve.share
            };
            ratios.push((1.0 - misses / reads).clamp(0.0, 1.0));
            evicted += tally.evicted as f64 * scale;
            rejected += tally.rejected as f64 * scale;
        }
        let runs = tallies.len().max(1) as f64;
        let (low, high) = ratios.iter().fold((1.0_f64, 0.0_f64), |(l, h), r| (l.min(*r), h.max(*r)));
        Point {
            memory,
            hit_ratio: ratios.iter().sum::<f64>() / runs,
            error: (ratios.len() > 1).then_some((high - low) / 2.0),
            share: level.samples[0].share(),
            evicted: evicted / runs,
            rejected: rejected / runs,
        }
    }
}
