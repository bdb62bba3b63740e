//! Sizes, copies and shards: what can change in place, what is refused before the first call, and what loses data.

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::tenant::PROFILE;

/// A machine that has applied a profile, with a cache that uses so many per cent of its memory.
fn applied(profile: &str, used: Option<f64>) -> Machine<World> {
    let mut world = World::default();
    world.metrics.extend(used.map(|percent| ("usedmemorypercentage".to_owned(), percent)));
    let machine = Machine::with(profile, world);
    machine.applies();
    machine
}

fn size(machine: &Machine<World>) -> String {
    machine.double.world().all("redisEnterprise")[0].body["sku"]["name"].as_str().unwrap().to_owned()
}

/// The words of a refusal, in one line, after which nothing has changed.
fn refused(machine: &Machine<World>, profile: &str, words: &[&str]) {
    machine.write(profile);
    let (was, before) = (machine.double.saved().end_state(), machine.double.calls());
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    let text = said(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    assert!(machine.changes_since(before).is_empty());
    assert_eq!(machine.double.saved().end_state(), was);
}

#[test]
fn a_smaller_size_must_hold_what_is_used() {
    let smaller = PROFILE.replace("Balanced_B10", "Balanced_B5");
    let machine = applied(PROFILE, Some(30.0));
    machine.write(&smaller);
    machine.applies();
    assert_eq!(size(&machine), "Balanced_B5");
    // The service would still offer it.
    let full = applied(PROFILE, Some(60.0));
    refused(&full, &smaller, &["Balanced_B5", "does not hold"]);
}

#[test]
fn nothing_shrinks_where_nobody_knows_what_is_used() {
    let machine = applied(PROFILE, None);
    refused(
        &machine,
        &PROFILE.replace("Balanced_B10", "Balanced_B5"),
        &["is not known", "usedmemorypercentage"],
    );
}

#[test]
fn a_size_that_the_service_does_not_offer_is_refused_with_those_that_it_does() {
    let machine = applied(PROFILE, Some(1.0));
    refused(
        &machine,
        &PROFILE.replace("Balanced_B10", "Balanced_B1"),
        &["does not offer Balanced_B1", "Balanced_B20"],
    );
}

#[test]
fn there_is_no_way_back_from_high_availability_nor_into_flash() {
    let machine = applied(PROFILE, Some(1.0));
    let without = PROFILE.replace("production", "development").replace("replicas: 1", "replicas: 0");
    refused(&machine, &without, &["high availability cannot be switched off"]);
    let flash = PROFILE.replace("Balanced_B10", "FlashOptimized_A250");
    refused(&machine, &flash, &["Balanced_B10 cannot become FlashOptimized_A250"]);
}

#[test]
fn a_change_of_size_without_a_copy_is_said_to_lose_all_data() {
    let profile = PROFILE.replace("production", "development").replace("replicas: 1", "replicas: 0");
    let machine = applied(&profile, Some(1.0));
    machine.write(&profile.replace("Balanced_B10", "Balanced_B20"));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("loses all data"), "{}", said(&plan));
    // Not without a word of consent.
    let before = machine.double.calls();
    let output = machine.apply();
    assert_ne!(code(&output), 0, "{}", said(&output));
    assert!(machine.changes_since(before).is_empty());
}

#[test]
fn a_single_shard_becomes_a_cluster_before_it_grows() {
    let one = PROFILE.replace("requirements:\n", "requirements:\n  clustering: none\n");
    let machine = applied(&one, Some(1.0));
    let clustering = |machine: &Machine<World>| {
        machine.double.world().all("redisEnterprise/databases")[0].property("clusteringPolicy").clone()
    };
    assert_eq!(clustering(&machine), "NoCluster");
    let large = PROFILE.replace("Balanced_B10", "Balanced_B50");
    refused(&machine, &large, &["too large for the single shard", "requirements.clustering: oss"]);
    let oss = "requirements:\n  clustering: oss\n";
    machine.write(&PROFILE.replace("requirements:\n", oss));
    machine.applies();
    assert_eq!(clustering(&machine), "OSSCluster");
    machine.write(&large.replace("requirements:\n", oss));
    machine.applies();
    assert_eq!(size(&machine), "Balanced_B50");
    assert!(machine.double.world().overwritten.is_empty());
}

#[test]
fn scale_writes_the_size_into_the_profile_and_applies_it() {
    let machine = applied(PROFILE, Some(1.0));
    let output = machine.run(&["scale", "PROFILE", "--node-type", "MemoryOptimized_M10", "--yes"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(size(&machine), "MemoryOptimized_M10");
}
