//! The fake is what the documents say of the service, and the faults of the double are what they are called.

use serde_json::{Value, json};

use crate::client::{call, call_as};
use crate::cloud::{Fault, On, Trouble};
use crate::upstash::{Account, Upstash, World, document};

fn new() -> Value {
    json!({"database_name": "shop", "platform": "aws", "primary_region": "us-east-1", "plan": "payg"})
}

/// A database, at rest.
fn made(fake: &Upstash) -> String {
    let (status, database) = call(fake, "POST", "/redis/database", Some(&new()));
    assert_eq!(status, 200, "{database}");
    let id = database["database_id"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        call(fake, "GET", &format!("/redis/database/{id}"), None);
    }
    id
}

fn shown(fake: &Upstash, id: &str) -> Value {
    let (status, database) = call(fake, "GET", &format!("/redis/database/{id}"), None);
    assert_eq!(status, 200, "{database}");
    database
}

/// Every operation of the document and the three beside it, each with the answer that it should have.
#[test]
fn all_operations_are_there() {
    let fake = Upstash::start();
    let id = made(&fake);
    let ok = json!("OK");
    let settled = || (0..3).for_each(|_| drop(shown(&fake, &id)));
    let on = |verb: &str| format!("/redis/{verb}/{id}");
    let expect = |method: &str, path: &str, body: Option<Value>, field: &str, value: &Value| {
        settled();
        let (status, answer) = call(&fake, method, path, body.as_ref());
        assert_eq!((status, &answer), (200, &ok), "{method} {path}");
        assert_eq!(&shown(&fake, &id)[field], value, "{method} {path}");
    };
    expect("POST", &on("enable-eviction"), None, "eviction", &json!(true));
    expect("POST", &on("disable-eviction"), None, "eviction", &json!(false));
    expect("POST", &on("enable-autoupgrade"), None, "auto_upgrade", &json!(true));
    expect("POST", &on("disable-autoupgrade"), None, "auto_upgrade", &json!(false));
    expect("PATCH", &on("enable-dailybackup"), None, "daily_backup_enabled", &json!(true));
    expect("PATCH", &on("disable-dailybackup"), None, "daily_backup_enabled", &json!(false));
    expect("POST", &on("enable-prodpack"), None, "prod_pack_enabled", &json!(true));
    expect("POST", &on("disable-prodpack"), None, "prod_pack_enabled", &json!(false));
    expect("PATCH", &on("update-budget"), Some(json!({"budget": 30})), "budget", &json!(30));
    let regions = json!(["eu-west-1", "us-west-2"]);
    expect("POST", &on("update-regions"), Some(json!({"read_regions": regions})), "read_regions", &regions);
    let ranges = json!(["203.0.113.0/24"]);
    expect(
        "POST",
        &on("update-allowlist"),
        Some(json!({"allowed_ips": ranges})),
        "allowed_ip_ranges",
        &ranges,
    );
    let plan = json!({"plan_name": "fixed_5gb", "prod_pack_enabled": true});
    expect("POST", &format!("/redis/{id}/change-plan"), Some(plan), "db_disk_threshold", &json!(5_i64 << 30));
    settled();
    expect("POST", &on("create-backup"), Some(json!({"name": "before"})), "state", &json!("active"));
    let (_, backups) = call(&fake, "GET", &on("list-backup"), None);
    let backup = backups[0]["backup_id"].as_str().unwrap().to_owned();
    expect("POST", &on("restore-backup"), Some(json!({"backup_id": backup})), "state", &json!("active"));
    expect("DELETE", &format!("{}/{backup}", on("delete-backup")), None, "state", &json!("active"));
    assert_eq!(call(&fake, "GET", &on("stats"), None).0, 200);
    let before = shown(&fake, &id)["password"].clone();
    let (_, renamed) = call(&fake, "POST", &on("rename"), Some(&json!({"name": "other"})));
    assert_eq!(renamed["database_name"], "other");
    let (_, reset) = call(&fake, "POST", &on("reset-password"), None);
    assert_ne!(reset["password"], before);
    fake.world().named("other").unwrap().tls = false;
    assert_eq!(call(&fake, "POST", &on("enable-tls"), None).1["tls"], true);
    let (_, all) = call(&fake, "GET", "/redis/databases", None);
    assert_eq!(all.as_array().unwrap().len(), 1);
    let team = json!({"team_id": "t", "database_id": id});
    assert_eq!(call(&fake, "POST", "/redis/move-to-team", Some(&team)), (200, ok.clone()));
    let id = made(&fake);
    assert_eq!(call(&fake, "DELETE", &format!("/redis/database/{id}"), None), (200, ok));
    assert_eq!(call(&fake, "GET", &format!("/redis/database/{id}"), None).0, 404);
    // None of them was left out above.
    let paths: Vec<(String, String)> =
        fake.recorded().into_iter().map(|r| (r.request.method, r.request.path)).collect();
    let called = |method: &str, template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        paths.iter().any(|(m, path)| {
            let path: Vec<&str> = path.trim_start_matches("/v2").split('/').collect();
            m == method
                && path.len() == parts.len()
                && parts.iter().zip(path).all(|(t, p)| t.starts_with('{') || *t == p)
        })
    };
    let operations = document::operations();
    assert_eq!(operations.len(), 25);
    for (method, path) in operations {
        assert!(called(&method, &path), "{method} {path} was not called");
    }
}

#[test]
fn it_has_the_habits_of_the_service() {
    let fake = Upstash::start();
    let id = made(&fake);
    let database = shown(&fake, &id);
    // Texts for truth values, a slug for a host, numbers above 2^53.
    assert_eq!(
        (&database["db_acl_enabled"], &database["prometheus_enabled"]),
        (&json!("true"), &json!("false"))
    );
    assert!(!database["endpoint"].as_str().unwrap().contains('.'));
    assert!(database["db_request_limit"].as_i64() > Some(1 << 53));
    assert!(database["password"].as_str().unwrap().len() > 10);
    let hidden = call(&fake, "GET", &format!("/redis/database/{id}?credentials=hide"), None).1;
    assert!(hidden["password"].is_null());
    // What is that way already is an error, as a text.
    let (status, again) = call(&fake, "POST", &format!("/redis/disable-eviction/{id}"), None);
    assert_eq!((status, again), (400, json!("eviction is already disabled")));
    // A name is no key.
    let twin = made(&fake);
    assert_ne!(twin, id);
    assert_eq!(call(&fake, "GET", "/redis/databases", None).1.as_array().unwrap().len(), 2);
    // The budget is patched, and an error may be an object.
    let post = call(&fake, "POST", &format!("/redis/update-budget/{id}"), Some(&json!({"budget": 1}))).0;
    assert_eq!(post, 405);
    fake.forget_calls();
    fake.world().errors_are_objects = true;
    let (status, error) = call(&fake, "GET", "/redis/database/none", None);
    assert_eq!((status, &error["message"]), (404, &json!("database not found")));
    // Work that goes on is seen, and keeps others out.
    let plan = json!({"plan_name": "fixed_1gb"});
    let change = format!("/redis/{id}/change-plan");
    fake.world().change = 2;
    assert_eq!(call(&fake, "POST", &change, Some(&plan)).0, 200);
    assert_eq!(call(&fake, "POST", &change, Some(&plan)).0, 400);
    assert_eq!(shown(&fake, &id)["modifying_state"], "plan-change");
    assert_eq!(shown(&fake, &id)["modifying_state"], "");
    // Credential Protection: no password in any answer.
    fake.world().databases.get_mut(&id).unwrap().protected = true;
    assert!(shown(&fake, &id)["rest_token"].is_null());
}

#[test]
fn it_refuses_what_the_service_refuses() {
    let fake = Upstash::start();
    let with = |field: &str, value: Value| {
        let mut body = new();
        body[field] = value;
        let (status, why) = call(&fake, "POST", "/redis/database", Some(&body));
        assert_eq!(status, 400, "{body}");
        why.as_str().unwrap().to_owned()
    };
    assert_eq!(with("database_name", json!("")), "database_name is required");
    with("primary_region", json!("europe-west1"));
    with("read_regions", json!(["us-east-1"]));
    with("read_regions", json!(["us-central1"]));
    // These are no requests of the document either, which the double would say at its end.
    let recorded = fake.recorded();
    assert_eq!(document::wrong(&recorded).len(), 1, "{:?}", document::wrong(&recorded));
    let (status, _) = call_as(&fake, "ops@example.com:wrong", "GET", "/redis/databases", None);
    assert_eq!(status, 401);
    fake.world().account = Account::Marketplace(403);
    let (status, why) = call(&fake, "GET", "/redis/databases", None);
    assert_eq!((status, why), (403, json!("marketplace accounts cannot use the developer api")));
    fake.forget_calls();
}

/// What is against the document is found: unknown fields, wrong methods, bodies where there are none.
#[test]
fn the_document_is_held_against_every_call() {
    let fake = Upstash::start();
    let id = made(&fake);
    assert!(document::wrong(&fake.recorded()).is_empty());
    let mut body = new();
    body["region"] = json!("global");
    for (method, path, body, word) in [
        ("POST", "/redis/database".to_owned(), Some(body), "region"),
        ("POST", format!("/redis/update-budget/{id}"), Some(json!({"budget": 1})), "no such operation"),
        ("POST", format!("/redis/enable-eviction/{id}"), Some(json!({})), "takes no body"),
        ("POST", format!("/redis/{id}/change-plan"), Some(json!({"plan": "payg"})), "plan_name"),
        ("GET", format!("/redis/database/{id}?fields=all"), None, "fields"),
        ("POST", format!("/redis/update-allowlist/{id}"), Some(json!({"ips": []})), "allowed_ips"),
    ] {
        let since = fake.calls();
        let before = fake.recorded().len();
        call(&fake, method, &path, body.as_ref());
        let wrong = document::wrong(&fake.recorded()[before..]).join("\n");
        assert!(wrong.contains(word), "{method} {path}: {wrong} ({since})");
    }
    // An answer, too.
    let mut lie =
        fake.recorded().into_iter().rfind(|call| call.action == "getDatabase" && call.status == 200).unwrap();
    let mut answer: Value = serde_json::from_slice(&lie.answer).unwrap();
    answer["tls"] = json!("yes");
    answer["colour"] = json!("green");
    lie.answer = answer.to_string().into_bytes();
    let wrong = document::wrong(&[lie]).join("\n");
    assert!(wrong.contains("/tls") && wrong.contains("colour"), "{wrong}");
    fake.forget_calls();
}

/// Users are made over the connection, and are those of the database that is there.
#[test]
fn users_live_in_the_data_plane() {
    let fake = Upstash::start();
    let id = made(&fake);
    let data = fake.world().data.clone().unwrap();
    let mut connection = data.connection();
    redis::cmd("ACL")
        .arg(&["SETUSER", "web", "on", ">secret-of-web", "~a:*", "+@read"])
        .exec(&mut connection)
        .unwrap();
    let saved = fake.saved();
    assert_eq!(saved.users.len(), 1, "{:?}", saved.users);
    let other = Upstash::with(saved.clone());
    assert_eq!(other.saved().end_state(), saved.end_state());
    assert_eq!(call(&fake, "POST", &format!("/redis/reset-password/{id}"), None).0, 200);
    let password = shown(&fake, &id)["password"].as_str().unwrap().to_owned();
    let client = redis::Client::open(format!("redis://:{password}@{}/", data.address())).unwrap();
    client.get_connection().unwrap();
    call(&fake, "DELETE", &format!("/redis/database/{id}"), None);
    assert_eq!(data.users(), Vec::<String>::new());
    assert!(client.get_connection().is_err(), "nobody signs in to what is gone");
}

/// Each fault of the double does what it is called.
#[test]
fn faults_are_what_they_are_called() {
    let fake = Upstash::start();
    let count = |fake: &Upstash| call(fake, "GET", "/redis/databases", None).1.as_array().map(Vec::len);
    fake.fail(On::Action("createDatabase"), Fault::Before(Trouble::ThrottledFor(7)), 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())).0, 429);
    assert_eq!((count(&fake), fake.too_early()), (Some(0), 1), "it asked to wait");
    fake.fail(On::Action("createDatabase"), Fault::After(Trouble::Internal), 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())).0, 500);
    assert_eq!(count(&fake), Some(1));
    fake.fail(On::Action("createDatabase"), Fault::CutBefore, 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())), (0, Value::Null));
    assert_eq!(count(&fake), Some(1));
    fake.fail(On::Action("createDatabase"), Fault::CutAfter, 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())), (200, Value::Null));
    assert_eq!(count(&fake), Some(2));
    fake.fail(On::Action("createDatabase"), Fault::Hide(2), 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())).0, 200);
    assert_eq!((count(&fake), count(&fake), count(&fake)), (Some(2), Some(2), Some(3)));
    fake.fail(On::Action("createDatabase"), Fault::SucceedsEarly(2), 1);
    assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())).0, 200);
    assert_eq!((count(&fake), count(&fake)), (Some(3), Some(4)));
    for fault in [Fault::Drops, Fault::FailsLate("no room")] {
        fake.fail(On::Action("createDatabase"), fault, 1);
        assert_eq!(call(&fake, "POST", "/redis/database", Some(&new())).0, 200);
        assert_eq!(count(&fake), Some(4));
    }
    made(&fake);
    fake.fail(On::Looks, Fault::Stale(2), 1);
    assert_eq!((count(&fake), count(&fake), count(&fake)), (Some(4), Some(4), Some(5)));
    let change = fake.changes();
    fake.fail(On::InPoll { change, look: 1 }, Fault::Before(Trouble::Expired), u32::MAX);
    call(&fake, "POST", "/redis/database", Some(&new()));
    let looks: Vec<u16> = (0..3).map(|_| call(&fake, "GET", "/redis/databases", None).0).collect();
    assert_eq!(looks, [200, 401, 401]);
    fake.heal();
    fake.others_before(fake.calls() + 1, |world: &mut World| drop(world.add("theirs", "payg").id.clone()));
    assert_eq!((count(&fake), count(&fake)), (Some(6), Some(7)));
    fake.fail(On::All, Fault::Before(Trouble::Bare(403)), 1);
    assert_eq!(call(&fake, "GET", "/redis/databases", None), (403, Value::Null));
}
