//! Metrics of one cloud as the demand of a profile for another: what clients ask for, and nothing of the service itself.

use cachefit::fleet::{Verdict, average, compare, usual_peak, written};
use cachefit::observe::{Bound, CacheInfo, Judged, JudgedFigure, Metric, State, StateName, over};
use cachefit::units::{Engine, Interval, Policy, Provider, Service};

use crate::profiles::{TEXT, metrics, profile};

const LIMITS: [Metric; 7] = [
    Metric::MemoryLimit,
    Metric::MemoryShare,
    Metric::ConnectionsLimit,
    Metric::EngineCpu,
    Metric::HostCpu,
    Metric::UnitsOfWork,
    Metric::Uptime,
];

/// Two weeks of a busy group of ElastiCache, with its inventory.
fn elasticache(seed: u64, bytes: f64, rate: f64, refused: bool) -> Judged {
    let mut seen = metrics(seed, bytes, rate, refused);
    let told = seen.figures[0].clone();
    let figure = |metric: Metric, most: f64| JudgedFigure {
        metric,
        most,
        mean: most / 2.0,
        next_peak: Interval::exact(most),
        bound: Bound::Interval,
        ..told.clone()
    };
    seen.figures.extend(LIMITS.map(|metric| figure(metric, 0.9)));
    let clients =
        [(Metric::Connections, 60.0), (Metric::Hits, 90.0), (Metric::Misses, 10.0), (Metric::Outbound, 1e8)];
    seen.figures.extend(clients.map(|(metric, most)| figure(metric, most)));
    for figure in &mut seen.figures {
        figure.source = "CloudWatch metric Maximum".into();
    }
    seen.states.push(State { name: StateName::Autoscaled, why: "a scaler moves its size".to_owned() });
    seen.info = Some(CacheInfo {
        provider: Some(Provider::Aws),
        service: Some(Service::ElastiCache),
        region: Some("us-east-1".into()),
        engine: Some(Engine::Redis),
        version: Some("7.1.0".into()),
        node_type: Some("cache.t4g.micro".into()),
        shards: Some(1),
        replicas: Some(1),
        policy: Some(Policy::AllkeysLru),
        memory_limit: Some(5e8),
        ..CacheInfo::named("shop")
    });
    seen
}

fn for_azure() -> String {
    TEXT.replace("provider: aws, region: us-east-1", "provider: azure, region: eastus")
}

#[test]
fn only_what_clients_ask_for_is_carried_to_another_cloud() {
    let own = elasticache(1, 5e9, 8e3, false);
    let seen = own.clone().demand_alone();
    for metric in LIMITS {
        assert!(own.figure(metric).is_some() && seen.figure(metric).is_none(), "{metric}");
    }
    for metric in [
        Metric::Memory,
        Metric::Reads,
        Metric::Writes,
        Metric::Connections,
        Metric::Hits,
        Metric::Misses,
        Metric::Outbound,
    ] {
        assert_eq!(seen.figure(metric), own.figure(metric), "{metric}");
    }
    assert!(!seen.is(StateName::Autoscaled) && seen.may_shrink());
    // The engine tells how many keys so many bytes are; the rest is of the other service.
    let info =
        CacheInfo { engine: Some(Engine::Redis), version: Some("7.1.0".into()), ..CacheInfo::named("shop") };
    assert_eq!(seen.info, Some(info));
    let limits = over(&seen, None, Some(Service::AzureManagedRedis));
    assert!(limits.iter().all(|limit| limit.used.is_none() && limit.next.is_none()), "{limits:?}");
}

/// Whatever the metrics are: what stands in the profile afterwards holds what was seen, and nothing is lowered where a limit
/// of the other service hid how much there would have been.
#[test]
fn nothing_is_lowered_below_the_observed_peak_for_another_cloud() {
    let text = for_azure();
    let (mut lowered, mut raised) = (0, 0);
    for seed in 0..8 {
        for (bytes, rate) in [(0.2e9, 50.0), (0.6e9, 3e3), (8e9, 40e3), (40e9, 500.0)] {
            for refused in [false, true] {
                let seen = elasticache(seed, bytes, rate, refused).demand_alone();
                let compared = compare(&profile(&text), &seen);
                assert_eq!(compared.len(), 4, "{compared:#?}");
                for one in &compared {
                    let figure = seen.figure(one.metric).unwrap();
                    assert_eq!(figure.bound == Bound::AtLeast, refused && one.metric != Metric::Connections);
                    let is_lowered = one.verdict == Verdict::TooHigh;
                    assert!(!(refused && is_lowered), "{one:#?}");
                    assert!(!is_lowered || one.seen.high >= figure.most, "{one:#?}");
                    lowered += usize::from(is_lowered);
                    raised += usize::from(one.verdict == Verdict::TooLow);
                }
                let after = profile(&written(&text, &compared).unwrap());
                for one in compare(&after, &seen) {
                    let most = seen.figure(one.metric).unwrap().most;
                    // But for the rounding to whole keys and commands.
                    assert!(one.declared.high * 1.002 + 1.0 >= most, "{refused}: {one:#?}");
                }
                let mean = average(&after, &seen, usual_peak(&after));
                assert!(!refused || mean.is_none_or(|mean| !mean.is_news || mean.declared.is_none()));
            }
        }
    }
    assert!(lowered > 20 && raised > 20, "{lowered} {raised}");
}

/// Bytes that are not those of a server are no memory of another service's: then nothing is lowered at all.
#[test]
fn bytes_that_no_server_would_need_are_unknown_elsewhere() {
    let of = |source: &str, caveat: &str| {
        let mut own = elasticache(2, 0.2e9, 50.0, false);
        own.figures.iter_mut().for_each(|figure| figure.source = source.into());
        own.caveats = vec![caveat.to_owned()];
        own.demand_alone()
    };
    let copies = "usedmemory counts primary and replica, about twice the data with high availability";
    for seen in [
        of("Upstash diskusage", "nothing"),
        of("Azure Monitor usedmemory maximum", &format!("shop: {copies}")),
    ] {
        assert!(seen.figure(Metric::Memory).is_none() && seen.figure(Metric::Reads).is_some());
        assert!(seen.no_shrinking.iter().any(|why| why.contains("is unknown")), "{:?}", seen.no_shrinking);
        let compared = compare(&profile(TEXT), &seen);
        assert!(compared.iter().all(|one| one.verdict != Verdict::TooHigh), "{compared:#?}");
        assert!(compared.iter().any(|one| one.verdict == Verdict::Kept), "{compared:#?}");
    }
    let other = of("Azure Monitor usedmemory maximum", &format!("cart: {copies}"));
    assert!(other.figure(Metric::Memory).is_some(), "it is said of another cache");
}
