//! EC2: lists of what a network lets through.

use serde_json::{Value, json};

use super::ec2::{field, listed, passes};
use super::params::{Answer, Params};
use super::world::{ACCOUNT, World};

pub fn describe(world: &mut World, params: &Value) -> Answer {
    // The default list of each VPC, with what somebody has added to it.
    let all = world.vpcs.iter().map(|vpc| {
        let subnets = world.subnets.iter().filter(|s| s["vpcId"] == vpc["vpcId"]);
        let id = format!("acl-{}", vpc["vpcId"].as_str().unwrap_or_default());
        let entry = |egress: bool, number: i64, action: &str| {
            json!({"ruleNumber": number, "protocol": "-1", "ruleAction": action, "egress": egress, "cidrBlock": "0.0.0.0/0"})
        };
        let mut entries = world.acl_entries.clone();
        for egress in [true, false] {
            entries.extend([entry(egress, 100, "allow"), entry(egress, 32767, "deny")]);
        }
        let links = subnets.map(|s| json!({"networkAclAssociationId": "aclassoc-1", "networkAclId": id, "subnetId": s["subnetId"]}));
        json!({"networkAclId": id, "vpcId": vpc["vpcId"], "ownerId": ACCOUNT, "default": true,
            "associationSet": {"item": links.collect::<Vec<_>>()}, "entrySet": {"item": entries}})
    });
    let linked = |acl: &Value, name: &str| -> Vec<String> {
        let links = acl["associationSet"].items("item");
        if name == "association.subnet-id" {
            links.iter().filter_map(|a| a.text("subnetId")).collect()
        } else {
            field(acl, name)
        }
    };
    let all: Vec<Value> = all.filter(|acl| passes(params, |name| linked(acl, name))).collect();
    Ok(listed(world, params, all, "networkAclSet"))
}
