//! What happens if the demand goes over a limit, and which alarm tells it first.

use schemars::JsonSchema;
use serde::Serialize;

use super::judged::Judged;
use crate::observe::Metric;
use crate::units::{Policy, Provider, Service};

/// One limit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Over {
    /// The limit.
    pub limit: String,
    /// Share of it that was used at most, if both are known.
    pub used: Option<f64>,
    /// Share of it that next month uses at most.
    pub next: Option<f64>,
    /// How the cache fails beyond it.
    pub then: String,
    /// What tells it first, if somebody has put an alarm on it: which alarms there are, metrics do not say.
    pub alarm: String,
}

/// Every limit of a cache, the fullest first. `policy` and `service` are those of the profile where no inventory tells.
pub fn over(judged: &Judged, policy: Option<Policy>, service: Option<Service>) -> Vec<Over> {
    let info = judged.info.as_ref();
    let policy = info.and_then(|info| info.policy).or(policy);
    let service = info.and_then(|info| info.service).or(service);
    let provider = service.map(Service::provider).or_else(|| judged.place().provider);
    let most = |metric| judged.figure(metric).map(|figure| figure.most);
    let next = |metric| judged.figure(metric).map(|figure| figure.next_peak.high);
    let limit = most(Metric::MemoryLimit).or_else(|| info.and_then(|info| info.memory_limit));
    let memory = |value: Option<f64>, share: Option<f64>| share.or_else(|| Some(value? / limit?));
    let clients = most(Metric::ConnectionsLimit);
    // Only a cache without nodes is metered by units of work.
    let metered = judged.figure(Metric::UnitsOfWork).is_some();
    let serverless = service.map_or(metered, |service| service == Service::ElastiCacheServerless);
    let unlimited = limit.is_none()
        && most(Metric::MemoryShare).is_none()
        && matches!(provider, None | Some(Provider::Local));
    let mut all = vec![
        Over {
            limit: "memory".into(),
            used: memory(most(Metric::Memory), most(Metric::MemoryShare)),
            next: memory(next(Metric::Memory), next(Metric::MemoryShare)),
            then: if unlimited { UNLIMITED.into() } else { full(policy, service).into() },
            alarm: match () {
                () if unlimited => "the free memory of its machine, if there is an alarm on it",
                () if serverless => SERVERLESS_ALARM,
                () => memory_alarm(provider),
            }
            .into(),
        },
        Over {
            limit: "connections".into(),
            used: most(Metric::Connections).zip(clients).map(|(most, limit)| most / limit),
            next: next(Metric::Connections).zip(clients).map(|(next, limit)| next / limit),
            then: "new connections are refused; those that are open go on".into(),
            alarm: match provider {
                Some(Provider::Aws) => "CurrConnections at 80% of maxclients, if there is an alarm on it",
                _ => "the number of clients at 80% of the limit, if there is an alarm on it",
            }
            .into(),
        },
    ];
    // A service without nodes tells no thread.
    if !serverless || most(Metric::EngineCpu).is_some() {
        all.push(Over {
            limit: "the thread that runs commands".into(),
            used: most(Metric::EngineCpu),
            next: next(Metric::EngineCpu),
            then: "commands wait for each other: latency rises, clients time out and try again".into(),
            alarm: match provider {
                Some(Provider::Aws) => {
                    "EngineCPUUtilization above 90% in 3 of 5 minutes, then the latencies, if there are alarms on them"
                }
                Some(Provider::Azure) => "serverLoad above 85% for 15 minutes, if there is an alarm on it",
                _ => "the processor of the main thread, if there is an alarm on it",
            }
            .into(),
        });
    }
    if serverless || metered {
        all.push(Over {
            limit: "units of work".into(),
            used: None,
            next: None,
            then: "commands are throttled, if the cache has a maximum; without one it scales, and the bill with it".into(),
            alarm: "ThrottledCmds above 0 in 2 of 3 minutes, if there is an alarm on it".into(),
        });
    }
    if most(Metric::AllowanceExceeded).is_some() || provider == Some(Provider::Aws) && !serverless {
        all.push(Over {
            limit: "network".into(),
            used: None,
            next: None,
            then: "packets are queued and dropped: latency rises, replicas fall behind".into(),
            alarm:
                "Network…AllowanceExceeded above 0, or TrafficManagementActive for minutes, if there are alarms on them"
                    .into(),
        });
    }
    all.sort_by(|a, b| b.next.unwrap_or(-1.0).total_cmp(&a.next.unwrap_or(-1.0)));
    all
}

/// What a server does of which no limit is told.
const UNLIMITED: &str =
    "no limit is told: without maxmemory a server grows until its machine has no memory left, and is killed";
/// The memory of a service without nodes.
const SERVERLESS_ALARM: &str =
    "BytesUsedForCache at 80% of the maximum, if it has one, then Evictions, if there are alarms on them";

/// What a server does whose memory is full.
fn full(policy: Option<Policy>, service: Option<Service>) -> &'static str {
    match policy {
        _ if service == Some(Service::UpstashPayg) => {
            "the bill rises with what is stored; nothing is refused"
        }
        None => "by its eviction policy, which is not known here: keys go, or writes are refused",
        Some(Policy::NoEviction) => "writes are refused with OOM; reads, deletes and expiry go on",
        Some(policy) if policy.is_volatile() => {
            "keys with a time to live are evicted; when none is left, writes are refused with OOM"
        }
        Some(Policy::AllkeysRandom) => "keys are evicted at random, of every family: state and queues, too",
        Some(_) => "the keys that are used least are evicted, of every family: state and queues, too",
    }
}

fn memory_alarm(provider: Option<Provider>) -> &'static str {
    match provider {
        Some(Provider::Aws) => {
            "DatabaseMemoryUsagePercentage above 80% in 3 of 5 minutes, then Evictions, if there are alarms on them"
        }
        Some(Provider::Azure) => "usedmemorypercentage above 90% for 15 minutes, if there is an alarm on it",
        Some(Provider::Gcp) => "the memory's utilisation at 80%, if there is an alarm on it",
        Some(Provider::Upstash) => "a mail of Upstash, before the limit of the plan",
        Some(Provider::Local) | None => "used_memory at 80% of maxmemory, if there is an alarm on it",
    }
}
