//! The fake has the habits of the service, and what is against the documents is found.

use serde_json::{Value, json};

use crate::client::call;
use crate::google::{Google, World, contract};

const PLACE: &str = "/memorystore/v1/projects/shop-prod/locations/us-central1";

fn new() -> Value {
    json!({
        "nodeType": "STANDARD_SMALL", "shardCount": 1, "replicaCount": 0, "mode": "CLUSTER",
        "endpoints": [{ "connections": [{ "pscAutoConnection": { "projectId": "shop-prod", "network": "projects/shop-prod/global/networks/main" } }] }],
    })
}

fn with_policy() -> Google {
    let fake = Google::start();
    let path = "/networkconnectivity/v1/projects/shop-prod/locations/us-central1/serviceConnectionPolicies";
    let body = json!({ "network": "projects/shop-prod/global/networks/main", "serviceClass": "gcp-memorystore",
        "pscConfig": { "subnetworks": ["projects/shop-prod/regions/us-central1/subnetworks/apps"] } });
    let made = call(&fake, "POST", &format!("{path}?serviceConnectionPolicyId=main"), Some(&body));
    assert_eq!(made.0, 200, "{}", made.1);
    for _ in 0..3 {
        call(&fake, "GET", path, None);
    }
    fake
}

/// Looks until it is done.
fn wait(fake: &Google, operation: &Value) -> Value {
    let path = format!("/memorystore/v1/{}", operation["name"].as_str().unwrap());
    for _ in 0..10 {
        let (_, shown) = call(fake, "GET", &path, None);
        if shown["done"] == true {
            return shown;
        }
    }
    panic!("{operation} is never done");
}

fn made(fake: &Google) -> Value {
    let (status, operation) = call(fake, "POST", &format!("{PLACE}/instances?instanceId=shop"), Some(&new()));
    assert_eq!((status, &operation["done"]), (200, &json!(false)), "{operation}");
    assert_eq!(call(fake, "GET", &format!("{PLACE}/instances/shop"), None).1["state"], "CREATING");
    wait(fake, &operation);
    call(fake, "GET", &format!("{PLACE}/instances/shop"), None).1
}

#[test]
fn one_connection_comes_back_as_two() {
    let shown = made(&with_policy());
    let connections = shown["endpoints"][0]["connections"].as_array().unwrap();
    let kinds: Vec<&Value> = connections.iter().map(|c| &c["pscAutoConnection"]["connectionType"]).collect();
    assert_eq!(kinds, [&json!("CONNECTION_TYPE_DISCOVERY"), &Value::Null]);
}

/// The create is accepted; its operation fails, and nothing of it is left.
#[test]
fn without_a_policy_the_create_fails_late() {
    let fake = Google::start();
    let (status, operation) =
        call(&fake, "POST", &format!("{PLACE}/instances?instanceId=shop"), Some(&new()));
    assert_eq!(status, 200);
    let ended = wait(&fake, &operation);
    assert_eq!(ended["error"]["code"], 9);
    assert!(ended["error"]["message"].as_str().unwrap().contains("No service connection policy"), "{ended}");
    assert_eq!(call(&fake, "GET", &format!("{PLACE}/instances/shop"), None).0, 404);
}

#[test]
fn a_patch_takes_one_field_and_none_for_life() {
    let fake = with_policy();
    made(&fake);
    let patch = |mask: &str, body: Value| {
        call(&fake, "PATCH", &format!("{PLACE}/instances/shop?updateMask={mask}"), Some(&body))
    };
    let (status, error) = patch("shardCount,replicaCount", json!({ "shardCount": 2, "replicaCount": 1 }));
    assert_eq!(status, 400);
    assert!(error["error"]["message"].as_str().unwrap().contains("exactly 1 update_mask field"), "{error}");
    assert_eq!(
        patch("transitEncryptionMode", json!({ "transitEncryptionMode": "SERVER_AUTHENTICATION" })).0,
        400
    );
    let (status, operation) = patch("shardCount", json!({ "shardCount": 3 }));
    assert_eq!(status, 200);
    assert_eq!(
        patch("replicaCount", json!({ "replicaCount": 1 })).1["error"]["status"],
        "FAILED_PRECONDITION",
        "it is busy"
    );
    wait(&fake, &operation);
    assert_eq!(call(&fake, "GET", &format!("{PLACE}/instances/shop"), None).1["shardCount"], 3);
}

/// The same request is carried out once, another with its id is refused.
#[test]
fn a_request_id_is_known_again() {
    let fake = with_policy();
    let path = format!("{PLACE}/instances?instanceId=shop&requestId=6ba7b810-9dad-81d1-80b4-00c04fd430c8");
    let first = call(&fake, "POST", &path, Some(&new()));
    assert_eq!(call(&fake, "POST", &path, Some(&new())), first);
    let mut other = new();
    other["shardCount"] = 2.into();
    assert_eq!(call(&fake, "POST", &path, Some(&other)).0, 400);
    let without = format!("{PLACE}/instances?instanceId=shop");
    assert_eq!(call(&fake, "POST", &without, Some(&new())).1["error"]["status"], "ALREADY_EXISTS");
}

#[test]
fn quotas_protection_pages_and_versions_of_the_policy_are_kept() {
    let fake = with_policy();
    made(&fake);
    fake.world().units = 2;
    let path = format!("{PLACE}/instances?instanceId=more");
    let mut two = new();
    two["shardCount"] = 2.into();
    assert_eq!(call(&fake, "POST", &path, Some(&two)).0, 429);
    super::tenant::instance(&mut fake.world())["deletionProtectionEnabled"] = true.into();
    let (status, error) = call(&fake, "DELETE", &format!("{PLACE}/instances/shop"), None);
    assert_eq!((status, &error["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    fake.world().units = 250;
    for name in ["shop2", "shop3"] {
        crate::google::of_others(&mut fake.world(), name);
    }
    let (_, first) = call(&fake, "GET", &format!("{PLACE}/instances"), None);
    assert_eq!(first["instances"].as_array().unwrap().len(), 2);
    let next = format!("{PLACE}/instances?pageToken={}", first["nextPageToken"].as_str().unwrap());
    assert_eq!(call(&fake, "GET", &next, None).1["instances"].as_array().unwrap().len(), 1);
    let iam = "/cloudresourcemanager/v3/projects/shop-prod";
    let (_, policy) = call(
        &fake,
        "POST",
        &format!("{iam}:getIamPolicy"),
        Some(&json!({ "options": { "requestedPolicyVersion": 3 } })),
    );
    let set = |policy: &Value| {
        call(&fake, "POST", &format!("{iam}:setIamPolicy"), Some(&json!({ "policy": policy })))
    };
    assert_eq!(set(&policy).0, 200);
    assert_eq!(set(&policy).1["error"]["status"], "ABORTED", "it is another version by now");
}

#[test]
fn what_is_against_the_documents_is_found() {
    let fake = Google::with(World::default());
    let path = format!("{PLACE}/instances");
    for (method, path, body, word) in [
        ("POST", path.clone(), new(), "instanceId is missing"),
        ("POST", format!("{path}?instanceId=shop&zone=a"), new(), "zone is not known"),
        ("POST", format!("{path}?instanceId=shop"), json!({ "nodeType": "LARGE" }), "/nodeType"),
        ("POST", format!("{path}?instanceId=shop"), json!({ "state": "ACTIVE" }), "state"),
        ("PATCH", format!("{path}/shop"), json!({}), "updateMask is missing"),
    ] {
        let before = fake.recorded().len();
        call(&fake, method, &path, Some(&body));
        let wrong = contract::wrong(&fake.recorded()[before..]).join("\n");
        assert!(wrong.contains(word), "{method} {path}: {wrong}");
    }
    fake.forget_calls();
}
