//! Files that are cut, shuffled, doubled, mixed or changed: a clear error or what is still right, never a panic.

use cachefit::observe::{Confidence, Metric, Observations, Options, ReadError, groups, judge, read};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{ALL, NOW, START, bytes, fixtures, input, read_all};

/// What holds for everything that was read.
fn is_sound(all: &Observations) {
    for series in &all.series {
        assert!(!series.points.is_empty(), "{series:?}");
        assert!(
            series.points.iter().all(|p| (0.0..1e19).contains(&p.value) && p.at <= NOW + 3600),
            "{series:?}"
        );
        assert!(series.points.windows(2).all(|pair| pair[0].at < pair[1].at), "{series:?}");
        assert!(series.step != Some(0));
    }
}

fn is_clear(error: &ReadError) {
    let text = error.to_string();
    assert!(text.len() > 10 && !text.contains("panicked"), "{text}");
}

fn sound_or_clear(result: &Result<Observations, ReadError>) {
    match result {
        Ok(all) => is_sound(all),
        Err(error) => is_clear(error),
    }
}

#[test]
fn a_cut_file_is_an_error_or_what_stands_before_the_cut() {
    for file in ALL {
        let whole = bytes(file);
        for part in 1..24 {
            let result = read_all(vec![input("cut", &whole[..whole.len() * part / 24])]);
            sound_or_clear(&result);
            let json = [b'{', b'['].contains(&whole[0]) && *file != "cloudwatch_labels.json";
            if json {
                let error = result.expect_err(file);
                assert!(error.hint.is_some(), "{file} {part}: {error}");
            }
        }
    }
    let half = &bytes("google.json")[..2000];
    let error = read_all(vec![input("half", half)]).unwrap_err();
    assert!(error.hint.as_ref().unwrap().contains("ends in the middle"), "{error} {:?}", error.hint);
}

#[test]
fn two_formats_in_one_file_are_an_error_and_in_two_files_are_both_read() {
    for (one, other) in [
        ("google.json", "upstash.json"),
        ("prometheus_range.json", "cloudwatch_labels.json"),
        ("upstash.json", "azure_managed.json"),
    ] {
        let both = [bytes(one), b"\n".to_vec(), bytes(other)].concat();
        let error = read_all(vec![input("both", both)]).unwrap_err();
        assert!(error.hint.as_ref().unwrap().contains("its own file"), "{error}");
        let apart = fixtures(&[one, other]);
        assert_eq!(apart.series.len(), fixtures(&[one]).series.len() + fixtures(&[other]).series.len());
    }
}

#[test]
fn a_file_that_is_given_twice_says_no_more() {
    // Some files say nothing by themselves, or nothing under another name.
    let alone = ["cloudwatch_data.json", "cloudwatch_queries.json", "datadog_v2.json"];
    for file in ALL.iter().filter(|file| !alone.contains(file)) {
        let once = read_all(vec![input("same", bytes(file))]).unwrap();
        let twice = read_all(vec![input("same", bytes(file)), input("same", bytes(file))]).unwrap();
        assert_eq!(once.series, twice.series, "{file}");
        assert_eq!(once.caches.len(), twice.caches.len(), "{file}");
        assert_eq!(once.reservations, twice.reservations, "{file}");
    }
}

#[test]
fn what_is_no_export_is_said_so() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\x00\x01\x02", "is no text"),
        (b"hello", "not known"),
        (b"{\"hello\": 1}", "not known"),
        (b"\x1f\x8bbroken", "cannot be read"),
        (b"[[[[[[[[[[", "not known"),
    ];
    for (content, what) in cases {
        let error = read_all(vec![input("odd", content)]).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    let deep = format!("{{\"timeSeries\":{}", "[".repeat(100_000));
    is_clear(&read_all(vec![input("deep", deep)]).unwrap_err());
    let long = format!("# TYPE redis_x gauge\n{}", "redis_".repeat(200_000));
    sound_or_clear(&read_all(vec![input("long", long)]));
}

#[test]
fn a_wrong_clock_is_told() {
    let inputs = vec![input("range", bytes("prometheus_range.json"))];
    let error = read(inputs, START - 10 * 365 * 86_400);
    // The role of the server is known without a clock.
    let all = error.unwrap();
    assert!(all.series.is_empty() && crate::says(&all, "the clock of their source is wrong"));
    let table = "time,metric,value\n2009-01-01T00:00:00Z,memory,5000000\n";
    let error = read_all(vec![input("table", table)]).unwrap_err();
    assert!(error.to_string().starts_with("the input holds only points from before 2015"), "{error}");
    assert!(error.hint.unwrap().contains("clock"));
}

#[test]
fn numbers_may_be_texts_and_what_is_none_is_a_gap() {
    let plain = r#"{"MetricDataResults":[{"Id":"a","Label":"CurrItems|n|Maximum|60","Timestamps":["2026-11-20T12:00:00Z","2026-11-20T12:01:00Z"],"Values":[5,7],"StatusCode":"Complete"}]}"#;
    let texts = plain.replace("[5,7]", r#"["5","7"]"#);
    let gap = plain.replace("[5,7]", r#"["5","NaN"]"#);
    let read = |text: &str| read_all(vec![input("n", text)]).unwrap();
    assert_eq!(read(plain), read(&texts));
    assert_eq!(read(&gap).series[0].points.len(), 1);
    let odd = plain.replace("[5,7]", r#"["five","7"]"#);
    let error = read_all(vec![input("n", odd)]).unwrap_err().to_string();
    assert!(error.contains("`five` is no number"), "{error}");
    let short = plain.replace("[5,7]", "[5]");
    assert!(crate::says(&read(&short), "2 times and 1 values"));
}

#[test]
fn values_that_contradict_each_other_are_told() {
    let text = r#"{"MetricDataResults":[{"Id":"a","Label":"CurrItems|n|Maximum|60","Timestamps":["2026-11-20T12:00:00Z","2026-11-20T12:00:00Z"],"Values":[5,7],"StatusCode":"Complete"}]}"#;
    let all = read_all(vec![input("n", text)]).unwrap();
    assert_eq!(all.series[0].points[0].value, 7.0);
    assert!(crate::says(&all, "twice with different values"));
}

#[test]
fn one_point_is_no_demand() {
    let all = read_all(vec![input("t", format!("time,metric,value\n{START},memory,5000000\n"))]).unwrap();
    let judged = judge(&groups(&all)[0], &all, &Options::default());
    assert_eq!(judged.figure(Metric::Memory).unwrap().confidence, Confidence::Low);
    assert!(!judged.no_shrinking.is_empty());
}

#[derive(Clone, Debug)]
enum Change {
    Cut(f64, f64),
    Double(f64, f64),
    Swap(f64, f64),
    Put(f64, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || 0.0..1.0_f64;
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ",",
        ":",
        "-",
        "9",
        "e308",
        "NaN",
        "null",
        "\n",
        "\0",
        "é",
        "1e400",
        "-1",
        "=",
        "|",
        "18446744073709551616",
        "9999-12-31T23:59:59Z",
    ];
    prop_oneof![
        (at(), 0.0..0.1_f64).prop_map(|(a, l)| Change::Cut(a, l)),
        (at(), 0.0..0.1_f64).prop_map(|(a, l)| Change::Double(a, l)),
        (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        (at(), prop::sample::select(pieces.to_vec())).prop_map(|(a, piece)| Change::Put(a, piece)),
    ]
}

fn changed(mut content: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |share: f64, len: usize| ((share * len as f64) as usize).min(len.saturating_sub(1));
        let len = content.len();
        if len == 0 {
            return content;
        }
        match change {
            Change::Cut(at, length) => {
                let at = place(*at, len);
                content.drain(at..(at + place(*length, len)).min(len));
            }
            Change::Double(at, length) => {
                let at = place(*at, len);
                let piece = content[at..(at + place(*length, len)).min(len)].to_vec();
                content.splice(at..at, piece);
            }
            Change::Swap(a, b) => content.swap(place(*a, len), place(*b, len)),
            Change::Put(at, piece) => {
                let at = place(*at, len);
                content.splice(at..at, piece.bytes());
            }
        }
    }
    content
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens to a file: what is read is sound, what is not read says why.
    #[test]
    fn changed_files_are_read_or_refused(file in prop::sample::select(ALL.to_vec()), changes in vec(change(), 1..8)) {
        let content = changed(bytes(file), &changes);
        let queries = input("queries", bytes("cloudwatch_queries.json"));
        sound_or_clear(&read_all(vec![queries, input("changed", content)]));
    }
}
