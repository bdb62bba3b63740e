//! What `--print-queries` prints, and that its answers are read.

use cachefit::observe::queries::{Ask, Purpose, cloudwatch_requests, print};
use cachefit::observe::{Metric, Statistic, groups};
use cachefit::units::Service;
use serde_json::{Value, json};

use crate::{NOW, START, input, points, read_all};

pub fn ask(service: Service, nodes: &[&str]) -> Ask {
    Ask {
        name: "shop".into(),
        service,
        region: Some("eu-west-1".into()),
        project: None,
        resource_group: None,
        nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        to: NOW,
        seconds: 14 * 86_400,
        purpose: Purpose::Size,
        inventories: Vec::new(),
    }
}

/// What `CloudWatch` answers to a query: one point of 300.
fn answer(query: &Value, label: &str) -> Value {
    json!({ "Id": query["Id"], "Label": label, "Timestamps": ["2026-11-20T12:00:00Z"], "Values": [300.0], "StatusCode": "Complete" })
}

#[test]
fn queries_of_cloudwatch_are_joined_with_their_answers_by_id_and_by_label() {
    for service in [Service::ElastiCache, Service::ElastiCacheServerless] {
        let call = cloudwatch_requests(&ask(service, &["shop-001", "shop-002"])).remove(0);
        let queries = call.as_array().unwrap();
        assert!(queries.iter().all(|query| query["Label"].as_str().unwrap().matches('|').count() == 3));
        let by_id: Vec<Value> = queries.iter().map(|query| answer(query, "no label")).collect();
        let by_label: Vec<Value> =
            queries.iter().map(|query| answer(query, query["Label"].as_str().unwrap())).collect();
        let results = |results: Vec<Value>| json!({ "MetricDataResults": results }).to_string();
        let one = read_all(vec![input("a", call.to_string()), input("b", results(by_id))]).unwrap();
        let other = read_all(vec![input("b", results(by_label))]).unwrap();
        assert_eq!((&one.series, &one.uses), (&other.series, &other.uses));
        // Two metrics of each node tell commands and no figure.
        let read = one.series.len() + one.uses.values().map(|used| used.commands.len()).sum::<usize>();
        assert_eq!(read, queries.len(), "every query is one that is read: {:?}", one.caveats);
        assert!(one.caveats.is_empty(), "{:?}", one.caveats);
        assert_eq!(groups(&one).len(), 1);
    }
}

#[test]
fn nodes_that_are_not_known_are_searched_for_and_named_by_the_label() {
    let call = cloudwatch_requests(&ask(Service::ElastiCache, &[])).remove(0);
    let query =
        call.as_array().unwrap().iter().find(|q| q["Expression"].as_str().unwrap().contains("GetTypeCmds"));
    let query = query.unwrap();
    let expression = query["Expression"].as_str().unwrap();
    assert!(
        expression
            .starts_with("SEARCH('{AWS/ElastiCache,CacheClusterId} MetricName=\"GetTypeCmds\" \"shop\"'")
    );
    let label = query["Label"].as_str().unwrap();
    let label = label
        .replace("${PROP('MetricName')}", "GetTypeCmds")
        .replace("${PROP('Dim.CacheClusterId')}", "shop-001");
    let results = json!({ "MetricDataResults": [answer(query, &label)] }).to_string();
    let all = read_all(vec![input("a", call.to_string()), input("b", results)]).unwrap();
    assert_eq!(points(&all, "shop-001", Metric::Reads, Statistic::Maximum), [(0, 5.0)]);
}

/// No call asks for more than the service takes.
#[test]
fn many_nodes_are_several_calls() {
    let nodes: Vec<String> = (1..=60).map(|i| format!("shop-{i:04}-001")).collect();
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let calls = cloudwatch_requests(&ask(Service::ElastiCache, &nodes));
    let sizes: Vec<usize> = calls.iter().map(|call| call.as_array().unwrap().len()).collect();
    assert!(sizes.len() > 1 && sizes.iter().all(|size| *size <= 500), "{sizes:?}");
    let text = print(&ask(Service::ElastiCache, &nodes));
    assert!(text.contains("shop.1.queries.json shop.1.metrics.json shop.2.queries.json"), "{text}");
}

#[test]
fn each_service_is_asked_in_its_own_way() {
    let cases: [(Service, &[&str]); 9] = [
        (
            Service::ElastiCache,
            &["aws cloudwatch get-metric-data --region eu-west-1", "INFO all", "redis_exporter"],
        ),
        (Service::ElastiCacheServerless, &["clusterId", "ElastiCacheProcessingUnits"]),
        (
            Service::AzureManagedRedis,
            &["az redisenterprise show", "--aggregation Maximum Average", "--interval PT5M"],
        ),
        (Service::AzureCacheForRedis, &["az redis show", "--aggregation Maximum Total"]),
        (Service::MemorystoreValkey, &["memorystore.googleapis.com/instance/$metric", "ALIGN_MAX"]),
        (Service::MemorystoreRedisCluster, &["redis.googleapis.com/cluster/$metric", "cluster_id"]),
        (Service::MemorystoreRedis, &["redis.googleapis.com/$metric", "ALIGN_DELTA"]),
        (Service::UpstashPayg, &["api.upstash.com/v2/redis/stats"]),
        (Service::Local, &["redis-cli", "query_range"]),
    ];
    for (service, texts) in cases {
        let text = print(&ask(service, &[]));
        for part in texts {
            assert!(text.contains(part), "{service:?}: {part}\n{text}");
        }
        assert!(text.contains("cachefit observe --from shop."), "{text}");
    }
    let text = print(&ask(Service::Local, &[]));
    assert!(
        text.contains(&format!("start={}", START + 3600 - 14 * 86_400)) && text.contains("step=120"),
        "{text}"
    );
}

/// Names as an inventory of somebody else may have them.
fn with_line_ends(service: Service) -> Ask {
    let odd = || Some("a\nrun-this 'b".to_owned());
    let name = "shop\nrun-this; #\r\nrun-this\u{7}".to_owned();
    Ask { name, region: odd(), project: odd(), resource_group: odd(), ..ask(service, &["a\nrun-this"]) }
}

/// Whoever runs what is printed runs nothing that a name says.
#[test]
fn a_line_end_in_a_name_begins_no_command() {
    for service in Service::ALL {
        let text = print(&with_line_ends(*service));
        assert!(!text.contains("\nrun-this") && !text.contains(['\r', '\u{7}']), "{text}");
        assert!(text.lines().next().unwrap().contains("shop"), "{text}");
    }
}

/// What is printed is for a shell: a shell has to understand it.
#[test]
fn a_shell_understands_what_is_printed() {
    for service in Service::ALL {
        let odd = Ask { name: "it's; $(odd) \"name\"".into(), ..ask(*service, &[]) };
        for ask in [ask(*service, &["shop-001"]), odd, with_line_ends(*service)] {
            let mut shell = std::process::Command::new("sh");
            let output = shell.args(["-n", "-c", &print(&ask)]).output().unwrap();
            assert!(output.status.success(), "{service:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Names come from inventories, which anybody may have written.
#[test]
fn a_name_begins_no_command() {
    let folder = tempfile::tempdir().unwrap();
    for service in Service::ALL {
        for name in ["shop\n: > made", "shop\r\n: > made\n", "shop' ; : > made ; '", "`: > made`$(: > made)"]
        {
            let ask = Ask { name: name.into(), region: Some(name.into()), ..ask(*service, &["shop-001"]) };
            // No command of any of them is there, so that nothing but what the shell itself does is done.
            let mut shell = std::process::Command::new("/bin/sh");
            let run = shell.args(["-c", &print(&ask)]).env("PATH", "/nowhere").current_dir(folder.path());
            run.output().unwrap();
            assert!(!folder.path().join("made").exists(), "{service:?} {name:?}: {}", print(&ask));
        }
    }
}

/// A shell that asks as it is told to gets all pages.
#[test]
fn the_commands_for_google_follow_all_pages() {
    let folder = tempfile::tempdir().unwrap();
    let text = print(&ask(Service::MemorystoreValkey, &[]));
    let own = text.split_once("cachefit observe").unwrap().0;
    // What Google would answer: two pages of keys, one of all others.
    let double = r#"
gcloud() { echo TOKEN; }
curl() {
    for word; do
        case $word in
            filter=*keyspace/total_keys*) keys=yes ;;
            filter=*) keys= ;;
            pageToken=*) page=${word#pageToken=} ;;
        esac
    done
    echo "$keys $page" >> asked
    if [ "$keys $page" = "yes " ]; then
        printf '{\n  "timeSeries": [],\n  "nextPageToken": "NEXT==",\n  "unit": "1"\n}\n'
    else
        printf '{"unit": "1"}'
    fi
}
"#;
    let mut shell = std::process::Command::new("sh");
    let output =
        shell.current_dir(&folder).args(["-euc", &format!("{double}{own}")]).env("PROJECT", "p").output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.matches("yes NEXT==").count(), 1, "{asked}");
    assert_eq!(asked.matches("yes \n").count(), 1, "{asked}");
    let answer = std::fs::read_to_string(folder.path().join("shop.google.json")).unwrap();
    assert_eq!(answer.matches("\"unit\"").count(), asked.lines().count(), "{answer}");
}

#[test]
fn an_inventory_that_names_the_nodes_is_given_with_the_answers() {
    for service in
        [Service::ElastiCache, Service::AzureManagedRedis, Service::MemorystoreValkey, Service::UpstashPayg]
    {
        let known = Ask { inventories: vec!["my groups.json".into()], ..ask(service, &["shop-001"]) };
        assert!(print(&known).contains("\ncachefit observe --from 'my groups.json' shop."), "{service:?}");
    }
}
