//! `observe PROFILE` and the health that `status` tells, by the statistics of Upstash.

use serde_json::Value;

use crate::cloud::machine::{Machine, code, said, stderr, stdout};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;
use crate::upstash::World;

/// Every call that a look at a database and its statistics may make.
const LOOKS: &[&str] = &["upstash:listDatabases", "upstash:getDatabase", "upstash:getDatabaseStats"];

#[test]
fn the_statistics_are_asked_for_once_and_tell_health() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let since = machine.double.calls();
    let output = machine.looks(&["observe", "PROFILE", "--format", "json"], LOOKS);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let calls = machine.double.since(since);
    let stats: Vec<_> = calls.iter().filter(|call| call.action == "getDatabaseStats").collect();
    let print = stdout(&machine.run(&["observe", "PROFILE", "--print-queries"]));
    let id = stats[0].request.path.rsplit('/').next().unwrap();
    assert!(
        stats.len() == 1 && print.contains(&stats[0].request.path.replace(id, "$DATABASE_ID")),
        "{print}"
    );
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let cache = &report["results"][0];
    let figures = cache["figures"].as_array().unwrap();
    let reads = figures.iter().find(|figure| figure["metric"] == "reads").unwrap();
    assert_eq!(reads["source"], "Upstash read", "{reads}");
    assert!(cache["info"]["memory_limit"].as_f64().unwrap() > 0.0 && cache["info"]["created"].is_number());
    assert!(!cache["no_shrinking"].as_array().unwrap().is_empty(), "two points shrink nothing");
    let status = stdout(&machine.run(&["status", "PROFILE"]));
    for part in ["Health", "hit ratio", "90%", "Upstash's interface has no alarms"] {
        assert!(status.contains(part), "{part}: {status}");
    }
}

#[test]
fn a_key_without_the_right_is_told_which_call_it_lacks() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    machine.double.fail(On::Action("getDatabaseStats"), Fault::Before(Trouble::Denied), u32::MAX);
    let output = machine.looks(&["observe", "PROFILE"], LOOKS);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("GET /redis/stats/ID"), "{}", stderr(&output));
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
    assert!(stdout(&status).contains("GET /redis/stats/ID"), "{}", stdout(&status));
}
