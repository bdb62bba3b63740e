//! What cannot be waited out is said, with what to do.

use crate::aws::{Fault, On, Trouble, World};
use crate::machine::{Machine, NODES, code, stderr, stdout};
use crate::storm_end;

/// Both streams of a run that stopped part-way.
fn stops(machine: &Machine) -> String {
    let output = machine.apply();
    let text = format!("{}{}", stderr(&output), stdout(&output));
    assert_eq!(code(&output), 4, "{text}");
    text
}

#[test]
fn credentials_that_expire_on_the_way() {
    let straight = storm_end(NODES);
    for change in [0, 4, 9] {
        let machine = Machine::new(NODES);
        machine.aws.fail(On::FromChange(change), Fault::Before(Trouble::Expired), u32::MAX);
        let text = stops(&machine);
        assert!(text.to_lowercase().contains("expired"), "{text}");
        machine.aws.heal();
        machine.applies();
        machine.made_once("expired");
        assert_eq!(machine.aws.world().end_state(), straight);
    }
    // Before anything: an error, and nothing has happened.
    let machine = Machine::new(NODES);
    machine.aws.fail(On::All, Fault::Before(Trouble::Expired), u32::MAX);
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert_eq!(machine.aws.changes(), 0);
}

#[test]
fn without_credentials_it_says_where_to_get_them() {
    let machine = Machine::new(NODES);
    let mut command = machine.command(&["plan", "PROFILE"]);
    let output =
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").output().unwrap();
    assert_eq!(code(&output), 1);
    let text = stderr(&output);
    assert!(text.contains("credentials"), "{text}");
    assert_eq!(machine.aws.calls(), 0);
}

/// An id that somebody else has taken is refused before the first change.
#[test]
fn a_taken_name_is_refused_before_anything_is_changed() {
    let other = Machine::new(NODES);
    other.applies();
    other.aws.world().lose_tags();
    let calls = other.aws.calls();
    let output = other.run(&["apply", "PROFILE", "--yes"]);
    let text = stderr(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(
        text.contains("aws.replication_group.shop") && text.contains("not managed by cachefit"),
        "{text}"
    );
    assert!(other.changes_since(calls).is_empty());
    let before = other.aws.world().end_state();
    let output = other.destroy();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(other.aws.world().end_state(), before);
}

#[test]
fn no_node_left_of_the_type() {
    let world = World { sold_out: ["cache.r7g.large".to_owned()].into(), ..World::default() };
    let machine = Machine::with(NODES, world);
    // Its function is in two of the three zones.
    machine.aws.world().functions.get_mut("web").unwrap()["VpcConfig"]["SubnetIds"] =
        serde_json::json!(["subnet-vpc-1-1", "subnet-vpc-1-2"]);
    let text = stops(&machine);
    assert!(text.contains("cache.r7g.large") && text.to_lowercase().contains("capacity"), "{text}");
    assert!(text.contains("subnet-vpc-1-3 (use1-az1)"), "the zone that is not used yet is named: {text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let way = "scale PROFILE --node-type cache.r6g.large";
    assert!(
        text.contains(way) && text.contains("USD a month less"),
        "a type that would do, with its price: {text}"
    );
    // The same command goes on when there are nodes again, and the other one at once.
    let output = machine.run(&["scale", "PROFILE", "--node-type", "cache.r6g.large", "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(machine.aws.world().groups["shop"].node_type, "cache.r6g.large");
    machine.made_once("another type");
}

#[test]
fn a_quota_is_named_by_its_code() {
    let machine = Machine::with(NODES, World { node_quota: 3, ..World::default() });
    let output = machine.apply();
    let text = format!("{}{}", stderr(&output), stdout(&output));
    assert_ne!(code(&output), 0, "{text}");
    assert!(text.contains("L-DFE45DF3"), "{text}");
    assert_eq!(machine.aws.changes(), 0, "it is known before the first change");
    // Who may not read quotas hears so, and is not held up.
    machine.aws.world().node_quota = 300;
    machine.aws.world().denied.insert("servicequotas:ListServiceQuotas".to_owned());
    let plan = machine.run(&["plan", "PROFILE"]);
    let text = format!("{}{}", stderr(&plan), stdout(&plan));
    assert!(text.contains("quotas could not be read") && text.contains("L-DFE45DF3"), "{text}");
    machine.applies();
}

/// Functions in two networks, in none, or without room are refused with what to do, before the first change.
#[test]
fn a_network_that_does_not_do() {
    let two =
        "    - lambda: web\n      peak_concurrency: 50\n    - lambda: elsewhere\n      peak_concurrency: 5\n";
    let two = NODES.replace("    - lambda: web\n      peak_concurrency: 50\n", two);
    let mut world = World::default();
    world.add_vpc("vpc-2", 20);
    world.add_function("elsewhere", "vpc-2");
    let mut full = World::default();
    for subnet in &mut full.subnets {
        subnet["availableIpAddressCount"] = 1.into();
    }
    let mut outside = World::default();
    outside.add_function("web", "");
    for (world, profile, word) in [
        (world, two.as_str(), "vpc-2"),
        (full, NODES, "address"),
        (outside, NODES, "VPC"),
        (World::default(), &NODES.replace("lambda: web", "lambda: nobody"), "nobody"),
    ] {
        let machine = Machine::with(profile, world);
        let output = machine.apply();
        let text = stderr(&output);
        assert_eq!(code(&output), 1, "{word}: {text}");
        assert!(text.contains(word), "{word}: {text}");
        assert_eq!(machine.aws.changes(), 0, "{word}");
    }
}
