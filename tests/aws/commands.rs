//! Commands beside plan and apply: scale, import.

use std::collections::BTreeMap;

use crate::machine::{Machine, NODES, code, stderr, stdout};

fn tags(machine: &Machine) -> BTreeMap<String, BTreeMap<String, String>> {
    machine.aws.world().tags.clone()
}

fn profile(machine: &Machine) -> String {
    std::fs::read_to_string(machine.path("shop.yaml")).unwrap()
}

#[test]
fn scaled_by_an_option_the_profile_says_so_too() {
    let machine = Machine::new(NODES);
    machine.applies();
    let nothing = machine.run(&["scale", "PROFILE", "--yes"]);
    assert_eq!(code(&nothing), 1, "{}", stderr(&nothing));
    assert!(stderr(&nothing).contains("--node-type, --shards or --replicas"), "{}", stderr(&nothing));
    assert_eq!(profile(&machine), NODES, "nothing was asked for");

    let unsold = machine.run(&["scale", "PROFILE", "--node-type", "cache.r99.large", "--yes"]);
    assert_eq!(code(&unsold), 1, "{}", stderr(&unsold));
    assert_eq!(profile(&machine), NODES, "what cannot be had is not pinned");

    let scaled = machine.run(&["scale", "PROFILE", "--replicas", "2", "--yes"]);
    assert_eq!(code(&scaled), 0, "{}{}", stderr(&scaled), stdout(&scaled));
    assert_eq!(machine.aws.world().groups["shop"].members().count(), 6);
    assert!(profile(&machine).contains("replicas: 2"), "{}", profile(&machine));
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", stdout(&plan));
}

#[test]
fn a_cache_without_our_tags_is_refused_until_it_is_imported() {
    let machine = Machine::new(NODES);
    machine.applies();
    let before = tags(&machine);
    machine.aws.world().tags.retain(|arn, _| !arn.ends_with(":replicationgroup:shop"));
    assert_eq!(before.len(), tags(&machine).len() + 1);
    let refused = machine.apply();
    assert_eq!(code(&refused), 1, "{}", stdout(&refused));
    assert!(stderr(&refused).contains("not managed by cachefit"), "{}", stderr(&refused));

    let other = machine.run(&["import", "PROFILE", "--id", "nobody"]);
    assert_eq!(code(&other), 1, "{}", stdout(&other));
    let none = machine.run(&["import", "new.yaml", "--id", "nobody"]);
    assert!(stderr(&none).contains("there is no cache nobody in us-east-1"), "{}", stderr(&none));
    assert!(!machine.path("new.yaml").exists());
    assert_eq!(profile(&machine), NODES);

    let imported = machine.run(&["import", "PROFILE", "--id", "shop"]);
    assert_eq!(code(&imported), 0, "{}", stderr(&imported));
    let text = profile(&machine);
    for line in ["adopt: true", "node_type: cache.r7g.large", "shards: 2", "replicas: 1"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    machine.applies();
    let mut after = before;
    let group = after.iter_mut().find(|(arn, _)| arn.ends_with(":replicationgroup:shop")).unwrap();
    group.1.insert("cachefit:adopted".into(), "true".into());
    assert_eq!(tags(&machine), after);
    machine.made_once("imported");

    // A profile of its own, for those who have none: it can be read, and it plans no new cache.
    let written = machine.run(&["import", "new.yaml", "--id", "shop"]);
    assert_eq!(code(&written), 0, "{}", stderr(&written));
    assert_eq!(code(&machine.run(&["demand", "new.yaml"])), 0);
    let text = std::fs::read_to_string(machine.path("new.yaml")).unwrap();
    assert_eq!(text.matches("# made up, at least in part").count(), 2, "no metrics, no claim: {text}");
}
