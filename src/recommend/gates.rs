//! Gates: what makes the exit code 3 while the report is still written.

use jiff::civil::Date;

use super::candidate::Candidate;
use super::outcome::{Gate, GateKind};
use super::policy::PolicyNeeds;
use crate::profile::Profile;
use crate::units::{Figure, Usd};

/// Gates that the choice breaches.
pub fn breached(
    profile: &Profile,
    choice: Option<&Candidate>,
    policy: &PolicyNeeds,
    as_of: Date,
    max_price_age_days: Option<u32>,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    gates.extend(policy_gate(profile, policy));
    let Some(choice) = choice else {
        let text = "no option satisfies the profile; the reasons below say by how much".to_owned();
        gates.push(Gate { kind: GateKind::NothingFits, text });
        return gates;
    };
    gates.extend(money(profile, choice));
    gates.extend(max_price_age_days.and_then(|days| stale(choice, as_of, days)));
    gates
}

fn policy_gate(profile: &Profile, needs: &PolicyNeeds) -> Option<Gate> {
    let pinned = profile.pin.eviction_policy.as_ref()?.value;
    if needs.acceptable.contains(&pinned) {
        return None;
    }
    let why = needs
        .alternatives
        .iter()
        .find(|a| a.policy == pinned)
        .map_or_else(|| needs.reason.clone(), |a| a.why.clone());
    let proposal = needs.proposal.as_ref().map_or_else(String::new, |p| format!("; {p}"));
    Some(Gate { kind: GateKind::Policy, text: format!("{pinned} is pinned: {why}{proposal}") })
}

fn money(profile: &Profile, choice: &Candidate) -> Vec<Gate> {
    let mut gates = Vec::new();
    if let Figure::Unknown { why } = &choice.cost.total {
        gates.push(Gate { kind: GateKind::UnknownPrice, text: format!("the total is unknown: {why}") });
    }
    if let Some(budget) = &profile.requirements.budget {
        let budget = Usd(budget.value.0);
        let known = choice.cost.known;
        if known > budget {
            let at_least = if choice.cost.total.known().is_some() { "" } else { "at least " };
            gates.push(Gate {
                kind: GateKind::Budget,
                text: format!(
                    "{at_least}{known} USD a month is {} above the budget of {budget}",
                    known - budget
                ),
            });
        }
    }
    gates
}

fn stale(choice: &Candidate, as_of: Date, days: u32) -> Option<Gate> {
    let oldest = choice.cost.oldest_price()?;
    let date = first_day(oldest)?;
    let age = as_of.since(date).ok()?.get_days();
    (age > i32::try_from(days).unwrap_or(i32::MAX)).then(|| Gate {
        kind: GateKind::StalePrice,
        text: format!("the oldest price is of {oldest}, {age} days before {as_of}; {days} are allowed"),
    })
}

/// The first day of `2026`, `2026-10` or `2026-10-02`.
pub fn first_day(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(str::parse::<i16>);
    let year = parts.next()?.ok()?;
    let month = parts.next().map_or(Some(1), Result::ok)?;
    let day = parts.next().map_or(Some(1), Result::ok)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_be_coarse() {
        assert_eq!(first_day("2026"), Date::new(2026, 1, 1).ok());
        assert_eq!(first_day("2026-10"), Date::new(2026, 10, 1).ok());
        assert_eq!(first_day("2026-10-02"), Date::new(2026, 10, 2).ok());
        assert_eq!(first_day("soon"), None);
    }
}
