//! Workload estimates of the Pricing Calculator: made empty, filled, worked out after a look, and deleted.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal};
use super::world::World;

/// What this account pays for an hour of the nodes that it has a price for.
const NODE_HOUR: &[(&str, f64)] =
    &[("NodeUsage:cache.r7g.large", 0.15), ("USW2-NodeUsage:cache.r7g.large", 0.15)];

/// An estimate.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    pub rates: String,
    pub usage: Vec<Value>,
    /// Looks until it is worked out.
    pub looks: u32,
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn known<'w>(
    world: &'w mut World,
    params: &Value,
    name: &str,
) -> Result<(String, &'w mut Estimate), Refusal> {
    let id = params.need(name)?;
    let gone = Refusal::new("ResourceNotFoundException", "The workload estimate does not exist.");
    let found = world.estimates.get_mut(&id).ok_or(gone)?;
    Ok((id, found))
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let rates = params.need("rateType")?;
    params.need("name")?;
    let token = params.need("clientToken")?;
    let known = world.estimate_tokens.get(&token).cloned();
    let id = known.unwrap_or_else(|| id(world.estimate_tokens.len()));
    if world.estimate_tokens.insert(token, id.clone()).is_none() {
        let estimate = Estimate { rates, usage: Vec::new(), looks: 2 };
        world.estimates.insert(id.clone(), estimate);
    }
    Ok(json!({"id": id, "name": params["name"], "rateType": params["rateType"], "status": "VALID"}))
}

/// Fills it: an operation that is none of the service is an error of its entry.
pub fn add(world: &mut World, params: &Value) -> Answer {
    let (_, estimate) = known(world, params, "workloadEstimateId")?;
    let entries = params.items("usage");
    if entries.is_empty() || entries.len() > 25 {
        return Err(Refusal::new("ValidationException", "usage must have 1 to 25 items"));
    }
    let (mut items, mut errors) = (Vec::new(), Vec::new());
    for entry in entries {
        let operation = entry["operation"].as_str().unwrap_or_default();
        if !["CreateCacheCluster:0002", "CreateCacheCluster:Valkey"].contains(&operation) {
            errors.push(json!({"key": entry["key"], "errorCode": "BAD_REQUEST",
                "errorMessage": "no usage type with this operation"}));
            continue;
        }
        let item = json!({"id": id(1000 + estimate.usage.len()), "serviceCode": entry["serviceCode"],
            "usageType": entry["usageType"], "operation": operation, "key": entry["key"]});
        let mut kept = item.clone();
        kept["amount"] = entry["amount"].clone();
        estimate.usage.push(kept);
        items.push(item);
    }
    Ok(json!({"items": items, "errors": errors}))
}

pub fn get(world: &mut World, params: &Value) -> Answer {
    let (id, estimate) = known(world, params, "identifier")?;
    estimate.looks = estimate.looks.saturating_sub(1);
    let status = if estimate.looks == 0 { "VALID" } else { "UPDATING" };
    Ok(json!({"id": id, "status": status, "rateType": estimate.rates}))
}

/// One item a page.
pub fn list(world: &mut World, params: &Value) -> Answer {
    let (_, estimate) = known(world, params, "workloadEstimateId")?;
    let from: usize = params.text("nextToken").and_then(|text| text.parse().ok()).unwrap_or(0);
    let of = |kept: &Value| {
        let mut item = kept.clone();
        let fields = item.as_object_mut().expect("an object");
        fields.remove("key");
        let amount = fields.remove("amount").and_then(|amount| amount.as_f64()).unwrap_or(0.0);
        let hour = NODE_HOUR.iter().find(|(usage, _)| kept["usageType"] == *usage);
        match hour {
            Some((_, usd)) => {
                item["cost"] = json!(usd * amount);
                item["currency"] = json!("USD");
                item["status"] = json!("VALID");
            }
            None => item["status"] = json!("INVALID"),
        }
        item
    };
    let items: Vec<Value> = estimate.usage.iter().skip(from).take(1).map(of).collect();
    let mut answer = json!({"items": items});
    if from + 1 < estimate.usage.len() {
        answer["nextToken"] = json!((from + 1).to_string());
    }
    Ok(answer)
}

/// The model has no error for one that is gone already.
pub fn delete(world: &mut World, params: &Value) -> Answer {
    world.estimates.remove(&params.need("identifier")?);
    Ok(json!({}))
}
