//! Simulated hit ratios against a real server that replays the same trace.
//!
//! The wall time of every batch is recorded and given to the simulator: the server's LRU clock counts seconds.
//! `cargo test --test simulate_server -- --ignored --nocapture` runs the long version and prints every figure.

// clippy.toml allows it in test functions; these are their helpers.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use cachefit::memory::{Allocator, Server};
use cachefit::simulate::{Access, Footprint, Op, Setting, mix};
use cachefit::units::Policy;
use support::{info, servers_on_path, start};

/// Length of `key:%012d`.
const KEY_LEN: u32 = 16;
/// Commands sent together.
const BATCH: usize = 16;

struct Workload {
    requests: Vec<u32>,
    keys: usize,
}

fn unit(n: u64) -> f64 {
    (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Zipf over `keys`; with `drift`, the favourites change all the time.
fn workload(requests: usize, keys: usize, exponent: f64, drift: bool) -> Workload {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=keys)
        .map(|rank| {
            sum += (rank as f64).powf(-exponent);
            sum
        })
        .collect();
    let pick = |i: usize| {
        let rank = sums.partition_point(|s| *s < unit(i as u64 + 77) * sum);
        let shift = if drift { i * keys / requests / 2 } else { 0 };
        ((rank + shift) % keys) as u32
    };
    Workload { requests: (0..requests).map(pick).collect(), keys }
}

/// Log-normal around 300 bytes.
fn size(key: u32) -> usize {
    let key = u64::from(key);
    let normal = (-2.0 * unit(key ^ 1 << 40).max(1e-12).ln()).sqrt()
        * (std::f64::consts::TAU * unit(key ^ 1 << 41)).cos();
    (300.0 * (0.8 * normal).exp()).clamp(1.0, 20_000.0) as usize
}

fn ttl_ms(key: u32) -> u64 {
    1000 + mix(u64::from(key) ^ 1 << 42) % 20_000
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Hit ratios of the server and of the simulator.
fn compare(work: &Workload, policy: Policy, maxmemory: u64) -> (f64, f64) {
    let binary = servers_on_path().into_iter().find(|p| p.ends_with("redis-server")).unwrap();
    let server = start(&binary, &["--maxmemory-policy", policy.as_str()]);
    let mut connection = server.connection();
    let version = info(&mut connection, "server", "redis_version").unwrap();
    let model = Server::new(&format!("redis-{version}"), Some(Allocator::Jemalloc16)).unwrap();
    let expires = policy.is_volatile();
    // First uses and buffers, so that the base is known.
    let value = vec![b'v'; 20_000];
    let set = |pipe: &mut redis::Pipeline, key: u32| {
        let command = pipe.cmd("SET").arg(format!("key:{key:012}")).arg(&value[..size(key)]);
        if expires {
            command.arg("PX").arg(ttl_ms(key));
        }
        command.ignore();
    };
    let mut warm = redis::pipe();
    for key in 0..BATCH as u32 {
        set(&mut warm, key);
    }
    (0..BATCH as u32).for_each(|key| {
        warm.cmd("GET").arg(format!("key:{key:012}")).ignore();
    });
    warm.cmd("CONFIG").arg("SET").arg("maxmemory").arg(1_u64 << 40).ignore();
    warm.cmd("FLUSHALL").ignore();
    warm.query::<()>(&mut connection).unwrap();
    let base: u64 = info(&mut connection, "memory", "used_memory").unwrap().parse().unwrap();
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(maxmemory).query::<()>(&mut connection).unwrap();

    let mut times = Vec::new();
    let mut hits = 0;
    for batch in work.requests.chunks(BATCH) {
        let mut get = redis::pipe();
        for key in batch {
            get.cmd("GET").arg(format!("key:{key:012}"));
        }
        times.push(now_ms());
        let values: Vec<Option<Vec<u8>>> = get.query(&mut connection).unwrap();
        let mut missing: Vec<u32> =
            batch.iter().zip(&values).filter(|(_, v)| v.is_none()).map(|(key, _)| *key).collect();
        missing.dedup();
        hits += values.iter().flatten().count();
        if !missing.is_empty() {
            let mut fill = redis::pipe();
            for key in &missing {
                set(&mut fill, *key);
            }
            fill.query::<()>(&mut connection).unwrap();
        }
    }
    let real = hits as f64 / work.requests.len() as f64;

    let first = times[0] - times[0] % 3_600_000;
    let mut footprint = Footprint::new(&model);
    let accesses: Vec<Access> = work
        .requests
        .iter()
        .enumerate()
        .map(|(i, key)| {
            let bytes = footprint.bytes(KEY_LEN, size(*key) as u32, expires);
            let ttl = if expires { ttl_ms(*key) } else { 0 };
            Access::new(*key, (times[i / BATCH] - first) as u32, bytes, Op::Read, ttl)
        })
        .collect();
    let tally = Setting::new(&model, policy, maxmemory - base).run(&accesses, work.keys);
    let simulated = 1.0 - tally.misses as f64 / tally.reads as f64;
    println!(
        "{policy:14} {:6.1} MB  server {:7.3}%  simulated {:7.3}%  difference {:+.3}  base {base} (model {})",
        maxmemory as f64 / 1e6,
        real * 100.0,
        simulated * 100.0,
        (simulated - real) * 100.0,
        cachefit::simulate::base(&model),
    );
    (real, simulated)
}

const POLICIES: [Policy; 4] =
    [Policy::AllkeysLru, Policy::AllkeysLfu, Policy::AllkeysRandom, Policy::VolatileTtl];

/// Mean and largest difference in percentage points.
fn errors(work: &[Workload], sizes: &[u64]) -> (f64, f64) {
    let mut all = Vec::new();
    for work in work {
        for policy in POLICIES {
            for memory in sizes {
                let (real, simulated) = compare(work, policy, *memory);
                all.push((real - simulated).abs() * 100.0);
            }
        }
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    (mean, all.into_iter().fold(0.0, f64::max))
}

#[test]
fn hit_ratios_are_those_of_a_real_server() {
    let work = [workload(60_000, 20_000, 0.9, false)];
    let (mean, worst) = errors(&work, &[4_000_000, 7_000_000]);
    println!("mean {mean:.3}, largest {worst:.3} percentage points");
    // A short trace on a busy machine: twice the noise of the long one.
    assert!(mean <= 0.25, "mean {mean}");
    assert!(worst <= 0.6, "largest {worst}");
}

#[test]
#[ignore = "takes minutes"]
fn hit_ratios_are_those_of_a_real_server_on_long_traces() {
    let work = [workload(600_000, 100_000, 0.9, false), workload(600_000, 100_000, 0.8, true)];
    let (mean, worst) = errors(&work, &[8_000_000, 16_000_000, 32_000_000]);
    println!("mean {mean:.3}, largest {worst:.3} percentage points");
    assert!(mean <= 0.1, "mean {mean}");
    assert!(worst <= 0.3, "largest {worst}");
}
