//! Simulations for a person.

use std::collections::BTreeMap;

use super::chart::chart;
use super::{SimulateReport, sizes};
use crate::recommend::MemoryTotals;
use crate::report::recommend::usd;
use crate::report::text::{Align, columns, paragraph};
use crate::report::{Report, ReportError, Table};
use crate::simulate::{Mark, Outcome, PolicyCurve};
use crate::units::{Bytes, Count, Percent, Rate};

use Align::{Left, Right};

/// Policies beside each other.
const ABREAST: usize = 4;
/// Totals that are shown.
const TOTALS: usize = 6;

fn ratio(value: f64) -> String {
    format!("{:.2}%", value * 100.0)
}

fn percent(ratio: f64, error: Option<f64>) -> String {
    match error {
        Some(error) => format!("{:.2} ±{:.2}", ratio * 100.0, error * 100.0),
        None => format!("{:.2}", ratio * 100.0),
    }
}

fn bytes(value: u64) -> String {
    Bytes(value as f64).to_string()
}

impl Report<SimulateReport> for Table {
    fn render(&self, report: &SimulateReport) -> Result<String, ReportError> {
        let r = &report.outcome;
        let title = format!("{} on {} ({})", self.strong(&report.file), r.server, r.allocator);
        let mut text = paragraph("", "  ", &title);
        text.push_str(&self.trace(r));
        text.push_str(&self.ratios(r));
        text.push_str(&chart(r));
        text.push_str(&self.marks(r));
        if let Some(money) = &report.money {
            text.push_str(&self.money(money, &sizes(r)));
        }
        if !r.caveats.is_empty() {
            text.push_str(&self.heading("Keep in mind"));
            r.caveats.iter().for_each(|c| text.push_str(&paragraph("  - ", "    ", c)));
        }
        Ok(text)
    }
}

impl Table {
    fn trace(&self, r: &Outcome) -> String {
        let t = &r.trace;
        let counts = format!(
            "{} requests ({} reads, {} writes, {} deletes) on {} keys in {:.0} s, read as {}",
            Count(t.requests as f64),
            Count(t.reads as f64),
            Count(t.writes as f64),
            Count(t.deletes as f64),
            Count(t.keys as f64),
            t.seconds,
            t.format
        );
        let counts = match r.sampled {
            Some(taken) => {
                format!("{counts}; all counts from a sample of 1/{:.0} of the keys", 1.0 / taken.share)
            }
            None => counts,
        };
        let mut shape = format!("{} of the keys are touched once", Percent(t.one_hit_share));
        if let Some(zipf) = t.zipf {
            shape.push_str(&format!("; popularity is near zipf {zipf:.2}"));
        }
        if let Some(size) = t.value_size {
            shape.push_str(&format!("; a value has {} on average", Bytes(size)));
        }
        if let Some(ttl) = t.ttl_seconds {
            let share = Percent(t.ttl_share);
            shape.push_str(&format!("; {share} of the writes set a time to live, the median is {ttl:.0} s"));
        }
        if let Some((reads, writes)) = t.peak {
            shape.push_str(&format!("; busiest minute {} reads, {} writes", Rate(reads), Rate(writes)));
        }
        format!(
            "{}{}{}",
            self.heading("Trace"),
            paragraph("  ", "  ", &counts),
            paragraph("  ", "  ", &shape)
        )
    }

    fn ratios(&self, r: &Outcome) -> String {
        let mut text = self.heading("Hit ratio by maxmemory and eviction policy");
        let sizes = sizes(r);
        // Without policies, exact LRU stands alone.
        let alone: &[&[PolicyCurve]] = if r.policies.is_empty() { &[&[]] } else { &[] };
        for group in r.policies.chunks(ABREAST).chain(alone.iter().copied()) {
            let mut header = vec!["maxmemory"];
            header.extend(group.iter().map(|c| c.policy.as_str()));
            header.extend(r.exact_lru_holds.then_some("exact LRU"));
            let rows: Vec<Vec<String>> = r
                .exact_lru
                .iter()
                .enumerate()
                .map(|(i, exact)| {
                    let mut row = vec![sizes[&exact.memory].clone()];
                    row.extend(group.iter().map(|curve| {
                        let point = curve.points[i];
                        percent(point.hit_ratio, point.error)
                    }));
                    let error = r.exact_lru_error.as_ref().and_then(|errors| errors.get(i)).copied();
                    row.extend(r.exact_lru_holds.then(|| percent(exact.hit_ratio, error)));
                    row
                })
                .collect();
            let aligns: Vec<Align> = std::iter::repeat_n(Right, header.len()).collect();
            text.push_str(&columns(&header, &aligns, &rows));
        }
        text.push_str(&paragraph("  ", "  ", &method(r)));
        let rejecting: Vec<&str> = r
            .policies
            .iter()
            .filter(|c| c.points.iter().any(|p| p.rejected > 0.0))
            .map(|c| c.policy.as_str())
            .collect();
        if !rejecting.is_empty() {
            let alarm = format!("  writes are refused at some of these sizes with {}", rejecting.join(", "));
            text.push_str(&format!("{}\n", self.alarm(&alarm)));
        }
        text
    }

    fn marks(&self, r: &Outcome) -> String {
        let mark = |m: &Option<Mark>| match m {
            Some(m) => format!("{} ({})", bytes(m.memory), ratio(m.hit_ratio)),
            None => "none".to_owned(),
        };
        let all = vec![
            vec!["all keys".to_owned(), format!("{} ({})", bytes(r.all_keys), ratio(r.ceiling))],
            vec!["of it the server itself".to_owned(), bytes(r.base)],
        ];
        if !r.exact_lru_holds {
            let why = "no knee and no working set: they come from exact LRU, which takes every miss as refilled and no \
                       key as expired, and hits another share of this trace";
            let rows = columns(&[], &[Left, Right], &all);
            return format!("{}{rows}{}", self.heading("Sizes"), paragraph("  ", "  ", why));
        }
        let mut rows = vec![
            vec!["knee: beyond it, doubling memory buys less than on average".to_owned(), mark(&r.knee)],
            vec!["working set: within one point of the ceiling".to_owned(), mark(&r.working_set)],
        ];
        rows.extend(all);
        format!("{}{}", self.heading("Sizes, by exact LRU"), columns(&[], &[Left, Right], &rows))
    }

    fn money(&self, money: &MemoryTotals, sizes: &BTreeMap<u64, String>) -> String {
        let heading = self.heading(&format!("USD a month for {}, cache and misses", money.profile));
        let rows: Vec<Vec<String>> = money
            .totals
            .iter()
            .take(TOTALS)
            .map(|t| {
                vec![
                    sizes[&t.memory].clone(),
                    t.policy.to_string(),
                    format!("{:.2}%", t.hit_ratio * 100.0),
                    t.shape.clone().unwrap_or_else(|| "nothing fits".to_owned()),
                    usd(&t.cache),
                    t.misses.to_string(),
                    usd(&t.total),
                ]
            })
            .collect();
        let header = ["maxmemory", "policy", "hits", "shape", "cache", "misses", "total"];
        let aligns = [Right, Left, Right, Left, Right, Right, Right];
        format!("{heading}{}", columns(&header, &aligns, &rows))
    }
}

fn method(r: &Outcome) -> String {
    let refill = if r.fill_on_miss { "every miss is refilled" } else { "only the writes of the trace fill" };
    let part = |share: f64| format!("1/{:.0}", 1.0 / share);
    // Of a trace that is a sample itself.
    let whose = if r.sampled.is_some() { "the sampled keys" } else { "the keys" };
    let another = r.sampled.map(|taken| {
        format!("what another sample of {} might have said, 95 times of 100", part(taken.share))
    });
    let largest = r.policies.iter().flat_map(|c| &c.points).map(|p| p.share).fold(r.share, f64::max);
    let all = whose.replace("the ", "all ");
    if r.policies.is_empty() {
        let keys = if r.share < 1.0 { format!("{} of {whose}", part(r.share)) } else { all };
        let error = another.map(|text| format!("; ± is {text}")).unwrap_or_default();
        return format!("percent of reads; exact LRU on {keys}, nothing emulated{error}");
    }
    let keys = if r.share == 1.0 {
        all
    } else if largest > r.share {
        let most = if largest == 1.0 { "all".to_owned() } else { part(largest) };
        format!("{} of {whose}, for small caches up to {most}", part(r.share))
    } else {
        format!("{} of {whose}", part(r.share))
    };
    let corrected = if r.share < 1.0 && r.lru_on_all_keys { ", corrected by exact LRU on all" } else { "" };
    let runs = match (r.runs, r.share < 1.0) {
        (1, _) => None,
        (runs, true) => Some(format!("half the spread of {runs} salts")),
        (runs, false) => Some(format!("half the spread of {runs} seeds")),
    };
    let spread = match (runs, another) {
        (None, None) => ", once".to_owned(),
        (Some(one), None) | (None, Some(one)) => format!("; ± is {one}"),
        (Some(one), Some(other)) => format!("; ± is {one}, and {other}"),
    };
    format!("percent of reads; emulated on {keys}{corrected}{spread}; {refill}")
}
