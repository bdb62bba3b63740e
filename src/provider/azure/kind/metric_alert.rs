//! An alert on a metric of the cache, with a threshold from its size.

use serde_json::{Value as Json, json};

use crate::catalog::Service;
use crate::plan::{Observed, Resource, Value};
use crate::provider::Outcome;
use crate::provider::azure::alert::{self, Alert};
use crate::provider::azure::arm::METRIC_ALERTS;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::{classic, private_endpoint, redis_enterprise};
use crate::provider::azure::{Azure, names, scope, tags};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The type in Resource Manager.
const TYPE: &str = "Microsoft.Insights/metricAlerts";
/// What kind of criteria all of them have.
const CRITERIA: &str = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria";
/// How often the metric is looked at.
const EVERY: &str = "PT5M";

const RULE: &str = "rule";
const NOTIFIES: &str = "notifies";
const ENABLED: &str = "enabled";
/// What is watched: the type of the cache.
const WATCHES: &str = "watches";
const REGION: &str = "region";
/// The fact of a rule that others have set so that its alerts stay fired for ever.
pub const AUTO_MITIGATE: &str = "auto_mitigate";

const SET: Group = Group::new("set-rule", "set what it watches and whom it notifies", 5);

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(RULE, &SET),
    Attribute::in_place(NOTIFIES, &SET),
    Attribute::in_place(ENABLED, &SET),
    Attribute::in_place(WATCHES, &SET),
    Attribute::in_place(REGION, &SET),
    Attribute::TAGS,
];

/// An alert.
#[derive(Debug)]
pub struct MetricAlert;

impl Kind<Azure> for MetricAlert {
    fn name(&self) -> &'static str {
        names::METRIC_ALERT
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(5)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        let name = wanted.profile.name.as_str();
        let (watches, cache) = match wanted.deployment.service {
            Service::AzureCacheForRedis => (classic::TYPE, names::CLASSIC),
            _ => (redis_enterprise::TYPE, names::REDIS_ENTERPRISE),
        };
        let resource = |alert: Alert| {
            let address = names::address(names::METRIC_ALERT, format!("{name}-{}", alert.kind));
            let resource = Resource::new(address)
                .with(RULE, alert.text())
                .with(NOTIFIES, groups(&wanted.profile.requirements.alerts))
                .with(ENABLED, true)
                .with(WATCHES, watches)
                .with(REGION, scope::plain(&wanted.deployment.region))
                .after(names::address(cache, name));
            tags::asked(wanted, resource)
        };
        alert::of(wanted.deployment).into_iter().map(resource).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let path = format!("{}/providers/{TYPE}", cloud.place.group());
            let all = cloud.arm.list_if_there(&path, METRIC_ALERTS).await?;
            let ours = all.iter().filter(|answer| private_endpoint::is_ours(cloud, text(answer, "/name")));
            Ok(ours.map(|answer| observed(cloud, answer)).collect())
        })
    }

    fn read<'a>(&'a self, cloud: &'a Azure, name: &'a str) -> Reading<'a, Option<Observed>> {
        Box::pin(async move {
            let answer = absent_is_none(cloud.arm.get(&path(cloud, name), METRIC_ALERTS).await)?;
            Ok(answer.map(|answer| observed(cloud, &answer)))
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            put(work, &json!(tags::of_new(work.cloud))).await?;
            Ok(Outcome::Done)
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let answer = work.cloud.arm.get(&path(work.cloud, work.name()), METRIC_ALERTS).await?;
            put(work, &json!(tags::turned(work.cloud, &found::tags(&answer)))).await?;
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            work.cloud.arm.delete(&path(work.cloud, work.name()), METRIC_ALERTS).await?;
            Ok(Outcome::Done)
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let rule = wanted.and_then(|w| w.attributes.get(RULE)?.as_text())?;
        (verb == "create").then(|| format!("create an alert on {rule}"))
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        const WRITE: &[&str] =
            &["Microsoft.Insights/metricAlerts/write", "Microsoft.Insights/actionGroups/read"];
        &[
            (Verb::Read, &["Microsoft.Insights/metricAlerts/read"]),
            (Verb::Create, WRITE),
            (Verb::Update, WRITE),
            (Verb::Delete, &["Microsoft.Insights/metricAlerts/delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::unknown(
            "no price of alert rules is known: Azure Monitor bills each by the metric that it watches",
        )
    }
}

/// Whom alerts notify, in one order and spelling.
fn groups(alerts: &[String]) -> Vec<String> {
    let mut all: Vec<String> =
        alerts.iter().map(|id| id.trim_end_matches('/').to_ascii_lowercase()).collect();
    all.sort_unstable();
    all
}

/// Why the profile's action groups are none of Azure's.
pub fn refused(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let is_group =
        |id: &String| id.to_ascii_lowercase().contains("/providers/microsoft.insights/actiongroups/");
    let others = wanted.profile.requirements.alerts.iter().filter(|id| !is_group(id));
    let said = |id: &String| {
        format!(
            "`{id}` under `requirements.alerts` is no action group: `az monitor action-group list --query [].id` prints their \
             ids"
        )
    };
    others.map(said).collect()
}

/// What people should know of alerts.
pub fn notes(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let mut all = Vec::new();
    if wanted.profile.requirements.alerts.is_empty() {
        all.push(
            "the alerts notify nobody: name action groups by their ids under `requirements.alerts`"
                .to_owned(),
        );
    }
    if !alert::of(wanted.deployment).iter().any(|alert| alert.kind == "connections") {
        all.push("there is no alert on connections, since the limit of this size is not known".to_owned());
    }
    all
}

fn path(cloud: &Azure, name: &str) -> String {
    cloud.place.path(TYPE, name)
}

async fn put(work: &Work<'_, Azure>, tags: &Json) -> Result<(), CallError> {
    let cloud = work.cloud;
    let kind = work.name().strip_prefix(&format!("{}-", cloud.name())).unwrap_or_default();
    let Some(alert) = Alert::from_text(kind, work.text(RULE)) else {
        return Err(work.refused("the plan has no rule that can be read; make a new plan"));
    };
    let watches = work.text(WATCHES);
    let criterion = json!({
        "name": alert.kind,
        "metricName": alert.metric,
        "metricNamespace": watches,
        "operator": "GreaterThan",
        "threshold": alert.above,
        "timeAggregation": alert.aggregation,
        "criterionType": "StaticThresholdCriterion",
    });
    let actions: Vec<Json> =
        work.texts(NOTIFIES).into_iter().map(|id| json!({ "actionGroupId": id })).collect();
    let body = json!({
        "location": "global",
        "tags": tags,
        "properties": {
            "description": format!("cachefit: {} of {}", alert.kind, cloud.name()),
            "severity": alert.severity,
            "enabled": work.flag(ENABLED),
            "scopes": [cloud.place.path(watches, cloud.name())],
            "evaluationFrequency": EVERY,
            "windowSize": alert.period(),
            "autoMitigate": true,
            "targetResourceType": watches,
            "targetResourceRegion": work.text(REGION),
            "criteria": { "odata.type": CRITERIA, "allOf": [criterion] },
            "actions": actions,
        },
    });
    cloud.arm.put(&path(cloud, work.name()), METRIC_ALERTS, &body).await.map(|_| ())
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let name = text(answer, "/name");
    let mut observed = found::tagged(cloud, names::METRIC_ALERT, name, answer);
    let number = |at: &str| answer.pointer(at).and_then(Json::as_f64);
    let criteria = answer.pointer("/properties/criteria/allOf").and_then(Json::as_array);
    let one = match criteria.map(Vec::as_slice) {
        Some([one]) if text(one, "/operator") == "GreaterThan" => one,
        _ => &Json::Null,
    };
    // A rule of another form is none of ours: it differs, and is set again.
    let rule = Alert {
        kind: String::new(),
        metric: text(one, "/metricName").to_owned(),
        aggregation: text(one, "/timeAggregation").to_owned(),
        window: Alert::minutes(text(answer, "/properties/windowSize")).unwrap_or(0),
        above: one.pointer("/threshold").and_then(Json::as_f64).unwrap_or(-1.0),
        severity: number("/properties/severity").map_or(9, |severity| severity as u32),
    };
    let actions = answer.pointer("/properties/actions").and_then(Json::as_array).into_iter().flatten();
    let actions: Vec<String> = actions.map(|action| text(action, "/actionGroupId").to_owned()).collect();
    let enabled = answer.pointer("/properties/enabled").and_then(Json::as_bool).unwrap_or(true);
    let attributes = [
        (RULE, Value::from(rule.text())),
        (NOTIFIES, groups(&actions).into()),
        (ENABLED, enabled.into()),
        (WATCHES, text(answer, "/properties/targetResourceType").into()),
        (REGION, scope::plain(text(answer, "/properties/targetResourceRegion")).into()),
    ];
    observed.resource.attributes.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
    if answer.pointer("/properties/autoMitigate").and_then(Json::as_bool) == Some(false) {
        observed.computed.insert(AUTO_MITIGATE.to_owned(), "off".to_owned());
    }
    // It goes before the cache does.
    observed.resource.depends_on.extend(names::caches(cloud.name()));
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_compared_in_one_order_and_spelling() {
        assert_eq!(groups(&["/B".to_owned(), "/a/".to_owned()]), ["/a", "/b"]);
    }
}
