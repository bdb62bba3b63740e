//! What cannot be done, known before the first call that changes anything.

use super::found::USED_BY;
use super::network::{Network, outside_hint};
use super::{acl, keys, names, switched_on};
use crate::catalog::{Catalog, Service, version_at_least};
use crate::deployment::Configuration;
use crate::plan::{Action, Change, Observed, Ownership, Value};
use crate::profile::{Auth, Availability, Network as Path, Profile};
use crate::provider::{ProviderError, World};
use crate::units::{Engine, Figure, Policy};

/// Nodes of one cluster that AWS allows at most, after a raised quota.
const MOST_NODES: u32 = 500;
/// Days for which automatic backups are kept at most.
const MOST_BACKUP_DAYS: u32 = 35;
/// For how many days logs are kept where they go.
const LOG_DAYS: &[u32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/// Characters of an id of a cache, a user or a group of users.
const MOST_ID: usize = 40;
/// Users of one group.
const MOST_USERS: usize = 100;

/// Refuses with every reason at once.
pub fn check(
    deployment: &Configuration,
    profile: &Profile,
    network: &Network,
    observed: &[Observed],
) -> Result<(), ProviderError> {
    let serverless = deployment.service == Service::ElastiCacheServerless;
    let mut all = Vec::new();
    if !serverless && deployment.service != Service::ElastiCache {
        let message = format!("plan and apply do not set up the service {}", deployment.service);
        let hint = "pin `service: elasticache` or `service: elasticache-serverless`".to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    if profile.name == "default" {
        all.push("the name default is taken by AWS itself: give the profile another name".to_owned());
    }
    if profile.name.len() > MOST_ID {
        all.push(format!(
            "the name {} is longer than the {MOST_ID} characters that ElastiCache takes",
            profile.name
        ));
    }
    if profile.name.starts_with("sg-") {
        all.push("a security group's name may not begin with sg-: give the profile another name".to_owned());
    }
    if deployment.backup_retention_days > MOST_BACKUP_DAYS {
        all.push(format!(
            "backups for {} days: ElastiCache keeps automatic ones for {MOST_BACKUP_DAYS} days at most",
            deployment.backup_retention_days
        ));
    }
    all.extend(keys::refused(deployment, profile, network, serverless));
    users(deployment, profile, &mut all);
    same_engine(deployment, observed, &mut all);
    if serverless {
        without_nodes(deployment, profile, network, observed, &mut all)?;
    } else {
        nodes(deployment, profile, &mut all);
        logs(deployment, profile, &mut all);
        changes(deployment, observed, &mut all);
        all.extend(switched_on::refused(deployment, profile, observed));
        room(deployment, profile, network, observed, &mut all)?;
    }
    if all.is_empty() { Ok(()) } else { Err(ProviderError::permanent(all.join("\n"), None)) }
}

/// What caches of others use is not taken from them: all of it is named at once.
pub fn still_used(change: &Change, world: &World<'_>) -> Result<(), ProviderError> {
    let goes = |o: &&Observed| o.ownership == Ownership::Ours && world.desired(&o.resource.address).is_none();
    let used = |o: &Observed| Some(format!("{} is used by {}", o.resource.address, o.computed.get(USED_BY)?));
    let all: Vec<String> = world.observed.iter().filter(goes).filter_map(used).collect();
    if change.action != Action::Delete || all.is_empty() {
        return Ok(());
    }
    let message = format!("nothing is deleted, because others use it:\n{}", all.join("\n"));
    let hint = "give these caches and interfaces groups of their own, and take such rules away; then the same command goes on".to_owned();
    Err(ProviderError::permanent(message, Some(hint)))
}

fn users(deployment: &Configuration, profile: &Profile, all: &mut Vec<String>) {
    let users = &profile.security.users;
    if !users.is_empty() && !deployment.tls {
        all.push("users need TLS: recommend it anew, or set `security.tls: required`".to_owned());
    }
    if users.len() > MOST_USERS {
        all.push(format!(
            "{} users: a user group of ElastiCache holds {MOST_USERS} (L-943F0F1C)",
            users.len()
        ));
    }
    let mut ids = std::collections::BTreeSet::new();
    for user in users {
        let id = names::user_id(&profile.name, &user.name, user.auth.value);
        if id.len() > MOST_ID {
            all.push(format!(
                "the user {} would have the id {id}, of {} characters: ElastiCache takes {MOST_ID}, so shorten its name or that of the profile",
                user.name,
                id.len()
            ));
        }
        if !ids.insert(id.clone()) {
            all.push(format!("two users would have the id {id}: give one of them another name"));
        }
    }
    let least = match deployment.engine {
        Engine::Valkey => "7.2",
        Engine::Redis => "7.0",
    };
    let old = !version_at_least(&deployment.version, least);
    for user in users {
        if user.auth.value == Auth::Iam && old {
            all.push(format!(
                "the user {} signs in by IAM, which needs Valkey 7.2 or Redis 7.0: this is {} {}",
                user.name, deployment.engine, deployment.version
            ));
        }
        let unusable = |p: &&String| p.is_empty() || p.contains(char::is_whitespace);
        if let Some(pattern) = user.keys.iter().chain(&user.channels).find(unusable) {
            all.push(format!("the pattern `{pattern}` of the user {} has a blank in it", user.name));
        }
        if let Some(why) = acl::refused(&acl::access(user)) {
            all.push(format!("the user {}: {why}", user.name));
        }
    }
}

/// A user group of Valkey serves no Redis, and what is in use can be no other group.
fn same_engine(deployment: &Configuration, observed: &[Observed], all: &mut Vec<String>) {
    let group = observed.iter().find(|o| o.resource.address.kind == names::USER_GROUP);
    let engine = group.and_then(|o| o.computed.get("engine")).map(String::as_str);
    if deployment.engine == Engine::Redis && engine == Some("valkey") {
        all.push(
            "the users are Valkey's and cannot serve Redis: keep Valkey, or take the deployment down with \
             `cachefit destroy` and set it up anew"
                .to_owned(),
        );
    }
}

fn logs(deployment: &Configuration, profile: &Profile, all: &mut Vec<String>) {
    let logs = &profile.requirements.logs;
    for (kind, days, least) in [("slow", logs.slow, "6.0"), ("engine", logs.engine, "6.2")] {
        if days > 0 && !LOG_DAYS.contains(&days) {
            let near = LOG_DAYS.iter().find(|d| **d > days).or(LOG_DAYS.last());
            all.push(format!(
                "requirements.logs.{kind}: CloudWatch keeps logs for {} days and the like, not for {days}",
                near.copied().unwrap_or_default()
            ));
        }
        if days > 0 && deployment.engine == Engine::Redis && !version_at_least(&deployment.version, least) {
            all.push(format!("requirements.logs.{kind} needs Redis {least}, this is {}", deployment.version));
        }
    }
}

/// What cannot be changed together, or not from where the cache is.
fn changes(deployment: &Configuration, observed: &[Observed], all: &mut Vec<String>) {
    let there = observed.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP);
    let text = |name: &str| there.and_then(|o| o.resource.attributes.get(name)).and_then(Value::as_text);
    let Some(mode) = text("cluster_mode").filter(|mode| *mode != "enabled") else { return };
    if !deployment.cluster_mode {
        return;
    }
    if deployment.replicas == 0 {
        all.push(
            "cluster mode comes only to a cache that fails over by itself: give it a replica first (`replicas: 1`)"
                .to_owned(),
        );
    }
    let family = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let other = text("engine") != Some(deployment.engine.as_str())
        || text("engine_version").is_some_and(|v| family(v) != family(&deployment.version));
    if other && mode == "disabled" {
        all.push(
            "cluster mode and another major version do not come together: pin `shards: 1` for the upgrade, apply, then \
             ask for cluster mode"
                .to_owned(),
        );
    }
}

fn nodes(deployment: &Configuration, profile: &Profile, all: &mut Vec<String>) {
    let d = deployment;
    let Some(name) = d.node_type.as_deref() else {
        all.push("the deployment has no node type".to_owned());
        return;
    };
    let catalog = Catalog::embedded();
    let Ok(node) = catalog.node_type(Service::ElastiCache, name) else {
        all.push(format!("{name} is no node type of ElastiCache"));
        return;
    };
    if let Figure::Known(false) = catalog.sold_in(node, &d.region) {
        all.push(format!("{name} is not sold in {}: `cachefit prices {name}` lists where it is", d.region));
    }
    if node.family.ends_with("t2") {
        all.push(format!("{name} is of the previous generation: AWS makes no new clusters of it"));
    }
    match node.engine(d.engine) {
        None => all.push(format!("{name} does not run {}", d.engine)),
        Some(since) => {
            if let Some(least) = since.min_version.filter(|least| !version_at_least(&d.version, least)) {
                all.push(format!("{name} runs {} from {least} on, this is {}", d.engine, d.version));
            }
        }
    }
    if !d.cluster_mode && d.shards > 1 {
        all.push(format!("{} shards need cluster mode", d.shards));
    }
    if d.replicas > 5 {
        all.push(format!("{} replicas: a shard has at most 5", d.replicas));
    }
    if d.nodes() > MOST_NODES {
        all.push(format!("{} nodes: a cluster has at most {MOST_NODES} (L-AF354865)", d.nodes()));
    }
    if profile.requirements.availability.value == Availability::MultiAz && d.replicas == 0 {
        all.push("Multi-AZ needs at least one replica".to_owned());
    }
    if node.ssd.is_some()
        && matches!(d.eviction_policy, Policy::VolatileTtl | Policy::VolatileRandom | Policy::AllkeysRandom)
    {
        all.push(format!("nodes with data tiering do not have the policy {}", d.eviction_policy));
    }
}

/// Zones and free addresses of the network.
fn room(
    deployment: &Configuration,
    profile: &Profile,
    network: &Network,
    observed: &[Observed],
    all: &mut Vec<String>,
) -> Result<(), ProviderError> {
    let there = observed.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP);
    // One that was taken over has its subnets already, wherever the functions are.
    if let Some(adopted) = there.filter(|o| o.computed.contains_key("adopted")) {
        let vpc = adopted.resource.attributes.get("vpc").and_then(Value::as_text);
        if let (Some(is), Some(wanted), false) = (vpc, &network.vpc, network.is_default)
            && is != wanted
        {
            all.push(format!(
                "the cache is in {is}, and the functions are in {wanted}: they cannot reach it"
            ));
        }
        return Ok(());
    }
    if network.vpc.is_none() {
        return Err(no_vpc(network));
    }
    let zones = network.zones().len();
    if profile.requirements.availability.value == Availability::MultiAz && zones < 2 {
        all.push(format!(
            "Multi-AZ needs subnets in two zones, and those of the functions are in {}: attach the functions to a \
             subnet in another zone",
            network.zones().into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    let count = |name: &str| there.and_then(|o| o.resource.attributes.get(name)).and_then(Value::as_number);
    let today = count("shards").unwrap_or(0) * (1 + count("replicas").unwrap_or(0));
    let more = i64::from(deployment.nodes()) - today;
    let free: i64 = network.subnets.iter().map(|s| i64::from(s.free)).sum();
    if more > free {
        all.push(format!(
            "{more} more nodes need as many addresses, and the subnets {} have {free} left",
            network.subnets.iter().map(|s| s.id.as_str()).collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(())
}

fn no_vpc(network: &Network) -> ProviderError {
    if network.is_default {
        let message = "the profile names no function, and the account has no default VPC in this region";
        let hint = "name the functions that call the cache below `placement.functions`".to_owned();
        return ProviderError::permanent(message, Some(hint));
    }
    let names: Vec<&str> = network.functions.iter().map(|f| f.name.as_str()).collect();
    let message = format!("{} cannot reach a cache made of nodes: not attached to any VPC", names.join(", "));
    ProviderError::permanent(message, Some(outside_hint()))
}

fn without_nodes(
    deployment: &Configuration,
    profile: &Profile,
    network: &Network,
    observed: &[Observed],
    all: &mut Vec<String>,
) -> Result<(), ProviderError> {
    let d = deployment;
    if !d.tls {
        all.push("a serverless cache always encrypts: remove `security.tls: off`".to_owned());
    }
    if d.eviction_policy != Policy::VolatileLru {
        all.push(format!("a serverless cache evicts by volatile-lru, not by {}", d.eviction_policy));
    }
    let cache = observed.iter().find(|o| o.resource.address.kind == names::SERVERLESS_CACHE);
    if let Some(adopted) = cache.filter(|o| o.computed.contains_key("adopted")) {
        let vpc = adopted.computed.get("vpc");
        if vpc.is_some() && !network.is_default && network.vpc.is_some() && vpc != network.vpc.as_ref() {
            all.push("the cache is in another VPC than the functions: they cannot reach it".to_owned());
        }
        return Ok(());
    }
    let guard = observed.iter().find(|o| o.resource.address.kind == names::SECURITY_GROUP);
    let vpc = guard.and_then(|o| o.resource.attributes.get("vpc")).and_then(Value::as_text);
    if cache.is_some() && vpc.is_some() && network.vpc.is_some() && vpc != network.vpc.as_deref() {
        all.push(
            "the functions have moved to another VPC, and a serverless cache stays in its own: take it down with \
             `cachefit destroy`, which keeps a snapshot, and set it up anew"
                .to_owned(),
        );
    }
    if network.vpc.is_some() {
        if network.zones().len() < 2 {
            all.push("a serverless cache needs subnets in two zones".to_owned());
        }
        return Ok(());
    }
    let users = &profile.security.users;
    let by_iam = !users.is_empty() && users.iter().all(|user| user.auth.value == Auth::Iam);
    let new = d.engine == Engine::Valkey && d.version.starts_with('9');
    if !new || !by_iam || profile.security.network.value != Path::Any {
        return Err(no_vpc(network));
    }
    Ok(())
}
