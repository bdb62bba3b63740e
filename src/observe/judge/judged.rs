//! The demand of a cache as its metrics show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::observe::{CacheInfo, Metric, Place, Statistic, watched};
use crate::units::{DAY, Interval, terms};

terms!(
    /// What keeps metrics from telling the demand, or what they say of the cache as a whole.
    StateName, "a state such as censored, warming, idle or autoscaled" {
        /// A limit was reached: the demand is at least what was seen.
        Censored = "censored",
        /// The server is younger than the window or than its times to live: it may fill up further.
        Warming = "warming",
        /// Nobody uses it.
        Idle = "idle",
        /// A scaler moves its size: counts that it moves are no demand.
        Autoscaled = "autoscaled",
        /// The newest point is of long ago.
        Stale = "stale",
        /// There are too few points, days or too many gaps.
        Sparse = "sparse",
        /// The source says that it did not tell everything.
        Incomplete = "incomplete",
    }
);

terms!(
    /// How sure a figure is.
    Confidence, "high, medium or low" {
        /// Two weeks or more without large gaps.
        High = "high",
        /// Enough to shrink a cache.
        Medium = "medium",
        /// Not enough to shrink a cache.
        Low = "low",
    }
);

terms!(
    /// What a figure is of the demand.
    Bound, "interval or at-least" {
        /// The demand lies within it.
        Interval = "interval",
        /// The demand is this, or more.
        AtLeast = "at-least",
    }
);

/// A state with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct State {
    /// Which one.
    pub name: StateName,
    /// What was seen.
    pub why: String,
}

/// The time that was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Window {
    /// First second, since 1970.
    pub from: i64,
    /// The second behind the last.
    pub to: i64,
    /// Share of it for which there are points, of the metric with the most gaps among those that size a cache.
    pub coverage: f64,
    /// Points of that metric.
    pub points: usize,
    /// Times at which the server was restarted.
    pub restarts: usize,
}

impl Window {
    /// Its length in days.
    pub fn days(&self) -> f64 {
        (self.to - self.from).max(0) as f64 / DAY as f64
    }
}

/// One metric of the whole cache, judged.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JudgedFigure {
    /// What is measured.
    pub metric: Metric,
    /// The highest value in the window.
    pub most: f64,
    /// Seconds since 1970 at which it was seen.
    pub most_at: i64,
    /// The value that is half of the time above it.
    pub median: f64,
    /// The mean.
    pub mean: f64,
    /// The highest value of the next month: of caches with known demand, about 90 in 100 such intervals from two weeks hold
    /// it (`cargo test --test observe_judge`).
    pub next_peak: Interval,
    /// Whether the demand is more than that.
    pub bound: Bound,
    /// How sure it is.
    pub confidence: Confidence,
    /// What each point says.
    pub statistic: Statistic,
    /// Seconds that a point stands for.
    pub step: Option<u32>,
    /// The metric as its source names it.
    pub source: String,
    /// Points in the window.
    pub points: usize,
    /// Share of the window for which there are points.
    pub coverage: f64,
}

impl JudgedFigure {
    /// Whether it is something that clients ask for, not a limit, a state of the server, or what a limit did to them.
    pub fn is_demand(&self) -> bool {
        matches!(
            self.metric,
            Metric::Memory
                | Metric::Keys
                | Metric::VolatileKeys
                | Metric::Reads
                | Metric::Writes
                | Metric::Commands
                | Metric::Hits
                | Metric::Misses
                | Metric::Connections
                | Metric::NewConnections
                | Metric::Inbound
                | Metric::Outbound
                | Metric::EngineCpu
                | Metric::HostCpu
                | Metric::UnitsOfWork
        )
    }
}

/// What metrics say of one cache.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Judged {
    /// The cache.
    pub cache: String,
    /// What an inventory says of it.
    pub info: Option<CacheInfo>,
    /// Its nodes, as the metrics name them.
    pub nodes: Vec<String>,
    /// The shards that they form; 1 for a cache of which neither an inventory nor the names of nodes tell any.
    pub shards: usize,
    /// The time that was looked at.
    pub window: Window,
    /// What it is in.
    pub states: Vec<State>,
    /// The figures, in the order of the metrics.
    pub figures: Vec<JudgedFigure>,
    /// Why it may not be made smaller, if it may not.
    pub no_shrinking: Vec<String>,
    /// What a reader of the figures must know.
    pub caveats: Vec<String>,
}

impl Judged {
    /// Where it runs: an inventory says it, or the service whose metrics they are.
    pub fn place(&self) -> Place<'_> {
        let told = self.info.as_ref().map(CacheInfo::place).unwrap_or_default();
        let by_metrics = || self.figures.iter().find_map(|figure| watched(&figure.source));
        Place { provider: told.provider.or_else(by_metrics), ..told }
    }

    /// The figure of a metric.
    pub fn figure(&self, metric: Metric) -> Option<&JudgedFigure> {
        self.figures.iter().find(|figure| figure.metric == metric)
    }

    /// Whether it is in a state.
    pub fn is(&self, name: StateName) -> bool {
        self.states.iter().any(|state| state.name == name)
    }

    /// Whether metrics may make it smaller.
    pub fn may_shrink(&self) -> bool {
        self.no_shrinking.is_empty()
    }
}
