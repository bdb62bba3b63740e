//! Answers that stand one after another in a file: pages of which one is missing, errors behind good ones, and empty ones.

use cachefit::observe::{Metric, Observations, Options, StateName, groups, judge};

use crate::{START, input, read_all, says};

/// A page of Cloud Monitoring about some metrics, and what else it says.
fn google(metrics: &[&str], more: &str) -> String {
    let one = |metric: &&str| {
        format!(
            r#"{{"metric":{{"type":"memorystore.googleapis.com/instance/{metric}"}},"resource":{{"labels":{{"instance_id":"shop"}}}},
               "metricKind":"GAUGE","points":[{{"interval":{{"endTime":"2026-11-20T12:00:00Z"}},"value":{{"int64Value":"5"}}}}]}}"#
        )
    };
    let all: Vec<String> = metrics.iter().map(one).collect();
    format!(r#"{{"timeSeries":[{}]{more}}}"#, all.join(","))
}

/// A page of `CloudWatch` about some queries.
fn cloudwatch(labels: &[&str], more: &str) -> String {
    let one = |label: &&str| {
        format!(
            r#"{{"Id":"q","Label":"{label}|Maximum|60","Timestamps":["2026-11-20T12:00:00Z"],"Values":[5],"StatusCode":"Complete"}}"#
        )
    };
    let all: Vec<String> = labels.iter().map(one).collect();
    format!(r#"{{"MetricDataResults":[{}]{more}}}"#, all.join(","))
}

fn read(pages: &[String]) -> Observations {
    read_all(vec![input("shop", pages.join("\n"))]).unwrap()
}

/// Whether a page is said to be missing, and nothing may shrink for it.
fn lacks_a_page(all: &Observations) -> bool {
    let lacks = all.series.iter().all(|series| series.incomplete.is_some());
    let judged = judge(&groups(all)[0], all, &Options::default());
    assert_eq!(judged.is(StateName::Incomplete), lacks);
    assert!(!lacks || judged.no_shrinking.iter().any(|why| why.contains("missing")), "{judged:?}");
    lacks
}

#[test]
fn the_answer_about_another_metric_is_no_next_page() {
    const NEXT: &str = r#","nextPageToken":"MORE""#;
    let (memory, keys) = ("memory/total_used_memory", "keyspace/total_keys");
    let clients = "clients/maximum_connected_clients";
    assert!(lacks_a_page(&read(&[google(&[memory], NEXT), google(&[keys], "")])));
    assert!(lacks_a_page(&read(&[google(&[keys], ""), google(&[memory], NEXT)])));
    // The same metric again behind others is one of another question.
    assert!(lacks_a_page(&read(&[google(&[memory], NEXT), google(&[keys], ""), google(&[memory], "")])));
    assert!(!lacks_a_page(&read(&[google(&[memory], NEXT), google(&[memory], ""), google(&[keys], "")])));
    let several = [google(&[memory, keys], NEXT), google(&[keys, clients], NEXT), google(&[clients], "")];
    assert!(!lacks_a_page(&read(&several)));
    // The last page may have nothing but its unit.
    assert!(!lacks_a_page(&read(&[google(&[memory], NEXT), r#"{"unit":"By"}"#.into(), google(&[keys], "")])));
}

#[test]
fn the_answer_to_other_queries_is_no_next_page() {
    const NEXT: &str = r#","NextToken":"MORE""#;
    let (memory, keys) = ("BytesUsedForCache|shop-001", "CurrItems|shop-001");
    assert!(lacks_a_page(&read(&[cloudwatch(&[memory], NEXT), cloudwatch(&[keys], "")])));
    assert!(lacks_a_page(&read(&[cloudwatch(&[keys], ""), cloudwatch(&[memory], NEXT)])));
    assert!(!lacks_a_page(&read(&[cloudwatch(&[memory, keys], NEXT), cloudwatch(&[keys], "")])));
    assert!(!lacks_a_page(&read(&[
        cloudwatch(&[memory], NEXT),
        cloudwatch(&[], ""),
        cloudwatch(&[keys], "")
    ])));
}

#[test]
fn an_error_behind_good_answers_is_an_error() {
    let azure = r#"{"timespan":"x","interval":"PT5M","namespace":"Microsoft.Cache/Redis","value":[
        {"id":"/x/providers/Microsoft.Cache/Redis/shop/y","name":{"value":"usedmemory"},"timeseries":[
        {"data":[{"timeStamp":"2026-11-20T12:00:00Z","maximum":60}]}]}]}"#;
    let good = [
        google(&["memory/total_used_memory"], ""),
        cloudwatch(&["CurrItems|shop-001"], ""),
        azure.to_owned(),
        r#"{"Label":"CurrItems","Datapoints":[{"Timestamp":"2026-11-20T12:00:00Z","Maximum":60}]}"#
            .to_owned(),
    ];
    let errors = [
        (
            r#"{"error":{"code":403,"message":"no\u001b[2J","status":"PERMISSION_DENIED"}}"#,
            "403: PERMISSION_DENIED: no [2J",
        ),
        (r#"{"error":{"code":"AuthorizationFailed","message":"not you"}}"#, "AuthorizationFailed: not you"),
        (r#"{"__type":"AccessDenied","Message":"not you"}"#, "AccessDenied: not you"),
        (r#"{"hello":1}"#, "of a kind that is not known"),
    ];
    for good in &good {
        assert!(!read(std::slice::from_ref(good)).series.is_empty());
        for (error, said) in errors {
            let found = read_all(vec![input("shop", format!("{good}\n{error}"))]).unwrap_err();
            let text = found.to_string();
            assert!(text.contains("in document 2, behind") && text.contains(said), "{text}");
            assert!(found.hint.is_some());
        }
        // What holds nothing is no error.
        for nothing in ["{}", "[]", r#"{"value":[]}"#] {
            assert_eq!(read(&[good.clone(), nothing.into()]).series, read(std::slice::from_ref(good)).series);
        }
    }
}

#[test]
fn an_error_alone_is_told_in_the_words_of_the_service() {
    let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(10_000));
    for (text, said) in [
        (
            r#"{"status": "error", "errorType": "bad_data", "error": "too many points"}"#,
            "bad_data: too many points",
        ),
        (r#"{"error":{"code":403,"message":"denied"}}"#, "403: denied"),
        (r#"{"error":{"code":403,"message":"denied"}} {"timeSeries":[]}"#, "403: denied"),
        (&long, "xxxxxxxx…"),
    ] {
        let error = read_all(vec![input("shop", text)]).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("holds an error that a service answered") && told.contains(said), "{told}");
        assert!(told.len() < 400 && error.hint.unwrap().contains("ask again"), "{told}");
    }
}

#[test]
fn an_empty_answer_is_told_beside_others_and_an_error_alone() {
    let full = || input("full", cloudwatch(&["BytesUsedForCache|shop-001"], ""));
    let valueless = r#"{"MetricDataResults":[{"Id":"q","Label":"CurrItems|shop-001|Maximum|60","Timestamps":[],"Values":[],"StatusCode":"Complete"}]}"#;
    for (empty, said) in [
        (r#"{"MetricDataResults":[],"Messages":[]}"#, "holds nothing that sizes a cache"),
        (valueless, "1 answer without any value"),
        (r#"{"ReplicationGroups":[]}"#, "names no cache"),
        ("[]", "holds an empty list or object"),
        ("{}\n{}", "holds an empty list or object"),
        ("time,resource,memory\n", "holds nothing that sizes a cache"),
    ] {
        for files in [vec![full(), input("empty", empty)], vec![input("empty", empty), full()]] {
            let all = read_all(files).unwrap();
            assert_eq!(all.series.len(), 1, "{empty}");
            assert!(says(&all, said) && says(&all, "exports/empty.dat"), "{empty}: {:?}", all.caveats);
        }
        let error = read_all(vec![input("empty", empty), input("none", "[]")]).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(error.hint.unwrap().len() > 30, "{empty}");
    }
}

#[test]
fn an_empty_answer_before_others_in_a_file_says_nothing() {
    for good in [google(&["memory/total_used_memory"], ""), cloudwatch(&["CurrItems|shop-001"], "")] {
        let alone = read(std::slice::from_ref(&good));
        for nothing in ["{}", "[]\n{}", "\u{feff}{ }", r#"{"unit":"By"}"#] {
            assert_eq!(read(&[nothing.to_owned(), good.clone()]).series, alone.series);
        }
    }
    // Of a metric that nobody has written yet, Google tells the unit.
    let pages = [r#"{"unit":"By","timeSeries":[]}"#.to_owned(), google(&["memory/total_used_memory"], "")];
    assert_eq!(read(&pages).series.len(), 1);
}

#[test]
fn a_cut_file_says_so_whatever_it_holds() {
    use std::io::Write as _;
    let rows: String =
        (0..2_000).map(|n| format!("{},shop,{}\n", START - 60 * n, 1_000_000 + n * 7919)).collect();
    let pages: String = (0..200).map(|n| cloudwatch(&[&format!("CurrItems|shop-{n:03}")], "")).collect();
    for text in [format!("time,host,memory\n{rows}"), pages] {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        assert!(!read_all(vec![input("whole", packed.clone())]).unwrap().series.is_empty());
        let error = read_all(vec![input("cut", &packed[..packed.len() / 2])]).unwrap_err();
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("ends in the middle")), "{error:?}");
    }
}

#[test]
fn what_is_packed_or_written_otherwise_is_named_with_its_remedy() {
    let utf16: Vec<u8> = "{\"timeSeries\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
    for (content, what, hint) in [
        (utf16.as_slice(), "is UTF-16", "iconv -f UTF-16LE"),
        (&marked, "is UTF-16", "iconv -f UTF-16 "),
        (b"\x28\xb5\x2f\xfd\x04\x00", "is packed with zstd", "zstd -dc FILE | cachefit observe --from -"),
        (b"", "is empty", "run it again"),
    ] {
        let error = read_all(vec![input("odd", content)]).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(error.hint.as_ref().unwrap().contains(hint), "{error:?}");
    }
}

/// What a source says only of figures that it has is not said of those that it has not.
#[test]
fn metrics_without_values_say_nothing_of_their_figures() {
    let text = r#"{"timespan":"x","interval":"PT5M","namespace":"Microsoft.Cache/redisEnterprise","value":[
        {"id":"/x/providers/Microsoft.Cache/redisEnterprise/shop/y","name":{"value":"usedmemory"},"timeseries":[
        {"data":[{"timeStamp":"2026-11-20T12:00:00Z"VALUE}]}]}]}"#;
    let all = read(&[text.replace("VALUE", r#","maximum":5"#)]);
    assert!(all.series[0].metric == Metric::Memory && says(&all, "primary and replica"));
    let error = read_all(vec![input("shop", text.replace("VALUE", ""))]).unwrap_err();
    assert!(error.details.is_empty() && error.hint.unwrap().contains("aggregations"), "{:?}", error.details);
}
