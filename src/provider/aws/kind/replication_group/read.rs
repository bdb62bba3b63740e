//! The group as it is, and its members, which alone know type, version and what waits for the window.

use crate::plan::{Observed, Scheduled, State, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, owner_of_cache, state, texts};
use crate::provider::aws::kind::CREATE_FAILED;
use crate::provider::aws::kind::parameter_group::{PARAMETER, values};
use crate::provider::aws::kind::replication_group::logs;
use crate::provider::aws::quota::Counted;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, window};
use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, ClusterMode, DataTieringStatus, Durability, EffectiveDurability,
    MultiAzStatus, ReplicationGroup, TransitEncryptionMode,
};
use std::collections::BTreeMap;

/// Nodes on a page of a list.
const PAGE: usize = 100;

/// Statuses in which it works. A backup takes nothing from clients; work on the group waits for its end.
pub const WORKS: &[&str] = &["available", "snapshotting"];

/// The replication group of the deployment, and all nodes of the account, which are counted.
pub async fn groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let (groups, clusters) =
        futures_util::future::try_join(Box::pin(described(session)), Box::pin(clusters(session))).await?;
    used_by_others(session, &clusters);
    with_members(session, groups, &clusters).await
}

/// The replication group alone. What it says of itself is enough while it is busy; its members are asked for when it works,
/// in as few calls as it takes.
pub async fn one(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let groups = described(session).await?;
    let works = |g: &ReplicationGroup| state(g.status(), WORKS) == State::Ready;
    let members: Vec<&String> =
        groups.iter().filter(|g| works(g)).flat_map(ReplicationGroup::member_clusters).collect();
    let pages = session.counts().get(&Counted::Nodes).map_or(usize::MAX, |nodes| nodes.div_ceil(PAGE));
    let clusters = if members.len() <= pages {
        let one = |id: &'_ String| {
            let id = id.clone();
            async move {
                let call = || session.cache.describe_cache_clusters().cache_cluster_id(&id).send();
                AwsError::absent_is_none(session.read(Action::DescribeCacheClusters, call).await)
            }
        };
        let answers = futures_util::future::try_join_all(members.into_iter().map(one)).await?;
        answers.into_iter().flatten().flat_map(|a| a.cache_clusters.unwrap_or_default()).collect()
    } else {
        clusters(session).await?
    };
    with_members(session, groups, &clusters).await
}

/// Whether there are nodes of the group, also after the group itself has gone.
pub async fn has_nodes(session: &Session) -> Result<bool, AwsError> {
    Ok(clusters(session).await?.iter().any(|c| c.replication_group_id() == Some(session.name())))
}

async fn described(session: &Session) -> Result<Vec<ReplicationGroup>, AwsError> {
    let call = || session.cache.describe_replication_groups().replication_group_id(session.name()).send();
    let answer = AwsError::absent_is_none(session.read(Action::DescribeReplicationGroups, call).await)?;
    Ok(answer.and_then(|a| a.replication_groups).unwrap_or_default())
}

async fn with_members(
    session: &Session,
    groups: Vec<ReplicationGroup>,
    clusters: &[CacheCluster],
) -> Result<Vec<Observed>, AwsError> {
    let mut all = Vec::new();
    for group in groups {
        let members = group.member_clusters();
        let members: Vec<&CacheCluster> = clusters
            .iter()
            .filter(|c| {
                c.replication_group_id() == group.replication_group_id()
                    || c.cache_cluster_id().is_some_and(|id| members.iter().any(|m| m == id))
            })
            .collect();
        let owner = owner_of_cache(session, group.arn(), group.description()).await?;
        let mut observed = read(session, &group, &members);
        Box::pin(of_others(session, &mut observed)).await?;
        owner.mark(session, &mut observed);
        all.push(observed);
    }
    Ok(all)
}

/// Keeps which parts the nodes of other caches use.
fn used_by_others(session: &Session, clusters: &[CacheCluster]) {
    for cluster in clusters {
        let id = cluster.cache_cluster_id().unwrap_or_default();
        let cache = cluster.replication_group_id().unwrap_or(id);
        if cache == session.name() {
            continue;
        }
        let parameters = cluster.cache_parameter_group().and_then(|p| p.cache_parameter_group_name());
        let guards = cluster.security_groups().iter().filter_map(|guard| guard.security_group_id());
        let parts =
            [(names::SUBNET_GROUP, cluster.cache_subnet_group_name()), (names::PARAMETER_GROUP, parameters)];
        let parts = parts.into_iter().chain(guards.map(|guard| (names::SECURITY_GROUP, Some(guard))));
        for (kind, part) in parts.filter_map(|(kind, part)| Some((kind, part?))) {
            session.uses(kind, part, cache);
        }
    }
}

/// What is known of a subnet group and a parameter group that are not ours, but which the cache uses.
async fn of_others(session: &Session, observed: &mut Observed) -> Result<(), AwsError> {
    let text = |name: &str| {
        let value = observed.resource.attributes.get(name).and_then(Value::as_text);
        value.filter(|v| !v.is_empty()).map(str::to_owned)
    };
    let subnets = text("subnet_group").filter(|name| name != session.name());
    let parameters = text("parameter_group")
        .filter(|name| !name.starts_with("default.") && !names::is_parameter_group(session.name(), name));
    if let Some(name) = subnets {
        let call = || session.cache.describe_cache_subnet_groups().cache_subnet_group_name(&name).send();
        let answer = session.read(Action::DescribeCacheSubnetGroups, call).await;
        let answer = AwsError::absent_is_none(answer)?;
        let vpc = answer.and_then(|a| a.cache_subnet_groups().first()?.vpc_id().map(str::to_owned));
        if let Some(vpc) = vpc {
            observed.resource.attributes.insert("vpc".to_owned(), vpc.into());
        }
    }
    if let Some(name) = parameters {
        for (parameter, value) in values(session, &name).await? {
            observed.computed.insert(format!("{PARAMETER}{parameter}"), value);
        }
    }
    Ok(())
}

/// Every node of the account in this region.
pub async fn clusters(session: &Session) -> Result<Vec<CacheCluster>, AwsError> {
    let mut all = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let call = || session.cache.describe_cache_clusters().set_marker(marker.clone()).send();
        let page = session.read(Action::DescribeCacheClusters, call).await?;
        marker = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        all.extend(page.cache_clusters.unwrap_or_default());
        if marker.is_none() {
            session.counted(
                Counted::Nodes,
                all.iter().filter_map(CacheCluster::num_cache_nodes).sum::<i32>().max(0) as usize,
            );
            return Ok(all);
        }
    }
}

fn read(session: &Session, group: &ReplicationGroup, members: &[&CacheCluster]) -> Observed {
    let mut observed = found(names::REPLICATION_GROUP, group.replication_group_id().unwrap_or_default());
    observed.state = condition(group, members);
    computed(session, &mut observed, group, members);
    let first = members.first();
    // While it is made, half of its attributes are not there yet and the others may still change.
    if matches!(group.status(), Some("creating" | CREATE_FAILED)) {
        return observed;
    }
    let engine =
        group.engine().or_else(|| first.and_then(|m| m.engine())).unwrap_or("redis").to_ascii_lowercase();
    let shards = i64::try_from(group.node_groups().len()).unwrap_or(0).max(1);
    let of_shard = |g: &aws_sdk_elasticache::types::NodeGroup| g.node_group_members().len();
    let smallest = group.node_groups().iter().map(of_shard).min().filter(|n| *n > 0);
    let per_shard = smallest.unwrap_or_else(|| group.member_clusters().len() / shards as usize);
    let replicas = i64::try_from(per_shard).unwrap_or(0) - 1;
    let node_type = first.and_then(|m| m.cache_node_type()).or(group.cache_node_type());
    let version = first.and_then(|m| m.engine_version()).unwrap_or_default();
    let parameters =
        first.and_then(|m| m.cache_parameter_group()).and_then(|p| p.cache_parameter_group_name());
    let subnet_group = first.and_then(|m| m.cache_subnet_group_name()).unwrap_or_default();
    let guards: Vec<&str> =
        first.map_or(&[][..], |m| m.security_groups()).iter().filter_map(|s| s.security_group_id()).collect();
    let user_groups: Vec<&str> = group.user_group_ids().iter().map(String::as_str).collect();
    observed.resource.depends_on =
        user_groups.iter().map(|id| names::address(names::USER_GROUP, *id)).collect();
    observed.resource.depends_on.push(names::address(names::SUBNET_GROUP, subnet_group));
    if let Some(name) = parameters {
        observed.resource.depends_on.push(names::address(names::PARAMETER_GROUP, name));
    }
    observed.resource = observed
        .resource
        .with("region", session.opening.region.as_str())
        .with("engine", engine.as_str())
        .with("engine_version", short(&engine, version))
        .with("node_type", node_type.unwrap_or_default())
        .with("shards", shards)
        .with("replicas", replicas.max(0))
        .with("cluster_mode", cluster_mode(group))
        .with("tls", tls(group, first.copied()))
        .with("at_rest_encryption", group.at_rest_encryption_enabled().unwrap_or(false))
        .with("automatic_failover", group.automatic_failover() == Some(&AutomaticFailoverStatus::Enabled))
        .with("multi_az", group.multi_az() == Some(&MultiAzStatus::Enabled))
        .with("data_tiering", group.data_tiering() == Some(&DataTieringStatus::Enabled))
        .with("parameter_group", parameters.unwrap_or_default())
        .with("subnet_group", subnet_group)
        .with("security_groups", texts(guards))
        .with("user_groups", texts(user_groups))
        .with("description", group.description().unwrap_or_default())
        .with("backup_days", i64::from(group.snapshot_retention_limit().unwrap_or(0)));
    for (name, window) in [
        ("maintenance_window", first.and_then(|m| m.preferred_maintenance_window())),
        ("backup_window", group.snapshot_window()),
    ] {
        if let Some(window) = window.filter(|w| !w.is_empty()) {
            observed.resource.attributes.insert(name.to_owned(), window.to_ascii_lowercase().into());
        }
    }
    for (name, value) in switched_on(group, first.copied()) {
        observed.resource.attributes.insert(name.to_owned(), value);
    }
    for (attribute, log) in logs::TYPES {
        let destination = logs::destination(group, &log);
        if destination.starts_with(&names::log_group(session.name(), "")) {
            observed.resource.depends_on.push(names::address(names::LOG_GROUP, destination.as_str()));
        }
        observed.resource.attributes.insert(attribute.to_owned(), destination.into());
    }
    observed.pending = pending(&observed, members);
    observed
}

/// What others may have switched on, and what stays as it is: no key of a profile asks for it.
fn switched_on(group: &ReplicationGroup, first: Option<&CacheCluster>) -> Vec<(&'static str, Value)> {
    let durability = group.effective_durability().map(EffectiveDurability::as_str);
    let durability = durability.or_else(|| group.durability().map(Durability::as_str));
    let global = group.global_replication_group_info().and_then(|g| {
        let role = g.global_replication_group_member_role().unwrap_or("member").to_ascii_lowercase();
        Some(format!("{} {role}", g.global_replication_group_id()?))
    });
    let events = first.and_then(|m| m.notification_configuration()?.topic_arn());
    let outposts = group.member_clusters_outpost_arns().join(" ");
    let texts = [
        ("durability", durability.map(str::to_owned)),
        ("global_datastore", global),
        ("outposts", Some(outposts)),
        ("notification_topic", events.map(str::to_owned)),
        ("kms_key", group.kms_key_id().map(str::to_owned)),
        ("storage_encryption", group.storage_encryption_type().map(|t| t.as_str().to_owned())),
        ("network_type", group.network_type().map(|t| t.as_str().to_owned())),
        ("ip_discovery", group.ip_discovery().map(|t| t.as_str().to_owned())),
    ];
    let texts =
        texts.into_iter().filter_map(|(name, text)| Some((name, text.filter(|t| !t.is_empty())?.into())));
    let flag = group.auto_minor_version_upgrade().map(|on| ("auto_minor_version_upgrade", on.into()));
    texts.chain(flag).collect()
}

/// Available is not enough: members may still come and go, and accepted values wait.
fn condition(group: &ReplicationGroup, members: &[&CacheCluster]) -> State {
    let whole = state(group.status(), WORKS);
    if whole != State::Ready {
        return whole;
    }
    if let Some(waits) = group.pending_modified_values().and_then(waiting) {
        return State::Busy { what: format!("{waits} is being changed") };
    }
    if group.log_delivery_configurations().iter().any(logs::is_changing) {
        return State::Busy { what: "log delivery is being changed".to_owned() };
    }
    let busy = members.iter().find_map(|m| match state(m.cache_cluster_status(), WORKS) {
        State::Ready => None,
        State::Busy { what } => {
            let id = m.cache_cluster_id().unwrap_or_default();
            Some(State::Busy { what: format!("member {id} is {what}") })
        }
        broken @ State::Broken { .. } => Some(broken),
    });
    busy.unwrap_or(State::Ready)
}

/// What the group says is under way.
fn waiting(
    pending: &aws_sdk_elasticache::types::ReplicationGroupPendingModifiedValues,
) -> Option<&'static str> {
    let users = |u: &aws_sdk_elasticache::types::UserGroupsUpdateStatus| {
        !u.user_group_ids_to_add().is_empty() || !u.user_group_ids_to_remove().is_empty()
    };
    [
        (pending.primary_cluster_id().is_some_and(|id| !id.is_empty()), "the primary"),
        (pending.automatic_failover_status().is_some(), "failover"),
        (pending.resharding().is_some(), "the number of shards"),
        (pending.auth_token_status().is_some(), "the token"),
        (pending.user_groups().is_some_and(users), "the user group"),
        (!pending.log_delivery_configurations().is_empty(), "log delivery"),
        (
            pending.transit_encryption_enabled().is_some() || pending.transit_encryption_mode().is_some(),
            "TLS",
        ),
        (pending.cluster_mode().is_some(), "cluster mode"),
    ]
    .into_iter()
    .find_map(|(waits, what)| waits.then_some(what))
}

/// Node type and version that wait for the maintenance window: only members know of them.
fn pending(observed: &Observed, members: &[&CacheCluster]) -> Vec<Scheduled> {
    if observed.state != State::Ready {
        return Vec::new();
    }
    let until = observed
        .computed
        .get("window_opens")
        .cloned()
        .unwrap_or_else(|| "the next maintenance window".into());
    let mut all = BTreeMap::new();
    for member in members {
        let Some(values) = member.pending_modified_values() else { continue };
        if let Some(node_type) = values.cache_node_type() {
            all.insert("node_type", node_type.to_owned());
        }
        if let Some(version) = values.engine_version() {
            let engine = observed.resource.attributes.get("engine").and_then(|v| v.as_text());
            all.insert("engine_version", short(engine.unwrap_or_default(), version));
        }
    }
    let pending = all.into_iter().map(|(attribute, value)| Scheduled {
        attribute: attribute.to_owned(),
        value: value.into(),
        until: until.clone(),
    });
    pending.collect()
}

fn computed(session: &Session, observed: &mut Observed, group: &ReplicationGroup, members: &[&CacheCluster]) {
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            observed.computed.insert(name.to_owned(), value);
        }
    };
    let endpoint = |e: &aws_sdk_elasticache::types::Endpoint| {
        Some(format!("{}:{}", e.address()?, e.port().unwrap_or(6379)))
    };
    let first = group.node_groups().first();
    put("status", group.status().map(str::to_owned));
    put("arn", group.arn().map(str::to_owned));
    put("created", group.replication_group_create_time().map(|t| t.secs().to_string()));
    put("members", Some(group.member_clusters().join(" ")));
    put(
        "node_groups",
        Some(group.node_groups().iter().filter_map(|g| g.node_group_id()).collect::<Vec<_>>().join(" ")),
    );
    put("configuration_endpoint", group.configuration_endpoint().and_then(endpoint));
    put("primary_endpoint", first.and_then(|g| g.primary_endpoint()).and_then(endpoint));
    put("reader_endpoint", first.and_then(|g| g.reader_endpoint()).and_then(endpoint));
    put("engine_version", members.first().and_then(|m| m.engine_version()).map(str::to_owned));
    put("snapshotting_cluster", group.snapshotting_cluster_id().map(str::to_owned));
    let window = members.first().and_then(|m| m.preferred_maintenance_window());
    put("maintenance_window", window.map(str::to_owned));
    put("window_opens", window.and_then(|w| window::next(w, session.opening.now)));
    put("auth_token", group.auth_token_enabled().filter(|on| *on).map(|_| "on".to_owned()));
}

fn cluster_mode(group: &ReplicationGroup) -> &'static str {
    match group.cluster_mode() {
        Some(ClusterMode::Enabled) => "enabled",
        Some(ClusterMode::Compatible) => "compatible",
        Some(ClusterMode::Disabled) => "disabled",
        _ if group.cluster_enabled().unwrap_or(false) => "enabled",
        _ => "disabled",
    }
}

fn tls(group: &ReplicationGroup, member: Option<&CacheCluster>) -> &'static str {
    let on = group
        .transit_encryption_enabled()
        .or_else(|| member.and_then(CacheCluster::transit_encryption_enabled));
    let mode = group.transit_encryption_mode().or_else(|| member.and_then(|m| m.transit_encryption_mode()));
    match (on.unwrap_or(false), mode) {
        (false, _) => "off",
        (true, Some(TransitEncryptionMode::Preferred)) => "preferred",
        (true, _) => "required",
    }
}

/// `8.1` of 8.1.2, but all of 5.0.6: before version 6 the patch was part of the name.
pub fn short(engine: &str, version: &str) -> String {
    let parts: Vec<&str> = version.split('.').collect();
    let old = engine == "redis" && parts.first().and_then(|m| m.parse::<u32>().ok()).is_some_and(|m| m < 6);
    let keep = if old { 3 } else { 2 };
    parts.into_iter().take(keep).collect::<Vec<_>>().join(".")
}
