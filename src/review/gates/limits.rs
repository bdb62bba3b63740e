//! How much a month may cost, and how much a change may add.

use rust_decimal::Decimal;

use super::Facts;
use crate::profile::{GatePolicy, Limit, LimitOf, Most, Placed};
use crate::review::deployment::{DeploymentCost, Status};
use crate::review::finding::{Finding, Severity};
use crate::review::groups::Totals;
use crate::units::{Figure, Usd};

/// Limits that are breached.
pub fn limits(all: &[Facts<'_>], policy: &GatePolicy) -> Vec<Finding> {
    policy.limits.iter().flat_map(|limit| one(all, policy, limit)).collect()
}

fn one(all: &[Facts<'_>], policy: &GatePolicy, limit: &Limit) -> Vec<Finding> {
    let most = limit.most.value;
    let sum = |of: &dyn Fn(&Facts<'_>) -> bool| {
        let members = || all.iter().filter(|facts| of(facts));
        (members().map(|facts| facts.known).sum::<Usd>(), members().any(|facts| facts.unknown))
    };
    let together = |rule: &str, what: &str, (known, unknown): (Usd, bool)| {
        let text = text(what, known, unknown, most);
        let finding = in_policy(rule, policy, &limit.most, text);
        Vec::from_iter(exceeds(known, most).then(|| sized(finding, known, most)))
    };
    match &limit.of {
        LimitOf::Total => together("limit-total", "all deployments cost", sum(&|_| true)),
        LimitOf::Profile(name) => {
            together("limit-profile", &format!("`{name}` costs"), sum(&|facts| facts.profile == name))
        }
        LimitOf::Label { key, value } => together(
            "limit-label",
            &format!("deployments with {key}={value} cost"),
            sum(&|facts| facts.has(key, value)),
        ),
        LimitOf::Each => all
            .iter()
            .filter(|facts| exceeds(facts.known, most))
            .map(|facts| {
                let text = text("it costs", facts.known, facts.unknown, most);
                sized(facts.finding("limit-each", "name", text), facts.known, most)
            })
            .collect(),
    }
}

/// Limits of what is not among several deployments: mostly a name that is misspelt. One alone is asked for by itself, and says
/// nothing about the others.
pub fn needless(all: &[Facts<'_>], policy: &GatePolicy) -> Vec<Finding> {
    if all.len() < 2 {
        return Vec::new();
    }
    let one = |limit: &Limit| {
        let text = match &limit.of {
            LimitOf::Profile(name) if all.iter().all(|facts| facts.profile != name) => {
                format!("no profile is called `{name}`: the limit holds nothing")
            }
            LimitOf::Label { key, value } if !all.iter().any(|facts| facts.has(key, value)) => {
                format!("no deployment has {key}={value}: the limit holds nothing")
            }
            _ => return None,
        };
        let finding = in_policy("limit-unused", policy, &limit.most, text);
        Some(Finding { severity: Severity::Warning, ..finding })
    };
    policy.limits.iter().filter_map(one).collect()
}

/// Whether it is more, as both are shown: what is less than a cent is nothing that a reader could see or put right.
fn exceeds(usd: Usd, most: Usd) -> bool {
    usd.to_cents() > most.to_cents()
}

fn text(what: &str, known: Usd, unknown: bool, most: Usd) -> String {
    let at_least = if unknown { "at least " } else { "" };
    format!("{what} {at_least}{known} USD a month, {} above the limit of {most}", known - most)
}

fn sized(finding: Finding, known: Usd, most: Usd) -> Finding {
    finding.is_not(format!("at most {most} USD a month"), format!("{known} USD a month")).by((known - most).0)
}

/// A finding at a key of the policy.
fn in_policy<T>(rule: &str, policy: &GatePolicy, placed: &Placed<T>, text: String) -> Finding {
    Finding::breach(rule, placed.path.clone(), text).at(&policy.file, (placed.line, placed.column))
}

/// Increases that are more than allowed. What has no price before or after is told by `unknown-price`.
pub fn increases(deployments: &[DeploymentCost], totals: &Totals, policy: &GatePolicy) -> Vec<Finding> {
    let mut found = Vec::new();
    for increase in &policy.increases {
        let most = &increase.most;
        if increase.each {
            // A new deployment rises from nothing.
            let rising = deployments.iter().filter(|d| matches!(d.status, Status::Changed | Status::New));
            for deployment in rising {
                let Some(Figure::Known(rise)) = &deployment.difference else { continue };
                let what = if deployment.status == Status::New { "it is new and adds" } else { "it rises" };
                if let Some((text, by)) = breach(what, *rise, deployment.compared(), most.value) {
                    let address = format!("{}:{}", deployment.profile, most.path);
                    let finding =
                        Finding::breach("increase-each", address, text).at(&deployment.file, (1, 1));
                    found
                        .push(finding.is_not(allowed(most.value), format!("{rise} USD a month more")).by(by));
                }
            }
            continue;
        }
        let Some(rise) = totals.both.difference else { continue };
        if let Some((text, by)) = breach("the change adds", rise, totals.both.compared, most.value) {
            let finding = in_policy("increase-total", policy, most, text);
            found.push(finding.is_not(allowed(most.value), format!("{rise} USD a month more")).by(by));
        }
    }
    found
}

fn allowed(most: Most) -> String {
    match most {
        Most::Usd(usd) => format!("at most {usd} USD a month more"),
        Most::Share(share) => format!("at most {:.1} % more", share * 100.0),
    }
}

/// In words, and by how much; none if the rise is allowed. A share of nothing is no share.
fn breach(what: &str, rise: Usd, before: Option<Usd>, most: Most) -> Option<(String, Decimal)> {
    match most {
        Most::Usd(most) => exceeds(rise, most).then(|| {
            (
                format!("{what} {rise} USD a month, {} more than the {most} allowed", rise - most),
                (rise - most).0,
            )
        }),
        Most::Share(share) => {
            let before = before.filter(|usd| *usd > Usd::ZERO)?;
            let part: f64 = (rise.0 / before.0).round_dp(6).to_string().parse().ok()?;
            let text = format!(
                "{what} {rise} USD a month, {:.1} % of {before}, where {:.1} % are allowed",
                part * 100.0,
                share * 100.0
            );
            (part > share).then(|| (text, Decimal::try_from(part - share).unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_as_the_same_breaches_nothing() {
        let usd = |text: &str| Usd(text.parse().unwrap_or_default());
        for (is, most, breached) in [
            ("853.953", "853.95", false),
            ("853.95", "853.95", false),
            ("853.955", "853.95", true),
            ("853.96", "853.95", true),
        ] {
            assert_eq!(exceeds(usd(is), usd(most)), breached, "{is} and {most}");
            let found = breach("it rises", usd(is), None, Most::Usd(usd(most)));
            assert_eq!(found.is_some(), breached, "{is} and {most}");
            assert!(found.is_none_or(|(text, _)| text.contains("0.01 more")), "{is}");
        }
    }
}
