//! Replication groups: create, describe, delete.

use serde_json::{Value, json};

use super::group::{Group, Shard, merge};
use super::{Thing, family};
use crate::aws::params::{Answer, Params, Refusal, page};
use crate::aws::world::World;

pub fn not_found(id: &str) -> Refusal {
    Refusal::new("ReplicationGroupNotFoundFault", format!("ReplicationGroup {id} not found.")).status(404)
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let id = params.need("ReplicationGroupId")?.to_lowercase();
    params.need("ReplicationGroupDescription")?;
    check_name(&id)?;
    if world.groups.contains_key(&id) || world.leaving.iter().any(|m| m.group == id) {
        let message = format!("Replication group {id} already exists.");
        return Err(Refusal::new("ReplicationGroupAlreadyExists", message));
    }
    let engine = params.text("Engine").unwrap_or_else(|| "redis".to_owned());
    let version = full_version(&params.text("EngineVersion").unwrap_or_else(|| "7.1".to_owned()));
    let node_type = params.need("CacheNodeType")?;
    if world.sold_out.contains(&node_type) {
        let message = format!("Insufficient capacity of {node_type} in the requested zone.");
        return Err(Refusal::new("InsufficientCacheClusterCapacity", message));
    }
    let shards = params.number("NumNodeGroups").unwrap_or(1).max(1) as usize;
    let replicas = match (params.number("ReplicasPerNodeGroup"), params.number("NumCacheClusters")) {
        (Some(replicas), _) => replicas,
        (None, Some(clusters)) => clusters - 1,
        (None, None) => 0,
    } as usize;
    let cluster_mode = params
        .text("ClusterMode")
        .unwrap_or_else(|| if shards > 1 { "enabled".to_owned() } else { "disabled".to_owned() });
    let parameter_group = parameter_group(world, params, &engine, &version, cluster_mode != "disabled")?;
    let is_cluster = cluster_mode == "enabled" || cluster_on(world, &parameter_group);
    check(world, params, &engine, is_cluster, replicas)?;
    if world.nodes() + shards * (1 + replicas) > world.node_quota {
        let message = "You've reached the maximum number of nodes per region.";
        return Err(Refusal::new("NodeQuotaForCustomerExceeded", message));
    }
    let tls = params.flag("TransitEncryptionEnabled").unwrap_or(false);
    let on = |flag: bool| if flag { "enabled" } else { "disabled" };
    let body = json!({
        "Description": params.text("ReplicationGroupDescription"), "Engine": engine,
        "AutomaticFailover": on(params.flag("AutomaticFailoverEnabled") == Some(true)),
        "MultiAZ": on(params.flag("MultiAZEnabled") == Some(true)),
        "ClusterEnabled": is_cluster, "ClusterMode": if is_cluster { "enabled" } else { &cluster_mode },
        "SnapshotRetentionLimit": params.number("SnapshotRetentionLimit").unwrap_or(0),
        "SnapshotWindow": params.text("SnapshotWindow").unwrap_or_else(|| "05:00-06:00".to_owned()),
        "AuthTokenEnabled": params.has("AuthToken"), "TransitEncryptionEnabled": tls,
        "TransitEncryptionMode": tls.then(|| params.text("TransitEncryptionMode").unwrap_or_else(|| "required".to_owned())),
        "AtRestEncryptionEnabled": params.flag("AtRestEncryptionEnabled").unwrap_or(engine == "valkey"),
        "KmsKeyId": params.text("KmsKeyId"), "UserGroupIds": {"member": params.texts("UserGroupIds")},
        "LogDeliveryConfigurations": {"LogDeliveryConfiguration": logs(params)},
        "ReplicationGroupCreateTime": "2026-11-22T10:00:00Z", "DataTiering": on(params.flag("DataTieringEnabled") == Some(true)),
        "AutoMinorVersionUpgrade": params.flag("AutoMinorVersionUpgrade").unwrap_or(true),
        "NetworkType": params.text("NetworkType").unwrap_or_else(|| "ipv4".to_owned()),
        "IpDiscovery": params.text("IpDiscovery").unwrap_or_else(|| "ipv4".to_owned()),
        "Port": params.number("Port").unwrap_or(6379),
    });
    let mut group = Group {
        id: id.clone(),
        body,
        status: "creating".to_owned(),
        looks: world.looks.create,
        next: None,
        pending: json!({}),
        deferred: json!({}),
        shards: Vec::new(),
        node_type,
        version,
        parameter_group,
        subnet_group: params.text("CacheSubnetGroupName").unwrap_or_else(|| "default".to_owned()),
        security_groups: security_groups(world, params)?,
        window: params.text("PreferredMaintenanceWindow").unwrap_or_else(|| "sun:06:30-sun:07:30".to_owned()),
        serial: 0,
    };
    let zones = zones(world, &group.subnet_group);
    let wanted = params.texts("PreferredCacheClusterAZs");
    for shard in 0..shards {
        group.shards.push(Shard { id: format!("{:04}", shard + 1), members: Vec::new() });
        let given = params.items("NodeGroupConfiguration").get(shard).cloned().unwrap_or_default();
        for member in 0..=replicas {
            let asked = if member == 0 {
                given.text("PrimaryAvailabilityZone")
            } else {
                given.texts("ReplicaAvailabilityZones").get(member - 1).cloned()
            };
            let zone = asked.or_else(|| wanted.get(member).cloned());
            group.add_member(shard, &zone.unwrap_or_else(|| zones[(shard + member) % zones.len()].clone()));
        }
    }
    if world.drops("UserGroupIds") {
        merge(&mut group.body, json!({"UserGroupIds": {"member": []}}));
    }
    super::snapshots::restored(world, params)?;
    group.next = Some(Box::new(group.clone()));
    world.tag(&group.arn(), params.items("Tags"));
    world.created("CreateReplicationGroup", &id);
    let shown = group.shown();
    world.groups.insert(id, group);
    Ok(json!({ "ReplicationGroup": shown }))
}

/// `8.1` is run as `8.1.0`.
pub fn full_version(version: &str) -> String {
    match version.split('.').count() {
        1 => format!("{version}.0.0"),
        2 => format!("{version}.0"),
        _ => version.to_owned(),
    }
}

fn check_name(id: &str) -> Result<(), Refusal> {
    let good = id.len() <= 40
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !id.ends_with('-')
        && !id.contains("--");
    if good {
        Ok(())
    } else {
        Err(Refusal::value(format!("The parameter ReplicationGroupId {id} is not valid.")))
    }
}

fn check(world: &World, params: &Value, engine: &str, cluster: bool, replicas: usize) -> Result<(), Refusal> {
    let failover = params.flag("AutomaticFailoverEnabled") == Some(true);
    let tls = params.flag("TransitEncryptionEnabled") == Some(true);
    let users = params.texts("UserGroupIds");
    if replicas > 5 {
        return Err(Refusal::value("ReplicasPerNodeGroup must be between 0 and 5."));
    }
    if cluster && !failover {
        return Err(Refusal::combination(
            "Redis with cluster mode enabled cannot be created with auto failover turned off.",
        ));
    }
    if failover && !cluster && replicas == 0 {
        return Err(Refusal::combination(
            "When using automatic failover, there must be at least 2 cache clusters.",
        ));
    }
    if params.flag("MultiAZEnabled") == Some(true) && (replicas == 0 || !failover) {
        return Err(Refusal::combination("Multi-AZ needs automatic failover and at least one replica."));
    }
    if !users.is_empty() && !tls {
        return Err(Refusal::combination("User groups need encryption in transit."));
    }
    if tls && !params.has("CacheSubnetGroupName") {
        return Err(Refusal::combination("Encryption in transit needs a cache subnet group."));
    }
    if let Some(name) = params.text("CacheSubnetGroupName")
        && !world.subnet_groups.contains_key(&name)
    {
        let message = format!("Cache Subnet Group {name} does not exist.");
        return Err(Refusal::new("CacheSubnetGroupNotFoundFault", message));
    }
    for id in &users {
        let Some(group) = world.user_groups.get(id) else {
            return Err(Refusal::new("UserGroupNotFound", format!("User group {id} not found.")).status(404));
        };
        if !group.is("Status", "active") {
            return Err(Refusal::new("InvalidUserGroupState", format!("User group {id} is not active.")));
        }
        if group.body["Engine"] == "valkey" && engine != "valkey" {
            return Err(Refusal::combination("A Valkey user group needs Valkey."));
        }
    }
    let node_type = params.text("CacheNodeType").unwrap_or_default();
    let tiered = params.flag("DataTieringEnabled") == Some(true);
    if node_type.starts_with("cache.r6gd.") != tiered {
        return Err(Refusal::combination("Data tiering goes with r6gd nodes."));
    }
    if ["cache.m8g.", "cache.r8g.", "cache.c8gn."].iter().any(|f| node_type.starts_with(f))
        && engine != "valkey"
    {
        return Err(Refusal::combination(format!("{node_type} is not offered for {engine}.")));
    }
    Ok(())
}

/// Whether a parameter group is for cluster mode.
pub fn cluster_on(world: &World, name: &str) -> bool {
    name.ends_with(".cluster.on")
        || world
            .parameter_groups
            .get(name)
            .is_some_and(|g| g.values.get("cluster-enabled").is_some_and(|v| v == "yes"))
}

fn parameter_group(
    world: &World,
    params: &Value,
    engine: &str,
    version: &str,
    cluster: bool,
) -> Result<String, Refusal> {
    let family = family(engine, version);
    let Some(name) = params.text("CacheParameterGroupName") else {
        return Ok(format!("default.{family}{}", if cluster { ".cluster.on" } else { "" }));
    };
    check_family(world, &name, &family)?;
    Ok(name)
}

/// A parameter group must be there and of the right family.
pub fn check_family(world: &World, name: &str, family: &str) -> Result<(), Refusal> {
    let has = match name.strip_prefix("default.") {
        Some(default) => default.strip_suffix(".cluster.on").unwrap_or(default).to_owned(),
        None => {
            if let Some(group) = world.parameter_groups.get(name) {
                group.family().to_owned()
            } else {
                let message = format!("CacheParameterGroup {name} not found.");
                return Err(Refusal::new("CacheParameterGroupNotFound", message).status(404));
            }
        }
    };
    if has == family {
        return Ok(());
    }
    Err(Refusal::combination(format!(
        "The parameter group {name} of the family {has} does not go with {family}."
    )))
}

fn security_groups(world: &World, params: &Value) -> Result<Vec<String>, Refusal> {
    let ids = params.texts("SecurityGroupIds");
    match ids.iter().find(|id| !world.security_groups.contains_key(*id)) {
        Some(id) => Err(Refusal::value(format!("The security group {id} does not exist."))),
        None => Ok(ids),
    }
}

/// The zones of a subnet group, by name.
pub fn zones(world: &World, subnet_group: &str) -> Vec<String> {
    let subnets =
        world.subnet_groups.get(subnet_group).map_or(Vec::new(), |g| g["Subnets"].items("Subnet").to_vec());
    let names = subnets.iter().filter_map(|s| s["SubnetAvailabilityZone"].text("Name"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    if names.is_empty() { vec!["us-east-1a".to_owned()] } else { names }
}

/// Log deliveries as they are shown.
pub fn logs(params: &Value) -> Vec<Value> {
    let shown = params.items("LogDeliveryConfigurations").iter().filter(|l| l.flag("Enabled") != Some(false));
    let fields = ["LogType", "DestinationType", "DestinationDetails", "LogFormat"];
    shown
        .map(|log| {
            let mut shown = crate::aws::params::copied(log, &fields);
            merge(&mut shown, json!({"Status": "active"}));
            shown
        })
        .collect()
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let only = params.text("ReplicationGroupId").map(|id| id.to_lowercase());
    if let Some(id) = &only
        && !world.groups.contains_key(id)
    {
        return Err(not_found(id));
    }
    let ids: Vec<String> =
        world.groups.keys().filter(|id| only.as_ref().is_none_or(|o| o == *id)).cloned().collect();
    let (ids, marker) = page(ids, params.text("Marker").as_deref(), world.page);
    let looks = world.looks;
    let mut shown = Vec::new();
    for id in ids {
        let group = world.groups.get_mut(&id).unwrap();
        let (gone, leaving) = group.look(looks);
        shown.push(group.shown());
        if gone {
            shown.pop();
            let arn = group.arn();
            world.groups.remove(&id);
            world.tags.remove(&arn);
        }
        world.leaving.extend(leaving);
    }
    if let (Some(id), true) = (&only, shown.is_empty()) {
        return Err(not_found(id));
    }
    Ok(json!({"Marker": marker, "ReplicationGroups": {"ReplicationGroup": shown}}))
}

pub fn describe_members(world: &mut World, params: &Value) -> Answer {
    let only = params.text("CacheClusterId").map(|id| id.to_lowercase());
    let wanted = |id: &str| only.as_ref().is_none_or(|only| only == id);
    let details = params.flag("ShowCacheNodeInfo") == Some(true);
    let mut shown = Vec::new();
    for group in world.groups.values_mut() {
        let settled = group.status == "available" || group.status == "snapshotting";
        for member in group.shards.iter_mut().flat_map(|s| &mut s.members).filter(|m| wanted(&m.id)) {
            if settled && member.looks > 0 {
                member.looks -= 1;
            }
            if settled && member.looks == 0 {
                "available".clone_into(&mut member.status);
            }
        }
        shown.extend(group.members().filter(|m| wanted(&m.id)).map(|member| {
            let mut shown = group.shown_member(member);
            if details {
                merge(
                    &mut shown,
                    json!({"CacheNodes": {"CacheNode": [{"CacheNodeId": "0001",
                    "CacheNodeStatus": member.status, "CustomerAvailabilityZone": member.zone,
                    "Endpoint": {"Address": format!("{}.abc123.0001.use1.cache.amazonaws.com", member.id),
                        "Port": group.body["Port"]}}]}}),
                );
            }
            shown
        }));
    }
    world.leaving.retain_mut(|member| {
        if wanted(&member.id) {
            member.looks = member.looks.saturating_sub(1);
        }
        member.looks > 0
    });
    shown.extend(world.leaving.iter().filter(|m| wanted(&m.id)).map(|member| {
        json!({"CacheClusterId": member.id, "ReplicationGroupId": member.group, "NumCacheNodes": 1,
            "CacheClusterStatus": "deleting", "CacheNodeType": member.node_type,
            "EngineVersion": member.version, "ARN": World::arn("cluster", &member.id)})
    }));
    let single = world.single_nodes.iter();
    shown.extend(single.filter(|n| wanted(n["CacheClusterId"].as_str().unwrap_or_default())).cloned());
    if let (Some(id), true) = (&only, shown.is_empty()) {
        let message = format!("CacheCluster not found: {id}");
        return Err(Refusal::new("CacheClusterNotFound", message).status(404));
    }
    let (shown, marker) = page(shown, params.text("Marker").as_deref(), world.page);
    Ok(json!({"Marker": marker, "CacheClusters": {"CacheCluster": shown}}))
}

/// A group that takes a change: there, available, and all its members, too.
pub fn ready<'a>(world: &'a mut World, params: &Value) -> Result<&'a mut Group, Refusal> {
    let id = params.need("ReplicationGroupId")?.to_lowercase();
    let group = world.groups.get_mut(&id).ok_or_else(|| not_found(&id))?;
    if group.status != "available" {
        let message = format!("Replication group {id} is not in available state: {}.", group.status);
        return Err(Refusal::new("InvalidReplicationGroupState", message));
    }
    let leaving = world.leaving.iter().find(|m| m.group == id);
    if let Some(member) = group.members().chain(leaving).find(|m| m.status != "available") {
        let message = format!("Cache cluster {} is not in available state: {}.", member.id, member.status);
        return Err(Refusal::new("InvalidCacheClusterState", message));
    }
    Ok(group)
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let looks = world.looks.delete;
    let failed = |group: &&Group| group.status == "create-failed";
    let group = match world.groups.get(&params.need("ReplicationGroupId")?).filter(failed) {
        Some(group) => group.clone(),
        None => ready(world, params)?.clone(),
    };
    if let Some(name) = params.text("FinalSnapshotIdentifier") {
        if world.snapshots.contains_key(&name) {
            let message = format!("Snapshot {name} already exists.");
            return Err(Refusal::new("SnapshotAlreadyExistsFault", message));
        }
        if world.denied.contains("elasticache:CreateSnapshot") {
            return Err(crate::aws::troubles::refusal(
                crate::aws::Trouble::Denied,
                crate::aws::wire::Protocol::Query(""),
                "elasticache",
                "CreateSnapshot",
            ));
        }
        let body = |status: &str| {
            json!({"SnapshotName": name, "ReplicationGroupId": group.id, "SnapshotStatus": status,
                "SnapshotSource": "manual", "CacheNodeType": group.node_type, "Engine": group.body["Engine"],
                "EngineVersion": group.version, "ARN": World::arn("snapshot", &name)})
        };
        let snapshot = Thing::becoming(body("creating"), world.looks.create, Some(body("available")));
        world.snapshots.insert(name.clone(), snapshot);
    }
    let group = world.groups.get_mut(&group.id).unwrap();
    "deleting".clone_into(&mut group.status);
    group.looks = looks;
    group.next = None;
    let (id, shown) = (group.id.clone(), group.shown());
    world.deleted("DeleteReplicationGroup", &id);
    Ok(json!({ "ReplicationGroup": shown }))
}
