//! Replicas, shards, and which node types can follow.

use serde_json::{Value, json};

use super::group::{Group, Shard, merge};
use super::groups::{not_found, ready, zones};
use crate::aws::params::{Answer, Params, Refusal};
use crate::aws::world::World;

/// Families in order of size; enough of them for what the tests ask.
const SIZES: [&str; 5] = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"];
const FAMILIES: [&str; 8] = ["m6g", "m7g", "m8g", "r6g", "r7g", "r8g", "c7gn", "c8gn"];

fn immediately(params: &Value) -> Result<(), Refusal> {
    if params.flag("ApplyImmediately") == Some(true) {
        return Ok(());
    }
    Err(Refusal::value("ApplyImmediately must be true."))
}

/// The group becomes `next` after some looks.
fn begin(world: &mut World, next: Group, pending: Value) -> Answer {
    let looks = world.looks.change;
    let group = world.groups.get_mut(&next.id).unwrap();
    "modifying".clone_into(&mut group.status);
    group.looks = looks;
    group.pending = pending;
    group.next = Some(Box::new(next));
    Ok(json!({"ReplicationGroup": group.shown()}))
}

fn replicas(world: &mut World, params: &Value, more: bool) -> Answer {
    immediately(params)?;
    let group = ready(world, params)?.clone();
    if group.body["ClusterMode"] == "compatible" {
        return Err(Refusal::combination("No scaling while the cluster mode is compatible."));
    }
    let wanted =
        params.number("NewReplicaCount").ok_or_else(|| Refusal::value("NewReplicaCount is missing."))?;
    let wanted = usize::try_from(wanted).unwrap_or(99);
    let now = group.shards[0].members.len() - 1;
    if wanted == now {
        return Err(Refusal::new(
            "NoOperationFault",
            "The operation was not performed because no changes were required.",
        ));
    }
    if (wanted > now) != more || wanted > 5 {
        return Err(Refusal::value(format!("NewReplicaCount {wanted} is not valid: there are {now}.")));
    }
    if wanted == 0 && (group.flag("MultiAZ") || group.flag("AutomaticFailover") && !group.is_cluster()) {
        return Err(Refusal::combination("Automatic failover and Multi-AZ need a replica."));
    }
    let zones = zones(world, &group.subnet_group);
    let mut next = group.clone();
    for shard in 0..next.shards.len() {
        next.shards[shard].members.truncate(wanted + 1);
        while next.shards[shard].members.len() <= wanted {
            let index = next.shards[shard].members.len();
            next.add_member(shard, &zones[(shard + index) % zones.len()].clone());
        }
    }
    if more && world.nodes() + next.members().count() - group.members().count() > world.node_quota {
        return Err(Refusal::new("NodeQuotaForCustomerExceeded", "Too many nodes."));
    }
    begin(world, next, json!({}))
}

pub fn increase_replicas(world: &mut World, params: &Value) -> Answer {
    replicas(world, params, true)
}

pub fn decrease_replicas(world: &mut World, params: &Value) -> Answer {
    replicas(world, params, false)
}

pub fn shards(world: &mut World, params: &Value) -> Answer {
    immediately(params)?;
    let group = ready(world, params)?.clone();
    if !group.is_cluster() {
        return Err(Refusal::combination("Resharding needs cluster mode."));
    }
    let wanted = params.number("NodeGroupCount").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let (remove, retain) = (params.texts("NodeGroupsToRemove"), params.texts("NodeGroupsToRetain"));
    let now = group.shards.len();
    if wanted == now {
        return Err(Refusal::new("NoOperationFault", "No changes were required."));
    }
    if wanted == 0 || (wanted < now) == (remove.is_empty() && retain.is_empty()) {
        return Err(Refusal::combination(
            "Shards to remove or to retain are named when, and only when, shards go.",
        ));
    }
    let zones = zones(world, &group.subnet_group);
    let mut next = group.clone();
    if wanted < now {
        next.shards
            .retain(|s| if retain.is_empty() { !remove.contains(&s.id) } else { retain.contains(&s.id) });
        if next.shards.len() != wanted {
            return Err(Refusal::value("NodeGroupCount does not go with the shards that are named."));
        }
    }
    // New shards take the replicas of the smallest.
    let members = group.shards.iter().map(|s| s.members.len()).min().unwrap_or(1);
    let last: u32 = group.shards.iter().filter_map(|s| s.id.parse().ok()).max().unwrap_or(0);
    for index in 0..wanted.saturating_sub(now) {
        let id = format!("{:04}", last as usize + index + 1);
        next.shards.push(Shard { id, members: Vec::new() });
        let shard = next.shards.len() - 1;
        for member in 0..members {
            next.add_member(shard, &zones[(shard + member) % zones.len()].clone());
        }
    }
    begin(world, next, json!({"Resharding": {"SlotMigration": {"ProgressPercentage": 0.0}}}))
}

pub fn allowed_types(world: &mut World, params: &Value) -> Answer {
    let id = params.need("ReplicationGroupId")?.to_lowercase();
    let group = world.groups.get(&id).ok_or_else(|| not_found(&id))?;
    let size = group.node_type.rsplit('.').next().unwrap_or_default();
    let rank = SIZES.iter().position(|s| *s == size);
    let small = ["cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium"];
    let valkey = group.engine() == "valkey";
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for (index, name) in SIZES.iter().enumerate() {
        for family in FAMILIES.iter().filter(|f| valkey || !["m8g", "r8g", "c8gn"].contains(f)) {
            let node_type = format!("cache.{family}.{name}");
            if node_type != group.node_type {
                if rank.is_none_or(|rank| index >= rank) { up.push(node_type) } else { down.push(node_type) }
            }
        }
    }
    down.extend(small.iter().filter(|t| **t != group.node_type).map(|t| (*t).to_owned()));
    Ok(json!({"ScaleUpModifications": {"member": up}, "ScaleDownModifications": {"member": down}}))
}

impl World {
    /// Somebody else, auto scaling for example, has changed the number of shards.
    pub fn shards_become(&mut self, id: &str, count: usize) {
        let arguments = json!({"ReplicationGroupId": id, "NodeGroupCount": count.to_string(), "ApplyImmediately": "true",
            "NodeGroupsToRetain": (1..=count).map(|n| format!("{n:04}")).collect::<Vec<_>>()});
        let mut arguments = arguments;
        if self.groups[id].shards.len() < count {
            merge(&mut arguments, json!({"NodeGroupsToRetain": []}));
        }
        shards(self, &arguments).unwrap();
        for _ in 0..20 {
            super::groups::describe(self, &json!({})).unwrap();
            super::groups::describe_members(self, &json!({})).unwrap();
        }
    }
}
