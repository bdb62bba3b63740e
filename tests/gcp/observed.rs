//! `observe PROFILE` and the health that `status` tells, by Cloud Monitoring.

use serde_json::Value;

use crate::cloud::figures::two_weeks;
use crate::cloud::machine::{Machine, code, said, stderr, stdout};
use crate::cloud::{Fault, On, Trouble};
use crate::google::World;
use crate::tenant::PROFILE;

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
    let figures = FIGURES.map(|(name, low, high)| (name.to_owned(), two_weeks(low, high)));
    machine.double.world().series.extend(figures);
    machine
}

fn looks(machine: &Machine<World>, args: &[&str]) -> std::process::Output {
    let since = machine.double.calls();
    let output = machine.run(args);
    for call in machine.double.since(since) {
        let looks = ["Get", "List"].iter().any(|verb| call.action.starts_with(verb));
        assert!(looks && !call.is_mutating(), "{}", call.action);
    }
    output
}

fn observed(machine: &Machine<World>) -> Value {
    let output = looks(machine, &["observe", "PROFILE", "--days", "2", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let price = "11 metrics of Cloud Monitoring: 0.0000055 USD or more (0.50 USD per million";
    assert!(stderr(&output).contains(price), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    report["results"][0].clone()
}

#[test]
fn the_cloud_is_asked_for_what_print_queries_prints_page_by_page() {
    let machine = used();
    let print = stdout(&machine.run(&["observe", "PROFILE", "--days", "2", "--print-queries"]));
    assert!(print.contains("11 metrics of Cloud Monitoring: 0.0000055 USD or more"), "{print}");
    let since = machine.double.calls();
    let cache = observed(&machine);
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
    assert_eq!(observed(&machine)["figures"], cache["figures"], "however it is cut into pages");

    machine.double.world().unreachable = Some("\u{1b}[2Jus-central1-a");
    let partial = observed(&machine);
    assert!(partial["no_shrinking"].to_string().contains("could not be reached"), "{partial:#}");
}

#[test]
fn status_tells_health_and_what_keeps_it_from_that() {
    let machine = used();
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
    for part in ["hit ratio", "90%", "USD a month", "Health"] {
        assert!(stdout(&status).contains(part), "{part}: {}", stdout(&status));
    }
    machine.double.fail(On::Action("ListTimeSeries"), Fault::Before(Trouble::Denied), u32::MAX);
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
    assert!(stdout(&status).contains("monitoring.timeSeries.list"), "{}", stdout(&status));
    let output = looks(&machine, &["observe", "PROFILE", "--days", "2"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("allow monitoring.timeSeries.list"), "{}", stderr(&output));
}
