//! A profile as it is shipped, from its recommendation to the end of its database.

use cachefit::profile::shipped;
use serde_json::Value;

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::upstash::World;

#[test]
fn the_shipped_profile_of_upstash_goes_its_whole_way() {
    let (_, text) = shipped().iter().find(|(name, _)| name.contains("rate-limiter")).unwrap();
    let begin = text.find("name: ").unwrap();
    let text = &text[begin..];
    let machine = Machine::<World>::new(text);
    let recommended = machine.run(&["recommend", "PROFILE", "--format", "json"]);
    assert_eq!(code(&recommended), 0, "{}", said(&recommended));
    let recommended: Value = serde_json::from_str(&stdout(&recommended)).unwrap();
    assert!(recommended.to_string().contains("upstash"), "{recommended}");
    machine.applies();
    {
        let world = machine.double.world();
        let database = world.databases.values().next().unwrap();
        assert_eq!((database.name.as_str(), database.region.as_str()), ("rate-limiter", "us-east-1"));
        assert!(database.tls);
        assert_eq!(world.data.as_ref().unwrap().users().len(), 1);
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let before = machine.double.calls();
    machine.applies();
    assert!(machine.changes_since(before).is_empty());
    machine.write(&text.replace("security:\n", "security:\n  allow_from: [198.51.100.0/24]\n"));
    machine.applies();
    assert_eq!(machine.double.world().named("rate-limiter").unwrap().allowed, ["198.51.100.0/24"]);
    for client in
        [&["connect", "PROFILE", "--format", "env"][..], &["verify", "PROFILE"], &["status", "PROFILE"]]
    {
        let output = machine.run(client);
        assert_eq!(code(&output), 0, "{client:?}: {}", said(&output));
    }
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}", said(&gone));
    assert!(machine.double.world().databases.is_empty());
}
