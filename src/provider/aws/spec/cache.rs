//! The cache itself: a replication group with its parameters, or a serverless cache with its limits.

use super::{Wish, logs, scale, window};
use crate::catalog::{Catalog, NodeType, PriceKey, Service, items, version_at_least};
use crate::demand::Demand;
use crate::plan::{Ownership, Resource, Value};
use crate::profile::Availability;
use crate::provider::aws::names;
use crate::provider::aws::observe::TAGS;
use crate::provider::aws::observe::parameters::{PARAMETER, RESERVED, RESERVED_BY_DEFAULT};
use crate::units::{Commitment, HOURS_PER_MONTH};

/// Work of a command on many elements, in units; no formula is published.
const COMPLEX_UNITS: f64 = 10.0;
/// Bytes of a unit of work.
const UNIT: f64 = 1024.0;
/// Room above what is expected, before a limit of a serverless cache bites.
const ROOM: f64 = 2.0;
/// Limits on work are set in steps of this.
const UNIT_STEP: f64 = 1000.0;

/// The parameters of the deployment. One group for each cache: a shared one would change others too.
pub fn parameter_group(wish: &Wish<'_>) -> Resource {
    let d = wish.deployment;
    let family = names::family(d.engine, &d.version);
    let name = names::parameter_group(wish.name(), &family, d.cluster_mode);
    let mut resource = Resource::new(names::address(names::PARAMETER_GROUP, name.as_str()));
    for (parameter, value) in carried(wish, &name).into_iter().filter(|_| keeps_names(wish)) {
        resource = resource.with(&parameter, value);
    }
    resource = resource
        .with("region", wish.region())
        .with("family", family)
        .with("maxmemory-policy", d.eviction_policy.as_str());
    if let Some(percent) = reserved(wish) {
        resource = resource.with(RESERVED, percent);
    }
    if d.cluster_mode { resource.with("cluster-enabled", "yes") } else { resource }
}

/// What the node type must reserve beyond the default, as it was sized; back to the default after such a node type. A cache
/// that was taken over keeps what it has.
fn reserved(wish: &Wish<'_>) -> Option<String> {
    let of = |name: &str| {
        let node = Catalog::embedded().node_type(Service::ElastiCache, name).ok();
        node.and_then(NodeType::reserved_percent).map(|percent| percent.to_string())
    };
    if wish.profile.pin.adopt {
        return None;
    }
    let runs = wish.seen_value(names::REPLICATION_GROUP, wish.name(), "node_type").and_then(Value::as_text);
    let before = runs.and_then(of).map(|_| RESERVED_BY_DEFAULT.to_owned());
    wish.deployment.node_type.as_deref().and_then(of).or(before)
}

/// Whether parameters are called as they were: many were renamed with version 7.
fn keeps_names(wish: &Wish<'_>) -> bool {
    let version =
        wish.seen_value(names::REPLICATION_GROUP, wish.name(), "engine_version").and_then(Value::as_text);
    version.is_none_or(|version| {
        version_at_least(version, "7") || !version_at_least(&wish.deployment.version, "7")
    })
}

/// What people have set in the group that the cache uses, and would have to set anew.
pub fn left_behind(wish: &Wish<'_>) -> Vec<String> {
    if wish.is_serverless() || keeps_names(wish) {
        return Vec::new();
    }
    let name = parameter_group(wish).address.name;
    carried(wish, &name).into_iter().map(|(parameter, value)| format!("{parameter} {value}")).collect()
}

/// What people have set in the group that the cache uses, as long as it does not use this one yet.
fn carried(wish: &Wish<'_>, name: &str) -> Vec<(String, String)> {
    let used =
        wish.seen_value(names::REPLICATION_GROUP, wish.name(), "parameter_group").and_then(Value::as_text);
    let Some(used) = used.filter(|used| *used != name) else { return Vec::new() };
    let own = [TAGS, "region", "family", "maxmemory-policy", "cluster-enabled"];
    let ours = wish.seen(&names::address(names::PARAMETER_GROUP, used));
    let values: Vec<(String, String)> = if let Some(group) = ours {
        let attributes = group.resource.attributes.iter();
        attributes.map(|(name, value)| (name.clone(), value.to_string())).collect()
    } else {
        let cache = wish.seen(&names::address(names::REPLICATION_GROUP, wish.name()));
        let facts = cache.map(|o| o.facts.iter()).into_iter().flatten();
        facts
            .filter_map(|(fact, value)| Some((fact.strip_prefix(PARAMETER)?.to_owned(), value.clone())))
            .collect()
    };
    let default = |parameter: &str, value: &str| parameter == RESERVED && value == RESERVED_BY_DEFAULT;
    let set = values.into_iter().filter(|(parameter, value)| !default(parameter, value));
    set.filter(|(parameter, _)| !own.contains(&parameter.as_str())).collect()
}

/// What a group keeps as others have set it: no key of a profile asks for it, but it has a price, or decides on what can be
/// changed, or must be the same in a group that is made anew.
const KEPT: [&str; 9] = [
    "auto_minor_version_upgrade",
    "durability",
    "global_datastore",
    "ip_discovery",
    "kms_key",
    "network_type",
    "notification_topic",
    "outposts",
    "storage_encryption",
];

/// The replication group.
pub fn replication_group(wish: &Wish<'_>) -> Resource {
    let (d, name) = (wish.deployment, wish.name());
    let address = names::address(names::REPLICATION_GROUP, name);
    let parameters = if wish.has_own_parameters() {
        parameter_group(wish).address
    } else {
        names::address(names::PARAMETER_GROUP, wish.seen_text("parameter_group"))
    };
    let guard = names::address(names::SECURITY_GROUP, names::security_group(name));
    let subnets = names::address(names::SUBNET_GROUP, name);
    let multi_az = d.replicas > 0 && wish.profile.requirements.availability.value == Availability::MultiAz;
    let count = |attribute: &str, wanted: u32| i64::from(scaled(wish, attribute, wanted));
    let has_users = !wish.profile.security.users.is_empty();
    let mut resource = Resource::new(address)
        .with("region", wish.region())
        .with("managed", true)
        .with("engine", d.engine.as_str())
        .with("engine_version", d.version.as_str())
        .with("node_type", d.node_type.as_deref().unwrap_or_default())
        .with("shards", count("shards", d.shards))
        .with("replicas", count("replicas", d.replicas))
        .with("cluster_mode", if d.cluster_mode { "enabled" } else { "disabled" })
        .with("tls", if d.tls { "required" } else { "off" })
        .with("at_rest_encryption", at_rest(wish))
        .with("automatic_failover", d.cluster_mode || d.replicas > 0)
        .with("multi_az", multi_az)
        .with("data_tiering", wish.node().is_some_and(|node| node.ssd.is_some()))
        .with("parameter_group", parameters.name.as_str())
        .with("subnet_group", wish.subnet_group())
        .with("security_groups", guards(wish, names::REPLICATION_GROUP, &guard.name))
        .with("user_groups", user_groups(wish))
        .with("vpc", wish.vpc())
        .with("description", description(wish))
        .with("backup_days", d.backup_retention_days)
        .after(guard);
    if wish.has_own_parameters() {
        resource = resource.after(parameters);
    }
    for kept in KEPT {
        if let Some(value) = wish.seen_value(names::REPLICATION_GROUP, name, kept) {
            resource = resource.with(kept, value.clone());
        }
    }
    if let Some(window) = window::maintenance(wish.profile) {
        resource = resource.with("maintenance_window", window);
    }
    if let Some(window) = window::backups(wish.profile).filter(|_| d.backup_retention_days > 0) {
        resource = resource.with("backup_window", window.to_string());
    }
    resource = logs::deliver(wish, resource);
    if wish.subnet_group() == name {
        resource = resource.after(subnets);
    }
    if has_users {
        resource = resource.after(names::address(names::USER_GROUP, name));
    }
    resource
}

fn description(wish: &Wish<'_>) -> String {
    if wish.is_adopted() { names::adopted_description(wish.name()) } else { names::description(wish.name()) }
}

/// Encrypted, unless it was taken over without: that stays for life.
fn at_rest(wish: &Wish<'_>) -> Value {
    let today = wish.seen_value(names::REPLICATION_GROUP, wish.name(), "at_rest_encryption");
    today.filter(|_| wish.is_adopted()).cloned().unwrap_or(Value::Flag(true))
}

/// Our security group; beside it those of a cache that was taken over, because others may come in through them.
fn guards(wish: &Wish<'_>, kind: &str, ours: &str) -> Value {
    let today = wish.seen_value(kind, wish.name(), "security_groups").filter(|_| wish.is_adopted());
    let mut all: Vec<String> =
        today.and_then(Value::as_texts).unwrap_or_default().into_iter().map(str::to_owned).collect();
    all.push(ours.to_owned());
    all.extend(wish.profile.placement.security_groups.iter().cloned());
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// Our user group. Without users in the profile a cache that was taken over keeps those that it has.
fn user_groups(wish: &Wish<'_>) -> Value {
    if !wish.profile.security.users.is_empty() {
        return vec![wish.name()].into();
    }
    let today = wish.seen_value(names::REPLICATION_GROUP, wish.name(), "user_groups");
    today.filter(|_| wish.is_adopted()).cloned().unwrap_or(Value::List(Vec::new()))
}

/// A count that load may change: where it is today, as long as that is within the range.
fn scaled(wish: &Wish<'_>, attribute: &str, wanted: u32) -> u32 {
    let probe = Resource::new(names::address(names::SCALING, wish.name()));
    let seen = wish.seen(&probe.address);
    // Scaling that somebody else has set up is left alone, and so is what it does.
    let range = match seen.filter(|o| o.ownership != Ownership::Ours) {
        Some(others) => Some(others.resource.clone()),
        None => scale::wanted(wish.deployment, wish.profile, probe),
    };
    let range = range.and_then(|r| r.attributes.get(attribute)?.as_text().map(str::to_owned));
    let bounds = range.as_deref().and_then(|range| {
        let (least, most) = range.split_once("..")?;
        Some((least.parse::<u32>().ok()?, most.parse::<u32>().ok()?))
    });
    let today = wish.seen_value(names::REPLICATION_GROUP, wish.name(), attribute).and_then(Value::as_number);
    // Only what is scaled by itself today may differ: before that, the wish counts.
    let scales = wish
        .seen_value(names::SCALING, wish.name(), attribute)
        .is_some_and(|range| range.as_text() != Some(scale::NONE));
    match (bounds, today.and_then(|n| u32::try_from(n).ok())) {
        (Some((least, most)), Some(today)) if scales => today.clamp(least, most),
        _ => wanted,
    }
}

/// The serverless cache, with limits on data and work: without them its bill has none.
pub fn serverless(wish: &Wish<'_>) -> Resource {
    let (d, name) = (wish.deployment, wish.name());
    let public = wish.is_public();
    let guard = names::address(names::SECURITY_GROUP, names::security_group(name));
    let has_users = !wish.profile.security.users.is_empty();
    let (data, units) = limits(wish);
    let minimum = wish.profile.requirements.minimum;
    let least = ((minimum.data.0 / 1e9).ceil() as i64, minimum.work.0.ceil() as i64);
    // A limit below what is kept ready would be refused.
    let (data, units) = (data.max(least.0), units.max(least.1));
    let mut resource = Resource::new(names::address(names::SERVERLESS_CACHE, name))
        .with("region", wish.region())
        .with("managed", true)
        .with("engine", d.engine.as_str())
        .with("engine_version", d.version.split('.').next().unwrap_or_default())
        .with("connection", if public { "public" } else { "vpc" })
        .with("user_group", user_group(wish))
        .with("description", description(wish))
        .with("data_maximum_gb", data)
        .with("ecpu_per_second_maximum", units)
        .with("data_minimum_gb", least.0)
        .with("ecpu_per_second_minimum", least.1)
        .with("backup_days", d.backup_retention_days);
    if let Some(window) = window::backups(wish.profile).filter(|_| d.backup_retention_days > 0) {
        resource = resource.with("backup_time", window.opens());
    }
    for kept in ["kms_key", "network_type", "storage_encryption"] {
        if let Some(value) = wish.seen_value(names::SERVERLESS_CACHE, name, kept) {
            resource = resource.with(kept, value.clone());
        }
    }
    if !public {
        resource = resource
            .with("subnets", subnets(wish))
            .with("security_groups", guards(wish, names::SERVERLESS_CACHE, &guard.name))
            .after(guard);
    }
    if has_users {
        resource = resource.after(names::address(names::USER_GROUP, name));
    }
    resource
}

/// Our user group, or that of a cache that was taken over.
fn user_group(wish: &Wish<'_>) -> Value {
    if !wish.profile.security.users.is_empty() {
        return wish.name().into();
    }
    let today = wish.seen_value(names::SERVERLESS_CACHE, wish.name(), "user_group");
    today.filter(|_| wish.is_adopted()).cloned().unwrap_or_else(|| "".into())
}

/// Two or three subnets; they cannot change, and whole VPCs are reached through them.
fn subnets(wish: &Wish<'_>) -> Value {
    if let Some(today) = wish.seen_value(names::SERVERLESS_CACHE, wish.name(), "subnets") {
        return today.clone();
    }
    let mut ids: Vec<String> = wish.network.spread().into_iter().map(|s| s.id.clone()).collect();
    ids.sort_unstable();
    ids.into()
}

/// Gigabytes, and units of work a second: twice what is expected at the horizon. What the budget leaves for data after
/// the likely work bounds the first, but never below what is expected.
fn limits(wish: &Wish<'_>) -> (i64, i64) {
    let demand = Demand::of(wish.profile);
    let stored = demand.growth.at_horizon(demand.payload_now).high / 1e9;
    let (simple, complex) = demand.units_per_command(UNIT, COMPLEX_UNITS, true);
    let many = demand.peak.complex.high;
    let keyed = demand.peak.reads.high + demand.peak.writes.high;
    let work = (keyed - many).max(0.0) * simple + many * complex;
    let units = ((work * ROOM / UNIT_STEP).ceil() * UNIT_STEP).clamp(UNIT_STEP, 15e6);
    let roomy = (stored * ROOM).ceil().max(1.0);
    let data = match affordable(wish, &demand) {
        Some(most) => roomy.min(most.max(stored.ceil())).max(1.0),
        None => roomy,
    };
    (data.min(5000.0) as i64, units as i64)
}

/// Gigabytes that the budget pays for, after the likely work.
fn affordable(wish: &Wish<'_>, demand: &Demand) -> Option<f64> {
    let budget = f64::try_from(wish.profile.requirements.budget.as_ref()?.value.0).ok()?;
    let price = |item| {
        let key = PriceKey {
            service: Service::ElastiCacheServerless,
            region: wish.region(),
            item,
            engine: Some(wish.deployment.engine),
            term: Commitment::OnDemand,
        };
        f64::try_from(Catalog::in_use().usd(&key)?.0).ok()
    };
    let gigabyte = price(items::STORED_GB_HOUR)? * f64::from(HOURS_PER_MONTH);
    let (simple, complex) = demand.units_per_command(UNIT, COMPLEX_UNITS, false);
    let month = crate::units::SECONDS_PER_MONTH;
    let many = demand.average.complex.likely;
    let plain = demand.average.reads.likely + demand.average.writes.likely - many;
    let work = (plain * simple + many * complex) * month / 1e6 * price(items::MILLION_ECPU)?;
    Some(((budget - work) / gigabyte).floor().max(0.0))
}
