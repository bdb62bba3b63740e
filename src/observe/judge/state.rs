//! Named states: what keeps metrics from telling the demand.

use std::collections::BTreeMap;

use super::group::Group;
use super::join::Joined;
use super::judged::{Bound, Confidence, JudgedFigure, State, StateName, Window};
use super::{LEAST_COVERAGE, LEAST_DAYS, LEAST_POINTS, Options, SIZING, STALE_DAYS};
use crate::observe::Metric;
use crate::units::{Bytes, DAY, Duration, several};

/// From this share of a limit on, nobody knows how much more there would be.
const AT_LIMIT: f64 = 0.97;
/// Reads and writes a second below which nobody uses a cache: health checks and consoles make about as many.
const IDLE_RATE: f64 = 0.05;
/// Commands of all kinds a second, which exporters and health checks alone do not make; and bytes a second, either way.
const IDLE_COMMANDS: f64 = 5.0;
const IDLE_BYTES: f64 = 65_536.0;
/// Connections that a service holds by itself.
const OWN_CONNECTIONS: f64 = 6.0;
/// Days without use before a cache is called idle.
const IDLE_DAYS: f64 = 7.0;

/// What states follow from.
pub(super) struct Facts<'a> {
    pub group: &'a Group,
    pub metrics: &'a BTreeMap<Metric, Joined>,
    pub window: &'a Window,
    pub options: &'a Options,
    pub silent: &'a [String],
    pub last_restart: Option<i64>,
}

impl Facts<'_> {
    fn most(&self, metric: Metric) -> Option<f64> {
        let points = &self.metrics.get(&metric)?.points;
        points.iter().map(|p| p.value).max_by(f64::total_cmp)
    }

    fn least(&self, metric: Metric) -> Option<f64> {
        let points = &self.metrics.get(&metric)?.points;
        points.iter().map(|p| p.value).min_by(f64::total_cmp)
    }

    fn any(&self, metric: Metric) -> bool {
        self.most(metric).is_some_and(|value| value > 0.0)
    }

    /// The limit of the memory: what metrics say, else the inventory.
    fn limit(&self) -> Option<f64> {
        self.least(Metric::MemoryLimit).or_else(|| self.group.info.as_ref()?.memory_limit)
    }

    fn memory_is_full(&self) -> Option<String> {
        if let Some(share) = self.most(Metric::MemoryShare).filter(|share| *share >= AT_LIMIT) {
            return Some(format!("the memory was {:.0}% full", share * 100.0));
        }
        let (used, limit) = (self.most(Metric::Memory)?, self.limit()?);
        (used >= limit * AT_LIMIT).then(|| format!("{} of {} were in use", Bytes(used), Bytes(limit)))
    }

    /// What the processor did where it did all that it can: then nobody knows how much more would have been asked.
    fn processor_is_full(&self) -> Option<String> {
        let full = |metric, what| {
            let share = self.most(metric).filter(|share| *share >= AT_LIMIT)?;
            Some(format!("{what} busy for {:.0}% of the time", share.min(1.0) * 100.0))
        };
        full(Metric::EngineCpu, "the thread that runs commands was")
            .or_else(|| full(Metric::HostCpu, "all cores were"))
    }

    fn connections_are_full(&self) -> bool {
        let limit = self.least(Metric::ConnectionsLimit);
        self.most(Metric::Connections).zip(limit).is_some_and(|(most, limit)| most >= limit * AT_LIMIT)
    }
}

/// Whether a limit kept the metric from being higher.
pub(super) fn is_censored(metric: Metric, facts: &Facts<'_>) -> bool {
    let slowed = || facts.any(Metric::Throttled) || facts.any(Metric::TrafficManaged);
    let network = || facts.any(Metric::AllowanceExceeded);
    match metric {
        Metric::Memory | Metric::Keys | Metric::VolatileKeys | Metric::MemoryShare => {
            facts.memory_is_full().is_some()
                || facts.any(Metric::Evictions)
                || facts.any(Metric::RefusedWrites)
                || !facts.silent.is_empty()
        }
        Metric::Writes | Metric::Reads | Metric::Commands | Metric::UnitsOfWork => {
            slowed()
                || network()
                || facts.processor_is_full().is_some()
                || facts.any(Metric::RefusedWrites)
                || facts.any(Metric::RejectedConnections)
        }
        Metric::Inbound | Metric::Outbound => slowed() || network(),
        Metric::Connections => facts.any(Metric::RejectedConnections) || facts.connections_are_full(),
        Metric::NewConnections => facts.any(Metric::RejectedConnections) || slowed(),
        _ => false,
    }
}

/// All states, in a fixed order.
pub(super) fn states(facts: &Facts<'_>) -> Vec<State> {
    let mut states = Vec::new();
    let mut add = |name, why: String| states.push(State { name, why });
    let mut reached: Vec<String> = facts.memory_is_full().into_iter().collect();
    for (metric, what) in [
        (Metric::Evictions, "keys were evicted"),
        (Metric::RefusedWrites, "writes were refused since the memory was full"),
        (Metric::Throttled, "commands were throttled"),
        (Metric::TrafficManaged, "the service slowed clients down"),
        (Metric::AllowanceExceeded, "the network's allowance was exceeded"),
        (Metric::RejectedConnections, "connections were rejected"),
    ] {
        if facts.any(metric) {
            reached.push(what.to_owned());
        }
    }
    reached.extend(facts.processor_is_full());
    if facts.connections_are_full() {
        reached.push("all connections that are allowed were open".to_owned());
    }
    if !reached.is_empty() {
        add(StateName::Censored, reached.join(", "));
    }
    if let Some(why) = stale(facts) {
        add(StateName::Stale, why);
    }
    if let Some(why) = warming(facts) {
        add(StateName::Warming, why);
    }
    if let Some(why) = idle(facts) {
        add(StateName::Idle, why);
    }
    if facts.group.info.as_ref().and_then(|info| info.autoscaled) == Some(true) {
        add(
            StateName::Autoscaled,
            "a scaler moves its size: limits and numbers of nodes are no demand".to_owned(),
        );
    }
    if let Some(why) = sparse(facts) {
        add(StateName::Sparse, why);
    }
    let mut incomplete: Vec<String> =
        facts.metrics.values().filter_map(|one| one.incomplete.clone()).collect();
    if !facts.silent.is_empty() && facts.silent.len() < facts.group.nodes.len() {
        incomplete.push(format!("no metrics of {}", facts.silent.join(", ")));
    }
    incomplete.sort();
    incomplete.dedup();
    if !incomplete.is_empty() {
        add(StateName::Incomplete, incomplete.join("; "));
    }
    states
}

fn warming(facts: &Facts<'_>) -> Option<String> {
    let window = facts.window;
    let length = (window.to - window.from).max(0) as f64;
    let fills =
        facts.options.ttl.or_else(|| facts.most(Metric::MeanTtl).map(|left| left * 2.0)).unwrap_or(0.0);
    let needed = length.max(fills);
    let age = facts.metrics.get(&Metric::Uptime).and_then(|one| Some(one.points.last()?.value));
    let made = facts.group.info.as_ref().and_then(|info| info.created);
    let since =
        [age, made.map(|at| (window.to - at) as f64), facts.last_restart.map(|at| (window.to - at) as f64)];
    let youngest = since.into_iter().flatten().filter(|age| *age >= 0.0).min_by(f64::total_cmp)?;
    // A server that began a step before the window is as old as the window.
    (youngest + 3600.0 < needed).then(|| {
        format!("it was started {} ago, and has {} to fill up", Duration(youngest), Duration(needed))
    })
}

fn stale(facts: &Facts<'_>) -> Option<String> {
    if facts.window.points == 0 {
        return None;
    }
    let days = (facts.options.now? - facts.window.to) as f64 / DAY as f64;
    (days > STALE_DAYS)
        .then(|| format!("its metrics end {days:.0} days ago: the month that they foretell is over"))
}

fn idle(facts: &Facts<'_>) -> Option<String> {
    let days = facts.window.days();
    let reads = facts.most(Metric::Reads)?;
    let writes = facts.most(Metric::Writes)?;
    let connections = facts.most(Metric::Connections);
    // Messages and scripts are neither reads nor writes.
    let below = |metric, most: f64| facts.most(metric).is_none_or(|value| value < most);
    let unused = reads.max(writes) < IDLE_RATE
        && connections.is_none_or(|most| most <= OWN_CONNECTIONS)
        && below(Metric::Commands, IDLE_COMMANDS)
        && below(Metric::Inbound, IDLE_BYTES)
        && below(Metric::Outbound, IDLE_BYTES);
    (unused && days >= IDLE_DAYS).then(|| {
        let connections = connections.map_or_else(
            || "how many connections is not told".to_owned(),
            |most| format!("{most:.0} connections at most, of which a service holds up to 6 itself"),
        );
        format!("nobody read or wrote in {days:.0} days; {connections}")
    })
}

fn sparse(facts: &Facts<'_>) -> Option<String> {
    let window = facts.window;
    if window.points == 0 {
        return Some("there is no point of what sizes a cache, such as memory and commands".to_owned());
    }
    let mut lacks = Vec::new();
    if window.points < LEAST_POINTS {
        lacks.push(format!("{}, {LEAST_POINTS} are needed", several(window.points, "point")));
    }
    if window.days() < LEAST_DAYS {
        let length = Duration((window.to - window.from).max(0) as f64);
        lacks.push(format!("{length}, {LEAST_DAYS:.0} days are needed"));
    }
    if window.coverage < LEAST_COVERAGE {
        lacks.push(format!(
            "points for {:.0}% of the time, {:.0}% are needed",
            window.coverage * 100.0,
            LEAST_COVERAGE * 100.0
        ));
    }
    (!lacks.is_empty()).then(|| lacks.join("; "))
}

/// Why a cache may not be made smaller for these figures.
pub(super) fn no_shrinking(states: &[State], figures: &[JudgedFigure]) -> Vec<String> {
    let mut why: Vec<String> = states
        .iter()
        .filter(|state| !matches!(state.name, StateName::Idle | StateName::Autoscaled))
        .map(|state| format!("{}: {}", state.name, state.why))
        .collect();
    let told = |metrics: &[Metric]| figures.iter().any(|figure| metrics.contains(&figure.metric));
    if !told(&[Metric::Memory]) {
        why.push("how much memory is in use is not told".to_owned());
    }
    if !told(&[Metric::Reads, Metric::Writes, Metric::Commands, Metric::UnitsOfWork]) {
        why.push("how many commands there are is not told".to_owned());
    }
    // Each figure by itself: one that is told well is no proof for another.
    let sizing = figures.iter().filter(|figure| SIZING.contains(&figure.metric));
    let (low, known): (Vec<_>, Vec<_>) = sizing.partition(|figure| figure.confidence == Confidence::Low);
    let at_least = known.into_iter().filter(|figure| figure.bound == Bound::AtLeast).collect();
    for (all, what) in [(low, "known from too little"), (at_least, "what was seen, or more")] {
        let names: Vec<String> = all.iter().map(|figure| figure.metric.to_string()).collect();
        match names.split_last() {
            None => {}
            Some((name, [])) => why.push(format!("{name} is {what}")),
            Some((last, others)) => why.push(format!("{} and {last} are {what}", others.join(", "))),
        }
    }
    why
}
