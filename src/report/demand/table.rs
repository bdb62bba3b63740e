//! Demand for a person.

use super::DemandReport;
use crate::report::recommend::months;
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Report, ReportError, Table};
use crate::units::{Bytes, Count, Interval, Rate};

use Align::{Left, Right};

/// `low`, `likely`, `high` in one unit.
fn three(interval: Interval, show: impl Fn(f64) -> String) -> [String; 3] {
    [show(interval.low), show(interval.likely), show(interval.high)]
}

fn bytes(value: f64) -> String {
    Bytes(value).to_string()
}

fn bytes_per_second(value: f64) -> String {
    format!("{}/s", Bytes(value))
}

fn rate(value: f64) -> String {
    Rate(value).to_string()
}

fn count(value: f64) -> String {
    Count(value.round()).to_string()
}

fn row(name: &str, cells: [String; 3]) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

const HEADER: [&str; 3] = ["low", "likely", "high"];

impl Report<DemandReport<'_>> for Table {
    fn render(&self, r: &DemandReport<'_>) -> Result<String, ReportError> {
        let mode = match (r.layout.cluster_mode, r.layout.shards) {
            (false, _) => "one shard, cluster mode off".to_owned(),
            (true, shards) => format!("{shards} shards, the fullest"),
        };
        let mut text = format!("{} on {} ({}), {mode}\n", self.strong(r.profile), r.server, r.allocator);
        text.push_str(&self.families(r));
        text.push_str(&self.heading(&format!("used_memory in {}", months(r.demand.growth.months))));
        let mut rows: Vec<Vec<String>> =
            r.memory.parts.iter().map(|p| row(&p.what, three(p.bytes, bytes))).collect();
        rows.push(row("total", three(r.memory.used, bytes)));
        text.push_str(&triples("", &rows));
        text.push_str(&self.traffic(r));
        text.push_str(&self.connections(r));
        text.push_str(&self.heading("Assumptions (the key in brackets replaces one)"));
        for a in &r.assumptions {
            let key = a.replace_with.as_ref().map_or_else(String::new, |k| format!(" [{k}]"));
            text.push_str(&paragraph(
                "  - ",
                "    ",
                &format!("{}: {} ({}){key}", a.subject, a.value, a.why),
            ));
        }
        Ok(text)
    }
}

fn triples(name: &str, rows: &[Vec<String>]) -> String {
    columns(&[name, HEADER[0], HEADER[1], HEADER[2]], &[Left, Right, Right, Right], rows)
}

impl Table {
    fn families(&self, r: &DemandReport<'_>) -> String {
        let mut text = String::new();
        for (family, numbers) in r.families.iter().zip(&r.demand.families) {
            text.push_str(&self.heading(&format!("{} ({})", family.keys, family.encodings.join(", "))));
            let rows = [
                row("keys today", three(numbers.count_now, count)),
                row("keys at the horizon", three(numbers.count, count)),
                row("bytes per key", three(family.bytes_per_key, |b| format!("{b:.1}"))),
                row("all keys today", three(family.total_now, bytes)),
                row("all keys at the horizon", three(family.total, bytes)),
            ];
            text.push_str(&triples("", &rows));
            let parts: Vec<String> =
                family.parts.iter().map(|(what, bytes)| format!("{what} {bytes:.1}")).collect();
            text.push_str(&paragraph("  ", "    ", &format!("A key takes: {} B.", parts.join(" + "))));
        }
        text
    }

    fn traffic(&self, r: &DemandReport<'_>) -> String {
        let peak = &r.demand.peak;
        let average = &r.demand.average;
        let mut rows =
            vec![row("reads, peak", three(peak.reads, rate)), row("writes, peak", three(peak.writes, rate))];
        if peak.complex.high > 0.0 {
            rows.push(row("of these, on many elements", three(peak.complex, rate)));
        }
        if peak.publishes.high > 0.0 {
            rows.push(row("messages published, peak", three(peak.publishes, rate)));
            rows.push(row("messages delivered, peak", three(peak.deliveries, rate)));
        }
        rows.extend([
            row("reads, average today", three(average.reads, rate)),
            row("writes, average today", three(average.writes, rate)),
            row("into the cache, peak", three(r.demand.peak_bandwidth.inbound, bytes_per_second)),
            row("out of the cache, peak", three(r.demand.peak_bandwidth.outbound, bytes_per_second)),
        ]);
        let hottest =
            format!("  The hottest key takes {:.2}% of the commands.\n", r.demand.hottest_key * 100.0);
        format!("{}{}{hottest}", self.heading("Operations and bandwidth"), triples("", &rows))
    }

    fn connections(&self, r: &DemandReport<'_>) -> String {
        let connections = &r.demand.connections;
        let mut rows: Vec<Vec<String>> =
            connections.fleets.iter().map(|f| row(&f.function, three(f.connections, count))).collect();
        rows.push(row("workers and operators", three(connections.others, count)));
        rows.push(row("peak, with a rollout", three(connections.peak, count)));
        rows.push(row("new connections", three(connections.new_per_second, rate)));
        format!("{}{}", self.heading("Connections to each node"), triples("", &rows))
    }
}
