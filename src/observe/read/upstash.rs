//! Statistics of a database at Upstash: the answer of its REST interface or of its command-line tool.

use std::io::BufRead;

use serde::Deserialize;

use super::Source;
use super::error::ReadError;
use super::format::Format;
use super::json::{Number, Stamp, documents};
use crate::observe::{CacheInfo, CommandUse, Metric, Observations, Point, Series, Statistic};
use crate::units::{Provider, SECONDS_PER_MONTH};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    throughput: Vec<Xy>,
    connection_count: Vec<Xy>,
    keyspace: Vec<Xy>,
    diskusage: Vec<Xy>,
    hits: Vec<Xy>,
    misses: Vec<Xy>,
    read: Vec<Xy>,
    write: Vec<Xy>,
    current_storage: Number,
    total_monthly_requests: Number,
    total_monthly_read_requests: Number,
    total_monthly_write_requests: Number,
    command_counts: Vec<CommandCount>,
}

/// How often a command was called, over time.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CommandCount {
    metric_identifier: String,
    data_points: Vec<Xy>,
}

#[derive(Deserialize)]
struct Xy {
    x: Stamp,
    y: Number,
}

/// Reads all documents of the file.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    documents(source, Format::Upstash, content, |document: Document| {
        let node = source.stem();
        let series = [
            (document.throughput, Metric::Commands, "throughput"),
            (document.connection_count, Metric::Connections, "connection_count"),
            (document.keyspace, Metric::Keys, "keyspace"),
            (document.diskusage, Metric::Memory, "diskusage"),
            (document.hits, Metric::Hits, "hits"),
            (document.misses, Metric::Misses, "misses"),
            (document.read, Metric::Reads, "read"),
            (document.write, Metric::Writes, "write"),
        ];
        for (points, metric, name) in series {
            let points = points.iter().filter_map(|p| Some(Point { at: p.x.0, value: p.y.0? }));
            let one = Series::new(node, metric, Statistic::Sample, format!("Upstash {name}")).with(points);
            if !one.points.is_empty() {
                found.series.push(one);
            }
        }
        let monthly = [
            (document.total_monthly_requests, Metric::Commands, "total_monthly_requests"),
            (document.total_monthly_read_requests, Metric::Reads, "total_monthly_read_requests"),
            (document.total_monthly_write_requests, Metric::Writes, "total_monthly_write_requests"),
        ];
        for (total, metric, name) in monthly {
            // A series tells more than the sum of the month.
            if found.series.iter().any(|s| s.metric == metric) {
                continue;
            }
            if let Some(total) = total.0 {
                let month = SECONDS_PER_MONTH;
                let point = Point { at: source.now - month as i64, value: total / month };
                let one = Series::new(node, metric, Statistic::Average, format!("Upstash {name}"));
                found.series.push(one.every(Some(month as u32)).with([point]));
            }
        }
        if let Some(stored) =
            document.current_storage.0.filter(|_| found.series.iter().all(|s| s.metric != Metric::Memory))
        {
            let one = Series::new(node, Metric::Memory, Statistic::Sample, "Upstash current_storage");
            found.series.push(one.with([Point { at: source.now, value: stored }]));
        }
        let command_use = used(&document.command_counts);
        found.caches.push(CacheInfo {
            provider: Some(Provider::Upstash),
            command_use,
            ..CacheInfo::named(node)
        });
    })?;
    found.caveats.insert(format!(
        "{}: Upstash stores data on disk and bills that: its bytes are not the memory of a server",
        source.name
    ));
    Ok(found)
}

/// The commands that were called.
fn used(counts: &[CommandCount]) -> Option<CommandUse> {
    let mut used = CommandUse::default();
    let called = |one: &&CommandCount| one.data_points.iter().any(|point| point.y.0 > Some(0.0));
    for one in counts.iter().filter(called) {
        used.add(&one.metric_identifier);
    }
    // There is only database 0, which clients select when they connect.
    used.commands.remove("select");
    used.sources.insert("Upstash command_counts".to_owned());
    (!used.is_empty()).then_some(used)
}
