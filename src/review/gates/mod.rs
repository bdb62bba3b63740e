//! Gates: limits, increases, how well prices are known, dated changes, and how caches must be built.

mod facts;
mod limits;
mod rules;
mod waivers;

pub use facts::Facts;
pub use limits::{increases, needless};
pub use waivers::waive;

use jiff::civil::Date;

use super::finding::Finding;
use crate::profile::GatePolicy;
use crate::recommend::GateKind;

/// Every rule with what it says: the list of the documentation, of SARIF, and of what a waiver may name.
pub const RULES: &[(&str, &str)] = &[
    ("budget", "The bill is within the budget of the profile."),
    ("unknown-price", "Every line of the bill has a price."),
    ("stale-price", "No price is older than allowed."),
    ("eviction-policy", "The pinned eviction policy keeps what the profile promises."),
    ("fit", "The cache holds the workload with the headroom that the profile asks for."),
    ("limit-total", "All deployments together stay within their limit."),
    ("limit-each", "Each deployment stays within its limit."),
    ("limit-profile", "The deployments of the profile stay within their limit."),
    ("limit-label", "All deployments with the label stay within their limit."),
    ("increase-total", "The change as a whole adds no more than allowed."),
    ("increase-each", "No deployment's bill rises by more than allowed; a new one rises from nothing."),
    ("unknown-share", "The share of lines without a price is as allowed."),
    ("estimated-share", "The share of the bill that rests on estimated prices is as allowed."),
    ("cliff", "No dated change that raises the bill, and no retirement, lies nearer than allowed."),
    ("tls", "Connections are encrypted."),
    ("passwords", "No user signs in by password."),
    ("multi-az", "The cache survives the loss of a zone."),
    ("backups", "Backups are taken."),
    ("tags", "Every tag that the repository asks for is set."),
    ("providers", "The provider is one of those that may be used."),
    ("regions", "The region is one of those that may be used."),
    ("limit-unused", "A limit is of a profile or a label that there is not."),
    ("waiver-ended", "A waiver has ended: its breach counts again."),
    ("waiver-unused", "A waiver stands for a breach that there is not."),
];

/// The rule of a profile's own gate, and the key that it rests on.
fn own(kind: GateKind) -> (&'static str, &'static str) {
    match kind {
        GateKind::NothingFits => ("fit", "requirements"),
        GateKind::Budget => ("budget", "requirements.budget"),
        GateKind::UnknownPrice => ("unknown-price", "placement"),
        GateKind::StalePrice => ("stale-price", "placement"),
        GateKind::Policy => ("eviction-policy", "deployment.eviction_policy"),
    }
}

/// What is breached on one side, without the difference to the other.
pub fn findings(all: &[Facts<'_>], policy: Option<&GatePolicy>, as_of: Date) -> Vec<Finding> {
    let mut found: Vec<Finding> = all.iter().flat_map(profile_gates).collect();
    if let Some(policy) = policy {
        for facts in all {
            found.extend(rules::rules(facts, &policy.rules));
            found.extend(rules::prices(facts, policy, as_of));
        }
        found.extend(limits::limits(all, policy));
    }
    found
}

/// The gates that a profile carries itself.
fn profile_gates<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = Finding> + use<'f> {
    facts.gates.iter().map(move |gate| {
        let (rule, key) = own(gate.kind);
        let finding = facts.finding(rule, key, gate.alone().text);
        match (gate.kind, facts.budget) {
            (GateKind::Budget, Some(budget)) => finding
                .is_not(format!("at most {budget} USD a month"), format!("{} USD a month", facts.known))
                .by((facts.known - budget).0),
            _ => finding,
        }
    })
}

/// Marks what the baseline breaches as much or more: it is shown, and keeps nothing back. A finding meets its own first;
/// what is then left meets by its address, since a file may have moved. Each stands for one only.
pub fn mark_old(findings: &mut [Finding], before: &[Finding]) {
    let mut left: Vec<&Finding> = before.iter().collect();
    let mut take = |finding: &Finding, same: &dyn Fn(&Finding) -> bool| {
        let found = left.iter().position(|old| old.rule == finding.rule && same(old))?;
        let old = left.swap_remove(found);
        Some(finding.measure <= old.measure)
    };
    let own: Vec<Option<bool>> =
        findings.iter().map(|f| take(f, &|old: &Finding| old.fingerprint == f.fingerprint)).collect();
    for (finding, own) in findings.iter_mut().zip(own) {
        let moved = |old: &Finding| old.address == finding.address;
        finding.old = own.or_else(|| take(finding, &moved)).unwrap_or(false);
    }
}
