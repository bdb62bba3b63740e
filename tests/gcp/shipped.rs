//! Profiles as they are shipped, from their recommendation to the end of their cache.

use cachefit::profile::shipped;
use serde_json::Value;

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::each;
use crate::google::World;

/// The shipped profiles that name Google.
fn of_google() -> Vec<&'static str> {
    let text = |(_, text): &'static (&str, &str)| &text[text.find("name: ").unwrap()..];
    shipped().iter().map(text).filter(|text| text.contains("provider: gcp")).collect()
}

/// All others, placed at Google: what they ask for of their own cloud is left out, and a product of Google is chosen.
fn placed_at_google() -> Vec<String> {
    let text = |(_, text): &'static (&str, &str)| &text[text.find("name: ").unwrap()..];
    let others = shipped().iter().map(text).filter(|text| !text.contains("provider: gcp"));
    others.map(at_google).collect()
}

/// The profile with Google as its place, without functions of another cloud.
fn at_google(text: &str) -> String {
    let text = text.replace("auth: password", "auth: iam");
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(begin) = lines.iter().position(|line| line.starts_with("placement:")) {
        let end = lines[begin + 1..].iter().position(|line| !line.starts_with(' ') && !line.is_empty());
        lines.drain(begin..begin + 1 + end.unwrap_or(lines.len() - begin - 1));
    }
    format!("{}\nplacement:\n  provider: gcp\n  region: us-central1\n", lines.join("\n"))
}

/// The service that a report of `recommend` has chosen; none where nothing satisfies the profile.
fn recommended(machine: &Machine<World>) -> Option<String> {
    let output = machine.run(&["recommend", "PROFILE", "--format", "json"]);
    let report: Value =
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", said(&output)));
    let choice = report.pointer("/results/0/choice").unwrap_or_else(|| panic!("no choice in {report}"));
    Some(choice.pointer("/deployment/service")?.as_str().unwrap().to_owned())
}

/// The part of an address that a service is applied as.
fn kind(service: &str) -> &'static str {
    match service {
        "memorystore-valkey" => "gcp.instance.",
        "memorystore-redis-cluster" => "gcp.cluster.",
        "memorystore-redis" => "gcp.redis.",
        other => panic!("{other} is not of Google"),
    }
}

/// Recommended, applied, nothing left to do, scaled, taken down.
#[test]
fn every_profile_of_google_goes_its_way() {
    let all = of_google();
    assert_eq!(all.len(), 2);
    each(&all, |profile| {
        let machine = Machine::<World>::new(profile);
        let service = recommended(&machine).unwrap();
        let plan = machine.run(&["plan", "PROFILE"]);
        let made = format!("+ {} ", kind(&service).trim_start_matches("gcp.").trim_end_matches('.'));
        assert!(said(&plan).contains(&made), "{service}: {}", said(&plan));
        machine.applies();
        let nodes = |machine: &Machine<World>| machine.double.world().used_units();
        let (before, calls) = (nodes(&machine), machine.double.calls());
        machine.applies();
        assert!(machine.changes_since(calls).is_empty());
        let collection = format!("/{}s/", kind(&service).trim_start_matches("gcp.").trim_end_matches('.'));
        assert!(machine.double.world().caches.keys().all(|path| path.contains(&collection)), "{collection}");
        let scaled = machine.run(&["scale", "PROFILE", "--replicas", "2", "--yes"]);
        assert_eq!(code(&scaled), 0, "{}{}", said(&scaled), machine.last_refusals());
        assert!(nodes(&machine) > before, "{before} nodes before and after");
        for client in
            [&["connect", "PROFILE", "--format", "env"][..], &["verify", "PROFILE"], &["status", "PROFILE"]]
        {
            let output = machine.run(client);
            assert_eq!(code(&output), 0, "{client:?}: {}", said(&output));
        }
        let gone = machine.destroy();
        assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
        let world = machine.double.world();
        assert!(world.caches.is_empty() && world.policies.is_empty());
        assert!(world.alerts.is_empty() && world.acl.is_empty());
        assert_eq!(world.bindings.len(), 1, "only the owner's");
    });
}

/// What is recommended at Google is what a plan makes and an apply leaves, whatever the profile asks for.
#[test]
fn every_other_profile_placed_at_google_is_applied_as_it_is_recommended() {
    let all = placed_at_google();
    assert!(all.len() >= 8, "{}", all.len());
    each(&all, |profile| {
        let machine = Machine::<World>::new(profile);
        let Some(service) = recommended(&machine) else {
            // Nothing of Google's does what it asks for, which a plan says, too.
            let plan = machine.run(&["plan", "PROFILE"]);
            assert!(said(&plan).contains("no option satisfies the profile"), "{}", said(&plan));
            return;
        };
        let applied = machine.apply();
        assert!(!said(&applied).contains("cannot be applied"), "{}", said(&applied));
        assert_eq!(code(&applied), 0, "{service}: {}{}", said(&applied), machine.last_refusals());
        let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
        assert_eq!(code(&plan), 0, "{}", said(&plan));
        let made = machine.double.world().made.clone();
        let create = match kind(&service) {
            "gcp.instance." => "CreateInstance",
            "gcp.cluster." => "CreateCluster",
            _ => "CreateRedisInstance",
        };
        assert!(made.iter().any(|(operation, _)| operation == create), "{service}: {made:?}");
    });
}
