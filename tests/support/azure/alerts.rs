//! Alerts that rules have fired, of everybody in a resource group: `Microsoft.AlertsManagement/alerts`.

use serde_json::{Value, json};

use super::wire::{Answer, Call, Done, refuse};
use super::world::{World, guid};

/// An alert.
#[derive(Clone, Debug)]
pub struct Fired {
    /// The rule, by its id.
    pub rule: String,
    /// The resource that it watches.
    pub target: String,
    /// `Fired` or `Resolved`.
    pub condition: &'static str,
    /// What people have made of it: `New`, `Acknowledged`, `Closed`.
    pub state: &'static str,
    /// Days since it was fired.
    pub days: u32,
    pub description: &'static str,
}

impl Fired {
    /// A new one of a rule.
    pub fn new(rule: &str, target: &str) -> Self {
        let (rule, target) = (rule.to_owned(), target.to_owned());
        Self { rule, target, condition: "Fired", state: "New", days: 0, description: "" }
    }

    fn shown(&self, number: usize) -> Value {
        let parts: Vec<&str> = self.target.split('/').collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let guid = guid(&format!("{} {number}", self.rule));
        let time = format!("2026-11-{:02}T10:00:00Z", 28_u32.saturating_sub(self.days).max(1));
        json!({
            "id": format!("{}/providers/Microsoft.AlertsManagement/alerts/{guid}", self.target),
            "type": "Microsoft.AlertsManagement/alerts",
            "name": self.rule.rsplit('/').next(),
            "properties": {"essentials": {
                "severity": "Sev2", "signalType": "Metric", "alertState": self.state, "monitorCondition": self.condition,
                "monitorService": "Platform", "targetResource": self.target, "targetResourceName": part(8),
                "targetResourceGroup": part(4), "targetResourceType": part(7), "sourceCreatedId": guid,
                "alertRule": self.rule, "startDateTime": time, "lastModifiedDateTime": time,
                "lastModifiedUserName": "System", "actionStatus": {"isSuppressed": false},
                "description": self.description,
            }},
        })
    }
}

/// Days of a word.
fn days(range: &str) -> Option<u32> {
    match range {
        "1h" => Some(0),
        "1d" => Some(1),
        "7d" => Some(7),
        "30d" => Some(30),
        _ => None,
    }
}

pub fn list(world: &World, call: &Call) -> Answer {
    let of = |name: &str| call.query.get(name).map(String::as_str);
    let Some(days) = days(of("timeRange").unwrap_or("1d")) else {
        return refuse(400, "BadRequest", "The timeRange is not supported.");
    };
    let size: usize = of("pageCount").unwrap_or("25").parse().unwrap_or(0);
    if !(1..=250).contains(&size) {
        return refuse(400, "BadRequest", "The pageCount is not between 1 and 250.");
    }
    if of("monitorCondition").is_some_and(|word| !["Fired", "Resolved"].contains(&word)) {
        return refuse(400, "BadRequest", "The monitorCondition is not supported.");
    }
    let group = call.id.split("/providers/").next().unwrap_or_default();
    let is_asked_for = |alert: &&Fired| {
        alert.days <= days
            && alert.target.to_lowercase().starts_with(&format!("{group}/"))
            && of("monitorCondition").is_none_or(|word| word == alert.condition)
    };
    let all: Vec<Value> = world
        .fired
        .iter()
        .filter(is_asked_for)
        .enumerate()
        .map(|(number, alert)| alert.shown(number))
        .collect();
    let begin: usize = of("ctoken").and_then(|text| text.parse().ok()).unwrap_or(0);
    let size = size.min(world.page);
    let page: Vec<Value> = all.iter().skip(begin).take(size).cloned().collect();
    let mut body = json!({ "value": page });
    if begin + size < all.len() {
        let kept = call.query.iter().filter(|(name, _)| *name != "ctoken");
        let kept: Vec<String> = kept.map(|(name, value)| format!("{name}={value}")).collect();
        let next = begin + size;
        body["nextLink"] =
            json!(format!("http://{}{}?{}&ctoken={next}", call.host, call.path, kept.join("&")));
    }
    Ok(Done::new(200, body))
}
