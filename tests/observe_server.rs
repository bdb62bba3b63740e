//! `observe --url` on a real server: it tells the load that was made, and asks for INFO and nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cachefit::observe::capture::{Server, Target, info_twice};
use cachefit::observe::{Input, Metric, Observations, Statistic, read};
use support::{RunningServer, servers_on_path, start};

/// Most that a figure may differ from the load that was made.
const ERROR: f64 = 0.02;

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Commands that a client makes a second, as it counts them itself.
struct Made {
    reads: f64,
    writes: f64,
    misses: f64,
}

/// Runs a steady load while `look` looks at the server; says what was made in just that time.
fn load<T: Send>(server: &RunningServer, look: impl FnOnce() -> T + Send) -> (Made, T) {
    const STEP: Duration = Duration::from_millis(10);
    let mut connection = server.connection();
    let steps = AtomicU32::new(0);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            thread::sleep(Duration::from_millis(100));
            let (began, before) = (Instant::now(), steps.load(Ordering::SeqCst));
            let seen = look();
            let made = steps.load(Ordering::SeqCst) - before;
            (f64::from(made) / began.elapsed().as_secs_f64(), seen)
        });
        let began = Instant::now();
        while !looking.is_finished() {
            let mut pipe = redis::pipe();
            for i in 0..30 {
                pipe.cmd("GET").arg(format!("there:{i}")).ignore();
            }
            for i in 0..10 {
                pipe.cmd("GET").arg(format!("missing:{i}")).ignore();
                pipe.cmd("SET").arg(format!("there:{i}")).arg("x".repeat(100)).ignore();
            }
            pipe.query::<()>(&mut connection).unwrap();
            let done = steps.fetch_add(1, Ordering::SeqCst) + 1;
            // By the clock, so that a late step is made up for.
            thread::sleep((STEP * done).saturating_sub(began.elapsed()));
        }
        let (rate, seen) = looking.join().unwrap();
        (Made { reads: rate * 40.0, writes: rate * 10.0, misses: rate * 10.0 }, seen)
    })
}

fn rate(all: &Observations, metric: Metric) -> f64 {
    let found = all.series.iter().find(|s| s.metric == metric && s.statistic == Statistic::Sum);
    found.unwrap_or_else(|| panic!("{metric} of {:?}", all.caveats)).points[0].value
}

fn is_near(what: &str, found: f64, made: f64) {
    assert!((found / made - 1.0).abs() <= ERROR, "{what}: {found} is found, {made} was made");
}

fn tells(all: &Observations, made: &Made) {
    is_near("reads", rate(all, Metric::Reads), made.reads);
    is_near("writes", rate(all, Metric::Writes), made.writes);
    is_near("misses", rate(all, Metric::Misses), made.misses);
    is_near("hits", rate(all, Metric::Hits), made.reads - made.misses);
    is_near("commands", rate(all, Metric::Commands), made.reads + made.writes);
}

#[test]
fn two_answers_of_a_loaded_server_tell_the_load_that_was_made() {
    for binary in servers_on_path() {
        let server = start(&binary, &[]);
        let mut fill = redis::pipe();
        for i in 0..30 {
            fill.cmd("SET").arg(format!("there:{i}")).arg("x".repeat(100)).ignore();
        }
        fill.query::<()>(&mut server.connection()).unwrap();
        let url = format!("redis://127.0.0.1:{}", server.port);
        let (made, all) = load(&server, || {
            let target = Target { url: url.clone(), ..Target::default() };
            let servers = [Server::new(&target).unwrap()];
            info_twice(&servers, Duration::from_secs(3), now()).unwrap()
        });
        tells(&all, &made);
        assert_eq!(all.caches.len(), 1);
        assert_eq!(all.caches[0].id, format!("127.0.0.1:{}", server.port));
        let keys = all.series.iter().find(|s| s.metric == Metric::Keys).unwrap();
        assert!(keys.points.iter().all(|point| point.value == 30.0), "{keys:?}");

        // The same from a file, as redis-cli writes it.
        let (made, text) = load(&server, || {
            let mut connection = server.connection();
            let mut ask = || redis::cmd("INFO").arg("all").query::<String>(&mut connection).unwrap();
            let one = ask();
            thread::sleep(Duration::from_secs(3));
            one + &ask()
        });
        let content = Box::new(std::io::Cursor::new(text));
        tells(&read(vec![Input { name: "dump.txt".into(), content }], now()).unwrap(), &made);
    }
}

/// Nothing but INFO, and what every client says of itself when it connects.
#[test]
fn a_live_server_is_asked_for_info_and_nothing_else() {
    let server = start(&servers_on_path()[0], &[]);
    let url = format!("redis://127.0.0.1:{}", server.port);
    let mut control = server.connection();
    redis::cmd("CONFIG").arg("RESETSTAT").query::<()>(&mut control).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(["observe", "--url", &url, "--pause", "1s"])
        .env_remove("CACHEFIT_PASSWORD")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{error}");
    assert!(out.contains(&format!("127.0.0.1:{}", server.port)), "{out}");
    assert!(error.contains("for INFO, and again after"), "{error}");
    let stats: String = redis::cmd("INFO").arg("commandstats").query(&mut control).unwrap();
    let asked: Vec<&str> =
        stats.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next()).collect();
    assert!(asked.contains(&"info"), "{stats}");
    let own = ["info", "hello", "auth", "client|setinfo", "config|resetstat"];
    assert!(asked.iter().all(|command| own.contains(command)), "{asked:?}");
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_its_name() {
    let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(["observe", "--url", "redis://127.0.0.1:1"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("127.0.0.1:1") && error.contains("hint"), "{error}");
}

/// What to do next fits what was asked for.
#[test]
fn a_server_that_refuses_or_does_not_speak_tls_says_what_to_do_next() {
    let server = start(&servers_on_path()[0], &[]);
    let mut control = server.connection();
    redis::cmd("CONFIG").arg(&["SET", "requirepass", "secret"]).query::<()>(&mut control).unwrap();
    let said = |url: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
            .args(["observe", "--url", url])
            .env_remove("CACHEFIT_PASSWORD")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let error = said(&format!("redis://127.0.0.1:{}", server.port));
    assert!(error.contains("NOAUTH") && error.contains("set CACHEFIT_PASSWORD"), "{error}");
    assert!(!error.contains("MONITOR"), "{error}");
    let error = said(&format!("rediss://127.0.0.1:{}", server.port));
    assert!(error.contains("without TLS") || error.contains("corrupt"), "{error}");
    assert!(!error.contains("os error"), "{error}");
}
