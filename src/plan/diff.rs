//! Desired against observed. Pure: the same resources and rules give the same changes.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{DIFFERS, MISSING, TAKEN_DOWN};
use super::{
    Action, Address, AttributeChange, Change, Effect, Observed, Ownership, PlanError, Resource, Rule, Rules,
    State, When, World,
};
use crate::units::{Figure, Usd};

/// Every resource with what is to be done, in the order of the addresses; those that need nothing too.
pub fn changes<R: Rules + ?Sized>(world: &World<'_>, rules: &R) -> Result<Vec<Change>, PlanError> {
    let mut desired: BTreeMap<&Address, &Resource> = BTreeMap::new();
    for resource in world.desired {
        if desired.insert(&resource.address, resource).is_some() {
            return Err(PlanError::Twice(resource.address.clone()));
        }
    }
    let observed: BTreeMap<&Address, &Observed> =
        world.observed.iter().map(|o| (&o.resource.address, o)).collect();
    let foreign: Vec<_> = desired
        .keys()
        .filter_map(|address| {
            let is = observed.get(address)?;
            // Whose it is will be known later: its steps wait until then.
            let foreign = matches!(is.ownership, Ownership::Foreign { .. });
            Some(((*address).clone(), is.not_ours().filter(|_| foreign)?))
        })
        .collect();
    if !foreign.is_empty() {
        return Err(PlanError::Foreign(foreign));
    }
    let mut all: Vec<Change> = desired
        .values()
        .map(|wanted| match observed.get(&wanted.address) {
            None => create(wanted, rules),
            Some(is) => existing(wanted, is, rules),
        })
        .collect();
    let reason = if desired.is_empty() { TAKEN_DOWN } else { "no longer asked for" };
    let goes = |o: &Observed| o.ownership == Ownership::Ours && !desired.contains_key(&o.resource.address);
    let used = in_use(&observed, goes);
    if !used.is_empty() {
        return Err(PlanError::InUse(used));
    }
    all.extend(observed.values().filter(|o| goes(o)).map(|o| delete(o, reason, rules)));
    all.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(all)
}

/// What is not ours and rests, by itself or by what it uses, on something that goes.
fn in_use(
    observed: &BTreeMap<&Address, &Observed>,
    goes: impl Fn(&Observed) -> bool,
) -> Vec<(Address, String, Vec<Address>)> {
    let uses = |foreign: &Observed| {
        let mut seen: BTreeSet<&Address> = BTreeSet::new();
        let mut open: Vec<&Address> = foreign.resource.depends_on.iter().collect();
        while let Some(address) = open.pop() {
            let Some((address, is)) = observed.get_key_value(address) else { continue };
            if seen.insert(address) {
                open.extend(&is.resource.depends_on);
            }
        }
        seen.into_iter().filter(|address| goes(observed[address])).cloned().collect::<Vec<_>>()
    };
    let of = |o: &&Observed| {
        let why = match (&o.ownership, o.not_ours()?) {
            (Ownership::Unknown { .. }, why) => format!("whose it is cannot be read now: {why}"),
            (_, why) => format!("it is not managed by cachefit: {why}"),
        };
        let uses = uses(o);
        (!uses.is_empty()).then(|| (o.resource.address.clone(), why, uses))
    };
    observed.values().filter_map(of).collect()
}

/// The desired attributes that are not in force.
pub fn difference(wanted: &Resource, is: &Observed) -> Vec<AttributeChange> {
    wanted
        .attributes
        .iter()
        .filter(|(name, _)| !wanted.scaled.contains(*name))
        .filter(|(name, value)| is.resource.attributes.get(*name) != Some(value))
        .map(|(name, value)| {
            let pending = is.pending.iter().find(|p| &p.attribute == name && &p.value == value);
            AttributeChange {
                name: name.clone(),
                before: is.resource.attributes.get(name).cloned(),
                after: Some(value.clone()),
                forces: false,
                when: pending.map_or(When::Now, |p| When::NextWindow { starts: p.until.clone() }),
                pending: pending.is_some(),
            }
        })
        .collect()
}

fn create<R: Rules + ?Sized>(wanted: &Resource, rules: &R) -> Change {
    let rule = rules.whole(&wanted.address, &Action::Create);
    let attributes = wanted
        .attributes
        .iter()
        .map(|(name, value)| AttributeChange {
            name: name.clone(),
            before: None,
            after: Some(value.clone()),
            forces: false,
            when: rule.when.clone(),
            pending: false,
        })
        .collect();
    let reason = rule.why.clone().unwrap_or_else(|| MISSING.to_owned());
    change(&wanted.address, Action::Create, attributes, reason, rule, rules.monthly(wanted))
}

fn delete<R: Rules + ?Sized>(is: &Observed, reason: &str, rules: &R) -> Change {
    let rule = rules.whole(&is.resource.address, &Action::Delete);
    let cost = rules.monthly(&is.resource).map(|usd| Usd::ZERO - usd);
    let reason = match &rule.why {
        Some(why) => format!("{reason}; {why}"),
        None => reason.to_owned(),
    };
    change(&is.resource.address, Action::Delete, Vec::new(), reason, rule, cost)
}

fn existing<R: Rules + ?Sized>(wanted: &Resource, is: &Observed, rules: &R) -> Change {
    let address = &wanted.address;
    let mut attributes = difference(wanted, is);
    let unfit = match (&is.ownership, &is.state) {
        (Ownership::Unknown { why }, _) => Some(format!("whose it is must be known first: {why}")),
        (_, State::Ready) => None,
        (_, State::Busy { what }) => Some(format!("it is not finished: {what}")),
        (_, State::Broken { why }) => Some(why.clone()),
    };
    let mends = unfit.is_some();
    let mut ruled: Vec<Rule> = Vec::new();
    // What does not work cannot say what it is: a value that is not known then is no reason to make it anew.
    let unknown = |a: &AttributeChange| mends && a.before.is_none();
    for attribute in attributes.iter_mut().filter(|a| !a.pending && !unknown(a)) {
        let rule = rules.attribute(address, attribute);
        attribute.forces = rule.replace;
        attribute.when = rule.when.clone();
        ruled.push(rule);
    }
    if ruled.is_empty() && !mends {
        let rule = Rule::in_place(0);
        let reason = if attributes.is_empty() { "as it should be" } else { "accepted, not yet in force" };
        let nothing = Figure::Known(Usd::ZERO);
        return change(address, Action::None, attributes, reason.to_owned(), rule, nothing);
    }
    let names = |forcing: bool| -> Vec<String> {
        attributes.iter().filter(|a| !a.pending && (!forcing || a.forces)).map(|a| a.name.clone()).collect()
    };
    let forced_by = names(true);
    let action = if forced_by.is_empty() { Action::Update } else { Action::Replace { forced_by } };
    let mut reasons: Vec<String> = ruled.iter().filter_map(|r| r.why.clone()).collect();
    reasons.dedup();
    reasons.extend(unfit);
    if reasons.is_empty() {
        reasons.push(format!("{}{DIFFERS}", names(false).join(", ")));
    }
    // Mending and replacing have an effect of their own; a mere update has that of its attributes.
    if mends || action != Action::Update {
        ruled.push(rules.whole(address, &action));
    }
    let cost = minus(rules.monthly(wanted), rules.monthly(&is.resource));
    change(address, action, attributes, reasons.join("; "), worst(&ruled), cost)
}

/// The worst effect, the latest time, the longest duration.
fn worst(ruled: &[Rule]) -> Rule {
    Rule {
        replace: ruled.iter().any(|r| r.replace),
        effect: ruled.iter().map(|r| r.effect).max().unwrap_or(Effect::None),
        when: ruled.iter().map(|r| r.when.clone()).max().unwrap_or(When::Now),
        usual_seconds: ruled.iter().map(|r| r.usual_seconds).max().unwrap_or(0),
        why: None,
    }
}

/// The difference of two figures; unknown as soon as one is.
pub(super) fn minus(after: Figure<Usd>, before: Figure<Usd>) -> Figure<Usd> {
    match (after, before) {
        (Figure::Known(after), Figure::Known(before)) => Figure::Known(after - before),
        (Figure::Unknown { why }, _) | (_, Figure::Unknown { why }) => Figure::Unknown { why },
    }
}

fn change(
    address: &Address,
    action: Action,
    attributes: Vec<AttributeChange>,
    reason: String,
    rule: Rule,
    monthly_delta: Figure<Usd>,
) -> Change {
    Change {
        address: address.clone(),
        action,
        attributes,
        reason,
        effect: rule.effect,
        when: rule.when,
        usual_seconds: rule.usual_seconds,
        monthly_delta,
    }
}
