//! Exports of every format: what is found in them, in which unit, and what becomes of those that are broken.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "observe_read/answers.rs"]
mod answers;
#[path = "observe_read/commands.rs"]
mod commands;
#[path = "observe_read/formats.rs"]
mod formats;
#[path = "observe_read/hostile.rs"]
mod hostile;
#[path = "observe_read/inventories.rs"]
mod inventories;
#[path = "observe_read/limits.rs"]
mod limits;
#[path = "observe_read/queries.rs"]
mod queries;
#[path = "observe_read/surveys.rs"]
mod surveys;
#[path = "observe_read/tables.rs"]
mod tables;

use std::io::Cursor;
use std::path::Path;

use cachefit::observe::{Input, Metric, Observations, ReadError, Series, Statistic, read};

/// The time of the first point of every fixture.
const START: i64 = 1_795_176_000;
/// The clock of the tests, an hour later.
const NOW: i64 = START + 3600;

/// All fixtures.
const ALL: &[&str] = &[
    "assessment.json",
    "aws_clusters.json",
    "aws_groups.json",
    "aws_reserved.json",
    "aws_serverless.json",
    "azure_classic.json",
    "azure_list.json",
    "azure_managed.json",
    "cloudwatch_data.json",
    "cloudwatch_labels.json",
    "cloudwatch_queries.json",
    "cloudwatch_statistics.json",
    "datadog_v1.json",
    "datadog_v2.json",
    "google.json",
    "google_list.json",
    "info_keyspace.txt",
    "info_restart.txt",
    "info_two.txt",
    "monitor.txt",
    "prometheus_commands.json",
    "prometheus_commands.txt",
    "prometheus_range.json",
    "prometheus_text.txt",
    "table_long.csv",
    "table_wide.tsv",
    "upstash.json",
];

/// The bytes of a fixture.
fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/observe").join(file)).unwrap()
}

/// A file as people have it: its ending says nothing of its content.
fn input(name: &str, content: impl Into<Vec<u8>>) -> Input {
    Input { name: format!("exports/{name}.dat"), content: Box::new(Cursor::new(content.into())) }
}

/// Reads at the clock of the tests.
fn read_all(inputs: Vec<Input>) -> Result<Observations, ReadError> {
    read(inputs, NOW)
}

/// Fixtures, each under its name without its ending.
fn fixtures(files: &[&str]) -> Observations {
    read_all(files.iter().map(|file| input(file.split('.').next().unwrap(), bytes(file))).collect()).unwrap()
}

/// The series of a metric with a statistic, whatever its part.
fn series<'a>(all: &'a Observations, node: &str, metric: Metric, statistic: Statistic) -> Vec<&'a Series> {
    let of = |s: &&Series| s.node == node && s.metric == metric && s.statistic == statistic;
    all.series.iter().filter(of).collect()
}

/// The points of the only such series, in seconds since the start.
fn points(all: &Observations, node: &str, metric: Metric, statistic: Statistic) -> Vec<(i64, f64)> {
    let found = series(all, node, metric, statistic);
    let nodes = || all.series.iter().map(|s| format!("{} {} {}", s.node, s.metric, s.statistic));
    assert_eq!(found.len(), 1, "{node} {metric} {statistic} of {:?}", nodes().collect::<Vec<_>>());
    found[0].points.iter().map(|p| (p.at - START, (p.value * 1e6).round() / 1e6)).collect()
}

/// Whether something like this is said.
fn says(all: &Observations, text: &str) -> bool {
    all.caveats.iter().any(|caveat| caveat.contains(text))
}
