//! Who has the data when a primary has not: that one takes over, and gives the role back with a copy of everything.

use jiff::Timestamp;

use super::client;
use super::cluster;
use super::conf::NodeSpec;
use super::error::LocalError;
use super::layout::Layout;
use super::node::Node;
use super::spec::{CLUSTER, SERVER, position};
use super::wait::briefly;
use crate::plan::{Address, Observed, Value};
use crate::provider::{Outcome, World};

/// How long a primary waits for its successor to catch up, in milliseconds.
const HAND_OVER_MS: &str = "60000";

/// A number among the facts; none if the server was not asked.
pub fn fact(observed: &Observed, name: &str) -> Option<u64> {
    observed.computed.get(name)?.parse().ok()
}

/// Whether a server says of itself that it is this.
pub fn plays(observed: &Observed, role: &str) -> bool {
    observed.computed.get("role").is_some_and(|is| is == role)
}

fn flag(observed: &Observed, name: &str) -> bool {
    observed.resource.attributes.get(name).and_then(Value::as_flag) == Some(true)
}

/// The server that has the data of this one, which has none or does not run and is to be its shard's primary.
pub fn of<'a>(world: &World<'a>, address: &Address) -> Option<&'a Observed> {
    let desired = world.desired(address).filter(|_| address.kind == SERVER)?;
    let clustered = desired.attributes.get("cluster_mode").and_then(Value::as_flag) == Some(true);
    let role = desired.attributes.get("role").and_then(Value::as_text);
    if !clustered && role != Some("primary") {
        return None;
    }
    let shard = |name: &str| position_of(world, name);
    let mine = shard(&address.name)?;
    let own = world.observed.iter().find(|o| o.resource.address == *address);
    let others: Vec<&Observed> = world
        .observed
        .iter()
        .filter(|o| o.resource.address.kind == SERVER && o.resource.address != *address)
        .filter(|o| shard(&o.resource.address.name) == Some(mine))
        // In a cluster a server that goes hands its role on before it does.
        .filter(|o| fact(o, "keys").is_some() && (clustered || world.desired(&o.resource.address).is_some()))
        .collect();
    let longest = |o: &&&Observed| fact(o, "offset").unwrap_or(0);
    let primary = others.iter().filter(|o| plays(o, "primary")).max_by_key(longest).copied();
    let down = own.is_none_or(|o| fact(o, "keys").is_none());
    if down && own.is_some_and(|o| o.computed.contains_key("pid")) {
        // It runs and does not answer us: clients may well be served.
        return None;
    }
    if clustered {
        // The cluster has settled it already, or will: only a replica of a primary that is down is asked to.
        let replica = others.iter().filter(|o| plays(o, "replica") && holds(o)).max_by_key(longest).copied();
        return replica.filter(|_| down && primary.is_none());
    }
    match own {
        Some(own) if !down => {
            if let Some(followed) = own.resource.attributes.get("role").and_then(Value::as_text)
                && let Some(name) = followed.strip_prefix("replica of ")
            {
                return others.into_iter().find(|o| o.resource.address.name == name);
            }
            primary.filter(|o| holds(o) && fact(own, "keys") == Some(0))
        }
        _ => {
            let kept = own.is_some_and(|o| flag(o, "persistence"));
            // What was never in sync since it started may be older than what the primary has on its disk.
            let synced = |o: &&&Observed| !kept || o.computed.get("synced").is_none_or(|s| s != "never");
            let replica = others.iter().filter(|o| holds(o)).filter(synced).max_by_key(longest).copied();
            primary.filter(|o| holds(o)).or(replica)
        }
    }
}

fn holds(observed: &Observed) -> bool {
    fact(observed, "keys").is_some_and(|keys| keys > 0)
}

/// The shard of a server; the deployment's name is that of its folder.
fn position_of(world: &World<'_>, node: &str) -> Option<u32> {
    let named = |kind: &str| world.desired.iter().find(|r| r.address.kind == kind);
    let deployment = named(super::spec::FOLDER).or_else(|| named(CLUSTER))?;
    position(&deployment.address.name, node).map(|(shard, _)| shard)
}

/// Makes the server with the data a primary.
pub fn promote(layout: &Layout, heir: &str, spec: &NodeSpec) -> Result<Outcome, LocalError> {
    if spec.cluster_mode {
        return cluster::take_over(layout, heir);
    }
    let node = Node::new(layout, heir);
    let mut connection = node.connect()?;
    let info = node.info(&mut connection, "replication")?;
    if info.get("role").is_some_and(|role| role == "slave") {
        node.ask::<()>(&mut connection, &["REPLICAOF", "NO", "ONE"])?;
    }
    Ok(Outcome::Done)
}

/// Gives the role to the server that is to have it, once it has everything; no acknowledged write is lost by it.
pub fn hand_back(
    layout: &Layout,
    name: &str,
    heir: &str,
    spec: &NodeSpec,
    now: Timestamp,
) -> Result<Outcome, LocalError> {
    let (node, from) = (Node::new(layout, name), Node::new(layout, heir));
    let mut connection = node.connect()?;
    let port = node.port()?.to_string();
    let mut giver = from.connect()?;
    let outcome = briefly(|| {
        let info = node.info(&mut connection, "replication")?;
        if info.get("role").is_some_and(|role| role == "master") {
            return Ok(None);
        }
        let giving = from.info(&mut giver, "replication")?;
        let idle = giving.get("master_failover_state").is_none_or(|state| state == "no-failover");
        let mut refused = String::new();
        if idle && giving.get("role").is_some_and(|role| role == "master") {
            // Refused until it has seen that the successor is in sync; asked again then.
            let words = ["FAILOVER", "TO", client::HOST, &port, "TIMEOUT", HAND_OVER_MS];
            if let Err(error) = from.ask::<()>(&mut giver, &words) {
                refused = format!(" ({error})");
            }
        }
        Ok(Some(format!("{heir} gives it the role of the primary once it has everything{refused}")))
    })?;
    if outcome == Outcome::Done {
        node.write(spec, now)?;
    }
    Ok(outcome)
}
