//! Alerts in Cloud Monitoring: one policy with a condition for each figure that was planned with a limit.

use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};

use super::cache;
use crate::catalog::Catalog;
use crate::net::Method;
use crate::plan::{Observed, Ownership, Resource, State, Value};
use crate::provider::Outcome;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::gcp::api::{Service, text, texts};
use crate::provider::gcp::product::{self, Product};
use crate::provider::gcp::{Gcp, address, labels};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Policy, Usd};

/// The kind's name.
pub const NAME: &str = "alert_policy";

const CACHE: &str = "cache";
const NOTIFIES: &str = "notifies";
const ENABLED: &str = "enabled";
/// The fact with its name at Google, which is a number.
pub const PATH: &str = "path";
/// The fact with the names of those that were made beside it.
pub const TWINS: &str = "made twice";

const ALERT: Group = Group::new("alert", "set what is watched, and who is told", 5);

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(CACHE, &ALERT),
    Attribute::in_place("memory", &ALERT),
    Attribute::in_place("cpu", &ALERT),
    Attribute::in_place("connections", &ALERT),
    Attribute::in_place("evictions", &ALERT),
    Attribute::in_place("replication_lag", &ALERT),
    Attribute::in_place(NOTIFIES, &ALERT),
    Attribute::in_place(ENABLED, &ALERT),
];

/// Attributes that are no condition.
const OTHERS: [&str; 3] = [CACHE, NOTIFIES, ENABLED];

/// Looks that must not show a policy before it is taken for lost.
const LEAST_LOOKS: u32 = 10;
/// Memory that Google advises to stay below, and the limit of CPU of a primary by its best practices.
const MEMORY: f64 = 0.8;
const CPU: f64 = 0.8;
/// The share of connections is a judgement.
const CONNECTIONS: f64 = 0.8;
/// Seconds that a replica may be behind: a judgement, as at other providers.
const LAG: f64 = 1.0;

/// Keys that may be evicted in five minutes: none where nothing should be, many where only keys with a time to live are.
fn evictions(policy: Policy) -> f64 {
    match policy {
        Policy::NoEviction => 0.0,
        policy if policy.is_volatile() => 1000.0,
        _ => 100.0,
    }
}

/// The alert policy.
#[derive(Debug)]
pub struct AlertPolicy;

impl Kind<Gcp> for AlertPolicy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { mendable: true, ..Usual::seconds(3) }
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        let (Some(cache), Some(product)) =
            (cache::wanted_address(wanted), Product::of(wanted.deployment.service))
        else {
            return Vec::new();
        };
        let mut notifies = wanted.profile.requirements.alerts.clone();
        notifies.sort_unstable();
        let mut resource = Resource::new(address(NAME, wanted.profile.name.as_str()))
            .with(CACHE, product.kind)
            .with("memory", shown(MEMORY))
            .with("cpu", shown(CPU))
            .with("evictions", shown(evictions(wanted.deployment.eviction_policy)))
            .with(NOTIFIES, notifies)
            .with(ENABLED, true)
            .after(cache);
        let name = wanted.deployment.node_type.as_deref().unwrap_or_default();
        let node = Catalog::in_use().node_type(product.service, name).ok();
        // Without a limit that is known there is none to warn of.
        if let Some(limit) = node.and_then(|node| node.max_connections.known().copied()) {
            resource = resource.with("connections", shown((limit * CONNECTIONS).floor()));
        }
        if wanted.deployment.replicas > 0 {
            resource = resource.with("replication_lag", shown(LAG));
        }
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let filter = format!("display_name = \"{}\"", title(cloud));
            let path = format!("/projects/{}/alertPolicies", cloud.project);
            let query = [("filter", filter.as_str())];
            let mut all = cloud.api.list(Service::Monitoring, &path, "alertPolicies", &query).await?;
            all.sort_by(|a, b| text(a, "/name").cmp(text(b, "/name")));
            let Some(first) = all.first() else { return Ok(Vec::new()) };
            cloud.unseen.store(0, Ordering::Relaxed);
            let mut observed = observed(cloud, first);
            if let [_, twins @ ..] = all.as_slice()
                && !twins.is_empty()
                && observed.ownership == Ownership::Ours
            {
                let names: Vec<&str> = twins.iter().map(|twin| text(twin, "/name")).collect();
                observed.computed.insert(TWINS.to_owned(), names.join(" "));
                observed.state = State::Broken { why: "it was made more than once".to_owned() };
            }
            Ok(vec![observed])
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            // It has no name of ours: one that was made and does not show must not be made again.
            if work.task.operation.is_some() && cloud.unseen.fetch_add(1, Ordering::Relaxed) < LEAST_LOOKS {
                return Err(CallError::new(Refusal::Busy, "it was made, and does not show yet"));
            }
            let path = format!("/projects/{}/alertPolicies", cloud.project);
            let answer =
                cloud.api.call(Service::Monitoring, Method::POST, &path, &[], Some(&body(work))).await?;
            cloud.unseen.store(0, Ordering::Relaxed);
            let operation = crate::provider::Operation { id: text(&answer, "/name").to_owned(), keep: true };
            let what = format!("{}: it was made, and does not show yet", work.task.step.address);
            Ok(Outcome::Working { what, look_after: None, operation: Some(operation) })
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let api = &work.cloud.api;
            for twin in work.fact(TWINS).into_iter().flat_map(|names| names.split(' ')) {
                absent_is_none(
                    api.call(Service::Monitoring, Method::DELETE, &format!("/{twin}"), &[], None).await,
                )?;
            }
            let Some(path) = work.fact(PATH) else { return Err(work.refused("its name is not known")) };
            // Channels that others have added are theirs to take away: the plan shows them first.
            let mask = [("updateMask", "conditions,notificationChannels,enabled,userLabels,combiner")];
            let body = body(work);
            api.call(Service::Monitoring, Method::PATCH, &format!("/{path}"), &mask, Some(&body)).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let names = [work.fact(PATH), work.fact(TWINS)];
            for name in names.into_iter().flatten().flat_map(|names| names.split(' ')) {
                let path = format!("/{name}");
                let call = work.cloud.api.call(Service::Monitoring, Method::DELETE, &path, &[], None).await;
                absent_is_none(call)?;
            }
            Ok(Outcome::Done)
        })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["monitoring.alertPolicies.list"]),
            (Verb::Create, &["monitoring.alertPolicies.create"]),
            (Verb::Update, &["monitoring.alertPolicies.update", "monitoring.alertPolicies.delete"]),
            (Verb::Delete, &["monitoring.alertPolicies.delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        // Its pages have named 1.50 USD and less for a condition, and moved the day from which it is charged.
        Figure::unknown(
            "Google's pages disagree on the price of a condition and on when it begins to be charged",
        )
    }
}

/// What it is called, and found by.
fn title(cloud: &Gcp) -> String {
    format!("cachefit {} in {}", cloud.profile, cloud.region)
}

/// `above 0.8 for 5 minutes`
fn shown(limit: f64) -> String {
    format!("above {limit} for 5 minutes")
}

fn limit(shown: &str) -> Option<f64> {
    shown.strip_prefix("above ")?.split(' ').next()?.parse().ok()
}

fn body(work: &Work<'_, Gcp>) -> Json {
    let cloud = work.cloud;
    let watched =
        Product::of_kind(work.text(CACHE)).map(|product| product.watched.iter().map(move |w| (product, w)));
    let conditions: Vec<Json> = watched
        .into_iter()
        .flatten()
        .filter_map(|(product, watch)| {
            let limit = limit(work.text(watch.name))?;
            let (period, aligner) = watch.align;
            let mut aggregation = json!({ "alignmentPeriod": period, "perSeriesAligner": aligner });
            if watch.summed {
                aggregation["crossSeriesReducer"] = "REDUCE_SUM".into();
                aggregation["groupByFields"] = json!(["resource.label.node_id"]);
            }
            Some(json!({
                "displayName": watch.name,
                "conditionThreshold": {
                    "filter": product.filter(&cloud.project, &cloud.region, &cloud.profile, watch.metric),
                    "comparison": "COMPARISON_GT",
                    "thresholdValue": limit,
                    "duration": "300s",
                    "aggregations": [aggregation],
                },
            }))
        })
        .collect();
    json!({
        "displayName": title(cloud),
        "combiner": "OR",
        "conditions": conditions,
        "notificationChannels": work.texts(NOTIFIES),
        "enabled": work.flag(ENABLED),
        "userLabels": labels::wanted(cloud),
    })
}

fn observed(cloud: &Gcp, policy: &Json) -> Observed {
    let mut resource = Resource::new(address(NAME, cloud.profile.as_str()));
    let conditions = policy.get("conditions").and_then(Json::as_array).cloned().unwrap_or_default();
    for condition in &conditions {
        let name = text(condition, "/displayName");
        let Some(row) = SCHEMA.iter().find(|row| row.name == name && !OTHERS.contains(&name)) else {
            continue;
        };
        let threshold = condition.get("conditionThreshold").unwrap_or(&Json::Null);
        let filter = text(threshold, "/filter");
        let watches = |product: &&&Product| {
            product.watched.iter().any(|watch| {
                watch.name == name
                    && filter == product.filter(&cloud.project, &cloud.region, &cloud.profile, watch.metric)
            })
        };
        let product = product::ALL.iter().find(watches);
        let limit = threshold.get("thresholdValue").and_then(Json::as_f64);
        let plain =
            text(threshold, "/duration") == "300s" && text(threshold, "/comparison") == "COMPARISON_GT";
        match (product, limit) {
            (Some(product), limit) if plain => {
                // A limit of zero is left out.
                resource = resource.with(CACHE, product.kind).with(row.name, shown(limit.unwrap_or(0.0)));
            }
            _ => resource = resource.with(row.name, format!("something else: {filter}")),
        }
    }
    let mut notifies: Vec<&str> = texts(policy, "notificationChannels");
    notifies.sort_unstable();
    resource = resource
        .with(NOTIFIES, notifies)
        .with(ENABLED, policy.get("enabled").and_then(Json::as_bool).unwrap_or(true));
    let mut all = Observed::ours(resource);
    // Labels of policies have a name of their own.
    all.ownership = labels::owner(cloud, &json!({ "labels": policy.get("userLabels") }));
    all.computed.insert(PATH.to_owned(), text(policy, "/name").to_owned());
    all
}

/// Whether an id is one of a notification channel.
pub fn is_channel(id: &str) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    matches!(parts[..], ["projects", project, "notificationChannels", channel] if !project.is_empty() && !channel.is_empty())
}

/// Whom an attribute says that it notifies.
pub fn notifies_nobody(resources: &[Resource]) -> bool {
    let policy = resources.iter().find(|r| r.address.kind == NAME);
    let notified = policy.and_then(|r| r.attributes.get(NOTIFIES)).and_then(Value::as_texts);
    notified.is_some_and(|all| all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_shown() {
        for value in [0.8, 25600.0] {
            assert_eq!(limit(&shown(value)), Some(value));
        }
        assert!(is_channel("projects/p/notificationChannels/1"));
        for id in ["1", "projects/p/notificationChannels/", "projects/p/topics/t"] {
            assert!(!is_channel(id), "{id}");
        }
    }
}
