//! `observe PROFILE` and the health that `status` tells, by Cloud Monitoring.

use serde_json::Value;

use crate::cloud::figures::waves;
use crate::cloud::machine::{Machine, stderr, stdout};
use crate::google::World;
use crate::tenant::PROFILE;

/// Every call that a look at a deployment and its metrics may make.
const LOOKS: &[&str] = &[
    "cloudresourcemanager:GetIamPolicy",
    "memorystore:GetCertificateAuthority",
    "memorystore:GetInstance",
    "monitoring:ListAlertPolicies",
    "monitoring:ListTimeSeries",
    "networkconnectivity:ListServiceConnectionPolicies",
    "redis:GetAclPolicy",
    "redis:GetCluster",
    "redis:GetRedisInstance",
];

/// Metrics with the least and the most of a day; counts are those of a minute.
const FIGURES: [(&str, f64, f64); 7] = [
    ("instance/memory/total_used_memory", 1e9, 2e9),
    ("instance/memory/maximum_utilization", 0.2, 0.4),
    ("instance/stats/total_keyspace_hits_count", 9000.0, 9000.0),
    ("instance/stats/total_keyspace_misses_count", 1000.0, 1000.0),
    ("instance/clients/maximum_connected_clients", 20.0, 60.0),
    ("instance/commandstats/total_calls_count", 12_000.0, 60_000.0),
    ("instance/cpu/maximum_utilization", 0.1, 0.3),
];

fn used() -> Machine<World> {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    machine.double.world().series.extend(waves(&FIGURES));
    machine
}

#[test]
fn the_cloud_is_asked_for_what_print_queries_prints_page_by_page() {
    let machine = used();
    let print = stdout(&machine.run(&["observe", "PROFILE", "--days", "2", "--print-queries"]));
    assert!(print.contains("11 metrics of Cloud Monitoring: 0.0000055 USD or more"), "{print}");
    let since = machine.double.calls();
    let output = machine.looks(&["observe", "PROFILE", "--days", "2", "--format", "json"], LOOKS);
    let price = "11 metrics of Cloud Monitoring: 0.0000055 USD or more (0.50 USD per million";
    assert!(stderr(&output).contains(price), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let cache = &report["results"][0];
    let calls = machine.double.since(since);
    let asked = calls.iter().filter(|call| call.action == "ListTimeSeries");
    let filters: Vec<String> =
        asked.map(|call| call.params["query"]["filter"].as_str().unwrap().to_owned()).collect();
    let list = print.split("for metric in ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    let metrics: Vec<&str> = list.split(' ').collect();
    assert_eq!(filters.len(), metrics.len(), "{filters:?}");
    let printed = print.split("\"filter=").nth(1).and_then(|rest| rest.split("\" \\").next()).unwrap();
    for metric in metrics {
        let filter = printed.replace("\\\"", "\"").replace("$metric", metric);
        assert!(filters.contains(&filter), "{filter}: {filters:#?}");
    }
    assert!(printed.contains("us-central1"), "the same name in another region is another cache: {printed}");
    let figures = cache["figures"].as_array().unwrap();
    let memory = figures.iter().find(|figure| figure["metric"] == "memory").unwrap();
    assert_eq!((&memory["points"], &memory["step"]), (&576.into(), &300.into()), "{memory}");
    let commands = figures.iter().find(|figure| figure["metric"] == "commands").unwrap();
    assert!((commands["most"].as_f64().unwrap() - 1000.0).abs() < 5.0, "{commands}");
    assert_eq!(
        (&cache["info"]["node_type"], &cache["info"]["shards"]),
        (&"STANDARD_SMALL".into(), &2.into())
    );

    machine.double.world().points = 200;
    assert_eq!(machine.observes(LOOKS)["figures"], cache["figures"], "however it is cut into pages");

    machine.double.world().unreachable = Some("\u{1b}[2Jus-central1-a");
    let partial = machine.observes(LOOKS);
    assert!(partial["no_shrinking"].to_string().contains("could not be reached"), "{partial:#}");
}

#[test]
fn status_tells_health_and_what_keeps_it_from_that() {
    let machine = used();
    machine.tells_health(&["90%", "USD a month"]);
    machine.names_the_right_to("ListTimeSeries", "monitoring.timeSeries.list", LOOKS);
}
