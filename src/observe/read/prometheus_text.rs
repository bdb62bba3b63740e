//! A scrape of `redis_exporter`: levels at one moment, or at several if the file holds several scrapes with times.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::error::ReadError;
use super::format::Format;
use super::{Source, prometheus_range, time};
use crate::observe::{Observations, Point};

/// Lines longer than this are no samples.
const LONGEST: usize = 64 * 1024;

/// Reads all samples with their labels.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut bad = 0_usize;
    let mut samples: BTreeMap<BTreeMap<String, String>, Vec<Point>> = BTreeMap::new();
    for line in content.lines() {
        let line =
            line.map_err(|error| ReadError::unreadable(source.name, &error).of(Format::PrometheusText))?;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match sample(line, source).filter(|_| line.len() <= LONGEST) {
            Some((labels, point)) => samples.entry(labels).or_default().push(point),
            None => bad += 1,
        }
    }
    let several = samples.values().any(|points| points.iter().any(|p| p.at != points[0].at));
    for (mut labels, points) in samples {
        // A scrape does not tell whom it was asked of.
        labels.entry("instance".to_owned()).or_insert_with(|| source.stem().to_owned());
        prometheus_range::add(&labels, points, &mut found);
    }
    prometheus_range::settle_commands(&mut found);
    if bad > 0 {
        found.caveats.insert(format!("{}: {bad} lines are no samples and are left out", source.name));
    }
    if !several {
        found.caveats.insert(format!(
            "{}: a scrape is one moment: counters tell no rate. Ask Prometheus for a range, or scrape twice",
            source.name
        ));
    }
    Ok(found)
}

/// `name{label="value",…} value [milliseconds]`.
fn sample(line: &str, source: &Source<'_>) -> Option<(BTreeMap<String, String>, Point)> {
    let mut labels = BTreeMap::new();
    let name_end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    labels.insert("__name__".to_owned(), line[..name_end].to_owned());
    let mut rest = &line[name_end..];
    if let Some(inside) = rest.strip_prefix('{') {
        let (read, behind) = label_set(inside)?;
        labels.extend(read);
        rest = behind;
    }
    let mut words = rest.split_whitespace();
    let value: f64 = words.next()?.parse().ok()?;
    let at = match words.next() {
        // OpenMetrics has seconds with a fraction, Prometheus milliseconds: the size tells.
        Some(at) => time::of_text(at)?,
        None => source.now,
    };
    value.is_finite().then_some((labels, Point { at, value }))
}

/// The labels of a sample, and what stands behind the brace.
fn label_set(mut text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    loop {
        text = text.trim_start_matches([',', ' ']);
        if let Some(behind) = text.strip_prefix('}') {
            return Some((labels, behind));
        }
        let (name, rest) = text.split_once("=\"")?;
        let mut value = String::new();
        let mut chars = rest.char_indices();
        let end = loop {
            match chars.next()? {
                (_, '\\') => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (at, '"') => break at,
                (_, other) => value.push(other),
            }
        };
        labels.push((name.trim().to_owned(), value));
        text = &rest[end + 1..];
    }
}
