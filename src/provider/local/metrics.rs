//! What the servers of a deployment say of themselves: INFO, and nothing else.

use redis::Connection;

use super::layout::Layout;
use super::node::Node;
use super::spec::{SERVER, position};
use crate::observe::capture::{INFO, info_of};
use crate::observe::queries::Purpose;
use crate::observe::{CacheInfo, Member, Observations};
use crate::plan::{Observed, Ownership, Value};
use crate::provider::ProviderError;
use crate::provider::metrics::{MetricsAsked, nothing_runs};
use crate::units::{Duration, Provider, Service};

/// Asks all servers that answer, twice where the load matters.
pub fn read(
    layout: &Layout,
    seen: &[Observed],
    asked: &MetricsAsked,
    tell: &dyn Fn(&str),
) -> Result<Observations, ProviderError> {
    let ours = |o: &&Observed| o.resource.address.kind == SERVER && o.ownership == Ownership::Ours;
    let servers: Vec<&Observed> = seen.iter().filter(ours).collect();
    let mut nodes: Vec<(Node<'_>, Connection)> = Vec::new();
    let mut silent = Vec::new();
    for server in &servers {
        let node = Node::new(layout, &server.resource.address.name);
        match node.connect() {
            Ok(connection) => nodes.push((node, connection)),
            Err(error) => silent.push(error.to_string()),
        }
    }
    if nodes.is_empty() {
        return Err(silent.into_iter().next().map_or_else(nothing_runs, ProviderError::temporary));
    }
    let names: Vec<String> = nodes.iter().map(|(node, _)| node.name().to_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pause = (asked.purpose == Purpose::Size).then_some(asked.pause);
    if let Some(pause) = pause {
        let pause = Duration(pause.as_secs_f64());
        tell(&format!("asks {} for INFO, and again after {pause}", names.join(", ")));
    }
    let mut found = info_of(&names, pause, asked.now, |place| {
        let (node, connection) = &mut nodes[place];
        node.ask::<String>(connection, &INFO).map_err(ProviderError::from)
    })?;
    found.caveats.extend(silent);
    if let Some(pause) = pause {
        found.caveats.insert(format!(
            "the load of servers on this machine is that of {}: ask in the busiest hour, or read what a monitoring system kept",
            Duration(pause.as_secs_f64())
        ));
    }
    let one = found.caches.iter().find(|cache| cache.engine.is_some()).cloned().unwrap_or_default();
    found.caches = vec![cache(layout.name(), &servers, one)];
    Ok(found)
}

/// The deployment as one cache; `one` is what one of its servers says of itself.
fn cache(name: &str, servers: &[&Observed], one: CacheInfo) -> CacheInfo {
    let member = |server: &&Observed| {
        let id = server.resource.address.name.clone();
        let (shard, _) = position(name, &id)?;
        let primary = server.computed.get("role").map(|role| role == "primary");
        Some(Member { id, shard: shard.to_string(), primary })
    };
    let members: Vec<Member> = servers.iter().filter_map(member).collect();
    let shards = servers.iter().filter_map(|s| position(name, &s.resource.address.name));
    let cluster =
        servers.iter().find_map(|s| s.resource.attributes.get("cluster_mode")).and_then(Value::as_flag);
    CacheInfo {
        id: name.to_owned(),
        provider: Some(Provider::Local),
        service: Some(Service::Local),
        shards: shards.clone().map(|(shard, _)| shard).max(),
        replicas: shards.map(|(_, replica)| replica).max(),
        cluster_mode: cluster,
        members,
        ..one
    }
}
