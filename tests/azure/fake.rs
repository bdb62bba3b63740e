//! The fake has the habits that are recorded of the service, and refuses what it refuses.

use serde_json::{Value, json};

use crate::azure::{Azure, CLIENT, SECRET, SUBSCRIPTION, TENANT, TOKEN, World, document, permission};
use crate::client::{Answer, at, call, send};

const CLUSTER: &str = "Microsoft.Cache/redisEnterprise/shop?api-version=2025-07-01";
const DATABASE: &str = "Microsoft.Cache/redisEnterprise/shop/databases/default?api-version=2025-07-01";
const NETWORK: &str = "api-version=2024-07-01";
const DNS: &str = "api-version=2024-06-01";
const ZONE: &str = "Microsoft.Network/privateDnsZones/privatelink.redis.azure.net";

fn cluster() -> Value {
    json!({"location": "eastus", "sku": {"name": "Balanced_B10"},
        "properties": {"publicNetworkAccess": "Disabled", "highAvailability": "Enabled"}})
}

/// Looks until it runs; answers how many looks that took.
fn settled(fake: &Azure, path: &str) -> usize {
    (0..20)
        .find(|_| {
            let shown = call(fake, "GET", path, None).body;
            let state = &shown["properties"]["resourceState"];
            state == "Running" || (state.is_null() && shown["properties"]["provisioningState"] == "Succeeded")
        })
        .unwrap()
}

fn made(fake: &Azure) {
    assert_eq!(call(fake, "PUT", &at(CLUSTER), Some(&cluster())).status, 201);
    settled(fake, &at(CLUSTER));
    let body =
        json!({"properties": {"clusteringPolicy": "OSSCluster", "accessKeysAuthentication": "Disabled"}});
    assert_eq!(call(fake, "PUT", &at(DATABASE), Some(&body)).status, 201);
    settled(fake, &at(DATABASE));
}

fn endpoint(subnet: &str) -> Value {
    json!({"location": "eastus", "properties": {
        "subnet": {"id": at(&format!("Microsoft.Network/virtualNetworks/shop-net/subnets/{subnet}"))},
        "privateLinkServiceConnections": [{"name": "shop", "properties": {"groupIds": ["redisEnterprise"],
            "privateLinkServiceId": at("Microsoft.Cache/redisEnterprise/shop")}}]}})
}

#[test]
fn an_operation_is_done_before_its_resource_is() {
    let fake = Azure::start();
    let created = call(&fake, "PUT", &at(CLUSTER), Some(&cluster()));
    assert_eq!((created.status, &created.body["location"]), (201, &json!("East US")));
    assert_eq!(created.body["tags"], Value::Null);
    assert_eq!(created.header("retry-after"), None);
    let operation = created.header("azure-asyncoperation").unwrap();
    assert!(operation.contains("East%20US") && operation.contains("&s="), "{operation}");
    let unsigned = operation.split("&s=").next().unwrap().to_owned();
    assert_eq!(call(&fake, "GET", &unsigned, None).status, 401);
    let first = call(&fake, "GET", &operation, None).body;
    assert_eq!((&first["status"], first["endTime"].is_string()), (&json!("InProgress"), true));
    assert_eq!(call(&fake, "GET", &operation, None).body["status"], "Succeeded");
    let states: Vec<(Value, Value)> = (0..3)
        .map(|_| call(&fake, "GET", &at(CLUSTER), None).body["properties"].clone())
        .map(|p| (p["provisioningState"].clone(), p["resourceState"].clone()))
        .collect();
    let words = |a: &str, b: &str| (json!(a), json!(b));
    let wanted =
        [words("Creating", "Creating"), words("Succeeded", "Creating"), words("Succeeded", "Running")];
    assert_eq!(states, wanted);
}

#[test]
fn a_cache_is_busy_while_it_works_and_children_go_one_at_a_time() {
    let fake = Azure::start();
    call(&fake, "PUT", &at(CLUSTER), Some(&cluster()));
    let busy = call(&fake, "PUT", &at(DATABASE), Some(&json!({"properties": {}})));
    assert_eq!((busy.status, busy.code()), (409, "Conflict"));
    settled(&fake, &at(CLUSTER));
    made_child(&fake, DATABASE, &json!({"properties": {}}));
    let user = |name: &str| {
        let path = DATABASE.replace("default?", &format!("default/accessPolicyAssignments/{name}?"));
        let user = crate::azure::guid(name);
        let body = json!({"properties": {"accessPolicyName": "default", "user": {"objectId": user}}});
        call(&fake, "PUT", &at(&path), Some(&body))
    };
    assert_eq!(user("web").status, 201);
    assert_eq!(user("worker").status, 409);
    assert_eq!(user("worker").status, 201, "a try is a look");
}

fn made_child(fake: &Azure, path: &str, body: &Value) {
    let answer = call(fake, "PUT", &at(path), Some(body));
    assert_eq!(answer.status, 201, "{answer:?}");
    settled(fake, &at(path));
}

#[test]
fn rights_of_an_identity_come_with_the_newer_version_only() {
    let fake = Azure::start();
    made(&fake);
    let put = |version: &str, rules: &str| -> Answer {
        let path = at(&format!(
            "Microsoft.Cache/redisEnterprise/shop/databases/default/accessPolicyAssignments/web?api-version={version}"
        ));
        let body =
            json!({"properties": {"accessString": rules, "user": {"objectId": crate::azure::guid("web")}}});
        let answer = call(&fake, "PUT", &path, Some(&body));
        (0..2).for_each(|_| drop(call(&fake, "GET", &path, None)));
        if answer.status >= 400 { answer } else { call(&fake, "GET", &path, None) }
    };
    assert_eq!(put("2026-09-01", "+@read ~app:*").body["properties"]["accessString"], "+@read ~app:*");
    let bad = put("2026-09-01", "+@read ~app:* nonsense").body["properties"].clone();
    assert_eq!(
        (&bad["provisioningState"], &bad["provisioningError"]["code"]),
        (&json!("Failed"), &json!("InvalidAccessString"))
    );
    assert!(document::wrong(&fake.recorded()).is_empty());
    assert_eq!(put("2025-07-01", "+@read ~app:*").status, 400);
    fake.world().serves_access_strings = false;
    assert_eq!(put("2026-09-01", "+@read ~app:*").code(), "NoRegisteredProviderFound");
    fake.forget_calls();
}

#[test]
fn a_private_endpoint_needs_a_free_subnet_of_its_own_network() {
    let fake = Azure::start();
    made(&fake);
    let path = at(&format!("Microsoft.Network/privateEndpoints/shop?{NETWORK}"));
    let delegated = call(&fake, "PUT", &path, Some(&endpoint("functions")));
    assert_eq!(delegated.code(), "PrivateEndpointCannotBeCreatedInSubnetThatHasDelegation");
    assert_eq!(call(&fake, "PUT", &path, Some(&endpoint("endpoints"))).status, 201);
    let other = at(&format!("Microsoft.Network/privateEndpoints/other?{NETWORK}"));
    let locked = call(&fake, "PUT", &other, Some(&endpoint("endpoints")));
    assert_eq!((locked.status, locked.code()), (429, "RetryableErrorDueToAnotherOperation"));
    settled(&fake, &path);
    let state = |shown: &Value| shown["properties"]["privateLinkServiceConnectionState"]["status"].clone();
    let shown =
        call(&fake, "GET", &path, None).body["properties"]["privateLinkServiceConnections"][0].clone();
    assert_eq!(state(&shown), "Approved");
    let cluster =
        call(&fake, "GET", &at(CLUSTER), None).body["properties"]["privateEndpointConnections"].clone();
    assert_eq!((cluster.as_array().unwrap().len(), state(&cluster[0])), (1, json!("Approved")));
    assert_eq!(call(&fake, "DELETE", &path, None).status, 202);
    (0..3).for_each(|_| drop(call(&fake, "GET", &path, None)));
    let cluster =
        call(&fake, "GET", &at(CLUSTER), None).body["properties"]["privateEndpointConnections"].clone();
    assert_eq!(cluster, json!([]));
}

#[test]
fn an_endpoint_may_wait_for_approval() {
    let fake = Azure::with(World { approves: false, ..World::default() });
    made(&fake);
    let path = at(&format!("Microsoft.Network/privateEndpoints/shop?{NETWORK}"));
    call(&fake, "PUT", &path, Some(&endpoint("endpoints")));
    settled(&fake, &path);
    let list = at("Microsoft.Cache/redisEnterprise/shop/privateEndpointConnections?api-version=2025-07-01");
    let one = call(&fake, "GET", &list, None).body["value"][0].clone();
    assert_eq!(one["properties"]["privateLinkServiceConnectionState"]["status"], "Pending");
    let connection = format!("{}?api-version=2025-07-01", one["id"].as_str().unwrap());
    let body = json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}});
    assert_eq!(call(&fake, "PUT", &connection, Some(&body)).status, 201);
    let shown =
        call(&fake, "GET", &path, None).body["properties"]["privateLinkServiceConnections"][0].clone();
    assert_eq!(shown["properties"]["privateLinkServiceConnectionState"]["status"], "Approved");
}

#[test]
fn a_network_has_one_zone_of_a_name_and_a_wrong_zone_gets_no_record() {
    let fake = Azure::start();
    made(&fake);
    let path = at(&format!("Microsoft.Network/privateEndpoints/shop?{NETWORK}"));
    call(&fake, "PUT", &path, Some(&endpoint("endpoints")));
    settled(&fake, &path);
    let zone = at(&format!("{ZONE}?{DNS}"));
    let global = json!({"location": "global"});
    assert_eq!(call(&fake, "PUT", &zone, Some(&global)).status, 202);
    settled(&fake, &zone);
    let net = json!({"location": "global", "properties": {"registrationEnabled": false,
        "virtualNetwork": {"id": at("Microsoft.Network/virtualNetworks/shop-net")}}});
    let link = at(&format!("{ZONE}/virtualNetworkLinks/shop?{DNS}"));
    assert_eq!(call(&fake, "PUT", &link, Some(&net)).status, 202);
    settled(&fake, &link);
    let again = at(&format!("{ZONE}/virtualNetworkLinks/again?{DNS}"));
    assert!(call(&fake, "PUT", &again, Some(&net)).body.to_string().contains("overlapping namespaces"));
    assert_eq!(call(&fake, "DELETE", &zone, None).code(), "CannotDeleteResource");
    let wrong = at("Microsoft.Network/privateDnsZones/privatelink.redis.cache.windows.net");
    call(&fake, "PUT", &format!("{wrong}?{DNS}"), Some(&global));
    let group =
        at(&format!("Microsoft.Network/privateEndpoints/shop/privateDnsZoneGroups/default?{NETWORK}"));
    let records = |zone: &str| {
        let body = json!({"properties": {"privateDnsZoneConfigs": [{"name": "redis", "properties": {"privateDnsZoneId": zone}}]}});
        let answer = call(&fake, "PUT", &group, Some(&body));
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        settled(&fake, &group);
        let shown = call(&fake, "GET", &group, None).body;
        shown["properties"]["privateDnsZoneConfigs"][0]["properties"]["recordSets"].as_array().unwrap().len()
    };
    assert_eq!((records(&at(ZONE)), records(&wrong)), (1, 0));
}

#[test]
fn what_fails_stays_in_the_group_without_a_reason() {
    let fake = Azure::with(World { has_no_capacity: true, ..World::default() });
    let created = call(&fake, "PUT", &at(CLUSTER), Some(&cluster()));
    assert_eq!(created.status, 201);
    let operation = created.header("azure-asyncoperation").unwrap();
    call(&fake, "GET", &operation, None);
    let status = call(&fake, "GET", &operation, None).body;
    assert_eq!((&status["status"], &status["error"]), (&json!("Failed"), &Value::Null));
    (0..2).for_each(|_| drop(call(&fake, "GET", &at(CLUSTER), None)));
    let shown = call(&fake, "GET", &at(CLUSTER), None).body["properties"].clone();
    assert_eq!(
        (&shown["provisioningState"], &shown["resourceState"]),
        (&json!("Failed"), &json!("CreateFailed"))
    );
    assert_eq!(call(&fake, "DELETE", &at(CLUSTER), None).status, 202);
}

#[test]
fn lists_come_in_pages_and_ids_in_any_letters() {
    let fake = Azure::start();
    for n in 0..4 {
        let mut world = fake.world();
        world.classic(&format!("old{n}"), "Standard", 1);
    }
    let list = at("Microsoft.Cache/redis?api-version=2024-11-01").replace("resourceGroups", "resourcegroups");
    let first = call(&fake, "GET", &list, None).body;
    let next = first["nextLink"].as_str().unwrap().to_owned();
    assert_eq!(first["value"].as_array().unwrap().len(), 3);
    assert!(first["value"][0]["id"].as_str().unwrap().contains("Microsoft.Cache/Redis/"));
    let second = call(&fake, "GET", &next, None).body;
    assert_eq!((second["value"].as_array().unwrap().len(), &second["nextLink"]), (1, &Value::Null));
}

#[test]
fn signing_in_gives_a_token_and_nothing_goes_without_one() {
    let fake = Azure::start();
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let form = |secret: &str| {
        format!(
            "grant_type=client_credentials&client_id={CLIENT}&client_secret={secret}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        )
    };
    let sign = |secret: &str| {
        send(&fake, "POST", &path, Some(&form(secret)), "application/x-www-form-urlencoded", "")
    };
    assert_eq!(sign(SECRET).body["access_token"], TOKEN);
    assert_eq!(sign("wrong").body["error"], "invalid_client");
    assert_eq!(send(&fake, "GET", &at(CLUSTER), None, "", "wrong").code(), "InvalidAuthenticationToken");
    fake.world().registered.remove("microsoft.cache");
    assert_eq!(call(&fake, "PUT", &at(CLUSTER), Some(&cluster())).code(), "MissingSubscriptionRegistration");
    let register =
        format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Cache/register?api-version=2021-04-01");
    assert_eq!(call(&fake, "POST", &register, None).body["registrationState"], "Registering");
    assert_eq!(call(&fake, "PUT", &at(CLUSTER), Some(&cluster())).status, 201);
}

/// What is against the documents is found: unknown fields, words outside enumerations, old versions.
#[test]
fn the_documents_are_held_against_every_call() {
    let fake = Azure::start();
    let with = |place: &str, value: Value| {
        let mut body = cluster();
        *body.pointer_mut(place).unwrap() = value;
        body
    };
    for (path, body, word) in [
        (
            CLUSTER,
            with("/properties", json!({"publicNetworkAccess": "Disabled", "colour": "green"})),
            "colour",
        ),
        (
            CLUSTER,
            with("/properties", json!({"publicNetworkAccess": "Disabled", "hostName": "x"})),
            "hostName",
        ),
        (CLUSTER, with("/properties", json!({"publicNetworkAccess": "Maybe"})), "publicNetworkAccess"),
        (CLUSTER, with("/sku", json!({"name": "Balanced_B7"})), "sku"),
        ("Microsoft.Cache/redisEnterprise/shop?api-version=2024-10-01", cluster(), "no such operation"),
    ] {
        let before = fake.recorded().len();
        call(&fake, "PUT", &at(path), Some(&body));
        let wrong = document::wrong(&fake.recorded()[before..]).join("\n");
        assert!(wrong.contains(word), "{word}: {wrong}");
    }
    fake.forget_calls();
    // An answer, too.
    settled(&fake, &at(CLUSTER));
    let mut lie = fake.recorded().pop().unwrap();
    let mut answer: Value = serde_json::from_slice(&lie.answer).unwrap();
    answer["properties"]["resourceState"] = json!("Happy");
    answer["shape"] = json!("round");
    lie.answer = answer.to_string().into_bytes();
    let wrong = document::wrong(&[lie]).join("\n");
    assert!(wrong.contains("Happy") && wrong.contains("shape"), "{wrong}");
}

#[test]
fn a_call_needs_the_actions_that_roles_name() {
    let fake = Azure::start();
    made(&fake);
    let path = at(&format!("Microsoft.Network/privateEndpoints/shop?{NETWORK}"));
    call(&fake, "PUT", &path, Some(&endpoint("endpoints")));
    let all: Vec<String> =
        fake.recorded().iter().flat_map(|call| permission::actions(&call.request)).collect();
    for action in [
        "Microsoft.Cache/redisEnterprise/write",
        "Microsoft.Cache/redisEnterprise/databases/read",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    ] {
        assert!(all.iter().any(|known| known == action), "{action}: {all:?}");
    }
}
