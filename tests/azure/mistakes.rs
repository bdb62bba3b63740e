//! What people write wrong, and what they are told.

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;

/// The profile with a line more under `placement`.
fn placed(line: &str) -> String {
    PROFILE.replacen("placement:\n", &format!("placement:\n  {line}\n"), 1)
}

#[expect(clippy::print_stdout, reason = "whoever changes a message reads it whole with --no-capture")]
fn told(machine: &Machine<World>, words: &[&str]) {
    let output = machine.run(&["plan", "PROFILE"]);
    println!("{}", said(&output));
    assert_eq!(code(&output), 1, "{}", said(&output));
    let text = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert_eq!(machine.double.changes(), 0);
}

#[test]
fn a_place_that_is_none_is_said_with_where_to_find_one() {
    for (profile, words) in [
        (placed("subscription: Pay-As-You-Go"), ["Pay-As-You-Go", "UUID", "az account list -o table"]),
        (
            placed("resource_group: nobody-rg"),
            ["nobody-rg is not there", "az group create", "placement.resource_group"],
        ),
        (placed("resource_group: a/b"), ["`a/b` is no name", "az group list", "AZURE_RESOURCE_GROUP"]),
        (
            PROFILE.replace("function_app: web", "function_app: nobody"),
            ["nobody", "`function_app` takes NAME", "az functionapp list"],
        ),
    ] {
        told(&Machine::<World>::new(&profile), &words);
    }
}

#[test]
fn an_identity_without_rights_is_told_which() {
    for (action, right) in [
        ("GET sites", "Microsoft.Web/sites/read"),
        ("GET redisEnterprise", "Microsoft.Cache/redisEnterprise/read"),
        ("LIST metricAlerts", "Microsoft.Insights/metricAlerts/read"),
    ] {
        let machine = Machine::<World>::new(PROFILE);
        machine.double.fail(On::Action(action), Fault::Before(Trouble::Denied), u32::MAX);
        told(&machine, &[right, "cachefit permissions"]);
    }
}
