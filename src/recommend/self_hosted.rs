//! A machine of one's own, as a node type.

use crate::catalog::{EngineSince, Generation, NodeType, Replicas, Service, Sharding, Stage};
use crate::profile::Profile;
use crate::units::{Bytes, Engine, Figure, GIB, Sourced};

/// Its name.
pub const NAME: &str = "host";
/// Share of the memory that a pure cache may use.
const USABLE: f64 = 0.75;
/// `maxclients` of a server out of the box.
const MAX_CLIENTS: f64 = 10_000.0;

/// Most shards of a cluster whose nodes are all on one machine.
const MAX_SHARDS: u32 = 32;

/// One server's part of the machine that the profile describes, or of one that is large enough for `needed` bytes of
/// `used_memory`. A machine is one server, unless the profile pins shards or replicas: all of them share it.
pub fn host(profile: &Profile, needed: f64) -> NodeType {
    let declared = profile.placement.host.as_ref();
    let pinned = |count: &Option<Sourced<u32>>| count.as_ref().map_or(0.0, |c| f64::from(c.value));
    let shards = pinned(&profile.pin.shards).max(1.0);
    let servers = shards * (1.0 + pinned(&profile.pin.replicas));
    let memory = declared.map_or_else(|| size_for(needed / shards / USABLE), |h| h.memory.value.0 / servers);
    let unknown = |what: &str| format!("declare placement.host.{what}");
    NodeType {
        service: Service::Local,
        name: NAME,
        family: NAME,
        generation: Generation::Current,
        arch: Figure::unknown("not declared"),
        vcpu: declared
            .and_then(|h| h.cores.as_ref())
            .map_or_else(|| Figure::unknown(unknown("cores")), |c| Figure::Known(c.value.0 / servers)),
        engine_threads: Figure::Known(1),
        memory: Bytes(memory),
        usable: Bytes(memory * USABLE),
        usable_estimate: Some("75% of the machine's memory"),
        ssd: None,
        network: declared
            .and_then(|h| h.network.as_ref())
            .map_or_else(|| Figure::unknown(unknown("network")), |n| Figure::Known(n.value.0 / servers)),
        network_burst: None,
        max_connections: Figure::Known(MAX_CLIENTS),
        max_connections_note: Some("maxclients of a server out of the box"),
        io: Figure::unknown("I/O threads are off by default"),
        burstable: None,
        engines: [Engine::Valkey, Engine::Redis]
            .map(|engine| EngineSince { engine, min_version: None })
            .to_vec(),
        sharding: if shards > 1.0 { Sharding::Optional { max: MAX_SHARDS } } else { Sharding::None },
        replicas: Replicas { min: 0, max: 5, in_price: true },
        sla: false,
        stage: Stage::Ga,
        published_rps: None,
        plan: None,
        source: "the profile",
        as_of: "",
        notes: Vec::new(),
    }
}

/// The next power of two of GiB, from half a GiB on.
fn size_for(bytes: f64) -> f64 {
    let mut size = GIB / 2.0;
    while size < bytes {
        size *= 2.0;
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_servers_share_the_machine() {
        let profile = |pin: &str| {
            let text = format!(
                "name: shop\nplacement: {{ provider: local, host: {{ memory: 12GiB, cores: 6 }} }}\n\
                 dataset: [{{ keys: a, type: string, count: 1, value_size: 1B }}]\n\
                 traffic: {{ peak: {{ reads: 1/s, writes: 1/s }} }}\n{pin}"
            );
            crate::profile::parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|e| panic!("{e}"))
        };
        let whole = host(&profile(""), 1.0);
        assert_eq!((whole.memory.0, whole.sharding), (12.0 * GIB, Sharding::None));
        let part = host(&profile("deployment: { shards: 3, replicas: 1 }"), 1.0);
        assert_eq!(part.memory.0, 2.0 * GIB);
        assert_eq!(part.vcpu, Figure::Known(1.0));
        assert_eq!(part.sharding, Sharding::Optional { max: MAX_SHARDS });
    }
}
