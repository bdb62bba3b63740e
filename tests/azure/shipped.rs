//! A profile as it is shipped, from its recommendation to the end of its cache.

use cachefit::profile::shipped;
use serde_json::{Value, json};

use crate::azure::{World, function_app};
use crate::cloud::machine::{Machine, code, said, stdout};

#[test]
fn the_shipped_profile_of_a_cart_goes_its_whole_way() {
    let (_, text) = shipped().iter().find(|(name, _)| name.contains("cart")).unwrap();
    let text = &text[text.find("name: ").unwrap()..];
    let mut world = World::default();
    world.function(&function_app("cart-api", "eastus", "FC1"), Some(("shop-net", "functions")));
    world.metrics.insert("usedmemorypercentage".to_owned(), 10.0);
    let machine = Machine::with(text, world);
    let recommended = machine.run(&["recommend", "PROFILE", "--format", "json"]);
    assert_eq!(code(&recommended), 0, "{}", said(&recommended));
    let recommended: Value = serde_json::from_str(&stdout(&recommended)).unwrap();
    assert!(recommended.to_string().contains("MemoryOptimized_M10"), "{recommended}");
    machine.applies();
    {
        let world = machine.double.world();
        let cluster = world.all("redisEnterprise")[0];
        assert_eq!(
            (&cluster.body["name"], &cluster.body["sku"]["name"]),
            (&json!("cart"), &json!("MemoryOptimized_M10"))
        );
        let database = world.all("redisEnterprise/databases")[0];
        assert_eq!(database.property("evictionPolicy"), "NoEviction");
        assert_eq!(database.property("persistence")["aofEnabled"], true, "state is kept on disk");
        assert_eq!(world.all("privateEndpoints").len(), 1);
        assert!(world.overwritten.is_empty());
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let before = machine.double.calls();
    machine.applies();
    assert!(machine.changes_since(before).is_empty());
    for command in
        [&["connect", "PROFILE", "--format", "env"][..], &["verify", "PROFILE"], &["status", "PROFILE"]]
    {
        let output = machine.run(command);
        assert_eq!(code(&output), 0, "{command:?}: {}", said(&output));
    }
    // To a larger size, in place.
    machine.write(&format!("{text}deployment:\n  node_type: MemoryOptimized_M20\n"));
    machine.applies();
    let size = machine.double.world().all("redisEnterprise")[0].body["sku"]["name"].clone();
    assert_eq!(size, "MemoryOptimized_M20");
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    let world = machine.double.world();
    for kind in ["redisEnterprise", "privateEndpoints", "privateDnsZones", "metricAlerts"] {
        assert!(world.all(kind).is_empty(), "{kind}");
    }
}
