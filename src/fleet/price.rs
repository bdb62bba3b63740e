//! One cache: its present bill, the shape that its demand asks for, and the difference.

use super::ask::{answer, on_demand};
use super::bill::Bill;
use super::cache::Cache;
use super::entry::{Current, Entry, Proof, Target, words};
use super::heavier::Heavier;
use super::idle::{WAIT_DAYS, steps};
use super::network::{Sizes, follows_sizes};
use super::observed::{Demanded, demanded};
use super::present::Present;
use super::reserve::reserve;
use super::state::{Compared, FleetState, state};
use crate::catalog::Catalog;
use crate::deployment::{Configuration, Pin};
use crate::observe::{Confidence, Judged, Metric};
use crate::profile::Profile;
use crate::recommend::{Candidate, Check, Options, recommend};
use crate::units::{Engine, Figure, Service, Usd};

/// An entry, and the profile by which the cache was sized.
pub struct Priced {
    /// What is said of it.
    pub entry: Entry,
    /// The demand that metrics show, free of the present shape; none where they do not tell it.
    pub sized: Option<Profile>,
}

/// Judges, prices and compares one cache.
pub fn price(cache: &Cache, catalog: &Catalog, options: &Options) -> Priced {
    let demanded = demanded(cache);
    let present = Present::of(cache, &demanded, catalog, options);
    let sized = demanded.profile.as_ref().ok();
    let sized = sized.map(|profile| on_demand(profile, wanted(cache, &present.pin)));
    let choice = sized.as_ref().and_then(|sized| best(sized, &present.heavier, catalog, options));
    let entry =
        Comparing { cache, demanded: &demanded, present, sized: sized.as_ref(), choice, catalog, options };
    Priced { entry: entry.entry(), sized: sized.filter(|_| demanded.is_billed()) }
}

/// The best shape that holds the load as heavy as it was measured.
fn best(sized: &Profile, heavier: &Heavier, catalog: &Catalog, options: &Options) -> Option<Candidate> {
    let choice = answer(sized, catalog, options).ok()?.choice?;
    holding(&choice, heavier, sized, catalog, options)
}

/// Everything that is known of a cache, what runs and what should run.
struct Comparing<'a> {
    cache: &'a Cache,
    demanded: &'a Demanded,
    present: Present,
    sized: Option<&'a Profile>,
    choice: Option<Candidate>,
    catalog: &'a Catalog,
    options: &'a Options,
}

impl Comparing<'_> {
    /// What is said of it.
    fn entry(self) -> Entry {
        let Self { cache, demanded, ref present, sized, ref choice, catalog, options } = self;
        let (measured, sizes) = (demanded.measured, &demanded.sizes);
        // A profile alone is no proof that something runs as it says.
        let judged = cache.judged.as_ref().filter(|_| measured);
        let traffic_is_known = demanded.is_billed() || !measured;
        let compared = compare(present.current.as_ref(), choice.as_ref(), traffic_is_known, sizes);
        let (state, why) = state(judged, present.runs, &compared, demanded.untold(cache));
        let may_shrink = judged.is_some_and(Judged::may_shrink);
        let target = choice.as_ref().filter(|_| shows_target(state, &compared, may_shrink));
        let target = target.map(|choice| to_run(choice, sizes));
        let mut caveats = present.caveats.clone();
        if state == FleetState::Undersized && choice.is_none() {
            caveats.push("nothing that is sold fits what its metrics ask for".to_owned());
        }
        caveats.extend(sizes.caveat().filter(|_| measured));
        caveats.extend(no_cluster(cache, target.as_ref()));
        caveats.extend(version_unknown(cache));
        let current = &present.current;
        let running = current.as_ref().and_then(|c| Some((c.configuration.as_ref()?, &c.monthly)));
        let after = target.as_ref().map(|t| (&t.configuration, &t.monthly)).or(running);
        let (reserve, not_reserved) =
            reserve(state, cache, sized, after, demanded.is_billed(), catalog, options);
        let placed = after.map(|(configuration, _)| configuration);
        let provider = cache.provider().or_else(|| placed.map(Configuration::provider));
        let service = present.pin.service.as_ref().map(|s| s.value).or_else(|| placed.map(|p| p.service));
        let retire = match state {
            FleetState::Idle => steps(&cache.name, provider, service, cache.file(), WAIT_DAYS),
            _ => Vec::new(),
        };
        Entry {
            name: cache.name.clone(),
            file: cache.file().map(str::to_owned),
            provider,
            service,
            region: cache.region().map(str::to_owned).or_else(|| placed.map(|p| p.region.clone())),
            environment: cache.profile().map(|p| p.environment.as_str().to_owned()),
            confidence: confidence(judged),
            days: cache.judged.as_ref().map(|judged| judged.window.days()),
            at_stake: at_stake(state, &why, current.as_ref(), target.as_ref()),
            state,
            why,
            reserve,
            not_reserved,
            retire,
            target,
            current: self.present.current,
            cliffs: self.present.cliffs,
            caveats,
        }
    }
}

/// A client of a cluster does not speak to a server alone.
fn no_cluster(cache: &Cache, target: Option<&Target>) -> Option<String> {
    let cluster = cache.info.as_ref()?.cluster_mode? && !target?.configuration.cluster_mode;
    cluster.then(|| {
        "it is a cluster and its target is none: its clients must be set up for that first".to_owned()
    })
}

/// Old versions cost a surcharge: without the version nobody knows whether.
fn version_unknown(cache: &Cache) -> Option<String> {
    let info = cache.info.as_ref()?;
    let old = info.engine == Some(Engine::Redis) && info.service == Some(Service::ElastiCache);
    (old && info.version.is_none()).then(|| {
        "its version is not told, so that extended support may be missing from its bill: \
         `aws elasticache describe-cache-clusters` tells it"
            .to_owned()
    })
}

/// What a new shape keeps of the present one: the service, the replicas, the policy, and one shard where the
/// application does not speak the cluster protocol.
fn wanted(cache: &Cache, pin: &Pin) -> Pin {
    let single = cache.info.as_ref().is_some_and(|info| info.cluster_mode == Some(false));
    Pin {
        service: pin.service.clone(),
        replicas: pin.replicas.clone(),
        eviction_policy: pin.eviction_policy.clone(),
        shards: pin.shards.clone().filter(|_| single),
        ..Pin::default()
    }
}

/// What was chosen if it holds the load as heavy as it was measured, else the best of all shapes that do.
fn holding(
    choice: &Candidate,
    heavier: &Heavier,
    sized: &Profile,
    catalog: &Catalog,
    options: &Options,
) -> Option<Candidate> {
    let weighed = heavier.weigh(choice);
    if Heavier::holds(&weighed) {
        return Some(weighed);
    }
    // A choice alone leaves out what is dearer than the best by the model.
    let options = Options { list_all: true, ..options.clone() };
    let all = recommend(sized, &sized.name, catalog, &options).ok()?.all_candidates?;
    let weighed = all.iter().map(|candidate| heavier.weigh(candidate)).filter(Heavier::holds);
    weighed.min_by_key(|candidate| (candidate.unpriced_lines, candidate.score))
}

fn compare(
    current: Option<&Current>,
    choice: Option<&Candidate>,
    traffic_is_known: bool,
    sizes: &Sizes,
) -> Compared {
    let configuration = current.and_then(|current| current.configuration.as_ref());
    let differs = choice.map(|best| configuration.is_none_or(|now| !now.buys_same(&best.deployment)));
    let before = current.and_then(|current| current.monthly.known().copied());
    let after = choice.and_then(|choice| Bill::of(&choice.cost, traffic_is_known).monthly.known().copied());
    Compared {
        current_fits: current.and_then(|current| current.fits),
        differs,
        saves: before.zip(after).map(|(before, after)| before - after),
        short_of: current.map(|current| current.short_of.clone()).unwrap_or_default(),
        sizes_are_known: sizes.are_known(),
    }
}

/// Whether the best shape may be shown: a cheaper one only where metrics say enough.
fn shows_target(state: FleetState, compared: &Compared, may_shrink: bool) -> bool {
    let dearer = compared.saves.is_some_and(|saves| saves < Usd::ZERO);
    match state {
        FleetState::Oversized | FleetState::Planned => true,
        // What was seen is the least that it asks for: a cheaper shape may have less of something else.
        FleetState::Undersized => may_shrink || dearer,
        FleetState::Censored => dearer,
        FleetState::Idle | FleetState::Fits | FleetState::Warming | FleetState::Unknown => false,
    }
}

fn to_run(choice: &Candidate, sizes: &Sizes) -> Target {
    let told = |check: &&Check| sizes.are_known() || !follows_sizes(check);
    let proof = choice.checks.iter().filter(told).filter_map(|check| {
        Some(Proof {
            what: check.constraint.title().to_owned(),
            demand: check.measure.show(check.demand),
            capacity: check.measure.show(*check.capacity.known()?),
            used: check.used()?,
            allowed: check.allowed,
        })
    });
    let mut proof: Vec<Proof> = proof.collect();
    // What has the least to spare first.
    proof.sort_by(|a, b| (b.used / b.allowed).total_cmp(&(a.used / a.allowed)));
    let Bill { monthly, estimated } = Bill::of(&choice.cost, sizes.are_known());
    Target { shape: words(choice), configuration: choice.deployment.clone(), monthly, estimated, proof }
}

fn at_stake(state: FleetState, why: &str, current: Option<&Current>, target: Option<&Target>) -> Figure<Usd> {
    let before = || current.map_or_else(|| Figure::unknown("what runs is not known"), |c| c.monthly.clone());
    let difference = || match (before(), target.map(|t| t.monthly.clone())) {
        (Figure::Known(before), Some(Figure::Known(after))) => Figure::Known(before - after),
        (Figure::Unknown { why }, _) | (_, Some(Figure::Unknown { why })) => Figure::Unknown { why },
        (_, None) => Figure::unknown("no shape can be named for it"),
    };
    match state {
        FleetState::Oversized | FleetState::Undersized => difference(),
        FleetState::Censored if target.is_some() => difference(),
        FleetState::Idle => before(),
        FleetState::Fits => Figure::Known(Usd::ZERO),
        FleetState::Planned => Figure::unknown("nothing is known to run"),
        FleetState::Censored | FleetState::Warming | FleetState::Unknown => Figure::unknown(why),
    }
}

fn confidence(judged: Option<&Judged>) -> Option<Confidence> {
    let sizes = [Metric::Memory, Metric::Commands, Metric::Reads, Metric::Writes];
    // From high to low.
    sizes.iter().filter_map(|metric| Some(judged?.figure(*metric)?.confidence)).max()
}
