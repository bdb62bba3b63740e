//! How many commands one engine thread answers: a labelled model, since no vendor publishes it.

use crate::catalog::NodeType;
use crate::demand::Demand;
use crate::profile::Profile;
use crate::units::{Assumption, Rate};

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
/// The engine thread is planned to be busy for this share of the time at most.
pub const BUSY: f64 = 0.6;
/// TLS handshakes a second on one core, the low end of 300 to 500.
const HANDSHAKES: f64 = 300.0;
/// Accepted connections a second without TLS.
const PLAIN_ACCEPTS: f64 = 10_000.0;

/// Small commands a second of one thread on this node type.
pub fn per_thread(profile: &Profile, node: &NodeType) -> f64 {
    let declared = profile.requirements.throughput_per_core.as_ref().map(|r| r.value.0);
    let vcpu = node.vcpu.known().copied().unwrap_or(1.0);
    let io = node.io.known();
    let helped = io.is_some_and(|io| io.io_multiplexing && io.enhanced_io) && vcpu >= 4.0;
    let offloaded = io.is_some_and(|io| io.tls_offload);
    let threads = if helped { IO_THREADS } else { 1.0 };
    let tls = if profile.security.tls.value && !offloaded { TLS } else { 1.0 };
    declared.unwrap_or(PER_THREAD) * threads * tls * vcpu.min(1.0)
}

/// The demand of all shards together in small commands a second, at the high end.
pub fn work(profile: &Profile, demand: &Demand) -> f64 {
    let peak = &demand.peak;
    let depth = profile.traffic.pipeline.value.0.clamp(1.0, 16.0);
    let pipelined = 1.0 + (PIPELINE_GAIN_OF_16 - 1.0) * (depth - 1.0) / 15.0;
    let commands = (peak.commands().high - peak.complex.high).max(0.0);
    (commands / pipelined + peak.complex.high * COMPLEX) * weight(demand) + peak.deliveries.high * DELIVERY
}

/// The same for the mean of the month, at the high end.
pub fn mean_work(profile: &Profile, demand: &Demand) -> f64 {
    let mean = demand.average.commands().high * demand.growth.factor;
    let peak = demand.peak.commands().high.max(f64::MIN_POSITIVE);
    work(profile, demand) * (mean / peak).min(1.0)
}

/// A command with the profile's payload against a small one.
pub fn weight(demand: &Demand) -> f64 {
    1.0 + demand.payload_per_command().high / PAYLOAD_OF_A_COMMAND
}

/// New connections that a node accepts in a second.
pub fn accepts(profile: &Profile, node: &NodeType) -> f64 {
    let cores = node.vcpu.known().copied().unwrap_or(1.0).min(1.0);
    let offloaded = node.io.known().is_some_and(|io| io.tls_offload);
    match (profile.security.tls.value, offloaded) {
        (false, _) => PLAIN_ACCEPTS * cores,
        (true, false) => HANDSHAKES * cores,
        // Valkey 8.1 accepted three times as many with the handshakes on other threads.
        (true, true) => HANDSHAKES * 3.0,
    }
}

/// What is printed about the model.
pub fn assumptions(profile: &Profile) -> Vec<Assumption> {
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
            "25% more commands and 10% more memory than the mean one",
            "slots are dealt evenly, keys are not; judgement",
        ),
    ];
    if profile.requirements.throughput_per_core.is_none() {
        all.push(
            Assumption::new(
                "throughput per core",
                Rate(PER_THREAD).to_string(),
                "small commands on one engine thread, unpipelined; no vendor publishes it",
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
    all.push(Assumption::new(
        "I/O threads",
        format!("x {IO_THREADS} on nodes that have them and 4 vCPU or more"),
        "vendors claim up to +72% and more; judgement",
    ));
    all
}
