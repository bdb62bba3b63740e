//! `ModifyReplicationGroup`: one change at a time, in force later.

use serde_json::{Value, json};

use super::family;
use super::group::{Group, merge};
use super::groups::{check_family, cluster_on, full_version, logs, ready};
use crate::aws::params::{Answer, Params, Refusal};
use crate::aws::world::World;

/// Parameters that ask for nothing.
const SILENT: [&str; 3] = ["ReplicationGroupId", "ApplyImmediately", "SnapshottingClusterId"];

pub fn modify(world: &mut World, params: &Value) -> Answer {
    let group = ready(world, params)?.clone();
    let fields = params.as_object().map(|fields| fields.keys().map(String::as_str).collect::<Vec<_>>());
    let asked: Vec<&str> = fields.into_iter().flatten().filter(|name| !SILENT.contains(name)).collect();
    check(world, params, &group, &asked)?;
    let now = params.flag("ApplyImmediately") == Some(true);
    let mut next = group.clone();
    plain(world, params, &mut next);
    let mut deferred = json!({});
    scale(params, &mut next, now, &mut deferred);
    encryption(params, &mut next);
    users(world, params, &mut next);
    let mut current = group.clone();
    if deferred == json!({}) && same(&current, &next) {
        return Err(Refusal::combination("No modifications were requested"));
    }
    merge(&mut current.deferred, deferred.clone());
    merge(&mut next.deferred, deferred);
    current.pending = pending(&group, &next);
    next.pending = json!({});
    current.looks = world.looks.change;
    if world.late > 0 {
        current.looks = world.late;
    } else {
        "modifying".clone_into(&mut current.status);
    }
    current.next = Some(Box::new(next));
    let shown = current.shown();
    world.groups.insert(current.id.clone(), current);
    Ok(json!({ "ReplicationGroup": shown }))
}

fn same(a: &Group, b: &Group) -> bool {
    let all = |g: &Group| {
        (
            (g.body.clone(), g.node_type.clone(), g.version.clone()),
            (g.parameter_group.clone(), g.security_groups.clone(), g.window.clone()),
        )
    };
    all(a) == all(b)
}

fn check(world: &World, params: &Value, group: &Group, asked: &[&str]) -> Result<(), Refusal> {
    if asked.is_empty() {
        return Err(Refusal::combination("No modifications were requested"));
    }
    let alone = |name: &str, with: &[&str]| {
        let others = asked.iter().filter(|other| **other != name && !with.contains(other)).count();
        if !asked.contains(&name) || others == 0 {
            return Ok(());
        }
        Err(Refusal::combination(format!("{name} cannot be changed together with other parameters.")))
    };
    alone("ClusterMode", &["CacheParameterGroupName"])?;
    alone("Durability", &[])?;
    alone("AuthToken", &["AuthTokenUpdateStrategy"])?;
    cluster_mode(world, params, group)?;
    let compatible = group.body["ClusterMode"] == "compatible";
    if compatible && ["CacheNodeType", "EngineVersion", "Engine"].iter().any(|name| asked.contains(name)) {
        return Err(Refusal::combination("No scaling and no upgrade while the cluster mode is compatible."));
    }
    let engine = params.text("Engine").unwrap_or_else(|| group.engine());
    let version = params.text("EngineVersion").map_or_else(|| group.version.clone(), |v| full_version(&v));
    if engine != group.engine() && group.engine() == "valkey" {
        return Err(Refusal::combination("Valkey cannot be changed to Redis OSS in place."));
    }
    if engine == group.engine() && is_older(&version, &group.version) {
        return Err(Refusal::combination("A cache cannot be downgraded."));
    }
    let new_family = family(&engine, &version);
    if let Some(name) = params.text("CacheParameterGroupName") {
        check_family(world, &name, &new_family)?;
    } else if new_family != family(&group.engine(), &group.version)
        && !group.parameter_group.starts_with("default.")
    {
        return Err(Refusal::combination(format!(
            "The new version needs a parameter group of the family {new_family}."
        )));
    }
    if let Some(node_type) = params.text("CacheNodeType") {
        if world.sold_out.contains(&node_type) {
            let message = format!("Insufficient capacity of {node_type}.");
            return Err(Refusal::new("InsufficientCacheClusterCapacity", message));
        }
        if node_type.contains(".r6gd.") != group.node_type.contains(".r6gd.") {
            return Err(Refusal::value("Scaling to or from data tiering is not allowed."));
        }
    }
    if !params.texts("UserGroupIdsToAdd").is_empty() && !group.flag("TransitEncryptionEnabled") {
        return Err(Refusal::combination("User groups need encryption in transit."));
    }
    if params.has("LogDeliveryConfigurations") && params.flag("ApplyImmediately") != Some(true) {
        return Err(Refusal::combination("Log delivery needs ApplyImmediately."));
    }
    let off = |name: &str| params.flag(name) == Some(false);
    if (group.is_cluster() || group.flag("MultiAZ") && !off("MultiAZEnabled"))
        && off("AutomaticFailoverEnabled")
    {
        return Err(Refusal::combination("Automatic failover is needed here."));
    }
    tls(params, group)
}

fn is_older(a: &str, b: &str) -> bool {
    let parts = |v: &str| v.split('.').map(|p| p.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>();
    parts(a) < parts(b)
}

fn cluster_mode(world: &World, params: &Value, group: &Group) -> Result<(), Refusal> {
    let Some(wanted) = params.text("ClusterMode") else { return Ok(()) };
    let now = group.body["ClusterMode"].as_str().unwrap_or("disabled");
    let allowed = matches!(
        (now, wanted.as_str()),
        ("disabled" | "enabled", "compatible") | ("compatible", "enabled" | "disabled")
    );
    if !allowed || now == "enabled" {
        return Err(Refusal::combination(format!("The cluster mode cannot go from {now} to {wanted}.")));
    }
    let name = params.text("CacheParameterGroupName").unwrap_or_else(|| group.parameter_group.clone());
    if wanted == "compatible" && !cluster_on(world, &name) {
        return Err(Refusal::combination("Cluster mode needs a parameter group with cluster mode enabled."));
    }
    if !group.flag("AutomaticFailover") || group.members().count() < 2 {
        return Err(Refusal::combination("Cluster mode needs automatic failover and a replica."));
    }
    Ok(())
}

/// TLS is switched on with both ways allowed first, and required in a second step.
fn tls(params: &Value, group: &Group) -> Result<(), Refusal> {
    let on = group.flag("TransitEncryptionEnabled");
    let mode = params.text("TransitEncryptionMode");
    match (params.flag("TransitEncryptionEnabled"), mode.as_deref()) {
        (Some(true), mode) if !on && mode != Some("preferred") => {
            Err(Refusal::combination("TransitEncryptionMode must be preferred first."))
        }
        (None, Some(_)) if !on => Err(Refusal::combination("Encryption in transit is off.")),
        (Some(false), _) if group.body["TransitEncryptionMode"] == "required" => {
            Err(Refusal::combination("TransitEncryptionMode must be preferred before it is switched off."))
        }
        _ if (params.has("TransitEncryptionEnabled") || mode.is_some())
            && params.flag("ApplyImmediately") != Some(true) =>
        {
            Err(Refusal::combination("Encryption in transit needs ApplyImmediately."))
        }
        _ => Ok(()),
    }
}

fn plain(world: &World, params: &Value, next: &mut Group) {
    let kept = |name: &str| params.has(name) && !world.drops(name);
    for (name, shown) in [
        ("ReplicationGroupDescription", "Description"),
        ("SnapshotWindow", "SnapshotWindow"),
        ("IpDiscovery", "IpDiscovery"),
        ("ClusterMode", "ClusterMode"),
    ] {
        if let Some(value) = params.text(name).filter(|_| kept(name)) {
            merge(&mut next.body, json!({ shown: value }));
        }
    }
    for (name, shown) in [("AutomaticFailoverEnabled", "AutomaticFailover"), ("MultiAZEnabled", "MultiAZ")] {
        if let Some(on) = params.flag(name).filter(|_| kept(name)) {
            merge(&mut next.body, json!({ shown: if on { "enabled" } else { "disabled" } }));
        }
    }
    if let Some(on) = params.flag("AutoMinorVersionUpgrade").filter(|_| kept("AutoMinorVersionUpgrade")) {
        merge(&mut next.body, json!({ "AutoMinorVersionUpgrade": on }));
    }
    if let Some(days) = params.number("SnapshotRetentionLimit").filter(|_| kept("SnapshotRetentionLimit")) {
        merge(&mut next.body, json!({ "SnapshotRetentionLimit": days }));
    }
    if kept("LogDeliveryConfigurations") {
        merge(
            &mut next.body,
            json!({"LogDeliveryConfigurations": {"LogDeliveryConfiguration": logs(params)}}),
        );
    }
    if kept("SecurityGroupIds") {
        next.security_groups = params.texts("SecurityGroupIds");
    }
    if let Some(window) =
        params.text("PreferredMaintenanceWindow").filter(|_| kept("PreferredMaintenanceWindow"))
    {
        next.window = window;
    }
    if let Some(name) = params.text("CacheParameterGroupName").filter(|_| kept("CacheParameterGroupName")) {
        next.parameter_group = name;
    }
    if params.text("ClusterMode").as_deref() == Some("enabled") {
        merge(&mut next.body, json!({"ClusterEnabled": true}));
    }
}

/// Node type, engine and version: now, or in the window.
fn scale(params: &Value, next: &mut Group, now: bool, deferred: &mut Value) {
    if let Some(node_type) = params.text("CacheNodeType").filter(|t| *t != next.node_type) {
        if now {
            next.node_type = node_type;
            next.deferred = json!({});
        } else {
            merge(deferred, json!({"CacheNodeType": node_type}));
        }
    }
    let engine = params.text("Engine").filter(|e| *e != next.engine());
    let version = params.text("EngineVersion").map(|v| full_version(&v)).filter(|v| *v != next.version);
    if let Some(version) = version.or_else(|| engine.as_ref().map(|_| "8.1.0".to_owned())) {
        if now {
            next.version.clone_from(&version);
            next.deferred = json!({});
            if next.parameter_group.starts_with("default.") {
                let cluster = if next.is_cluster() { ".cluster.on" } else { "" };
                let engine = engine.clone().unwrap_or_else(|| next.engine());
                next.parameter_group = format!("default.{}{cluster}", family(&engine, &version));
            }
        } else {
            merge(deferred, json!({"EngineVersion": version}));
        }
    }
    if let (Some(engine), true) = (engine, now) {
        merge(&mut next.body, json!({ "Engine": engine }));
    }
}

fn encryption(params: &Value, next: &mut Group) {
    if let Some(on) = params.flag("TransitEncryptionEnabled") {
        let mode = if on { json!("preferred") } else { Value::Null };
        merge(&mut next.body, json!({"TransitEncryptionEnabled": on, "TransitEncryptionMode": mode}));
    }
    if let Some(mode) = params.text("TransitEncryptionMode") {
        merge(&mut next.body, json!({"TransitEncryptionMode": mode}));
    }
}

fn users(world: &World, params: &Value, next: &mut Group) {
    if world.drops("UserGroupIds") {
        return;
    }
    let mut ids = next.user_groups();
    let removed = params.texts("UserGroupIdsToRemove");
    ids.retain(|id| !removed.contains(id) && params.flag("RemoveUserGroups") != Some(true));
    ids.extend(
        params.texts("UserGroupIdsToAdd").into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>(),
    );
    merge(&mut next.body, json!({"UserGroupIds": {"member": ids}}));
}

/// What a group shows while it changes. Node type and version are not among it.
fn pending(before: &Group, next: &Group) -> Value {
    let mut pending = json!({});
    let changed = |name: &str| before.body[name] != next.body[name];
    for (name, shown) in [
        ("AutomaticFailover", "AutomaticFailoverStatus"),
        ("TransitEncryptionEnabled", "TransitEncryptionEnabled"),
        ("TransitEncryptionMode", "TransitEncryptionMode"),
        ("ClusterMode", "ClusterMode"),
    ] {
        if changed(name) {
            merge(&mut pending, json!({ shown: next.body[name] }));
        }
    }
    if changed("UserGroupIds") {
        let (old, new) = (before.user_groups(), next.user_groups());
        let not_in = |a: &[String], b: &[String]| -> Vec<String> {
            a.iter().filter(|id| !b.contains(id)).cloned().collect()
        };
        merge(
            &mut pending,
            json!({"UserGroups": {
                "UserGroupIdsToAdd": {"member": not_in(&new, &old)},
                "UserGroupIdsToRemove": {"member": not_in(&old, &new)},
            }}),
        );
    }
    pending
}

impl World {
    /// The maintenance window: what was deferred comes into force.
    pub fn window_passes(&mut self) {
        for group in self.groups.values_mut() {
            if let Some(node_type) = group.deferred.text("CacheNodeType") {
                group.node_type = node_type;
            }
            if let Some(version) = group.deferred.text("EngineVersion") {
                group.version = version;
            }
            group.deferred = json!({});
            let (node_type, version) = (group.node_type.clone(), group.version.clone());
            for member in group.shards.iter_mut().flat_map(|s| &mut s.members) {
                member.node_type.clone_from(&node_type);
                member.version.clone_from(&version);
            }
        }
    }
}
