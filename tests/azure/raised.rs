//! The alerts that `status` says are raised, by Azure Monitor: those of the profile's own rules, and what keeps it from knowing.

use serde_json::json;

use crate::azure::{Fired, World};
use crate::cloud::machine::{Machine, stdout};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;

/// Every call that `status` makes.
const LOOKS: &[&str] = &[
    "GET Microsoft.Cache",
    "GET metrics",
    "GET redis",
    "GET redisEnterprise",
    "GET redisEnterprise/databases",
    "GET resourceGroups",
    "GET serverfarms",
    "GET sites",
    "GET virtualNetworks",
    "LIST alerts",
    "LIST metricAlerts",
    "LIST privateDnsZones",
    "LIST privateDnsZones/virtualNetworkLinks",
    "LIST privateEndpoints",
    "LIST privateEndpoints/privateDnsZoneGroups",
    "LIST redis/accessPolicies",
    "LIST redis/accessPolicyAssignments",
    "LIST redisEnterprise/databases/accessPolicyAssignments",
    "token",
];

fn applied() -> Machine<World> {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    machine
}

/// An alert of a rule of the resource group, spelled as the service does it: in small letters.
fn fired(world: &mut World, rule: &str) -> Fired {
    let rule = world.named("metricAlerts", rule).unwrap();
    let target = rule.property("scopes")[0].as_str().unwrap().to_lowercase();
    Fired::new(&rule.id.to_lowercase(), &target)
}

/// Whether it is said to be not known, with these words and nothing that looks like "none".
fn is_not_known(machine: &Machine<World>, words: &[&str]) {
    let (alarms, text) = machine.alarms(LOOKS);
    let why = alarms["unknown"]["why"].as_str().unwrap_or_else(|| panic!("{alarms}"));
    for word in words {
        assert!(why.contains(word), "{word}: {why}");
    }
    assert!(text.contains("not known") && !text.contains("none raised"), "{text}");
}

#[test]
fn where_none_is_raised_it_is_said_for_the_days_that_are_kept() {
    let machine = applied();
    let (alarms, text) = machine.alarms(LOOKS);
    assert_eq!(alarms, json!({ "known": [] }));
    assert!(text.contains("none raised in the last 30 days; older ones are not told"), "{text}");
}

#[test]
fn an_alert_is_raised_until_its_condition_no_longer_holds() {
    let machine = applied();
    {
        let mut world = machine.double.world();
        let memory = fired(&mut world, "shop-memory");
        // Closed by people, and still fired: raised. Resolved, and new to people: not.
        let load = Fired { state: "Closed", days: 20, ..fired(&mut world, "shop-load") };
        let latency = Fired { condition: "Resolved", ..fired(&mut world, "shop-latency") };
        world.fired = vec![memory.clone(), latency, load, memory];
    }
    let (raised, text) = machine.alarms(LOOKS);
    assert_eq!(raised, json!({ "known": ["shop-load", "shop-memory"] }));
    assert!(text.contains("in alarm: shop-load, shop-memory"), "{text}");

    let resolved = |world: &mut World| world.fired.iter_mut().for_each(|alert| alert.condition = "Resolved");
    resolved(&mut machine.double.world());
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": [] }));
}

/// Alerts of others stand before and between ours, more than a page of them.
#[test]
fn alerts_of_others_are_not_ours_and_every_page_is_read() {
    let machine = applied();
    let strange = "\u{1b}[2J<b>stranger";
    {
        let mut world = machine.double.world();
        let ours = fired(&mut world, "shop-memory");
        let others: Vec<Fired> = (0..7)
            .map(|number| Fired {
                rule: format!("{}{number}", ours.rule),
                description: strange,
                ..ours.clone()
            })
            .collect();
        world.fired = others;
        world.fired.push(Fired { rule: ours.rule.replace("shop-rg", "their-rg"), ..ours.clone() });
        world.fired.push(Fired { target: ours.target.replace("shop-rg", "their-rg"), ..ours });
    }
    let (raised, text) = machine.alarms(LOOKS);
    assert_eq!(raised, json!({ "known": [] }));
    assert!(!text.contains("stranger"), "{text}");

    let ours = fired(&mut machine.double.world(), "shop-memory");
    machine.double.world().fired.push(ours);
    let since = machine.double.calls();
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": ["shop-memory"] }));
    let pages = machine.double.since(since).iter().filter(|call| call.action == "LIST alerts").count();
    assert!(pages >= 6, "of two runs: {pages}");
}

#[test]
fn what_could_not_be_asked_is_not_known_with_the_reason() {
    let machine = applied();
    let alert = fired(&mut machine.double.world(), "shop-memory");
    machine.double.world().fired = vec![alert; 5];
    let of = "LIST alerts";
    for (trouble, words) in [
        (Trouble::Denied, &["AuthorizationFailed", "allow Microsoft.AlertsManagement/alerts/read"][..]),
        (Trouble::Throttled, &["SubscriptionRequestsThrottled"]),
        (
            Trouble::Code("MissingSubscriptionRegistration"),
            &["az provider register --namespace Microsoft.AlertsManagement"],
        ),
        (Trouble::Code("\u{1b}[2J<b>"), &["It was refused."]),
    ] {
        machine.double.fail(On::Action(of), Fault::Before(trouble), u32::MAX);
        is_not_known(&machine, words);
        machine.double.heal();
    }
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": ["shop-memory"] }));
}

/// The first page says that one is raised, the second does not come: what is known of a part is not told as all.
#[test]
fn a_page_that_does_not_come_makes_all_of_it_unknown() {
    let machine = applied();
    let alert = fired(&mut machine.double.world(), "shop-memory");
    machine.double.world().fired = vec![alert; 5];
    let since = machine.double.calls();
    machine.run(&["status", "PROFILE"]);
    let calls = machine.double.since(since);
    let second = calls.iter().rposition(|call| call.action == "LIST alerts").unwrap();
    assert!(calls[second].request.path.contains("ctoken"), "{}", calls[second].request.path);
    let at = machine.double.calls() + second;
    machine.double.fail(On::Call(at), Fault::Before(Trouble::Denied), 1);
    let output = machine.run(&["status", "PROFILE"]);
    let text = stdout(&output);
    assert!(text.contains("AuthorizationFailed") && !text.contains("in alarm"), "{text}");
    assert_eq!(machine.double.struck(), 1);
}

/// Where somebody has switched that off, what has fired says nothing of now.
#[test]
fn a_rule_that_never_resolves_does_not_tell() {
    let machine = applied();
    {
        let mut world = machine.double.world();
        let alert = fired(&mut world, "shop-memory");
        world.named("metricAlerts", "shop-memory").unwrap().set("autoMitigate", json!(false));
        world.fired.push(alert);
    }
    is_not_known(&machine, &["shop-memory", "--auto-mitigate true"]);
    machine.double.world().fired.clear();
    assert_eq!(machine.alarms(LOOKS).0, json!({ "known": [] }));
}
