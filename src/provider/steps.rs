//! What a difference means, by a kind's table, and a change as steps where it does not come in stages.

use std::collections::BTreeMap;

use super::World;
use super::cloud::Cloud;
use super::kind::{Attribute, Group, Kind, OnChange, TAGS, Usual};
use super::reconcile::{self, Argument};
use crate::plan::{
    Action, AttributeChange, Change, Effect, Expect, Observed, PlannedStep, Rule, State, Value, When,
};

/// What a difference in one attribute means: by the kind itself, or by its table.
pub fn rule<C: Cloud>(kind: &dyn Kind<C>, difference: &AttributeChange, world: &World<'_>) -> Rule {
    let usual = kind.usual();
    if let Some(rule) = kind.rule(difference, world) {
        return rule;
    }
    let Some(row) = Attribute::of(kind.schema(), &difference.name) else {
        return Rule::in_place(usual.update);
    };
    let rule = match row.on_change {
        OnChange::InPlace(effect) => {
            Rule::in_place(row.group.seconds.unwrap_or(usual.update)).with_effect(effect)
        }
        OnChange::Replace => remade(&usual),
    };
    match row.why {
        Some(why) => rule.because(why),
        None => rule,
    }
}

/// Made anew; with loss where it holds data, else what uses it says what clients notice.
pub fn remade(usual: &Usual) -> Rule {
    if usual.holds_data {
        Rule::replace(usual.create + usual.delete)
    } else {
        Rule { replace: true, ..Rule::in_place(usual.create) }
    }
}

/// A change as steps, where it does not come in stages.
pub struct Steps<'a, C: Cloud> {
    /// The kind.
    pub kind: &'a dyn Kind<C>,
    /// What is changed.
    pub change: &'a Change,
    /// What there should be and what there is.
    pub world: &'a World<'a>,
    /// The cloud.
    pub cloud: &'a C,
}

impl<C: Cloud> Steps<'_, C> {
    fn noun(&self) -> String {
        self.change.address.kind.replace('_', " ")
    }

    fn is(&self) -> Option<&Observed> {
        self.world.ours(&self.change.address)
    }

    /// The steps.
    pub fn all(&self) -> Vec<PlannedStep> {
        match &self.change.action {
            Action::None => Vec::new(),
            Action::Create => vec![self.create()],
            Action::Delete => vec![self.delete()],
            Action::Replace { .. } => vec![self.delete(), self.create()],
            Action::Update if self.is().is_some_and(|is| self.kind.was_never_made(is)) => {
                let mut delete =
                    self.step(reconcile::DELETE, "delete what could not be made; it holds no data", []);
                delete.expect = Expect::Absent;
                vec![delete, self.create()]
            }
            Action::Update => self.update(),
        }
    }

    /// A step with what it sets.
    pub fn step(
        &self,
        verb: &str,
        what: impl Into<String>,
        set: impl IntoIterator<Item = (String, Value)>,
    ) -> PlannedStep {
        let set: BTreeMap<String, Value> = set.into_iter().collect();
        let mut step = PlannedStep::new(verb, what);
        step.usual_seconds = self.kind.usual().update;
        step.expect = if set.is_empty() { Expect::Nothing } else { Expect::Present(set.clone()) };
        let argument = Argument { set, context: self.kind.context(self.change, self.world, self.cloud) };
        // Texts, numbers and maps with text keys cannot fail.
        step.argument = serde_json::to_value(argument).unwrap_or_default();
        step
    }

    fn says(&self, verb: &str) -> String {
        let wanted = self.world.desired(&self.change.address);
        let said = self.kind.says(verb, wanted, self.cloud);
        said.unwrap_or_else(|| format!("{verb} the {}", self.noun()))
    }

    /// The step that makes it.
    pub fn create(&self) -> PlannedStep {
        let mut step = self.step(reconcile::CREATE, self.says(reconcile::CREATE), []);
        step.usual_seconds = self.kind.usual().create;
        step
    }

    /// The step that deletes it.
    pub fn delete(&self) -> PlannedStep {
        let mut step = self.step(reconcile::DELETE, self.says(reconcile::DELETE), []);
        step.expect = Expect::Absent;
        step.usual_seconds = self.kind.usual().delete;
        step.effect = self.change.effect;
        step
    }

    /// The changed attributes that a filter takes, with their new values. What cannot be read while the resource is broken
    /// is no change.
    pub fn changed(&self, take: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
        let unread = self.is().is_some_and(|o| o.resource.attributes.is_empty());
        let changes = self.change.attributes.iter().filter(|a| !a.pending && !unread && take(&a.name));
        changes.filter_map(|a| Some((a.name.clone(), a.after.clone()?))).collect()
    }

    /// A step that waits for work that goes on, if any does.
    pub fn settle(&self) -> Option<PlannedStep> {
        let waits = match &self.is()?.state {
            State::Ready => false,
            State::Busy { .. } => true,
            State::Broken { .. } => !self.kind.usual().mendable,
        };
        waits.then(|| self.step(reconcile::SETTLE, format!("wait until the {} is ready", self.noun()), []))
    }

    /// One step for each group of the schema that has a change.
    pub fn update(&self) -> Vec<PlannedStep> {
        let mut all: Vec<PlannedStep> = self.settle().into_iter().collect();
        let schema = self.kind.schema();
        let mut groups: Vec<&'static Group> = Vec::new();
        for row in schema {
            if !groups.contains(&row.group) {
                groups.push(row.group);
            }
        }
        let belongs = |name: &str, group: &Group| {
            name != TAGS && Attribute::of(schema, name).is_some_and(|row| row.group == group)
        };
        for group in groups {
            let set = self.changed(|name| belongs(name, group));
            if !set.is_empty() {
                all.push(self.group(group, set));
            }
        }
        let broken = self.is().is_some_and(|o| matches!(o.state, State::Broken { .. }));
        if broken && self.kind.usual().mendable && all.is_empty() {
            let said = self.kind.says(reconcile::MEND, None, self.cloud);
            let what = said.unwrap_or_else(|| format!("set the {} again as it should be", self.noun()));
            all.push(self.step(reconcile::MEND, what, []));
        }
        all.extend(self.tag());
        all
    }

    /// The step that sets the profile's own tags, if they differ.
    pub fn tag(&self) -> Option<PlannedStep> {
        let tags = self.changed(|name| name == TAGS);
        let what = format!("tag it with {}", tags.first()?.1);
        Some(self.step(reconcile::TAG, what, tags))
    }

    /// The step that sets the attributes of a group.
    pub fn group(&self, group: &Group, set: Vec<(String, Value)>) -> PlannedStep {
        let of = |name: &str| self.change.attributes.iter().find(|a| a.name == name);
        let effects = set.iter().filter_map(|(name, _)| Some(rule(self.kind, of(name)?, self.world).effect));
        let effect = effects.max().unwrap_or(Effect::None);
        let listed =
            || set.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
        let what = group.what.map_or_else(|| format!("set {}", listed()), str::to_owned);
        let later = set.iter().all(|(name, _)| of(name).is_some_and(|a| a.when != When::Now));
        let mut step = self.step(group.verb, what, set);
        step.effect = effect;
        step.usual_seconds = group.seconds.unwrap_or(self.kind.usual().update);
        step.gate = self.kind.confirmation(group, self.change, self.world);
        if later {
            // What is accepted for the window is read back as scheduled, not as set.
            step.expect = Expect::Nothing;
        }
        step
    }
}
