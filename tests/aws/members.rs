//! Everything that the service says of a cache is read, or left out for a reason.

use std::collections::BTreeMap;
use std::path::Path;

use crate::contract::script;

/// Where each kind is read.
const READ_IN: [(&str, &[&str]); 15] = [
    ("Authentication", &["kind/user.rs"]),
    ("DataStorage", &["kind/serverless_cache/mod.rs", "kind/serverless_cache/read.rs"]),
    ("ECPUPerSecond", &["kind/serverless_cache/mod.rs", "kind/serverless_cache/read.rs"]),
    ("GlobalReplicationGroupInfo", &["kind/replication_group/read.rs"]),
    ("LogDeliveryConfiguration", &["kind/replication_group/logs.rs"]),
    ("NodeGroup", &["kind/replication_group/read.rs"]),
    ("NodeGroupMember", &["kind/replication_group/read.rs"]),
    ("PendingModifiedValues", &["kind/replication_group/read.rs"]),
    ("ReplicationGroupPendingModifiedValues", &["kind/replication_group/read.rs"]),
    ("UserGroupPendingChanges", &["kind/user_group.rs"]),
    ("CacheCluster", &["kind/replication_group/read.rs"]),
    ("ReplicationGroup", &["kind/replication_group/read.rs", "kind/replication_group/logs.rs"]),
    ("ServerlessCache", &["kind/serverless_cache/mod.rs", "kind/serverless_cache/read.rs"]),
    ("User", &["kind/user.rs"]),
    ("UserGroup", &["kind/user_group.rs"]),
];

/// What is not read, and why that harms nobody.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("CacheCluster", "arn", "nothing is asked of a single node; its tags are those of the group"),
    (
        "CacheCluster",
        "auth_token_last_modified_date",
        "a date, not a state; tokens of others are never rotated",
    ),
    ("CacheCluster", "cache_cluster_create_time", "a date"),
    (
        "CacheCluster",
        "cache_nodes",
        "asked for only with ShowCacheNodeInfo; endpoints are those of the group",
    ),
    ("CacheCluster", "cache_security_groups", "of EC2-Classic, which is no more"),
    ("CacheCluster", "client_download_landing_page", "a link to Memcached's clients"),
    (
        "CacheCluster",
        "preferred_availability_zone",
        "chosen by the service among the subnets; zones are not compared",
    ),
    ("CacheCluster", "preferred_outpost_arn", "the group names all Outposts of its nodes"),
    ("CacheCluster", "replication_group_log_delivery_enabled", "the group's own deliveries say it"),
    ("DataStorage", "unit", "GB is the only one"),
    (
        "LogDeliveryConfiguration",
        "log_format",
        "asked for as JSON; a reader of logs, not of the cache, cares",
    ),
    ("NodeGroup", "slots", "the service spreads them; how full shards are is read from metrics"),
    ("NodeGroupMember", "cache_node_id", "always 0001"),
    ("NodeGroupMember", "current_role", "who is primary changes by itself"),
    ("NodeGroupMember", "preferred_availability_zone", "chosen by the service among the subnets"),
    ("NodeGroupMember", "preferred_outpost_arn", "the group names all Outposts of its nodes"),
    ("NodeGroupMember", "read_endpoint", "the group's reader endpoint leads to all"),
    ("PendingModifiedValues", "cache_node_ids_to_remove", "of Memcached"),
    ("PendingModifiedValues", "num_cache_nodes", "of Memcached: a member of a group is one node"),
    ("PendingModifiedValues", "scale_config", "of Memcached"),
    ("ReplicationGroup", "auth_token_last_modified_date", "a date, not a state"),
    ("ServerlessCache", "integrations", "the SDK does not know it yet; no call of ours changes it"),
    ("User", "minimum_engine_version", "follows from the access string, which is compared"),
    ("User", "user_group_ids", "the group names its users"),
    ("UserGroup", "minimum_engine_version", "follows from its users"),
];

#[test]
fn every_member_is_read_or_left_out_for_a_reason() {
    let output = script("members.py", "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let members: BTreeMap<String, Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider/aws");
    let mut wrong = Vec::new();
    for (shape, files) in READ_IN {
        let source: String =
            files.iter().map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).collect();
        for member in &members[shape] {
            let name = if member == "type" { "r#type" } else { member };
            let is_read = source.contains(&format!(".{name}()")) || source.contains(&format!("::{name}"));
            let left_out = LEFT_OUT.iter().any(|(s, m, why)| *s == shape && m == member && !why.is_empty());
            match (is_read, left_out) {
                (false, false) => wrong.push(format!("{shape}.{member} is neither read nor left out")),
                // Other kinds of the same file may have a member of that name.
                (true, true) if shape == "ServerlessCache" => {
                    wrong.push(format!("{shape}.{member} is read and left out"));
                }
                _ => {}
            }
        }
    }
    for (shape, member, _) in LEFT_OUT {
        if !members[*shape].iter().any(|m| m == member) {
            wrong.push(format!("{shape}.{member} is not in the model"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
