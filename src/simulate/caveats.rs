//! What a simulation says about its trace, and what to keep in mind.

use super::curve::Distances;
use super::curve_fit;
use super::options::{Method, Options};
use super::outcome::TraceFacts;
use super::pass::Facts;
use super::read::Trace;
use super::sampling_rate::Samples;
use crate::memory::Build;
use crate::units::Engine;

/// A sample with fewer keys is a poor one.
const FEW: usize = 15_000;

/// What the trace is like.
pub fn trace_facts(facts: &Facts, trace: &Trace, samples: &Samples) -> TraceFacts {
    let mean = Distances::mean;
    let sample = &samples.all()[0];
    let seconds = facts.duration_ms as f64 / 1000.0;
    // Of no time at all there is no rate: neither 0 nor what one second would make of it.
    let window = (facts.duration_ms > 0).then(|| seconds.clamp(1.0, 60.0));
    let (stores, lifetimes) = facts.stores();
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
        ttl_seconds: lifetimes.quantile(0.5),
        ttl_share: lifetimes.count() as f64 / (stores as f64).max(1.0),
        zipf: curve_fit::zipf(sample.accesses(), sample.keys()),
        peak: window.map(|window| (facts.peak_reads as f64 / window, facts.peak_writes as f64 / window)),
    }
}

/// What to keep in mind; `cold` is the share of the reads that are first reads of a key, at most.
pub fn caveats(
    facts: &Facts,
    trace: &Trace,
    options: &Options,
    fill: bool,
    samples: &Samples,
    cold: f64,
) -> Vec<String> {
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
    if counts.prefixed > 0 {
        caveats.push(format!(
            "{} of {} lines have something before MONITOR's time, as a container's log writes it; it was passed over",
            counts.prefixed, counts.lines
        ));
    }
    if facts.backwards > 0 {
        caveats.push(format!(
            "{} requests have an earlier time than one before them; they were taken at the later time",
            facts.backwards
        ));
    }
    if facts.duration_ms == 0 {
        caveats.push(
            "all requests have the same time: rates cannot be told from a trace without times, and are not written"
                .into(),
        );
    } else if facts.duration_ms < 10_000 {
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
    if options.method == Method::Curve && (!fill || facts.any_ttl()) {
        caveats.push(
            "exact LRU takes every miss as refilled and no key as expired; --method full emulates both"
                .into(),
        );
    }
    let keys = samples.all()[0].keys();
    if samples.share() < 1.0 && keys < FEW {
        caveats.push(format!("the sample has only {keys} keys; a larger share (--sample) tells more"));
    }
    if samples.share() < 1.0 && options.method != Method::Full {
        caveats.push(
            "exact LRU did not see all keys, so that nothing corrects the sample: a few hot keys that are in it or \
             not move the figures; --method full does"
                .into(),
        );
    }
    if facts.reads < 10 * facts.keys && facts.reads > 0 {
        let cold = cold * 100.0;
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
