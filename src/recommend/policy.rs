//! Which eviction policy: the rules of the adviser, and what each service allows of them.

use serde::Serialize;

use crate::demand::Demand;
use crate::profile::{Pattern, Profile, Role, Skew};
use crate::units::Policy;

/// A policy that was considered and not taken, or that one could take instead.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PolicyAlternative {
    /// The policy.
    pub policy: Policy,
    /// When it would be right, or why it is refused.
    pub why: String,
}

/// What may be done with this data when memory is full, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyNeeds {
    /// Policies that keep the promise to the data, in order of preference.
    pub acceptable: Vec<Policy>,
    /// Why the first is the best.
    pub reason: String,
    /// Other policies, with the condition under which they would be right or the reason why they are refused.
    pub alternatives: Vec<PolicyAlternative>,
    /// What to change in the set-up, where no single policy serves all of the data.
    pub proposal: Option<String>,
}

/// Share of the bytes without a time to live above which volatile policies end in refused writes.
const TTL_GAP: f64 = 0.05;

/// Applies the rules to the profile. Bytes are weighed as payload, so that the server does not matter.
pub fn needs(profile: &Profile, demand: &Demand) -> PolicyNeeds {
    let families = &demand.families;
    let kept: Vec<_> = families.iter().filter(|f| f.role != Role::Cache).collect();
    let cached: Vec<_> = families.iter().filter(|f| f.role == Role::Cache).collect();
    let total: f64 = cached.iter().map(|f| f.payload_now.likely).sum();
    let without_ttl: Vec<_> = cached.iter().filter(|f| !f.has_ttl).collect();
    let gap = without_ttl.iter().map(|f| f.payload_now.likely).sum::<f64>() / total.max(1.0);
    if cached.is_empty() {
        return only_state(kept.iter().any(|f| f.has_ttl));
    }
    if !kept.is_empty() {
        let state_expires = kept.iter().any(|f| f.has_ttl);
        return mixed(
            without_ttl.first().map(|f| f.keys.as_str()),
            kept.iter().find(|f| f.has_ttl).filter(|_| state_expires).map(|f| f.keys.as_str()),
        );
    }
    let (first, second, reason) = learned(profile, demand).unwrap_or_else(|| by_access(profile));
    let mut acceptable = vec![first, second, Policy::AllkeysRandom];
    let mut alternatives = vec![PolicyAlternative { policy: second, why: second_choice(second) }];
    if gap > TTL_GAP {
        alternatives.push(PolicyAlternative {
            policy: Policy::VolatileLru,
            why: format!(
                "refused: {:.0}% of the bytes have no TTL; once they fill the memory, writes fail with OOM",
                gap * 100.0
            ),
        });
    } else {
        acceptable.extend([Policy::VolatileLru, Policy::VolatileLfu]);
        alternatives.push(PolicyAlternative {
            policy: Policy::VolatileLru,
            why: "works while every key has a TTL; allkeys also holds on the day when one is forgotten"
                .into(),
        });
    }
    acceptable.push(Policy::OptimisticVolatile);
    alternatives.push(PolicyAlternative {
        policy: Policy::VolatileTtl,
        why: "only where the expiry time encodes the value; otherwise 4 to 12 points below LRU in tests"
            .into(),
    });
    PolicyNeeds { acceptable, reason, alternatives, proposal: None }
}

/// Rule 1: nothing may be lost.
fn only_state(some_expire: bool) -> PolicyNeeds {
    let mut alternatives = vec![PolicyAlternative {
        policy: Policy::AllkeysLru,
        why: "refused: it would delete state without notice".into(),
    }];
    if some_expire {
        alternatives.push(PolicyAlternative {
            policy: Policy::VolatileLru,
            why: "if losing the least used entry is better than refusing a new one (sessions); the owner decides"
                .into(),
        });
    }
    PolicyNeeds {
        acceptable: vec![Policy::NoEviction],
        reason: "all of the data is state or queue: nothing may be evicted, so the size must hold the peak"
            .into(),
        alternatives,
        proposal: None,
    }
}

/// Rule 2: state and cache share an instance.
fn mixed(cache_without_ttl: Option<&str>, state_with_ttl: Option<&str>) -> PolicyNeeds {
    let split = "split the cache: state on one instance with noeviction, cache on another with allkeys-lru";
    let refused = PolicyAlternative {
        policy: Policy::AllkeysLru,
        why: "refused: state shares the instance and would be deleted".into(),
    };
    let obstacle = match (cache_without_ttl, state_with_ttl) {
        (None, None) => {
            return PolicyNeeds {
                acceptable: vec![Policy::VolatileLru, Policy::VolatileLfu, Policy::NoEviction],
                reason: "state and cache share the instance: only the cache, whose keys have a TTL, may be evicted".into(),
                alternatives: vec![refused],
                proposal: Some(split.into()),
            };
        }
        (Some(cache), _) => format!("cache keys `{cache}` have no TTL and would never be evicted"),
        (None, Some(state)) => format!("state keys `{state}` have a TTL and would be evicted with the cache"),
    };
    PolicyNeeds {
        acceptable: vec![Policy::NoEviction],
        reason: format!(
            "state and cache share the instance, and {obstacle}: only noeviction keeps the state"
        ),
        alternatives: vec![
            refused,
            PolicyAlternative { policy: Policy::VolatileLru, why: format!("refused: {obstacle}") },
        ],
        proposal: Some(split.into()),
    }
}

/// Hit ratios nearer than this are the same.
const SAME: f64 = 0.001;

/// What a learned curve says at the chosen memory; nothing if it does not tell the policies apart.
fn learned(profile: &Profile, demand: &Demand) -> Option<(Policy, Policy, String)> {
    let curve = profile.traffic.access.curve.as_ref()?;
    let memory = demand.held.map_or_else(|| curve.largest(), |held| held.memory);
    let mut found: Vec<(Policy, f64)> = [Policy::AllkeysLru, Policy::AllkeysLfu, Policy::AllkeysRandom]
        .into_iter()
        .filter_map(|policy| Some((policy, curve.hits(policy, memory)?)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    if let [(only, _)] = *found {
        let (first, second, _) = by_access(profile);
        let other = if first == only { second } else { first };
        let why = format!("all of the data is cache; of the policies only {only} was simulated on the trace");
        return Some((only, other, why));
    }
    let [(first, best), (second, next), ..] = *found else { return None };
    let reason = format!(
        "all of the data is cache; simulated on the trace, {first} hits {:.2}% of the reads and {second} {:.2}%",
        best * 100.0,
        next * 100.0
    );
    (best - next > SAME).then_some((first, second, reason))
}

/// Rules 5 to 7: what the access pattern says.
fn by_access(profile: &Profile) -> (Policy, Policy, String) {
    let access = &profile.traffic.access;
    let declared = access.skew.is_declared() || access.pattern.is_declared();
    let (lru, lfu) = (Policy::AllkeysLru, Policy::AllkeysLfu);
    if !declared {
        let why = "all of the data is cache; how it is accessed is not declared, so LRU is the safe choice";
        return (lru, lfu, why.into());
    }
    match (access.pattern.value, access.skew.value) {
        (Pattern::Moving, _) => {
            (lru, lfu, "all of the data is cache and which keys are popular changes within minutes".into())
        }
        (Pattern::Scans, _) => (
            lfu,
            lru,
            "all of the data is cache; scans and one-time keys must not push out the popular ones".into(),
        ),
        (Pattern::Stable, Skew::Zipf(s)) if s >= 0.5 => (
            lfu,
            lru,
            format!(
                "all of the data is cache and the same keys stay popular (zipf {s}): LFU gained 1 to 5 points of hit ratio on such access in tests"
            ),
        ),
        (Pattern::Stable, _) => (
            lru,
            Policy::AllkeysRandom,
            "all of the data is cache and all keys are about equally popular".into(),
        ),
    }
}

fn second_choice(policy: Policy) -> String {
    match policy {
        Policy::AllkeysLru => "if popularity turns out to move within minutes".into(),
        Policy::AllkeysLfu => "if the same keys stay popular for hours: simulate it with a trace".into(),
        _ => "costs nothing in hits when access is uniform, and saves CPU".into(),
    }
}

/// What happens under a policy when memory is full.
pub fn at_the_limit(policy: Policy) -> &'static str {
    match policy {
        Policy::NoEviction => "writes that need memory fail with OOM; reads and deletes go on",
        Policy::AllkeysLru => "the least recently used keys are evicted",
        Policy::AllkeysLfu => "the least frequently used keys are evicted",
        Policy::AllkeysRandom => "random keys are evicted",
        Policy::AllkeysLrm => "the least recently modified keys are evicted",
        Policy::VolatileLru => {
            "the least recently used keys with a TTL are evicted; once none is left, writes fail"
        }
        Policy::VolatileLfu => {
            "the least frequently used keys with a TTL are evicted; once none is left, writes fail"
        }
        Policy::VolatileRandom => "random keys with a TTL are evicted; once none is left, writes fail",
        Policy::VolatileTtl => "the keys that expire first are evicted; once none is left, writes fail",
        Policy::VolatileLrm => {
            "the least recently modified keys with a TTL are evicted; once none is left, writes fail"
        }
        Policy::OptimisticVolatile => "random keys with a TTL are evicted, then any key at random",
    }
}

/// What will prove that the policy is right.
pub fn check(policy: Policy) -> &'static str {
    if policy == Policy::NoEviction {
        "rejected calls and OOM errors stay 0; alarm at 75% of the memory"
    } else {
        "evicted_keys stays near 0 at this size; rejected calls stay 0; hit ratio over a day"
    }
}
