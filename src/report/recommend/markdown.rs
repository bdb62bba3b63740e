//! Recommendations for tickets and pull requests.

use super::{amount, check_cells, difference, memory, total};
use crate::recommend::{Candidate, Recommendation};
use crate::report::markdown::{list, table};
use crate::report::{Markdown, Report, ReportError, dates};

impl Report<[Recommendation]> for Markdown {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        Ok(outcome.iter().map(one).collect::<Vec<_>>().join("\n"))
    }
}

fn one(r: &Recommendation) -> String {
    let mut text = format!("## cachefit: {}\n\n", r.profile);
    match &r.choice {
        Some(choice) => {
            let d = &choice.deployment;
            text.push_str(&format!(
                "**{}**, {} {} {} in {}: **{} USD a month** ({}), `{}`\n\n",
                choice.shape,
                d.service,
                d.engine,
                d.version,
                d.region,
                total(&choice.cost),
                d.commitment,
                d.eviction_policy
            ));
        }
        None => text.push_str("**Nothing fits.**\n\n"),
    }
    if !r.gates.is_empty() {
        text.push_str(&list(r.gates.iter().map(|g| format!("**gate breached**: {}", g.text))));
        text.push('\n');
    }
    if let Some(choice) = &r.choice {
        text.push_str(&of_choice(choice));
    }
    if let Some(policy) = &r.policy {
        text.push_str(&format!("### Eviction policy: {}\n\n{}.\n\n", policy.policy, policy.reason));
    }
    if let Some(choice) = &r.memory_choice {
        text.push_str("### Memory against misses, USD a month (> is taken)\n\n");
        text.push_str(&table(&memory::HEADER, &memory::rows(choice)));
        text.push('\n');
    }
    if !r.changes.is_empty() {
        text.push_str("### What would change it\n\n");
        let rows: Vec<_> = r
            .changes
            .iter()
            .map(|c| vec![c.what.clone(), c.monthly.map(difference).unwrap_or_default(), c.text.clone()])
            .collect();
        text.push_str(&table(&["what", "USD a month", ""], &rows));
        text.push('\n');
    }
    if !r.advice.is_empty() {
        text.push_str("### Advice\n\n");
        text.push_str(&list(r.advice.iter().map(|a| {
            let saves = a.saves.map_or_else(String::new, |s| format!(" (saves {s} USD a month)"));
            format!("**{}**{saves}: {}", a.what, a.text)
        })));
        text.push('\n');
    }
    text.push_str(&alternatives(r));
    text.push_str(&format!("### Rejected: {} of {} shapes\n\n", r.considered - r.eligible, r.considered));
    let rows: Vec<_> = r
        .rejected
        .iter()
        .map(|g| {
            vec![g.count.to_string(), g.service.clone(), g.constraint.title().to_owned(), g.nearest.clone()]
        })
        .collect();
    text.push_str(&table(&["shapes", "service", "reason", "nearest"], &rows));
    text.push_str("\n<details><summary>Assumptions</summary>\n\n");
    text.push_str(&list(r.assumptions.iter().map(|a| format!("{}: {} ({})", a.subject, a.value, a.why))));
    text.push_str(&list(
        r.defaults.iter().map(|d| format!("default {}: {} ({})", d.subject, d.value, d.why)),
    ));
    text.push_str("\n</details>\n");
    text.push_str(&dates(&r.snapshot, r.oldest_price.as_deref(), &r.as_of));
    text
}

fn of_choice(choice: &Candidate) -> String {
    let checks: Vec<_> = choice
        .checks
        .iter()
        .map(|c| std::iter::once(c.constraint.title().to_owned()).chain(check_cells(c)).collect())
        .collect();
    let lines: Vec<_> = choice
        .cost
        .lines
        .iter()
        .map(|l| {
            let source = l.rate.known().map_or_else(
                || l.rate.why_unknown().unwrap_or_default().to_owned(),
                |r| format!("{} {}; {} ({})", r.usd, r.unit, r.source, r.as_of),
            );
            vec![l.what.clone(), l.formula.clone(), source, amount(l)]
        })
        .collect();
    format!(
        "{}\n### Cost\n\n{}\nNot included: {}.\n\n",
        table(&["constraint", "needs", "has", "used", "may use"], &checks),
        table(&["line", "quantity", "rate", "USD a month"], &lines),
        choice.cost.not_included.join("; ")
    )
}

fn alternatives(r: &Recommendation) -> String {
    let listed: Vec<&Candidate> = match &r.all_candidates {
        Some(all) => all.iter().skip(1).collect(),
        None => r.alternatives.iter().collect(),
    };
    if listed.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = listed
        .iter()
        .map(|c| {
            let d = &c.deployment;
            vec![
                d.service.to_owned(),
                d.region.clone(),
                c.shape.clone(),
                d.engine.to_string(),
                total(&c.cost),
            ]
        })
        .collect();
    format!(
        "### Alternatives\n\n{}\n",
        table(&["service", "region", "shape", "engine", "USD a month"], &rows)
    )
}
