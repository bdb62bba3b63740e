//! What says that a limit was reached is lost in no format.

use cachefit::observe::{Confidence, Metric, Options, StateName, Statistic, groups, judge, over};

use crate::{START, input, points, read_all, says, series};

/// A series of Datadog, two points.
fn datadog(metric: &str, scope: &str, more: &str, values: [f64; 2]) -> String {
    format!(
        r#"{{"metric":"{metric}","scope":"{scope}","interval":300,"aggr":"max"{more},
            "pointlist":[[{}000,{}],[{}000,{}]]}}"#,
        START,
        values[0],
        START + 300,
        values[1]
    )
}

fn query(series: &[String]) -> String {
    format!(r#"{{"status":"ok","series":[{}]}}"#, series.join(","))
}

#[test]
fn datadog_tells_evictions_and_commands_of_clouds() {
    let node = "cacheclusterid:shop-001";
    let text = query(&[
        datadog("aws.elasticache.bytes_used_for_cache", node, "", [1e9, 2e9]),
        datadog("aws.elasticache.evictions", node, "", [600.0, 0.0]),
        datadog("aws.elasticache.get_type_cmds", node, r#","expression":"sum:x{*}.as_rate()""#, [70.0, 80.0]),
        datadog(
            "aws.elasticache.set_type_cmds",
            node,
            r#","expression":"sum:x{*}.as_count()""#,
            [3000.0, 6000.0],
        ),
        datadog("aws.elasticache.throttled_cmds", node, "", [60.0, 0.0]),
        datadog("aws.elasticache.network_bandwidth_in_allowance_exceeded", node, "", [60.0, 0.0]),
        datadog(
            "aws.elasticache.engine_cpuutilization",
            node,
            r#","unit":[{"name":"percent"},null]"#,
            [40.0, 50.0],
        ),
        datadog(
            "aws.elasticache.network_bytes_in",
            node,
            r#","unit":[{"name":"byte"},{"name":"second"}]"#,
            [9.0, 8.0],
        ),
    ]);
    let all = read_all(vec![input("dd", text)]).unwrap();
    let of = |metric| points(&all, "shop-001", metric, Statistic::Maximum);
    assert_eq!(of(Metric::Evictions), [(0, 10.0), (300, 0.0)], "counts of a minute");
    assert_eq!(of(Metric::Reads), [(0, 70.0), (300, 80.0)]);
    assert_eq!(of(Metric::Writes), [(0, 10.0), (300, 20.0)]);
    assert_eq!(of(Metric::Throttled), [(0, 1.0), (300, 0.0)]);
    assert_eq!(of(Metric::AllowanceExceeded), [(0, 1.0), (300, 0.0)]);
    assert_eq!(of(Metric::EngineCpu), [(0, 0.4), (300, 0.5)]);
    assert_eq!(of(Metric::Inbound), [(0, 9.0), (300, 8.0)]);
    assert!(says(&all, "counts are taken for those of a minute"), "{:?}", all.caveats);
    let judged = judge(&groups(&all)[0], &all, &Options::default());
    let censored = judged.states.iter().find(|state| state.name == StateName::Censored).unwrap();
    assert!(censored.why.contains("keys were evicted"), "{}", censored.why);
}

#[test]
fn datadog_tells_evictions_of_both_services_of_azure() {
    for (prefix, node) in [("azure.cache_redis.", "classic"), ("azure.cache_redisenterprise.", "managed")] {
        let name = format!("name:{node}");
        let of = |metric: &str, values| datadog(&format!("{prefix}{metric}"), &name, "", values);
        let text = query(&[
            of("usedmemory", [1e9, 2e9]),
            of("evictedkeys", [600.0, 0.0]),
            of("getcommands", [600.0, 1200.0]),
            of("operations_per_second", [50.0, 60.0]),
            of("cache_read", [1000.0, 2000.0]),
            of("server_load", [40.0, 50.0]),
        ]);
        let all = read_all(vec![input("dd", text)]).unwrap();
        let told = |metric| points(&all, node, metric, Statistic::Maximum)[0].1;
        assert_eq!(told(Metric::Evictions), 10.0, "{node}");
        assert_eq!((told(Metric::Commands), told(Metric::EngineCpu)), (50.0, 0.4), "{node}");
        let judged = judge(&groups(&all)[0], &all, &Options::default());
        assert!(judged.is(StateName::Censored), "{node}: {:?}", judged.states);
        if node == "classic" {
            assert_eq!((told(Metric::Reads), told(Metric::Outbound)), (10.0, 1000.0));
        } else {
            assert_eq!(told(Metric::Inbound), 1000.0, "from the side of the node");
            assert!(series(&all, node, Metric::Reads, Statistic::Maximum).is_empty());
            assert!(says(&all, "getcommands is left out"), "{:?}", all.caveats);
        }
    }
}

#[test]
fn the_agent_of_datadog_tells_calls_and_limits() {
    let calls = r#","expression":"max:redis.command.calls{*} by {redis_host,command}""#;
    let text = query(&[
        datadog("redis.command.calls", "command:get,redis_host:a", calls, [100.0, 400.0]),
        datadog("redis.command.calls", "command:set,redis_host:a", calls, [100.0, 130.0]),
        datadog("redis.command.calls", "command:ping,redis_host:a", calls, [1.0, 2.0]),
        datadog("redis.net.rejected", "redis_host:a", "", [0.0, 3.0]),
        datadog("redis.net.maxclients", "redis_host:a", "", [10_000.0, 10_000.0]),
    ]);
    let all = read_all(vec![input("dd", text)]).unwrap();
    let judged = judge(&groups(&all)[0], &all, &Options::default());
    let most = |metric| judged.figure(metric).map(|figure| figure.most);
    assert_eq!((most(Metric::Reads), most(Metric::Writes)), (Some(1.0), Some(0.1)));
    assert_eq!(most(Metric::ConnectionsLimit), Some(10_000.0));
    assert!(judged.is(StateName::Censored), "{:?}", judged.states);
}

/// A server without `maxmemory` writes 0, which any memory would be above.
#[test]
fn no_limit_of_the_memory_is_none_in_every_format() {
    let datadog = query(&[
        datadog("redis.mem.used", "redis_host:shop", "", [1e9, 2e9]),
        datadog("redis.mem.maxmemory", "redis_host:shop", "", [0.0, 0.0]),
    ]);
    let table = format!(
        "time,resource,metric,statistic,value,unit,step\n{START},shop,memory,max,1000000000,bytes,60\n\
         {START},shop,memory_limit,max,0,bytes,60\n"
    );
    let prometheus = |name: &str, value: f64| {
        format!(r#"{{"metric":{{"__name__":"redis_{name}","addr":"shop"}},"values":[[{START},"{value}"]]}}"#)
    };
    let prometheus_range = format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{},{}]}}}}"#,
        prometheus("memory_used_bytes", 1e9),
        prometheus("memory_max_bytes", 0.0)
    );
    let text =
        "# TYPE redis_memory_used_bytes gauge\nredis_memory_used_bytes 1e9\nredis_memory_max_bytes 0\n";
    let google = |metric: &str, value: i64| {
        format!(
            r#"{{"metric":{{"type":"redis.googleapis.com/stats/memory/{metric}"}},
                "resource":{{"type":"redis_instance","labels":{{"instance_id":"shop","node_id":"node-0"}}}},
                "metricKind":"GAUGE","points":[{{"interval":{{"startTime":"2026-11-20T12:00:00Z",
                "endTime":"2026-11-20T12:00:00Z"}},"value":{{"int64Value":"{value}"}}}}]}}"#
        )
    };
    let google =
        format!(r#"{{"timeSeries":[{},{}]}}"#, google("usage", 1_000_000_000), google("maxmemory", 0));
    let files: [(&str, &str); 6] = [
        ("datadog", &datadog),
        ("table", &table),
        ("prometheus", &prometheus_range),
        ("text", text),
        ("google", &google),
        ("info", "redis_version:7.2.4\nused_memory:1000000000\nmaxmemory:0\n"),
    ];
    for (file, text) in files {
        let all = read_all(vec![input(file, text)]).unwrap();
        let judged = judge(&groups(&all)[0], &all, &Options::default());
        assert!(judged.figure(Metric::Memory).is_some(), "{file}: {:?}", all.series);
        assert!(judged.figure(Metric::MemoryLimit).is_none(), "{file}: {:?}", all.series);
        assert!(!judged.is(StateName::Censored), "{file}: {:?}", judged.states);
        let memory = over(&judged, None, None).into_iter().find(|limit| limit.limit == "memory").unwrap();
        assert_eq!((memory.used, memory.next), (None, None), "{file}");
        // One that there is stays.
        let limited = text.replace("maxmemory:0", "maxmemory:5000000000");
        if limited != text {
            let all = read_all(vec![input(file, limited)]).unwrap();
            let judged = judge(&groups(&all)[0], &all, &Options::default());
            assert_eq!(judged.figure(Metric::MemoryLimit).map(|limit| limit.most), Some(5e9));
        }
    }
}

/// How many there were may stay unknown, that there were some does not.
#[test]
fn evictions_are_told_whatever_was_asked_for() {
    let azure = r#"{"timespan":"x","interval":"PT5M","namespace":"Microsoft.Cache/Redis","value":[
        {"id":"/x/providers/Microsoft.Cache/Redis/old/y","name":{"value":"evictedkeys"},"timeseries":[
        {"data":[{"timeStamp":"2026-11-20T12:00:00Z","maximum":60}]}]}]}"#;
    let statistics = r#"{"Label":"Evictions","Datapoints":[{"Timestamp":"2026-11-20T12:00:00Z","Sum":60,"Unit":"Count"}]}"#;
    let google = r#"{"timeSeries":[{"metric":{"type":"redis.googleapis.com/cluster/stats/total_evicted_keys_count"},
        "resource":{"type":"redis.googleapis.com/Cluster","labels":{"cluster_id":"big"}},"metricKind":"DELTA",
        "points":[{"interval":{"startTime":"2026-11-20T12:00:00Z","endTime":"2026-11-20T12:01:00Z"},"value":{"int64Value":"60"}}]}]}"#;
    let table =
        format!("time,resource,metric,statistic,value,unit,step\n{START},shop,evictions,max,1,furlongs,60\n");
    let files: [(&str, &str); 4] =
        [("azure", azure), ("statistics", statistics), ("google", google), ("table", &table)];
    for (file, text) in files {
        let all = read_all(vec![input(file, text)]).unwrap();
        let told = all.series.iter().find(|series| series.metric == Metric::Evictions);
        assert!(told.is_some_and(|series| series.points[0].value == 1.0), "{file}: {:?}", all.series);
        let judged = judge(&groups(&all)[0], &all, &Options::default());
        assert!(judged.is(StateName::Censored), "{file}: {:?}", judged.states);
        assert_eq!(judged.figure(Metric::Evictions).unwrap().confidence, Confidence::Low);
    }
}
