//! Databases of others: which is taken for ours, which is taken over, and by what.

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::{Fault, On};
use crate::tenant::PROFILE;
use crate::upstash::World;

fn has_nothing_to_do(machine: &Machine<World>, file: &str) {
    let plan = machine.run(&["plan", file, "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

/// A create that was never sent has made nothing: a database of that name is somebody else's, older or of another region.
#[test]
fn after_a_kill_before_the_create_a_database_of_others_is_not_taken_for_ours() {
    for (region, plan, now) in
        [("us-east-1", "fixed_1gb", false), ("us-west-1", "fixed_1gb", true), ("us-east-1", "payg", true)]
    {
        let machine = Machine::<World>::new(PROFILE);
        machine.double.fail(On::Action("createDatabase"), Fault::KillBefore, 1);
        machine.apply();
        machine.double.heal();
        {
            let mut world = machine.double.world();
            assert!(world.databases.is_empty());
            let theirs = world.add("shop", plan);
            theirs.region = region.to_owned();
            theirs.budget = 77;
            if now {
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
                theirs.created = i64::try_from(now.as_secs()).unwrap();
            }
        }
        let before = machine.double.calls();
        let output = machine.apply();
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert!(said(&output).contains("cachefit import FILE --id"), "{}", said(&output));
        let gone = machine.destroy();
        assert!(machine.changes_since(before).is_empty(), "{}", said(&gone));
        assert_eq!(machine.double.world().named("shop").unwrap().budget, 77);
    }
}

/// The command that a refusal prints works: the database of that id is taken over, its twin is left alone.
#[test]
fn one_of_two_databases_of_a_name_is_taken_over_by_its_id() {
    let mut world = World::default();
    let [other, ours] = [(); 2].map(|()| {
        let database = world.add("shop", "fixed_1gb");
        (database.prod_pack, database.eviction) = (true, true);
        database.id.clone()
    });
    let machine = Machine::with(PROFILE, world);
    let refused = machine.apply();
    assert_eq!(code(&refused), 1, "{}", said(&refused));
    let imported = machine.run(&["import", "PROFILE", "--id", &ours]);
    assert_eq!(code(&imported), 0, "{}", said(&imported));
    // `import` only notes it: without the next apply nothing is ours, for `plan --destroy` as for `destroy`.
    let torn = machine.run(&["plan", "PROFILE", "--destroy", "-o", "down.json", "--detailed-exitcode"]);
    assert_eq!(code(&torn), 0, "{}", said(&torn));
    machine.run(&["apply", "down.json", "--yes"]);
    machine.destroy();
    assert_eq!(machine.double.world().databases.len(), 2);
    // The double lets in by the password of the one that its server stands for.
    machine.double.world().databases.get_mut(&ours).unwrap().is_ours = true;
    let plan = machine.run(&["plan", "PROFILE"]);
    let adopts = said(&plan).lines().any(|line| line.contains("managed") && line.contains("no -> yes"));
    assert!(adopts, "{}", said(&plan));
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
    assert_eq!(machine.double.world().databases.len(), 2);
    has_nothing_to_do(&machine, "PROFILE");
    assert_eq!(code(&machine.destroy()), 0);
    let world = machine.double.world();
    assert_eq!(world.databases.keys().collect::<Vec<_>>(), [&other]);
}

/// A profile that is written of a database asks for what the database is: taking it over changes nothing but the record.
#[test]
fn a_profile_written_of_a_database_changes_nothing_of_it() {
    for pack in [false, true] {
        let mut world = World::default();
        let database = world.add("sessions", "payg");
        database.region = "eu-west-1".to_owned();
        database.read_regions = vec!["us-east-1".to_owned()];
        database.allowed = vec!["203.0.113.0/24".to_owned()];
        (database.eviction, database.prod_pack, database.daily_backup) = (true, pack, pack);
        let id = database.id.clone();
        let machine = Machine::with(PROFILE, world);
        let before = machine.double.saved().end_state();
        let missing = machine.run(&["import", "new.yaml", "--provider", "upstash", "--id", "no-such-id"]);
        assert_eq!(code(&missing), 1, "{}", said(&missing));
        assert!(said(&missing).contains("no-such-id") && !machine.path("new.yaml").exists());
        let imported = machine.run(&["import", "new.yaml", "--provider", "upstash", "--id", &id]);
        assert_eq!(code(&imported), 0, "{}", said(&imported));
        let output = machine.run(&["apply", "new.yaml", "--yes"]);
        assert_eq!(code(&output), 0, "{}{}", said(&output), machine.last_refusals());
        assert_eq!(machine.double.saved().end_state(), before, "{}", said(&output));
        has_nothing_to_do(&machine, "new.yaml");
    }
}

/// Functions at the edge have no connections: they get the address of the REST API, and its token for those who ask for it.
#[test]
fn functions_without_connections_reach_it_over_https() {
    let machine = Machine::<World>::new(PROFILE);
    machine.applies();
    let token = format!("AX-{}", machine.double.world().named("shop").unwrap().password);
    let env = stdout(&machine.run(&["connect", "PROFILE", "--format", "env"]));
    for line in [
        "CACHE_USER=\"web\"",
        "UPSTASH_REDIS_REST_URL=\"https://calm-lizard-00001.upstash.io\"",
        "UPSTASH_REDIS_REST_TOKEN_FROM=",
    ] {
        assert!(env.contains(line), "{line}: {env}");
    }
    assert!(!env.contains(&token), "{env}");
    let shown = ["connect", "PROFILE", "--user", "rest-token", "--format", "env", "--reveal"];
    let shown = stdout(&machine.run(&shown));
    assert!(shown.contains(&format!("UPSTASH_REDIS_REST_TOKEN=\"{token}\"")), "{shown}");
    assert!(!shown.contains("CACHE_USER") && !shown.contains("CACHE_HOST"), "{shown}");
    let code_of = machine.run(&["connect", "PROFILE", "--client", "upstash-redis"]);
    let text = stdout(&code_of);
    assert!(text.contains("url: \"https://calm-lizard-00001.upstash.io\""), "{text}");
    assert!(text.contains("@upstash/redis") && !text.contains(&token) && !text.contains("@REST@"), "{text}");
    let wrong = machine.run(&["connect", "PROFILE", "--client", "upstash-redis", "--user", "web"]);
    assert_eq!(code(&wrong), 1, "{}", said(&wrong));
    assert!(said(&wrong).contains("--user rest-token"), "{}", said(&wrong));
}
