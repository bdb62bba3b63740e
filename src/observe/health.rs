//! How a cache does now, by the same figures that size it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Judged, JudgedFigure, Metric, State, StateName, Statistic, Window};
use crate::units::Figure;

/// How a cache has done in the time that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Health {
    /// The time that was looked at.
    pub window: Window,
    /// Bytes in use at most.
    pub memory: HealthFigure,
    /// Bytes that may be in use.
    pub memory_limit: HealthFigure,
    /// Share of the limit in use at most, from 0 to 1: of the fullest node where nodes tell it.
    pub memory_share: HealthFigure,
    /// Share of lookups that found a key, from 0 to 1.
    pub hit_ratio: HealthFigure,
    /// Keys evicted a second, in the mean.
    pub evictions: HealthFigure,
    /// Connections at most: of the fullest node where there are several.
    pub connections: HealthFigure,
    /// Connections that may be open.
    pub connections_limit: HealthFigure,
    /// Busy share of the thread that runs commands, or of all cores where only that is told: at most, of the busiest node.
    pub cpu: HealthFigure,
    /// What keeps the figures from telling all.
    pub states: Vec<State>,
    /// What a reader of the figures must know.
    pub caveats: Vec<String>,
}

/// A figure with its source.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HealthFigure {
    /// The value, or why it is not known.
    pub value: Figure<f64>,
    /// What each point says; none where it is not measured.
    pub statistic: Option<Statistic>,
    /// The metric as its source names it.
    pub source: Option<String>,
}

impl HealthFigure {
    fn unknown(why: &str) -> Self {
        Self { value: Figure::unknown(why), statistic: None, source: None }
    }

    fn of(figure: &JudgedFigure, value: f64) -> Self {
        Self {
            value: Figure::Known(value),
            statistic: Some(figure.statistic),
            source: Some(figure.source.clone()),
        }
    }

    /// What an inventory says, which is not measured.
    fn told(value: f64, source: &str) -> Self {
        Self { value: Figure::Known(value), statistic: None, source: Some(source.to_owned()) }
    }
}

impl Health {
    /// The health of a cache whose metrics were judged.
    pub fn of(judged: &Judged) -> Self {
        let figure = |metric| judged.figure(metric);
        let silent = |what: &str| HealthFigure::unknown(&format!("no metric tells {what}"));
        let most = |metric, what: &str| {
            figure(metric).map_or_else(|| silent(what), |one| HealthFigure::of(one, one.most))
        };
        let memory = most(Metric::Memory, "how much memory is in use");
        let told = judged.info.as_ref().and_then(|info| info.memory_limit);
        let memory_limit = match (figure(Metric::MemoryLimit), told) {
            (Some(one), _) => HealthFigure::of(one, one.most),
            (None, Some(bytes)) => HealthFigure::told(bytes, "the size of the cache"),
            (None, None) => silent("how much memory it may use"),
        };
        let memory_share = match (figure(Metric::MemoryShare), figure(Metric::Memory)) {
            (Some(share), _) => HealthFigure::of(share, share.most),
            (None, Some(used)) => match memory_limit.value.known() {
                Some(limit) => HealthFigure::of(used, used.most / limit),
                None => silent("how much memory it may use"),
            },
            (None, None) => silent("how much memory is in use"),
        };
        Self {
            window: judged.window,
            memory,
            memory_limit,
            memory_share,
            hit_ratio: hit_ratio(figure(Metric::Hits), figure(Metric::Misses)),
            evictions: figure(Metric::Evictions)
                .map_or_else(|| silent("evictions"), |one| HealthFigure::of(one, one.mean)),
            connections: most(Metric::Connections, "how many connections are open"),
            connections_limit: most(Metric::ConnectionsLimit, "how many connections may be open"),
            cpu: match figure(Metric::EngineCpu) {
                Some(one) => HealthFigure::of(one, one.most),
                None => most(Metric::HostCpu, "how busy the processor is"),
            },
            // Of a short time, that it is short says nothing.
            states: judged
                .states
                .iter()
                .filter(|state| matches!(state.name, StateName::Censored | StateName::Incomplete))
                .cloned()
                .collect(),
            caveats: judged.caveats.clone(),
        }
    }
}

fn hit_ratio(hits: Option<&JudgedFigure>, misses: Option<&JudgedFigure>) -> HealthFigure {
    let (Some(hits), Some(misses)) = (hits, misses) else {
        return HealthFigure::unknown("no metric tells hits and misses");
    };
    let lookups = hits.mean + misses.mean;
    if lookups > 0.0 {
        HealthFigure::of(hits, hits.mean / lookups)
    } else {
        HealthFigure::unknown("nobody has looked a key up")
    }
}
