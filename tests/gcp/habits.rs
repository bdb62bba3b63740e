//! The habits of Google that no other cloud has, through the program.

use serde_json::json;

use crate::cloud::machine::{Machine, code, said, stdout};
use crate::cloud::storm::{Kind, storm};
use crate::cloud::{Fault, On, Trouble};
use crate::google::World;
use crate::tenant::{PROFILE, instance};

fn applied() -> Machine<World> {
    let machine = Machine::new(PROFILE);
    machine.applies();
    machine
}

fn has_nothing_to_do(machine: &Machine<World>) {
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
}

fn refused(profile: &str, words: &[&str]) {
    let machine = Machine::<World>::new(profile);
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    for word in words {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
}

#[test]
fn what_google_cannot_do_is_refused_before_the_first_call() {
    let with = |from: &str, to: &str| {
        assert!(PROFILE.contains(from), "{from}");
        PROFILE.replace(from, to)
    };
    refused(
        &with("cloud_run: api", "cloud_run: outside"),
        &["outside", "gcloud run services update outside", "--network="],
    );
    refused(
        &with("cloud_run: api", "cloud_run: elsewhere"),
        &["several networks", "networks/main", "networks/other"],
    );
    refused(
        &with("cloud_run: api", "cloud_run: missing"),
        &["no Cloud Run service or job missing in us-central1"],
    );
    refused(
        &with("notificationChannels/42", "topics/42"),
        &["no notification channel", "gcloud beta monitoring channels list"],
    );
    refused(&with("team: shop", "team: Shop"), &["no label of Google Cloud", "lower-case"]);
    refused(&with("name: shop", "name: s"), &["4 to 40", "`name`"]);
    refused(&with("security:\n", "security:\n  allow_from: [10.0.0.0/8]\n"), &["firewall rules"]);
    let limited = with("auth: iam\n      can: [read, write]", "auth: password\n      can: [read]");
    refused(&limited, &["users with their own permissions"]);
    let limited = crate::cluster::profile().replace("auth: iam", "auth: password");
    refused(&limited, &["tokens give all rights", "auth: iam"]);
    let both = crate::cluster::profile().replacen("auth: iam", "auth: password", 1);
    refused(&both, &["some by password", "auth: iam"]);
}

/// What the product cannot give is refused with the one that can.
#[test]
fn rights_of_a_users_own_are_refused_with_the_product_that_has_them() {
    let limited = PROFILE.replace("can: [read, write]", "can: [read]\n      keys: [\"sess:*\"]");
    let machine = Machine::<World>::new(&limited);
    let output = machine.apply();
    assert_ne!(code(&output), 0, "{}", said(&output));
    assert_eq!(machine.double.changes(), 0);
}

#[test]
fn without_credentials_it_says_where_to_get_them() {
    let machine = Machine::<World>::new(PROFILE);
    for (file, words) in [
        (Some("/nowhere.json"), &["/nowhere.json", "GOOGLE_APPLICATION_CREDENTIALS", "cannot be read"][..]),
        (Some("shop.yaml"), &["no JSON of credentials"]),
    ] {
        let mut command = machine.command(&["plan", "PROFILE"]);
        let path = file.map(|file| if file.starts_with('/') { file.into() } else { machine.path(file) });
        command.env("GOOGLE_APPLICATION_CREDENTIALS", path.unwrap());
        let output = machine.run_command(command);
        assert_eq!((code(&output), machine.double.calls()), (1, 0), "{}", said(&output));
        for word in words {
            assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
        }
    }
}

/// A project that cannot be one is refused without a call; one that may not be seen says what to look at.
#[test]
fn a_project_that_is_none_says_where_it_is_named() {
    let named = |project: &str| {
        PROFILE.replace("  region: us-central1", &format!("  region: us-central1\n  project: \"{project}\""))
    };
    for project in ["Shop Prod", "a/b", "shop-"] {
        let machine = Machine::<World>::new(&named(project));
        let output = machine.run(&["plan", "PROFILE"]);
        assert_eq!((code(&output), machine.double.calls()), (1, 0), "{}", said(&output));
        for word in [project, "no id of a project", "placement.project"] {
            assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
        }
    }
    let machine = Machine::<World>::new(PROFILE);
    machine.double.fail(On::All, Fault::Before(Trouble::Denied), u32::MAX);
    let output = machine.run(&["plan", "PROFILE"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    for word in ["PERMISSION_DENIED", "cachefit permissions", "does not exist", "placement.project"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
}

/// The project: from the profile before the environment.
#[test]
fn the_project_of_the_profile_wins() {
    let machine = Machine::<World>::new(
        &PROFILE.replace("  region: us-central1", "  region: us-central1\n  project: other-project"),
    );
    let output = machine.run(&["plan", "PROFILE"]);
    let paths: Vec<String> = machine.double.recorded().into_iter().map(|call| call.request.path).collect();
    assert!(
        paths.iter().any(|path| path.contains("/projects/other-project/")),
        "{paths:?} {}",
        said(&output)
    );
    assert!(
        !paths.iter().any(|path| path.starts_with("/memorystore") && path.contains("/projects/shop-prod/")),
        "{paths:?}"
    );
    machine.double.forget_calls();
}

/// A policy that others have made is used as it is, and stays.
#[test]
fn a_policy_of_others_is_used_and_stays() {
    let mut world = World::default();
    let name = "projects/shop-prod/locations/us-central1/serviceConnectionPolicies/theirs";
    let theirs = json!({ "name": name, "network": "projects/shop-prod/global/networks/main", "serviceClass": "gcp-memorystore",
        "pscConfig": { "subnetworks": ["projects/shop-prod/regions/us-central1/subnetworks/psc"] }, "infrastructure": "PSC",
        "createTime": "2026-01-01T00:00:00Z", "etag": "theirs" });
    world.policies.insert(name.to_owned(), theirs);
    let machine = Machine::with(PROFILE, world);
    machine.applies();
    has_nothing_to_do(&machine);
    assert_eq!(machine.double.world().policies.len(), 1);
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}", said(&gone));
    assert_eq!(machine.double.world().policies.len(), 1);
}

/// One of ours is kept while caches of others use it.
#[test]
fn a_policy_of_ours_is_kept_while_others_use_it() {
    let machine = applied();
    {
        let mut world = machine.double.world();
        let policy = world.policies.values_mut().next().unwrap();
        let mut all = policy["pscConnections"].as_array().cloned().unwrap();
        all.push(
            json!({ "pscConnectionId": "of-others", "state": "ACTIVE", "serviceClass": "gcp-memorystore" }),
        );
        policy["pscConnections"] = all.into();
    }
    has_nothing_to_do(&machine);
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}", said(&gone));
    let world = machine.double.world();
    assert_eq!((world.policies.len(), world.caches.len()), (1, 0));
}

/// Several attributes are several calls, one field each; what grows comes before what shrinks.
#[test]
fn each_patch_has_one_field_and_growth_comes_first() {
    let machine = applied();
    let calls = machine.double.calls();
    machine.write(
        &PROFILE
            .replace("STANDARD_SMALL", "HIGHMEM_MEDIUM")
            .replace("shards: 2", "shards: 1")
            .replace("replicas: 1", "replicas: 2"),
    );
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}", said(&output));
    let updates = machine.changes_since(calls).into_iter().filter(|call| call.action == "UpdateInstance");
    let masks: Vec<String> =
        updates.map(|call| call.params["query"]["updateMask"].as_str().unwrap().to_owned()).collect();
    assert_eq!(masks, ["nodeType", "replicaCount", "shardCount"]);
}

/// A smaller cache must have 1.5 times what was used.
#[test]
fn a_cache_that_would_be_too_small_is_refused() {
    let machine = applied();
    machine.double.world().used = Some(6_000_000_000);
    machine.write(&PROFILE.replace("shards: 2", "shards: 1"));
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("1.5 times"), "{}", said(&output));
    machine.double.world().used = Some(3_000_000_000);
    // A part of the figures proves nothing.
    machine.double.world().unreachable = Some("us-central1-a");
    let output = machine.apply();
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("us-central1-a cannot be reached"), "{}", said(&output));
    machine.double.world().unreachable = None;
    let output = machine.apply();
    assert_eq!(code(&output), 0, "{}", said(&output));
    // Without figures people are asked.
    machine.double.world().used = None;
    machine.write(&PROFILE.replace("shards: 2", "shards: 1").replace("STANDARD_SMALL", "SHARED_CORE_NANO"));
    let output = machine.run(&["plan", "PROFILE"]);
    assert!(said(&output).contains("no metrics") || code(&output) != 0, "{}", said(&output));
}

/// Labels and settings of others stay, whatever is set.
#[test]
fn what_others_have_set_stays() {
    let machine = applied();
    {
        let mut world = machine.double.world();
        let cache = instance(&mut world);
        cache["labels"]["cost"] = "42".into();
        cache["engineConfigs"]["notify-keyspace-events"] = "Ex".into();
        world.bindings.push(json!({ "role": "roles/viewer", "members": ["user:a@example.com"] }));
    }
    has_nothing_to_do(&machine);
    machine.write(&PROFILE.replace("volatile-lfu", "allkeys-lfu").replace("team: shop", "team: other"));
    machine.applies();
    let mut world = machine.double.world();
    let cache = instance(&mut world).clone();
    assert_eq!((&cache["labels"]["cost"], &cache["labels"]["team"]), (&json!("42"), &json!("other")));
    assert_eq!(
        cache["engineConfigs"],
        json!({ "maxmemory-policy": "allkeys-lfu", "notify-keyspace-events": "Ex" })
    );
    assert!(world.bindings.iter().any(|b| b["role"] == "roles/viewer"));
}

/// Somebody else changes the project's policy between our look and our write: ours is written on theirs.
#[test]
fn the_policy_of_the_project_is_written_on_what_others_wrote() {
    let machine = Machine::<World>::new(PROFILE);
    let straight = crate::cloud::storm::straight::<World>(PROFILE, Kind::Up);
    let set = straight.changes.iter().position(|change| change.ends_with("SetIamPolicy")).unwrap();
    machine.double.others_before(straight.places[set], |world| {
        world.iam_version += 1;
        world.bindings.push(json!({ "role": "roles/viewer", "members": ["user:a@example.com"] }));
    });
    let output = machine.run(&["apply", "PROFILE", "--yes", "--parallel", "1"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let roles: Vec<String> =
        machine.double.world().bindings.iter().map(|b| b["role"].as_str().unwrap().to_owned()).collect();
    assert_eq!(roles, ["roles/owner", "roles/viewer", "roles/memorystore.dbConnectionUser"]);
}

/// What Google sets once is made anew, with consent, and its protection lifted by a step of its own.
#[test]
fn another_mode_is_another_instance_and_survives_every_kill() {
    let plain = PROFILE.replace("shards: 2", "shards: 1");
    let moved = plain
        .replace("cloud_run: api", "cloud_run: elsewhere")
        .replace("    - cloud_function: worker\n      peak_concurrency: 10\n", "");
    let plain = plain.replace("    - cloud_function: worker\n      peak_concurrency: 10\n", "");
    let machine = Machine::<World>::new(&plain);
    machine.applies();
    machine.write(&moved);
    let output = machine.apply();
    assert_ne!(code(&output), 0, "{}", said(&output));
    assert!(said(&output).contains("network"), "{}", said(&output));
    let cases = storm::<World>(&plain, Kind::Replace(&moved, "gcp.instance.shop"));
    assert!(cases > 10, "{cases}");
}

/// A function without an account of its own runs as the project's, and its network follows from its subnetwork.
#[test]
fn a_function_of_nobody_runs_as_the_projects_account() {
    let machine = Machine::<World>::new(&PROFILE.replace("cloud_run: api", "cloud_run: nobody"));
    machine.applies();
    let world = machine.double.world();
    let binding = world.bindings.iter().find(|b| b.get("condition").is_some()).unwrap();
    assert!(
        binding["members"].to_string().contains("111122223333-compute@developer.gserviceaccount.com"),
        "{binding}"
    );
    assert!(world.caches.values().next().unwrap().to_string().contains("networks/main"));
}

/// Clients are told the endpoint, the certificates and how they get a token; a token is nowhere.
#[test]
fn connect_says_how_to_sign_in() {
    let machine = applied();
    let output = machine.run(&["connect", "PROFILE", "--format", "env"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = stdout(&output);
    for word in ["10.0.", ":6379", "CACHE_TLS=\"true\"", "CACHE_CLUSTER=\"true\"", ".pem", "access token"] {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    let pem =
        machine.files().into_iter().find(|(path, _)| path.extension().is_some_and(|e| e == "pem")).unwrap();
    assert!(pem.1.starts_with("-----BEGIN CERTIFICATE-----"), "{}", pem.1);
}

/// Google replaces its authorities in time: who connects then is told the present ones.
#[test]
fn certificates_are_kept_as_they_are_shown_now() {
    for profile in [PROFILE, crate::classic::PROFILE] {
        let machine = Machine::<World>::new(profile);
        machine.applies();
        let pem = || {
            assert_eq!(code(&machine.run(&["connect", "PROFILE"])), 0);
            let is_pem = |path: &std::path::Path| path.extension().is_some_and(|e| e == "pem");
            machine.files().into_iter().find(|(path, _)| is_pem(path)).unwrap()
        };
        let (path, shown) = pem();
        assert!(shown.starts_with("-----BEGIN CERTIFICATE-----"), "{shown}");
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nof last year\n").unwrap();
        assert_eq!(pem(), (path, shown));
    }
}

/// A custom role: what is read for a plan, what is made by apply, and no more.
#[test]
fn permissions_are_a_custom_role() {
    let machine = Machine::<World>::new(PROFILE);
    let role = |purpose: &str| {
        let output = machine.run(&["permissions", "PROFILE", "--for", purpose]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        stdout(&output)
    };
    let (plan, apply, destroy) = (role("plan"), role("apply"), role("destroy"));
    for (role, has, has_not) in [
        (&plan, "memorystore.instances.get", "memorystore.instances.create"),
        (&apply, "memorystore.instances.create", "memorystore.instances.delete"),
        (&apply, "resourcemanager.projects.setIamPolicy", "redis.clusters.create"),
        (&destroy, "memorystore.instances.delete", "memorystore.instances.create"),
    ] {
        assert!(
            role.contains(&format!("- {has}\n")) && !role.contains(has_not),
            "{has}, not {has_not}: {role}"
        );
    }
    assert!(
        plan.starts_with("title: cachefit shop plan\n") && plan.contains("includedPermissions:"),
        "{plan}"
    );
    assert_eq!(machine.double.calls(), 0);
}

/// Where the quota of units is shown, it is held against what the cache needs before the first change; elsewhere it is said.
#[test]
fn the_quota_of_units_is_checked_where_it_can_be_known() {
    let with = |units: Option<i64>| Machine::with(PROFILE, World { shown_units: units, ..World::default() });
    let machine = with(Some(6));
    crate::google::of_others(&mut machine.double.world(), "others");
    machine.double.world().cache("others").unwrap()["shardCount"] = 3.into();
    let output = machine.apply();
    assert_eq!((code(&output), machine.double.changes()), (1, 0), "{}", said(&output));
    for word in ["4 more units", "3 of 6 are in use", "Quotas"] {
        assert!(said(&output).contains(word), "{word} is not in: {}", said(&output));
    }
    machine.double.world().shown_units = Some(7);
    machine.applies();
    // What does not grow asks nothing.
    machine.double.world().shown_units = Some(1);
    has_nothing_to_do(&machine);
    let plan = with(None).run(&["plan", "PROFILE"]);
    for word in ["4 units left", "not known before the call", "shows no quota"] {
        assert!(said(&plan).contains(word), "{word} is not in: {}", said(&plan));
    }
}
