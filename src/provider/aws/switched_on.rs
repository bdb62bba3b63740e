//! What others have switched on, and what it forbids: said before the first call instead of refused in the middle.

use super::names;
use crate::catalog::version_at_least;
use crate::deployment::Configuration;
use crate::plan::{Action, Change, Observed, Value};
use crate::profile::{Availability, Profile};
use crate::provider::ProviderError;

/// Families that have durability; User Guide, 2026-10.
const DURABLE: [&str; 8] = ["r8g", "r7g", "r6g", "m8g", "m7g", "m6g", "c8gn", "c7gn"];

/// Every reason why a group cannot become what is asked for.
pub fn refused(deployment: &Configuration, profile: &Profile, observed: &[Observed]) -> Vec<String> {
    let Some(group) = observed.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP) else {
        return Vec::new();
    };
    let mut all = durability(group, deployment, profile);
    all.extend(global(group, deployment, observed));
    let outposts = text(group, "outposts");
    if !outposts.is_empty() {
        all.push(format!(
            "the cache is on Outposts ({outposts}), which have limits and prices of their own: cachefit does not manage it"
        ));
    }
    all
}

fn text<'a>(group: &'a Observed, name: &str) -> &'a str {
    group.resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default()
}

/// Durability asks for much that the service refuses to take away while it is on.
fn durability(group: &Observed, deployment: &Configuration, profile: &Profile) -> Vec<String> {
    let mode = text(group, "durability");
    if !["sync", "async"].contains(&mode) {
        return Vec::new();
    }
    let family = deployment.node_type.as_deref().and_then(|t| t.split('.').nth(1)).unwrap_or_default();
    let multi_az = profile.requirements.availability.value == Availability::MultiAz;
    let needs = [
        (deployment.replicas > 0 && multi_az, "Multi-AZ with a replica".to_owned()),
        (deployment.tls, "TLS".to_owned()),
        (deployment.cluster_mode, "cluster mode".to_owned()),
        (version_at_least(&deployment.version, "9"), "Valkey 9".to_owned()),
        (DURABLE.contains(&family), format!("a family that has it ({})", DURABLE.join(", "))),
    ];
    let lacks = needs.into_iter().filter(|(has, _)| !has);
    let line = |(_, what): (bool, String)| {
        format!(
            "the cache has {mode} durability, which needs {what}: ask for that, or switch it off first \
             (`aws elasticache modify-replication-group --replication-group-id {} --durability disabled --apply-immediately`)",
            group.resource.address.name
        )
    };
    lacks.map(line).collect()
}

/// Node type, version, shards and parameters of a member are those of its Global Datastore.
fn global(group: &Observed, deployment: &Configuration, observed: &[Observed]) -> Vec<String> {
    let datastore = text(group, "global_datastore");
    let Some((id, role)) = datastore.split_once(' ') else { return Vec::new() };
    let shards = group.resource.attributes.get("shards").and_then(Value::as_number);
    let policy = super::running::pin(observed).and_then(|pin| pin.eviction_policy).map(|p| p.value);
    let differs = [
        (deployment.node_type.as_deref() != Some(text(group, "node_type")), "another node type"),
        (deployment.engine.as_str() != text(group, "engine"), "another engine"),
        (deployment.version != text(group, "engine_version"), "another version"),
        (shards != Some(i64::from(deployment.shards)), "another number of shards"),
        (policy.is_some_and(|policy| policy != deployment.eviction_policy), "another eviction policy"),
    ];
    let asked: Vec<&str> =
        differs.into_iter().filter_map(|(differs, what)| differs.then_some(what)).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "the cache is the {role} of the Global Datastore {id}, which decides on that for all its members: {} \
         (`aws elasticache modify-global-replication-group --global-replication-group-id {id} --apply-immediately` \
         and its options); pin what runs, and change it there",
        asked.join(", ")
    )]
}

/// A member of a Global Datastore is neither deleted nor made anew.
pub fn stays(change: &Change, is: Option<&Observed>) -> Result<(), ProviderError> {
    let goes = matches!(change.action, Action::Delete | Action::Replace { .. });
    let Some(group) = is.filter(|_| goes && change.address.kind == names::REPLICATION_GROUP) else {
        return Ok(());
    };
    let Some((id, role)) = text(group, "global_datastore").split_once(' ') else { return Ok(()) };
    let name = &change.address.name;
    let message =
        format!("{name} is the {role} of the Global Datastore {id}, and AWS does not delete a member of one");
    let hint = format!(
        "take it out first: `aws elasticache disassociate-global-replication-group --global-replication-group-id {id} \
         --replication-group-id {name} --replication-group-region REGION`, or delete the datastore"
    );
    Err(ProviderError::permanent(message, Some(hint)))
}
