//! What the account may have of a kind, and what there is of it.

use std::collections::BTreeMap;

use super::actions::Action;
use super::names;
use super::session::Session;
use crate::plan::{Observed, Resource, Value};

/// What is counted while everything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Nodes of all caches in the region.
    Nodes,
    /// Users in the region.
    Users,
    /// Parameter groups in the region.
    ParameterGroups,
}

/// Kind, words, code, and what AWS grants an account that has not asked for more.
const REGIONAL: [(Counted, &str, &str, f64); 3] = [
    (Counted::Nodes, "nodes", "L-DFE45DF3", 300.0),
    (Counted::Users, "users", "L-80E085C7", 2000.0),
    (Counted::ParameterGroups, "parameter groups", "L-3F15A733", 300.0),
];
/// Nodes of one cluster.
const OF_CLUSTER: (&str, f64) = ("L-AF354865", 90.0);

/// The account's quotas by their codes, or why they could not be read.
pub type Quotas = Result<BTreeMap<String, f64>, String>;

/// Reads the quotas of ElastiCache. That they cannot be read is no reason to stop.
pub async fn read(session: &Session) -> Quotas {
    let mut all = BTreeMap::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.quotas.list_service_quotas().service_code("elasticache");
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::ListServiceQuotas, call).await;
        let page = page.map_err(|error| error.code.unwrap_or(error.message))?;
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        let value = |quota: &aws_sdk_servicequotas::types::ServiceQuota| {
            Some((quota.quota_code()?.to_owned(), quota.value()?))
        };
        all.extend(page.quotas.unwrap_or_default().iter().filter_map(value));
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// What a deployment asks for beyond a quota, and what could not be checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Reasons not to begin.
    pub refusals: Vec<String>,
    /// What people should know.
    pub notes: Vec<String>,
}

/// Holds what is wanted, beside what is there, against the quotas.
pub fn check(
    quotas: &Quotas,
    counts: &BTreeMap<Counted, usize>,
    desired: &[Resource],
    observed: &[Observed],
) -> Verdict {
    let mut verdict = Verdict::default();
    let today = |resource: &Resource| observed.iter().find(|o| o.resource.address == resource.address);
    let mut more: BTreeMap<Counted, f64> = BTreeMap::new();
    for resource in desired {
        let (kind, count) = match resource.address.kind.as_str() {
            names::USER => (Counted::Users, f64::from(u8::from(today(resource).is_none()))),
            names::PARAMETER_GROUP => {
                (Counted::ParameterGroups, f64::from(u8::from(today(resource).is_none())))
            }
            names::REPLICATION_GROUP => {
                let wanted = nodes(resource);
                let (code, granted) = OF_CLUSTER;
                let most = quotas.as_ref().map_or(granted, |q| q.get(code).copied().unwrap_or(granted));
                let clustered = resource.attributes.get("cluster_mode").and_then(Value::as_text);
                if clustered == Some("enabled") && quotas.is_ok() && wanted > most {
                    verdict.refusals.push(format!(
                        "{wanted} nodes: the account's quota is {most} for one cluster ({code}); ask for more in \
                         Service Quotas"
                    ));
                }
                (Counted::Nodes, wanted - today(resource).map_or(0.0, |o| nodes(&o.resource)))
            }
            _ => continue,
        };
        *more.entry(kind).or_default() += count;
    }
    for (kind, words, code, granted) in REGIONAL {
        let more = more.get(&kind).copied().unwrap_or(0.0);
        let Some(there) = counts.get(&kind).map(|n| *n as f64).filter(|_| more > 0.0) else { continue };
        match quotas {
            Ok(quotas) => {
                let most = quotas.get(code).copied().unwrap_or(granted);
                if there + more > most {
                    verdict.refusals.push(format!(
                        "{more} more {words}: the region has {there}, and the account's quota is {most} ({code}); ask \
                         for more in Service Quotas, or delete what is not needed"
                    ));
                }
            }
            Err(why) if kind == Counted::Nodes => verdict.notes.push(format!(
                "the account's quotas could not be read (servicequotas:ListServiceQuotas: {why}): {more} more {words} \
                 are asked for, the region has {there}, and AWS grants {granted} to who has not asked for more ({code})"
            )),
            Err(_) => {}
        }
    }
    verdict
}

fn nodes(group: &Resource) -> f64 {
    let count = |name: &str| group.attributes.get(name).and_then(Value::as_number).unwrap_or(0) as f64;
    count("shards") * (1.0 + count("replicas"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(shards: i64, replicas: i64) -> Resource {
        Resource::new(names::address(names::REPLICATION_GROUP, "shop"))
            .with("cluster_mode", "enabled")
            .with("shards", shards)
            .with("replicas", replicas)
    }

    fn quotas(nodes: f64, of_cluster: f64) -> BTreeMap<String, f64> {
        BTreeMap::from([("L-DFE45DF3".to_owned(), nodes), ("L-AF354865".to_owned(), of_cluster)])
    }

    #[test]
    fn what_is_there_already_does_not_count_twice() {
        let counts = BTreeMap::from([(Counted::Nodes, 10)]);
        let there = [Observed::ours(group(2, 1))];
        let verdict = |quota: f64| check(&Ok(quotas(quota, 90.0)), &counts, &[group(3, 1)], &there);
        assert_eq!(verdict(12.0), Verdict::default());
        assert_eq!(verdict(11.0).refusals.len(), 1);
        let less = check(&Ok(quotas(5.0, 90.0)), &counts, &[group(1, 1)], &there);
        assert_eq!(less, Verdict::default(), "a smaller cache is never held up");
    }

    #[test]
    fn a_cluster_has_a_quota_of_its_own() {
        let counts = BTreeMap::from([(Counted::Nodes, 0)]);
        let verdict = |nodes: i64| check(&Ok(quotas(300.0, 90.0)), &counts, &[group(nodes, 0)], &[]);
        assert_eq!(verdict(90), Verdict::default());
        assert!(verdict(91).refusals[0].contains("L-AF354865"), "{:?}", verdict(91));
    }

    #[test]
    fn unread_quotas_are_said_and_refuse_nothing() {
        let counts = BTreeMap::from([(Counted::Nodes, 299)]);
        let verdict = check(&Err("AccessDenied".to_owned()), &counts, &[group(2, 1)], &[]);
        assert_eq!(verdict.refusals, Vec::<String>::new());
        assert!(verdict.notes[0].contains("299") && verdict.notes[0].contains("AccessDenied"));
    }
}
