//! `cachefit capture` on a real server: what it writes, what it refuses, and that it ends.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cachefit::observe::capture::{CaptureError, End, Limits, Server, Target, record, sample_keys};
use support::{RunningServer, info, servers_on_path, start};

fn server(args: &[&str]) -> RunningServer {
    start(&servers_on_path()[0], args)
}

fn url(server: &RunningServer) -> String {
    format!("redis://127.0.0.1:{}", server.port)
}

fn open(server: &RunningServer) -> Server {
    Server::new(&Target { url: url(server), ..Target::default() }).unwrap()
}

fn limits() -> Limits {
    Limits { time: Duration::from_secs(20), count: 100_000, bytes: 1 << 24, buffer: 8 << 20, cpu: 10.0 }
}

fn cachefit(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(args)
        .current_dir(folder)
        .env_remove("CACHEFIT_PASSWORD")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs `work` while clients read and write keys named `secret:…`.
fn with_traffic<T>(server: &RunningServer, value: usize, work: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut connection = server.connection();
            let value = vec![b'x'; value];
            let mut n = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                let mut pipe = redis::pipe();
                for _ in 0..20 {
                    n += 1;
                    let key = format!("secret:{}", n * n % 97);
                    pipe.cmd("GET").arg(&key).ignore();
                    pipe.cmd("SET").arg(&key).arg(&value).arg("EX").arg(600).ignore();
                }
                pipe.query::<()>(&mut connection).unwrap();
                thread::sleep(Duration::from_millis(2));
            }
        });
        let result = work();
        stop.store(true, Ordering::Relaxed);
        result
    })
}

#[test]
fn a_captured_trace_is_simulated_and_then_recommended_from() {
    let server = server(&[]);
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |args: &[&str]| {
        let output = cachefit(at, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        output
    };
    let output = with_traffic(&server, 200, || {
        run(&[
            "capture",
            &url(&server),
            "--write",
            "t.csv.gz",
            "--count",
            "4000",
            "--max-cpu",
            "100%",
            "--yes",
        ])
    });
    let said = text(&output.stderr);
    assert!(said.contains("MONITOR makes it send every command"), "{said}");
    assert!(said.contains("because the count was reached"), "{said}");
    let mut trace = String::new();
    let file = std::fs::File::open(at.join("t.csv.gz")).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut trace).unwrap();
    assert!(trace.starts_with("time_ms,key,op,size,key_size,ttl_ms\n"), "{trace}");
    assert!(!trace.contains("secret") && !trace.contains("xxx"), "{trace}");
    assert!(trace.lines().any(|line| line.contains(",set,200,9,600000")), "{trace}");

    let output = run(&["simulate", "t.csv.gz", "--write", "learned.yaml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let facts = &report["results"][0]["trace"];
    assert_eq!(facts["format"], "columns", "{report}");
    // Squares modulo 97.
    assert_eq!(facts["keys"], 49, "{facts}");
    assert!(facts["reads"].as_u64().unwrap() >= 1900, "{facts}");
    let said = text(&run(&["recommend", "learned.yaml", "--provider", "aws"]).stdout);
    assert!(said.contains("Memory against misses"), "{said}");
    // What is there already is not replaced.
    let output = cachefit(at, &["capture", &url(&server), "--write", "t.csv.gz", "--yes"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is there already"));
}

#[test]
fn nothing_begins_without_consent() {
    let server = server(&[]);
    let folder = tempfile::tempdir().unwrap();
    let output = cachefit(folder.path(), &["capture", &url(&server), "--write", "t.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("It ends after") && said.contains("--yes"), "{said}");
    assert!(!folder.path().join("t.csv").exists());
    let monitors = info(&mut server.connection(), "commandstats", "cmdstat_monitor");
    assert_eq!(monitors, None, "MONITOR was sent");
}

/// The same command is what is tried next: the name that it writes to has to be free.
#[test]
fn what_captures_nothing_leaves_no_file() {
    let server = server(&[]);
    let folder = tempfile::tempdir().unwrap();
    let tried = |url: &str, file: &str| {
        let args = ["capture", url, "--write", file, "--time", "300ms", "--max-cpu", "100%", "--yes"];
        let output = cachefit(folder.path(), &args);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
        assert!(!folder.path().join(file).exists(), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    for file in ["t.csv", "t.csv.gz"] {
        let said = tried(&url(&server), file);
        assert!(said.contains("no command on a key"), "{said}");
    }
    // Everything but MONITOR.
    let user = ["SETUSER", "half", "on", "nopass", "~*", "+@all", "-monitor"];
    redis::cmd("ACL").arg(&user).query::<()>(&mut server.connection()).unwrap();
    let url = format!("redis://half:any@127.0.0.1:{}", server.port);
    let said = tried(&url, "t.csv");
    assert!(said.contains("MONITOR"), "{said}");
    // To standard output, nothing is said either.
    let output = cachefit(
        folder.path(),
        &["capture", &self::url(&server), "--time", "300ms", "--yes", "--max-cpu", "100%"],
    );
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
}

#[test]
fn every_limit_ends_it_and_the_server_forgets_the_client() {
    let server = server(&[]);
    let target = open(&server);
    let ends = with_traffic(&server, 3000, || {
        [
            Limits { time: Duration::from_millis(300), ..limits() },
            Limits { count: 100, ..limits() },
            Limits { bytes: 50_000, ..limits() },
            Limits { cpu: 0.000_01, ..limits() },
        ]
        .map(|limits| {
            let mut trace = Vec::new();
            let captured = record(&target, &limits, &mut trace, &|_, _| {}).unwrap();
            assert!(captured.count > 0 && !trace.is_empty(), "{captured:?}");
            captured.end
        })
    });
    assert_eq!(ends, [End::Time, End::Count, End::Bytes, End::Busy]);
    // An idle server sends nothing; the time ends it all the same.
    let limits = Limits { time: Duration::from_millis(300), ..limits() };
    let captured = record(&target, &limits, &mut Vec::new(), &|_, _| {}).unwrap();
    assert_eq!((captured.end, captured.count), (End::Time, 0));
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut server.connection()).unwrap();
    assert!(!clients.contains("cmd=monitor"), "{clients}");
}

/// A client that reads slowly lets commands pile up in the server: the watch ends it from the other side.
#[test]
fn a_slow_reader_does_not_fill_the_server() {
    let server = server(&[]);
    let target = open(&server);
    let limits = Limits { buffer: 1 << 20, bytes: 1 << 40, count: u64::MAX, ..limits() };
    let captured = with_traffic(&server, 200_000, || {
        let slow = |_: u64, _: u64| thread::sleep(Duration::from_millis(40));
        record(&target, &limits, &mut Vec::new(), &slow).unwrap()
    });
    assert_eq!(captured.end, End::Buffer, "{captured:?}");
}

#[test]
fn keys_become_a_profile() {
    let server = server(&[]);
    let mut connection = server.connection();
    let mut pipe = redis::pipe();
    for i in 0..1000 {
        pipe.cmd("SET").arg(format!("user:{i:04}")).arg("x".repeat(150)).arg("EX").arg(3600).ignore();
    }
    for i in 0..100 {
        pipe.cmd("HSET").arg(format!("h:{i:03}")).arg(&["name", "abcdef", "city", "ghijkl"]).ignore();
        pipe.cmd("XADD").arg(format!("s:{i:03}")).arg(&["*", "a", "b"]).ignore();
    }
    pipe.query::<()>(&mut connection).unwrap();
    let (samples, captured) = sample_keys(&open(&server), &limits(), &|_, _| {}).unwrap();
    assert_eq!((captured.count, captured.end), (1200, End::Whole));
    let strings = &samples["string"];
    assert_eq!(
        (strings.keys, strings.value_size, strings.key_size, strings.ttl_share),
        (1000, 150.0, 9.0, 1.0)
    );
    assert!((3500.0..=3600.0).contains(&strings.ttl_left), "{strings:?}");
    let hashes = &samples["hash"];
    assert_eq!((hashes.elements, hashes.field_size, hashes.value_size), (2.0, 4.0, 6.0));
    assert_eq!((samples["stream"].keys, samples["stream"].measured), (100, 0));
    // A part of the keys stands for all of them.
    let part = Limits { count: 500, ..limits() };
    let (samples, captured) = sample_keys(&open(&server), &part, &|_, _| {}).unwrap();
    assert_eq!(captured.end, End::Count);
    assert!((900.0..1100.0).contains(&samples["string"].all), "{samples:?}");

    let folder = tempfile::tempdir().unwrap();
    let args =
        ["capture", &url(&server), "--method", "keys", "--write", "p.yaml", "--yes", "--max-cpu", "100%"];
    let output = cachefit(folder.path(), &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let profile = std::fs::read_to_string(folder.path().join("p.yaml")).unwrap();
    assert!(
        !profile.contains("user") && profile.contains("Not sized: about 100 keys of type stream"),
        "{profile}"
    );
    let output = cachefit(folder.path(), &["recommend", "p.yaml", "--provider", "aws"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn passwords_and_refusals_are_told_without_secrets() {
    let server = server(&[]);
    let mut connection = server.connection();
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "hunter2"]).query::<()>(&mut connection).unwrap();
    let open = |password: Option<&str>| {
        let target = Target { url: url(&server), password: password.map(str::to_owned), ca: None };
        Server::new(&target).unwrap().load()
    };
    assert!(open(Some("hunter2")).is_ok());
    let refused = open(None).unwrap_err().to_string();
    assert!(refused.contains("NOAUTH"), "{refused}");
    let wrong = open(Some("hunter3")).unwrap_err();
    assert!(
        matches!(&wrong, CaptureError::Connect { .. }) && !wrong.to_string().contains("hunter"),
        "{wrong}"
    );
    // A user who may look at keys only.
    let rules = ["SETUSER", "reader", "on", ">pw", "~*", "+@read", "+info", "+client"];
    redis::cmd("ACL").arg(&rules).query::<()>(&mut connection).unwrap();
    let reader = Target { url: format!("redis://reader:pw@127.0.0.1:{}", server.port), ..Target::default() };
    let error = record(&Server::new(&reader).unwrap(), &limits(), &mut Vec::new(), &|_, _| {}).unwrap_err();
    assert!(matches!(error, CaptureError::Refused { command: "MONITOR", .. }), "{error}");
}
