//! Processor and network as they were measured, against what the model makes of the same load: commands that cost more than
//! is assumed, and payload that no profile declares. What the model says of other shapes is weighed by the same.

use crate::demand::Demand;
use crate::observe::{Judged, Metric};
use crate::profile::Profile;
use crate::recommend::{Candidate, Check, Constraint};
use crate::units::Bytes;

/// From so many times the model's figure on the difference is told; the model itself is no nearer.
const TOLD: f64 = 1.5;
/// More than this is told as such.
const MANY: f64 = 100.0;

/// How many times as much as the model says; never less than once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heavier {
    processor: f64,
    network: f64,
    /// The busy share that was measured, and the bytes a second of the busier direction.
    measured: (f64, f64),
}

impl Heavier {
    /// As the model says.
    pub const AS_MODELLED: Self = Self { processor: 1.0, network: 1.0, measured: (0.0, 0.0) };

    /// What metrics say of the shape that runs with the load that they show.
    pub fn of(judged: &Judged, profile: &Profile, now: &Candidate) -> Self {
        let next = |metric| judged.figure(metric).map(|figure| figure.next_peak.high);
        let times = |measured: f64, modelled: f64| {
            if modelled > 0.0 && measured.is_finite() { (measured / modelled).max(1.0) } else { 1.0 }
        };
        let mut heavier = Self::AS_MODELLED;
        let modelled =
            now.checks.iter().find(|check| check.constraint == Constraint::Cpu).and_then(Check::used);
        if let Some((busy, modelled)) = next(Metric::EngineCpu).zip(modelled) {
            // A forecast of more than all is no more than all: how much more is asked for nobody knows.
            let busy = busy.min(1.0);
            heavier.processor = times(busy, modelled);
            heavier.measured.0 = busy;
        }
        let sides = [next(Metric::Inbound), next(Metric::Outbound)];
        if let Some(measured) = sides.into_iter().flatten().max_by(f64::total_cmp) {
            let demand = Demand::of(profile).peak_bandwidth;
            let replicated = demand.written.high * f64::from(now.deployment.replicas);
            let modelled = demand.inbound.high.max(demand.outbound.high) + replicated;
            heavier.network = times(measured, modelled);
            heavier.measured.1 = measured;
        }
        heavier
    }

    /// How many times as heavy what a check compares was measured; none if it is not among what is weighed.
    fn weight(&self, check: &Check) -> Option<f64> {
        match check.constraint {
            Constraint::Cpu | Constraint::CpuCredits => Some(self.processor),
            Constraint::Bandwidth => Some(self.network),
            _ => None,
        }
    }

    /// A shape with its load as heavy as it was measured.
    pub fn weigh(&self, candidate: &Candidate) -> Candidate {
        let mut candidate = candidate.clone();
        for check in &mut candidate.checks {
            check.demand *= self.weight(check).unwrap_or(1.0);
        }
        candidate
    }

    /// Whether what a check weighs was measured, and is not what the model makes of the sizes of values.
    pub fn measures(&self, check: &Check) -> bool {
        self.weight(check).is_some_and(|weight| weight > 1.0)
    }

    /// Whether a weighed shape holds what was measured.
    pub fn holds(weighed: &Candidate) -> bool {
        weighed.checks.iter().filter(|check| Self::AS_MODELLED.weight(check).is_some()).all(Check::passes)
    }

    /// How many times as much, in words: of next to nothing anything is many times as much.
    fn times(factor: f64) -> String {
        if factor > MANY { format!("more than {MANY:.0} times") } else { format!("{factor:.1} times") }
    }

    /// What a reader must know of it.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.processor > TOLD {
            told.push(format!(
                "the engine's processor is up to {:.0}% busy, {} what is assumed of as many commands \
                 (requirements.throughput_per_core tells `recommend` what a core does)",
                self.measured.0 * 100.0,
                Self::times(self.processor)
            ));
        }
        if self.network > TOLD {
            told.push(format!(
                "the network carries up to {}/s, {} what the sizes of values make, by which traffic is billed here",
                Bytes(self.measured.1),
                Self::times(self.network)
            ));
        }
        told
    }
}
