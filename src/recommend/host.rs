//! A machine of one's own, as a node type.

use crate::catalog::{EngineSince, Generation, NodeType, Replicas, Service, Sharding, Stage};
use crate::profile::Profile;
use crate::units::{Bytes, Engine, Figure, GIB};

/// Its name.
pub const NAME: &str = "host";
/// Share of the memory that a pure cache may use.
const USABLE: f64 = 0.75;
/// `maxclients` of a server out of the box.
const MAX_CLIENTS: f64 = 10_000.0;

/// The machine that the profile describes, or one that is large enough for `needed` bytes of `used_memory`.
pub fn host(profile: &Profile, needed: f64) -> NodeType {
    let declared = profile.placement.host.as_ref();
    let memory = declared.map_or_else(|| size_for(needed / USABLE), |h| h.memory.value.0);
    let unknown = |what: &str| format!("declare placement.host.{what}");
    NodeType {
        service: Service::Local,
        name: NAME,
        family: NAME,
        generation: Generation::Current,
        arch: Figure::unknown("not declared"),
        vcpu: declared
            .and_then(|h| h.cores.as_ref())
            .map_or_else(|| Figure::unknown(unknown("cores")), |c| Figure::Known(c.value.0)),
        engine_threads: Figure::Known(1),
        memory: Bytes(memory),
        usable: Bytes(memory * USABLE),
        usable_estimate: Some("75% of the machine's memory"),
        ssd: None,
        network: declared
            .and_then(|h| h.network.as_ref())
            .map_or_else(|| Figure::unknown(unknown("network")), |n| Figure::Known(n.value.0)),
        network_burst: None,
        max_connections: Figure::Known(MAX_CLIENTS),
        max_connections_note: Some("maxclients of a server out of the box"),
        io: Figure::unknown("I/O threads are off by default"),
        burstable: None,
        engines: [Engine::Valkey, Engine::Redis]
            .map(|engine| EngineSince { engine, min_version: None })
            .to_vec(),
        sharding: Sharding::None,
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
