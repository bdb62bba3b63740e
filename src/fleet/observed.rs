//! A profile with the demand that metrics show.

use super::average::{average, usual_peak};
use super::cache::{Cache, Origin};
use crate::demand::{Demand, Sizer};
use crate::deployment::Pin;
use crate::memory::Server;
use crate::observe::{CacheInfo, Judged, JudgedFigure, Metric, still_holds};
use crate::profile::{Profile, RunningCache, Value, parse, set};
use crate::units::{Count, Engine, Interval, Range, Rate, Service, Source, Sourced};

/// Rounds in which a mean value size is brought to the memory that was seen.
const ROUNDS: u32 = 5;
/// As near as that is near enough.
const NEAR: f64 = 0.005;
/// The server whose formulas are used where the version is not told.
const USUAL: &str = "valkey-8.1";

/// A profile with its text.
pub struct Drafted {
    /// The text, as `--write` writes it.
    pub text: String,
    /// What it says.
    pub profile: Profile,
}

/// A profile of a cache that has none, with its pin; what its metrics do not tell is said to be made up.
pub fn draft(cache: &Cache) -> Result<Drafted, String> {
    let info = cache.info.as_ref().ok_or("no inventory says what it is")?;
    let provider = info.provider.ok_or("its inventory does not tell the provider")?;
    let region = info.region.as_deref().ok_or("its inventory does not tell the region")?;
    uncounted(info).map_or(Ok(()), Err)?;
    let name = profile_name(&cache.name);
    let figure = |metric| cache.judged.as_ref().and_then(|judged| judged.figure(metric));
    let high = |metric| figure(metric).map(|figure| figure.next_peak.high);
    let load = cache.judged.as_ref().and_then(load);
    let keys = high(Metric::Keys).map(|keys| keys.max(1.0));
    let mut running = RunningCache {
        pin: pinned(info),
        tls: info.tls.unwrap_or(true),
        multi_az: info.multi_az.unwrap_or_else(|| info.replicas.is_some_and(|replicas| replicas > 0)),
        backup_days: i64::from(info.backup_days.unwrap_or(0)),
        managed: false,
        keys,
        bytes: high(Metric::Memory),
        volatile: high(Metric::VolatileKeys).zip(keys).map(|(some, all)| (some / all).min(1.0)),
        ttl_seconds: figure(Metric::MeanTtl).map(|ttl| ttl.mean).filter(|ttl| *ttl > 0.0),
        minimum: (0, 0),
        reads: load.map(|(reads, _)| reads.high),
        writes: load.map(|(_, writes)| writes.high),
        metrics: "metrics",
        environment: None,
        read_regions: Vec::new(),
        allow_from: Vec::new(),
    };
    let server = server(Some(info))?;
    let mut last = None;
    for _ in 0..ROUNDS {
        let mut text = running.text(&name, provider, region);
        if let Some(connections) = high(Metric::Connections) {
            let value = Value::plain(connections.max(1.0).ceil());
            text = set(&text, "placement.worker_connections", &value, Some("connections, from metrics"))
                .map_err(|error| error.to_string())?;
        }
        let profile = parse(text.as_bytes(), &name).map_err(|errors| errors.to_string())?;
        let told = high(Metric::Memory).map(|bytes| bytes - modelled(&profile, &server).likely);
        let near = told.is_none_or(|off| off.abs() <= NEAR * running.bytes.unwrap_or(0.0).max(1.0));
        last = Some(Drafted { text, profile });
        if near {
            break;
        }
        // A mean value has one byte at least: then the model says more than was seen, which is the safe side.
        running.bytes = running.bytes.zip(told).map(|(bytes, off)| (bytes + off).max(1.0));
    }
    last.ok_or_else(|| "it cannot be written as a profile".to_owned())
}

/// A profile that people wrote, with the data and the load that metrics show: key families keep their proportions. What it
/// declares stays where it still holds, so that the noise of two more weeks resizes nothing.
pub fn observed(profile: &Profile, judged: &Judged) -> Result<Profile, String> {
    let memory = judged.figure(Metric::Memory).ok_or("its metrics do not tell the memory")?;
    let (reads, writes) = load(judged).ok_or("its metrics do not tell the commands")?;
    let server = server(judged.info.as_ref())?;
    let mut profile = profile.clone();
    if !holds(modelled(&profile, &server), memory.most, memory.next_peak) {
        scale(&mut profile, memory, &server);
    }
    let peak = judged.figure(Metric::Commands).or_else(|| judged.figure(Metric::Reads)).unwrap_or(memory);
    let most = |metric| judged.figure(metric).map_or(0.0, |figure| figure.most);
    let side = |declared: &mut Sourced<Range<Rate>>, most: f64, told: Interval| {
        if !holds(declared_peak(declared.value.low.0, declared.value.high.0), most, told) {
            *declared = seen(Range { low: Rate(told.likely), high: Rate(told.high) }, peak);
        }
    };
    side(&mut profile.traffic.peak.reads, most(Metric::Reads), reads);
    side(&mut profile.traffic.peak.writes, most(Metric::Writes), writes);
    if let Some(mean) = average(&profile, judged, usual_peak(&profile)).filter(|mean| mean.is_news) {
        profile.traffic.average = Some(mean.operations(judged));
    }
    let declared = profile.placement.worker_connections.value;
    let declared = declared_peak(declared.low.0, declared.high.0);
    let kept = |told: &&JudgedFigure| {
        profile.placement.functions.is_empty() && holds(declared, told.most, told.next_peak)
    };
    if let Some(connections) = judged.figure(Metric::Connections).filter(|told| !kept(told)) {
        let high = Count(connections.next_peak.high.ceil());
        profile.placement.worker_connections = seen(Range { low: high, high }, connections);
        // They are among those that were seen.
        profile.placement.functions.clear();
    }
    Ok(profile)
}

/// What a cache asks for, by the best that is known of it, and whether metrics say so.
pub fn demanded(cache: &Cache) -> (Result<Profile, String>, bool) {
    match (&cache.origin, &cache.judged) {
        (Origin::Profile { profile, .. }, Some(judged)) => match observed(profile, judged) {
            Ok(profile) => (Ok(profile), true),
            Err(why) => (Err(why), false),
        },
        (Origin::Profile { profile, .. }, None) => (Ok((**profile).clone()), false),
        (Origin::Seen, judged) => {
            let memory = judged.as_ref().and_then(|judged| judged.figure(Metric::Memory));
            let tells = memory.is_some() && judged.as_ref().and_then(load).is_some();
            // One mean size falls into one size class of the allocator, which is up to a quarter too large.
            let exact = |mut profile: Profile| {
                if let (Some(memory), Ok(server)) = (memory, server(cache.info.as_ref())) {
                    scale(&mut profile, memory, &server);
                }
                profile
            };
            (draft(cache).map(|drafted| exact(drafted.profile)), tells)
        }
    }
}

/// Whether what is declared still tells what was seen and is to come. What rounding to whole keys and commands makes of a
/// figure is no news.
pub fn holds(declared: Interval, most: f64, next: Interval) -> bool {
    still_holds(rounded(declared), most, next)
}

/// A declared range with what rounding may have taken from it.
pub fn rounded(declared: Interval) -> Interval {
    Interval::new(declared.low.floor() - 1.0, declared.likely, declared.high.ceil() + 1.0)
}

/// A declared peak: its low end is the usual one.
pub fn declared_peak(low: f64, high: f64) -> Interval {
    Interval::new(low, low, high)
}

/// The most keys that are declared, each family with one number: where the memory was seen, the range of a guess says no more.
pub fn at_most(profile: &Profile) -> Profile {
    let mut profile = profile.clone();
    for family in &mut profile.dataset {
        family.count.value.low = family.count.value.high;
    }
    profile
}

/// As many keys as make up the memory that was seen.
fn scale(profile: &mut Profile, memory: &JudgedFigure, server: &Server) {
    let factor = memory.next_peak.high / modelled(&at_most(profile), server).likely.max(1.0);
    for family in &mut profile.dataset {
        let keys = Count(family.count.value.high.0 * factor);
        family.count = seen(Range { low: keys, high: keys }, memory);
    }
}

/// Reads and writes a second in the busiest minutes. Commands that nobody parts count as writes, which every replica
/// repeats.
pub fn load(judged: &Judged) -> Option<(Interval, Interval)> {
    let peak = |metric| judged.figure(metric).map(|figure| figure.next_peak);
    let lookups = || Some(peak(Metric::Hits)? + peak(Metric::Misses)?);
    let reads = peak(Metric::Reads).or_else(lookups);
    match (reads, peak(Metric::Writes), peak(Metric::Commands)) {
        (Some(reads), Some(writes), _) => Some((reads, writes)),
        (Some(reads), None, Some(all)) => {
            let rest =
                Interval::new(0.0, (all.likely - reads.likely).max(0.0), (all.high - reads.low).max(0.0));
            Some((reads, rest))
        }
        (None, Some(writes), Some(all)) => {
            let rest =
                Interval::new(0.0, (all.likely - writes.likely).max(0.0), (all.high - writes.low).max(0.0));
            Some((rest, writes))
        }
        (None, None, Some(all)) => Some((Interval::ZERO, all)),
        _ => None,
    }
}

fn seen<T>(value: T, figure: &JudgedFigure) -> Sourced<T> {
    let metric = format!("{} ({}), {}", figure.metric, figure.statistic, figure.source);
    let window = format!("{} points", figure.points);
    Sourced { value, source: Source::Observed { metric, window } }
}

/// Bytes of all keys today by the memory model.
pub fn modelled(profile: &Profile, server: &Server) -> Interval {
    let demand = Demand::of(profile);
    let sizer = Sizer::new(profile, &demand, server.clone());
    sizer.families().iter().fold(Interval::ZERO, |sum, family| sum + family.total_now)
}

/// The build whose memory is computed.
pub fn server(info: Option<&CacheInfo>) -> Result<Server, String> {
    let told = info.and_then(|info| info.engine.zip(info.version.as_deref()));
    let named = told.and_then(|(engine, v)| Server::new(&format!("{engine}-{}", minor(v)), None).ok());
    named.map_or_else(|| Server::new(USUAL, None).map_err(|error| error.message), Ok)
}

/// `7.1` of `7.1.0`.
fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
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
        engine: with(info.engine.filter(|engine| matches!(engine, Engine::Redis | Engine::Valkey))),
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

/// A name that a profile may have.
pub fn profile_name(name: &str) -> String {
    let mut text = String::new();
    for c in name.to_ascii_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        // Names have no two hyphens in a row, and end in none.
        if c != '-' || !text.ends_with('-') {
            text.push(c);
        }
    }
    let text = text.trim_matches('-');
    let text = if text.starts_with(|c: char| c.is_ascii_lowercase()) {
        text.to_owned()
    } else {
        format!("cache-{text}")
    };
    text.chars().take(40).collect::<String>().trim_end_matches('-').to_owned()
}
