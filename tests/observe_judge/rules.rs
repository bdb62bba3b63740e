//! Laws of judging: what may shrink a cache, and what never does.

use cachefit::observe::{
    Bound, CacheInfo, Judged, Metric, Observations, Options, Point, Series, StateName, Statistic, groups,
    judge, over, untold,
};
use cachefit::units::{Policy, Service};

use crate::simulator::{Chance, DAY, Demand, Draw as _, STEP, Traits, judged, observed};

/// Two weeks of a cache that nothing is wrong with.
fn healthy(seed: u64) -> Observations {
    let mut chance = Chance::new(seed);
    let memory = Demand::memory(&mut Traits::new(seed, 1)).walk(0, 14, &mut 0.0, &mut chance);
    let load = Demand::load(&mut Traits::new(seed, 2)).walk(0, 14, &mut 0.0, &mut chance);
    observed("a", &[(Metric::Memory, memory), (Metric::Commands, load)])
}

/// The same with one more metric, the same at all times but for `peak` in the middle.
fn with(mut all: Observations, metric: Metric, level: f64, peak: f64) -> Observations {
    let hours = 14 * DAY / STEP;
    let points =
        (0..hours).map(|hour| Point { at: hour * STEP, value: if hour == hours / 2 { peak } else { level } });
    let series = Series::new("a", metric, Statistic::Maximum, "simulated");
    all.series.push(series.every(Some(STEP as u32)).with(points));
    all.tidy();
    all
}

fn high(judged: &Judged, metric: Metric) -> f64 {
    judged.figure(metric).unwrap().next_peak.high
}

#[test]
fn what_nothing_is_wrong_with_may_shrink() {
    for seed in 0..20 {
        let judged = judged(&healthy(seed), seed);
        assert!(judged.may_shrink() && judged.states.is_empty(), "{:?}", judged.no_shrinking);
    }
}

#[test]
fn every_limit_that_was_reached_makes_a_lower_bound_that_never_shrinks() {
    let memory = |seed| judged(&healthy(seed), seed).figure(Metric::Memory).unwrap().most;
    let cases: [(Metric, Metric, f64, f64); 8] = [
        (Metric::Evictions, Metric::Memory, 0.0, 0.001),
        (Metric::RefusedWrites, Metric::Memory, 0.0, 1.0),
        (Metric::MemoryLimit, Metric::Memory, memory(3) * 1.02, memory(3) * 1.02),
        (Metric::Throttled, Metric::Commands, 0.0, 1.0),
        (Metric::AllowanceExceeded, Metric::Commands, 0.0, 5.0),
        (Metric::TrafficManaged, Metric::Commands, 0.0, 0.1),
        (Metric::EngineCpu, Metric::Commands, 0.2, 0.99),
        (Metric::HostCpu, Metric::Commands, 0.2, 1.0),
    ];
    for (evidence, bounded, level, peak) in cases {
        let judged = judged(&with(healthy(3), evidence, level, peak), 3);
        assert!(judged.is(StateName::Censored), "{evidence}");
        assert!(!judged.may_shrink(), "{evidence}");
        assert_eq!(judged.figure(bounded).unwrap().bound, Bound::AtLeast, "{evidence}");
    }
    // The same metrics at rest say nothing of the kind.
    for (evidence, ..) in cases.iter().filter(|case| case.0 != Metric::MemoryLimit) {
        assert!(judged(&with(healthy(3), *evidence, 0.0, 0.0), 3).may_shrink(), "{evidence}");
    }
}

#[test]
fn too_few_points_days_or_too_many_gaps_never_shrink() {
    let kept = |keep: &dyn Fn(usize, i64) -> bool| {
        let mut all = healthy(5);
        for series in &mut all.series {
            let mut at = 0;
            series.points.retain(|point| {
                at += 1;
                keep(at - 1, point.at)
            });
        }
        judged(&all, 5)
    };
    assert!(kept(&|_, _| true).may_shrink());
    let first = |days: i64| move |_: usize, at: i64| at < days * DAY;
    assert!(!kept(&first(2)).may_shrink(), "two days");
    assert!(!kept(&first(4)).may_shrink(), "96 points");
    assert!(kept(&first(5)).may_shrink(), "120 points in five days");
    assert!(!kept(&|at, _| at % 4 != 0).may_shrink(), "75 of 100 points");
    assert!(kept(&|at, _| at % 10 != 0).may_shrink(), "90 of 100 points");
}

#[test]
fn a_metric_that_ended_earlier_has_a_gap_until_now() {
    for ended in [Metric::Memory, Metric::Commands] {
        let mut all = healthy(6);
        let series = all.series.iter_mut().find(|series| series.metric == ended).unwrap();
        series.points.retain(|point| point.at < 9 * DAY);
        assert!(!judged(&all, 6).may_shrink(), "{ended} was not told for five days");
    }
}

#[test]
fn dropping_points_never_lets_a_cache_shrink_that_could_not() {
    for seed in 0..60 {
        let mut chance = Chance::new(seed);
        let mut all = healthy(seed);
        let share = chance.between(0.0, 0.5);
        for series in &mut all.series {
            series.points.retain(|_| !chance.happens(share));
        }
        let before = judged(&all, seed);
        for series in &mut all.series {
            series.points.retain(|_| !chance.happens(0.2));
        }
        let after = judged(&all, seed);
        assert!(before.may_shrink() || !after.may_shrink(), "seed {seed}, {share} were missing");
    }
}

#[test]
fn one_figure_that_is_known_well_is_no_proof_for_another() {
    for poor in [Metric::Memory, Metric::Commands] {
        let mut all = healthy(7);
        let series = all.series.iter_mut().find(|series| series.metric == poor).unwrap();
        series.points.retain(|point| point.at >= 12 * DAY);
        assert!(!judged(&all, 7).may_shrink(), "{poor} is known from two days");
        all.series.retain(|series| series.metric != poor);
        assert!(!judged(&all, 7).may_shrink(), "{poor} is not known at all");
    }
}

#[test]
fn more_load_never_gives_a_smaller_figure() {
    for seed in 0..40 {
        let all = healthy(seed);
        let before = judged(&all, seed);
        let mut chance = Chance::new(seed);
        let factor = chance.between(1.0, 3.0);
        let mut scaled = all.clone();
        scaled.series.iter_mut().flat_map(|s| &mut s.points).for_each(|point| point.value *= factor);
        let mut burst = all.clone();
        for series in &mut burst.series {
            let at = (chance.share() * series.points.len() as f64) as usize;
            series.points[at].value *= 4.0;
        }
        for metric in [Metric::Memory, Metric::Commands] {
            let told = high(&before, metric);
            let after = high(&judged(&scaled, seed), metric);
            assert!(after >= told * factor * 0.999, "seed {seed}: {metric} {told} times {factor} is {after}");
            let after = judged(&burst, seed);
            let figure = after.figure(metric).unwrap();
            assert!(figure.next_peak.high >= figure.most, "what was seen may come again");
        }
    }
}

#[test]
fn a_young_server_is_warming_and_a_scaled_one_is_called_so() {
    let young = with(healthy(8), Metric::Uptime, 2.0 * DAY as f64, 2.0 * DAY as f64);
    let young = judged(&young, 8);
    assert!(young.is(StateName::Warming) && !young.may_shrink());
    let mut all = healthy(8);
    all.caches.push(CacheInfo { autoscaled: Some(true), ..CacheInfo::named("a") });
    assert_eq!(groups(&all).len(), 1);
    assert!(judged(&all, 8).is(StateName::Autoscaled));
}

#[test]
fn nobody_who_reads_or_writes_for_a_week_is_idle() {
    let still = |days| {
        let same = |value: f64| (0..days * DAY / STEP).map(|hour| (hour * STEP, value)).collect::<Vec<_>>();
        let all = [(Metric::Memory, same(1e6)), (Metric::Reads, same(0.0)), (Metric::Writes, same(0.0))];
        observed("a", &all)
    };
    assert!(judged(&still(14), 1).is(StateName::Idle));
    assert!(!judged(&still(5), 1).is(StateName::Idle));
    // Messages to subscribers are neither read nor written.
    for (metric, level) in [(Metric::Commands, 5_000.0), (Metric::Outbound, 95e6), (Metric::Inbound, 1e6)] {
        assert!(!judged(&with(still(14), metric, level, level), 1).is(StateName::Idle), "{metric}");
    }
    for (metric, level) in [(Metric::Commands, 0.7), (Metric::Outbound, 900.0)] {
        assert!(judged(&with(still(14), metric, level, level), 1).is(StateName::Idle), "{metric}");
    }
}

#[test]
fn metrics_of_long_ago_shrink_and_retire_nothing() {
    let all = healthy(5);
    let end = judged(&all, 5).window.to;
    let after = |days: i64| {
        let options = Options { now: Some(end + days * DAY), ..Options::default() };
        judge(&groups(&all)[0], &all, &options)
    };
    assert!(after(1).may_shrink() && after(29).may_shrink());
    let old = after(32);
    assert!(old.is(StateName::Stale) && !old.may_shrink(), "{:?}", old.states);
    assert!(old.states[0].why.contains("32 days ago"), "{:?}", old.states);
}

/// Two caches of one name: metrics tell the name alone, so that they are nobody's.
#[test]
fn metrics_that_could_be_of_two_caches_are_of_none() {
    let all = |regions: &[&str]| {
        let mut all = healthy(6);
        let of = |region: &&str| CacheInfo { region: Some((*region).into()), ..CacheInfo::named("a") };
        all.caches = regions.iter().map(of).collect();
        all
    };
    let one = all(&["us-east-1"]);
    assert!(untold(&mut one.clone()).is_empty() && !judged(&one, 6).figures.is_empty());
    let mut two = all(&["us-east-1", "eu-west-1"]);
    let told = untold(&mut two);
    assert!(told.len() == 1 && told[0].contains("us-east-1") && told[0].contains("eu-west-1"), "{told:?}");
    assert_eq!(groups(&two).len(), 1);
    assert!(judged(&two, 6).figures.is_empty());
    assert!(untold(&mut two).is_empty(), "nothing of them is left");
}

#[test]
fn where_no_limit_is_told_nothing_is_said_to_be_refused_at_it() {
    let memory = |judged: &Judged, policy| {
        over(judged, policy, None).into_iter().find(|over| over.limit == "memory").unwrap()
    };
    let unlimited = memory(&judged(&healthy(7), 7), Some(Policy::NoEviction));
    assert!(unlimited.then.contains("no limit is told") && unlimited.used.is_none(), "{unlimited:?}");
    let limited = judged(&with(healthy(7), Metric::MemoryLimit, 1e15, 1e15), 7);
    assert!(memory(&limited, Some(Policy::NoEviction)).then.contains("refused with OOM"));
    // A service sets a limit, whether an inventory or its monitoring tells which one it is.
    for source in ["CloudWatch x", "Azure Monitor x", "Cloud Monitoring x", "Datadog aws.elasticache.x"] {
        let mut managed = healthy(7);
        managed.series.iter_mut().for_each(|series| series.source = source.to_owned());
        let told = memory(&judged(&managed, 7), Some(Policy::NoEviction));
        assert!(told.then.contains("refused with OOM"), "{source}: {told:?}");
    }
}

/// Which alarms somebody has made, metrics do not say.
#[test]
fn no_alarm_is_promised() {
    let metered = judged(&with(healthy(7), Metric::UnitsOfWork, 5.0, 5.0), 7);
    for service in Service::ALL {
        for over in over(&metered, None, Some(*service)) {
            let own = over.alarm.contains("a mail of Upstash");
            let open = over.alarm.contains("if there is an alarm on it")
                || over.alarm.contains("if there are alarms on them");
            assert!(own || open, "{service:?}: {}", over.alarm);
        }
    }
}

#[test]
fn a_service_without_nodes_has_alarms_of_its_own() {
    let all = over(&judged(&healthy(7), 7), None, Some(Service::ElastiCacheServerless));
    let alarms: Vec<&str> = all.iter().map(|over| over.alarm.as_str()).collect();
    assert!(alarms.iter().any(|alarm| alarm.contains("BytesUsedForCache")), "{alarms:?}");
    for of_nodes in ["DatabaseMemoryUsagePercentage", "EngineCPUUtilization"] {
        assert!(!alarms.iter().any(|alarm| alarm.contains(of_nodes)), "{alarms:?}");
    }
}
