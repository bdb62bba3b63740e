//! `observe PROFILE` and the health that `status` tells, by Azure Monitor.

use serde_json::Value;

use crate::azure::World;
use crate::cloud::figures::two_weeks;
use crate::cloud::machine::{Machine, code, said, stderr, stdout};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;

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
    let figures = FIGURES.map(|(name, low, high)| (name.to_owned(), two_weeks(low, high)));
    machine.double.world().series.extend(figures);
    machine
}

/// A look makes no call but these.
fn looks(machine: &Machine<World>, args: &[&str]) -> std::process::Output {
    let since = machine.double.calls();
    let output = machine.run(args);
    for call in machine.double.since(since) {
        let looks = ["GET ", "LIST ", "token"].iter().any(|verb| call.action.starts_with(verb));
        assert!(looks && !call.is_mutating(), "{}", call.action);
    }
    output
}

#[test]
fn the_cloud_is_asked_for_what_print_queries_prints() {
    let machine = used();
    let print = stdout(&machine.run(&["observe", "PROFILE", "--print-queries"]));
    let since = machine.double.calls();
    let output = looks(&machine, &["observe", "PROFILE", "--days", "2", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let price = "1 call to Azure Monitor: about 0.00001 USD (0.01 USD per 1,000 calls is assumed";
    assert!(print.contains(price) && stderr(&output).contains(price), "{print} {}", stderr(&output));
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
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let cache = &report["results"][0];
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
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
    let text = stdout(&status);
    for part in ["hit ratio", "95%", "USD a month", "Health"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    machine.double.fail(On::Action("GET metrics"), Fault::Before(Trouble::Denied), u32::MAX);
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
    assert!(stdout(&status).contains("Microsoft.Insights/metrics/read"), "{}", stdout(&status));
    let output = looks(&machine, &["observe", "PROFILE", "--days", "2"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("allow Microsoft.Insights/metrics/read"), "{}", stderr(&output));
}

/// A metric that failed is said, in words that do nothing to a terminal.
#[test]
fn a_metric_that_failed_is_no_zero() {
    let machine = used();
    machine.double.world().failed.insert("cachemisses".to_owned(), "\u{1b}[2J<b>Failed");
    let output = looks(&machine, &["observe", "PROFILE", "--days", "2"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = said(&output);
    assert!(text.contains("for cachemisses") && !text.contains('\u{1b}'), "{text}");
    let status = stdout(&machine.run(&["status", "PROFILE"]));
    assert!(status.contains("no metric tells hits and misses") && !status.contains('\u{1b}'), "{status}");
}
