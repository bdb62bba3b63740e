//! Each profile as it is shipped that chooses Azure, from its recommendation to the end of its cache.

use cachefit::profile::shipped;
use serde_json::{Value, json};

use crate::azure::{World, function_app};
use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::each;

/// A profile on its way.
struct Way {
    name: &'static str,
    text: &'static str,
    /// The size that is recommended, and the next one of its family.
    size: String,
    larger: String,
}

/// The profiles that recommend Azure. Those that are held to another provider are not asked.
fn ways() -> Vec<Way> {
    let mut all = Vec::new();
    for (file, text) in shipped() {
        let elsewhere = text.contains("\n  provider: ") && !text.contains("\n  provider: azure");
        let Some(from) = text.find("name: ").filter(|_| !elsewhere) else { continue };
        let text = &text[from..];
        let output = Machine::<World>::new(text).run(&["recommend", "PROFILE", "--format", "json"]);
        assert_eq!(code(&output), 0, "{file}: {}", said(&output));
        let recommended: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let chosen = &recommended["results"][0]["choice"]["deployment"];
        assert!(chosen["service"].is_string(), "{file}: {recommended}");
        if chosen["service"] == "azure-managed-redis" {
            let size = chosen["node_type"].as_str().unwrap().to_owned();
            let next = [("_M10", "_M20"), ("_M50", "_M100"), ("_B10", "_B20")];
            let (own, more) =
                next.into_iter().find(|(own, _)| size.ends_with(own)).unwrap_or_else(|| panic!("{size}"));
            all.push(Way { name: file, text, larger: size.replace(own, more), size });
        }
    }
    all
}

/// What stands behind a key, wherever it is.
fn values(text: &str, key: &str) -> Vec<String> {
    text.lines().filter_map(|line| Some(line.split_once(key)?.1.trim().to_owned())).collect()
}

/// A subscription with the function apps that the profile names, each in a subnet of one network.
fn world(text: &str) -> World {
    let region = values(text, "  region: ").remove(0);
    let mut world = World::default();
    let network = format!("{region}-net");
    world.network(&network, &region);
    for app in values(text, "- function_app: ") {
        world.function(&function_app(&app, &region, "FC1"), Some((&network, "functions")));
    }
    world.metrics.insert("usedmemorypercentage".to_owned(), 10.0);
    world
}

fn goes(way: &Way) {
    let machine = Machine::with(way.text, world(way.text));
    machine.applies();
    {
        let world = machine.double.world();
        assert_eq!(world.all("redisEnterprise")[0].body["sku"]["name"], json!(way.size));
        assert_eq!(
            (world.all("privateEndpoints").len(), world.all("privateDnsZones").len()),
            (1, 1),
            "{}",
            way.name
        );
        assert!(!world.all("redisEnterprise/databases/accessPolicyAssignments").is_empty(), "{}", way.name);
        assert!(world.overwritten.is_empty());
        if way.name.contains("cart") {
            let database = world.all("redisEnterprise/databases")[0];
            assert_eq!(database.property("evictionPolicy"), "NoEviction");
            assert_eq!(database.property("persistence")["aofEnabled"], true, "state is kept on disk");
        }
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
    let scaled = machine.run(&["scale", "PROFILE", "--node-type", &way.larger, "--yes"]);
    assert_eq!(code(&scaled), 0, "{}{}", said(&scaled), machine.last_refusals());
    let size = machine.double.world().all("redisEnterprise")[0].body["sku"]["name"].clone();
    assert_eq!(size, json!(way.larger));
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    let world = machine.double.world();
    for kind in ["redisEnterprise", "privateEndpoints", "privateDnsZones", "metricAlerts"] {
        assert!(world.all(kind).is_empty(), "{}: {kind}", way.name);
    }
}

#[test]
fn a_shipped_profile_goes_its_whole_way() {
    let ways = ways();
    let names: Vec<&str> = ways.iter().map(|way| way.name).collect();
    assert!(names.len() >= 2, "{names:?}");
    each(&ways, goes);
}
