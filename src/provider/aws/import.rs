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
use crate::profile::RunningCache;
use crate::provider::{Imported, ProviderError, look};
use crate::units::DAY;

/// Days of metrics that are looked at.
pub const DAYS: i64 = 14;
/// One point an hour.
const PERIOD: i32 = 3600;
/// Queries that one call may have.
const QUERIES: usize = 500;

/// The cache of an id, which is the name that the session was opened with and that its profile must have.
pub async fn import(session: &Session, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
    let (name, region) = (session.name().to_owned(), session.opening.region.clone());
    if let Some(other) = profile.filter(|profile| *profile != name) {
        let hint =
            format!("a cache is found by the profile's name: set `name: {name}`, or write a new profile");
        return Err(ProviderError::permanent(
            format!("the profile is named {other}, the cache {id}"),
            Some(hint),
        ));
    }
    let observed = look::all_patiently(session).await?;
    if let Some(cache) = running_cache(session, &observed).await? {
        return Ok(Imported { name, region, cache });
    }
    Err(other(session).await?.unwrap_or_else(|| {
        let hint = "`aws elasticache describe-replication-groups` and `describe-serverless-caches` list them";
        ProviderError::permanent(format!("there is no cache {name} in {region}"), Some(hint.to_owned()))
    }))
}

/// What is known of the cache.
async fn running_cache(session: &Session, observed: &[Observed]) -> Result<Option<RunningCache>, AwsError> {
    let is_cache = |o: &&Observed| {
        [names::REPLICATION_GROUP, names::SERVERLESS_CACHE].contains(&o.resource.address.kind.as_str())
    };
    let Some(cache) = observed.iter().find(is_cache) else { return Ok(None) };
    let all: Vec<Observed> =
        observed.iter().map(|o| Observed { ownership: Ownership::Ours, ..o.clone() }).collect();
    let Some(pin) = running::pin(&all) else { return Ok(None) };
    let value = |name: &str| cache.resource.attributes.get(name);
    let serverless = cache.resource.address.kind == names::SERVERLESS_CACHE;
    let members: Vec<&str> =
        cache.computed.get("members").map(|m| m.split(' ').collect()).unwrap_or_default();
    let dimension = if serverless { "clusterId" } else { "CacheClusterId" };
    let mut imported = RunningCache {
        pin,
        tls: serverless || value("tls").and_then(Value::as_text) != Some("off"),
        multi_az: serverless || value("multi_az").and_then(Value::as_flag) == Some(true),
        backup_days: value("backup_days").and_then(Value::as_number).unwrap_or(0),
        managed: value("managed").and_then(Value::as_flag) == Some(true),
        metrics: "the metrics of the last 14 days",
        ..RunningCache::default()
    };
    let number = |name: &str| value(name).and_then(Value::as_number).unwrap_or(0);
    imported.minimum = (number("data_minimum_gb"), number("ecpu_per_second_minimum"));
    let members = &members;
    let (volatile, ttl) = futures_util::future::try_join(
        peaks(session, dimension, members, "CurrVolatileItems", "Maximum"),
        peaks(session, dimension, members, "DB0AverageTTL", "Average"),
    )
    .await?;
    let (keys, bytes, reads, writes) = futures_util::future::try_join4(
        peaks(session, dimension, members, "CurrItems", "Maximum"),
        peaks(session, dimension, members, "BytesUsedForCache", "Maximum"),
        busiest(session, dimension, members, "GetTypeCmds"),
        busiest(session, dimension, members, "SetTypeCmds"),
    )
    .await?;
    // The members of a shard hold the same keys; commands are counted where they are answered.
    imported.keys = whole(&keys);
    imported.bytes = whole(&bytes);
    imported.volatile = match (whole(&volatile), imported.keys) {
        (Some(volatile), Some(keys)) if keys > 0.0 => Some((volatile / keys).min(1.0)),
        _ => None,
    };
    // In milliseconds, and 0 on replicas.
    imported.ttl_seconds = ttl.into_values().reduce(f64::max).filter(|ms| *ms > 0.0).map(|ms| ms / 1000.0);
    imported.reads = reads;
    imported.writes = writes;
    Ok(Some(imported))
}

/// Why there is nothing to import of a name: a cache that is no group, or of another engine. None if there is no such cache.
async fn other(session: &Session) -> Result<Option<ProviderError>, AwsError> {
    let call = || session.cache.describe_cache_clusters().cache_cluster_id(session.name()).send();
    let answer = AwsError::absent_is_none(session.read(Action::DescribeCacheClusters, call).await)?;
    let clusters = answer.and_then(|a| a.cache_clusters).unwrap_or_default();
    let serverless =
        || session.cache.describe_serverless_caches().serverless_cache_name(session.name()).send();
    let name = session.name();
    let memcached =
        |engine: Option<&str>| engine.is_some_and(|engine| engine.eq_ignore_ascii_case("memcached"));
    let out_of_scope = || {
        let message =
            format!("{name} is Memcached, which is out of cachefit's scope: it sizes Redis and Valkey");
        Some(ProviderError::permanent(message, None))
    };
    let Some(node) = clusters.first() else {
        let answer =
            AwsError::absent_is_none(session.read(Action::DescribeServerlessCaches, serverless).await)?;
        let caches = answer.and_then(|a| a.serverless_caches).unwrap_or_default();
        return Ok(caches.iter().any(|cache| memcached(cache.engine())).then(out_of_scope).flatten());
    };
    if memcached(node.engine()) {
        return Ok(out_of_scope());
    }
    if let Some(group) = node.replication_group_id() {
        let message = format!("{name} is a node of the replication group {group}");
        return Ok(Some(ProviderError::permanent(
            message,
            Some(format!("import the group: `--id {group}`")),
        )));
    }
    let message =
        format!("{name} is a single node of {}, and no replication group", node.engine().unwrap_or("redis"));
    let hint = format!(
        "make it the primary of a group, which takes nothing from its clients: `aws elasticache create-replication-group \
         --replication-group-id {name} --primary-cluster-id {name} --replication-group-description {name} --region {}`; \
         when the group is available, the same import works",
        session.opening.region
    );
    Ok(Some(ProviderError::permanent(message, Some(hint))))
}

/// The name of a member's shard.
pub fn shard(member: &str) -> &str {
    member.rsplit_once('-').map_or(member, |(shard, _)| shard)
}

/// The most that one of the members of each shard has.
pub fn by_shard(peaks: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let mut shards: BTreeMap<String, f64> = BTreeMap::new();
    for (member, peak) in peaks {
        let held = shards.entry(shard(member).to_owned()).or_insert(0.0);
        *held = held.max(*peak);
    }
    shards
}

/// The sum over shards; none without any.
fn whole(peaks: &BTreeMap<String, f64>) -> Option<f64> {
    (!peaks.is_empty()).then(|| by_shard(peaks).values().sum())
}

/// Commands a second in the hour in which all members together had the most.
async fn busiest(
    session: &Session,
    dimension: &str,
    members: &[&str],
    metric: &str,
) -> Result<Option<f64>, AwsError> {
    let mut hours: BTreeMap<i64, f64> = BTreeMap::new();
    for (time, count) in points(session, dimension, members, metric, "Sum").await?.into_values().flatten() {
        *hours.entry(time).or_default() += count;
    }
    Ok(hours.into_values().reduce(f64::max).map(|count| count / f64::from(PERIOD)))
}

/// The highest point of each member in the last two weeks.
pub async fn peaks(
    session: &Session,
    dimension: &str,
    members: &[&str],
    metric: &str,
    stat: &str,
) -> Result<BTreeMap<String, f64>, AwsError> {
    let points = points(session, dimension, members, metric, stat).await?;
    let highest = |(member, points): (String, BTreeMap<i64, f64>)| {
        Some((member, points.into_values().reduce(f64::max)?))
    };
    Ok(points.into_iter().filter_map(highest).collect())
}

/// The points of each member by their time; members without any are left out.
async fn points(
    session: &Session,
    dimension: &str,
    members: &[&str],
    metric: &str,
    stat: &str,
) -> Result<BTreeMap<String, BTreeMap<i64, f64>>, AwsError> {
    let now = session.opening.now.as_second();
    let query = |(index, member): (usize, &&str)| {
        let dimension = Dimension::builder().name(dimension).value(*member).build();
        let metric = Metric::builder().namespace("AWS/ElastiCache").metric_name(metric).dimensions(dimension);
        let stat = MetricStat::builder().metric(metric.build()).period(PERIOD).stat(stat);
        MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat.build()).build()
    };
    let mut all: BTreeMap<String, BTreeMap<i64, f64>> = BTreeMap::new();
    for some in members.chunks(QUERIES) {
        let queries: Vec<MetricDataQuery> = some.iter().enumerate().map(query).collect();
        let mut token: Option<String> = None;
        loop {
            let call = || {
                let call =
                    session.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
                let call = call.start_time(DateTime::from_secs(now - DAYS * DAY));
                call.end_time(DateTime::from_secs(now)).set_next_token(token.clone()).send()
            };
            let page = session.read(Action::GetMetricData, call).await?;
            for result in page.metric_data_results() {
                let index = result.id().and_then(|id| id.trim_start_matches('m').parse::<usize>().ok());
                let Some(member) = index.and_then(|index| some.get(index)) else { continue };
                let times = result.timestamps().iter().map(DateTime::secs);
                let points = times.zip(result.values().iter().copied());
                all.entry((*member).to_owned()).or_default().extend(points);
            }
            token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
    }
    all.retain(|_, points| !points.is_empty());
    Ok(all)
}
