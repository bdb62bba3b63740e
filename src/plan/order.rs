//! The steps of all changes in one order that respects every dependency.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Address, Change, Expect, PlanError, PlannedStep, Step, StepId, When, World};

/// What goes of a resource comes before what comes of it; a replacement has both, with others' work in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// It is taken away.
    Goes,
    /// It is made or changed.
    Comes,
}

type Node<'a> = (&'a Address, Phase);
type Links<'a> = BTreeMap<Node<'a>, BTreeSet<Node<'a>>>;

/// Puts the steps of each change in their order: what a resource depends on comes before it, what depends on a
/// resource that goes leaves before it does. `drafts` has the steps of each change, in the order of `changes`.
pub fn order(
    world: &World<'_>,
    changes: &[Change],
    drafts: Vec<Vec<PlannedStep>>,
) -> Result<Vec<Step>, PlanError> {
    let links = links(world, changes)?;
    let sorted = sort(&links)?;
    let mut chains: BTreeMap<Node<'_>, Vec<Step>> = BTreeMap::new();
    for (change, drafts) in changes.iter().zip(drafts) {
        let mut steps = chain(world, change, drafts)?;
        match change.action {
            Action::Delete => {
                chains.insert((&change.address, Phase::Goes), steps);
            }
            Action::Replace { .. } => {
                let gone = steps.iter().rposition(|s| s.expect == Expect::Absent).map_or(0, |last| last + 1);
                chains.insert((&change.address, Phase::Comes), steps.split_off(gone));
                chains.insert((&change.address, Phase::Goes), steps);
            }
            _ => {
                chains.insert((&change.address, Phase::Comes), steps);
            }
        }
    }
    // A change without steps hands on what it waits for itself.
    let mut last: BTreeMap<Node<'_>, BTreeSet<StepId>> = BTreeMap::new();
    let mut steps = Vec::new();
    for node in sorted {
        let before: BTreeSet<StepId> =
            links[&node].iter().filter_map(|n| last.get(n)).flatten().cloned().collect();
        let mut needs = before;
        for mut step in chains.remove(&node).unwrap_or_default() {
            step.needs = needs.into_iter().collect();
            needs = BTreeSet::from([step.id.clone()]);
            steps.push(step);
        }
        last.insert(node, needs);
    }
    Ok(steps)
}

/// For each part of a change the parts whose work comes before it.
fn links<'a>(world: &'a World<'_>, changes: &'a [Change]) -> Result<Links<'a>, PlanError> {
    let mut links: Links<'a> = BTreeMap::new();
    for change in changes {
        let address = &change.address;
        if matches!(change.action, Action::Delete | Action::Replace { .. }) {
            links.insert((address, Phase::Goes), BTreeSet::new());
        }
        if change.action != Action::Delete {
            let goes = (address, Phase::Goes);
            let before = links.contains_key(&goes).then_some(goes);
            links.insert((address, Phase::Comes), before.into_iter().collect());
        }
    }
    let nodes: BTreeSet<Node<'a>> = links.keys().copied().collect();
    for resource in world.desired {
        for on in &resource.depends_on {
            if world.desired(on).is_none() {
                return Err(PlanError::Dangling(resource.address.clone(), on.clone()));
            }
            if let (Some(before), true) =
                (links.get_mut(&(&resource.address, Phase::Comes)), nodes.contains(&(on, Phase::Comes)))
            {
                before.insert((on, Phase::Comes));
            }
        }
    }
    for observed in world.observed {
        let user = &observed.resource.address;
        for used in &observed.resource.depends_on {
            let Some(before) = links.get_mut(&(used, Phase::Goes)) else { continue };
            // What goes leaves first; what only changes lets go of what is deleted, and keeps what is made anew.
            if nodes.contains(&(user, Phase::Goes)) {
                before.insert((user, Phase::Goes));
            } else if nodes.contains(&(user, Phase::Comes)) && !nodes.contains(&(used, Phase::Comes)) {
                before.insert((user, Phase::Comes));
            }
        }
        let Some(before) = links.get_mut(&(user, Phase::Goes)) else { continue };
        let stays =
            |on: &&Address| nodes.contains(&(*on, Phase::Comes)) && !nodes.contains(&(*on, Phase::Goes));
        before.extend(observed.goes_after.iter().filter(stays).map(|on| (on, Phase::Comes)));
    }
    Ok(links)
}

/// Parts in dependency order; among those that could come next, the smallest.
fn sort<'a>(links: &Links<'a>) -> Result<Vec<Node<'a>>, PlanError> {
    let mut open: BTreeSet<Node<'a>> = links.keys().copied().collect();
    let mut sorted = Vec::new();
    while !open.is_empty() {
        let next = open.iter().copied().find(|n| links[n].iter().all(|before| !open.contains(before)));
        let Some(next) = next else {
            let mut stuck: Vec<Address> = open.into_iter().map(|(address, _)| address.clone()).collect();
            stuck.dedup();
            return Err(PlanError::Cycle(stuck));
        };
        open.remove(&next);
        sorted.push(next);
    }
    Ok(sorted)
}

/// The steps of one change with their names; the last one is held against the whole change.
fn chain(world: &World<'_>, change: &Change, drafts: Vec<PlannedStep>) -> Result<Vec<Step>, PlanError> {
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
            proof: draft.proof,
            gate: draft.gate,
            expect,
            argument: draft.argument,
        });
    }
    Ok(steps)
}

/// What must hold when a change is done: every attribute that takes hold now and that nobody else moves.
fn whole(world: &World<'_>, change: &Change, draft: Expect) -> Expect {
    let Some(resource) = world.desired(&change.address) else {
        return Expect::Absent;
    };
    let made = matches!(change.action, Action::Create | Action::Replace { .. });
    let later = |name: &str| change.attributes.iter().any(|a| a.name == name && a.when != When::Now);
    let mut values: BTreeMap<_, _> = resource
        .attributes
        .iter()
        .filter(|(name, _)| !later(name) && (made || !resource.scaled.contains(*name)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Expect::Present(more) = draft {
        values.extend(more);
    }
    Expect::Present(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Observed, Resource, Rule, Rules, changes};
    use crate::units::{Figure, Provider, Usd};

    /// All is done in place, and for nothing.
    struct InPlace;

    impl Rules for InPlace {
        fn attribute(&self, _: &Address, _: &crate::plan::AttributeChange) -> Rule {
            Rule::in_place(1)
        }

        fn whole(&self, _: &Address, _: &Action) -> Rule {
            Rule::in_place(1)
        }

        fn monthly(&self, _: &Resource) -> Figure<Usd> {
            Figure::Known(Usd::ZERO)
        }
    }

    fn steps(desired: &[Resource], observed: &[Observed]) -> Vec<String> {
        let world = World { desired, observed };
        let changes = changes(&world, &InPlace).unwrap();
        let draft = |change: &Change| {
            let gone = change.action == Action::Delete;
            let mut step = PlannedStep::new(if gone { "delete" } else { "set" }, "");
            step.expect = if gone { Expect::Absent } else { Expect::Nothing };
            vec![step]
        };
        let drafts = changes.iter().map(draft).collect();
        order(&world, &changes, drafts).unwrap().into_iter().map(|step| step.id.0).collect()
    }

    /// A way to a cache goes before the cache does, and after the cache has been given another one.
    #[test]
    fn the_other_way_is_opened_before_one_goes() {
        let address = |kind: &str| Address::new(Provider::Local, kind, "shop");
        let cache = |open: bool| Resource::new(address("server")).with("open", open);
        let mut way = Observed::ours(Resource::new(address("door")).after(address("server")));
        way.goes_after = vec![address("server")];
        let observed = [Observed::ours(cache(false)), way];
        assert_eq!(steps(&[cache(true)], &observed), ["local.server.shop:set", "local.door.shop:delete"]);
        assert_eq!(steps(&[], &observed), ["local.door.shop:delete", "local.server.shop:delete"]);
    }
}
