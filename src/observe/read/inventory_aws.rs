//! `aws elasticache describe-replication-groups`, `-cache-clusters`, `-serverless-caches`, `-reserved-cache-nodes`.

use std::io::BufRead;

use serde::Deserialize;

use super::Source;
use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use super::names::memcached;
use super::pages::Pages;
use crate::observe::{CacheInfo, Member, Observations, Reservation};
use crate::units::{Engine, FromText as _, Provider, Service};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Document {
    replication_groups: Vec<Group>,
    cache_clusters: Vec<Cluster>,
    serverless_caches: Vec<Serverless>,
    reserved_cache_nodes: Vec<Reserved>,
    marker: Option<String>,
    next_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Group {
    replication_group_id: String,
    status: Option<String>,
    node_groups: Vec<NodeGroup>,
    member_clusters: Vec<String>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<String>,
    cache_node_type: Option<String>,
    cluster_enabled: Option<bool>,
    transit_encryption_enabled: Option<bool>,
    snapshot_retention_limit: Number,
    engine: Option<String>,
    #[serde(rename = "ARN")]
    arn: Option<String>,
    replication_group_create_time: Option<Stamp>,
    pending_modified_values: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct NodeGroup {
    node_group_id: String,
    node_group_members: Vec<GroupMember>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GroupMember {
    cache_cluster_id: String,
    current_role: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Cluster {
    cache_cluster_id: String,
    replication_group_id: Option<String>,
    cache_node_type: Option<String>,
    engine: Option<String>,
    engine_version: Option<String>,
    cache_cluster_status: Option<String>,
    cache_cluster_create_time: Option<Stamp>,
    transit_encryption_enabled: Option<bool>,
    snapshot_retention_limit: Number,
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Serverless {
    #[serde(rename = "ServerlessCacheName")]
    name: String,
    status: Option<String>,
    engine: Option<String>,
    full_engine_version: Option<String>,
    create_time: Option<Stamp>,
    snapshot_retention_limit: Number,
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Reserved {
    #[serde(rename = "ReservedCacheNodeId")]
    id: String,
    cache_node_type: String,
    start_time: Option<Stamp>,
    duration: Number,
    cache_node_count: Number,
    product_description: String,
    offering_type: String,
    state: String,
    #[serde(rename = "ReservationARN")]
    arn: Option<String>,
}

/// Reads all pages.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut clusters = Vec::new();
    let mut pages = Pages::default();
    let mut others = Vec::new();
    documents(source, Format::AwsInventory, content, |document: Document| {
        let more = document.marker.or(document.next_token).is_some_and(|token| !token.is_empty());
        let lists = [
            ("replication groups", document.replication_groups.is_empty()),
            ("serverless caches", document.serverless_caches.is_empty()),
            ("reserved nodes", document.reserved_cache_nodes.is_empty()),
            ("cache clusters", document.cache_clusters.is_empty()),
        ];
        let told = lists.into_iter().filter(|(_, is_empty)| !is_empty).map(|(list, _)| list);
        pages.add(told.collect(), more);
        found.caches.extend(document.replication_groups.into_iter().map(group));
        let (left, kept) = parted(document.serverless_caches, |cache| cache.engine.as_deref());
        others.extend(left.into_iter().map(|cache| cache.name));
        found.caches.extend(kept.into_iter().map(serverless));
        found.reservations.extend(document.reserved_cache_nodes.into_iter().map(reserved));
        let (left, kept) = parted(document.cache_clusters, |cluster| cluster.engine.as_deref());
        others.extend(left.into_iter().map(|cluster| cluster.cache_cluster_id));
        clusters.extend(kept);
    })?;
    found.caveats.extend(memcached(source, &others));
    for one in clusters {
        cluster(one, &mut found);
    }
    found.caches.retain(|cache| !cache.id.is_empty());
    for list in pages.unfinished() {
        found
            .caveats
            .insert(format!("{}: the last page of {list} names a next one that is missing", source.name));
    }
    Ok(found)
}

/// The region in `arn:aws:elasticache:REGION:…`.
fn region(arn: Option<&str>) -> Option<String> {
    arn?.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned)
}

fn engine(name: Option<&str>) -> Option<Engine> {
    Engine::from_text(name?).ok()
}

/// Caches of Memcached, and those of engines that are sized here. What does not tell its engine is one of the latter.
fn parted<T>(all: Vec<T>, engine: impl Fn(&T) -> Option<&str>) -> (Vec<T>, Vec<T>) {
    all.into_iter().partition(|one| engine(one).is_some_and(|name| name.eq_ignore_ascii_case("memcached")))
}

fn days(number: Number) -> Option<u32> {
    number.0.filter(|days| (0.0..4000.0).contains(days)).map(|days| days as u32)
}

fn group(group: Group) -> CacheInfo {
    let shards = group.node_groups.len();
    let single = |members: &[String]| {
        members.iter().map(|id| Member { id: id.clone(), shard: "0001".into(), primary: None }).collect()
    };
    let members: Vec<Member> = if group.node_groups.iter().all(|shard| shard.node_group_members.is_empty()) {
        single(&group.member_clusters)
    } else {
        let of = |shard: &NodeGroup| {
            let member = |m: &GroupMember| Member {
                id: m.cache_cluster_id.clone(),
                shard: shard.node_group_id.clone(),
                primary: m.current_role.as_deref().map(|role| role == "primary"),
            };
            shard.node_group_members.iter().map(member).collect::<Vec<_>>()
        };
        group.node_groups.iter().flat_map(of).collect()
    };
    let of_shard = |shard: &NodeGroup| shard.node_group_members.len();
    let each = match group.node_groups.first().map(of_shard) {
        // Shards may have different numbers of replicas; then no number is that of each.
        Some(first) => Some(first).filter(|first| group.node_groups.iter().all(|s| of_shard(s) == *first)),
        // Without its shards, the nodes of a cluster may be any of theirs.
        None => Some(members.len()).filter(|_| group.cluster_enabled != Some(true)),
    };
    let each = each.filter(|each| *each > 0);
    let pending = group.pending_modified_values.unwrap_or_default();
    CacheInfo {
        provider: Some(Provider::Aws),
        service: Some(Service::ElastiCache),
        region: region(group.arn.as_deref()),
        engine: engine(group.engine.as_deref()),
        node_type: group.cache_node_type,
        shards: u32::try_from(shards.max(1))
            .ok()
            .filter(|_| shards > 0 || group.cluster_enabled != Some(true)),
        replicas: each.and_then(|each| u32::try_from(each - 1).ok()),
        cluster_mode: group.cluster_enabled,
        multi_az: group.multi_az.map(|text| text == "enabled"),
        tls: group.transit_encryption_enabled,
        backup_days: days(group.snapshot_retention_limit),
        created: group.replication_group_create_time.map(|at| at.0),
        status: group.status,
        pending: pending.into_iter().map(|(key, value)| format!("{key} {value}")).collect(),
        members,
        ..CacheInfo::named(group.replication_group_id)
    }
}

/// A node of a group tells its version; one without a group is a cache of its own.
fn cluster(cluster: Cluster, found: &mut Observations) {
    if let Some(id) = cluster.replication_group_id.filter(|id| !id.is_empty()) {
        let new = CacheInfo {
            provider: Some(Provider::Aws),
            service: Some(Service::ElastiCache),
            region: region(cluster.arn.as_deref()),
            ..CacheInfo::named(id)
        };
        let known = found.caches.iter().enumerate().filter(|(_, cache)| cache.id == new.id);
        let known = new.place().only_of(known.map(|(at, cache)| (at, cache.place())));
        let place = known.unwrap_or_else(|| {
            found.caches.push(new);
            found.caches.len() - 1
        });
        let cache = &mut found.caches[place];
        cache.version = cache.version.take().or(cluster.engine_version);
        cache.engine = cache.engine.or_else(|| engine(cluster.engine.as_deref()));
        cache.node_type = cache.node_type.take().or(cluster.cache_node_type);
        cache.created = cache.created.or(cluster.cache_cluster_create_time.map(|at| at.0));
        if cache.member(&cluster.cache_cluster_id).is_none() {
            // `group-0002-001`: the shard is the last group of four digits.
            let shard = crate::observe::inventory::of_name(&cluster.cache_cluster_id).1;
            cache.members.push(Member { id: cluster.cache_cluster_id, shard, primary: None });
        }
        return;
    }
    let member = Member { id: cluster.cache_cluster_id.clone(), shard: "0001".into(), primary: Some(true) };
    found.caches.push(CacheInfo {
        provider: Some(Provider::Aws),
        service: Some(Service::ElastiCache),
        region: region(cluster.arn.as_deref()),
        engine: engine(cluster.engine.as_deref()),
        version: cluster.engine_version,
        node_type: cluster.cache_node_type,
        shards: Some(1),
        replicas: Some(0),
        cluster_mode: Some(false),
        multi_az: Some(false),
        tls: cluster.transit_encryption_enabled,
        backup_days: days(cluster.snapshot_retention_limit),
        created: cluster.cache_cluster_create_time.map(|at| at.0),
        status: cluster.cache_cluster_status,
        members: vec![member],
        ..CacheInfo::named(cluster.cache_cluster_id)
    });
}

fn serverless(cache: Serverless) -> CacheInfo {
    let name = cache.name;
    CacheInfo {
        provider: Some(Provider::Aws),
        service: Some(Service::ElastiCacheServerless),
        region: region(cache.arn.as_deref()),
        engine: engine(cache.engine.as_deref()),
        version: cache.full_engine_version,
        status: cache.status,
        multi_az: Some(true),
        tls: Some(true),
        autoscaled: Some(true),
        backup_days: days(cache.snapshot_retention_limit),
        created: cache.create_time.map(|at| at.0),
        members: vec![Member { id: name.clone(), shard: "0001".into(), primary: Some(true) }],
        ..CacheInfo::named(name)
    }
}

fn reserved(one: Reserved) -> Reservation {
    let whole = |number: Number| number.0.filter(|n| (0.0..1e9).contains(n)).map_or(0, |n| n as u32);
    Reservation {
        id: one.id,
        node_type: one.cache_node_type,
        count: whole(one.cache_node_count),
        engine: one.product_description,
        years: whole(one.duration) / 31_536_000,
        offer: one.offering_type,
        start: one.start_time.map(|at| at.0),
        active: one.state.eq_ignore_ascii_case("active"),
        region: region(one.arn.as_deref()),
    }
}
