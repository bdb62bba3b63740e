//! Proof that a smaller cache holds what the larger one held: the most of 14 days, shard by shard.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_smithy_types::DateTime;

use super::actions::Action;
use super::error::AwsError;
use super::session::Session;
use crate::catalog::{Catalog, Service};
use crate::plan::Observed;
use crate::provider::ProviderError;
use crate::units::Bytes;

/// Time looked at.
const DAYS: i64 = 14;
/// One point an hour.
const PERIOD: i32 = 3600;
/// Queries that one call takes.
const AT_ONCE: usize = 500;

/// What the cache is to become.
pub struct Target {
    /// Node type.
    pub node_type: String,
    /// Shards.
    pub shards: i32,
}

fn usable(node_type: &str) -> Option<f64> {
    Some(Catalog::embedded().node_type(Service::ElastiCache, node_type).ok()?.usable.0)
}

/// Whether the target has less memory for keys than there is today.
pub fn is_smaller(node_type: &str, shards: i64, target: &Target) -> bool {
    match (usable(node_type), usable(&target.node_type)) {
        (Some(today), Some(then)) => then * f64::from(target.shards) < today * shards as f64,
        _ => true,
    }
}

/// The proof in words; none without metrics. An error if it does not fit.
pub async fn prove(
    session: &Session,
    is: &Observed,
    target: &Target,
) -> Result<Option<String>, ProviderError> {
    let members: Vec<&str> = is.facts.get("members").map(|m| m.split(' ').collect()).unwrap_or_default();
    let Some(room) = usable(&target.node_type) else { return Ok(None) };
    let most = most(session, &members).await?;
    // The members of a shard hold the same data; their ids differ behind the last hyphen.
    let mut shards: BTreeMap<&str, f64> = BTreeMap::new();
    for (member, bytes) in &most {
        let shard = member.rsplit_once('-').map_or(member.as_str(), |(shard, _)| shard);
        let held = shards.entry(shard).or_insert(0.0);
        *held = held.max(*bytes);
    }
    if shards.is_empty() {
        return Ok(None);
    }
    let total: f64 = shards.values().sum();
    let room = room * f64::from(target.shards);
    let (used, room_text) = (Bytes(total).to_string(), Bytes(room).to_string());
    if total > room {
        let message = format!(
            "{} x {} does not hold the data: up to {used} were used in the last {DAYS} days, and it has {room_text}",
            target.shards, target.node_type
        );
        let hint = "pin a larger type or more shards, or let keys expire first".to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    Ok(Some(format!("the data fits: at most {used} used in {DAYS} days, {room_text} there")))
}

/// The most bytes that each member used.
async fn most(session: &Session, members: &[&str]) -> Result<BTreeMap<String, f64>, AwsError> {
    let now = session.opening.now.as_second();
    let mut all = BTreeMap::new();
    for some in members.chunks(AT_ONCE) {
        let queries: Vec<MetricDataQuery> =
            some.iter().enumerate().map(|(i, member)| query(i, member)).collect();
        let call = || {
            session
                .cloudwatch
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(DateTime::from_secs(now - DAYS * 86_400))
                .end_time(DateTime::from_secs(now))
                .send()
        };
        let answer = session.read(Action::GetMetricData, call).await?;
        for result in answer.metric_data_results() {
            let member =
                result.id().and_then(|id| some.get(id.trim_start_matches('m').parse::<usize>().ok()?));
            let peak = result.values().iter().copied().reduce(f64::max);
            if let (Some(member), Some(peak)) = (member, peak) {
                all.insert((*member).to_owned(), peak);
            }
        }
    }
    Ok(all)
}

fn query(index: usize, member: &str) -> MetricDataQuery {
    let dimension = Dimension::builder().name("CacheClusterId").value(member).build();
    let metric = Metric::builder().namespace("AWS/ElastiCache").metric_name("BytesUsedForCache");
    let stat =
        MetricStat::builder().metric(metric.dimensions(dimension).build()).period(PERIOD).stat("Maximum");
    MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat.build()).build()
}
