//! A cache that runs already, as far as a profile can be made of it: its choice, and its load in the metrics.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_smithy_types::DateTime;

use super::actions::Action;
use super::error::AwsError;
use super::names;
use super::running;
use super::session::Session;
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Pin;

/// Days of metrics that are looked at.
pub const DAYS: i64 = 14;
/// One point an hour.
const PERIOD: i32 = 3600;

/// What is known of a cache.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The choice that runs.
    pub pin: Pin,
    /// Whether connections are encrypted.
    pub tls: bool,
    /// Whether it survives a zone.
    pub multi_az: bool,
    /// Days of backups.
    pub backup_days: i64,
    /// Whether it carries our tags.
    pub managed: bool,
    /// Most keys at once, in all shards.
    pub keys: Option<f64>,
    /// Most bytes in use at once, in all shards.
    pub bytes: Option<f64>,
    /// Reads a second in the busiest hour.
    pub reads: Option<f64>,
    /// Writes a second in the busiest hour.
    pub writes: Option<f64>,
}

impl Imported {
    /// Whether keys and bytes are from metrics, both.
    pub fn measures_data(&self) -> bool {
        self.keys.is_some() && self.bytes.is_some()
    }

    /// Whether reads and writes are from metrics, both.
    pub fn measures_traffic(&self) -> bool {
        self.reads.is_some() && self.writes.is_some()
    }
}

/// The cache of the name that the session was opened with.
pub async fn import(session: &Session, observed: &[Observed]) -> Result<Option<Imported>, AwsError> {
    let is_cache = |o: &&Observed| {
        [names::REPLICATION_GROUP, names::SERVERLESS_CACHE].contains(&o.resource.address.kind.as_str())
    };
    let Some(cache) = observed.iter().find(is_cache) else { return Ok(None) };
    let all: Vec<Observed> =
        observed.iter().map(|o| Observed { ownership: Ownership::Ours, ..o.clone() }).collect();
    let Some(pin) = running::pin(&all) else { return Ok(None) };
    let value = |name: &str| cache.resource.attributes.get(name);
    let serverless = cache.resource.address.kind == names::SERVERLESS_CACHE;
    let members: Vec<&str> = cache.facts.get("members").map(|m| m.split(' ').collect()).unwrap_or_default();
    let dimension = if serverless { "clusterId" } else { "CacheClusterId" };
    let mut imported = Imported {
        pin,
        tls: serverless || value("tls").and_then(Value::as_text) != Some("off"),
        multi_az: serverless || value("multi_az").and_then(Value::as_flag) == Some(true),
        backup_days: value("backup_days").and_then(Value::as_number).unwrap_or(0),
        managed: value("managed").and_then(Value::as_flag) == Some(true),
        ..Imported::default()
    };
    let peaks = |metric: &'static str, stat: &'static str| peaks(session, dimension, &members, metric, stat);
    let (keys, bytes, reads, writes) = futures_util::future::try_join4(
        peaks("CurrItems", "Maximum"),
        peaks("BytesUsedForCache", "Maximum"),
        peaks("GetTypeCmds", "Sum"),
        peaks("SetTypeCmds", "Sum"),
    )
    .await?;
    // The members of a shard hold the same keys; commands are counted where they are answered.
    imported.keys = by_shard(&keys);
    imported.bytes = by_shard(&bytes);
    let a_second = |counts: &BTreeMap<String, f64>| {
        (!counts.is_empty()).then(|| counts.values().sum::<f64>() / f64::from(PERIOD))
    };
    imported.reads = a_second(&reads);
    imported.writes = a_second(&writes);
    Ok(Some(imported))
}

/// The sum over shards of the most that one of their members has.
pub fn by_shard(peaks: &BTreeMap<String, f64>) -> Option<f64> {
    let mut shards: BTreeMap<&str, f64> = BTreeMap::new();
    for (member, peak) in peaks {
        let shard = member.rsplit_once('-').map_or(member.as_str(), |(shard, _)| shard);
        let held = shards.entry(shard).or_insert(0.0);
        *held = held.max(*peak);
    }
    (!shards.is_empty()).then(|| shards.values().sum())
}

/// The highest point of each member in the last two weeks.
pub async fn peaks(
    session: &Session,
    dimension: &str,
    members: &[&str],
    metric: &str,
    stat: &str,
) -> Result<BTreeMap<String, f64>, AwsError> {
    let now = session.opening.now.as_second();
    let query = |(index, member): (usize, &&str)| {
        let dimension = Dimension::builder().name(dimension).value(*member).build();
        let metric = Metric::builder().namespace("AWS/ElastiCache").metric_name(metric).dimensions(dimension);
        let stat = MetricStat::builder().metric(metric.build()).period(PERIOD).stat(stat);
        MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat.build()).build()
    };
    let queries: Vec<MetricDataQuery> = members.iter().enumerate().map(query).collect();
    let call = || {
        let call = session.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        call.start_time(DateTime::from_secs(now - DAYS * 86_400)).end_time(DateTime::from_secs(now)).send()
    };
    let answer = session.read(Action::GetMetricData, call).await?;
    let mut all = BTreeMap::new();
    for result in answer.metric_data_results() {
        let member =
            result.id().and_then(|id| members.get(id.trim_start_matches('m').parse::<usize>().ok()?));
        if let (Some(member), Some(peak)) = (member, result.values().iter().copied().reduce(f64::max)) {
            all.insert((*member).to_owned(), peak);
        }
    }
    Ok(all)
}
