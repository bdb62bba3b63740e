//! All that the account holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::elasticache::{Group, Member, ParameterGroup, Thing};
use super::estimates::Estimate;

pub const ACCOUNT: &str = "111122223333";
pub const REGION: &str = "us-east-1";

/// How many looks a change takes.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Until something new is available.
    pub create: u32,
    /// Until a change is in force.
    pub change: u32,
    /// Until something is gone.
    pub delete: u32,
    /// For how long the members of a group lag behind it.
    pub lag: u32,
    /// For how long a group is `snapshotting` after it was made or changed.
    pub snapshot: u32,
}

impl Default for Looks {
    fn default() -> Self {
        Self { create: 2, change: 2, delete: 2, lag: 1, snapshot: 0 }
    }
}

/// The account.
#[derive(Clone)]
pub struct World {
    pub looks: Looks,
    /// Most items of an answer that has pages.
    pub page: usize,
    /// Operations without permission: `elasticache:CreateUser`.
    pub denied: BTreeSet<String>,
    /// Attributes that are accepted and then not set.
    pub dropped: BTreeSet<String>,
    /// Node types of which there are none left.
    pub sold_out: BTreeSet<String>,
    /// Nodes that the account may have.
    pub node_quota: usize,
    /// Access strings come back in other words of the same meaning.
    pub rewrites_access: bool,
    /// Looks at a group that works before a change that was accepted shows.
    pub late: u32,
    /// Regions of functions that are not in the usual one, and that of the last call.
    pub homes: BTreeMap<String, String>,
    pub asked_in: String,
    /// Nodes without a group.
    pub single_nodes: Vec<Value>,
    /// What somebody has added to the network lists.
    pub acl_entries: Vec<Value>,
    /// Network interfaces of others.
    pub interfaces: Vec<Value>,
    /// Updates of the service that wait.
    pub updates: Vec<Value>,
    /// Deletions of a security group that fail after its last user is gone.
    pub interface_lag: u32,

    pub groups: BTreeMap<String, Group>,
    /// Members that go.
    pub leaving: Vec<Member>,
    pub subnet_groups: BTreeMap<String, Value>,
    pub parameter_groups: BTreeMap<String, ParameterGroup>,
    pub users: BTreeMap<String, Thing>,
    pub user_groups: BTreeMap<String, Thing>,
    pub serverless: BTreeMap<String, Thing>,
    pub snapshots: BTreeMap<String, Thing>,
    pub serverless_snapshots: BTreeMap<String, Thing>,
    /// By ARN; of ElastiCache, `CloudWatch` and logs.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,

    pub vpcs: Vec<Value>,
    pub subnets: Vec<Value>,
    pub route_tables: Vec<Value>,
    pub security_groups: BTreeMap<String, Value>,
    pub rules: BTreeMap<String, Value>,
    pub functions: BTreeMap<String, Value>,
    pub capacity_providers: BTreeMap<String, Value>,
    pub reserved_concurrency: BTreeMap<String, i64>,
    pub secrets: BTreeMap<String, Value>,
    pub alarms: BTreeMap<String, Value>,
    pub log_groups: BTreeMap<String, Value>,
    pub targets: BTreeMap<String, Value>,
    pub policies: BTreeMap<String, Value>,
    pub scheduled: BTreeMap<String, Value>,
    /// Actions that a simulation denies.
    pub simulated_denials: BTreeSet<String>,

    /// Workload estimates, and those made with each token.
    pub estimates: BTreeMap<String, Estimate>,
    pub estimate_tokens: BTreeMap<String, String>,

    /// Bytes that a member has used at most, for who asks for metrics.
    pub metrics: BTreeMap<String, f64>,
    /// Points of a metric by `MEMBER/METRIC`, and the state of such an answer where it is not complete.
    pub series: BTreeMap<String, Vec<(i64, f64)>>,
    pub incomplete: BTreeMap<String, &'static str>,
    /// Points in one answer of metrics.
    pub points: usize,

    /// Accepted creates: operation and name.
    pub creates: Vec<(String, String)>,
    /// Accepted deletions: operation and name.
    pub deletes: Vec<(String, String)>,
    /// Every secret value that was ever sent: where it went and what it was.
    pub secret_values: Vec<(String, String)>,
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            looks: Looks::default(),
            page: 100,
            denied: BTreeSet::new(),
            dropped: BTreeSet::new(),
            sold_out: BTreeSet::new(),
            node_quota: 300,
            rewrites_access: false,
            interface_lag: 0,
            late: 0,
            homes: BTreeMap::new(),
            asked_in: REGION.to_owned(),
            single_nodes: Vec::new(),
            acl_entries: Vec::new(),
            updates: Vec::new(),
            interfaces: Vec::new(),
            groups: BTreeMap::new(),
            leaving: Vec::new(),
            subnet_groups: BTreeMap::new(),
            parameter_groups: BTreeMap::new(),
            users: BTreeMap::new(),
            user_groups: BTreeMap::new(),
            serverless: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            serverless_snapshots: BTreeMap::new(),
            tags: BTreeMap::new(),
            vpcs: Vec::new(),
            subnets: Vec::new(),
            route_tables: Vec::new(),
            security_groups: BTreeMap::new(),
            rules: BTreeMap::new(),
            functions: BTreeMap::new(),
            capacity_providers: BTreeMap::new(),
            reserved_concurrency: BTreeMap::new(),
            secrets: BTreeMap::new(),
            alarms: BTreeMap::new(),
            log_groups: BTreeMap::new(),
            targets: BTreeMap::new(),
            policies: BTreeMap::new(),
            scheduled: BTreeMap::new(),
            simulated_denials: BTreeSet::new(),
            estimates: BTreeMap::new(),
            estimate_tokens: BTreeMap::new(),
            metrics: BTreeMap::new(),
            series: BTreeMap::new(),
            incomplete: BTreeMap::new(),
            points: 100_800,
            creates: Vec::new(),
            deletes: Vec::new(),
            secret_values: Vec::new(),
        };
        world.add_vpc("vpc-1", 10);
        for function in ["web", "webhook-receiver"] {
            world.add_function(function, "vpc-1");
        }
        world.add_default_users();
        world
    }
}

impl World {
    /// A VPC with a subnet in each of three zones and the group `sg-functions-…` of its functions.
    pub fn add_vpc(&mut self, id: &str, net: u8) {
        self.vpcs.push(json!({
            "vpcId": id, "ownerId": ACCOUNT, "state": "available", "cidrBlock": format!("{net}.0.0.0/16"),
            "isDefault": false, "instanceTenancy": "default",
        }));
        // Names differ from account to account, ids do not: they are out of step on purpose.
        for (index, (zone, zone_id)) in
            [("us-east-1a", "use1-az4"), ("us-east-1b", "use1-az6"), ("us-east-1c", "use1-az1")]
                .iter()
                .enumerate()
        {
            self.subnets.push(json!({
                "subnetId": format!("subnet-{id}-{}", index + 1), "vpcId": id, "state": "available",
                "cidrBlock": format!("{net}.0.{index}.0/24"), "availableIpAddressCount": 200,
                "availabilityZone": zone, "availabilityZoneId": zone_id, "ownerId": ACCOUNT,
                "defaultForAz": false, "mapPublicIpOnLaunch": false,
            }));
        }
        let nat = json!({"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1", "state": "active", "origin": "CreateRoute"});
        self.route_tables.push(json!({
            "routeTableId": format!("rtb-{id}"), "vpcId": id, "ownerId": ACCOUNT,
            "associationSet": {"item": [{"main": true, "routeTableId": format!("rtb-{id}"),
                "routeTableAssociationId": format!("rtbassoc-{id}"), "associationState": {"state": "associated"}}]},
            "routeSet": {"item": [{"destinationCidrBlock": format!("{net}.0.0.0/16"), "gatewayId": "local",
                "state": "active", "origin": "CreateRouteTable"}, nat]},
        }));
        self.add_security_group(&format!("sg-default-{id}"), "default", id);
        self.add_security_group(&format!("sg-functions-{id}"), "functions", id);
    }

    /// A function in the subnets of a VPC; in none with an empty id.
    pub fn add_function(&mut self, name: &str, vpc: &str) {
        let subnets: Vec<&Value> =
            self.subnets.iter().filter(|s| s["vpcId"] == vpc).map(|s| &s["subnetId"]).collect();
        let groups = if vpc.is_empty() { json!([]) } else { json!([format!("sg-functions-{vpc}")]) };
        let function = json!({
            "FunctionName": name, "FunctionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
            "Runtime": "python3.13", "Role": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "Handler": "main.run",
            "State": "Active", "LastUpdateStatus": "Successful", "Timeout": 10, "MemorySize": 512,
            "Architectures": ["arm64"], "PackageType": "Zip", "Version": "$LATEST", "CodeSize": 1000,
            "VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": groups, "VpcId": vpc},
        });
        self.functions.insert(name.to_owned(), function);
    }

    /// An ARN of ElastiCache: `arn("user", "web")`.
    pub fn arn(kind: &str, name: &str) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:{kind}:{name}")
    }

    pub fn created(&mut self, action: &str, name: &str) {
        self.creates.push((action.to_owned(), name.to_owned()));
    }

    pub fn deleted(&mut self, action: &str, name: &str) {
        self.deletes.push((action.to_owned(), name.to_owned()));
    }

    /// Tags of a new thing, from `Tags` of the request.
    pub fn tag(&mut self, arn: &str, tags: &[Value]) {
        let text = |tag: &Value, name: &str| tag[name].as_str().unwrap_or_default().to_owned();
        let tags = tags.iter().map(|tag| (text(tag, "Key"), text(tag, "Value")));
        self.tags.entry(arn.to_owned()).or_default().extend(tags);
    }

    /// Nothing is marked as anybody's any more.
    pub fn lose_tags(&mut self) {
        self.tags.clear();
        for thing in self.security_groups.values_mut().chain(self.rules.values_mut()) {
            thing["tagSet"] = json!({"item": []});
        }
        for secret in self.secrets.values_mut() {
            secret["Tags"] = json!([]);
        }
    }

    /// Somebody runs into members that leave: that is a look, too.
    pub fn leaving_go_on(&mut self) {
        self.leaving.retain_mut(|member| {
            member.looks = member.looks.saturating_sub(1);
            member.looks > 0
        });
    }

    /// Whether an attribute is accepted and then forgotten.
    pub fn drops(&self, name: &str) -> bool {
        self.dropped.contains(name)
    }

    /// Nodes of all groups.
    pub fn nodes(&self) -> usize {
        self.groups.values().map(|group| group.members().count()).sum()
    }

    /// Security groups, subnet groups, parameter groups and user groups in use: by a group, a leaving member or a
    /// serverless cache.
    pub fn users_of_security_group(&self, id: &str) -> bool {
        let in_list = |list: &Value| list.as_array().is_some_and(|ids| ids.iter().any(|i| i == id));
        self.groups.values().any(|g| g.security_groups.iter().any(|s| s == id))
            || self.leaving.iter().any(|m| m.security_groups.iter().any(|s| s == id))
            || self.serverless.values().any(|s| in_list(&s.body["SecurityGroupIds"]["SecurityGroupId"]))
    }

    /// Everything that a deployment leaves, without what differs from run to run.
    pub fn end_state(&self) -> Value {
        let bodies = |things: &BTreeMap<String, Thing>| -> Value {
            things.iter().map(|(name, thing)| (name.clone(), thing.body.clone())).collect()
        };
        let groups: Value = self.groups.iter().map(|(id, group)| (id.clone(), group.summary())).collect();
        let parameters: Value = self
            .parameter_groups
            .iter()
            .map(|(name, group)| (name.clone(), json!([group.body, group.values])))
            .collect();
        let secrets: Value = self.secrets.iter().map(|(name, s)| (name.clone(), s["Tags"].clone())).collect();
        // Which version of its secret a user has differs from run to run; that it is the one in force does not.
        let versions: BTreeSet<String> =
            self.secrets.values().filter_map(|s| s["version"].as_str().map(str::to_owned)).collect();
        let mut tags = self.tags.clone();
        let given = tags.values_mut().filter_map(|tags| tags.get_mut("cachefit:secret-version"));
        for version in given.filter(|version| versions.contains(*version)) {
            "that of its secret".clone_into(version);
        }
        json!({
            "groups": groups, "leaving": self.leaving.len(), "subnet_groups": self.subnet_groups,
            "parameter_groups": parameters, "users": bodies(&self.users),
            "user_groups": bodies(&self.user_groups), "serverless": bodies(&self.serverless),
            "snapshots": self.snapshots.keys().collect::<Vec<_>>(), "tags": tags,
            "security_groups": self.security_groups, "rules": self.rules, "secrets": secrets,
            "alarms": self.alarms, "log_groups": self.log_groups, "targets": self.targets, "policies": self.policies,
            "scheduled": self.scheduled,
        })
    }
}
