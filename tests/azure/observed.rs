//! `observe PROFILE` and the health that `status` tells, by Azure Monitor.

use serde_json::Value;

use crate::azure::World;
use crate::cloud::figures::waves;
use crate::cloud::machine::{Machine, code, said, stderr, stdout};
use crate::tenant::PROFILE;

/// Every call that a look at a deployment and its metrics may make.
const LOOKS: &[&str] = &[
    "Microsoft.Cache:GET Microsoft.Cache",
    "Microsoft.Cache:GET metrics",
    "Microsoft.Cache:GET redis",
    "Microsoft.Cache:GET redisEnterprise",
    "Microsoft.Cache:GET redisEnterprise/databases",
    "Microsoft.Cache:LIST redis/accessPolicies",
    "Microsoft.Cache:LIST redis/accessPolicyAssignments",
    "Microsoft.Cache:LIST redisEnterprise/databases/accessPolicyAssignments",
    "Microsoft.Insights:LIST metricAlerts",
    "Microsoft.Network:LIST privateDnsZones",
    "Microsoft.Network:LIST privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network:LIST privateEndpoints",
    "Microsoft.Network:LIST privateEndpoints/privateDnsZoneGroups",
    "sign-in:token",
];

/// Metrics with the least and the most of a day.
const FIGURES: [(&str, f64, f64); 8] = [
    ("usedmemory", 1e9, 2e9),
    ("usedmemorypercentage", 20.0, 40.0),
    ("connectedclients", 20.0, 60.0),
    ("getcommands", 500.0, 900.0),
    ("setcommands", 50.0, 90.0),
    ("cachehits", 95.0, 95.0),
    ("cachemisses", 5.0, 5.0),
    ("percentProcessorTime", 5.0, 30.0),
];

fn used() -> Machine<World> {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    machine.double.world().series.extend(waves(&FIGURES));
    machine
}

#[test]
fn the_cloud_is_asked_for_what_print_queries_prints() {
    let machine = used();
    let print = stdout(&machine.run(&["observe", "PROFILE", "--print-queries"]));
    let since = machine.double.calls();
    let output = machine.looks(&["observe", "PROFILE", "--days", "2", "--format", "json"], LOOKS);
    let price = "1 call to Azure Monitor: about 0.00001 USD (0.01 USD per 1,000 calls is assumed";
    assert!(print.contains(price) && stderr(&output).contains(price), "{print} {}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let cache = &report["results"][0];
    let calls = machine.double.since(since);
    let metrics: Vec<_> = calls.iter().filter(|call| call.action == "GET metrics").collect();
    assert_eq!(metrics.len(), 1);
    let path = &metrics[0].request.path;
    let of = |name: &str| {
        path.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")[..])).unwrap()
    };
    let asked = |name: &str| of(name).replace("%2C", ",").replace(',', " ");
    let wanted = format!("--interval {}", of("interval"));
    for part in [
        format!("--metrics {} ", asked("metricnames")),
        format!("--aggregation {} ", asked("aggregation")),
        wanted,
    ] {
        assert!(print.contains(&part), "{part}: {print}");
    }
    let figures = cache["figures"].as_array().unwrap();
    let share = figures.iter().find(|figure| figure["metric"] == "memory_share").unwrap();
    assert_eq!((&share["points"], &share["step"]), (&576.into(), &300.into()), "{share}");
    assert_eq!(share["source"], "Azure Monitor usedmemorypercentage maximum");
    assert!(cache["info"]["node_type"].is_string(), "{}", cache["info"]);
    // Its used memory counts the copy: it is never held against the limit of one.
    assert!(
        cache["info"]["memory_limit"].is_null() && !cache["no_shrinking"].to_string().contains("censored")
    );
}

#[test]
fn status_tells_health_and_what_keeps_it_from_that() {
    let machine = used();
    machine.tells_health(&["95%", "USD a month"]);
    machine.names_the_right_to("GET metrics", "Microsoft.Insights/metrics/read", LOOKS);
}

/// A metric that failed is said, in words that do nothing to a terminal.
#[test]
fn a_metric_that_failed_is_no_zero() {
    let machine = used();
    machine.double.world().failed.insert("cachemisses".to_owned(), "\u{1b}[2J<b>Failed");
    let output = machine.looks(&["observe", "PROFILE", "--days", "2"], LOOKS);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = said(&output);
    assert!(text.contains("for cachemisses") && !text.contains('\u{1b}'), "{text}");
    let status = stdout(&machine.run(&["status", "PROFILE"]));
    assert!(status.contains("no metric tells hits and misses") && !status.contains('\u{1b}'), "{status}");
}
