//! Tables: units, cells, and shares that are percent.

use cachefit::observe::{Metric, Statistic};

use crate::{START, input, points, read_all, says, series};

/// A long table of one cache with these rows behind the time.
fn long(rows: &[&str]) -> String {
    let rows = rows.iter().zip(0_i64..).map(|(row, at)| format!("{},shop,{row}\n", START + 60 * at));
    format!("time,resource,metric,statistic,value,unit,step\n{}", rows.collect::<String>())
}

#[test]
fn a_unit_is_what_it_says() {
    let all = read_all(vec![input(
        "units",
        long(&[
            "memory,max,4.25,GiB,60",
            "memory_limit,max,8192,MiB,60",
            "memory_share,max,51.5,percent,60",
            "mean_ttl,avg,1500,ms,60",
            "reads,max,6000,count/minute,60",
            "writes,sum,600,count,60",
            "inbound,max,2,MiB/s,60",
            "NetworkBytesOut,Sum,6,Megabytes,60",
            "EngineCPUUtilization,max,0.4,ratio,60",
            "GetTypeCmds,max,50,Count/Second,60",
        ]),
    )])
    .unwrap();
    let of = |metric, statistic| points(&all, "shop", metric, statistic)[0].1;
    assert_eq!(of(Metric::Memory, Statistic::Maximum), 4.25 * 1_073_741_824.0);
    assert_eq!(of(Metric::MemoryLimit, Statistic::Maximum), 8.0 * 1_073_741_824.0);
    assert_eq!(of(Metric::MemoryShare, Statistic::Maximum), 0.515);
    assert_eq!(of(Metric::MeanTtl, Statistic::Average), 1.5);
    let reads: Vec<f64> =
        points(&all, "shop", Metric::Reads, Statistic::Maximum).iter().map(|p| p.1).collect();
    assert_eq!(reads, [100.0, 50.0], "a name of CloudWatch with a unit a second is a rate already");
    assert_eq!(of(Metric::Writes, Statistic::Sum), 10.0);
    assert_eq!(of(Metric::Inbound, Statistic::Maximum), 2_097_152.0);
    assert_eq!(of(Metric::Outbound, Statistic::Sum), 100_000.0);
    assert_eq!(of(Metric::EngineCpu, Statistic::Maximum), 0.4);
    assert!(all.caveats.is_empty(), "{:?}", all.caveats);
}

#[test]
fn a_unit_that_is_not_known_is_never_taken_for_one() {
    let all = read_all(vec![input(
        "units",
        long(&[
            "keys,max,7,count,60",
            "memory,max,4.2,furlongs,60",
            "reads,max,100,count,60",
            "inbound,max,3,Mb/s,60",
        ]),
    )])
    .unwrap();
    assert_eq!(all.series.iter().map(|s| s.metric).collect::<Vec<_>>(), [Metric::Keys]);
    assert!(says(&all, "memory is left out: `furlongs` is a unit that is not known"), "{:?}", all.caveats);
    assert!(says(&all, "reads is left out: `count` names no time"), "{:?}", all.caveats);
    assert!(says(&all, "inbound is left out: `Mb/s` is a unit"), "{:?}", all.caveats);
    let error = read_all(vec![input("units", long(&["memory,max,4.2,percent,60"]))]).unwrap_err().to_string();
    assert!(error.contains("`percent` is no unit of memory"), "{error}");
}

#[test]
fn a_column_may_be_named_with_its_unit() {
    let text = format!("time,host,memory (GiB),memory_share_percent,host_cpu [%]\n{START},shop,1.5,85,20\n");
    let all = read_all(vec![input("wide", text)]).unwrap();
    let of = |metric| points(&all, "shop", metric, Statistic::Sample)[0].1;
    assert_eq!(of(Metric::Memory), 1.5 * 1_073_741_824.0);
    assert_eq!((of(Metric::MemoryShare), of(Metric::HostCpu)), (0.85, 0.2));
}

#[test]
fn a_share_above_1_is_no_share_unless_its_unit_says_percent() {
    let table = |unit: &str| long(&[&format!("memory_share,max,85,{unit},60")]);
    let error = read_all(vec![input("share", table(""))]).unwrap_err();
    assert!(error.to_string().contains("has a memory_share of 85, which is a share from 0 to 1"), "{error}");
    assert!(error.hint.unwrap().contains("percent"));
    let all = read_all(vec![input("share", table("percent"))]).unwrap();
    assert_eq!(points(&all, "shop", Metric::MemoryShare, Statistic::Maximum), [(0, 0.85)]);
    let over = read_all(vec![input("share", long(&["memory_share,max,1.02,share,60"]))]).unwrap();
    assert_eq!(points(&over, "shop", Metric::MemoryShare, Statistic::Maximum), [(0, 1.02)]);
}

#[test]
fn a_row_with_more_cells_than_columns_is_left_out_and_named() {
    let rows: String = (0..500)
        .map(|n| {
            let reads = if n == 498 { "4,000" } else { "4000" };
            format!("{},shop,1000000,{reads},7\n", START - 60 * n)
        })
        .collect();
    let all = read_all(vec![input("wide", format!("time,host,memory,reads,writes\n{rows}"))]).unwrap();
    assert_eq!(series(&all, "shop", Metric::Reads, Statistic::Sample)[0].points.len(), 499);
    assert!(points(&all, "shop", Metric::Writes, Statistic::Sample).iter().all(|p| p.1 == 7.0));
    let said = "1 row of 500 cannot be read and is left out: line 500: it has 6 cells for 5 columns";
    assert!(says(&all, said), "{:?}", all.caveats);
    // Empty cells at the end say nothing.
    let all = read_all(vec![input("wide", format!("time,host,keys\n{START},shop,5,,\n"))]).unwrap();
    assert_eq!(points(&all, "shop", Metric::Keys, Statistic::Sample), [(0, 5.0)]);
}

#[test]
fn of_many_bad_rows_the_first_three_are_named() {
    let rows: String = (0..8).map(|n| format!("{},shop,x{n}\n", START + n)).collect();
    let error = read_all(vec![input("bad", format!("time,host,memory\n{rows}"))]).unwrap_err().to_string();
    assert!(
        error.contains("line 2: `x0` is no number; line 3:") && error.ends_with("; and 5 more"),
        "{error}"
    );
}

#[test]
fn a_value_that_no_cache_can_have_is_no_measurement() {
    let text = format!("time,host,memory,keys\n{START},shop,1e308,5\n{},shop,7e6,-3\n", START + 60);
    let all = read_all(vec![input("odd", text)]).unwrap();
    assert_eq!(points(&all, "shop", Metric::Memory, Statistic::Sample), [(60, 7e6)]);
    assert_eq!(points(&all, "shop", Metric::Keys, Statistic::Sample), [(0, 5.0)]);
    assert!(says(&all, "shop: 1 value of memory is left out: no cache has 1e308"), "{:?}", all.caveats);
    let error = read_all(vec![input("odd", format!("time,host,memory\n{START},shop,1e308\n"))]).unwrap_err();
    assert!(error.to_string().contains("1e308"), "{error}");
}

#[test]
fn a_memory_that_no_server_can_have_lacks_its_unit() {
    for (metric, value) in [("memory", "6.12"), ("memory_limit", "8"), ("memory", "6272")] {
        let error = read_all(vec![input("m", long(&[&format!("{metric},max,{value},,60")]))]).unwrap_err();
        let said = format!("has a {metric} of {value} at most without a unit, which would be bytes");
        assert!(error.to_string().contains(&said), "{error}");
        assert!(error.hint.unwrap().contains(&format!("`{metric} (GiB)`")));
    }
    // What is said to be bytes is, and a server may have none at a time.
    for row in
        ["memory,max,6.12,B,60", "memory,max,0,,60", "memory,max,900000,,60", "BytesUsedForCache,max,300,,60"]
    {
        let all = read_all(vec![input("m", long(&[row]))]).unwrap();
        assert_eq!(series(&all, "shop", Metric::Memory, Statistic::Maximum).len(), 1, "{row}");
    }
    // A low moment is no other unit.
    let all = read_all(vec![input("m", long(&["memory,max,5000000,,60", "memory,max,12,,60"]))]).unwrap();
    assert_eq!(all.series[0].points.len(), 2);
}
