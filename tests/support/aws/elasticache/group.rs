//! A replication group with its shards and members.

use serde_json::{Value, json};

use crate::aws::world::{Looks, REGION, World};

/// A node.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: String,
    pub group: String,
    pub node_type: String,
    pub version: String,
    pub zone: String,
    /// `available`, or what goes on.
    pub status: String,
    /// Looks at members until it is available, or gone.
    pub looks: u32,
    /// What it was attached to, for those who ask whether that is in use.
    pub security_groups: Vec<String>,
    pub subnet_group: String,
}

#[derive(Clone, Debug)]
pub struct Shard {
    pub id: String,
    pub members: Vec<Member>,
}

/// A replication group.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    /// Attributes that are shown as they are.
    pub body: Value,
    pub status: String,
    /// Looks at the group until it has become `next`.
    pub looks: u32,
    /// What it becomes; gone if there is none.
    pub next: Option<Box<Group>>,
    /// `PendingModifiedValues` of the group.
    pub pending: Value,
    /// Node type and version that wait for the maintenance window; shown at the members only.
    pub deferred: Value,
    pub shards: Vec<Shard>,
    pub node_type: String,
    pub version: String,
    pub parameter_group: String,
    pub subnet_group: String,
    pub security_groups: Vec<String>,
    pub window: String,
    /// The number that a new member's name gets.
    pub serial: u32,
}

impl Group {
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.shards.iter().flat_map(|shard| &shard.members)
    }

    pub fn is_cluster(&self) -> bool {
        self.body["ClusterEnabled"] == true
    }

    pub fn flag(&self, name: &str) -> bool {
        self.body[name] == true || self.body[name] == "enabled"
    }

    pub fn engine(&self) -> String {
        self.body["Engine"].as_str().unwrap_or_default().to_owned()
    }

    pub fn user_groups(&self) -> Vec<String> {
        let ids = self.body["UserGroupIds"]["member"].as_array();
        ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    }

    pub fn arn(&self) -> String {
        World::arn("replicationgroup", &self.id)
    }

    /// A node more for a shard.
    pub fn add_member(&mut self, shard: usize, zone: &str) {
        let id = if self.is_cluster() {
            let shard = &self.shards[shard];
            let last =
                shard.members.iter().filter_map(|m| m.id.rsplit('-').next()?.parse::<u32>().ok()).max();
            format!("{}-{}-{:03}", self.id, shard.id, last.unwrap_or(0) + 1)
        } else {
            self.serial += 1;
            format!("{}-{:03}", self.id, self.serial)
        };
        let member = Member {
            id,
            group: self.id.clone(),
            node_type: self.node_type.clone(),
            version: self.version.clone(),
            zone: zone.to_owned(),
            status: "creating".to_owned(),
            looks: 0,
            security_groups: Vec::new(),
            subnet_group: String::new(),
        };
        self.shards[shard].members.push(member);
    }

    /// Somebody looks; true if the group is gone, with the members that leave.
    pub fn look(&mut self, looks: Looks) -> (bool, Vec<Member>) {
        if self.looks == 0 {
            return (false, Vec::new());
        }
        self.looks -= 1;
        if self.looks > 0 {
            return (false, Vec::new());
        }
        if self.status == "snapshotting" {
            "available".clone_into(&mut self.status);
            return (false, Vec::new());
        }
        let before: Vec<Member> = self.members().cloned().collect();
        let Some(next) = self.next.take() else { return (true, self.leave(&before, looks.lag)) };
        let keeps: Vec<String> = next.members().map(|m| m.id.clone()).collect();
        let leaving: Vec<Member> = before.iter().filter(|m| !keeps.contains(&m.id)).cloned().collect();
        let leaving = self.leave(&leaving, looks.lag);
        *self = *next;
        self.settle(&before, looks);
        (false, leaving)
    }

    /// It was accepted, and could not be made.
    pub fn fails(&mut self) {
        "create-failed".clone_into(&mut self.status);
        self.looks = 0;
        self.next = None;
    }

    /// Members that go, still there for some looks.
    fn leave(&self, members: &[Member], lag: u32) -> Vec<Member> {
        let gone = members.iter().filter(|_| lag > 0).cloned().map(|member| Member {
            status: "deleting".to_owned(),
            looks: lag,
            security_groups: self.security_groups.clone(),
            subnet_group: self.subnet_group.clone(),
            ..member
        });
        gone.collect()
    }

    /// The change is in force; members that it touched lag behind.
    fn settle(&mut self, before: &[Member], looks: Looks) {
        "available".clone_into(&mut self.status);
        self.looks = 0;
        if looks.snapshot > 0 && self.body["SnapshotRetentionLimit"].as_i64().unwrap_or(0) > 0 {
            "snapshotting".clone_into(&mut self.status);
            self.looks = looks.snapshot;
        }
        let (node_type, version) = (self.node_type.clone(), self.version.clone());
        for member in self.shards.iter_mut().flat_map(|shard| &mut shard.members) {
            let known = before.iter().find(|m| m.id == member.id && m.status != "creating");
            let changed = member.node_type != node_type || member.version != version;
            let status = match (known, changed) {
                (None, _) => "creating",
                (Some(_), true) => "modifying",
                _ => continue,
            };
            member.node_type.clone_from(&node_type);
            member.version.clone_from(&version);
            member.looks = looks.lag;
            status.clone_into(&mut member.status);
            if looks.lag == 0 {
                "available".clone_into(&mut member.status);
            }
        }
    }

    /// How it is shown.
    pub fn shown(&self) -> Value {
        let host = |prefix: &str| format!("{prefix}.{}.abc123.use1.cache.amazonaws.com", self.id);
        let at = |prefix: &str| json!({"Address": host(prefix), "Port": self.body["Port"]});
        let ready = self.status != "creating";
        let shards: Vec<Value> = self
            .shards
            .iter()
            .map(|shard| {
                let members: Vec<Value> = shard
                    .members
                    .iter()
                    .enumerate()
                    .map(|(index, member)| {
                        let role = if index == 0 { "primary" } else { "replica" };
                        json!({
                            "CacheClusterId": member.id, "CacheNodeId": "0001",
                            "PreferredAvailabilityZone": member.zone,
                            "CurrentRole": (!self.is_cluster()).then_some(role),
                            "ReadEndpoint": (!self.is_cluster() && ready).then(|| at(&member.id)),
                        })
                    })
                    .collect();
                let single = !self.is_cluster() && ready;
                json!({
                    "NodeGroupId": shard.id, "Status": if self.status == "creating" { "creating" } else { "available" },
                    "Slots": self.is_cluster().then(|| self.slots(&shard.id)),
                    "PrimaryEndpoint": single.then(|| at("master")),
                    "ReaderEndpoint": single.then(|| at("replica")),
                    "NodeGroupMembers": {"NodeGroupMember": members},
                })
            })
            .collect();
        let mut shown = self.body.clone();
        let more = json!({
            "ReplicationGroupId": self.id, "Status": self.status, "ARN": self.arn(),
            "PendingModifiedValues": self.pending, "CacheNodeType": self.node_type,
            "MemberClusters": {"ClusterId": self.members().map(|m| &m.id).collect::<Vec<_>>()},
            "NodeGroups": {"NodeGroup": shards},
            "ConfigurationEndpoint": (self.is_cluster() && ready).then(|| at("clustercfg")),
        });
        merge(&mut shown, more);
        shown.as_object_mut().unwrap().shift_remove("Port");
        shown
    }

    fn slots(&self, shard: &str) -> String {
        let index = self.shards.iter().position(|s| s.id == shard).unwrap_or(0);
        let count = self.shards.len();
        format!("{}-{}", index * 16384 / count, (index + 1) * 16384 / count - 1)
    }

    /// How a member is shown.
    pub fn shown_member(&self, member: &Member) -> Value {
        let groups: Vec<Value> = self
            .security_groups
            .iter()
            .map(|id| json!({"SecurityGroupId": id, "Status": "active"}))
            .collect();
        let body = &self.body;
        json!({
            "CacheClusterId": member.id, "ReplicationGroupId": self.id, "CacheNodeType": member.node_type,
            "Engine": body["Engine"], "EngineVersion": member.version, "CacheClusterStatus": member.status,
            "NumCacheNodes": 1, "PreferredAvailabilityZone": member.zone,
            "PreferredMaintenanceWindow": self.window, "PendingModifiedValues": self.deferred,
            "CacheParameterGroup": {"CacheParameterGroupName": self.parameter_group,
                "ParameterApplyStatus": "in-sync"},
            "CacheSubnetGroupName": self.subnet_group, "SecurityGroups": {"member": groups},
            "AutoMinorVersionUpgrade": body["AutoMinorVersionUpgrade"],
            "SnapshotRetentionLimit": body["SnapshotRetentionLimit"], "SnapshotWindow": body["SnapshotWindow"],
            "AuthTokenEnabled": body["AuthTokenEnabled"],
            "TransitEncryptionEnabled": body["TransitEncryptionEnabled"],
            "TransitEncryptionMode": body["TransitEncryptionMode"],
            "AtRestEncryptionEnabled": body["AtRestEncryptionEnabled"],
            "ARN": World::arn("cluster", &member.id), "NetworkType": body["NetworkType"],
            "IpDiscovery": body["IpDiscovery"],
        })
    }

    /// Everything but what differs from run to run.
    pub fn summary(&self) -> Value {
        let mut shown = self.shown();
        merge(
            &mut shown,
            json!({
                "members": self.members().map(|m| self.shown_member(m)).collect::<Vec<_>>(),
            }),
        );
        shown
    }

    /// The region's name in its zones, for endpoints and the like.
    pub fn region() -> &'static str {
        REGION
    }
}

/// Sets the fields of one object in another.
pub fn merge(into: &mut Value, fields: Value) {
    if let (Some(into), Value::Object(fields)) = (into.as_object_mut(), fields) {
        into.extend(fields);
    }
}
