//! The alerts that `status` says are raised, by Cloud Monitoring: those of the profile's own policy, and what keeps it from knowing.

use serde_json::json;

use crate::cloud::machine::{Machine, stdout};
use crate::cloud::{Fault, On, Trouble};
use crate::google::{World, incident};
use crate::tenant::PROFILE;

/// Every call that `status` makes.
const LOOKS: &[&str] = &[
    "GetAclPolicy",
    "GetCertificateAuthority",
    "GetCluster",
    "GetConnector",
    "GetFunction",
    "GetIamPolicy",
    "GetInstance",
    "GetRedisInstance",
    "GetService",
    "ListAlertPolicies",
    "ListAlerts",
    "ListServiceConnectionPolicies",
    "ListTimeSeries",
];
const MEMORY: &str = "memorystore.googleapis.com/instance/memory/maximum_utilization";
const EVICTIONS: &str = "memorystore.googleapis.com/instance/stats/total_evicted_keys_count";

/// A deployment, and the name of its alert policy.
fn applied() -> (Machine<World>, String) {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let policy = machine.double.world().alerts.keys().next().unwrap().clone();
    (machine, policy)
}

#[test]
fn where_none_is_open_none_is_raised() {
    let (machine, policy) = applied();
    let (none, text) = machine.alarms(LOOKS);
    assert_eq!(none, json!({ "known": [] }));
    assert!(text.contains("alarms: none raised -"), "{text}");
    machine.double.world().incidents = vec![incident(&policy, "CLOSED", MEMORY)];
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": [] }));
}

/// Alerts of others stand before and between ours, more than a page of them.
#[test]
fn open_alerts_of_our_policy_are_raised_and_those_of_others_are_not() {
    let (machine, policy) = applied();
    let mut stranger = incident("projects/shop-prod/alertPolicies/1", "OPEN", MEMORY);
    stranger["policy"]["displayName"] = "\u{1b}[2J<b>stranger".into();
    let elsewhere = incident(&policy.replace("shop-prod", "their-project"), "OPEN", MEMORY);
    machine.double.world().incidents = vec![stranger.clone(), elsewhere, stranger];
    let (none, text) = machine.alarms(LOOKS);
    assert_eq!(none, json!({ "known": [] }));
    assert!(!text.contains("stranger"), "{text}");

    {
        let mut world = machine.double.world();
        // The project may be named by its number.
        let by_number = incident(&policy.replace("shop-prod", "111122223333"), "OPEN", EVICTIONS);
        world.incidents.extend([
            incident(&policy, "CLOSED", EVICTIONS),
            incident(&policy, "OPEN", MEMORY),
            incident(&policy, "OPEN", MEMORY),
            by_number,
        ]);
    }
    let since = machine.double.calls();
    let (raised, text) = machine.alarms(LOOKS);
    assert_eq!(raised, json!({ "known": ["shop/evictions", "shop/memory"] }));
    assert!(text.contains("in alarm: shop/evictions, shop/memory"), "{text}");
    let pages = machine.double.since(since).iter().filter(|call| call.action == "ListAlerts").count();
    assert!(pages >= 6, "of two runs: {pages}");
}

#[test]
fn what_could_not_be_asked_is_not_known_with_the_reason() {
    let (machine, policy) = applied();
    machine.double.world().incidents = vec![incident(&policy, "OPEN", MEMORY); 5];
    for (trouble, words) in [
        (Trouble::Denied, &["PERMISSION_DENIED", "allow monitoring.alerts.list"][..]),
        (Trouble::Throttled, &["RESOURCE_EXHAUSTED"]),
        (Trouble::Code("\u{1b}[2J<b>"), &["refused"]),
    ] {
        machine.double.fail(On::Action("ListAlerts"), Fault::Before(trouble), u32::MAX);
        let (alarms, text) = machine.alarms(LOOKS);
        machine.double.heal();
        let why = alarms["unknown"]["why"].as_str().unwrap_or_else(|| panic!("{alarms}"));
        for word in words {
            assert!(why.contains(word), "{word}: {why}");
        }
        assert!(text.contains("not known") && !text.contains("none raised"), "{text}");
    }
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": ["shop/memory"] }));
}

/// The first page says that one is raised, the second does not come: what is known of a part is not told as all.
#[test]
fn a_page_that_does_not_come_makes_all_of_it_unknown() {
    let (machine, policy) = applied();
    machine.double.world().incidents = vec![incident(&policy, "OPEN", MEMORY); 3];
    let since = machine.double.calls();
    machine.run(&["status", "PROFILE"]);
    let calls = machine.double.since(since);
    let second = calls.iter().rposition(|call| call.action == "ListAlerts").unwrap();
    assert!(calls[second].request.path.contains("pageToken"), "{}", calls[second].request.path);
    let at = machine.double.calls() + second;
    machine.double.fail(On::Call(at), Fault::Before(Trouble::Denied), 1);
    let text = stdout(&machine.run(&["status", "PROFILE"]));
    assert!(text.contains("PERMISSION_DENIED") && !text.contains("in alarm"), "{text}");
    assert_eq!(machine.double.struck(), 1);
}

#[test]
fn only_the_role_for_plans_may_ask_for_alerts() {
    let machine = Machine::<World>::new(PROFILE);
    for (purpose, may) in [("plan", true), ("apply", false), ("destroy", false)] {
        let role = stdout(&machine.run(&["permissions", "PROFILE", "--for", purpose]));
        assert_eq!(role.contains("- monitoring.alerts.list\n"), may, "{purpose}: {role}");
    }
}
