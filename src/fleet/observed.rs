//! A profile with the demand that metrics show.

use super::average::{average, drafted_average, usual_peak};
use super::cache::{Cache, Origin};
use super::measured::{at_most, load, measured, minor, modelled, server};
use super::names::profile_name;
use super::network::{Sizes, value_size};
use super::provenance::{least, source};
use crate::deployment::Pin;
use crate::memory::Server;
use crate::observe::{CacheInfo, Judged, JudgedFigure, Metric};
use crate::profile::{Notes, Profile, RunningCache, bound, parse};
use crate::units::{Count, Interval, Range, Rate, Service, Source, Sourced};

/// Rounds in which a mean value size is brought to the memory that was seen.
const ROUNDS: u32 = 5;
/// As near as that is near enough.
const NEAR: f64 = 0.005;

/// A profile with its text.
pub struct Drafted {
    /// The text, as `--write` writes it.
    pub text: String,
    /// What it says.
    pub profile: Profile,
    /// What is known of the size of its values.
    pub(super) sizes: Sizes,
}

/// A profile of a cache that has none, with its pin; what its metrics do not tell is said to be made up.
pub fn draft(cache: &Cache) -> Result<Drafted, String> {
    draft_as(cache, &profile_name(&cache.name))
}

/// The same under another name.
pub fn draft_as(cache: &Cache, name: &str) -> Result<Drafted, String> {
    let info = cache.info.as_ref().ok_or("no inventory says what it is")?;
    let provider = info.provider.ok_or("its inventory does not tell the provider")?;
    let region = info.region.as_deref().ok_or("its inventory does not tell the region")?;
    uncounted(info).map_or(Ok(()), Err)?;
    let figure = |metric| cache.judged.as_ref().and_then(|judged| judged.figure(metric));
    let high = |metric| figure(metric).map(|figure| figure.next_peak.high);
    let load = cache.judged.as_ref().and_then(load);
    let keys = high(Metric::Keys).map(|keys| keys.max(1.0));
    let mut running = RunningCache {
        own_name: Some(cache.name.clone()).filter(|own| own != name),
        pin: pinned(info),
        tls: info.tls.unwrap_or(true),
        multi_az: info.multi_az.unwrap_or_else(|| info.replicas.is_some_and(|replicas| replicas > 0)),
        backup_days: i64::from(info.backup_days.unwrap_or(0)),
        managed: false,
        keys,
        bytes: high(Metric::Memory),
        volatile: high(Metric::VolatileKeys).zip(keys).map(|(some, all)| (some / all).min(1.0)),
        ttl_seconds: figure(Metric::MeanTtl).map(|ttl| ttl.mean).filter(|ttl| *ttl > 0.0),
        reads: load.map(|(reads, _)| reads.high),
        writes: load.map(|(_, writes)| writes.high),
        connections: high(Metric::Connections),
        metrics: if cache.judged.is_some() { "metrics" } else { "" },
        ..RunningCache::default()
    };
    if let Some(judged) = &cache.judged {
        running.notes = notes(judged);
        let mean = load.and_then(|(reads, writes)| drafted_average(judged, [reads.high, writes.high]));
        running.notes.average = mean.as_ref().map(|mean| mean.source.clone());
        running.average = mean.map(|mean| [mean.reads, mean.writes]);
    }
    let read = |running: &RunningCache| {
        let text = running.text("fleet", name, provider, region);
        parse(text.as_bytes(), name).map(|profile| (text, profile)).map_err(|errors| errors.to_string())
    };
    let mut sizes = if keys.is_some() { Sizes::Told } else { Sizes::MadeUp };
    if let (None, Some(judged)) = (keys, &cache.judged)
        && let Some((bytes, from)) = value_size(&read(&running)?.1, judged, info.replicas.unwrap_or(0))
    {
        running.value_size = Some(bytes.min(running.bytes.unwrap_or(bytes)));
        running.notes.value_size = Some(from.clone());
        sizes = Sizes::FromNetwork(from);
    }
    let server = server(Some(info))?;
    let mut last = None;
    for _ in 0..ROUNDS {
        let (text, profile) = read(&running)?;
        let told = high(Metric::Memory).map(|bytes| bytes - modelled(&profile, &server).likely);
        let near = told.is_none_or(|off| off.abs() <= NEAR * running.bytes.unwrap_or(0.0).max(1.0));
        last = Some(Drafted { text, profile, sizes: sizes.clone() });
        if near {
            break;
        }
        // A mean value has one byte at least: then the model says more than was seen, which is the safe side.
        running.bytes = running.bytes.zip(told).map(|(bytes, off)| (bytes + off).max(1.0));
    }
    last.ok_or_else(|| "it cannot be written as a profile".to_owned())
}

/// Where the figures of a draft are from, and the least that was observed of each.
fn notes(judged: &Judged) -> Notes {
    let figure = |metric| judged.figure(metric);
    let at_least = |key: &str, metric: Metric, unit: &str| {
        let least = figure(metric).map(|figure| least(figure, figure.next_peak).floor());
        least.map_or_else(String::new, |least| format!("{}, ", bound(key, &format!("{least:.0}{unit}"))))
    };
    let data: Vec<String> = [Metric::Keys, Metric::Memory]
        .into_iter()
        .filter_map(|metric| Some(source(judged, figure(metric)?)))
        .collect();
    let load = [Metric::Reads, Metric::Writes, Metric::Commands, Metric::Hits];
    let load = load.into_iter().find_map(figure);
    Notes {
        data: (!data.is_empty()).then(|| format!("the high end of next month's peak: {}", data.join("; "))),
        peak: load.map(|figure| {
            let least = [at_least("reads", Metric::Reads, "/s"), at_least("writes", Metric::Writes, "/s")];
            format!("{}{}", least.concat(), source(judged, figure))
        }),
        connections: figure(Metric::Connections).map(|figure| {
            format!("{}{}", at_least("worker_connections", Metric::Connections, ""), source(judged, figure))
        }),
        ..Notes::default()
    }
}

/// A profile that people wrote, with the data and the load that metrics show: key families keep their proportions. What it
/// declares stays where it still holds, so that the noise of two more weeks resizes nothing.
pub fn observed(profile: &Profile, judged: &Judged) -> Result<Profile, String> {
    let memory = judged.figure(Metric::Memory).ok_or("its metrics do not tell the memory")?;
    let (reads, writes) = load(judged).ok_or("its metrics do not tell the commands")?;
    let server = server(judged.info.as_ref())?;
    let all = measured(profile, judged);
    let holds = |metric| all.iter().any(|one| one.told.metric == metric && one.holds);
    let mut profile = profile.clone();
    if !holds(Metric::Memory) {
        scale(&mut profile, memory, &server);
    }
    let told = judged.figure(Metric::Commands).or_else(|| judged.figure(Metric::Reads)).unwrap_or(memory);
    let rate = |peak: Interval| seen(Range { low: Rate(peak.likely), high: Rate(peak.high) }, told);
    let peak = &mut profile.traffic.peak;
    if !holds(Metric::Reads) {
        peak.reads = rate(reads);
    }
    if !holds(Metric::Writes) {
        peak.writes = rate(writes);
    }
    if let Some(mean) = average(&profile, judged, usual_peak(&profile)).filter(|mean| mean.is_news) {
        profile.traffic.average = Some(mean.operations(judged));
    }
    if let Some(connections) = judged.figure(Metric::Connections).filter(|_| !holds(Metric::Connections)) {
        let high = Count(connections.next_peak.high.ceil());
        profile.placement.worker_connections = seen(Range { low: high, high }, connections);
        // Those of functions are among those that were seen.
        profile.placement.functions.clear();
    }
    Ok(profile)
}

/// What a cache asks for.
pub struct Demanded {
    /// The profile that says it, or why there is none.
    pub profile: Result<Profile, String>,
    /// Whether metrics say so.
    pub measured: bool,
    /// What is known of the size of its values.
    pub sizes: Sizes,
}

impl Demanded {
    /// Whether traffic is in the bill: none that follows from a made-up size of values.
    pub fn is_billed(&self) -> bool {
        self.measured && self.sizes.are_known()
    }

    /// Why the metrics that were given tell no demand; nothing where they do, or none were given.
    pub fn untold(&self, cache: &Cache) -> Option<String> {
        let judged = cache.judged.as_ref()?;
        match &self.profile {
            Err(why) => Some(why.clone()),
            Ok(_) if !self.measured => Some(untold(judged).to_owned()),
            Ok(_) => None,
        }
    }
}

/// Which metric is missing.
fn untold(judged: &Judged) -> &'static str {
    let has = |metric| judged.figure(metric).is_some();
    match (has(Metric::Memory), load(judged).is_some()) {
        (false, false) => "its metrics tell neither memory nor commands",
        (false, true) => "its metrics do not tell the memory",
        _ if has(Metric::Reads) => "its metrics tell the commands that read, and not those that write",
        _ if has(Metric::Writes) => "its metrics tell the commands that write, and not those that read",
        _ => "its metrics do not tell the commands",
    }
}

/// What a cache asks for, by the best that is known of it.
pub fn demanded(cache: &Cache) -> Demanded {
    let of = |profile: Result<Profile, String>, measured| Demanded { profile, measured, sizes: Sizes::Told };
    match (&cache.origin, &cache.judged) {
        (Origin::Profile { profile, .. }, Some(judged)) => {
            let observed = observed(profile, judged);
            let measured = observed.is_ok();
            of(observed, measured)
        }
        (Origin::Profile { profile, .. }, None) => of(Ok((**profile).clone()), false),
        (Origin::Seen, judged) => {
            let memory = judged.as_ref().and_then(|judged| judged.figure(Metric::Memory));
            let measured = memory.is_some() && judged.as_ref().and_then(load).is_some();
            // One mean size falls into one size class of the allocator, which is up to a quarter too large.
            let exact = |mut profile: Profile| {
                if let (Some(memory), Ok(server)) = (memory, server(cache.info.as_ref())) {
                    scale(&mut profile, memory, &server);
                }
                profile
            };
            match draft(cache) {
                Ok(Drafted { profile, sizes, .. }) => {
                    Demanded { profile: Ok(exact(profile)), measured, sizes }
                }
                Err(why) => of(Err(why), measured),
            }
        }
    }
}

/// As many keys as make up the memory that was seen.
fn scale(profile: &mut Profile, memory: &JudgedFigure, server: &Server) {
    let factor = memory.next_peak.high / modelled(&at_most(profile), server).likely.max(1.0);
    for family in &mut profile.dataset {
        let keys = Count(family.count.value.high.0 * factor);
        family.count = seen(Range { low: keys, high: keys }, memory);
    }
}

fn seen<T>(value: T, figure: &JudgedFigure) -> Sourced<T> {
    let metric = format!("{} ({}), {}", figure.metric, figure.statistic, figure.source);
    let window = format!("{} points", figure.points);
    Sourced { value, source: Source::Observed { metric, window } }
}

/// Why nobody knows how many nodes there are: those of a group, one by one, are not known to be all of them.
pub fn uncounted(info: &CacheInfo) -> Option<&'static str> {
    let counted = info.service != Some(Service::ElastiCache) || info.shards.zip(info.replicas).is_some();
    (!counted).then_some(
        "its inventory does not tell how many nodes each shard has: `aws elasticache describe-replication-groups` does",
    )
}

/// What an inventory says of the shape, as a pin.
pub fn pinned(info: &CacheInfo) -> Pin {
    fn with<T>(value: Option<T>) -> Option<Sourced<T>> {
        let source = Source::Observed { metric: "inventory".to_owned(), window: String::new() };
        value.map(|value| Sourced { value, source })
    }
    Pin {
        service: with(info.service),
        engine: with(info.engine),
        version: with(info.version.as_deref().map(minor)),
        node_type: with(info.node_type.clone()),
        shards: with(info.shards),
        replicas: with(info.replicas),
        eviction_policy: with(info.policy),
        commitment: None,
        reason: None,
        adopt: false,
    }
}
