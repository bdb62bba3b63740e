//! Scaling by load and by the clock, and who may have it.

use aws_sdk_applicationautoscaling::types::ScalableDimension;

use crate::demand::hourly;
use crate::deployment::Deployment;
use crate::plan::Resource;
use crate::profile::{Availability, DayShape, Profile};
use crate::units::{Engine, Policy};

/// Families that may scale by themselves; User Guide, `AutoScaling`. Newer ones are not listed there.
const FAMILIES: &[&str] = &["r7g", "r6g", "r6gd", "r5", "m7g", "m6g", "m5", "c7gn"];
const SIZES: &[&str] = &["large", "xlarge", "2xlarge"];
/// The load that a policy aims at: in the middle of the 35 to 70 % that AWS allows.
const TARGET: u32 = 60;
/// An hour that carries more than this share of the busiest one is busy.
const BUSY: f64 = 0.6;

/// How Application Auto Scaling names the group.
pub fn resource_id(profile: &str) -> String {
    format!("replication-group/{profile}")
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
pub fn barred(deployment: &Deployment) -> Option<String> {
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
    if !FAMILIES.contains(&family) || !SIZES.contains(&size) {
        return Some(format!("{node_type} is not on AWS's list of types that scale by themselves"));
    }
    None
}

/// Ranges, targets and times; none for a load that does not change over the day, or a cache that cannot scale.
pub fn wanted(deployment: &Deployment, profile: &Profile, resource: Resource) -> Option<Resource> {
    if profile.traffic.shape.value == DayShape::Flat || barred(deployment).is_some() {
        return None;
    }
    let least = u32::from(profile.requirements.availability.value == Availability::MultiAz).max(1);
    let (shards, replicas) = (deployment.shards, deployment.replicas);
    // A quarter more shards than the busiest hour is expected to need, at least one.
    let most = (shards + shards.div_ceil(4)).min(500);
    let metric = match deployment.eviction_policy {
        Policy::NoEviction => "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        _ => "ElastiCachePrimaryEngineCPUUtilization",
    };
    let mut resource = resource
        .with("shards", format!("{shards}..{most}"))
        .with("shards_target", format!("{metric} at {TARGET}"))
        .with("suspended", Vec::<String>::new());
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
