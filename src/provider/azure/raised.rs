//! Alerts of Azure Monitor that are raised: those that rules of ours have fired and not resolved.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::found::{ID, text};
use super::kind::metric_alert::AUTO_MITIGATE;
use super::{Azure, arm, metrics, names};
use crate::plan::{Observed, Ownership};
use crate::provider::metrics::not_known;
use crate::units::Figure;

/// Days that an alert is kept, whether its condition still holds or not
/// (<https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview>, 2025-05-08).
pub const DAYS: u32 = 30;
/// The right to ask for them.
const RIGHT: &str = "Microsoft.AlertsManagement/alerts/read";
/// Without a time, only the alerts of a day are told. Nothing is filtered by an id, of which letters may be spelled otherwise: what
/// such a filter does not find would look like "none raised".
const QUERY: &str = "monitorCondition=Fired&timeRange=30d&pageCount=250";

/// A rule of ours.
struct Rule<'a> {
    name: &'a str,
    /// Whether its alerts are resolved when the condition no longer holds.
    resolves: bool,
}

/// The rules whose alerts are raised. Asked for in the resource group of the cache, which the role of the profile is for.
pub async fn raised(cloud: &Azure, seen: &[Observed]) -> Figure<Vec<String>> {
    let rules = ours(seen);
    if rules.is_empty() {
        return Figure::unknown("it has no alerts of cachefit's");
    }
    let cache = metrics::ours(seen).and_then(|is| is.computed.get(ID));
    let path = format!("{}/providers/Microsoft.AlertsManagement/alerts?{QUERY}", cloud.place.group());
    match cloud.arm.pages(&path, arm::ALERTS).await {
        Ok(pages) => match told(&rules, cache.map_or("", String::as_str), &pages) {
            Ok(names) => Figure::Known(names.into_iter().map(str::to_owned).collect()),
            Err(why) => Figure::unknown(why),
        },
        Err(error) => not_known(error, RIGHT),
    }
}

/// Our rules by their ids, in small letters.
fn ours(seen: &[Observed]) -> BTreeMap<String, Rule<'_>> {
    let rules = seen
        .iter()
        .filter(|is| is.resource.address.kind == names::METRIC_ALERT && is.ownership == Ownership::Ours);
    let rule = |is: &'_ Observed| {
        let resolves = !is.computed.contains_key(AUTO_MITIGATE);
        Some((is.computed.get(ID)?.to_ascii_lowercase(), resolves))
    };
    rules
        .filter_map(|is| {
            rule(is).map(|(id, resolves)| (id, Rule { name: &is.resource.address.name, resolves }))
        })
        .collect()
}

/// Which of the rules have fired, by the pages of an answer; why that is not told.
fn told<'a>(
    rules: &BTreeMap<String, Rule<'a>>,
    cache: &str,
    pages: &[Json],
) -> Result<BTreeSet<&'a str>, String> {
    let mut names = BTreeSet::new();
    for page in pages {
        let Some(alerts) = page.get("value").and_then(Json::as_array) else {
            return Err("the list of alerts has a page without alerts".to_owned());
        };
        for alert in alerts {
            let of = |name: &str| text(alert, &format!("/properties/essentials/{name}"));
            let (by, target) = (of("alertRule"), of("targetResource"));
            if by.is_empty() && (target.is_empty() || target.eq_ignore_ascii_case(cache)) {
                return Err("an alert does not tell which rule has fired it".to_owned());
            }
            // The rule is told by its id or, by some services, by its name alone.
            let by = by.trim_end_matches('/').to_ascii_lowercase();
            let is_rule =
                |(id, rule): &(&String, &Rule<'_>)| **id == by || rule.name.eq_ignore_ascii_case(&by);
            let Some((_, rule)) = rules.iter().find(is_rule) else { continue };
            match of("monitorCondition") {
                "Fired" if rule.resolves => {
                    names.insert(rule.name);
                }
                "Fired" => return Err(never_resolved(rule.name)),
                // What people have made of it (`alertState`) changes nothing about the condition.
                "Resolved" => {}
                _ => return Err(format!("an alert of the rule {} does not tell its condition", rule.name)),
            }
        }
    }
    Ok(names)
}

fn never_resolved(rule: &str) -> String {
    format!(
        "the rule {rule} has fired and never resolves what it has fired: others have switched that off; `az monitor metrics \
         alert update` with `--auto-mitigate true` switches it on"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MEMORY: &str =
        "/subscriptions/s/resourcegroups/g/providers/microsoft.insights/metricalerts/shop-memory";
    const CACHE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redisEnterprise/shop";

    fn page(essentials: &Json) -> Json {
        json!({ "value": [{ "properties": { "essentials": essentials } }] })
    }

    fn of(pages: &[Json], resolves: bool) -> Result<Vec<&'static str>, String> {
        let rules = BTreeMap::from([(MEMORY.to_owned(), Rule { name: "shop-memory", resolves })]);
        told(&rules, CACHE, pages).map(|names| names.into_iter().collect())
    }

    #[test]
    fn only_the_condition_of_a_rule_of_ours_tells_that_it_is_raised() {
        let alert = |rule: &str, condition: &str, state: &str| {
            page(&json!({ "alertRule": rule, "monitorCondition": condition, "alertState": state }))
        };
        let upper = MEMORY.to_ascii_uppercase();
        let strange = MEMORY.replace("/g/", "/another/");
        for (page, raised) in [
            (alert(MEMORY, "Fired", "New"), &["shop-memory"][..]),
            (alert(&upper, "Fired", "Closed"), &["shop-memory"]),
            (alert("shop-memory", "Fired", "Acknowledged"), &["shop-memory"]),
            (alert(MEMORY, "Resolved", "New"), &[]),
            (alert(&strange, "Fired", "New"), &[]),
            (alert(&format!("{MEMORY}2"), "Fired", "New"), &[]),
            (page(&json!({ "targetResource": "/subscriptions/s/x" })), &[]),
            (json!({ "value": [] }), &[]),
        ] {
            assert_eq!(of(std::slice::from_ref(&page), true).as_deref(), Ok(raised), "{page}");
        }
        let twice = [alert(MEMORY, "Fired", "New"), alert(MEMORY, "Fired", "New")];
        assert_eq!(of(&twice, true), Ok(vec!["shop-memory"]));
    }

    #[test]
    fn what_an_answer_does_not_tell_is_not_none() {
        for (page, why) in [
            (json!({}), "without alerts"),
            (page(&json!({ "monitorCondition": "Fired" })), "which rule"),
            (page(&json!({ "targetResource": CACHE.to_ascii_uppercase() })), "which rule"),
            (page(&json!({ "alertRule": MEMORY })), "does not tell its condition"),
        ] {
            let told = of(std::slice::from_ref(&page), true).unwrap_err();
            assert!(told.contains(why), "{page}: {told}");
        }
        let fired = page(&json!({ "alertRule": MEMORY, "monitorCondition": "Fired" }));
        assert!(of(std::slice::from_ref(&fired), false).unwrap_err().contains("--auto-mitigate true"));
    }
}
