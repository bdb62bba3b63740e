//! Parameter groups and their values.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

/// A parameter group of one's own.
#[derive(Clone, Debug)]
pub struct ParameterGroup {
    pub body: Value,
    /// Values that differ from the default.
    pub values: BTreeMap<String, String>,
}

impl ParameterGroup {
    pub fn family(&self) -> &str {
        self.body["CacheParameterGroupFamily"].as_str().unwrap_or_default()
    }
}

const FAMILIES: [&str; 8] =
    ["redis4.0", "redis5.0", "redis6.x", "redis7", "valkey7", "valkey8", "valkey9", "memcached1.6"];

const POLICIES: &str = "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction";

/// Name, default, allowed values, whether it can be changed.
const PARAMETERS: [(&str, &str, &str, bool); 24] = [
    ("acllog-max-len", "128", "1-10000", true),
    ("activedefrag", "no", "yes,no", true),
    ("activerehashing", "yes", "yes,no", true),
    ("appendonly", "no", "yes,no", false),
    ("client-query-buffer-limit", "1073741824", "1048576-1073741824", true),
    ("close-on-replica-write", "yes", "yes,no", true),
    ("cluster-enabled", "no", "yes,no", true),
    ("databases", "16", "1-1200000", true),
    ("hash-max-listpack-entries", "512", "0-", true),
    ("lazyfree-lazy-eviction", "no", "yes,no", true),
    ("lazyfree-lazy-expire", "no", "yes,no", true),
    ("lazyfree-lazy-server-del", "no", "yes,no", true),
    ("lfu-decay-time", "1", "0-", true),
    ("lfu-log-factor", "10", "1-", true),
    ("maxmemory-policy", "volatile-lru", POLICIES, true),
    ("maxmemory-samples", "3", "1-", true),
    ("notify-keyspace-events", "", "*", true),
    ("proto-max-bulk-len", "536870912", "1048576-536870912", false),
    ("reserved-memory-percent", "25", "0-100", true),
    ("slowlog-log-slower-than", "10000", "-", true),
    ("slowlog-max-len", "128", "0-", true),
    ("tcp-keepalive", "300", "0-", true),
    ("timeout", "0", "0,20-", true),
    ("tracking-table-max-keys", "1000000", "1-", true),
];

fn not_found(name: &str) -> Refusal {
    Refusal::new("CacheParameterGroupNotFound", format!("CacheParameterGroup not found: {name}")).status(404)
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheParameterGroupName")?.to_lowercase();
    let family = params.need("CacheParameterGroupFamily")?;
    if world.parameter_groups.contains_key(&name) {
        let message = format!("CacheParameterGroup {name} already exists.");
        return Err(Refusal::new("CacheParameterGroupAlreadyExists", message));
    }
    if !FAMILIES.contains(&family.as_str()) {
        return Err(Refusal::value(format!(
            "CacheParameterGroupFamily {family} is not a valid parameter group family."
        )));
    }
    let arn = World::arn("parametergroup", &name);
    let body = json!({"CacheParameterGroupName": name, "CacheParameterGroupFamily": family, "IsGlobal": false,
        "Description": params.need("Description")?, "ARN": arn});
    world.tag(&arn, params.items("Tags"));
    world.created("CreateCacheParameterGroup", &name);
    world.parameter_groups.insert(name, ParameterGroup { body: body.clone(), values: BTreeMap::new() });
    Ok(json!({ "CacheParameterGroup": body }))
}

fn own<'a>(world: &'a mut World, params: &Value) -> Result<&'a mut ParameterGroup, Refusal> {
    let name = params.need("CacheParameterGroupName")?;
    if name.starts_with("default.") {
        let message =
            format!("The parameter group {name} is a default parameter group and cannot be modified.");
        return Err(Refusal::new("InvalidCacheParameterGroupState", message));
    }
    world.parameter_groups.get_mut(&name).ok_or_else(|| not_found(&name))
}

fn is_allowed(allowed: &str, value: &str) -> bool {
    if allowed.contains('*') {
        return true;
    }
    let number = value.parse::<i64>();
    allowed.split(',').any(|one| match (one.split_once('-'), &number) {
        (Some((from, to)), Ok(n)) => {
            from.parse::<i64>().map_or(true, |from| *n >= from)
                && to.parse::<i64>().map_or(true, |to| *n <= to)
        }
        _ => one == value,
    })
}

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let wanted = params.items("ParameterNameValues").to_vec();
    if wanted.is_empty() || wanted.len() > 20 {
        return Err(Refusal::value("From 1 to 20 parameters can be modified in a request."));
    }
    let dropped = world.dropped.clone();
    let group = own(world, params)?;
    for pair in &wanted {
        let (name, value) = (pair.need("ParameterName")?, pair.text("ParameterValue").unwrap_or_default());
        let Some((_, default, allowed, free)) = PARAMETERS.iter().find(|p| p.0 == name) else {
            return Err(Refusal::value(format!("The parameter {name} does not exist.")));
        };
        if !free || !is_allowed(allowed, &value) {
            return Err(Refusal::value(format!("The value {value} is not allowed for {name}.")));
        }
        if dropped.contains(&name) {
            continue;
        }
        if value == *default {
            group.values.remove(&name);
        } else {
            group.values.insert(name, value);
        }
    }
    Ok(json!({"CacheParameterGroupName": group.body["CacheParameterGroupName"]}))
}

pub fn reset(world: &mut World, params: &Value) -> Answer {
    let names: Vec<String> =
        params.items("ParameterNameValues").iter().filter_map(|pair| pair.text("ParameterName")).collect();
    let all = params.flag("ResetAllParameters") == Some(true);
    let group = own(world, params)?;
    group.values.retain(|name, _| !all && !names.contains(name));
    Ok(json!({"CacheParameterGroupName": group.body["CacheParameterGroupName"]}))
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let defaults = FAMILIES.iter().flat_map(|family| {
        ["", ".cluster.on"].map(|suffix| {
            json!({"CacheParameterGroupName": format!("default.{family}{suffix}"), "IsGlobal": false,
                "CacheParameterGroupFamily": family, "Description": format!("Default parameter group for {family}"),
                "ARN": World::arn("parametergroup", &format!("default.{family}{suffix}"))})
        })
    });
    let all = defaults.chain(world.parameter_groups.values().map(|g| g.body.clone()));
    let only = params.text("CacheParameterGroupName");
    let all: Vec<Value> =
        all.filter(|g| only.as_ref().is_none_or(|o| g["CacheParameterGroupName"] == o.as_str())).collect();
    if let (Some(name), true) = (&only, all.is_empty()) {
        return Err(not_found(name));
    }
    let (all, marker) = page(all, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Marker": marker, "CacheParameterGroups": {"CacheParameterGroup": all}}))
}

fn shown(values: Option<&BTreeMap<String, String>>, cluster: bool) -> Vec<Value> {
    let shown = PARAMETERS.iter().map(|(name, default, allowed, free)| {
        let set = values.and_then(|values| values.get(*name));
        let default = if cluster && *name == "cluster-enabled" { "yes" } else { default };
        let source = if set.is_some() { "user" } else { "system" };
        json!({"ParameterName": name, "ParameterValue": set.map_or(default, String::as_str), "Source": source,
            "AllowedValues": allowed, "IsModifiable": free, "DataType": "string", "ChangeType": "immediate",
            "MinimumEngineVersion": "4.0.10"})
    });
    shown.collect()
}

pub fn describe_values(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheParameterGroupName")?;
    let all = if name.starts_with("default.") {
        shown(None, name.ends_with(".cluster.on"))
    } else {
        let group = world.parameter_groups.get(&name).ok_or_else(|| not_found(&name))?;
        shown(Some(&group.values), false)
    };
    let source = params.text("Source");
    let all: Vec<Value> =
        all.into_iter().filter(|p| source.as_ref().is_none_or(|s| p["Source"] == s.as_str())).collect();
    let (all, marker) = page(all, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Marker": marker, "Parameters": {"Parameter": all}}))
}

pub fn defaults(world: &mut World, params: &Value) -> Answer {
    let family = params.need("CacheParameterGroupFamily")?;
    let (all, marker) = page(shown(None, false), params.text("Marker").as_deref(), world.page);
    Ok(json!({"EngineDefaults": {
        "CacheParameterGroupFamily": family, "Marker": marker, "Parameters": {"Parameter": all}
    }}))
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let name = params.need("CacheParameterGroupName")?;
    own(world, params)?;
    if world.groups.values().any(|g| g.parameter_group == name) {
        let message = format!("Cache parameter group {name} is in use.");
        return Err(Refusal::new("InvalidCacheParameterGroupState", message));
    }
    world.tags.remove(&World::arn("parametergroup", &name));
    world.deleted("DeleteCacheParameterGroup", &name);
    world.parameter_groups.remove(&name);
    Ok(json!({}))
}
