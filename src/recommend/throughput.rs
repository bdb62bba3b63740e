//! How many commands one engine thread answers: a labelled offering, since no vendor publishes it.

use super::features::encrypts;
use crate::catalog::{IoFeatures, NodeType, Offering, version_at_least};
use crate::demand::{Demand, FamilyDemand, over_shares};
use crate::profile::Profile;
use crate::units::{Assumption, Engine, Interval, Rate};

/// Small commands a second of one engine thread without TLS and pipelining: the low end of 80 to 100 thousand.
const PER_THREAD: f64 = 80_000.0;
/// What is left of it when the engine thread encrypts: the low end of 0.6 to 0.7.
const TLS: f64 = 0.6;
/// What threads that read and write the network add.
const IO_THREADS: f64 = 1.5;
/// Payload that costs as much as the command itself.
const PAYLOAD_OF_A_COMMAND: f64 = 8192.0;
/// A command on many elements against a small one.
const COMPLEX: f64 = 10.0;
/// A message to one subscriber against a small command: a write without a read.
const DELIVERY: f64 = 0.5;
/// Pipelines of 16 commands reach four times the rate of single ones.
const PIPELINE_GAIN_OF_16: f64 = 4.0;
/// The fullest shard answers this many times the mean one's commands.
const BUSIEST_SHARD: f64 = 1.25;
/// The engine thread is planned to be busy for this share of the time at most.
pub const BUSY: f64 = 0.6;
/// TLS handshakes a second on one core, the low end of 300 to 500.
const HANDSHAKES: f64 = 300.0;
/// Accepted connections a second without TLS.
const PLAIN_ACCEPTS: f64 = 10_000.0;

/// What the engine thread has to do in a second, in small commands, at the high end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// On all shards together.
    pub total: f64,
    /// For the hottest key, which no cluster spreads.
    pub hottest: f64,
}

impl Work {
    /// On the busiest of so many shards: more than the mean by chance, or by the hottest key.
    pub fn on_busiest(&self, shards: u32) -> f64 {
        busiest(self.total, self.hottest, shards)
    }
}

/// What the busiest of `shards` shards has of a total, of which one key alone takes `hottest`.
pub fn busiest(total: f64, hottest: f64, shards: u32) -> f64 {
    let shards = f64::from(shards);
    if shards < 2.0 {
        return total;
    }
    (total * BUSIEST_SHARD / shards).max(hottest + (total - hottest).max(0.0) / shards).min(total)
}

/// Work at the peak, and of the mean of the month.
#[derive(Clone, Copy, Debug)]
pub struct AllWork {
    /// At the peak.
    pub peak: Work,
    /// Of the mean.
    pub mean: Work,
}

impl AllWork {
    /// What a profile asks of the engine thread.
    pub fn of(profile: &Profile, demand: &Demand) -> Self {
        let peak = work(profile, demand);
        Self { peak, mean: mean_work(peak, demand) }
    }
}

/// Work at the peak.
fn work(profile: &Profile, demand: &Demand) -> Work {
    let peak = &demand.peak;
    let depth = profile.traffic.pipeline.value.0.clamp(1.0, 16.0);
    let pipelined = 1.0 + (PIPELINE_GAIN_OF_16 - 1.0) * (depth - 1.0) / 15.0;
    let keyed = (peak.reads.high + peak.writes.high - peak.complex.high).max(0.0);
    let commands = keyed / pipelined + peak.complex.high * COMPLEX;
    let weight = |f: &FamilyDemand| 1.0 + f.payload_per_command.high / PAYLOAD_OF_A_COMMAND;
    let mean = over_shares(&demand.families, |f| Interval::exact(weight(f)));
    let messages = peak.publishes.high / pipelined + peak.deliveries.high * DELIVERY;
    Work {
        total: commands * mean.high + messages,
        hottest: demand.families.iter().map(|f| commands * f.hottest_key * weight(f)).fold(0.0, f64::max),
    }
}

/// The same for the mean of the month.
fn mean_work(at_peak: Work, demand: &Demand) -> Work {
    let mean = demand.average.commands().high * demand.growth.factor;
    let peak = demand.peak.commands().high.max(f64::MIN_POSITIVE);
    let share = (mean / peak).min(1.0);
    let Work { total, hottest } = at_peak;
    Work { total: total * share, hottest: hottest * share }
}

/// Threads that help on this offering: the node's, as far as the engine version uses them (ElastiCache User Guide,
/// supported node types).
fn io(offering: &Offering<'_>) -> Option<IoFeatures> {
    let io = offering.node.io.known()?;
    let since = |version| offering.engine == Engine::Valkey || version_at_least(offering.version, version);
    Some(IoFeatures {
        enhanced_io: io.enhanced_io && since("5.0.6"),
        tls_offload: io.tls_offload && since("6.2"),
        io_multiplexing: io.io_multiplexing && since("7.0"),
    })
}

/// Small commands a second of one bare thread: as measured for the family, as measured at all, or by the offering.
fn bare_thread(profile: &Profile, node: &NodeType) -> f64 {
    let requirements = &profile.requirements;
    let of_family = requirements.throughput_by_family.iter().find(|one| one.family.value == node.family);
    let measured = of_family.map(|one| &one.per_core).or(requirements.throughput_per_core.as_ref());
    measured.map_or_else(|| PER_THREAD * node.speed().map_or(1.0, |speed| speed.factor), |rate| rate.value.0)
}

/// Small commands a second of one thread of this offering.
pub fn per_thread(profile: &Profile, offering: &Offering<'_>) -> f64 {
    let vcpu = offering.node.vcpu.known().copied().unwrap_or(1.0);
    let io = io(offering);
    let helped = io.is_some_and(|io| io.io_multiplexing && io.enhanced_io) && vcpu >= 4.0;
    let offloaded = io.is_some_and(|io| io.tls_offload);
    let threads = if helped { IO_THREADS } else { 1.0 };
    let tls = if encrypts(profile, offering) && !offloaded { TLS } else { 1.0 };
    bare_thread(profile, offering.node) * threads * tls * vcpu.min(1.0)
}

/// New connections that a node accepts in a second.
pub fn accepts(profile: &Profile, offering: &Offering<'_>) -> f64 {
    let cores = offering.node.vcpu.known().copied().unwrap_or(1.0).min(1.0);
    match (encrypts(profile, offering), io(offering).is_some_and(|io| io.tls_offload)) {
        (false, _) => PLAIN_ACCEPTS * cores,
        (true, false) => HANDSHAKES * cores,
        // Valkey 8.1 accepted three times as many with the handshakes on other threads.
        (true, true) => HANDSHAKES * 3.0,
    }
}

/// What is printed about the offering, and about the processor of the node type that is chosen.
pub fn assumptions(profile: &Profile, node: Option<&NodeType>) -> Vec<Assumption> {
    let measured = |node: &NodeType| {
        let requirements = &profile.requirements;
        requirements.throughput_per_core.is_some()
            || requirements.throughput_by_family.iter().any(|one| one.family.value == node.family)
    };
    let speed = node.filter(|node| !measured(node)).and_then(|node| Some((node, node.speed()?)));
    let speed = speed.map(|(node, speed)| {
        Assumption::new(
            format!("speed of {}", node.family),
            format!("x {} ({})", speed.factor, speed.processor),
            speed.why,
        )
        .replaced_by("requirements.throughput_by_family")
    });
    let mut all = vec![
        Assumption::new(
            "CPU of a command",
            format!("1 + payload / {:.0} KiB; on many elements {COMPLEX:.0}", PAYLOAD_OF_A_COMMAND / 1024.0),
            "judgement; replace it by a benchmark of your own commands",
        )
        .replaced_by("requirements.throughput_per_core"),
        Assumption::new(
            "busy engine thread",
            format!("{:.0}% at most", BUSY * 100.0),
            "latency rises steeply above; judgement",
        ),
        Assumption::new(
            "fullest shard",
            "25% more commands and 10% more memory than the mean one, more with few or hot keys",
            "slots are dealt evenly, keys are not; judgement",
        ),
        Assumption::new(
            "I/O threads",
            format!("x {IO_THREADS} on nodes that have them and 4 vCPU or more"),
            "vendors claim up to +72% and more; judgement",
        ),
    ];
    if profile.requirements.throughput_per_core.is_none() {
        all.push(
            Assumption::new(
                "throughput per core",
                Rate(PER_THREAD).to_string(),
                "small commands on one engine thread of Graviton2 or a like one, unpipelined; no vendor publishes it",
            )
            .replaced_by("requirements.throughput_per_core"),
        );
    }
    if profile.security.tls.value {
        all.push(Assumption::new(
            "cost of TLS",
            format!("x {TLS} on the engine thread, none where the node offloads it; {HANDSHAKES:.0} handshakes/s a core"),
            "judgement; AWS advises to benchmark",
        ));
    }
    all.extend(speed);
    all
}
