//! The habits of the service that no other cloud has, through the program.

use cachefit::catalog::{Catalog, Coverage, Paid, PriceRecord, Unit};
use cachefit::units::{Commitment, Service};

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::{Kind, same_end, storm};
use crate::cloud::{Fault, On, Trouble};
use crate::tenant::PROFILE;
use crate::upstash::{Account, World};

fn applied() -> Machine<World> {
    let machine = Machine::new(PROFILE);
    machine.applies();
    machine
}

fn has_nothing_to_do(machine: &Machine<World>) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

#[test]
fn an_account_of_a_marketplace_is_refused_with_the_reason() {
    for status in [401, 403] {
        let world = World { account: Account::Marketplace(status), ..World::default() };
        let machine = Machine::with(PROFILE, world);
        let output = machine.apply();
        assert_eq!(code(&output), 1, "{}", said(&output));
        for word in ["marketplace", "UPSTASH_EMAIL", "UPSTASH_API_KEY"] {
            assert!(said(&output).contains(word), "{word}: {}", said(&output));
        }
    }
}

#[test]
fn without_credentials_it_says_where_to_get_them() {
    let machine = Machine::<World>::new(PROFILE);
    let mut command = machine.command(&["plan", "PROFILE"]);
    command.env_remove("UPSTASH_API_KEY");
    let output = machine.run_command(command);
    assert_eq!((code(&output), machine.double.calls()), (1, 0), "{}", said(&output));
    assert!(said(&output).contains("UPSTASH_API_KEY"), "{}", said(&output));
}

/// Whoever has newer prices plans by them.
#[test]
fn a_plan_costs_what_the_prices_in_use_say() {
    let listed = PriceRecord {
        service: Service::UpstashFixed,
        region: "global".to_owned(),
        item: "fixed_1gb".to_owned(),
        engine: None,
        term: Commitment::OnDemand,
        paid: Paid::Rate("21.5".parse().unwrap()),
        unit: Unit::Month,
        meter: "plan {item}".into(),
        source: "Upstash documentation",
        as_of: "2026-11-20".to_owned(),
        discounts: false,
        doubt: None,
        note: None,
    };
    let snapshot = Catalog::embedded().refreshed(vec![listed], Coverage::Part).unwrap().snapshot;
    let machine = Machine::<World>::new(PROFILE);
    std::fs::write(machine.path("prices.tsv"), snapshot.text).unwrap();
    let costs = |prices: &str| {
        let plan = machine.run(&["plan", "PROFILE", "--prices-from", prices, "--explain"]);
        assert_eq!(code(&plan), 0, "{}", said(&plan));
        stdout(&plan)
    };
    let (usual, newer) = (costs("embedded"), costs("prices.tsv"));
    assert!(usual.contains("+220.00 USD a month"), "{usual}");
    assert!(newer.contains("+221.50 USD a month"), "{newer}");
}

/// A name is no key: where two have it, nobody guesses.
#[test]
fn two_databases_of_one_name_are_refused_by_their_ids() {
    let mut world = World::default();
    let ids: Vec<String> = (0..2).map(|_| world.add("shop", "payg").id.clone()).collect();
    let adopting = PROFILE.replace("deployment:\n", "deployment:\n  adopt: true\n");
    for profile in [PROFILE, &adopting] {
        let machine = Machine::with(profile, world.clone());
        let output = machine.apply();
        assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
        for id in &ids {
            assert!(said(&output).contains(id), "{id}: {}", said(&output));
        }
    }
}

/// One that is known by its id stays ours, whatever others make of its name.
#[test]
fn ours_is_known_by_its_id_under_another_name_and_beside_a_twin() {
    let machine = applied();
    let end = machine.double.saved().end_state();
    machine.double.world().named("shop").unwrap().name = "renamed-in-the-console".to_owned();
    machine.double.world().add("shop", "payg").budget = 77;
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", said(&plan));
    assert!(said(&plan).contains("renamed-in-the-console"), "{}", said(&plan));
    machine.applies();
    has_nothing_to_do(&machine);
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}", said(&output));
    let world = machine.double.world();
    let left: Vec<(&str, i64)> = world.databases.values().map(|d| (d.name.as_str(), d.budget)).collect();
    assert_eq!(left, [("shop", 77)], "{end}");
}

/// Errors as objects, whole host names, and the old word for a plan by the command.
#[test]
fn the_other_dialect_of_the_service_is_understood() {
    let by_the_command = PROFILE
        .replace("service: upstash-fixed\n", "service: upstash-payg\n")
        .replace("  node_type: fixed_1gb\n", "");
    for profile in [PROFILE, &by_the_command] {
        let dialect =
            World { errors_are_objects: true, whole_hosts: true, old_names: true, ..World::default() };
        let machine = Machine::with(profile, dialect);
        machine.double.fail(On::Action("updateAllowlist"), Fault::Before(Trouble::Unavailable), 2);
        machine.applies();
        has_nothing_to_do(&machine);
        let plain = Machine::<World>::new(profile);
        plain.applies();
        same_end(&machine.double.saved().end_state(), &plain.double.saved().end_state(), profile);
        let connect = machine.run(&["connect", "PROFILE", "--format", "env"]);
        let other = plain.run(&["connect", "PROFILE", "--format", "env"]);
        assert_eq!(code(&connect), 0, "{}", said(&connect));
        assert!(said(&connect).contains("calm-lizard-00001.upstash.io"), "{}", said(&connect));
        assert_eq!(said(&connect).lines().next(), said(&other).lines().next());
    }
}

/// With Credential Protection no answer has a password: users cannot be managed, which is said; the rest goes on.
#[test]
fn credential_protection_is_said_and_is_no_error_without_users() {
    let machine = applied();
    machine.double.world().named("shop").unwrap().protected = true;
    let plan = machine.run(&["plan", "PROFILE"]);
    assert_ne!(code(&plan), 0, "{}", said(&plan));
    assert!(said(&plan).contains("Credential Protection"), "{}", said(&plan));
    let users = PROFILE.find("  users:\n").unwrap()..PROFILE.find("deployment:\n").unwrap();
    let mut without = PROFILE.to_owned();
    without.replace_range(users, "");
    let machine = Machine::<World>::new(&without);
    machine.applies();
    machine.double.world().named("shop").unwrap().protected = true;
    has_nothing_to_do(&machine);
}

/// What somebody else has deleted is gone: that is what `destroy` wanted, and what `apply` makes anew.
#[test]
fn what_others_have_deleted_is_gone() {
    let machine = applied();
    let calls = machine.double.calls();
    machine.run(&["plan", "PROFILE", "--destroy"]);
    let looks = machine.double.calls() - calls;
    // Between the plan and the first step.
    let now = machine.double.calls();
    machine.double.others_before(now + looks, |world| world.databases.clear());
    let output = machine.destroy();
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    machine.applies();
    has_nothing_to_do(&machine);
}

/// Region and platform stay for life: another one is another database, and only with consent to lose the data.
#[test]
fn another_region_is_another_database() {
    let machine = applied();
    machine.write(&PROFILE.replace("region: us-east-1", "region: us-east-2"));
    let calls = machine.double.calls();
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("primary_region"), "{}", said(&plan));
    assert!(machine.changes_since(calls).is_empty());
    let output = machine.run(&["apply", "PROFILE", "--yes", "--allow-replace", "upstash.database.shop"]);
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    let world = machine.double.world();
    let regions: Vec<&str> = world.databases.values().map(|d| d.region.as_str()).collect();
    assert_eq!(regions, ["us-east-2"]);
}

/// Each server lists the rules of a user in an order of its own: that is no difference.
#[test]
fn rules_of_a_user_in_another_order_are_the_same() {
    let machine = applied();
    for _ in 0..3 {
        let other = Machine::with(PROFILE, machine.double.saved());
        other.restore(&machine.contents());
        has_nothing_to_do(&other);
    }
}

/// Cut short anywhere between the old database and the users of the new one, the next apply ends where it should.
#[test]
fn a_replacement_survives_every_kill() {
    let moved = PROFILE.replace("region: us-east-1", "region: us-east-2");
    let cases = storm::<World>(PROFILE, Kind::Replace(&moved, "upstash.database.shop"));
    assert!(cases > 15, "{cases}");
}

/// Users are made at the same time; what is written down of one is not lost to another.
#[test]
fn many_users_at_once_are_all_written_down() {
    let users: String = (0..12)
        .map(|n| format!("    - name: user{n}\n      can: [read, write]\n      keys: [\"u{n}:*\"]\n"))
        .collect();
    let machine = Machine::<World>::new(&PROFILE.replace("  users:\n", &format!("  users:\n{users}")));
    let output = machine.run(&["apply", "PROFILE", "--yes", "--parallel", "8"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    has_nothing_to_do(&machine);
}

/// What a key is needed for is printed without a key; every call that is made is on the list of its command.
#[test]
fn the_rights_that_are_printed_are_those_of_the_calls() {
    let machine = Machine::<World>::new(PROFILE);
    let printed = |purpose: &str| -> String {
        let mut command = machine.command(&["permissions", "PROFILE", "--for", purpose]);
        command.env_remove("UPSTASH_API_KEY");
        let output = machine.run_command(command);
        assert_eq!((code(&output), machine.double.calls()), (0, 0), "{}", said(&output));
        stdout(&output)
    };
    let [plan, apply, destroy] = ["plan", "apply", "destroy"].map(printed);
    assert!(apply.contains("UPSTASH_API_KEY") && apply.contains("ACL SETUSER"), "{apply}");
    for text in [&plan, &destroy] {
        assert!(!text.contains("POST /redis/database\n") && !text.contains("SETUSER"), "{text}");
    }
    assert!(!plan.contains("DELETE") && !apply.contains("DELETE") && destroy.contains("DELETE"), "{destroy}");
    let allowed = |text: &str, since: usize| {
        for call in machine.double.since(since) {
            let path = call.request.path.trim_start_matches("/v2").split('?').next().unwrap();
            let path: Vec<&str> = path.split('/').map(|p| if p.len() == 36 { "ID" } else { p }).collect();
            let line = format!("  {} {}\n", call.request.method, path.join("/"));
            assert!(text.contains(&line), "{line} in {text}");
        }
    };
    machine.applies();
    machine.write(&<crate::tenant::Upstash as crate::cloud::contract::Tenant>::changed());
    machine.applies();
    allowed(&apply, 0);
    let before = machine.double.calls();
    assert_eq!(code(&machine.run(&["plan", "PROFILE"])), 0);
    allowed(&plan, before);
    let before = machine.double.calls();
    assert_eq!(code(&machine.destroy()), 0);
    allowed(&destroy, before);
}
