//! The steps of all changes in one order that respects every dependency.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Address, Change, Draft, Expect, PlanError, Step, StepId, When, World};

/// Puts the steps of each change in their order: what a resource depends on comes before it, what depends on a
/// resource that goes leaves before it does. `drafts` has the steps of each change, in the order of `changes`.
pub fn order(world: &World<'_>, changes: &[Change], drafts: Vec<Vec<Draft>>) -> Result<Vec<Step>, PlanError> {
    let links = links(world, changes)?;
    let sorted = sort(&links)?;
    let mut chains: BTreeMap<&Address, Vec<Step>> = BTreeMap::new();
    for (change, drafts) in changes.iter().zip(drafts) {
        chains.insert(&change.address, chain(world, change, drafts)?);
    }
    // A change without steps hands on what it waits for itself.
    let mut last: BTreeMap<&Address, BTreeSet<StepId>> = BTreeMap::new();
    let mut steps = Vec::new();
    for address in sorted {
        let before: BTreeSet<StepId> =
            links[address].iter().filter_map(|a| last.get(a)).flatten().cloned().collect();
        let mut needs = before;
        for mut step in chains.remove(address).unwrap_or_default() {
            step.needs = needs.into_iter().collect();
            needs = BTreeSet::from([step.id.clone()]);
            steps.push(step);
        }
        last.insert(address, needs);
    }
    Ok(steps)
}

/// For each address the addresses whose work comes before it.
fn links<'a>(
    world: &'a World<'_>,
    changes: &'a [Change],
) -> Result<BTreeMap<&'a Address, BTreeSet<&'a Address>>, PlanError> {
    let mut links: BTreeMap<&Address, BTreeSet<&Address>> =
        changes.iter().map(|c| (&c.address, BTreeSet::new())).collect();
    let goes: BTreeSet<&Address> =
        changes.iter().filter(|c| c.action == Action::Delete).map(|c| &c.address).collect();
    let replaced: BTreeSet<&Address> =
        changes.iter().filter(|c| matches!(c.action, Action::Replace { .. })).map(|c| &c.address).collect();
    for resource in world.desired {
        for on in &resource.depends_on {
            if world.desired(on).is_none() {
                return Err(PlanError::Dangling(resource.address.clone(), on.clone()));
            }
            if let Some(before) = links.get_mut(&resource.address) {
                before.insert(on);
            }
        }
    }
    for observed in world.observed {
        let user = &observed.resource.address;
        for used in &observed.resource.depends_on {
            let waits = goes.contains(used) || (replaced.contains(used) && goes.contains(user));
            if waits
                && links.contains_key(user)
                && let Some(before) = links.get_mut(used)
            {
                before.insert(user);
            }
        }
    }
    Ok(links)
}

/// Addresses in dependency order; among those that could come next, the smallest.
fn sort<'a>(links: &BTreeMap<&'a Address, BTreeSet<&'a Address>>) -> Result<Vec<&'a Address>, PlanError> {
    let mut open: BTreeSet<&Address> = links.keys().copied().collect();
    let mut sorted = Vec::new();
    while !open.is_empty() {
        let next = open.iter().copied().find(|a| links[a].iter().all(|before| !open.contains(before)));
        let Some(next) = next else {
            return Err(PlanError::Cycle(open.into_iter().cloned().collect()));
        };
        open.remove(next);
        sorted.push(next);
    }
    Ok(sorted)
}

/// The steps of one change with their names; the last one is held against the whole change.
fn chain(world: &World<'_>, change: &Change, drafts: Vec<Draft>) -> Result<Vec<Step>, PlanError> {
    let count = drafts.len();
    let mut seen = BTreeSet::new();
    let mut steps = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let id = StepId(format!("{}:{}", change.address, draft.verb));
        if !seen.insert(id.clone()) {
            return Err(PlanError::StepTwice(id));
        }
        let expect = if index + 1 == count { whole(world, change, draft.expect) } else { draft.expect };
        steps.push(Step {
            id,
            address: change.address.clone(),
            verb: draft.verb,
            what: draft.what,
            needs: Vec::new(),
            effect: draft.effect,
            usual_seconds: draft.usual_seconds,
            gate: draft.gate,
            expect,
            argument: draft.argument,
        });
    }
    Ok(steps)
}

/// What must hold when a change is done: every attribute that takes hold now.
fn whole(world: &World<'_>, change: &Change, draft: Expect) -> Expect {
    let Some(resource) = world.desired(&change.address) else {
        return Expect::Absent;
    };
    let later = |name: &str| change.attributes.iter().any(|a| a.name == name && a.when != When::Now);
    let mut values: BTreeMap<_, _> = resource
        .attributes
        .iter()
        .filter(|(name, _)| !later(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Expect::Present(more) = draft {
        values.extend(more);
    }
    Expect::Present(values)
}
