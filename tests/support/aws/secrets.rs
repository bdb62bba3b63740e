//! Secrets Manager.

use serde_json::{Value, json};

use super::params::{Answer, Params, Refusal, page};
use super::world::{ACCOUNT, REGION, World};

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf")
}

/// The name of a secret that is there, from its name or ARN.
fn find(world: &World, params: &Value) -> Result<String, Refusal> {
    let wanted = params.need("SecretId")?;
    let found = world.secrets.keys().find(|name| **name == wanted || arn(name) == wanted);
    found.cloned().ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    })
}

fn alive(world: &World, params: &Value) -> Result<String, Refusal> {
    let name = find(world, params)?;
    if world.secrets[&name]["DeletedDate"].is_null() {
        return Ok(name);
    }
    let message = "You can't perform this operation on the secret because it was marked for deletion.";
    Err(Refusal::new("InvalidRequestException", message))
}

fn named(name: &str, version: &Value) -> Value {
    json!({"ARN": arn(name), "Name": name, "VersionId": version})
}

pub fn create(world: &mut World, params: &Value) -> Answer {
    let name = params.need("Name")?;
    let token = params.get("ClientRequestToken").cloned().unwrap_or_else(|| json!("no-token"));
    if let Some(there) = world.secrets.get(&name) {
        if !there["DeletedDate"].is_null() {
            let message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
            return Err(Refusal::new("InvalidRequestException", message));
        }
        // The same request once more is answered like the first.
        if there["version"] == token && there["value"] == params["SecretString"] {
            return Ok(named(&name, &token));
        }
        let message = format!("The operation failed because the secret {name} already exists.");
        return Err(Refusal::new("ResourceExistsException", message));
    }
    let secret = json!({"value": params["SecretString"], "version": token, "Description": params["Description"],
        "KmsKeyId": params["KmsKeyId"], "Tags": params.items("Tags")});
    keep(world, &name, params);
    world.created("CreateSecret", &name);
    world.secrets.insert(name.clone(), secret);
    Ok(named(&name, &token))
}

fn keep(world: &mut World, name: &str, params: &Value) {
    if let Some(value) = params.text("SecretString") {
        world.secret_values.push((format!("secret {name}"), value));
    }
}

pub fn describe(world: &mut World, params: &Value) -> Answer {
    let name = find(world, params)?;
    let secret = &world.secrets[&name];
    let mut stages = serde_json::Map::new();
    if !secret["value"].is_null() {
        stages.insert(secret.text("version").unwrap_or_default(), json!(["AWSCURRENT"]));
    }
    Ok(json!({"ARN": arn(&name), "Name": name, "Description": secret["Description"], "Tags": secret["Tags"],
        "KmsKeyId": secret["KmsKeyId"], "DeletedDate": secret["DeletedDate"], "VersionIdsToStages": stages}))
}

pub fn put(world: &mut World, params: &Value) -> Answer {
    let name = alive(world, params)?;
    let token = params.get("ClientRequestToken").cloned().unwrap_or_else(|| json!("no-token"));
    keep(world, &name, params);
    let secret = world.secrets.get_mut(&name).unwrap();
    secret["value"] = params["SecretString"].clone();
    secret["version"] = token.clone();
    let mut answer = named(&name, &token);
    answer["VersionStages"] = json!(["AWSCURRENT"]);
    Ok(answer)
}

pub fn update(world: &mut World, params: &Value) -> Answer {
    let name = alive(world, params)?;
    if params.has("SecretString") {
        put(world, params)?;
    }
    if params.has("Description") {
        world.secrets.get_mut(&name).unwrap()["Description"] = params["Description"].clone();
    }
    let version = world.secrets[&name]["version"].clone();
    Ok(named(&name, &version))
}

pub fn get(world: &mut World, params: &Value) -> Answer {
    let name = alive(world, params)?;
    let secret = &world.secrets[&name];
    if secret["value"].is_null() {
        let message = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
        return Err(Refusal::new("ResourceNotFoundException", message));
    }
    let mut answer = named(&name, &secret["version"]);
    answer["SecretString"] = secret["value"].clone();
    answer["VersionStages"] = json!(["AWSCURRENT"]);
    answer["CreatedDate"] = json!(1_790_000_000);
    Ok(answer)
}

pub fn delete(world: &mut World, params: &Value) -> Answer {
    let force = params.flag("ForceDeleteWithoutRecovery") == Some(true);
    let name = match find(world, params) {
        // Deleting what is not there is no error when it is forced.
        Err(_) if force => return Ok(named(&params.need("SecretId")?, &Value::Null)),
        found => found?,
    };
    if force {
        world.secrets.remove(&name);
    } else {
        world.secrets.get_mut(&name).unwrap()["DeletedDate"] = json!(1_790_000_000);
    }
    world.deleted("DeleteSecret", &name);
    Ok(json!({"ARN": arn(&name), "Name": name, "DeletionDate": 1_790_000_000}))
}

pub fn restore(world: &mut World, params: &Value) -> Answer {
    let name = find(world, params)?;
    world.secrets.get_mut(&name).unwrap()["DeletedDate"] = Value::Null;
    Ok(json!({"ARN": arn(&name), "Name": name}))
}

pub fn tag(world: &mut World, params: &Value) -> Answer {
    let name = alive(world, params)?;
    let secret = world.secrets.get_mut(&name).unwrap();
    let mut tags = secret.items("Tags").to_vec();
    for tag in params.items("Tags") {
        tags.retain(|t| t["Key"] != tag["Key"]);
        tags.push(tag.clone());
    }
    secret["Tags"] = json!(tags);
    Ok(json!({}))
}

pub fn untag(world: &mut World, params: &Value) -> Answer {
    let name = alive(world, params)?;
    let keys = params.texts("TagKeys");
    let secret = world.secrets.get_mut(&name).unwrap();
    let mut tags = secret.items("Tags").to_vec();
    tags.retain(|tag| !keys.iter().any(|key| tag["Key"] == key.as_str()));
    secret["Tags"] = json!(tags);
    Ok(json!({}))
}

pub fn list(world: &mut World, params: &Value) -> Answer {
    let passes = |name: &str, secret: &Value| {
        params.items("Filters").iter().all(|filter| {
            let values = filter.texts("Values");
            match filter.text("Key").as_deref() {
                Some("name") => values.iter().any(|v| name.starts_with(v.as_str())),
                Some("tag-key") => {
                    secret.items("Tags").iter().any(|t| values.iter().any(|v| t["Key"] == v.as_str()))
                }
                Some("tag-value") => {
                    secret.items("Tags").iter().any(|t| values.iter().any(|v| t["Value"] == v.as_str()))
                }
                _ => true,
            }
        })
    };
    let deleted = params.flag("IncludePlannedDeletion") == Some(true);
    let all =
        world.secrets.iter().filter(|(name, s)| (deleted || s["DeletedDate"].is_null()) && passes(name, s));
    let all = all.map(|(name, s)| json!({"ARN": arn(name), "Name": name, "Tags": s["Tags"], "DeletedDate": s["DeletedDate"]}));
    let (all, next) = page(all.collect::<Vec<Value>>(), params.text("NextToken").as_deref(), world.page);
    Ok(json!({"SecretList": all, "NextToken": next}))
}
