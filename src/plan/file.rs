//! A plan as a whole: what is shown, what is written to a file, and whether it still holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::diff::minus;
use super::{
    Action, Address, Change, ConfirmationKind, Effect, Observed, Ownership, PlanError, Resource, Scope,
    State, Step, Value,
};
use crate::units::{Figure, Provider, Usd};

/// Version of the plan file; it rises when a field changes its meaning or goes away.
pub const VERSION: u32 = 2;

/// What is to be done, and the world for which that is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the form.
    pub version: u32,
    /// Name of the profile, and so of the deployment.
    pub profile: String,
    /// Who provides it.
    pub provider: Provider,
    /// The account, region or folder for which it was made: it holds nowhere else.
    pub scope: Scope,
    /// Whether it is set up or taken down.
    pub purpose: Purpose,
    /// What is deployed, in words.
    pub deployment: String,
    /// The monthly bill of what runs today.
    pub monthly_before: Figure<Usd>,
    /// The monthly bill of all of it afterwards.
    pub monthly: Figure<Usd>,
    /// Every resource, also those that stay as they are.
    pub changes: Vec<Change>,
    /// The work, in an order in which it can be done.
    pub steps: Vec<Step>,
    /// What there should be.
    pub desired: Vec<Resource>,
    /// What there was.
    pub observed: Vec<Observed>,
    /// Digest of what there was, as far as the plan rests on it.
    pub fingerprint: String,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To make a deployment what its profile says.
    Apply,
    /// To take a deployment down.
    Destroy,
}

/// One difference between two states of the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Which resource.
    pub address: Address,
    /// What about it: an attribute, or `state`.
    pub what: String,
    /// As it was; none if it was not there.
    pub then: Option<String>,
    /// As it is; none if it is not there.
    pub now: Option<String>,
}

impl Plan {
    /// The changes that do something.
    pub fn work(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|c| c.action != Action::None)
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.work().next().is_none()
    }

    /// A digest of what is wanted and of the world for which it was planned.
    pub fn id(&self) -> String {
        let all = (&self.scope, &self.fingerprint, self.purpose, &self.desired);
        let text = serde_json::to_vec(&all).unwrap_or_default();
        digest(&text)
    }

    /// Changes that need a word of their own: replacements, and whatever loses data that nobody asked to take down. A
    /// change in place whose step asks people about that very loss needs no second word, nor does what is made anew only
    /// because something else is, which has its own.
    pub fn dangerous(&self) -> impl Iterator<Item = &Change> {
        let asked = |c: &Change| {
            let mut gates =
                self.steps.iter().filter(|s| s.address == c.address).filter_map(|s| s.gate.as_ref());
            gates.any(|gate| gate.kind == ConfirmationKind::Data)
        };
        let replaced = |c: &&Change| matches!(c.action, Action::Replace { .. });
        let remade: Vec<String> =
            self.changes.iter().filter(replaced).map(|c| c.address.to_string()).collect();
        self.changes.iter().filter(move |c| match c.action {
            Action::Replace { ref forced_by } => !forced_by.iter().all(|by| remade.contains(by)),
            Action::Delete => self.purpose == Purpose::Apply && c.effect == Effect::DataLoss,
            _ => c.effect == Effect::DataLoss && !asked(c),
        })
    }

    /// What the plan does to the whole bill; unknown as soon as one side is.
    pub fn monthly_delta(&self) -> Figure<Usd> {
        minus(self.monthly.clone(), self.monthly_before.clone())
    }

    /// What has changed in the world since the plan was made.
    pub fn drift(&self, now: &[Observed]) -> Vec<Drift> {
        drift(&self.desired, &self.observed, now)
    }

    /// The plan file.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a plan file.
    pub fn from_json(text: &str) -> Result<Self, PlanError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let wrong = |error: serde_json::Error| PlanError::NotAPlan(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(wrong)?;
        if head.version != VERSION {
            return Err(PlanError::Version { found: head.version, known: VERSION });
        }
        let plan: Self = serde_json::from_str(text).map_err(wrong)?;
        if fingerprint(&plan.desired, &plan.observed) != plan.fingerprint {
            return Err(PlanError::NotAPlan("its fingerprint does not fit its content".into()));
        }
        Ok(plan)
    }
}

/// A digest of what a plan rests on: what is ours or has one of the names, as far as the plan asks for it. What others
/// have, what scaling moves, and words about a state are none of it.
pub fn fingerprint(desired: &[Resource], observed: &[Observed]) -> String {
    let text = serde_json::to_vec(&flat(desired, observed, false)).unwrap_or_default();
    digest(&text)
}

/// A SHA-256 in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What there is without what is never compared, in a fixed order.
pub(crate) fn bare(observed: &[Observed]) -> Vec<Observed> {
    let mut all: Vec<Observed> =
        observed.iter().map(|o| Observed { computed: BTreeMap::new(), ..o.clone() }).collect();
    all.sort_by(|a, b| a.resource.address.cmp(&b.resource.address));
    all
}

/// Every difference between two states of the world that matters to a plan.
fn drift(desired: &[Resource], then: &[Observed], now: &[Observed]) -> Vec<Drift> {
    let basis = |observed| flat(desired, observed, false).into_iter().collect::<BTreeMap<_, _>>();
    let words = |observed| flat(desired, observed, true).into_iter().collect::<BTreeMap<_, _>>();
    let ((then, now), (then_words, now_words)) = ((basis(then), basis(now)), (words(then), words(now)));
    let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
    keys.into_iter()
        .filter(|key| then.get(*key) != now.get(*key))
        .map(|key| Drift {
            address: key.0.clone(),
            what: key.1.clone(),
            then: then_words.get(key).cloned(),
            now: now_words.get(key).cloned(),
        })
        .collect()
}

/// Resource, attribute and value as text.
type Flat = Vec<((Address, String), String)>;

/// Every attribute that counts, in a fixed order; with the words of a state for people.
fn flat(desired: &[Resource], observed: &[Observed], words: bool) -> Flat {
    let mut all = Vec::new();
    for o in observed {
        let address = &o.resource.address;
        let wanted = desired.iter().find(|r| &r.address == address);
        if wanted.is_none() && matches!(o.ownership, Ownership::Foreign { .. }) {
            continue;
        }
        let mut put = |what: String, text: String| all.push(((address.clone(), what), text));
        let counts =
            |name: &str| wanted.is_some_and(|r| r.attributes.contains_key(name) && !r.scaled.contains(name));
        for (name, value) in o.resource.attributes.iter().filter(|(name, _)| counts(name)) {
            put(name.clone(), Value::to_string(value));
        }
        for pending in o.pending.iter().filter(|p| counts(&p.attribute)) {
            put(format!("{} (pending)", pending.attribute), pending.value.to_string());
        }
        let (state, more) = match (&o.ownership, &o.state) {
            (Ownership::Foreign { why }, _) => ("not ours", why.as_str()),
            (Ownership::Unknown { why }, _) => ("whose it is is not known", why.as_str()),
            (_, State::Ready) => ("ready", ""),
            (_, State::Busy { what }) => ("busy", what.as_str()),
            (_, State::Broken { why }) => ("broken", why.as_str()),
        };
        let more = if words && !more.is_empty() { format!(": {more}") } else { String::new() };
        put("state".to_owned(), format!("{state}{more}"));
    }
    all.sort();
    all
}
