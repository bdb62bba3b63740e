//! A resource, and the work that goes on at it.

use serde_json::{Value, json};

/// Work that goes on: so many looks still show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// `Creating`, `Updating`, `Scaling`, `Deleting`
    pub what: &'static str,
    pub looks: u32,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct Thing {
    /// As it is shown.
    pub id: String,
    pub kind: &'static str,
    /// Everything but its states.
    pub body: Value,
    pub work: Option<Work>,
    /// The work that has failed, and why.
    pub failed: Option<(&'static str, String)>,
    /// Why the work that goes on will fail.
    pub fails: Option<String>,
    /// Whether it was made by a call, not by somebody else.
    pub is_ours: bool,
}

/// How a kind tells of its states.
enum Tells {
    /// `provisioningState` and `resourceState`, as Managed Redis has them.
    Both,
    /// `provisioningState` in the words of classic caches.
    Classic,
    /// `provisioningState`: work is `Updating`, or `Creating` where the flag is set.
    One(bool),
    Nothing,
}

fn tells(kind: &str) -> Tells {
    match kind {
        "redisEnterprise" | "redisEnterprise/databases" => Tells::Both,
        "redis" => Tells::Classic,
        "redisEnterprise/databases/accessPolicyAssignments"
        | "privateDnsZones"
        | "privateDnsZones/virtualNetworkLinks" => Tells::One(true),
        "redis/accessPolicies"
        | "redis/accessPolicyAssignments"
        | "privateEndpoints"
        | "privateEndpoints/privateDnsZoneGroups" => Tells::One(false),
        _ => Tells::Nothing,
    }
}

impl Thing {
    pub fn new(id: &str, kind: &'static str, body: Value) -> Self {
        Self { id: id.to_owned(), kind, body, work: None, failed: None, fails: None, is_ours: false }
    }

    pub fn key(&self) -> String {
        self.id.to_lowercase()
    }

    pub fn property(&self, name: &str) -> &Value {
        &self.body["properties"][name]
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.body["properties"][name] = value;
    }

    /// Somebody looks: as it is shown, or none where it has gone. The work goes on.
    pub fn look(&mut self) -> Option<Value> {
        if self.work.as_ref().is_some_and(|work| work.looks == 0) && self.ends() {
            return None;
        }
        let shown = self.shown();
        if let Some(work) = &mut self.work {
            work.looks -= 1;
        }
        Some(shown)
    }

    /// The work comes to its end. Whether the resource has gone with it.
    pub fn ends(&mut self) -> bool {
        let Some(work) = self.work.take() else { return false };
        if let Some(why) = self.fails.take() {
            self.failed = Some((work.what, why));
            return false;
        }
        work.what == "Deleting"
    }

    /// Work begins, on what may have been broken before.
    pub fn begins(&mut self, what: &'static str, looks: u32) {
        self.work = Some(Work { what, looks });
        self.failed = None;
    }

    pub fn is_busy(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.looks > 0)
    }

    /// As an answer has it.
    pub fn shown(&self) -> Value {
        let mut body = self.body.clone();
        let working = self.work.as_ref().map(|work| (work.what, work.looks));
        let failed = self.failed.as_ref().map(|(what, _)| *what);
        match tells(self.kind) {
            Tells::Both => {
                // The last look at work says that it has succeeded, and that the resource does not run yet.
                let early = working.is_some_and(|(_, looks)| looks <= 1);
                let provisioning = match (working, failed) {
                    (Some(("Scaling", _)), _) if !early => "Updating",
                    (Some((what, _)), _) if !early => what,
                    (_, Some(_)) => "Failed",
                    _ => "Succeeded",
                };
                let state = match (working, failed) {
                    (Some((what, _)), _) => what,
                    (_, Some("Creating")) => "CreateFailed",
                    (_, Some("Scaling")) => "ScalingFailed",
                    (_, Some("Deleting")) => "DeleteFailed",
                    (_, Some(_)) => "UpdateFailed",
                    _ => "Running",
                };
                body["properties"]["provisioningState"] = json!(provisioning);
                body["properties"]["resourceState"] = json!(state);
                if state != "Creating" && state != "CreateFailed" {
                    body["properties"]["redisVersion"] = json!("7.4");
                }
            }
            Tells::Classic => {
                let state = match (working, failed) {
                    (Some((what, _)), _) => what,
                    (_, Some(_)) => "Failed",
                    _ => "Succeeded",
                };
                body["properties"]["provisioningState"] = json!(state);
            }
            Tells::One(creating) => {
                let state = match (working, failed) {
                    (Some(("Creating", _)), _) if !creating => "Updating",
                    (Some((what, _)), _) => what,
                    (_, Some(_)) => "Failed",
                    _ => "Succeeded",
                };
                body["properties"]["provisioningState"] = json!(state);
            }
            Tells::Nothing => {}
        }
        body
    }

    /// Changes what a request gives, at the depth of its objects; tags, sizes and identities as a whole.
    pub fn patch(&mut self, request: &Value) {
        for (name, value) in request.as_object().into_iter().flatten() {
            if name == "properties" {
                merge(&mut self.body["properties"], value);
            } else {
                self.body[name] = value.clone();
            }
        }
    }
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        match (&mut into[name.as_str()], value) {
            (old @ Value::Object(_), Value::Object(_)) if name != "sku" => merge(old, value),
            (old, new) => *old = new.clone(),
        }
    }
}
