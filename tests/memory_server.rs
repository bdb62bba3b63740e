//! The memory model against every server on the path.

// clippy.toml allows it in test functions; these are their helpers.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use cachefit::memory::{Allocator, Body, Key, Layout, SLOTS, Server, WHOLE_SCORE};
use redis::Connection;
use support::{RunningServer, info, servers_on_path, start};

/// Without the histogram of each command, which is not data.
const QUIET: [&str; 2] = ["--latency-tracking", "no"];

fn used(connection: &mut Connection) -> f64 {
    info(connection, "memory", "used_memory").unwrap().parse().unwrap()
}

/// `used_memory` once it has stopped moving: tables are moved in the background, clients shrink.
fn settled(connection: &mut Connection) -> f64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    let (mut last, mut same) = (used(connection), 0);
    while same < 3 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
        let now = used(connection);
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    last
}

/// Names and members of any length, distinct and spread evenly.
fn name(i: u64, len: u64) -> String {
    // The mixing step of splitmix64.
    let mut x = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    let tail: String = (0..12).map(|n| char::from(b'a' + ((x >> (4 * n)) & 15) as u8)).collect();
    let len = len as usize;
    format!("{}{tail}", "k".repeat(len.saturating_sub(12)))[..len.max(12)].to_owned()
}

/// Loads `count` keys like `key` on a connection of their own, elements one by one.
fn load(server: &RunningServer, key: &Key, count: u64) {
    let mut connection = server.connection();
    for i in 0..count {
        let key_name = name(i, key.key_len);
        let mut pipe = redis::pipe();
        let mut add = |command: &str, args: &[&str]| {
            pipe.cmd(command).arg(&key_name).arg(args).ignore();
        };
        match key.body {
            Body::String { len, integer } => {
                let value = if integer {
                    format!("{}", 10u64.pow(len as u32 - 1) + i)
                } else {
                    "v".repeat(len as usize)
                };
                add("SET", &[&value]);
            }
            Body::Hash { fields, field_len, value_len } => {
                let value = "v".repeat(value_len as usize);
                (0..fields).for_each(|f| add("HSET", &[&name(f, field_len), &value]));
            }
            Body::List { items, item_len } => {
                let value = "v".repeat(item_len as usize);
                (0..items).for_each(|_| add("RPUSH", &[&value]));
            }
            Body::Set { members, member_len, integers } => (0..members).for_each(|m| {
                let member = if integers {
                    format!("{}", 10u64.pow(member_len as u32 - 1) + m)
                } else {
                    // Other members in every key, so that collisions average out.
                    name(i * members + m, member_len)
                };
                add("SADD", &[&member]);
            }),
            Body::Zset { members, member_len, .. } => (0..members).for_each(|m| {
                let score = format!("{}", 1_700_000_000 + m);
                add("ZADD", &[&score, &name(i * members + m, member_len)]);
            }),
            Body::Stream { entries, fields, value_len, step_ms, .. } => {
                let value = "v".repeat(value_len as usize);
                for e in 0..entries {
                    let id = format!("{}-0", 1_700_000_000_000 + e * step_ms);
                    let names: Vec<String> = (0..fields).map(|f| format!("f{f}")).collect();
                    let pairs = names.iter().flat_map(|name| [name.as_str(), value.as_str()]);
                    add("XADD", &[&[id.as_str()], pairs.collect::<Vec<_>>().as_slice()].concat());
                }
            }
        }
        if key.ttl {
            add("EXPIRE", &["100000"]);
        }
        pipe.query::<()>(&mut connection).unwrap();
    }
}

/// Bytes that `count` keys take, by the server.
fn measured(server: &RunningServer, observer: &mut Connection, key: &Key, count: u64) -> f64 {
    redis::cmd("FLUSHALL").arg("SYNC").query::<()>(observer).unwrap();
    let before = settled(observer);
    load(server, key, count);
    settled(observer) - before
}

/// Bytes that `count` keys take, by the model.
fn modelled(model: &Server, key: &Key, count: u64, layout: Layout) -> f64 {
    let count = count as f64;
    let expiring = if key.ttl { count } else { 0.0 };
    count * model.key(key).upper
        + model.key_table(count, layout).bytes
        + model.expires_table(expiring, layout).bytes
        + model.database()
}

fn text(len: u64) -> Body {
    Body::String { len, integer: false }
}

/// The model of a running server; jemalloc's quantum is known only from what a small string takes.
fn model(server: &RunningServer, observer: &mut Connection) -> Server {
    let version = match info(observer, "server", "valkey_version") {
        Some(version) => format!("valkey-{version}"),
        None => format!("redis-{}", info(observer, "server", "redis_version").unwrap()),
    };
    let allocators: &[Allocator] = match info(observer, "memory", "mem_allocator").unwrap().as_str() {
        "libc" => &[Allocator::Libc],
        _ => &[Allocator::Jemalloc8, Allocator::Jemalloc16],
    };
    let probe = Key { key_len: 16, ttl: false, body: text(10) };
    let bytes = measured(server, observer, &probe, 2000);
    let mut models: Vec<Server> =
        allocators.iter().map(|allocator| Server::new(&version, Some(*allocator)).unwrap()).collect();
    models.sort_by(|a, b| {
        let miss = |model: &Server| (modelled(model, &probe, 2000, Layout::Plain) - bytes).abs();
        miss(a).total_cmp(&miss(b))
    });
    models.swap_remove(0)
}

/// Body, whether it expires, keys, and the error that is allowed: 1 % for strings, 3 % for collections.
fn shapes() -> Vec<(Body, bool, u64, f64)> {
    let hash = |fields, value_len| Body::Hash { fields, field_len: 12, value_len };
    let list = |items, item_len| Body::List { items, item_len };
    let set = |members, member_len, integers| Body::Set { members, member_len, integers };
    let long = |members| Body::Zset { members, member_len: 65, score_entry: WHOLE_SCORE };
    let zset = |members| Body::Zset { members, member_len: 16, score_entry: WHOLE_SCORE };
    let stream = |entries| Body::Stream { entries, fields: 3, field_len: 2, value_len: 24, step_ms: 1000 };
    vec![
        (text(10), false, 20_000, 0.01),
        (text(44), true, 20_000, 0.01),
        (text(100), true, 20_000, 0.01),
        (text(1000), false, 6000, 0.01),
        (Body::String { len: 9, integer: true }, false, 20_000, 0.01),
        (hash(10, 40), true, 4000, 0.03),
        (hash(10, 65), false, 3000, 0.03),
        (hash(600, 30), false, 60, 0.03),
        (list(20, 50), false, 3000, 0.03),
        (list(1000, 100), false, 40, 0.03),
        (list(4, 9000), false, 100, 0.03),
        (set(20, 16, false), false, 3000, 0.03),
        (set(400, 16, false), false, 100, 0.03),
        (set(100, 6, true), false, 3000, 0.03),
        // A member too long for the compact form makes a table for the members so far, not for more than fit it.
        (set(10, 65, false), false, 3000, 0.03),
        (long(10), false, 3000, 0.03),
        (long(100), false, 600, 0.03),
        (zset(50), false, 2000, 0.03),
        (zset(400), true, 100, 0.03),
        (stream(1), false, 600, 0.03),
        (stream(350), false, 100, 0.03),
    ]
}

fn compare(binary: &Path) {
    let server = start(binary, &QUIET);
    let mut observer = server.connection();
    let model = model(&server, &mut observer);
    redis::cmd("FLUSHALL").arg("SYNC").query::<()>(&mut observer).unwrap();
    let empty = settled(&mut observer);
    assert!(empty <= model.base(Layout::Plain), "{}: {empty} B when empty", model.version);
    let mut failures = Vec::new();
    for (body, ttl, count, tolerance) in shapes() {
        let key = Key { key_len: 20, ttl, body };
        let real = measured(&server, &mut observer, &key, count);
        let error = modelled(&model, &key, count, Layout::Plain) / real - 1.0;
        let line = format!("{:+.2} % for {body:?} on {} ({})", 100.0 * error, model.version, model.allocator);
        println!("{line}");
        if error.abs() > tolerance {
            failures.push(line);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_server_on_the_path_takes_what_the_model_says() {
    for binary in servers_on_path() {
        compare(&binary);
    }
}

#[test]
fn cluster_mode_takes_what_the_model_says() {
    for binary in servers_on_path() {
        let plain = start(&binary, &QUIET);
        let model = model(&plain, &mut plain.connection());
        let bus = support::free_port().to_string();
        let server =
            start(&binary, &[&QUIET[..], &["--cluster-enabled", "yes", "--cluster-port", &bus]].concat());
        let mut observer = server.connection();
        redis::cmd("CLUSTER").arg(&["ADDSLOTSRANGE", "0", "16383"]).query::<()>(&mut observer).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let state: String = redis::cmd("CLUSTER").arg("INFO").query(&mut observer).unwrap();
            if state.contains("cluster_state:ok") {
                break;
            }
            assert!(Instant::now() < deadline, "the cluster did not come up: {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
        let slots = Layout::Slots(SLOTS);
        let empty = settled(&mut observer);
        assert!(empty <= model.base(slots), "{}: {empty} B when empty", model.version);
        let key = Key { key_len: 20, ttl: true, body: text(30) };
        let real = measured(&server, &mut observer, &key, 60_000);
        let error = modelled(&model, &key, 60_000, slots) / real - 1.0;
        assert!(error.abs() <= 0.03, "{:+.2} % on {}", 100.0 * error, model.version);
    }
}
