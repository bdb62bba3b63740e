//! Cluster mode: servers that know each other, shards with slots and replicas.

mod moving;
mod shape;
mod view;

use std::time::{Duration, Instant};

use super::error::LocalError;
use super::layout::Layout;
use super::node::Node;
use super::spec::{CLUSTER, SERVER, address, position};
use super::wait::briefly;
use crate::plan::{Observed, Resource, State, Value};
use crate::provider::Outcome;

pub use moving::{drain, place_slots};
pub use shape::Shape;
use view::Members;

const STEP: Duration = Duration::from_millis(50);
/// A manual failover ends by itself within seconds.
const AGREE: Duration = Duration::from_mins(2);

/// Repeats a question until the answer is that nothing is missing: for what must not be asked for again in between.
fn wait(
    name: &str,
    mut missing: impl FnMut() -> Result<Option<String>, LocalError>,
) -> Result<(), LocalError> {
    let deadline = Instant::now() + AGREE;
    loop {
        match missing()? {
            None => return Ok(()),
            Some(why) if Instant::now() > deadline => {
                let seconds = AGREE.as_secs();
                return Err(LocalError::state(name, format!("after {seconds} s still: {why}")));
            }
            Some(_) => std::thread::sleep(STEP),
        }
    }
}

/// Makes all servers known to each other.
pub fn meet(layout: &Layout, shape: &Shape) -> Result<Outcome, LocalError> {
    let mut members = Members::connect(layout, &shape.nodes())?;
    // Nodes that took part in nothing yet get distinct epochs, so that no election is needed to tell them apart.
    for index in 0..members.0.len() {
        let member = &mut members.0[index];
        let info = member.cluster_info()?;
        let is = |name: &str, value: &str| info.get(name).is_some_and(|v| v == value);
        if is("cluster_known_nodes", "1") && is("cluster_my_epoch", "0") {
            member.ask::<()>(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()])?;
        }
    }
    // The one with the most acquaintances introduces the others.
    let mut known = Vec::new();
    for member in &mut members.0 {
        known.push(member.view()?.len());
    }
    let host = (0..known.len()).max_by_key(|i| (known[*i], usize::MAX - i)).unwrap_or(0);
    let ports: Vec<(String, u16)> = members.0.iter().map(|m| (m.id.clone(), m.port)).collect();
    briefly(|| {
        let seen = members.0[host].view()?;
        for (id, port) in &ports {
            if !seen.iter().any(|peer| &peer.id == id) {
                let port = port.to_string();
                members.0[host].ask::<()>(&["CLUSTER", "MEET", super::client::HOST, &port])?;
            }
        }
        for member in &mut members.0 {
            let seen = member.view()?;
            let unknown = ports.iter().find(|(id, _)| !seen.iter().any(|p| &p.id == id && p.is_linked()));
            if let Some((_, port)) = unknown {
                return Ok(Some(format!("{} does not know port {port}", member.name)));
            }
        }
        Ok(None)
    })
}

/// Gives every shard its replicas, and waits until they have all data.
pub fn replicate(layout: &Layout, shape: &Shape) -> Result<Outcome, LocalError> {
    let mut members = Members::connect(layout, &shape.nodes())?;
    for shard in &shape.shards {
        let primary = members.primary_of(shard)?;
        let id = members.0[primary].id.clone();
        for node in &shard.nodes {
            let index = members.index(node)?;
            if index == primary {
                continue;
            }
            let joined = briefly(|| {
                let member = &mut members.0[index];
                if member.myself()?.primary.as_ref() != Some(&id) {
                    // Refused until gossip has brought the primary; asked again then.
                    let answer = member.ask::<()>(&["CLUSTER", "REPLICATE", &id]);
                    return Ok(Some(answer.map_or_else(|e| e.to_string(), |()| "it joins its shard".into())));
                }
                let linked = member.is_synchronous()?;
                Ok((!linked).then(|| format!("{node} copies the data of its primary")))
            })?;
            if joined != Outcome::Done {
                return Ok(joined);
            }
        }
    }
    Ok(Outcome::Done)
}

/// Makes a replica the primary of its shard now, without the vote for which too few primaries may be left.
pub fn take_over(layout: &Layout, heir: &str) -> Result<Outcome, LocalError> {
    let mut members = Members::connect(layout, &[heir.to_owned()])?;
    let Some(primary) = members.0[0].myself()?.primary else { return Ok(Outcome::Done) };
    let port = members.0[0].view()?.into_iter().find(|peer| peer.id == primary).map(|peer| peer.port);
    for folder in layout.nodes()? {
        let is_primary = folder.record()?.map(|record| record.port) == port;
        if is_primary && super::process::ours(&Node { layout, folder })?.is_some() {
            // It lives again, and with it what it serves.
            return Ok(Outcome::Done);
        }
    }
    briefly(|| {
        let member = &mut members.0[0];
        if member.myself()?.primary.is_none() {
            return Ok(None);
        }
        let answer = member.ask::<()>(&["CLUSTER", "FAILOVER", "TAKEOVER"]);
        Ok(Some(answer.map_or_else(|e| e.to_string(), |()| "it takes over".into())))
    })
}

/// Forgets servers that are not part of it, and waits until all agree that every slot is served, and on who replicates whom:
/// what reads the cluster next may ask any of them.
pub fn settle(layout: &Layout, shape: &Shape) -> Result<Outcome, LocalError> {
    let mut members = Members::connect(layout, &shape.nodes())?;
    let ids: Vec<String> = members.0.iter().map(|m| m.id.clone()).collect();
    briefly(|| {
        for member in &mut members.0 {
            for peer in member.view()?.iter().filter(|p| !ids.contains(&p.id)) {
                if peer.slots.is_empty() && !peer.is_handshake() {
                    // A replica cannot forget its own primary; it follows another one first.
                    let _ = member.ask::<()>(&["CLUSTER", "FORGET", &peer.id]);
                }
            }
        }
        let unseen = members.unseen_role()?;
        if unseen.is_some() { Ok(unseen) } else { members.trouble() }
    })
}

/// The cluster as it is; nothing if the servers do not know each other yet, or none can be asked.
pub fn observe(layout: &Layout, all: &[Observed]) -> Result<Option<Observed>, LocalError> {
    let servers: Vec<&Observed> = all.iter().filter(|o| o.resource.address.kind == SERVER).collect();
    let clustered =
        |o: &Observed| o.resource.attributes.get("cluster_mode").and_then(Value::as_flag) == Some(true);
    let names: Vec<String> = servers
        .iter()
        .filter(|o| o.state == State::Ready && clustered(o))
        .map(|o| o.resource.address.name.clone())
        .collect();
    let mut members = Members::connect(layout, &names)?;
    let mut best: Vec<view::Peer> = Vec::new();
    for member in &mut members.0 {
        let view = member.view()?;
        if view.len() > best.len() {
            best = view;
        }
    }
    if best.len() < 2 && !best.iter().any(|peer| !peer.slots.is_empty()) {
        return Ok(None);
    }
    let mut named = Vec::new();
    for folder in layout.nodes()? {
        if let Some(record) = folder.record()?
            && let Some(peer) = best.iter().find(|peer| peer.port == record.port)
        {
            named.push((folder.name, peer));
        }
    }
    named.sort_by_key(|(name, _)| position(layout.name(), name));
    let shards = shape::group(&named);
    // A server that has left the cluster, and runs until it is ended, is none of its business.
    members.0.retain(|member| best.iter().any(|peer| peer.id == member.id));
    let belongs = |o: &&&Observed| named.iter().any(|(name, _)| *name == o.resource.address.name);
    let down = servers.iter().filter(belongs).find(|o| o.state != State::Ready && clustered(o));
    let state = match (members.trouble()?, down) {
        (_, Some(server)) => format!("{} is down", server.resource.address.name),
        (Some(trouble), None) => trouble,
        (None, None) => "ok".into(),
    };
    let shape = Shape { name: layout.name().to_owned(), shards };
    let mut resource = Resource::new(address(CLUSTER, layout.name()))
        .with("members", shape.member_texts())
        .with("slots", shape.slot_texts())
        .with("state", state);
    for server in &servers {
        resource = resource.after(server.resource.address.clone());
    }
    Ok(Some(Observed::ours(resource)))
}
