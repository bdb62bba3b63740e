//! `observe PROFILE` and the health that `status` tells, by the metrics of `CloudWatch`.

use serde_json::Value;

use crate::aws::{Fault, On, Recorded, Trouble};
use crate::cloud::figures::waves;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

/// Every call that a look at a deployment and its metrics may make.
const LOOKS: &[&str] = &[
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:ListTagsForResource",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "elasticache:DescribeCacheClusters",
    "elasticache:DescribeCacheParameterGroups",
    "elasticache:DescribeCacheParameters",
    "elasticache:DescribeCacheSubnetGroups",
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeServerlessCaches",
    "elasticache:DescribeUserGroups",
    "elasticache:DescribeUsers",
    "elasticache:ListTagsForResource",
    "logs:DescribeLogGroups",
    "logs:ListTagsForResource",
    "secretsmanager:DescribeSecret",
    "secretsmanager:ListSecrets",
];
/// Metrics with the least and the most of a day.
const FIGURES: [(&str, f64, f64); 13] = [
    ("BytesUsedForCache", 1e9, 2e9),
    ("DatabaseMemoryUsagePercentage", 10.0, 20.0),
    ("CurrItems", 1e6, 2e6),
    ("GetTypeCmds", 60_000.0, 120_000.0),
    ("SetTypeCmds", 6_000.0, 12_000.0),
    ("CacheHits", 90_000.0, 90_000.0),
    ("CacheMisses", 10_000.0, 10_000.0),
    ("Evictions", 0.0, 0.0),
    ("CurrConnections", 20.0, 40.0),
    ("NetworkBytesIn", 1e6, 2e6),
    ("NetworkBytesOut", 1e6, 2e6),
    ("EngineCPUUtilization", 5.0, 25.0),
    ("IsMaster", 1.0, 1.0),
];

/// A deployment of two weeks' use.
fn used(profile: &str) -> Machine {
    let machine = Machine::new(profile);
    machine.applies();
    let mut world = machine.aws.world();
    let members: Vec<String> = match world.groups.get("shop") {
        Some(group) => group.members().map(|member| member.id.clone()).collect(),
        None => vec!["burst".to_owned()],
    };
    for member in &members {
        let of_node = waves(&FIGURES).map(|(metric, points)| (format!("{member}/{metric}"), points));
        world.series.extend(of_node);
    }
    drop(world);
    machine
}

fn asked(calls: &[Recorded]) -> Vec<Value> {
    let metrics = calls.iter().filter(|call| call.action == "GetMetricData");
    metrics.map(|call| call.params["MetricDataQueries"].clone()).collect()
}

fn figure<'a>(cache: &'a Value, metric: &str) -> &'a Value {
    let figures = cache["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["metric"] == metric).unwrap_or_else(|| panic!("{metric}: {cache:#}"))
}

/// The queries of `CloudWatch` in what `--print-queries` prints.
fn printed(text: &str) -> Value {
    let json = text.split("<<'JSON'\n").nth(1).and_then(|rest| rest.split("\nJSON\n").next());
    serde_json::from_str(json.unwrap_or_else(|| panic!("{text}"))).unwrap()
}

#[test]
fn the_cloud_is_asked_for_what_print_queries_prints_and_the_cost_is_said_before() {
    let machine = used(NODES);
    let print = machine.looks(&["observe", "PROFILE", "--days", "2", "--print-queries"], &[]);
    let since = machine.aws.calls();
    let output = machine.looks(&["observe", "PROFILE", "--days", "2"], LOOKS);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(asked(&machine.aws.since(since)), [printed(&stdout(&print))]);
    let said = stderr(&output);
    assert!(said.contains("92 metrics of CloudWatch: about 0.00092 USD (0.01 USD per 1,000"), "{said}");
    assert!(stdout(&print).contains("92 metrics of CloudWatch: about 0.00092 USD"), "{}", stdout(&print));

    let cache = machine.observes(LOOKS);
    let memory = figure(&cache, "memory");
    assert_eq!(
        (&memory["source"], &memory["step"]),
        (&"CloudWatch BytesUsedForCache maximum".into(), &300.into())
    );
    assert_eq!((&memory["points"], cache["nodes"].as_array().unwrap().len()), (&576.into(), 4));
    // Two shards of 2 GB; four nodes read, two primaries write.
    assert!((memory["most"].as_f64().unwrap() - 4e9).abs() < 1e7, "{memory}");
    assert!((figure(&cache, "reads")["most"].as_f64().unwrap() - 8000.0).abs() < 50.0, "{cache:#}");
    assert_eq!(cache["info"]["node_type"], "cache.r7g.large");
    assert_eq!((&cache["info"]["shards"], &cache["info"]["autoscaled"]), (&2.into(), &true.into()));

    // However the answer is cut into pages, it is the same.
    machine.aws.world().points = 5_000;
    let since = machine.aws.calls();
    assert_eq!(machine.observes(LOOKS)["figures"], cache["figures"]);
    assert!(asked(&machine.aws.since(since)).len() > 5, "pages");
}

/// One series that the service could not tell makes no smaller sum: what it belongs to may shrink nothing.
#[test]
fn what_did_not_come_is_a_caveat_and_no_zero() {
    let machine = used(NODES);
    let whole = machine.observes(LOOKS);
    assert!(!whole.to_string().contains("incomplete"), "{whole:#}");
    {
        let mut world = machine.aws.world();
        let member = world.groups["shop"].members().next().unwrap().id.clone();
        let key = format!("{member}/GetTypeCmds");
        world.series.insert(key.clone(), Vec::new());
        world.incomplete.insert(key, "InternalError");
    }
    let cache = machine.observes(LOOKS);
    let why = cache["no_shrinking"].to_string();
    assert!(why.contains("incomplete") && why.contains("InternalError"), "{why}");
    assert!(cache["caveats"].to_string().contains("InternalError"), "{cache:#}");

    // A service that has a bad moment on a later page: what came is told, and that it is not all.
    let machine = used(NODES);
    machine.aws.world().points = 5_000;
    let start = machine.aws.calls();
    let first = machine.looks(&["observe", "PROFILE", "--days", "2"], LOOKS);
    assert_eq!(code(&first), 0);
    let calls = machine.aws.since(start);
    let before = calls.iter().position(|call| call.action == "GetMetricData").unwrap();
    machine.aws.fail(On::From(start + calls.len() + before + 2), Fault::Before(Trouble::Throttled), u32::MAX);
    let output = machine.looks(&["observe", "PROFILE", "--days", "2"], LOOKS);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("incomplete"), "{}", stdout(&output));
}

#[test]
fn a_missing_right_is_named_and_keeps_status_from_nothing_else() {
    let machine = used(NODES);
    machine.names_the_right_to("GetMetricData", "cloudwatch:GetMetricData", LOOKS);
}

#[test]
fn before_anything_runs_there_is_nothing_to_observe() {
    let machine = Machine::new(NODES);
    let output = machine.looks(&["observe", "PROFILE", "--days", "2"], LOOKS);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("nothing of this deployment runs yet"), "{}", stderr(&output));
    let status = machine.run(&["status", "PROFILE", "--format", "json"]);
    let status: Value = serde_json::from_str(&stdout(&status)).unwrap();
    assert!(status["results"]["health"]["unknown"]["why"].as_str().unwrap().contains("nothing runs"));
}

#[test]
fn what_the_metrics_contradict_is_written_and_holds_afterwards() {
    let machine = used(NODES);
    machine.write(&NODES.replace("count: 2M", "count: 20k  # as of spring"));
    let args = ["observe", "PROFILE", "--days", "4", "--write"];
    let output = machine.looks(&args, LOOKS);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = std::fs::read_to_string(machine.path("shop.yaml")).unwrap();
    assert!(!text.contains("count: 20k") && text.contains("CloudWatch BytesUsedForCache"), "{text}");
    let again = machine.looks(&args, LOOKS);
    assert!(stderr(&again).contains("nothing is changed"), "{}", stderr(&again));
}

/// Few metrics of an hour: seven a node, a hundredth of a cent for a hundred nodes and more.
#[test]
fn status_tells_health_by_few_metrics_of_the_last_hour() {
    let machine = used(NODES);
    let raised = {
        let mut world = machine.aws.world();
        let name = world.alarms.keys().next().unwrap().clone();
        world.alarms.get_mut(&name).unwrap()["StateValue"] = "ALARM".into();
        name
    };
    let since = machine.aws.calls();
    let status = machine.run(&["status", "PROFILE", "--format", "json"]);
    assert_eq!(code(&status), 0, "{}", stderr(&status));
    let calls = machine.aws.since(since);
    assert!(calls.iter().all(|call| !call.is_mutating()));
    let queries = asked(&calls);
    assert_eq!(queries[0].as_array().unwrap().len(), 7 * 4, "{queries:?}");
    let report: Value = serde_json::from_str(&stdout(&status)).unwrap();
    let validator = jsonschema::validator_for(&cachefit::report::status::schema()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let health = &report["results"]["health"]["known"];
    let value =
        |name: &str| health[name]["value"]["known"].as_f64().unwrap_or_else(|| panic!("{name}: {health:#}"));
    assert!(
        (value("hit_ratio") - 0.9).abs() < 1e-6 && (0.1..=0.2).contains(&value("memory_share")),
        "{health:#}"
    );
    assert_eq!(value("evictions").to_bits(), 0.0_f64.to_bits());
    assert!((0.05..=0.25).contains(&value("cpu")) && (20.0..=40.0).contains(&value("connections")));
    assert!(health["memory"]["source"].as_str().unwrap().contains("CloudWatch"));
    let alarms = report["results"]["alarms"]["known"].as_array().unwrap();
    assert!(alarms.len() == 1 && raised.ends_with(alarms[0].as_str().unwrap()), "{raised}: {alarms:?}");
    assert!(report["results"]["monthly"]["known"].as_str().is_some(), "{}", report["results"]["monthly"]);

    let text = stdout(&machine.run(&["status", "PROFILE"]));
    for part in ["Health", "hit ratio", "90%", "evictions", "none", "USD a month", "in alarm"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_serverless_cache_is_asked_by_its_name() {
    let machine = used(SERVERLESS);
    let since = machine.aws.calls();
    let cache = machine.observes(LOOKS);
    assert!(asked(&machine.aws.since(since))[0].to_string().contains("\"clusterId\""));
    assert_eq!(cache["nodes"], serde_json::json!(["burst"]));
    let text = stdout(&machine.run(&["status", "PROFILE"]));
    assert!(text.contains("hit ratio") && text.contains("90%"), "{text}");
}
