//! Who calls, what they may, and how much of it.

use serde_json::{Value, json};

use super::params::{Answer, Params};
use super::world::{ACCOUNT, REGION, World};

pub fn caller(_: &mut World, _: &Value) -> Answer {
    Ok(json!({"UserId": "AROAEXAMPLE:ci", "Account": ACCOUNT,
        "Arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci")}))
}

pub fn simulate(world: &mut World, params: &Value) -> Answer {
    let mut results = Vec::new();
    let resources = match params.texts("ResourceArns") {
        none if none.is_empty() => vec!["*".to_owned()],
        some => some,
    };
    for action in params.texts("ActionNames") {
        let decision = if world.simulated_denials.contains(&action) { "implicitDeny" } else { "allowed" };
        for resource in &resources {
            results.push(
                json!({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision}),
            );
        }
    }
    Ok(json!({"EvaluationResults": {"member": results}, "IsTruncated": false}))
}

pub fn quotas(world: &mut World, params: &Value) -> Answer {
    let quota = |code: &str, name: &str, value: usize| {
        json!({"ServiceCode": params["ServiceCode"], "QuotaCode": code, "QuotaName": name, "Value": value,
            "QuotaArn": format!("arn:aws:servicequotas:{REGION}:{ACCOUNT}:elasticache/{code}"), "Adjustable": true})
    };
    Ok(json!({"Quotas": [
        quota("L-DFE45DF3", "Nodes per Region", world.node_quota),
        quota("L-AF354865", "Nodes per cluster per instance type (cluster mode enabled)", 90),
        quota("L-BBCDAECC", "Serverless caches per Region", 40),
    ]}))
}
