//! A trace that was sampled by key elsewhere says of the whole what the whole says, within its error bar.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use cachefit::memory::{Allocator, Server};
use cachefit::simulate::{Options, Outcome, SimulateError, Sizes, Taken, Trace, mix, simulate};
use cachefit::units::Policy;

/// From 0 to 1, by number.
fn unit(n: u64) -> f64 {
    (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
}

const KEYS: usize = 60_000;
const REQUESTS: u64 = 400_000;

/// Time, key and size of each request; Zipf 0.9, sizes from 100 to 4,000 bytes.
fn requests() -> Vec<(u64, u64, u64)> {
    let mut sums = Vec::with_capacity(KEYS);
    let mut sum = 0.0;
    for rank in 1..=KEYS {
        sum += (rank as f64).powf(-0.9);
        sums.push(sum);
    }
    let key = |i: u64| sums.partition_point(|s| *s < unit(i) * sum) as u64;
    let size = |key: u64| 100.0 * 40_f64.powf(unit(key ^ 1 << 40));
    (0..REQUESTS).map(|i| (i / 500, key(i), size(key(i)) as u64)).collect()
}

fn csv(requests: &[(u64, u64, u64)], chosen: impl Fn(u64) -> bool) -> String {
    let mut text = "time_s,key,size\n".to_owned();
    for (time, key, size) in requests.iter().filter(|r| chosen(r.1)) {
        writeln!(text, "{time},key:{key},{size}").unwrap();
    }
    text
}

fn run(text: String, taken: Option<Taken>) -> Result<Outcome, SimulateError> {
    let options = Options {
        taken,
        policies: vec![Policy::AllkeysLru, Policy::AllkeysRandom],
        sizes: Sizes::Given(vec![8_000_000, 16_000_000, 40_000_000]),
        ..Options::new(Server::new("redis-7.0", Some(Allocator::Jemalloc16)).unwrap())
    };
    simulate(Trace::from_reader(Box::new(Cursor::new(text)), 0.01)?, &options, &|_| {})
}

/// Differences between the whole and its sample, and the error bars that go with them.
fn differences(whole: &Outcome, sample: &Outcome) -> Vec<(f64, f64)> {
    let errors = sample.exact_lru_error.clone().unwrap();
    let marks = whole.exact_lru.iter().zip(&sample.exact_lru);
    let mut all: Vec<(f64, f64)> = marks
        .zip(errors)
        .map(|((w, s), error)| {
            assert_eq!(w.memory, s.memory);
            (s.hit_ratio - w.hit_ratio, error)
        })
        .collect();
    for (w, s) in whole.policies.iter().zip(&sample.policies) {
        all.extend(w.points.iter().zip(&s.points).map(|(w, s)| {
            assert_eq!(w.memory, s.memory);
            (s.hit_ratio - w.hit_ratio, s.error.unwrap())
        }));
    }
    all
}

/// What is said of the first reads of a key, in percent of the reads.
fn first_reads(outcome: &Outcome) -> Option<f64> {
    let said = outcome.caveats.iter().find(|caveat| caveat.contains("first reads of a key"))?;
    Some(said.split("up to ").nth(1)?.split('%').next()?.parse().unwrap())
}

fn judge(parts: u64, all_reads: Option<u64>, widest: f64) {
    let requests = requests();
    let whole = run(csv(&requests, |_| true), None).unwrap();
    let (mut inside, mut all, mut mean) = (0, 0, 0.0);
    for salt in 0..10_u64 {
        let text = csv(&requests, |key| mix(key ^ salt << 48).is_multiple_of(parts));
        let taken = Taken { share: 1.0 / parts as f64, reads: all_reads };
        let sample = run(text, Some(taken)).unwrap();
        let keys = sample.trace.keys as f64 / whole.trace.keys as f64;
        assert!((0.8..1.2).contains(&keys), "keys of the whole: {keys}");
        let memory = sample.all_keys as f64 / whole.all_keys as f64;
        assert!((0.75..1.25).contains(&memory), "memory of all keys: {memory}");
        let most = (1.0 - sample.ceiling) * 100.0;
        assert!(
            first_reads(&sample).is_none_or(|percent| percent <= most + 0.5),
            "{most}: {:?}",
            sample.caveats
        );
        for (difference, error) in differences(&whole, &sample) {
            all += 1;
            inside += u32::from(difference.abs() <= error);
            mean += error;
        }
    }
    let (share, mean) = (f64::from(inside) / f64::from(all), mean / f64::from(all));
    println!("1/{parts}, {all_reads:?}: {inside} of {all} inside, mean error bar {:.2} points", mean * 100.0);
    assert!(share >= 0.95, "only {inside} of {all} differences are within their error bars");
    assert!(mean <= widest, "an error bar of {mean} on average says nothing");
}

#[test]
fn a_sample_says_what_the_whole_says_within_its_error_bar() {
    judge(16, Some(REQUESTS), 0.05);
}

#[test]
fn a_share_that_is_no_power_of_two_does_too() {
    judge(100, Some(REQUESTS), 0.15);
}

#[test]
fn without_the_reads_of_the_whole_the_bar_is_wider_and_holds() {
    judge(16, None, 0.25);
}

#[test]
fn nonsense_is_refused() {
    let requests = requests();
    let sample = csv(&requests, |key| mix(key).is_multiple_of(16));
    let few = run(sample.clone(), Some(Taken { share: 1.0 / 16.0, reads: Some(10) }));
    assert!(matches!(few, Err(SimulateError::FewerReadsInAll { all: 10, .. })), "{few:?}");
    let tiny = run(csv(&requests, |key| key < 50), Some(Taken { share: 0.01, reads: None }));
    assert!(matches!(tiny, Err(SimulateError::FewSampledKeys { keys: 50, .. })), "{tiny:?}");
    let odd = run(sample, Some(Taken { share: 1.0 / 16.0, reads: Some(100 * REQUESTS) })).unwrap();
    assert!(odd.caveats.iter().any(|c| c.contains("sampled by rows")), "{:?}", odd.caveats);
}

/// Python with `DuckDB`, as `tests/run` installs it.
fn duckdb() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let python = target.join("traces/bin/python");
    python.exists().then_some(python)
}

/// The statements of one fenced block of the documentation.
fn documented(mark: &str) -> String {
    let docs = std::fs::read_to_string("docs/traces.md").unwrap();
    let after = docs.split(mark).nth(1).unwrap_or_else(|| panic!("docs/traces.md has no {mark}"));
    after.split("```sql\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// Runs SQL on a table `requests`; what it selects last.
fn ask(python: &Path, folder: &Path, sql: &str) -> String {
    let script = "import sys, duckdb\n\
        c = duckdb.connect()\n\
        c.execute(\"create table requests as select to_timestamp(time_s) as time, key, 'GET' as op, size as value_bytes, \
         null as ttl_seconds from read_csv('whole.csv')\")\n\
        for s in sys.stdin.read().split(';'):\n\
        \x20   r = c.execute(s).fetchall() if s.strip() else r\n\
        print(r[0][0])\n";
    let mut child = Command::new(python)
        .args(["-c", script])
        .current_dir(folder)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), sql.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{sql}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_documented_sql_takes_such_a_sample() {
    let Some(python) = duckdb() else {
        assert!(std::env::var_os("CI").is_none(), "no DuckDB below target/traces: tests/run installs it");
        return;
    };
    let python = std::fs::canonicalize(python.parent().unwrap()).unwrap().join("python");
    let requests = requests();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("whole.csv"), csv(&requests, |_| true)).unwrap();
    let reads = ask(&python, folder.path(), &documented("### Reads of the whole"));
    assert_eq!(reads, REQUESTS.to_string());
    // A larger share than the documented one, for a test of a small trace.
    let sql = documented("### DuckDB").replace("% 128", "% 16");
    ask(&python, folder.path(), &sql);
    let whole = run(csv(&requests, |_| true), None).unwrap();
    let text = std::fs::read_to_string(folder.path().join("sample.csv")).unwrap();
    let sample = run(text, Some(Taken { share: 1.0 / 16.0, reads: Some(REQUESTS) })).unwrap();
    for (difference, error) in differences(&whole, &sample) {
        assert!(difference.abs() <= error, "{difference} against {error}");
    }
}
