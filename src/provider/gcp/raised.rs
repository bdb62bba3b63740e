//! Alerts of Cloud Monitoring that are open: those of the alert policy that is ours.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::api::{Service, text};
use super::kind::alert_policy;
use super::{Gcp, product};
use crate::plan::{Observed, Ownership};
use crate::provider::metrics::not_known;
use crate::units::Figure;

/// The right to ask for them.
pub const RIGHT: &str = "monitoring.alerts.list";
/// Alerts of a page, at most (discovery document of monitoring v3, revision 20260129).
const PAGE: &str = "1000";
/// Those that are not closed, in the words of <https://cloud.google.com/sdk/gcloud/reference/monitoring/alerts/list>.
const OPEN: &str = "state=OPEN";

/// What is raised, by the figures that the policy watches. The list has the alerts of all policies that the project sees.
pub async fn raised(cloud: &Gcp, seen: &[Observed]) -> Figure<Vec<String>> {
    let ours =
        |is: &&Observed| is.resource.address.kind == alert_policy::NAME && is.ownership == Ownership::Ours;
    let Some(policy) = seen.iter().find(ours) else {
        return Figure::unknown("it has no alert policy of cachefit's");
    };
    let facts = [alert_policy::PATH, alert_policy::TWINS].map(|fact| policy.computed.get(fact));
    let policies: Vec<&str> = facts.into_iter().flatten().flat_map(|names| names.split(' ')).collect();
    let path = format!("/projects/{}/alerts", cloud.project);
    let query = [("filter", OPEN), ("pageSize", PAGE)];
    match cloud.api.list(Service::Monitoring, &path, "alerts", &query).await {
        Ok(alerts) => match told(&cloud.profile, &policies, &alerts) {
            Ok(names) => Figure::Known(names.into_iter().collect()),
            Err(why) => Figure::unknown(why),
        },
        Err(error) => not_known(error, RIGHT),
    }
}

/// What alerts of these policies are about, as far as they are open; why that is not told.
fn told(profile: &str, policies: &[&str], alerts: &[Json]) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    for alert in alerts {
        let by = text(alert, "/policy/name");
        if by.is_empty() {
            return Err("an alert does not tell which policy it is of".to_owned());
        }
        if !policies.iter().any(|ours| is_policy(by, ours)) {
            continue;
        }
        match text(alert, "/state") {
            "OPEN" => {
                let metric = text(alert, "/metric/type");
                names.insert(
                    watched(metric).map_or_else(|| profile.to_owned(), |name| format!("{profile}/{name}")),
                );
            }
            "CLOSED" => {}
            _ => return Err("an alert of the policy does not tell its state".to_owned()),
        }
    }
    Ok(names)
}

/// Whether both are the same policy. A project may be named by its number in either.
fn is_policy(one: &str, other: &str) -> bool {
    let parts = |name: &'_ str| match name.split('/').collect::<Vec<&str>>()[..] {
        ["projects", project, "alertPolicies", id] => Some((project.to_owned(), id.to_owned())),
        _ => None,
    };
    let is_number = |project: &str| project.bytes().all(|b| b.is_ascii_digit());
    match (parts(one), parts(other)) {
        (Some((project, id)), Some((ours, our_id))) => {
            id == our_id && (project == ours || is_number(&project) != is_number(&ours))
        }
        _ => false,
    }
}

/// The figure of a policy that a metric is watched for.
fn watched(metric: &str) -> Option<&'static str> {
    let of = |product: &'static product::Product| {
        let short = metric.strip_prefix(product.metrics)?.strip_prefix('/')?;
        product.watched.iter().find(|watch| watch.metric == short).map(|watch| watch.name)
    };
    product::ALL.into_iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OURS: &str = "projects/shop-prod/alertPolicies/42";

    fn of(alert: Json) -> Result<Vec<String>, String> {
        told("shop", &[OURS], &[alert]).map(|names| names.into_iter().collect())
    }

    #[test]
    fn only_open_alerts_of_our_policy_are_raised() {
        let alert = |policy: &str, state: &str, metric: &str| json!({ "state": state, "policy": { "name": policy }, "metric": { "type": metric } });
        let memory = "memorystore.googleapis.com/instance/memory/maximum_utilization";
        let by_number = OURS.replace("shop-prod", "111122223333");
        for (alert, raised) in [
            (alert(OURS, "OPEN", memory), &["shop/memory"][..]),
            (alert(&by_number, "OPEN", memory), &["shop/memory"]),
            (alert(OURS, "OPEN", "redis.googleapis.com/stats/evicted_keys"), &["shop/evictions"]),
            (alert(OURS, "OPEN", "\u{1b}[2J"), &["shop"]),
            (alert(OURS, "CLOSED", memory), &[]),
            (alert("projects/shop-prod/alertPolicies/43", "OPEN", memory), &[]),
            (alert("projects/other/alertPolicies/42", "OPEN", memory), &[]),
        ] {
            assert_eq!(
                of(alert.clone()).as_deref(),
                Ok(raised).map(|all| all.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{alert}"
            );
        }
    }

    #[test]
    fn what_an_answer_does_not_tell_is_not_none() {
        assert!(of(json!({ "state": "OPEN" })).unwrap_err().contains("which policy"));
        let silent = json!({ "policy": { "name": OURS } });
        assert!(of(silent).unwrap_err().contains("does not tell its state"));
    }
}
