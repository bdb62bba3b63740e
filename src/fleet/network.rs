//! How large values are where no metric tells the number of keys: the network may tell it.

use super::provenance::source;
use crate::demand::Demand;
use crate::observe::{Judged, Metric};
use crate::profile::Profile;
use crate::recommend::{Check, Constraint};

/// Commands a second below which bytes on the network say nothing of values: connections and consoles make as many.
const LEAST_COMMANDS: f64 = 1.0;

/// What is known of the size of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Sizes {
    /// Somebody declares it, or the memory and the number of keys are told.
    Told,
    /// It follows from the network; how is said.
    FromNetwork(String),
    /// It is made up: neither keys nor network are told.
    MadeUp,
}

impl Sizes {
    /// Whether traffic, network and processor may be computed with them.
    pub fn are_known(&self) -> bool {
        *self != Self::MadeUp
    }

    /// What a reader must know.
    pub fn caveat(&self) -> Option<String> {
        match self {
            Self::Told => None,
            Self::FromNetwork(how) => {
                Some(format!("no metric tells its number of keys: the size of values is taken {how}"))
            }
            Self::MadeUp => {
                Some(format!("{UNKNOWN}: traffic is in no bill, and its network was not compared"))
            }
        }
    }
}

/// Whether a demand follows from the size of values.
pub fn follows_sizes(check: &Check) -> bool {
    matches!(
        check.constraint,
        Constraint::Bandwidth
            | Constraint::Cpu
            | Constraint::CpuCredits
            | Constraint::HotKey
            | Constraint::HotMemory
            | Constraint::ProcessMemory
            | Constraint::ItemSize
            | Constraint::Quota
    )
}

/// Why nothing can be said of traffic and network.
pub const UNKNOWN: &str =
    "no metric tells its number of keys or its network, so that the size of values is not known";

/// The mean bytes of a value with which the model moves what the network has moved on average, and where that is from.
/// `drafted` has the mean load, and values of some size.
pub fn value_size(drafted: &Profile, judged: &Judged, replicas: u32) -> Option<(f64, String)> {
    drafted.traffic.average.as_ref()?;
    let demand = Demand::of(drafted);
    let (moved, ops, replicas) = (&demand.average_bandwidth, &demand.average, f64::from(replicas));
    let size = demand.families.first()?.payload_per_command.likely;
    // What each direction moves by the model, and how many commands carry a value in it.
    let inbound = (Metric::Inbound, moved.inbound.likely, ops.writes.likely);
    let copied = replicas * moved.written.likely;
    let outbound =
        (Metric::Outbound, moved.outbound.likely + copied, ops.reads.likely + replicas * ops.writes.likely);
    let told = [inbound, outbound].into_iter().filter_map(|(metric, by_model, commands)| {
        Some((judged.figure(metric)?, by_model, commands)).filter(|_| commands >= LEAST_COMMANDS)
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        return None;
    }
    let (seen, by_model, commands) = told
        .iter()
        .fold((0.0, 0.0, 0.0), |(seen, model, all), one| (seen + one.0.mean, model + one.1, all + one.2));
    let from: Vec<String> = told.iter().map(|(figure, ..)| source(judged, figure)).collect();
    let bytes = (size + (seen - by_model) / commands).max(1.0);
    Some((bytes, format!("from the mean bytes of a command: {}", from.join("; "))))
}
