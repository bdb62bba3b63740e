//! From a simulation to a profile.

use super::outcome::{Outcome, PolicyCurve};
use crate::profile::{HitPoint, Learned};
use crate::units::{Bytes, Percent, Policy};

/// Share of the writes with a time to live from which keys are said to have one.
const MOST: f64 = 0.5;

/// What a simulation has shown of a workload, for a profile named after `name` as far as names allow; none
/// of a trace without times, since a profile needs rates.
pub fn learned(outcome: &Outcome, name: &str, trace: &str, value_size: f64) -> Option<Learned> {
    let facts = &outcome.trace;
    let (reads, writes) = facts.peak?;
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    let name: String = name.to_ascii_lowercase().chars().filter(allowed).collect();
    let refilled = if outcome.fill_on_miss { reads * (1.0 - outcome.ceiling) } else { 0.0 };
    Some(Learned {
        name: if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("trace-{name}") },
        trace: trace.to_owned(),
        keys: facts.keys,
        key_size: facts.key_size,
        value_size: facts.value_size.unwrap_or(value_size),
        ttl_seconds: facts.ttl_seconds.filter(|_| facts.ttl_share > MOST),
        peak: (reads, writes + refilled),
        zipf: facts.zipf,
        sampled: outcome.sampled.map(|taken| taken.share),
        server: outcome.server.clone(),
        points: points(outcome),
    })
}

/// Hit ratios for memory without the server itself, which every shard has.
fn points(outcome: &Outcome) -> Vec<HitPoint> {
    let of = |policy, memory: u64, ratio: f64| {
        let memory = Bytes(memory.saturating_sub(outcome.base).max(1) as f64);
        HitPoint { memory, policy, hits: Percent(ratio) }
    };
    if outcome.policies.is_empty() {
        return outcome.exact_lru.iter().map(|m| of(Policy::AllkeysLru, m.memory, m.hit_ratio)).collect();
    }
    let points =
        |c: &PolicyCurve| c.points.iter().map(|p| of(c.policy, p.memory, p.hit_ratio)).collect::<Vec<_>>();
    outcome.policies.iter().flat_map(points).collect()
}
