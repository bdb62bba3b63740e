//! Arguments of the commands that make and read access traces.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::{TableFormat, day, part, text};
use crate::memory::Allocator;
use crate::units::{Bytes, Count, Duration, Percent, Policy, Range};

#[derive(Args)]
pub struct SimulateArgs {
    /// Access trace; `-` reads standard input. Its format is found by its content: MONITOR output, CSV or TSV with
    /// named columns (time, key, op, size, ttl), Twitter cache trace, libCacheSim oracleGeneral or CSV; plain, gzip
    /// or zstd
    #[arg(value_name = "TRACE")]
    pub trace: PathBuf,
    /// Server that is emulated, such as redis-7.0, redis-8.2, valkey-8.0, valkey-8.1
    #[arg(long, default_value = "valkey-8.1", value_name = "ENGINE-VERSION")]
    pub server: String,
    /// Allocator of the server build: jemalloc-8 (upstream), jemalloc-16 (Debian, Ubuntu), libc
    #[arg(long, value_parser = text::<Allocator>)]
    pub allocator: Option<Allocator>,
    /// Eviction policy; repeat it for several [default: allkeys-lru, -lfu, -random, and with TTLs volatile-lru, -ttl]
    #[arg(long, value_name = "POLICY", value_parser = text::<Policy>)]
    pub policy: Vec<Policy>,
    /// Value of maxmemory, or a range of which several sizes are taken; repeat it for several [default: from 1/128
    /// of what all keys need]
    #[arg(long, value_name = "SIZE|LOW..HIGH", value_parser = text::<Range<Bytes>>)]
    pub memory: Vec<Range<Bytes>>,
    /// Sizes in a range
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=200))]
    pub points: u32,
    /// Emulate all keys instead of a sample
    #[arg(long, conflicts_with = "sample")]
    pub exact: bool,
    /// Share of the keys that is emulated, a power of two [default: all below 100,000 keys, then 1/8, then 1/16, and
    /// more of them where a cache would hold few of the sampled keys]
    #[arg(long, value_name = "1/N", value_parser = share)]
    pub sample: Option<u32>,
    /// The trace is itself a sample of so many of the keys, taken by their hash where the whole trace lies; sizes and
    /// counts are then of the whole
    #[arg(long, value_name = "1/N", value_parser = taken)]
    pub sampled: Option<f64>,
    /// Reads of the whole trace, with --sampled: misses are then counted against these
    #[arg(long, value_name = "COUNT", requires = "sampled", conflicts_with = "requests", value_parser = text::<Count>)]
    pub all_reads: Option<Count>,
    /// How much work is done
    #[arg(long, value_enum, default_value_t = Method::Full)]
    pub method: Method,
    /// What follows a read that misses: a write (fill), or only what the trace has (skip) [default: skip if the trace
    /// has writes]
    #[arg(long, value_enum)]
    pub on_miss: Option<OnMiss>,
    /// Size of values that the trace does not tell
    #[arg(long, default_value = "100B", value_parser = text::<Bytes>)]
    pub value_size: Bytes,
    /// The server's maxmemory-samples
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub maxmemory_samples: u32,
    /// Emulations behind each figure, for the error bar
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub runs: u32,
    /// Share of lines that may be unreadable
    #[arg(long, default_value = "1%", value_parser = part)]
    pub max_bad: Percent,
    /// Stop reading after so many requests
    #[arg(long, value_name = "COUNT", value_parser = text::<Count>)]
    pub requests: Option<Count>,
    /// Workload profile whose traffic, prices and `miss_cost` turn hit ratios into money
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<PathBuf>,
    /// Write a new profile with the demand that the trace shows: keys, sizes, rates, time to live, skew
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Day of the estimate, with --profile [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<Date>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
}

/// How much work a simulation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Exact LRU on all keys corrects what is emulated on samples of them
    Full,
    /// Only what is emulated on samples
    Fast,
    /// Only exact LRU, on samples: the fastest
    Curve,
}

/// What follows a read that misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnMiss {
    /// The value is written
    Fill,
    /// Nothing that is not in the trace
    Skip,
}

#[derive(Args)]
pub struct CaptureArgs {
    /// The server: redis://[user:password@]host[:port], or rediss:// with TLS. `CACHEFIT_PASSWORD` keeps the password
    /// out of the command line
    #[arg(value_name = "URL")]
    pub url: String,
    /// File to write, which must not be there: a trace (compressed if it ends in .gz), or a profile from keys
    /// [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// What is looked at
    #[arg(long, value_enum, default_value_t = CaptureMethod::Monitor)]
    pub method: CaptureMethod,
    /// End after so much time
    #[arg(long, default_value = "30s", value_parser = text::<Duration>)]
    pub time: Duration,
    /// End after so many commands, or keys
    #[arg(long, default_value = "1M", value_parser = text::<Count>)]
    pub count: Count,
    /// End after the server has sent so much
    #[arg(long, default_value = "64MB", value_parser = text::<Bytes>)]
    pub bytes: Bytes,
    /// End when so much waits in the server for this client
    #[arg(long, default_value = "8MB", value_parser = text::<Bytes>)]
    pub buffer: Bytes,
    /// Do not begin, or end, when the server's main thread is busier than this
    #[arg(long, default_value = "60%", value_parser = text::<Percent>)]
    pub max_cpu: Percent,
    /// File with the certificate of the authority that a rediss:// server is checked against
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Begin without asking
    #[arg(long)]
    pub yes: bool,
}

/// What a capture looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CaptureMethod {
    /// Every command: a trace
    Monitor,
    /// Some keys: a profile with their number, sizes and times to live
    Keys,
}

/// `1/100` as a share.
fn taken(text: &str) -> Result<f64, String> {
    let parts: Option<u32> = text.strip_prefix("1/").and_then(|n| n.parse().ok());
    match parts.filter(|n| (2..=1_000_000).contains(n)) {
        Some(parts) => Ok(1.0 / f64::from(parts)),
        None => Err("expected a share such as 1/100, from 1/2 to 1/1000000".to_owned()),
    }
}

/// `1/16` as the number of halvings.
fn share(text: &str) -> Result<u32, String> {
    let parts: Option<u32> = text.strip_prefix("1/").and_then(|n| n.parse().ok());
    match parts.filter(|n| n.is_power_of_two() && *n <= 4096) {
        Some(parts) => Ok(parts.trailing_zeros()),
        None => Err("expected a share such as 1/8 or 1/16, a power of two down to 1/4096".to_owned()),
    }
}
