//! Caches of which everything is known, as readers and judges hand them over.

use cachefit::fleet::{Cache, Origin};
use cachefit::observe::{
    Bound, CacheInfo, Confidence, Judged, JudgedFigure, Metric, State, StateName, Statistic, Window,
};
use cachefit::units::{Engine, Interval, Policy, Provider, Service};

/// Bytes.
pub const GB: f64 = 1e9;
/// Seconds since 1970 at which the metrics begin.
const FROM: i64 = 1_763_000_000;
const DAYS: i64 = 14;

/// A group of ElastiCache nodes.
pub fn info(id: &str, node_type: &str, shards: u32, replicas: u32) -> CacheInfo {
    CacheInfo {
        provider: Some(Provider::Aws),
        service: Some(Service::ElastiCache),
        region: Some("us-east-1".into()),
        engine: Some(Engine::Valkey),
        version: Some("8.1".into()),
        node_type: Some(node_type.into()),
        shards: Some(shards),
        replicas: Some(replicas),
        cluster_mode: Some(shards > 1),
        policy: Some(Policy::AllkeysLru),
        multi_az: Some(replicas > 0),
        tls: Some(true),
        ..CacheInfo::named(id)
    }
}

/// A cache that an inventory and metrics tell of.
pub fn cache(info: CacheInfo, judged: Option<Judged>) -> Cache {
    Cache { name: info.id.clone(), origin: Origin::Seen, info: Some(info), judged }
}

fn figure(metric: Metric, most: f64) -> JudgedFigure {
    JudgedFigure {
        metric,
        most,
        most_at: FROM + 86_400,
        median: 0.8 * most,
        mean: 0.8 * most,
        next_peak: Interval::new(most, 1.02 * most, 1.05 * most),
        bound: Bound::Interval,
        confidence: Confidence::High,
        statistic: Statistic::Maximum,
        step: Some(300),
        source: "test".into(),
        points: 4032,
        coverage: 1.0,
    }
}

/// Two weeks of metrics without a gap: bytes in use and commands a second.
pub fn judged(cache: &str, bytes: f64, commands: f64) -> Judged {
    Judged {
        cache: cache.into(),
        info: None,
        nodes: Vec::new(),
        shards: 1,
        window: Window { from: FROM, to: FROM + DAYS * 86_400, coverage: 1.0, points: 4032, restarts: 0 },
        states: Vec::new(),
        figures: vec![
            figure(Metric::Memory, bytes),
            figure(Metric::Keys, (bytes / 1_000.0).max(1.0)),
            figure(Metric::Reads, 0.8 * commands),
            figure(Metric::Writes, 0.2 * commands),
            figure(Metric::Connections, 20.0),
        ],
        no_shrinking: Vec::new(),
        caveats: Vec::new(),
    }
}

/// The same in a state, which keeps it from shrinking as a judge would.
pub fn in_state(mut judged: Judged, name: StateName) -> Judged {
    judged.states.push(State { name, why: format!("it is {name}") });
    judged.no_shrinking.push(format!("it is {name}"));
    judged
}

/// Nobody uses it.
pub fn idle(cache: &str) -> Judged {
    let mut judged = judged(cache, 1e6, 0.0);
    judged.states.push(State { name: StateName::Idle, why: "0 commands in 14 days".into() });
    judged
}

/// The same with one more figure.
pub fn and(mut judged: Judged, metric: Metric, most: f64) -> Judged {
    judged.figures.push(figure(metric, most));
    judged
}

/// The same with another figure.
pub fn with(mut judged: Judged, metric: Metric, change: impl FnOnce(&mut JudgedFigure)) -> Judged {
    change(judged.figures.iter_mut().find(|figure| figure.metric == metric).unwrap());
    judged
}
