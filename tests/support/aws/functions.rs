//! Lambda: functions to look at.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal};
use super::world::{REGION, World};

/// A function, by name or ARN.
fn find(world: &World, params: &Value) -> Result<(String, Value), Refusal> {
    let wanted = params.need("FunctionName")?;
    let name = wanted.split(":function:").last().unwrap_or_default().split(':').next().unwrap_or_default();
    let home = world.homes.get(name).map_or(REGION, String::as_str);
    let function = world.functions.get(name).filter(|_| world.asked_in == home).ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", format!("Function not found: {wanted}")).status(404)
    })?;
    Ok((name.to_owned(), function.clone()))
}

fn reserved(world: &World, name: &str) -> Value {
    world.reserved_concurrency.get(name).map_or(json!({}), |n| json!({ "ReservedConcurrentExecutions": n }))
}

pub fn get(world: &mut World, params: &Value) -> Answer {
    let (name, function) = find(world, params)?;
    Ok(json!({"Configuration": function, "Concurrency": reserved(world, &name)}))
}

pub fn configuration(world: &mut World, params: &Value) -> Answer {
    Ok(find(world, params)?.1)
}

pub fn concurrency(world: &mut World, params: &Value) -> Answer {
    let (name, _) = find(world, params)?;
    Ok(reserved(world, &name))
}

pub fn account(world: &mut World, _: &Value) -> Answer {
    Ok(json!({
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000},
        "AccountUsage": {"FunctionCount": world.functions.len()},
    }))
}

pub fn capacity_provider(world: &mut World, params: &Value) -> Answer {
    let wanted = params.need("CapacityProviderName")?;
    let name = wanted.rsplit(':').next().unwrap_or_default();
    let provider = world.capacity_providers.get(name).ok_or_else(|| {
        let message = format!("Capacity provider not found: {wanted}");
        Refusal::new("ResourceNotFoundException", message).status(404)
    })?;
    Ok(json!({ "CapacityProvider": provider }))
}
