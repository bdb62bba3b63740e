//! The figures of every format of metrics.

use std::io::Write as _;

use cachefit::observe::{Metric, Options, Statistic, groups, judge};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{ALL, bytes, fixtures, input, points, read_all, says, series};

const NODE: &str = "info_two:6379";

#[test]
fn two_answers_of_info_tell_what_was_done_between_them() {
    let all = fixtures(&["info_two.txt"]);
    for (metric, rate) in [
        (Metric::Commands, 100.0),
        (Metric::Reads, 70.0),
        (Metric::Writes, 20.0),
        (Metric::Hits, 50.0),
        (Metric::Misses, 10.0),
        (Metric::Inbound, 10_000.0),
        (Metric::Outbound, 50_000.0),
        (Metric::Evictions, 2.0),
        (Metric::Expired, 0.0),
        (Metric::RefusedWrites, 0.1),
        (Metric::NewConnections, 0.1),
        (Metric::EngineCpu, 0.1),
    ] {
        assert_eq!(points(&all, NODE, metric, Statistic::Sum), [(0, rate)], "{metric}");
        assert_eq!(series(&all, NODE, metric, Statistic::Sum)[0].step, Some(60), "{metric}");
    }
    for (metric, first, second) in [
        (Metric::Memory, 1e9, 1.1e9),
        (Metric::MemoryLimit, 2e9, 2e9),
        (Metric::Keys, 1100.0, 1300.0),
        (Metric::VolatileKeys, 500.0, 600.0),
        (Metric::MeanTtl, 60.0, 60.0),
        (Metric::Connections, 42.0, 42.0),
        (Metric::ConnectionsLimit, 10_000.0, 10_000.0),
        (Metric::Uptime, 86_400.0, 86_460.0),
        (Metric::Primary, 1.0, 1.0),
    ] {
        assert_eq!(points(&all, NODE, metric, Statistic::Sample), [(0, first), (60, second)], "{metric}");
    }
    assert!(all.caveats.is_empty(), "{:?}", all.caveats);
}

#[test]
fn a_command_without_its_calls_is_unknown_and_no_zero() {
    let text = String::from_utf8(bytes("info_two.txt")).unwrap();
    let without = text.lines().map(|line| {
        if line.starts_with("cmdstat_get:") { "cmdstat_get:usec=3,usec_per_call=1.00" } else { line }
    });
    let without = without.collect::<Vec<_>>().join("\n");
    let all = read_all(vec![input("info_two", without)]).unwrap();
    // The other commands are not taken for all that read.
    assert!(series(&all, NODE, Metric::Reads, Statistic::Sum).is_empty());
    assert_eq!(points(&all, NODE, Metric::Writes, Statistic::Sum), [(0, 20.0)]);
    assert_eq!(points(&all, NODE, Metric::Commands, Statistic::Sum), [(0, 100.0)]);
    assert!(says(&all, "how often get was called"), "{:?}", all.caveats);
    let seen = all.caches[0].command_use.as_ref().unwrap();
    assert!(!seen.commands.contains("get") && seen.commands.contains("set"), "{seen:?}");
}

#[test]
fn commands_are_in_use_if_they_were_called_and_databases_if_they_hold_keys() {
    let info = |stats: &str, keyspace: &str| {
        let text =
            format!("# Server\nredis_version:7.2.4\nuptime_in_seconds:90\n{stats}# Keyspace\n{keyspace}");
        let all = read_all(vec![input("shop", text)]).unwrap();
        all.caches[0].command_use.clone()
    };
    let seen = info(
        "cmdstat_eval:calls=3,usec=1\ncmdstat_blpop:calls=0,usec=0\ncmdstat_config|get:calls=1,usec=1\n",
        "db0:keys=1,expires=0\ndb5:keys=1,expires=0\n",
    );
    let seen = seen.unwrap();
    assert_eq!(seen.commands.iter().collect::<Vec<_>>(), ["config", "eval"]);
    assert_eq!((seen.databases, seen.across_slots), (Some(6), None));
    // Whoever calls SELECT may mean a database without keys.
    let selects = info("cmdstat_select:calls=3,usec=1\n", "db0:keys=1,expires=0\n").unwrap();
    assert_eq!(selects.databases, None);
    assert_eq!(info("cmdstat_get:calls=3,usec=1\n", "db0:keys=1,expires=0\n").unwrap().databases, Some(1));
    assert_eq!(info("", "db0:keys=1,expires=0\n"), None);
}

#[test]
fn what_monitor_printed_tells_commands_databases_and_slots_and_no_demand() {
    let all = fixtures(&["monitor.txt"]);
    assert!(all.series.is_empty());
    let seen = all.caches[0].command_use.as_ref().unwrap();
    let across: Vec<&str> = seen.across_slots.iter().flatten().map(String::as_str).collect();
    assert_eq!(across, ["exec", "mget"]);
    assert_eq!(seen.databases, Some(3));
    assert!(
        ["blpop", "exec", "get", "incr", "mget", "multi", "select", "set"]
            .iter()
            .all(|c| seen.commands.contains(*c))
    );
    let nothing = read_all(vec![input("monitor", "OK\n")]).unwrap_err();
    assert!(nothing.hint.is_some());
}

#[test]
fn a_restart_between_two_answers_is_said_and_never_a_rate() {
    let all = fixtures(&["info_restart.txt"]);
    assert!(says(&all, "restarted between"), "{:?}", all.caveats);
    assert!(all.series.iter().all(|s| s.statistic != Statistic::Sum), "no rate over a restart");
    assert_eq!(points(&all, "info_restart:6379", Metric::Memory, Statistic::Sample), [(0, 1e9), (120, 2e6)]);
}

#[test]
fn two_servers_on_one_port_are_two_nodes() {
    let one = String::from_utf8(bytes("info_two.txt")).unwrap();
    let other = one.replace("run_id:a1b2", "run_id:beef").replace("used_memory:1", "used_memory:7");
    let all = read_all(vec![input("hosts", format!("{one}{other}"))]).unwrap();
    assert_eq!(points(&all, "hosts:6379", Metric::Memory, Statistic::Sample)[0], (0, 1e9));
    assert_eq!(points(&all, "hosts:6379~beefc3d4", Metric::Memory, Statistic::Sample)[0], (0, 7e9));
    assert!(!says(&all, "restarted"), "{:?}", all.caveats);
}

#[test]
fn answers_of_one_server_are_its_own_in_any_files() {
    let both = String::from_utf8(bytes("info_two.txt")).unwrap();
    let second = both.match_indices("# Server").nth(1).unwrap().0;
    let (before, after) = both.split_at(second);
    for files in [[("before", before), ("after", after)], [("after", after), ("before", before)]] {
        let all = read_all(files.map(|(name, text)| input(name, text)).into()).unwrap();
        assert_eq!(groups(&all).len(), 1, "{:?}", all.caches);
        assert_eq!(points(&all, "before:6379", Metric::Commands, Statistic::Sum), [(0, 100.0)]);
        assert!(!says(&all, "only the mean since the start"), "{:?}", all.caveats);
    }
    // Another id is another server, and so is the same id with another start.
    let other = after.replace("run_id:a1b2", "run_id:beef");
    let all = read_all(vec![input("before", before), input("after", other)]).unwrap();
    assert_eq!(groups(&all).len(), 2);
    let younger = after.replace("uptime_in_seconds:86460", "uptime_in_seconds:90");
    assert_ne!(younger, after);
    let all = read_all(vec![input("before", before), input("after", younger)]).unwrap();
    assert_eq!(groups(&all).len(), 2);
}

#[test]
fn what_a_section_does_not_tell_is_not_0() {
    let all = read_all(vec![input("memory", "# Memory\nused_memory:5\nmaxmemory:0\n")]).unwrap();
    let metrics: Vec<Metric> = all.series.iter().map(|s| s.metric).collect();
    assert_eq!(metrics, [Metric::Memory], "no keys, no limit");
    let all = fixtures(&["info_keyspace.txt"]);
    assert_eq!(points(&all, "info_keyspace", Metric::Keys, Statistic::Sample), [(3600, 7.0)]);
    let all = read_all(vec![input("empty", "used_memory:5\n# Keyspace\n")]).unwrap();
    let keys = points(&all, "empty", Metric::Keys, Statistic::Sample);
    assert_eq!(keys, [(3600, 0.0)]);
    assert!(keys[0].1.is_sign_positive(), "none is 0, not -0");
}

#[test]
fn cloudwatch_is_joined_with_its_queries_in_any_order_of_files() {
    for files in [
        ["cloudwatch_queries.json", "cloudwatch_data.json"],
        ["cloudwatch_data.json", "cloudwatch_queries.json"],
    ] {
        let all = fixtures(&files);
        let node = "shop-0001-001";
        let memory = series(&all, node, Metric::Memory, Statistic::Maximum);
        assert_eq!(memory[0].step, Some(300));
        let of = |metric, statistic| points(&all, node, metric, statistic);
        assert_eq!(of(Metric::Memory, Statistic::Maximum), [(0, 1e9), (300, 2e9), (900, 3e9)]);
        assert_eq!(of(Metric::Reads, Statistic::Sum), [(0, 10.0), (300, 100.0), (900, 200.0)]);
        assert_eq!(of(Metric::EngineCpu, Statistic::Maximum), [(0, 0.125), (300, 0.25), (900, 0.5)]);
        let groups = groups(&all);
        assert_eq!((groups.len(), groups[0].id.as_str(), groups[0].nodes.len()), (1, "shop", 2));
    }
    let error = read_all(vec![input("alone", bytes("cloudwatch_data.json"))]).unwrap_err().to_string();
    assert!(error.contains("--print-queries"), "{error}");
    let error = read_all(vec![input("alone", bytes("cloudwatch_queries.json"))]).unwrap_err();
    assert!(error.to_string().contains("no answer") && error.hint.unwrap().contains("get-metric-data"));
    let answer = |n: usize| format!(r#"{{"Id":"q{n}","Label":"of {n}","Timestamps":[],"Values":[]}}"#);
    let many = (0..40).map(answer).collect::<Vec<_>>().join(",");
    let many = format!(r#"{{"MetricDataResults":[{many}]}}"#);
    let error = read_all(vec![input("many", many)]).unwrap_err().to_string();
    assert!(error.contains("no metric is known for `of 0`, `of 1`, `of 2`, and 37 more: give"), "{error}");
    assert!(error.len() < 400, "{error}");
}

#[test]
fn the_last_page_of_a_series_tells_whether_it_is_whole() {
    let all = fixtures(&["cloudwatch_labels.json"]);
    let keys = series(&all, "shop-0001-001", Metric::Keys, Statistic::Maximum)[0];
    assert_eq!((keys.points.len(), &keys.incomplete), (3, &None));
    let evictions = series(&all, "shop-0001-001", Metric::Evictions, Statistic::Sum)[0];
    assert_eq!(evictions.points[0].value, 1.0);
    assert!(evictions.incomplete.as_ref().unwrap().contains("InternalError"));
    let first = String::from_utf8(bytes("cloudwatch_labels.json")).unwrap();
    let first = first.lines().next().unwrap().to_owned();
    let all = read_all(vec![input("page", first)]).unwrap();
    assert!(all.series.iter().all(|s| s.incomplete.is_some()) && says(&all, "next one that is missing"));
}

#[test]
fn statistics_of_cloudwatch_are_rates_by_the_distance_of_their_points() {
    let all = fixtures(&["cloudwatch_statistics.json"]);
    let expected = [(0, 10_000.0), (60, 20_000.0), (120, 100_000.0)];
    assert_eq!(points(&all, "cloudwatch_statistics", Metric::Inbound, Statistic::Sum), expected);
    assert_eq!(points(&all, "cloudwatch_statistics", Metric::Inbound, Statistic::Maximum), expected);
    assert!(says(&all, "names no cache"));
}

#[test]
fn prometheus_keeps_counters_parts_and_gaps_and_the_judge_sees_the_restart() {
    let all = fixtures(&["prometheus_range.json"]);
    let node = "10.0.0.5:6379";
    assert_eq!(points(&all, node, Metric::Memory, Statistic::Sample), [(0, 1e9), (60, 1.5e9), (120, 2e9)]);
    assert!(series(&all, node, Metric::MemoryLimit, Statistic::Sample).is_empty(), "0 is no limit");
    assert_eq!(series(&all, node, Metric::Reads, Statistic::Counter).len(), 2);
    let keys: Vec<usize> =
        series(&all, node, Metric::Keys, Statistic::Sample).iter().map(|s| s.points.len()).collect();
    assert_eq!(keys, [2, 1], "NaN is a gap");
    assert_eq!(points(&all, node, Metric::Primary, Statistic::Sample), [(0, 0.0), (60, 0.0)]);
    assert!(says(&all, "incomplete") && says(&all, "without a name"));
    let judged = judge(&groups(&all)[0], &all, &Options::default());
    assert_eq!(judged.window.restarts, 1);
    assert_eq!(judged.figure(Metric::Reads).unwrap().most, 110.0);
}

#[test]
fn an_error_of_prometheus_is_one_here() {
    let error = r#"{"status":"error","errorType":"bad_data","error":"resultType too wide"}"#;
    let error = read_all(vec![input("range", error)]);
    assert!(error.is_err());
    let text = r#"{"status":"error","error":"exceeded maximum resolution","data":{"resultType":"matrix","result":[]}}"#;
    let error = read_all(vec![input("range", text)]).unwrap_err();
    assert!(error.to_string().contains("exceeded maximum resolution") && error.hint.is_some(), "{error}");
}

#[test]
fn scrapes_are_levels_and_counters() {
    let all = fixtures(&["prometheus_text.txt"]);
    let node = "prometheus_text";
    assert_eq!(points(&all, node, Metric::Memory, Statistic::Sample), [(3600, 1.5e9)]);
    assert_eq!(points(&all, node, Metric::Reads, Statistic::Counter), [(0, 1000.0), (60, 4000.0)]);
    assert_eq!(points(&all, node, Metric::ConnectionsLimit, Statistic::Sample), [(3600, 10_000.0)]);
    let parts: Vec<_> =
        series(&all, node, Metric::Keys, Statistic::Sample).iter().map(|s| s.part.clone().unwrap()).collect();
    assert_eq!(parts, ["db\"odd\\1", "db0"]);
    assert!(says(&all, "1 lines are no samples"));
    let one = "# TYPE redis_commands_processed_total counter\nredis_commands_processed_total 5\n";
    assert!(says(&read_all(vec![input("once", one)]).unwrap(), "counters tell no rate"));
}

/// Cache Read is "incoming network traffic to the cache node" at Managed Redis, and "the amount of data read from the
/// cache" at Azure Cache for Redis.
#[test]
fn managed_redis_counts_by_the_second_and_from_the_side_of_the_node() {
    let all = fixtures(&["azure_managed.json"]);
    let of = |metric, statistic| points(&all, "shop", metric, statistic);
    assert_eq!(
        of(Metric::Memory, Statistic::Maximum),
        [(0, 2e9), (600, 3e9)],
        "a time without a value is a gap"
    );
    assert_eq!(series(&all, "shop", Metric::Memory, Statistic::Maximum)[0].step, Some(300));
    assert_eq!(of(Metric::MemoryShare, Statistic::Maximum), [(0, 0.5)]);
    assert_eq!(of(Metric::Hits, Statistic::Maximum), [(0, 200.0)]);
    assert_eq!(of(Metric::Reads, Statistic::Average), [(0, 1200.0)], "a sum of rates and how many");
    assert_eq!(of(Metric::Inbound, Statistic::Maximum), [(0, 1000.0)]);
    assert_eq!(of(Metric::Outbound, Statistic::Maximum), [(0, 9000.0)]);
    assert_eq!(points(&all, "shop/0", Metric::Connections, Statistic::Maximum), [(0, 12.0)]);
    assert!(says(&all, "about twice") && says(&all, "largest shard only"));
    assert!(says(&all, "cachemisses is left out: ask for its aggregation Maximum"), "{:?}", all.caveats);
}

#[test]
fn azure_cache_for_redis_counts_by_the_interval_and_from_the_side_of_the_client() {
    let all = fixtures(&["azure_classic.json"]);
    assert_eq!(points(&all, "old", Metric::Hits, Statistic::Sum), [(0, 10.0), (60, 20.0)]);
    assert!(series(&all, "old", Metric::Hits, Statistic::Maximum).is_empty());
    assert_eq!(points(&all, "old/1", Metric::Outbound, Statistic::Maximum), [(0, 5000.0)]);
    assert_eq!(points(&all, "old", Metric::Commands, Statistic::Maximum), [(0, 90.0)]);
    assert!(says(&all, "setcommands is left out: ask for its aggregation Total"), "{:?}", all.caveats);
}

#[test]
fn google_tells_kinds_apart_and_replicas_are_no_shards() {
    let all = fixtures(&["google.json"]);
    let of = |node: &str, metric, statistic| points(&all, node, metric, statistic);
    assert_eq!(of("shop", Metric::Memory, Statistic::Sample), [(0, 1e9), (300, 3e9)]);
    assert_eq!(of("shop", Metric::Reads, Statistic::Sample), [(0, 100.0)], "calls of a minute");
    assert_eq!(of("old/node-0", Metric::Writes, Statistic::Sum), [(0, 20.0)]);
    assert_eq!(of("old/node-0", Metric::Outbound, Statistic::Sum), [(0, 100.0)]);
    assert_eq!(of("old/node-0", Metric::MeanTtl, Statistic::Sample), [(0, 60.0)]);
    assert_eq!(of("big", Metric::Memory, Statistic::Sample), [(0, 900.0)]);
    let cpu = series(&all, "old/node-0", Metric::EngineCpu, Statistic::Sum);
    assert_eq!(cpu.iter().map(|s| s.points[0].value).collect::<Vec<_>>(), [0.05, 0.25]);
    let groups = groups(&all);
    let old = groups.iter().find(|group| group.id == "old").unwrap();
    let judged = judge(old, &all, &Options::default());
    assert_eq!((judged.shards, judged.figure(Metric::Memory).unwrap().most), (1, 500.0));
    let cut = String::from_utf8(bytes("google.json")).unwrap().replace("\"unit\":", "\"nextPageToken\":");
    let all = read_all(vec![input("google", cut)]).unwrap();
    assert!(all.series.iter().all(|s| s.incomplete.is_some()));
}

#[test]
fn upstash_has_its_own_times_and_a_series_before_a_month() {
    let all = fixtures(&["upstash.json"]);
    let of = |metric| points(&all, "upstash", metric, Statistic::Sample);
    assert_eq!(of(Metric::Connections), [(0, 3.0), (60, 5.0)]);
    assert_eq!((of(Metric::Keys), of(Metric::Commands)), (vec![(0, 1000.0)], vec![(0, 12.5)]));
    assert_eq!((of(Metric::Memory), of(Metric::Writes)), (vec![(0, 5e6)], vec![(0, 3.0)]));
    assert!(series(&all, "upstash", Metric::Commands, Statistic::Average).is_empty());
    let month = r#"{"total_monthly_requests": 2629746, "current_storage": "7"}"#;
    let all = read_all(vec![input("month", month)]).unwrap();
    let rate = series(&all, "month", Metric::Commands, Statistic::Average)[0].points[0].value;
    assert!((rate - 1.0).abs() < 0.02, "{rate}");
}

#[test]
fn an_assessment_is_two_answers_of_info() {
    let all = fixtures(&["assessment.json"]);
    assert_eq!(points(&all, "shop-001", Metric::Commands, Statistic::Sum), [(0, 100.0)]);
    assert_eq!(points(&all, "shop-001", Metric::Reads, Statistic::Sum), [(0, 50.0)]);
}

#[test]
fn datadog_rolls_up_and_its_agent_counts_since_the_start() {
    let all = fixtures(&["datadog_v1.json"]);
    assert_eq!(points(&all, "shop-0001-001", Metric::Memory, Statistic::Maximum), [(0, 1e9), (120, 3e9)]);
    let evictions = points(&all, "10.0.0.5", Metric::Evictions, Statistic::Counter);
    assert_eq!(evictions, [(0, 100.0), (60, 700.0), (120, 5.0)]);
    assert!(says(&all, "mem.lua sizes no cache") && says(&all, "rolls up"));
    let two = cachefit::observe::Input {
        name: "folder/redis.keys.json".into(),
        content: Box::new(std::io::Cursor::new(bytes("datadog_v2.json"))),
    };
    let all = read_all(vec![two]).unwrap();
    assert_eq!(points(&all, "shop", Metric::Keys, Statistic::Average), [(0, 10.0)]);
}

#[test]
fn tables_are_long_or_wide() {
    let all = fixtures(&["table_long.csv"]);
    let of = |metric, statistic| points(&all, "shop-0001-001", metric, statistic);
    assert_eq!(of(Metric::Memory, Statistic::Maximum), [(0, 1.5e9), (600, 2.5e9)]);
    assert_eq!(of(Metric::EngineCpu, Statistic::Maximum), [(0, 0.4)]);
    assert_eq!(of(Metric::MeanTtl, Statistic::Average), [(0, 60.0)]);
    assert_eq!(of(Metric::Reads, Statistic::Sum), [(0, 2.0)]);
    assert!(says(&all, "SwapUsage sizes no cache"));
    let all = fixtures(&["table_wide.tsv"]);
    assert_eq!(points(&all, "db1", Metric::Memory, Statistic::Sample), [(0, 1e6), (60, 2e6)]);
    assert_eq!(points(&all, "db1", Metric::Connections, Statistic::Sample), [(0, 5.0)]);
}

#[test]
fn packed_files_are_the_files() {
    let pack = |content: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(content).unwrap();
        packer.finish().unwrap()
    };
    for file in
        ALL.iter().filter(|file| **file != "cloudwatch_queries.json" && **file != "cloudwatch_data.json")
    {
        let plain = read_all(vec![input("same", bytes(file))]);
        let packed = read_all(vec![input("same", pack(&bytes(file)))]);
        assert_eq!(plain, packed, "{file}");
    }
    // Pages that were packed one by one and then put together.
    let pages = String::from_utf8(bytes("cloudwatch_labels.json")).unwrap();
    let packed: Vec<u8> = pages.lines().flat_map(|page| pack(page.as_bytes())).collect();
    assert_eq!(read_all(vec![input("same", packed)]), read_all(vec![input("same", pages)]));
}
