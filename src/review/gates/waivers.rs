//! Breaches that are accepted for a while: with an owner, a reason and an end.

use jiff::civil::Date;

use crate::profile::{GatePolicy, Waiver};
use crate::review::finding::{Finding, Severity, Waived};

/// Marks what is waived; a waiver that has ended, and one that nothing needs, are findings themselves. Whether one of a
/// profile that was not asked for is needed, this run cannot know.
pub fn waive(findings: &mut Vec<Finding>, policy: Option<&GatePolicy>, as_of: Date, asked: &[&str]) {
    let Some(policy) = policy else { return };
    let mut more = Vec::new();
    for waiver in &policy.waivers {
        let meant: Vec<&mut Finding> =
            findings.iter_mut().filter(|finding| is_meant(waiver, finding)).collect();
        let (rule, severity, message) = if waiver.until < as_of {
            let text = format!(
                "the waiver of `{}` has ended on {}: {} ({}) extends or removes it",
                waiver.rule.value, waiver.until, waiver.owner, waiver.reason
            );
            ("waiver-ended", Severity::Warning, text)
        } else if meant.is_empty() {
            let of = match &waiver.profile {
                Some(name) if !asked.contains(&name.as_str()) => continue,
                Some(name) => format!(" in `{name}`"),
                None => String::new(),
            };
            let text = format!(
                "nothing breaches `{}`{of}: remove the waiver of {}",
                waiver.rule.value, waiver.owner
            );
            ("waiver-unused", Severity::Note, text)
        } else {
            for finding in meant {
                finding.waived = Some(Waived {
                    owner: waiver.owner.clone(),
                    reason: waiver.reason.clone(),
                    until: waiver.until.to_string(),
                });
            }
            continue;
        };
        let place = (waiver.rule.line, waiver.rule.column);
        let finding = Finding::breach(rule, waiver.rule.path.clone(), message).at(&policy.file, place);
        more.push(Finding { severity, ..finding });
    }
    findings.extend(more);
}

fn is_meant(waiver: &Waiver, finding: &Finding) -> bool {
    let profile = finding.address.split(':').next().unwrap_or_default();
    finding.rule == waiver.rule.value && waiver.profile.as_ref().is_none_or(|name| name == profile)
}
