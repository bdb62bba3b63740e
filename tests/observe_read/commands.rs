//! Which commands an application uses, from what counts them; and what is counted without it.

use cachefit::observe::queries::cloudwatch_requests;
use cachefit::observe::{CommandUse, Observations, groups};
use cachefit::units::Service;
use serde_json::json;

use crate::queries::ask;
use crate::{bytes, fixtures, input, read_all};

/// What is told of the commands of each cache.
fn uses(all: &Observations) -> Vec<(String, CommandUse)> {
    let of = |group: cachefit::observe::Group| Some((group.id, group.info?.command_use?));
    groups(all).into_iter().filter_map(of).collect()
}

fn names(used: &CommandUse) -> Vec<&str> {
    used.commands.iter().map(String::as_str).collect()
}

fn one(all: &Observations) -> CommandUse {
    let mut all = uses(all);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).1
}

#[test]
fn counters_of_an_exporter_tell_commands_without_what_monitoring_and_primaries_send() {
    let all = fixtures(&["prometheus_commands.json"]);
    let told = uses(&all);
    let ids: Vec<&str> = told.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["10.0.0.7:6379", "10.0.0.8:6379"]);
    let primary = &told[0].1;
    // BLPOP was never called, SELECT goes to database 0, and of what asks about the server nothing is the application's.
    assert_eq!(names(primary), ["config", "evalsha", "get", "info", "json.get", "publish"]);
    assert_eq!((primary.databases, &primary.across_slots), (None, &None));
    assert_eq!(primary.sources.iter().collect::<Vec<_>>(), ["Prometheus redis_commands_total"]);
    // A replica counts the SELECT and the transactions that its primary sends.
    assert_eq!(names(&told[1].1), ["mget"]);
}

#[test]
fn a_scrape_tells_the_same_and_keys_tell_databases() {
    let used = one(&fixtures(&["prometheus_commands.txt"]));
    assert_eq!(names(&used), ["config", "get", "latency", "select", "sinter"]);
    assert_eq!(used.databases, Some(4));
    assert_eq!(
        used.sources.iter().collect::<Vec<_>>(),
        ["Prometheus redis_commands_total", "Prometheus redis_db_keys"]
    );
    // A series without commands says nothing of them.
    assert!(uses(&read_all(vec![input("up", "redis_memory_used_bytes 5\n")]).unwrap()).is_empty());
}

#[test]
fn what_upstash_counts_by_name_is_used_and_database_0_is_no_choice() {
    assert_eq!(names(&one(&fixtures(&["upstash.json"]))), ["blpop", "get"]);
    let none = r#"{"total_monthly_requests": 5, "command_counts": [{"metric_identifier": "EVAL", "data_points": []}]}"#;
    assert!(uses(&read_all(vec![input("shop", none)]).unwrap()).is_empty());
}

#[test]
fn a_replica_counts_what_its_primary_sends_and_info_says_which_it_is() {
    let of = |role: &str| {
        let text = format!(
            "# Server\nredis_version:7.2.4\nuptime_in_seconds:90\nrole:{role}\ncmdstat_select:calls=1,usec=1\ncmdstat_multi:calls=1,usec=1\ncmdstat_exec:calls=1,usec=1\ncmdstat_eval:calls=1,usec=1\n"
        );
        names(&one(&read_all(vec![input("shop", text)]).unwrap())).join(" ")
    };
    assert_eq!(of("master"), "eval exec multi select");
    assert_eq!(of("slave"), "eval");
}

/// What is asked of `CloudWatch` tells scripts and JSON, whichever commands of theirs: a count of 0 tells nothing.
#[test]
fn counts_of_cloudwatch_tell_kinds_of_commands_of_each_cache() {
    for service in [Service::ElastiCache, Service::ElastiCacheServerless] {
        let call = cloudwatch_requests(&ask(service, &["shop-001"])).remove(0);
        let answers = |eval: f64| {
            let results = call.as_array().unwrap().iter().map(|query| {
                let label = query["Label"].as_str().unwrap();
                let value = if label.starts_with("EvalBasedCmds") { eval } else { 0.0 };
                json!({ "Id": query["Id"], "Label": label, "Timestamps": ["2026-11-20T12:00:00Z"], "Values": [value] })
            });
            json!({ "MetricDataResults": results.collect::<Vec<_>>() }).to_string()
        };
        let used = one(&read_all(vec![input("b", answers(3.0))]).unwrap());
        assert_eq!(names(&used), ["eval*"]);
        assert_eq!(used.sources.iter().collect::<Vec<_>>(), ["CloudWatch EvalBasedCmds"]);
        assert!(uses(&read_all(vec![input("b", answers(0.0))]).unwrap()).is_empty());
    }
    let group = r#"{"ReplicationGroups": [{"ReplicationGroupId": "shop", "CacheNodeType": "cache.r7g.large", "MemberClusters": ["one", "two"]}]}"#;
    let json =
        r#"{"Label": "JsonBasedCmds", "Datapoints": [{"Timestamp": "2026-11-20T12:00:00Z", "Sum": 4.0}]}"#;
    let all = read_all(vec![input("one", json), input("groups", group)]).unwrap();
    let told = uses(&all);
    assert_eq!((told[0].0.as_str(), names(&told[0].1)), ("shop", vec!["json.*"]));
}

#[test]
fn sources_of_one_cache_add_up() {
    let info = "# Server\nredis_version:7.2.4\nuptime_in_seconds:90\ncmdstat_mset:calls=1,usec=1\n";
    let scrape = "redis_commands_total{cmd=\"eval\"} 3\nredis_memory_used_bytes 5\n";
    let used = one(&read_all(vec![input("shop", scrape), input("shop", info)]).unwrap());
    assert_eq!(names(&used), ["eval", "mset"]);
    let twice = bytes("prometheus_commands.txt");
    let all = read_all(vec![input("shop", twice.clone()), input("shop", twice)]).unwrap();
    assert_eq!(names(&one(&all)), ["config", "get", "latency", "select", "sinter"]);
}
