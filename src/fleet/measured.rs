//! The figures of a profile that metrics measure too, and whether each still holds: the one list by which `observe`,
//! `recommend --from` and `fleet` go.

use crate::demand::{Demand, Sizer};
use crate::memory::Server;
use crate::observe::{CacheInfo, Judged, JudgedFigure, Metric, still_holds};
use crate::profile::Profile;
use crate::units::{Count, Interval, Range};

/// The server whose formulas are used where the version is not told.
const USUAL: &str = "valkey-8.1";
/// Rounds in which the number of keys is brought to the memory that was seen.
const ROUNDS: u32 = 16;
/// It is looked for between a proportion divided and multiplied by this.
const SPREAD: f64 = 4.0;
/// From this share on what is declared is what would be written.
const SAME: f64 = 0.98;
/// Up to this share, too: keys are whole.
const MORE: f64 = 1.001;
/// From this part of all commands on those that are neither reads nor writes count: messages, scripts, blocking commands.
const OTHERS: f64 = 0.5;

/// A figure that a profile declares, or takes for granted, beside what metrics show of it.
pub struct Measured {
    /// What tells it.
    pub told: JudgedFigure,
    /// What the profile says, in the unit of the metric.
    pub declared: Interval,
    /// The peak of the next month.
    pub seen: Interval,
    /// Whether what is declared still tells what was seen and is to come.
    pub holds: bool,
}

impl Measured {
    fn new(told: JudgedFigure, declared: Interval, seen: Interval) -> Self {
        let holds = still_holds(rounded(declared), told.most, seen);
        Self { told, declared, seen, holds }
    }

    /// Whether more was seen, or is likely, than is declared.
    pub fn is_above(&self) -> bool {
        self.seen.likely.max(self.told.most) > rounded(self.declared).high
    }
}

/// Every figure that both tell. A figure that still holds is not replaced, so that two more weeks of the same change
/// nothing.
pub fn measured(profile: &Profile, judged: &Judged) -> Vec<Measured> {
    let figure = |metric| judged.figure(metric);
    let mut all = Vec::new();
    if let (Some(memory), Ok(server)) = (figure(Metric::Memory), server(judged.info.as_ref())) {
        let mut bytes = Measured::new(memory.clone(), modelled(profile, &server), memory.next_peak);
        // Fewer keys would not hold it, whatever the step of a table adds.
        let same = || (SAME..=MORE).contains(&scaled_to(profile, memory.next_peak.high, &server).1);
        bytes.holds = bytes.holds || !bytes.is_above() && same();
        all.push(bytes);
    }
    if let Some((reads, writes)) = load(judged) {
        let peak = &profile.traffic.peak;
        let sides = [(Metric::Reads, &peak.reads.value, reads), (Metric::Writes, &peak.writes.value, writes)];
        for (metric, declared, seen) in sides {
            // Where nobody tells the side by itself, it follows from all commands.
            let told = figure(metric).or_else(|| figure(Metric::Commands)).or_else(|| figure(Metric::Hits));
            let Some(told) = told else { continue };
            let most = figure(metric).map_or(0.0, |own| own.most);
            let side = JudgedFigure { metric, most, ..told.clone() };
            all.push(Measured::new(side, declared_peak(declared.low.0, declared.high.0), seen));
        }
    }
    // Functions declare their connections one by one.
    if let Some(connections) = figure(Metric::Connections).filter(|_| profile.placement.functions.is_empty())
    {
        let declared = &profile.placement.worker_connections.value;
        let declared = declared_peak(declared.low.0, declared.high.0);
        all.push(Measured::new(connections.clone(), declared, connections.next_peak));
    }
    all
}

/// A declared range with what rounding to whole keys and commands may have taken from it.
fn rounded(declared: Interval) -> Interval {
    Interval::new(declared.low.floor() - 1.0, declared.likely, declared.high.ceil() + 1.0)
}

/// A declared peak: its low end is the usual one.
fn declared_peak(low: f64, high: f64) -> Interval {
    Interval::new(low, low, high)
}

/// Reads and writes a second in the busiest minutes. Commands that nobody parts count as writes, which every replica
/// repeats.
pub fn load(judged: &Judged) -> Option<(Interval, Interval)> {
    let peak = |metric| judged.figure(metric).map(|figure| figure.next_peak);
    let lookups = || Some(peak(Metric::Hits)? + peak(Metric::Misses)?);
    let reads = peak(Metric::Reads).or_else(lookups);
    let rest = |all: Interval, part: Interval| {
        Interval::new(0.0, (all.likely - part.likely).max(0.0), (all.high - part.low).max(0.0))
    };
    match (reads, peak(Metric::Writes), peak(Metric::Commands)) {
        (Some(reads), Some(writes), Some(all)) if reads.high + writes.high < all.likely * OTHERS => {
            Some((reads, rest(all, reads)))
        }
        (Some(reads), Some(writes), _) => Some((reads, writes)),
        (Some(reads), None, Some(all)) => Some((reads, rest(all, reads))),
        (None, Some(writes), Some(all)) => Some((rest(all, writes), writes)),
        (None, None, Some(all)) => Some((Interval::ZERO, all)),
        _ => None,
    }
}

/// Bytes of all keys today by the memory model.
pub fn modelled(profile: &Profile, server: &Server) -> Interval {
    let demand = Demand::of(profile);
    let sizer = Sizer::new(profile, &demand, server.clone());
    sizer.families().iter().fold(Interval::ZERO, |sum, family| sum + family.total_now)
}

/// The most keys that are declared, each family with one number: where the memory was seen, the range of a guess says no more.
pub fn at_most(profile: &Profile) -> Profile {
    let mut profile = profile.clone();
    for family in &mut profile.dataset {
        family.count.value.low = family.count.value.high;
    }
    profile
}

/// The profile with the fewest keys that make up so many bytes by the model, and how many that is of the most declared.
pub fn scaled_to(profile: &Profile, bytes: f64, server: &Server) -> (Profile, f64) {
    let profile = &at_most(profile);
    let times = |factor: f64| {
        let mut scaled = profile.clone();
        for family in &mut scaled.dataset {
            let keys = Count((family.count.value.high.0 * factor).ceil().max(1.0));
            family.count.value = Range { low: keys, high: keys };
        }
        scaled
    };
    // Tables grow in steps, so that a proportion may miss: it is halved, in logarithms, until it is near enough.
    let near = bytes.max(1.0) / modelled(profile, server).likely.max(1.0);
    let (mut low, mut high) = ((near / SPREAD).ln(), (near * SPREAD).ln());
    for _ in 0..ROUNDS {
        let middle = f64::midpoint(low, high);
        let holds = modelled(&times(middle.exp()), server).likely >= bytes;
        (low, high) = if holds { (low, middle) } else { (middle, high) };
    }
    (times(high.exp()), high.exp())
}

/// The build whose memory is computed.
pub fn server(info: Option<&CacheInfo>) -> Result<Server, String> {
    let told = info.and_then(|info| info.engine.zip(info.version.as_deref()));
    let named = told.and_then(|(engine, v)| Server::new(&format!("{engine}-{}", minor(v)), None).ok());
    named.map_or_else(|| Server::new(USUAL, None).map_err(|error| error.message), Ok)
}

/// `7.1` of `7.1.0`.
pub fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}
