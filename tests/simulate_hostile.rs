//! Traces that are cut, shuffled, empty, binary, endless or nonsense: an error or a result, never a panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::{Cursor, Read, Write as _};

use cachefit::memory::{Allocator, Server};
use cachefit::simulate::{
    Format, Method, Op, Options, Outcome, Request, Share, SimulateError, Sizes, Trace, TraceError, simulate,
};
use cachefit::units::Policy;
use proptest::prelude::*;

fn options() -> Options {
    Options {
        runs: 1,
        threads: Some(1),
        ..Options::new(Server::new("redis-7.0", Some(Allocator::Jemalloc16)).unwrap())
    }
}

fn run(bytes: impl Read + Send + 'static) -> Result<Outcome, SimulateError> {
    simulate(Trace::from_reader(Box::new(bytes), 0.01)?, &options(), &|_| {})
}

fn requests(text: &[u8]) -> (Format, Vec<Request>, u64) {
    let mut trace = Trace::from_reader(Box::new(Cursor::new(text.to_vec())), 1.0).unwrap();
    let (mut all, mut batch) = (Vec::new(), Vec::new());
    while trace.next(&mut batch).unwrap() {
        all.append(&mut batch);
    }
    (trace.format(), all, trace.counts().bad)
}

const MONITOR: &str = "OK\n1700000000.100000 [0 127.0.0.1:1] \"GET\" \"a b\"\n\
    1700000000.200000 [0 127.0.0.1:1] \"SET\" \"a b\" \"x\\x00\\\"y\" \"PX\" \"1500\"\n\
    1700000000.300000 [0 lua] \"mget\" \"k1\" \"k2\"\n1700000001.0 [0 127.0.0.1:1] \"PING\"\n\
    1700000002.0 [0 127.0.0.1:1] \"expire\" \"k1\" \"20\"\n1700000003.0 [0 127.0.0.1:1] \"DEL\" \"k1\" \"k2\"\n";

#[test]
fn reads_monitor_output() {
    let (format, all, bad) = requests(MONITOR.as_bytes());
    assert_eq!((format, bad), (Format::Monitor, 0));
    let ops: Vec<Op> = all.iter().map(|r| r.op).collect();
    let (get, set, del) = (Op::Read, Op::Write, Op::Delete);
    assert_eq!(ops, [get, set, get, get, Op::Expire, del, del]);
    assert_eq!((all[1].value_len, all[1].ttl_ms, all[1].key_len), (4, 1500, 3));
    assert_eq!(all[0].key, all[1].key);
    assert_eq!((all[0].time_ms, all[4].ttl_ms), (1_700_000_000_100, 20_000));
}

/// Whatever a server prints for a client is read: an IPv6 address has brackets of its own.
#[test]
fn reads_commands_of_any_client() {
    let clients = [
        "127.0.0.1:60866",
        "[::1]:60866",
        "[2001:db8::17:a]:6379",
        "[fe80::1%eth0]:50112",
        "lua",
        "unix:/run/redis [2]/redis.sock",
        "unix:",
        "?:0",
    ];
    let line = |client: &str| format!("1339518083.107412 [15 {client}] \"GET\" \"a] \\\"b\"\n");
    let text: String = clients.iter().map(|client| line(client)).collect();
    let (format, all, bad) = requests(text.as_bytes());
    assert_eq!((format, bad, all.len()), (Format::Monitor, 0, clients.len()));
    assert!(all.iter().all(|r| r.key == all[0].key && r.key_len == 5 && r.time_ms == 1_339_518_083_107));
}

/// MONITOR through the log of a container or a journal: the same requests, and a word about it.
#[test]
fn reads_monitor_output_behind_a_prefix() {
    let (_, plain, _) = requests(MONITOR.replace(".0 [", ".000000 [").as_bytes());
    for prefix in [
        "redis-1  | ",
        "[pod/redis-0/redis] ",
        "2026-11-28T10:00:00.123456789Z ",
        "Nov 28 10:00:00 host-7 redis-cli[812]: ",
        "cache [blue] says: ",
    ] {
        let text = MONITOR.replace(".0 [", ".000000 [");
        let text: String = text.lines().map(|line| format!("{prefix}{line}\n")).collect();
        let (format, all, bad) = requests(text.as_bytes());
        assert_eq!((format, bad), (Format::Monitor, 0), "{prefix}");
        assert_eq!(all, plain, "{prefix}");
        let outcome = run(Cursor::new(text.into_bytes())).unwrap();
        let note = outcome.caveats.iter().find(|c| c.contains("before MONITOR's time"));
        assert!(note.is_some_and(|note| note.starts_with("6 of 6 lines")), "{prefix}: {:?}", outcome.caveats);
    }
    let json =
        MONITOR.lines().map(|l| format!("{{\"log\":{l:?},\"stream\":\"stdout\"}}\n")).collect::<String>();
    let error = run(Cursor::new(json.into_bytes())).unwrap_err().to_string();
    assert!(error.contains("jq -j .log"), "{error}");
}

#[test]
fn reads_named_columns_in_any_order() {
    for text in [
        "op,key,ttl,size,time\nget,a,,10,5\nset,\"b,\"\"c\",60,20,6.5\nread,a,,10,7\n",
        "# time\tobject\tvalue_size\top\tttl\n5\ta\t10\tGET\t\n6.5\tb,\"c\t20\tSET\t60\n7\ta\t10\tr\t\n",
    ] {
        let (format, all, bad) = requests(text.as_bytes());
        assert_eq!((format, bad, all.len()), (Format::Columns, 0, 3), "{text}");
        assert_eq!(
            (all[1].op, all[1].value_len, all[1].ttl_ms, all[1].time_ms),
            (Op::Write, 20, 60_000, 6500)
        );
        assert_eq!((all[1].key_len, all[0].key == all[2].key), (4, true), "{text}");
    }
}

#[test]
fn reads_twitter_and_plain_columns() {
    let (format, all, bad) = requests(b"0,nz:u,eeW511W3dcH3de3d15ec,22,304,3,get,0\n1,k,1,99,3,set,60\n");
    assert_eq!((format, bad, all.len()), (Format::Twitter, 0, 2));
    assert_eq!((all[0].key_len, all[0].value_len, all[1].ttl_ms), (22, 304, 60_000));
    let (format, all, _) = requests(b"0, 13053225291711363978, 737, 13\n1, 5, 40, 2\n");
    assert_eq!((format, all.len(), all[0].value_len), (Format::PlainColumns, 2, 737));
}

fn oracle(records: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..records {
        bytes.extend((i / 10).to_le_bytes());
        bytes.extend(u64::from(i % 97).to_le_bytes());
        bytes.extend(500_u32.to_le_bytes());
        bytes.extend((-1_i64).to_le_bytes());
    }
    bytes
}

#[test]
fn compressed_traces_are_the_same_traces() {
    let plain = oracle(5000);
    let (format, all, _) = requests(&plain);
    assert_eq!((format, all.len()), (Format::OracleGeneral, 5000));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zstd = ruzstd::encoding::compress_to_vec(Cursor::new(plain), level);
    // Two frames after one another are one stream.
    let twice: Vec<u8> = [zstd.clone(), zstd.clone()].concat();
    for (packed, times) in [(gzip.clone(), 1), (zstd, 1), (twice, 2)] {
        let (_, unpacked, _) = requests(&packed);
        assert_eq!(unpacked.len(), 5000 * times);
        assert_eq!(unpacked[..5000], all);
    }
    let error = run(Cursor::new(gzip[..gzip.len() / 2].to_vec())).unwrap_err();
    assert!(matches!(error, SimulateError::Trace(TraceError::Broken { .. })), "{error}");
}

#[test]
fn a_cut_record_is_counted_and_shown() {
    let bytes = oracle(1000);
    let outcome = run(Cursor::new(bytes[..bytes.len() - 7].to_vec())).unwrap();
    assert_eq!(outcome.trace.requests, 999);
    assert!(outcome.caveats[0].contains("line 1000: the last record is cut off"), "{:?}", outcome.caveats);
}

#[test]
fn a_bad_record_among_many_is_passed_over() {
    // More than the reader's buffer holds, and a size of 4 GiB in the middle.
    let mut bytes = oracle(20_000);
    bytes[24 * 12_345 + 12..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let outcome = run(Cursor::new(bytes)).unwrap();
    assert_eq!(outcome.trace.requests, 19_999);
    assert!(outcome.caveats[0].contains("line 12346: a value of more than 1 GiB"), "{:?}", outcome.caveats);
}

#[test]
fn bad_lines_have_numbers_and_a_limit() {
    let mut text = String::from("time,key,size\n");
    (0..1000).for_each(|i| text.push_str(&format!("{i},k{},10\n", i % 7)));
    text.push_str("soon,secret-key,10\n");
    let outcome = run(Cursor::new(text.clone().into_bytes())).unwrap();
    assert!(
        outcome.caveats[0].contains("1 of 1001 lines could not be read (line 1002: the time is no number)")
    );
    (0..50).for_each(|_| text.push_str("1,,10\n"));
    let error = run(Cursor::new(text.into_bytes())).unwrap_err().to_string();
    assert!(error.contains("51 of 1051 lines") && error.contains("line 1002"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn nothing_and_nonsense_are_refused() {
    for (bytes, expected) in [
        (&b""[..], "empty"),
        (b" \n\n\t\n", "empty"),
        (b"hello world\nthis is no trace\n", "known format"),
        (&[0x7f; 24].into_iter().chain([0; 100]).collect::<Vec<u8>>(), "binary"),
        (b"time,key\n", "no reads"),
        (b"time,key,op\n1,a,set\n2,b,del\n", "no reads"),
    ] {
        let error = run(Cursor::new(bytes.to_vec())).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_time_to_live_beside_a_read_sets_none_where_writes_do() {
    let with_writes =
        "time,key,op,size,ttl\n1,a,get,5,60\n2,a,get,5,60\n3,a,set,5,90\n4,b,set,5,\n5,a,delete,,90\n";
    let trace = run(Cursor::new(with_writes)).unwrap().trace;
    assert_eq!((trace.ttl_share, trace.ttl_seconds), (0.5, Some(90.0)));
    let reads_alone = "time,key,op,size,ttl\n1,a,get,5,60\n2,b,get,5,\n3,c,get,5,\n4,a,get,5,60\n";
    let trace = run(Cursor::new(reads_alone)).unwrap().trace;
    assert_eq!((trace.ttl_share, trace.ttl_seconds), (0.5, Some(60.0)));
}

#[test]
fn shuffled_times_are_a_caveat() {
    let text: String = (0..500).map(|i| format!("{},k{},10\n", (i * 7919) % 500, i % 31)).collect();
    let outcome = run(Cursor::new(format!("time,key,size\n{text}").into_bytes())).unwrap();
    assert!(outcome.caveats.iter().any(|c| c.contains("earlier time")), "{:?}", outcome.caveats);
}

#[test]
fn a_size_that_holds_no_server_is_refused_before_the_trace_is_read() {
    let trace = Trace::from_reader(Box::new(Cursor::new("time,key,op,size\n1,a,set,10\n")), 0.01).unwrap();
    let options = Options { sizes: Sizes::Given(vec![1 << 30, 1000]), ..options() };
    // Its other fault, that it has no reads, is seen at its end only.
    let error = simulate(trace, &options, &|_| panic!("nothing is read")).unwrap_err();
    assert!(matches!(error, SimulateError::TooSmall { memory: 1000, .. }), "{error}");
}

#[test]
fn a_range_of_memory_from_0_is_an_error_and_not_its_upper_end() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"time,key,op,size\n1,a,get,10\n").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(["simulate", "--memory", "0..1GB"])
        .arg(file.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot begin with 0"), "{said}");
}

#[test]
fn an_endless_trace_stops_where_it_is_told() {
    let endless = Cursor::new(b"time,key,size\n".to_vec()).chain(Endless(0));
    let trace = Trace::from_reader(Box::new(endless), 0.01).unwrap();
    let options = Options { most_requests: 100_000, ..options() };
    assert_eq!(simulate(trace, &options, &|_| {}).unwrap().trace.requests, 100_000);
    // One endless line never fills memory, and ends as an error.
    let error = run(std::io::repeat(b'x').take(50_000_000)).unwrap_err().to_string();
    assert!(error.contains("known format"), "{error}");
}

struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let line = format!("{:07},k{:03},10\n", self.0 / 16, self.0 / 16 % 1000);
        // A byte at a time, so that any buffer is large enough.
        buffer[0] = line.as_bytes()[(self.0 % 16) as usize];
        self.0 += 1;
        Ok(1)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_end_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        let _ = run(Cursor::new(bytes));
    }

    #[test]
    fn damaged_traces_end_without_a_panic(which in 0_usize..4, cut in 0.0..1.0, damage in prop::collection::vec((any::<u16>(), any::<u8>()), 0..8)) {
        let texts: [Vec<u8>; 4] = [
            MONITOR.repeat(20).into_bytes(),
            format!("time,key,op,size,ttl\n{}", "1,a,get,5,\n2,b,set,7,9\n3,a,delete,,\n".repeat(30)).into_bytes(),
            "5,key,3,40,1,get,0\n6,kez,3,50,1,set,9\n".repeat(30).into_bytes(),
            oracle(100),
        ];
        let mut bytes = texts[which].clone();
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        for (place, byte) in damage {
            if let Some(b) = bytes.get_mut(usize::from(place)) {
                *b = byte;
            }
        }
        let _ = run(Cursor::new(bytes));
    }
}

/// A gzip or zstd stream of a trace.
fn packed(which: usize, bytes: &[u8]) -> Vec<u8> {
    if which == 0 {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    } else {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(Cursor::new(bytes.to_vec()), level)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn cut_and_damaged_compression_ends_without_a_panic(which in 0_usize..2, cut in 0.0..1.0, damage in prop::collection::vec((any::<u16>(), any::<u8>()), 0..4)) {
        let text: String = (0..800).map(|i| format!("{i},key{},{}\n", i * i % 61, i % 9)).collect();
        let whole = packed(which, format!("time,key,size\n{text}").as_bytes());
        let mut bytes = whole.clone();
        bytes.truncate((whole.len() as f64 * cut) as usize);
        for (place, byte) in damage {
            // The first bytes say that it is compressed.
            if let Some(b) = bytes.get_mut(4 + usize::from(place)) {
                *b = byte;
            }
        }
        let cut_off = bytes.len() < whole.len();
        // What is cut off is never taken for the whole.
        if let Ok(outcome) = run(Cursor::new(bytes)) {
            prop_assert!(!cut_off || outcome.trace.requests < 800 || whole.len() < 20);
        }
    }

    #[test]
    fn shuffled_lines_are_the_same_requests(seed in any::<u64>()) {
        let mut lines: Vec<String> = (0..300_u64).map(|i| format!("{i},key{},{}\n", i * i % 41, i % 9)).collect();
        lines.sort_by_key(|line| cachefit::simulate::hash_name(format!("{seed}{line}").as_bytes()));
        let outcome = run(Cursor::new(format!("time,key,size\n{}", lines.concat()).into_bytes())).unwrap();
        prop_assert_eq!((outcome.trace.requests, outcome.trace.keys), (300, 21));
        prop_assert!(outcome.caveats.iter().any(|c| c.contains("earlier time")));
    }

    #[test]
    fn any_line_of_monitor_output_is_read_or_counted(line in "[ -~]{0,120}") {
        let text = format!("{MONITOR}1700000004.0 [0 127.0.0.1:1] {line}\n");
        let (_, requests, bad) = requests(text.as_bytes());
        prop_assert!(requests.len() >= 7 && bad <= 1);
    }
}

/// A sample says nearly the same as all keys, and a small cache is emulated on more of them.
#[test]
fn every_method_says_nearly_the_same() {
    let trace = || {
        let mut state = 7_u64;
        let text: String = (0..400_000)
            .map(|i| {
                state = cachefit::simulate::mix(state);
                let unit = (state >> 11) as f64 / (1_u64 << 53) as f64;
                // Popularity falls with a power of the rank.
                format!("{},k{},100\n", i / 1000, (unit.powi(3) * 150_000.0) as u32)
            })
            .collect();
        Cursor::new(format!("time,key,size\n{text}").into_bytes())
    };
    let with = |method, share| {
        let sizes = Sizes::Given(vec![2_000_000, 4_000_000, 12_000_000]);
        let options =
            Options { method, share, sizes, policies: vec![Policy::AllkeysLru], runs: 3, ..options() };
        simulate(Trace::from_reader(Box::new(trace()), 0.01).unwrap(), &options, &|_| {}).unwrap()
    };
    let exact = with(Method::Full, Share::Fixed(0));
    let ratio = |outcome: &Outcome, i: usize| outcome.policies[0].points[i].hit_ratio * 100.0;
    let auto = with(Method::Full, Share::Auto);
    assert!(auto.share < 1.0 && auto.policies[0].points[0].share > auto.share, "{:?}", auto.policies);
    let fast = with(Method::Fast, Share::Fixed(3));
    let curve = with(Method::Curve, Share::Fixed(3));
    assert!(curve.policies.is_empty() && !curve.lru_on_all_keys);
    assert!((ratio(&auto, 0) - ratio(&exact, 0)).abs() < 0.5, "{:?} {:?}", auto.policies, exact.policies);
    for i in 1..3 {
        assert!((ratio(&auto, i) - ratio(&exact, i)).abs() < 0.5, "{:?} {:?}", auto.policies, exact.policies);
        assert!((ratio(&fast, i) - ratio(&exact, i)).abs() < 2.0, "{:?} {:?}", fast.policies, exact.policies);
        let (sampled, all) = (curve.exact_lru[i].hit_ratio, exact.exact_lru[i].hit_ratio);
        assert!((sampled - all).abs() < 0.02, "{sampled} {all}");
    }
    assert!((fast.trace.keys as f64 / exact.trace.keys as f64 - 1.0).abs() < 0.02);
}
