//! How well prices are known, what is dated, and how caches must be built.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Facts;
use crate::profile::{GatePolicy, Placed, Rules};
use crate::recommend::{CliffKind, first_day};
use crate::review::finding::Finding;
use crate::units::Usd;

/// Rules about how a cache is built.
pub fn rules(facts: &Facts<'_>, rules: &Rules) -> Vec<Finding> {
    let mut found = Vec::new();
    if rules.tls.is_some() && facts.tls == Some(false) {
        let text = "connections are not encrypted; remove `tls: off`".to_owned();
        found.push(facts.finding("tls", "security.tls", text).is_not("required", "off"));
    }
    if rules.passwords.is_some() {
        for (key, user) in &facts.passwords {
            let text =
                format!("the user `{user}` signs in by password; take `auth: iam` where the service has it");
            found.push(facts.finding("passwords", key, text).is_not("iam", "password"));
        }
    }
    let here = |all: &[Placed<crate::profile::Environment>]| {
        all.iter().any(|placed| placed.value.as_str() == facts.environment)
    };
    if here(&rules.multi_az) && !facts.multi_az {
        let text = format!("{} must survive the loss of a zone", facts.environment);
        found.push(facts.finding("multi-az", "requirements.availability", text).is_not("multi-az", "single"));
    }
    if here(&rules.backups) && facts.backup_days == 0 {
        let text = format!("{} must have backups", facts.environment);
        found.push(
            facts.finding("backups", "requirements.backup_retention", text).is_not("1d or more", "none"),
        );
    }
    for tag in rules.tags.iter().filter(|tag| !facts.labels.contains_key(&tag.value)) {
        let text = format!("the tag `{}` is not set", tag.value);
        let key = if facts.labels.is_empty() { "name" } else { "tags" };
        let finding = facts.finding("tags", key, text).is_not(format!("a tag `{}`", tag.value), "none");
        // Two missing tags are two findings.
        found.push(Finding { address: format!("{}:tags.{}", facts.profile, tag.value), ..finding });
    }
    found.extend(allowed(
        facts,
        "providers",
        "placement.provider",
        facts.provider.as_deref(),
        &texts(&rules.providers),
    ));
    found.extend(allowed(facts, "regions", "placement.region", facts.region, &texts(&rules.regions)));
    found
}

fn texts<T: ToString>(all: &[Placed<T>]) -> Vec<String> {
    all.iter().map(|placed| placed.value.to_string()).collect()
}

fn allowed(
    facts: &Facts<'_>,
    rule: &str,
    key: &str,
    is: Option<&str>,
    allowed: &[String],
) -> Option<Finding> {
    let is = is?;
    if allowed.is_empty() || allowed.iter().any(|one| one == is) {
        return None;
    }
    let list = allowed.join(", ");
    let text = format!("{is} is not among the {rule} that may be used: {list}");
    Some(facts.finding(rule, key, text).is_not(list, is))
}

/// How well prices are known, and what is dated.
pub fn prices(facts: &Facts<'_>, policy: &GatePolicy, as_of: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let (lines, without) = facts.lines;
    if let Some(most) = &policy.unknown {
        let share = if lines == 0 { 0.0 } else { without as f64 / lines as f64 };
        if share > most.value {
            let text = {
                let have = if without == 1 { "has" } else { "have" };
                format!(
                    "{without} of {lines} lines {have} no price; at most {} may be without",
                    percent(most.value)
                )
            };
            let finding = facts.finding("unknown-share", "placement", text);
            found.push(
                finding.is_not(format!("at most {}", percent(most.value)), percent(share)).by(decimal(share)),
            );
        }
    }
    if let Some(most) = &policy.estimated {
        let share = if facts.known > Usd::ZERO { facts.estimated.0 / facts.known.0 } else { Decimal::ZERO };
        let share: f64 = share.round_dp(6).to_string().parse().unwrap_or(0.0);
        if share > most.value {
            let text = format!(
                "{} of the bill rests on estimated prices; at most {} may rest on them",
                percent(share),
                percent(most.value)
            );
            let finding = facts.finding("estimated-share", "placement", text);
            found.push(
                finding.is_not(format!("at most {}", percent(most.value)), percent(share)).by(decimal(share)),
            );
        }
    }
    if let (Some(most), Some(oldest)) = (&policy.stale_days, facts.oldest_price) {
        let age = first_day(oldest).and_then(|day| day.until(as_of).ok()).map_or(0, |span| span.get_days());
        if age > i32::try_from(most.value).unwrap_or(i32::MAX) {
            let text = format!("the oldest price is of {oldest}, {age} days old; {} are allowed", most.value);
            let finding = facts.finding("stale-price", "placement", text);
            found.push(
                finding.is_not(format!("at most {} days", most.value), format!("{age} days")).by(age.into()),
            );
        }
    }
    if let Some(days) = &policy.cliff_days {
        found.extend(cliffs(facts, days.value));
    }
    found
}

/// A dated change that raises the bill, or whose cost is unknown, within so many days.
fn cliffs(facts: &Facts<'_>, within: u32) -> Vec<Finding> {
    let near = facts.cliffs.iter().filter(|cliff| {
        // After the last day nothing is for sale, however long ago it was.
        (cliff.days >= 0 || cliff.kind == CliffKind::Retirement)
            && cliff.days <= i32::try_from(within).unwrap_or(i32::MAX)
            && cliff.monthly.is_none_or(|usd| usd > Usd::ZERO)
    });
    near.map(|cliff| {
        let usd = cliff.monthly.map_or_else(String::new, |usd| format!(", {usd} USD a month more"));
        let when = match cliff.days {
            days @ ..0 => format!("{} days ago", -days),
            days => format!("in {days} days"),
        };
        let text = format!("on {} ({when}) {}{usd}", cliff.date, cliff.text);
        let key = match cliff.kind {
            CliffKind::Growth => "growth",
            CliffKind::ReservationEnd => "requirements.commitment",
            CliffKind::ExtendedSupport | CliffKind::Retirement => "deployment",
        };
        let finding = facts.finding("cliff", key, text);
        finding.is_not(format!("none within {within} days"), when)
    })
    .collect()
}

fn decimal(share: f64) -> Decimal {
    Decimal::try_from(share).unwrap_or_default()
}
