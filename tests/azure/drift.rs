//! What Microsoft's own client changes by hand is shown and mended.

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::contract::client_does;
use crate::tenant::PROFILE;

#[test]
fn drift_by_the_official_client_is_shown_and_mended() {
    for (what, word) in [
        ("policy", "eviction_policy"),
        ("size", "sku"),
        ("network", "public_network_access"),
        ("assignment", "access policy assignment"),
        ("tag", "tags"),
    ] {
        let profile = format!("{PROFILE}tags:\n  team: shop\n");
        let mut world = World::default();
        world.metrics.insert("usedmemorypercentage".to_owned(), 10.0);
        let machine = Machine::with(&profile, world);
        machine.applies();
        let was = machine.double.saved().end_state();
        client_does(&machine.double, &["drift", "shop", what]);
        assert_ne!(machine.double.saved().end_state(), was, "{what}");
        let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
        assert_eq!(code(&plan), 2, "{what}: {}", said(&plan));
        assert!(said(&plan).contains(word), "{what}: {word} is not in: {}", said(&plan));
        machine.applies();
        assert_eq!(machine.double.saved().end_state(), was, "{what}");
    }
}
