//! What lies around a cache: policies of networks, functions, access lists, IAM of the project, alerts, figures.

use serde_json::{Value, json};

use super::metrics;
use super::operations::{Effect, begin, look_at};
use super::wire::{Answer, Call, refuse};
use super::world::World;

/// A page of a list.
pub fn page(world: &World, call: &Call, field: &str, all: &[Value]) -> Answer {
    let begin: usize = call.param("pageToken").parse().unwrap_or(0);
    let size = call.param("pageSize").parse().unwrap_or(world.page);
    let some: Vec<Value> = all.iter().skip(begin).take(size).cloned().collect();
    let mut answer = json!({});
    if !some.is_empty() {
        answer[field] = some.into();
    }
    if begin + size < all.len() {
        answer["nextPageToken"] = (begin + size).to_string().into();
    }
    Ok(answer)
}

fn missing(name: &str) -> super::wire::Refusal {
    refuse(404, "NOT_FOUND", format!("Resource '{name}' was not found"))
}

fn named(all: &std::collections::BTreeMap<String, Value>, call: &Call) -> Answer {
    let name = call.target.rsplit('/').next().unwrap();
    let mut body = all.get(name).cloned().ok_or_else(|| missing(&call.target))?;
    if call.service != "compute" {
        body["name"] = call.target.clone().into();
    }
    Ok(body)
}

pub fn perform(world: &mut World, call: &Call) -> Answer {
    match call.operation {
        "GetService" => named(&world.services, call),
        "GetJob" => named(&world.jobs, call),
        "GetFunction" => named(&world.functions, call),
        "GetConnector" => named(&world.connectors, call),
        "GetSubnetwork" => named(&world.subnetworks, call),
        "GetProject" => {
            Ok(json!({ "name": "projects/111122223333", "projectId": super::PROJECT, "state": "ACTIVE" }))
        }
        "ListServiceConnectionPolicies" => policies(world, call),
        "CreateServiceConnectionPolicy" => create_policy(world, call),
        "DeleteServiceConnectionPolicy" => delete_policy(world, call),
        "GetIamPolicy" => Ok(iam(world)),
        "SetIamPolicy" => set_iam(world, call),
        "ListAlertPolicies" => alerts(world, call),
        "CreateAlertPolicy" => create_alert(world, call),
        "UpdateAlertPolicy" => update_alert(world, call),
        "DeleteAlertPolicy" => {
            let gone = world.alerts.remove(&call.target).ok_or_else(|| missing(&call.target))?;
            world.made.retain(|(_, made)| gone["displayName"] != json!(made));
            Ok(json!({}))
        }
        "ListAlerts" => incidents(world, call),
        "ListTimeSeries" if call.param("filter").contains("full_match") => metrics::list(world, call),
        "ListTimeSeries" => Ok(series(world, call)),
        _ => acl(world, call),
    }
}

fn policies(world: &mut World, call: &Call) -> Answer {
    let open: Vec<String> = world.operations.values().filter(|o| !o.done).map(|o| o.target.clone()).collect();
    for target in open.iter().filter(|target| target.starts_with(&call.target)) {
        look_at(world, target);
    }
    let all: Vec<Value> = world.policies.values().cloned().collect();
    page(world, call, "serviceConnectionPolicies", &all)
}

fn create_policy(world: &mut World, call: &Call) -> Answer {
    let name = call.changes();
    let request = call.param("requestId").to_owned();
    if let Some((_, answer)) = world.requests.get(&request) {
        return Ok(answer.clone());
    }
    let taken = world
        .policies
        .values()
        .any(|p| p["network"] == call.body["network"] && p["serviceClass"] == call.body["serviceClass"]);
    if taken || world.policies.contains_key(&name) {
        return Err(refuse(409, "ALREADY_EXISTS", format!("Resource '{name}' already exists")));
    }
    if call.body["pscConfig"]["subnetworks"].as_array().is_none_or(Vec::is_empty) {
        return Err(refuse(400, "INVALID_ARGUMENT", "at least one subnetwork is required"));
    }
    let looks = world.change;
    let answer = begin(world, &name, "create", looks, Effect::MakePolicy(call.body.clone()));
    if !request.is_empty() {
        world.requests.insert(request, (String::new(), answer.clone()));
    }
    Ok(answer)
}

pub fn policy_made(world: &mut World, name: &str, body: &Value) {
    if world.policies.contains_key(name) {
        return;
    }
    let mut body = body.clone();
    body["name"] = name.into();
    body["infrastructure"] = "PSC".into();
    body["createTime"] = "2026-11-28T00:00:00Z".into();
    body["etag"] = format!("etag-{}", world.next()).into();
    world.policies.insert(name.to_owned(), body);
    world.made.push(("CreateServiceConnectionPolicy".to_owned(), name.to_owned()));
}

fn delete_policy(world: &mut World, call: &Call) -> Answer {
    let Some(policy) = world.policies.get(&call.target) else { return Err(missing(&call.target)) };
    if !call.param("etag").is_empty() && policy["etag"] != json!(call.param("etag")) {
        return Err(refuse(409, "ABORTED", "the etag does not match"));
    }
    if policy["pscConnections"].as_array().is_some_and(|all| !all.is_empty()) {
        return Err(refuse(400, "FAILED_PRECONDITION", "the policy has connections"));
    }
    let looks = world.change;
    Ok(begin(world, &call.target.clone(), "delete", looks, Effect::DeletePolicy))
}

fn iam(world: &World) -> Value {
    let conditions = world.bindings.iter().any(|binding| binding.get("condition").is_some());
    let version = if conditions { 3 } else { 1 };
    json!({ "version": version, "etag": format!("BwX{:04}", world.iam_version), "bindings": world.bindings })
}

fn set_iam(world: &mut World, call: &Call) -> Answer {
    let policy = &call.body["policy"];
    if policy["etag"] != iam(world)["etag"] {
        let message = "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.";
        return Err(refuse(409, "ABORTED", message));
    }
    let bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
    if bindings.iter().any(|b| b.get("condition").is_some()) && policy["version"] != 3 {
        return Err(refuse(400, "INVALID_ARGUMENT", "a policy with conditions must have version 3"));
    }
    if !bindings.iter().any(|b| b["role"] == "roles/owner") {
        return Err(refuse(400, "INVALID_ARGUMENT", "a project must have an owner"));
    }
    world.iam_version += 1;
    if !world.dropped.contains("bindings") {
        world.bindings = bindings;
    }
    Ok(iam(world))
}

fn alerts(world: &World, call: &Call) -> Answer {
    let wanted = call.param("filter").trim_start_matches("display_name = ").trim_matches('"');
    let all: Vec<Value> = world
        .alerts
        .values()
        .filter(|a| wanted.is_empty() || a["displayName"] == json!(wanted))
        .cloned()
        .collect();
    page(world, call, "alertPolicies", &all)
}

/// An alert of a policy: its state and the metric that its condition is about.
pub fn incident(policy: &str, state: &str, metric: &str) -> Value {
    let project = policy.split("/alertPolicies/").next().unwrap_or_default();
    let mut alert = json!({
        "name": format!("{project}/alerts/0.{}", policy.len() + metric.len()), "state": state,
        "openTime": "2026-11-28T10:00:00Z", "policy": { "name": policy, "displayName": "a policy" },
        "metric": { "type": metric, "labels": {} }, "resource": { "type": "cache", "labels": {} },
    });
    if state == "CLOSED" {
        alert["closeTime"] = "2026-11-28T11:00:00Z".into();
    }
    alert
}

fn incidents(world: &World, call: &Call) -> Answer {
    let state = match call.param("filter") {
        "" => None,
        "state=OPEN" | "state=\"OPEN\"" => Some("OPEN"),
        other => return Err(refuse(400, "INVALID_ARGUMENT", format!("The filter {other} cannot be read."))),
    };
    let all: Vec<&Value> =
        world.incidents.iter().filter(|one| state.is_none_or(|state| one["state"] == json!(state))).collect();
    // Without a size, and above the largest.
    let size = call.param("pageSize").parse().unwrap_or(50).min(1000).min(world.page);
    let begin: usize = call.param("pageToken").parse().unwrap_or(0);
    let page: Vec<&Value> = all.iter().skip(begin).take(size).copied().collect();
    let mut answer = json!({});
    if !page.is_empty() {
        answer = json!({ "alerts": page, "totalSize": all.len() });
    }
    if begin + size < all.len() {
        answer["nextPageToken"] = (begin + size).to_string().into();
    }
    Ok(answer)
}

fn create_alert(world: &mut World, call: &Call) -> Answer {
    let project = call.place();
    let name = format!("{project}/alertPolicies/{:08}", world.next());
    let mut body = call.body.clone();
    body["name"] = name.clone().into();
    number(&mut body, &name);
    body.as_object_mut().unwrap().retain(|field, _| !world.dropped.contains(field));
    world.made.push((call.operation.to_owned(), body["displayName"].as_str().unwrap_or_default().to_owned()));
    world.alerts.insert(name, body.clone());
    Ok(body)
}

fn number(body: &mut Value, name: &str) {
    for (index, condition) in body["conditions"].as_array_mut().into_iter().flatten().enumerate() {
        condition["name"] = format!("{name}/conditions/{index}").into();
    }
}

fn update_alert(world: &mut World, call: &Call) -> Answer {
    let dropped = world.dropped.clone();
    let alert = world.alerts.get_mut(&call.target).ok_or_else(|| missing(&call.target))?;
    for field in call.param("updateMask").split(',').filter(|field| !dropped.contains(*field)) {
        alert[field] = call.body[field].clone();
    }
    number(alert, &call.target);
    Ok(alert.clone())
}

fn series(world: &World, call: &Call) -> Value {
    let filter = call.param("filter");
    let most = if filter.contains("/quota/") {
        world.shown_units
    } else if filter.contains("/keyspace/") {
        world.keys
    } else {
        world.used
    };
    let Some(most) = most else { return json!({}) };
    let point = |value: i64| json!({ "value": { "int64Value": value.to_string() } });
    let limit = if filter.contains("/quota/") { "UnitsPerRegion" } else { "" };
    let mut answer = json!({ "timeSeries": [{
        "metric": { "labels": { "limit_name": limit } }, "valueType": "INT64", "metricKind": "GAUGE",
        "points": [point(most / 2), point(most), point(most / 3)],
    }] });
    if let Some(place) = world.unreachable {
        answer["unreachable"] = json!([place]);
    }
    answer
}

fn acl(world: &mut World, call: &Call) -> Answer {
    let name = call.changes();
    look_at(world, &name);
    match call.operation {
        "GetAclPolicy" => world.acl.get(&name).cloned().ok_or_else(|| missing(&name)),
        "CreateAclPolicy" => {
            let request = call.param("requestId").to_owned();
            if let Some((_, answer)) = world.requests.get(&request) {
                return Ok(answer.clone());
            }
            if world.acl.contains_key(&name) {
                return Err(refuse(409, "ALREADY_EXISTS", format!("Resource '{name}' already exists")));
            }
            let body = json!({ "name": name, "rules": call.body["rules"], "state": "ACTIVE", "etag": "e", "createTime": "2026-11-28T00:00:00Z" });
            world.acl.insert(name.clone(), body.clone());
            world.made.push((call.operation.to_owned(), name));
            world.requests.insert(request, (String::new(), body.clone()));
            Ok(body)
        }
        _ if !world.acl.contains_key(&name) => Err(missing(&name)),
        _ if world.acl[&name]["state"] != "ACTIVE" => {
            Err(refuse(400, "FAILED_PRECONDITION", format!("the resource {name} is being updated")))
        }
        "UpdateAclPolicy" => {
            world.acl.get_mut(&name).unwrap()["state"] = "UPDATING".into();
            let looks = world.change;
            Ok(begin(world, &name, "update", looks, Effect::SetRules(call.body["rules"].clone())))
        }
        "DeleteAclPolicy" => {
            if world.acl[&name]["clusterAclPolicyAttachments"].as_array().is_some_and(|all| !all.is_empty()) {
                return Err(refuse(400, "FAILED_PRECONDITION", "the policy is attached to a cluster"));
            }
            world.acl.get_mut(&name).unwrap()["state"] = "DELETING".into();
            let looks = world.change;
            Ok(begin(world, &name, "delete", looks, Effect::DeleteAcl))
        }
        other => panic!("no operation {other}"),
    }
}
