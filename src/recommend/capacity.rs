//! Demand against capacity, one node at a time.

use super::check::{Check, Constraint, Measure};
use super::inputs::Inputs;
use super::shape::Shape;
use super::throughput;
use super::{features, fork};
use crate::memory::unaccounted;
use crate::profile::Profile;
use crate::units::Figure;

/// Connections are alarmed at 80 % of the limit, so that much is planned with at most.
pub const CONNECTIONS_USED: f64 = 0.8;
/// The reserve outside `maxmemory` also serves replicas and fragmentation: what is known may take half of it.
const RESERVE_USED: f64 = 0.5;
/// A snapshot copies what is written meanwhile: 0.55 of the memory is planned with instead of 0.75.
const WITH_SNAPSHOTS: f64 = 0.55 / 0.75;
/// Part of the values' memory that data tiering can move to disk when a fifth of the data is hot.
const COLD: f64 = 0.8;
/// Part of a flash size that is memory.
const FLASH_MEMORY: f64 = 0.2;

/// Checks that more shards can lift.
pub fn scalable(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Vec<Check> {
    if shape.offering.is_without_nodes() {
        return Vec::new();
    }
    let mut checks = vec![memory(inputs, shape)];
    checks.extend(keys_in_memory(inputs, shape));
    checks.extend(process_memory(inputs, shape));
    checks.push(cpu(inputs, shape));
    checks.extend(credits(inputs, shape));
    checks.push(bandwidth(inputs, shape));
    checks
}

/// What more shards can lift, without memory of tables and clients: false is final, true is not, and both are quick.
pub fn could_fit(inputs: &Inputs<'_>, shape: &Shape<'_>) -> bool {
    if shape.offering.is_without_nodes() {
        return true;
    }
    memory_check(inputs, shape, inputs.sizer.data_high(shape.topology)).passes()
        && cpu(inputs, shape).passes()
        && bandwidth(inputs, shape).passes()
        && credits(inputs, shape).is_none_or(|check| check.passes())
}

/// Whether every check passes that more shards can lift.
pub fn fits(inputs: &Inputs<'_>, shape: &Shape<'_>) -> bool {
    let memory = |inputs, shape: &Shape<'_>| {
        memory(inputs, shape).passes()
            && keys_in_memory(inputs, shape).is_none_or(|check| check.passes())
            && process_memory(inputs, shape).is_none_or(|check| check.passes())
    };
    let metered = shape.offering.is_without_nodes();
    metered || could_fit(inputs, shape) && memory(inputs, shape)
}

/// Checks that are the same for every number of shards.
pub fn fixed(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Vec<Check> {
    let mut checks = vec![connections(inputs, shape)];
    if !shape.offering.is_without_nodes() {
        checks.push(connection_rate(inputs, shape));
        if shape.topology.shards > 1 {
            checks.push(hottest_key(inputs, shape));
        }
    }
    checks.extend(item_size(inputs, shape));
    checks
}

/// Shards that one purchased node holds.
fn shards_inside(shape: &Shape<'_>) -> f64 {
    if shape.is_whole_cluster() { f64::from(shape.topology.shards) } else { 1.0 }
}

/// What snapshots leave of the memory that a pure cache could use on a server of one's own.
pub fn self_hosted_share(profile: &Profile) -> f64 {
    if profile.requirements.backup_retention.value.0 > 0.0 { WITH_SNAPSHOTS } else { 1.0 }
}

fn memory(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    memory_check(inputs, shape, inputs.sizer.used_high(shape.topology))
}

fn memory_check(inputs: &Inputs<'_>, shape: &Shape<'_>, demand: f64) -> Check {
    let node = shape.offering.node;
    let self_hosted = shape.offering.service().is_self_hosted();
    let factor = if self_hosted { self_hosted_share(inputs.profile) } else { 1.0 };
    let disk = node.ssd.filter(|_| !shape.is_whole_cluster()).map_or(0.0, |b| b.0);
    let note = node.usable_estimate.unwrap_or("used_memory of the fullest shard against usable memory");
    Check {
        constraint: Constraint::Memory,
        demand,
        capacity: Figure::Known(node.usable.0 * factor / shards_inside(shape) + disk),
        allowed: inputs.memory_headroom(),
        measure: Measure::Bytes,
        note,
    }
}

/// With values on disk, keys and hot values must still fit the memory.
fn keys_in_memory(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Option<Check> {
    let node = shape.offering.node;
    node.ssd?;
    let memory = if shape.is_whole_cluster() {
        node.usable.0 * FLASH_MEMORY / shards_inside(shape)
    } else {
        node.usable.0
    };
    // What a value takes with the allocator's slack moves as a whole: the declared bytes alone would leave the slack.
    Some(Check {
        constraint: Constraint::HotMemory,
        demand: inputs.sizer.resident_high(shape.topology, COLD),
        capacity: Figure::Known(memory),
        allowed: inputs.memory_headroom(),
        measure: Measure::Bytes,
        note: "keys and the hot fifth of the values, which stay in memory",
    })
}

/// What a server needs beside `maxmemory`: state of TLS connections, and pages that are written while a snapshot is saved.
fn process_memory(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Option<Check> {
    let node = shape.offering.node;
    let own = shape.offering.service().is_self_hosted();
    let share = if own { self_hosted_share(inputs.profile) } else { 1.0 };
    let reserve = node.memory.0 - node.usable.0 * share;
    if shape.is_whole_cluster() || reserve <= 0.0 {
        return None;
    }
    let tls =
        if features::encrypts(inputs.profile, &shape.offering) { unaccounted::TLS_CONNECTION } else { 0.0 };
    let demand = inputs.demand.connections.peak.high * tls + fork::copied_pages(inputs, shape);
    (demand > 0.0).then_some(Check {
        constraint: Constraint::ProcessMemory,
        demand,
        capacity: Figure::Known(reserve),
        allowed: RESERVE_USED,
        measure: Measure::Bytes,
        note: "30 KB of TLS state a connection and pages copied during a snapshot, outside maxmemory, against the \
               memory reserve",
    })
}

fn cpu(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    Check {
        constraint: Constraint::Cpu,
        demand: inputs.peak_work.on_busiest(shape.topology.shards),
        capacity: Figure::Known(throughput::per_thread(inputs.profile, &shape.offering)),
        allowed: throughput::BUSY,
        measure: Measure::PerSecond,
        note: "small commands of the busiest shard on its one engine thread",
    }
}

fn hottest_key(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    Check {
        constraint: Constraint::HotKey,
        demand: inputs.peak_work.hottest,
        capacity: Figure::Known(throughput::per_thread(inputs.profile, &shape.offering)),
        allowed: throughput::BUSY,
        measure: Measure::PerSecond,
        note: "one key lives on one thread: no cluster spreads it",
    }
}

fn credits(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Option<Check> {
    let node = shape.offering.node;
    let burstable = node.burstable?;
    let vcpu = node.vcpu.known().copied().unwrap_or(1.0);
    let capacity = match burstable.baseline_per_vcpu {
        Some(baseline) => Figure::Known(
            throughput::per_thread(inputs.profile, &shape.offering) * (baseline * vcpu).min(1.0),
        ),
        None => Figure::unknown("the credit baseline of this type is not in the snapshot"),
    };
    Some(Check {
        constraint: Constraint::CpuCredits,
        demand: inputs.mean_work.on_busiest(shape.topology.shards),
        capacity,
        allowed: inputs.headroom(),
        measure: Measure::PerSecond,
        note: "mean work of the day against what credits sustain",
    })
}

fn bandwidth(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    let demand = &inputs.demand.peak_bandwidth;
    let replicated = demand.written.high * f64::from(shape.topology.replicas);
    let busiest = demand.inbound.high.max(demand.outbound.high + replicated);
    let shards = if shape.is_whole_cluster() { 1 } else { shape.topology.shards };
    Check {
        constraint: Constraint::Bandwidth,
        demand: throughput::busiest(busiest, demand.hottest, shards),
        capacity: shape.offering.node.network.clone(),
        allowed: inputs.headroom(),
        measure: Measure::BytesPerSecond,
        note: "the busier direction of the primary, with replication, against the baseline",
    }
}

fn connections(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    // A limit of the whole cluster counts a client once for each shard that it talks to.
    let per_node = shape.offering.node.connections_are_per_node();
    let times = if per_node { 1.0 } else { f64::from(shape.topology.shards) };
    Check {
        constraint: Constraint::Connections,
        demand: inputs.demand.connections.peak.high * times,
        capacity: shape.offering.node.max_connections.clone(),
        allowed: inputs.headroom().min(CONNECTIONS_USED),
        measure: Measure::Count,
        note: "every client connects to every primary; two versions during a rollout",
    }
}

fn connection_rate(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Check {
    let capacity = if shape.is_whole_cluster() {
        Figure::unknown("proxies accept the connections; their rate is not published")
    } else {
        Figure::Known(throughput::accepts(inputs.profile, &shape.offering))
    };
    Check {
        constraint: Constraint::ConnectionRate,
        demand: inputs.demand.connections.new_per_second.high,
        capacity,
        allowed: 1.0,
        measure: Measure::PerSecond,
        note: "a fleet that starts from nothing; later ones wait in the backlog",
    }
}

fn item_size(inputs: &Inputs<'_>, shape: &Shape<'_>) -> Option<Check> {
    // A plan limits the whole record, a server the single element.
    let record = shape.offering.node.plan.as_ref().and_then(|p| p.max_record);
    let limit = record.or(shape.offering.info.max_item.known().copied())?;
    let families = inputs.demand.families.iter();
    let largest = families.map(|f| if record.is_some() { f.largest_value } else { f.largest_element });
    let largest = largest.fold(0.0, f64::max);
    Some(Check {
        constraint: Constraint::ItemSize,
        demand: largest,
        capacity: Figure::Known(limit.0),
        allowed: 1.0,
        measure: Measure::Bytes,
        note: "the largest record of a plan, else the largest element, against the limit",
    })
}
