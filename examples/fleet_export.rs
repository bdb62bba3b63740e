//! Writes what an account of ElastiCache exports, for figures: an inventory, reservations, and metrics of each group.
//!
//! `cargo run --release --example fleet_export -- DIR GROUPS [STEP [SERIES]]`
//!
//! Every group has a primary and a replica, and seven metrics of each over 14 days, a point every STEP seconds (3600);
//! or only the first SERIES of these fourteen: six are the memory, the reads and the writes of both nodes, which size a cache.
//! Demand has days and weeks; sizes are too large, right and too small in turn, and every tenth group is idle.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use cachefit::simulate::mix;

const DAYS: u64 = 14;
/// Two weeks that have ended.
const FROM: u64 = 1_763_337_600;

/// From 0 to 1, by number.
fn unit(n: u64) -> f64 {
    (mix(n) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Seconds since 1970 as `CloudWatch` writes them.
fn stamp(at: u64) -> String {
    jiff::Timestamp::from_second(at.cast_signed()).map(|at| at.to_string()).unwrap_or_default()
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let number = |i: usize| args.get(i).and_then(|a| a.parse::<u64>().ok());
    let (Some(folder), Some(groups)) = (args.get(1).map(Path::new), number(2)) else {
        return Err(std::io::Error::other("DIR GROUPS [STEP [SERIES]]"));
    };
    let step = number(3).unwrap_or(3600);
    let series = number(4).unwrap_or(14);
    fs::create_dir_all(folder)?;
    inventory(folder, groups)?;
    for group in 0..groups {
        metrics(folder, group, step, series)?;
    }
    Ok(())
}

const TYPES: [(&str, f64); 4] = [
    ("cache.t4g.medium", 3.1e9),
    ("cache.r7g.large", 13.1e9),
    ("cache.r7g.xlarge", 26.3e9),
    ("cache.r7g.2xlarge", 52.8e9),
];

fn inventory(folder: &Path, groups: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(folder.join("groups.json"))?);
    writeln!(out, "{{\"ReplicationGroups\": [")?;
    for g in 0..groups {
        let (node, _) = TYPES[g as usize % TYPES.len()];
        let comma = if g + 1 < groups { "," } else { "" };
        writeln!(
            out,
            "{{\"ReplicationGroupId\": \"group-{g}x\", \"Status\": \"available\", \"MultiAZ\": \"enabled\", \
             \"CacheNodeType\": \"{node}\", \"ClusterEnabled\": false, \"TransitEncryptionEnabled\": true, \
             \"SnapshotRetentionLimit\": 1, \"Engine\": \"redis\", \
             \"ARN\": \"arn:aws:elasticache:us-east-1:111122223333:replicationgroup:group-{g}x\", \
             \"NodeGroups\": [{{\"NodeGroupId\": \"0001\", \"NodeGroupMembers\": [\
             {{\"CacheClusterId\": \"group-{g}x-001\", \"CurrentRole\": \"primary\"}}, \
             {{\"CacheClusterId\": \"group-{g}x-002\", \"CurrentRole\": \"replica\"}}]}}]}}{comma}"
        )?;
    }
    writeln!(out, "]}}")?;
    let mut out = BufWriter::new(File::create(folder.join("reserved.json"))?);
    writeln!(
        out,
        "{{\"ReservedCacheNodes\": [{{\"ReservedCacheNodeId\": \"ri-1\", \"CacheNodeType\": \"cache.r7g.large\", \
         \"StartTime\": \"2025-12-10T00:00:00Z\", \"Duration\": 31536000, \"CacheNodeCount\": {}, \
         \"ProductDescription\": \"redis\", \"OfferingType\": \"No Upfront\", \"State\": \"active\", \"ReservationARN\": \
         \"arn:aws:elasticache:us-east-1:111122223333:reserved-instance:ri-1\"}}]}}",
        groups / 2
    )
}

fn metrics(folder: &Path, group: u64, step: u64, series: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(folder.join(format!("metrics-{group:05}.json")))?);
    let (_, size) = TYPES[group as usize % TYPES.len()];
    let idle = group % 10 == 9;
    // From a tenth of the node to nearly all of it.
    let full = 0.05 + 0.75 * unit(group);
    writeln!(out, "{{\"MetricDataResults\": [")?;
    let mut written = 0;
    for (metric, statistic, scale) in [
        ("BytesUsedForCache", "Maximum", size * full),
        ("GetTypeCmds", "Sum", 400.0 * step as f64),
        ("SetTypeCmds", "Sum", 80.0 * step as f64),
        ("CurrConnections", "Maximum", 120.0),
        ("CurrItems", "Maximum", size * full / 900.0),
        ("CurrVolatileItems", "Maximum", size * full / 1_000.0),
        ("EngineCPUUtilization", "Maximum", 12.0),
    ] {
        for node in ["001", "002"] {
            if written == series {
                break;
            }
            if written > 0 {
                writeln!(out, ",")?;
            }
            written += 1;
            let label = format!("{metric}|group-{group}x-{node}|{statistic}|{step}");
            write!(
                out,
                "{{\"Id\": \"q\", \"Label\": \"{label}\", \"StatusCode\": \"Complete\", \"Timestamps\": ["
            )?;
            let times: Vec<u64> = (0..DAYS * 86_400 / step).map(|i| FROM + i * step).collect();
            let list = |texts: Vec<String>| texts.join(",");
            write!(
                out,
                "{}], \"Values\": [",
                list(times.iter().map(|at| format!("\"{}\"", stamp(*at))).collect())
            )?;
            let value = |at: &u64| {
                let day = (*at % 86_400) as f64 / 86_400.0;
                let wave = 0.85 + 0.15 * (std::f64::consts::TAU * day).sin();
                let noise = 0.98 + 0.04 * unit(*at ^ group << 40);
                let used =
                    metric.starts_with("Bytes") || metric.starts_with("Curr") && metric.ends_with("Items");
                let scale = if idle && !used { 0.0 } else { scale };
                format!("{:.1}", scale * wave * noise)
            };
            write!(out, "{}]}}", list(times.iter().map(value).collect()))?;
        }
    }
    writeln!(out, "\n]}}")
}
