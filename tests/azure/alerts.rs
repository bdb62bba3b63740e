//! Alerts: what is watched follows from the size, whom they notify from the profile.

use serde_json::{Value, json};

use crate::azure::World;
use crate::cloud::machine::{Machine, code, said};
use crate::tenant::PROFILE;

/// Metric and threshold of an alert.
fn rule(world: &World, name: &str) -> (Value, Value) {
    let all = world.all("metricAlerts");
    let alert = all.iter().find(|alert| alert.body["name"] == json!(name)).unwrap();
    let one = &alert.property("criteria")["allOf"][0];
    (one["metricName"].clone(), one["threshold"].clone())
}

#[test]
fn thresholds_follow_the_size() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    {
        let world = machine.double.world();
        assert_eq!(rule(&world, "shop-memory"), (json!("usedmemorypercentage"), json!(75.0)));
        assert_eq!(rule(&world, "shop-load").0, "percentProcessorTime");
        // 80 % of 30,000.
        assert_eq!(rule(&world, "shop-connections"), (json!("connectedclients"), json!(24_000.0)));
        assert_eq!(rule(&world, "shop-latency").0, "cacheLatency");
        assert_eq!(rule(&world, "shop-evictions").0, "evictedkeys");
        for alert in world.all("metricAlerts") {
            assert_eq!(alert.property("scopes").as_array().unwrap().len(), 1);
            assert_eq!(alert.property("actions").as_array().unwrap().len(), 1);
        }
    }
    machine.write(&PROFILE.replace("Balanced_B10", "Balanced_B20"));
    machine.applies();
    assert_eq!(rule(&machine.double.world(), "shop-connections").1, json!(60_000.0));
}

#[test]
fn an_alert_that_was_changed_by_hand_is_set_again() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let was = machine.double.saved().end_state();
    {
        let mut world = machine.double.world();
        let alert = world.named("metricAlerts", "shop-memory").unwrap();
        alert.set("enabled", json!(false));
        alert.body["properties"]["criteria"]["allOf"][0]["threshold"] = json!(99);
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", said(&plan));
    machine.applies();
    assert_eq!(machine.double.saved().end_state(), was);
}

#[test]
fn whom_alerts_notify_is_an_action_group_that_is_there() {
    let wrong = PROFILE.replace("actionGroups/ops", "somethingElse/ops");
    let output = Machine::<World>::new(&wrong).run(&["plan", "PROFILE"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("az monitor action-group list"), "{}", said(&output));
    let nobody = Machine::<World>::new(&<crate::tenant::Azure as crate::cloud::contract::Tenant>::changed());
    let plan = nobody.run(&["plan", "PROFILE"]);
    assert!(said(&plan).contains("notify nobody"), "{}", said(&plan));
}
