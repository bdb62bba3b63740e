//! Scaling by load and by the clock, and who may have it.

use aws_sdk_applicationautoscaling::types::ScalableDimension;

use crate::catalog::version_at_least;
use crate::demand::hourly;
use crate::deployment::Configuration;
use crate::plan::{Resource, Value};
use crate::profile::{DayShape, Profile};
use crate::units::{Engine, Policy};

/// Families that may scale by themselves; User Guide, `AutoScaling`. Newer ones are not listed there.
const FAMILIES: &[&str] = &["r7g", "r6g", "r6gd", "r5", "m7g", "m6g", "m5", "c7gn"];
const SIZES: &[&str] = &["large", "xlarge", "2xlarge"];
/// The load that a policy aims at: within the 35 to 70 % that AWS allows, with room until the next shard or replica is there.
const TARGET: u32 = 60;
/// An hour that carries more than this share of the busiest one is busy.
const BUSY: f64 = 0.6;

/// What does not scale by itself.
pub const NONE: &str = "none";

/// How Application Auto Scaling names the group.
pub fn resource_id(profile: &str) -> String {
    format!("replication-group/{profile}")
}

/// The name of a policy of ours.
pub fn policy_name(profile: &str, word: &str) -> String {
    format!("cachefit-{profile}-{word}")
}

/// `shards` or `replicas`.
pub fn word(dimension: &ScalableDimension) -> &'static str {
    match dimension {
        ScalableDimension::ElastiCacheReplicationGroupNodeGroups => "shards",
        _ => "replicas",
    }
}

/// The dimension of a word.
pub fn dimension(word: &str) -> ScalableDimension {
    match word {
        "shards" => ScalableDimension::ElastiCacheReplicationGroupNodeGroups,
        _ => ScalableDimension::ElastiCacheReplicationGroupReplicas,
    }
}

/// Why a deployment cannot scale by itself; none if it can.
pub fn barred(deployment: &Configuration) -> Option<String> {
    let node_type = deployment.node_type.as_deref().unwrap_or_default();
    let mut parts = node_type.trim_start_matches("cache.").split('.');
    let (family, size) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let major: u32 = deployment.version.split('.').next().and_then(|m| m.parse().ok()).unwrap_or(0);
    if !deployment.cluster_mode {
        return Some("only a cache in cluster mode scales by itself".into());
    }
    if deployment.engine == Engine::Redis && major < 6 {
        return Some("it needs Redis 6 or Valkey".into());
    }
    if family == "r6gd" && deployment.engine == Engine::Redis && !version_at_least(&deployment.version, "7.0")
    {
        return Some("with data tiering it needs Redis 7.0.7 or Valkey".into());
    }
    if !FAMILIES.contains(&family) || !SIZES.contains(&size) {
        return Some(format!("{node_type} is not on AWS's list of types that scale by themselves"));
    }
    None
}

/// Ranges, targets and times; none for a load that does not change over the day, or a cache that cannot scale.
pub fn wanted(deployment: &Configuration, profile: &Profile, resource: Resource) -> Option<Resource> {
    if profile.traffic.shape.value == DayShape::Flat || barred(deployment).is_some() {
        return None;
    }
    // Whatever the hour, a shard keeps one replica to fail over to.
    let least = 1;
    let (shards, replicas) = (deployment.shards, deployment.replicas);
    // A quarter more shards than the busiest hour is expected to need, at least one.
    let most = (shards + shards.div_ceil(4)).min(500);
    let tiered = deployment.node_type.as_deref().is_some_and(|name| name.contains(".r6gd."));
    let metric = match deployment.eviction_policy {
        Policy::NoEviction if tiered => "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
        Policy::NoEviction => "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        _ => "ElastiCachePrimaryEngineCPUUtilization",
    };
    let mut resource = resource
        .with("shards", format!("{shards}..{most}"))
        .with("shards_target", format!("{metric} at {TARGET}"))
        .with("suspended", Vec::<String>::new())
        .with("replicas", NONE)
        .with("replicas_target", NONE)
        .with("schedule", Vec::<String>::new());
    if replicas > least {
        resource = resource
            .with("replicas", format!("{least}..{replicas}"))
            .with("replicas_target", format!("ElastiCacheReplicaEngineCPUUtilization at {TARGET}"));
        let zone = profile.traffic.time_zone.value.name();
        let lines = schedule(&hourly(profile.traffic.shape.value), zone, least, replicas);
        if !lines.is_empty() {
            resource = resource.with("schedule", lines);
        }
    }
    Some(resource)
}

/// The declared range, or that of today where it differs by nothing but the least number that the clock has set.
pub fn as_the_clock_left_it(wanted: Resource, today: Option<&Resource>) -> Resource {
    let text = |r: &Resource, name: &str| r.attributes.get(name).and_then(Value::as_text).map(str::to_owned);
    let lines = wanted.attributes.get("schedule").and_then(Value::as_texts).unwrap_or_default();
    let (Some(range), Some(is)) = (text(&wanted, "replicas"), today.and_then(|r| text(r, "replicas"))) else {
        return wanted;
    };
    let same = within_the_clock(&range, &is, &lines);
    if same { wanted.with("replicas", is) } else { wanted }
}

/// Whether two ranges are the same but for a least number that one of the scheduled actions sets.
pub fn within_the_clock(wanted: &str, is: &str, lines: &[&str]) -> bool {
    let (Some((_, most)), Some((least_now, most_now))) = (wanted.split_once(".."), is.split_once(".."))
    else {
        return false;
    };
    let set = |line: &&str| line.contains(&format!(" at least {least_now} replicas"));
    most == most_now && lines.iter().any(set)
}

/// All replicas from an hour before a busy time, the fewest from its end.
fn schedule(weights: &[f64; 24], zone: &str, least: u32, most: u32) -> Vec<String> {
    let peak = weights.iter().copied().fold(0.0, f64::max);
    let busy = |hour: usize| weights[hour % 24] > peak * BUSY;
    let mut lines = Vec::new();
    for hour in 0..24 {
        if busy(hour + 1) && !busy(hour) {
            lines.push(format!("cron(0 {hour} * * ? *) {zone} at least {most} replicas"));
        }
        if !busy(hour) && busy(hour + 23) {
            lines.push(format!("cron(30 {hour} * * ? *) {zone} at least {least} replicas"));
        }
    }
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_come_before_the_busy_hours_and_go_after_them() {
        let lines = schedule(&hourly(DayShape::OfficeHours), "Europe/Berlin", 1, 3);
        assert_eq!(
            lines,
            [
                "cron(0 7 * * ? *) Europe/Berlin at least 3 replicas",
                "cron(30 18 * * ? *) Europe/Berlin at least 1 replicas"
            ]
        );
        assert!(schedule(&hourly(DayShape::Flat), "UTC", 1, 3).is_empty());
    }
}
