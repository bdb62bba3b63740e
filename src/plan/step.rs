//! Pieces of work, each of which can be repeated without harm.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Address, Effect, Value};

/// `local.server.checkout-1:start`; the same in every plan that contains the step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One step of a provider, before it has its place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// What is done, one word that is unique among the steps of its change: `start`, `move-slots`.
    pub verb: String,
    /// What is done, for people, without the address: `start the server on port 7001`.
    pub what: String,
    /// What users of the cache notice.
    pub effect: Effect,
    /// How long it usually takes, in seconds.
    pub usual_seconds: u32,
    /// What was found to speak for it, with the figures of that moment. Never compared, and never part of `what`.
    pub proof: Option<String>,
    /// What people must do before it.
    pub gate: Option<Confirmation>,
    /// What must hold when it is done. The last step of a change is also held against the whole change.
    pub expect: Expect,
    /// What the provider needs to carry it out. Never a secret.
    pub argument: serde_json::Value,
}

impl PlannedStep {
    /// A step that nobody notices and that takes a second.
    pub fn new(verb: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            verb: verb.into(),
            what: what.into(),
            effect: Effect::None,
            usual_seconds: 1,
            proof: None,
            gate: None,
            expect: Expect::Nothing,
            argument: serde_json::Value::Null,
        }
    }
}

/// What must hold when a step is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Nothing that can be read back.
    Nothing,
    /// The resource is there, with these values.
    Present(BTreeMap<String, Value>),
    /// The resource is gone.
    Absent,
}

/// Something that people must do before a step may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// What it protects.
    pub kind: ConfirmationKind,
    /// What to do: `move every client to TLS`.
    pub what: String,
    /// How to see that it is done.
    pub check: String,
}

/// What a wait for people protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationKind {
    /// Clients that would be cut off.
    Clients,
    /// Data that would be lost: who agrees here has agreed to the loss.
    Data,
}

impl Confirmation {
    /// Something to do first for the clients.
    pub fn clients(what: impl Into<String>, check: impl Into<String>) -> Self {
        Self { kind: ConfirmationKind::Clients, what: what.into(), check: check.into() }
    }

    /// Something to know first about the data.
    pub fn data(what: impl Into<String>, check: impl Into<String>) -> Self {
        Self { kind: ConfirmationKind::Data, what: what.into(), check: check.into() }
    }
}

/// A piece of work with its place in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name in the journal.
    pub id: StepId,
    /// The resource that it works on.
    pub address: Address,
    /// What is done, in one word.
    pub verb: String,
    /// What is done, for people.
    pub what: String,
    /// Steps that must be done before.
    pub needs: Vec<StepId>,
    /// What users of the cache notice.
    pub effect: Effect,
    /// How long it usually takes, in seconds.
    pub usual_seconds: u32,
    /// What was found to speak for it when it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// What people must do before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Confirmation>,
    /// What must hold when it is done.
    pub expect: Expect,
    /// What the provider needs to carry it out. Never a secret.
    pub argument: serde_json::Value,
}
