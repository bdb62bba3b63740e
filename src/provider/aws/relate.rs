//! What only several resources together tell: our security group by its name, alarms by the members they watch.

use crate::plan::{Observed, Ownership, Value};
use crate::provider::aws::found::USED_BY;
use crate::provider::aws::kind::alarms;
use crate::provider::aws::names;
use crate::provider::aws::session::Session;

/// What only several resources together tell: our security group by its name, alarms by the members they watch.
pub fn relate(session: &Session, all: &mut [Observed]) {
    let group = all
        .iter()
        .find(|o| o.resource.address.kind == names::SECURITY_GROUP)
        .and_then(|o| Some((o.computed.get("id")?.clone(), o.resource.address.clone())));
    let members = members(all);
    let subnets = all.iter().find(|o| o.resource.address.kind == names::SUBNET_GROUP);
    let vpc = subnets.and_then(|o| o.resource.attributes.get("vpc")).cloned();
    let caches = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
    let cache = all.iter().find(|o| caches.contains(&o.resource.address.kind.as_str()));
    let owner = cache.map(|o| o.ownership.clone());
    for observed in all {
        if let Some((id, address)) = &group
            && let Some(Value::List(groups)) = observed.resource.attributes.get_mut("security_groups")
        {
            for value in groups.iter_mut().filter(|value| value.as_text() == Some(id)) {
                *value = address.name.clone().into();
                observed.resource.depends_on.push(address.clone());
            }
            groups.sort();
        }
        let attributes = &mut observed.resource.attributes;
        // One that is not ours was read with the group that uses it.
        let ours = attributes.get("subnet_group").and_then(Value::as_text) == Some(session.name());
        if let Some(vpc) = vpc.clone().filter(|_| ours) {
            attributes.insert("vpc".to_owned(), vpc);
        }
        if observed.resource.address.kind == names::ALARMS {
            alarms::read::fold(session, observed, &members);
            // Alarms on a cache of somebody else's are theirs, whatever they are called.
            if let Some(owner @ Ownership::Foreign { .. }) = &owner {
                observed.ownership = owner.clone();
            }
        }
    }
}

/// The names under which the members of the cache report their metrics.
pub fn members(all: &[Observed]) -> Vec<String> {
    let fact = |kind: &str| {
        // What is on its way out is watched no more.
        let goes = |o: &Observed| o.computed.get("status").is_some_and(|status| status == "deleting");
        let cache = all.iter().find(|o| o.resource.address.kind == kind && !goes(o))?;
        Some(cache.computed.get("members")?.split(' ').filter(|m| !m.is_empty()).map(str::to_owned).collect())
    };
    fact(names::REPLICATION_GROUP).or_else(|| fact(names::SERVERLESS_CACHE)).unwrap_or_default()
}

/// Keeps with each part which caches of others use it.
pub fn used_by(session: &Session, all: &mut [Observed]) {
    for observed in all {
        let address = &observed.resource.address;
        let id = observed.computed.get("id").unwrap_or(&address.name);
        let caches = session.used_by(&address.kind, id);
        if !caches.is_empty() {
            observed.computed.insert(USED_BY.to_owned(), caches.join(", "));
        }
    }
}
