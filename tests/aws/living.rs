//! A cache that lives: what others have switched on, what the service does by itself, what AWS would refuse.

use serde_json::json;

use crate::aws::{Fault, On, Trouble, World};
use crate::contract;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr};
use crate::others::text;

/// Something that others have set on the group.
fn group_has(machine: &Machine, values: &serde_json::Value) {
    let mut world = machine.aws.world();
    let body = world.groups.get_mut("shop").unwrap().body.as_object_mut().unwrap();
    body.extend(values.as_object().unwrap().clone());
}

#[test]
fn what_others_switch_on_is_shown_and_kept() {
    let machine = Machine::new(NODES);
    machine.applies();
    group_has(
        &machine,
        &json!({"AutoMinorVersionUpgrade": false, "NetworkType": "dual_stack", "IpDiscovery": "ipv6",
        "KmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/k", "StorageEncryptionType": "sse-kms"}),
    );
    let since = machine.aws.calls();
    machine.applies();
    assert!(machine.changes_since(since).is_empty());
    let status = machine.run(&["status", "PROFILE", "--format", "json"]);
    for shown in ["dual_stack", "key/k", "sse-kms", "auto_minor_version_upgrade"] {
        assert!(text(&status).contains(shown), "{shown}: {}", text(&status));
    }
}

#[test]
fn durability_is_priced_and_what_it_needs_is_not_taken_away() {
    let machine = Machine::new(NODES);
    machine.applies();
    group_has(&machine, &json!({"Durability": "sync", "EffectiveDurability": "sync"}));
    // It runs on Valkey 9; the profile asks for what it has.
    {
        let mut world = machine.aws.world();
        let group = world.groups.get_mut("shop").unwrap();
        "9.0.0".clone_into(&mut group.version);
        for member in group.shards.iter_mut().flat_map(|shard| &mut shard.members) {
            "9.0.0".clone_into(&mut member.version);
        }
    }
    let nine = NODES.replace("version: \"8.1\"", "version: \"9.0\"");
    for (from, to, word) in [
        ("replicas: 1", "replicas: 0", "a replica"),
        ("cache.r7g.large", "cache.r5.large", "a family"),
        ("availability: multi-az", "availability: single", "Multi-AZ"),
    ] {
        machine.write(&nine.replace(from, to).replace(
            "availability: multi-az\n",
            if to == "replicas: 0" { "availability: single\n" } else { "availability: multi-az\n" },
        ));
        let since = machine.aws.calls();
        let plan = machine.apply();
        assert_eq!(code(&plan), 1, "{to}: {}", text(&plan));
        assert!(
            text(&plan).contains("durability, which needs") && text(&plan).contains(word),
            "{to}: {}",
            text(&plan)
        );
        assert!(machine.changes_since(since).is_empty());
    }
}

/// Synchronous durability is in the bill of today and of the plan where the list has its price, and leaves both unknown
/// where it has none.
#[test]
fn durability_is_in_the_total() {
    let total = |node_type: &str, mode: &str| -> (Option<f64>, String) {
        let nine = NODES.replace("version: \"8.1\"", "version: \"9.0\"");
        let machine = Machine::new(&nine.replace("cache.r7g.large", node_type));
        machine.applies();
        group_has(&machine, &json!({"Durability": mode, "EffectiveDurability": mode}));
        let plan = machine.run(&["plan", "PROFILE", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
        let report = &report["results"];
        assert_eq!(report["monthly"], report["monthly_before"], "{report}");
        let known = report["monthly"].as_str().or_else(|| report["monthly"]["known"].as_str());
        (known.map(|usd| usd.parse().unwrap()), text(&machine.run(&["plan", "PROFILE"])))
    };
    let ((sync, said), (free, silent)) =
        (total("cache.r8g.large", "sync"), total("cache.r8g.large", "async"));
    let more = sync.unwrap() - free.unwrap();
    assert!(
        (more - 4.0 * 730.0 * 0.031_608).abs() < 0.01,
        "four nodes cost more by the list's surcharge: {more}"
    );
    assert!(said.contains("synchronous durability, switched on by others"), "{said}");
    assert!(!silent.contains("synchronous durability"), "{silent}");
    let (unknown, said) = total("cache.r7g.large", "sync");
    assert_eq!(unknown, None);
    assert!(said.contains("the catalogue has no price of") && said.contains("sync-durability"), "{said}");
}

#[test]
fn a_member_of_a_global_datastore_is_changed_at_the_datastore() {
    let machine = Machine::new(NODES);
    machine.applies();
    group_has(
        &machine,
        &json!({"GlobalReplicationGroupInfo":
        {"GlobalReplicationGroupId": "ldgnf-shop", "GlobalReplicationGroupMemberRole": "PRIMARY"}}),
    );
    for (from, to, word) in [
        ("cache.r7g.large", "cache.r7g.xlarge", "node type"),
        ("shards: 2", "shards: 3", "number of shards"),
        ("allkeys-lru", "volatile-lru", "eviction policy"),
    ] {
        machine.write(&NODES.replace(from, to));
        let since = machine.aws.calls();
        let plan = machine.apply();
        assert_eq!(code(&plan), 1, "{to}: {}", text(&plan));
        for said in ["ldgnf-shop", word, "modify-global-replication-group"] {
            assert!(text(&plan).contains(said), "{said}: {}", text(&plan));
        }
        assert!(machine.changes_since(since).is_empty());
    }
    let since = machine.aws.calls();
    let gone = machine.destroy();
    assert_eq!(code(&gone), 1, "{}", text(&gone));
    assert!(text(&gone).contains("disassociate-global-replication-group"), "{}", text(&gone));
    assert!(machine.changes_since(since).is_empty());
    // Replicas and backups are its own.
    machine.write(&NODES.replace("replicas: 1", "replicas: 2"));
    machine.applies();
}

/// A minimum that somebody has set is billed, and goes unless the profile asks for it.
#[test]
fn minimums_of_a_serverless_cache() {
    let machine = Machine::new(SERVERLESS);
    machine.applies();
    let limits = |machine: &Machine| machine.aws.world().serverless["burst"].body["CacheUsageLimits"].clone();
    assert!(limits(&machine)["ECPUPerSecond"]["Minimum"].is_null());
    let data = limits(&machine)["DataStorage"]["Maximum"].clone();
    machine.aws.others("elasticache", "ModifyServerlessCache", json!({"ServerlessCacheName": "burst",
        "CacheUsageLimits": {"ECPUPerSecond": {"Minimum": "1000", "Maximum": "3000"}, "DataStorage": {"Minimum": "1", "Maximum": data, "Unit": "GB"}}}));
    for _ in 0..4 {
        machine.aws.others("elasticache", "DescribeServerlessCaches", json!({}));
    }
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", text(&plan));
    // 1,000 units a second are 2,628 million a month at 0.0023 USD, and 1 GB is 61.32 USD.
    for said in ["ecpu_per_second_minimum", "data_minimum_gb", "billed even while the cache is idle", "67.36"]
    {
        assert!(text(&plan).contains(said), "{said}: {}", text(&plan));
    }
    machine.applies();
    assert!(
        limits(&machine)["ECPUPerSecond"]["Minimum"].is_null()
            && limits(&machine)["DataStorage"]["Minimum"].is_null()
    );
    machine.write(
        &SERVERLESS
            .replace("requirements:\n", "requirements:\n  minimum: { data: 2GB, work: 5k/s }\n")
            .replace("budget: 25 USD", "budget: 250 USD"),
    );
    machine.applies();
    assert_eq!(limits(&machine)["ECPUPerSecond"]["Minimum"].as_i64(), Some(5000));
    assert_eq!(limits(&machine)["DataStorage"]["Minimum"].as_i64(), Some(2));
    assert_eq!(code(&machine.run(&["plan", "PROFILE", "--detailed-exitcode"])), 0);
    contract::holds(&machine.aws);
}

/// What was imported can be planned, whatever policy the service has set by itself.
#[test]
fn imports_can_be_planned() {
    let machine = Machine::new(NODES);
    let others = |action: &str, params| machine.aws.others("elasticache", action, params);
    others(
        "CreateCacheSubnetGroup",
        json!({"CacheSubnetGroupName": "theirs", "CacheSubnetGroupDescription": "theirs",
            "SubnetIds": ["subnet-vpc-1-1", "subnet-vpc-1-2"]}),
    );
    others(
        "CreateServerlessCache",
        json!({"ServerlessCacheName": "theirs", "Engine": "valkey", "MajorEngineVersion": "8",
        "SubnetIds": ["subnet-vpc-1-1", "subnet-vpc-1-2"], "SecurityGroupIds": ["sg-functions-vpc-1"],
        "CacheUsageLimits": {"ECPUPerSecond": {"Minimum": "1000"}}}),
    );
    others(
        "CreateReplicationGroup",
        json!({"ReplicationGroupId": "plain", "ReplicationGroupDescription": "plain",
        "Engine": "valkey", "EngineVersion": "8.1", "CacheNodeType": "cache.r7g.large", "NumCacheClusters": "2",
        "AutomaticFailoverEnabled": "true", "MultiAZEnabled": "true", "TransitEncryptionEnabled": "true",
        "CacheParameterGroupName": "default.valkey8", "CacheSubnetGroupName": "theirs"}),
    );
    for _ in 0..6 {
        for action in ["DescribeReplicationGroups", "DescribeCacheClusters", "DescribeServerlessCaches"] {
            machine.aws.others("elasticache", action, json!({}));
        }
    }
    let planned = |id: &str| -> String {
        let file = format!("{id}.yaml");
        let _ = std::fs::remove_file(machine.path(&file));
        let imported = machine.run(&["import", &file, "--id", id]);
        assert_eq!(code(&imported), 0, "{id}: {}", text(&imported));
        let plan = machine.run(&["plan", &file]);
        assert_eq!(code(&plan), 0, "{id}: {}", text(&plan));
        std::fs::read_to_string(machine.path(&file)).unwrap()
    };
    for id in ["theirs", "plain"] {
        let profile = planned(id);
        assert!(profile.contains("ttl: 1d  # made up"), "{profile}");
        assert_eq!(profile.contains("work: 1000/s"), id == "theirs", "{profile}");
    }
    // The metrics say that 900 of 1,000 keys have a time to live, of two minutes in the mean.
    for (metric, value) in [
        ("CurrItems", 1e3),
        ("CurrVolatileItems", 900.0),
        ("BytesUsedForCache", 1e6),
        ("DB0AverageTTL", 120_000.0),
    ] {
        machine.aws.world().metrics.insert(format!("theirs/{metric}"), value);
    }
    let profile = planned("theirs");
    assert!(profile.contains("ttl: 120s") && !profile.contains("ttl: 1d"), "{profile}");
}

#[test]
fn single_nodes_and_memcached_are_recognised() {
    let machine = Machine::new(NODES);
    for (engine, words) in [
        ("redis", ["no replication group", "--primary-cluster-id alone"]),
        ("memcached", ["Memcached", "out of cachefit's scope"]),
    ] {
        machine.aws.world().single_nodes = vec![json!({"CacheClusterId": "alone", "Engine": engine,
            "CacheClusterStatus": "available", "CacheNodeType": "cache.t4g.micro", "NumCacheNodes": 1})];
        let imported = machine.run(&["import", "alone.yaml", "--id", "alone"]);
        assert_eq!(code(&imported), 1, "{}", text(&imported));
        for word in words {
            assert!(text(&imported).contains(word), "{word}: {}", text(&imported));
        }
    }
    contract::holds(&machine.aws);
}

/// A service shows some changes only after half a minute: nobody gives up before.
#[test]
fn a_change_that_shows_late_is_waited_for() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.aws.world().late = 10;
    machine
        .write(&NODES.replace("requirements:\n", "requirements:\n  maintenance_window: wed 03:00-05:00\n"));
    machine.applies();
    assert_eq!(machine.aws.world().groups["shop"].window, "wed:03:00-wed:05:00");
}

/// While the group is busy its nodes are not asked for.
#[test]
fn waiting_reads_one_resource() {
    let mut world = World::default();
    world.looks.create = 40;
    let machine = Machine::with(NODES, world);
    machine.applies();
    let count = |action: &str| machine.aws.recorded().iter().filter(|r| r.action == action).count();
    assert!(count("DescribeReplicationGroups") > 40);
    assert!(count("DescribeCacheClusters") < 15, "{}", count("DescribeCacheClusters"));
}

#[test]
fn what_is_made_anew_without_data_loses_none() {
    let mut world = World::default();
    world.add_vpc("vpc-2", 20);
    world.add_function("moved", "vpc-2");
    let machine = Machine::with(NODES, world);
    machine.applies();
    machine.write(&NODES.replace("lambda: web", "lambda: moved"));
    let plan = machine.run(&["plan", "PROFILE", "--format", "json"]);
    let plan: serde_json::Value =
        serde_json::from_slice(&plan.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(&plan)));
    let effect = |address: &str| {
        let change =
            plan["results"]["changes"].as_array().unwrap().iter().find(|c| c["address"] == address).unwrap();
        assert!(!change["action"]["replace"].is_null(), "{change}");
        change["effect"].clone()
    };
    assert_eq!(effect("aws.security_group.shop-cache"), "none");
    assert_eq!(effect("aws.subnet_group.shop"), "none");
    assert_eq!(effect("aws.replication_group.shop"), "data_loss");
}

#[test]
fn an_answer_without_a_word_names_its_status_and_the_call() {
    let machine = Machine::new(NODES);
    machine.aws.fail(On::Action("DescribeUsers"), Fault::Before(Trouble::Bare(403)), u32::MAX);
    let plan = machine.run(&["plan", "PROFILE"]);
    assert_eq!(code(&plan), 1);
    assert!(
        text(&plan).contains("elasticache:DescribeUsers") && text(&plan).contains("403"),
        "{}",
        text(&plan)
    );
}

#[test]
fn names_that_the_service_does_not_take_are_refused() {
    for (from, to, word) in [
        ("name: worker", "name: a-worker-with-a-name-of-forty-characters", "takes 40"),
        ("name: shop", "name: default", "taken by AWS"),
    ] {
        let machine = Machine::new(&NODES.replacen(from, to, 1));
        let output = machine.run(&["apply", "PROFILE", "--yes"]);
        assert_eq!(code(&output), 1, "{}", text(&output));
        assert!(text(&output).contains(word), "{}", text(&output));
        assert_eq!(machine.aws.changes(), 0);
    }
}

/// A function elsewhere is looked for where it is; the cache's network is that of the others.
#[test]
fn a_function_in_another_region() {
    let both = NODES.replace(
        "    - lambda: web\n",
        "    - lambda: reports\n      region: eu-west-1\n      peak_concurrency: 5\n    - lambda: web\n",
    );
    let machine = Machine::new(&both);
    machine.aws.world().add_function("reports", "");
    machine.aws.world().homes.insert("reports".to_owned(), "eu-west-1".to_owned());
    // What the traffic between the regions costs is in no price list, which is a gate.
    let plan = machine.run(&["plan", "PROFILE"]);
    assert_eq!(code(&plan), 3, "{}", text(&plan));
    assert!(text(&plan).contains("reports is in eu-west-1"), "{}", text(&plan));
    machine.applies();
    let policy = machine.run(&["permissions", "PROFILE", "--for", "plan"]);
    assert!(text(&policy).contains("arn:aws:lambda:eu-west-1:*:function:reports"), "{}", text(&policy));
    machine.write(&NODES.replace("    - lambda: web\n", "    - lambda: reports\n      region: eu-west-1\n"));
    let plan = machine.run(&["plan", "PROFILE"]);
    assert_eq!(code(&plan), 1, "{}", text(&plan));
    assert!(text(&plan).contains("no function is in us-east-1"), "{}{}", text(&plan), stderr(&plan));
}

#[test]
fn updates_of_the_service_are_shown_with_their_day() {
    let machine = Machine::new(NODES);
    machine.applies();
    machine.aws.world().updates =
        vec![json!({"ReplicationGroupId": "shop", "ServiceUpdateName": "elasticache-20261101",
        "ServiceUpdateSeverity": "critical", "UpdateActionStatus": "not-applied",
        "ServiceUpdateRecommendedApplyByDate": "2026-12-24T00:00:00Z"})];
    for command in ["plan", "status"] {
        let output = machine.run(&[command, "PROFILE"]);
        for said in ["elasticache-20261101", "critical", "2026-12-24", "batch-apply-update-action"] {
            assert!(text(&output).contains(said), "{command}: {}", text(&output));
        }
    }
    contract::holds(&machine.aws);
}

/// Who is let in beside the functions must be let out on its own side, too.
#[test]
fn ways_of_other_callers_are_verified() {
    let mut world = World::default();
    world.add_security_group("sg-containers", "containers", "vpc-1");
    let machine =
        Machine::with(&NODES.replace("security:\n", "security:\n  allow_from: [sg-containers]\n"), world);
    machine.applies();
    let verify = machine.run(&["verify", "PROFILE"]);
    assert_eq!(code(&verify), 0, "{}", text(&verify));
    assert!(text(&verify).contains("ok shop sg-containers can reach the cache"), "{}", text(&verify));
    machine.aws.world().rules.retain(|_, r| r["groupId"] != "sg-containers" || r["isEgress"] == false);
    let verify = machine.run(&["verify", "PROFILE"]);
    assert_eq!(code(&verify), 3, "{}", text(&verify));
    assert!(
        text(&verify).contains("its security groups (sg-containers) let nothing out"),
        "{}",
        text(&verify)
    );
}

/// What keeps a function from the cache is found by looking at the rules on the way.
#[test]
fn ways_from_the_functions_are_verified() {
    let machine = Machine::new(NODES);
    machine.applies();
    let verified = |machine: &Machine, expected: i32, said: &str| {
        let verify = machine.run(&["verify", "PROFILE"]);
        assert_eq!(code(&verify), expected, "{}", text(&verify));
        assert!(text(&verify).contains(said), "{said}: {}", text(&verify));
    };
    verified(&machine, 0, "web can reach the cache: let through");
    let closed = |number: i64| {
        json!({"ruleNumber": number, "protocol": "6", "ruleAction": "deny", "egress": false,
            "cidrBlock": "10.0.0.0/16", "portRange": {"from": 6000, "to": 7000}})
    };
    machine.aws.world().acl_entries = vec![closed(200)];
    verified(&machine, 0, "let through");
    machine.aws.world().acl_entries = vec![closed(50)];
    verified(&machine, 3, "the network list acl-vpc-1 lets ports 6379-6379 not into");
    machine.aws.world().acl_entries.clear();
    let rules = machine.aws.world().rules.clone();
    machine.aws.world().rules.retain(|_, r| r["groupId"] != "sg-functions-vpc-1" || r["isEgress"] == false);
    verified(&machine, 3, "let nothing out to port 6379");
    machine.aws.world().rules = rules;
    // Routes: the VPC's own leads there; one that ends elsewhere is said, one that ends nowhere fails.
    let routed = |routes: &[serde_json::Value]| {
        let mut world = machine.aws.world();
        world.route_tables[0]["routeSet"] = json!({ "item": routes });
    };
    let route = |range: &str, target: &str, state: &str| json!({"destinationCidrBlock": range, "gatewayId": target, "state": state});
    let local = route("10.0.0.0/16", "local", "active");
    routed(&[local.clone(), route("10.0.2.0/24", "vpce-firewall", "active")]);
    verified(&machine, 0, "");
    routed(&[local.clone(), route("10.0.1.0/24", "vpce-firewall", "active")]);
    verified(&machine, 0, "not checked: the route 10.0.1.0/24 in rtb-vpc-1");
    routed(&[local.clone(), route("10.0.1.0/24", "pcx-1", "blackhole")]);
    verified(&machine, 3, "is a black hole");
    routed(&[route("0.0.0.0/0", "igw-1", "active")]);
    verified(&machine, 0, "leads to igw-1");
    routed(&[]);
    verified(&machine, 3, "has no route to");
    routed(&[local]);
    machine.aws.world().denied.insert("ec2:DescribeNetworkAcls".to_owned());
    verified(&machine, 0, "? shop web can reach the cache: not checked: ec2:DescribeNetworkAcls");
    let verify = machine.run(&["verify", "PROFILE", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&verify.stdout).unwrap();
    let report = &report["results"];
    let count = |verdict: &str| {
        report["findings"].as_array().unwrap().iter().filter(|f| f["verdict"] == verdict).count()
    };
    assert_eq!(report["failed"], 0);
    assert_eq!(report["not_checked"], count("not_checked"));
    assert!(count("not_checked") >= 1 && count("holds") >= 1, "{report}");
    // What is known to bar a function is a failure, whatever else cannot be read.
    machine.aws.world().rules.retain(|_, r| r["groupId"] != "sg-functions-vpc-1" || r["isEgress"] == false);
    verified(&machine, 3, "let nothing out to port 6379");
    contract::holds(&machine.aws);
}

#[test]
fn a_small_burstable_node_reserves_what_it_was_sized_with() {
    let small = NODES
        .replace("count: 2M", "count: 20k")
        .replace("reads: 12k/s, writes: 3k/s", "reads: 120/s, writes: 30/s")
        .replace("cache.r7g.large", "cache.t4g.micro");
    let machine = Machine::new(&small);
    machine.applies();
    let reserved = || {
        let world = machine.aws.world();
        let group = &world.groups["shop"];
        world.parameter_groups[&group.parameter_group].values.get("reserved-memory-percent").cloned()
    };
    assert_eq!(reserved().as_deref(), Some("50"), "AWS advises half on a micro node");
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", text(&plan));
    machine.write(&small.replace("cache.t4g.micro", "cache.r7g.large"));
    machine.applies();
    let now = reserved();
    assert!(
        now.as_deref().is_none_or(|percent| percent == "25"),
        "a large node has the default again: {now:?}"
    );
}
