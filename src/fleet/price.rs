//! One cache: its present bill, the shape that its demand asks for, and the difference.

use super::ask::{answer, on_demand};
use super::bill::Bill;
use super::cache::Cache;
use super::cliffs::dated;
use super::entry::{Current, Entry, Proof, Target};
use super::heavier::Heavier;
use super::idle::steps;
use super::measured::load;
use super::network::{Sizes, UNKNOWN};
use super::observed::{Demanded, demanded, pinned, uncounted};
use super::reserve::reserve;
use super::state::{Compared, FleetState, state};
use crate::catalog::Catalog;
use crate::deployment::Pin;
use crate::observe::{Confidence, Judged, Metric};
use crate::profile::Profile;
use crate::recommend::{Candidate, Check, Constraint, Options, Recommendation, projection, recommend};
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
    let Demanded { profile: demanded, measured, sizes } = demanded(cache);
    // Traffic that follows from a made-up size of values is in no bill.
    let is_billed = measured && sizes.are_known();
    let pin = present(cache);
    let mut caveats = cache.judged.as_ref().map(|judged| judged.caveats.clone()).unwrap_or_default();
    let (profile, no_demand) = match demanded {
        Ok(profile) => (Some(profile), None),
        Err(why) => (None, Some(why)),
    };
    let runs = present_shape(cache, &pin);
    let uncounted = cache.info.as_ref().and_then(uncounted);
    let now = profile
        .as_ref()
        .filter(|_| runs && uncounted.is_none())
        .map(|p| answer(&on_demand(p, pin.clone()), catalog, options));
    let heavier = || {
        let running = shown(now.as_ref()?.as_ref().ok()?)?;
        Some(Heavier::of(cache.judged.as_ref().filter(|_| measured)?, profile.as_ref()?, running))
    };
    let heavier = heavier().unwrap_or(Heavier::AS_MODELLED);
    caveats.extend(heavier.told());
    let (current, cliffs) = match (&now, &profile) {
        (Some(Ok(now)), Some(profile)) => {
            let pinned = on_demand(profile, pin.clone());
            let months = projection(&pinned, catalog, options, now);
            let weighed = current(now, measured, &heavier, &sizes);
            (weighed, dated(months.map(|m| m.cliffs).unwrap_or_default()))
        }
        (Some(Err(why)), _) => (Some(unpriced(cache, why)), Vec::new()),
        _ if runs => {
            let why = uncounted.or(no_demand.as_deref()).unwrap_or("it is not known");
            (Some(unpriced(cache, why)), Vec::new())
        }
        _ => (None, Vec::new()),
    };
    let sized = profile.map(|profile| on_demand(&profile, wanted(cache, &pin)));
    let best = sized.as_ref().and_then(|sized| answer(sized, catalog, options).ok());
    let choice = best.and_then(|best| best.choice);
    let choice = choice.and_then(|choice| holding(&choice, &heavier, sized.as_ref()?, catalog, options));
    let choice = choice.as_ref();
    let compared = compare(current.as_ref(), choice, is_billed || !measured);
    // A profile alone is no proof that something runs as it says.
    let judged = cache.judged.as_ref().filter(|_| measured);
    let (mut state, mut why) = state(judged, runs, compared);
    if state == FleetState::Unknown
        && let Some(judged) = cache.judged.as_ref().filter(|_| !measured || no_demand.is_some())
    {
        why = no_demand.unwrap_or_else(|| untold(judged).to_owned());
    }
    if let (FleetState::Undersized, Some(current)) = (state, &current) {
        why = current.short_of.join("; ");
    }
    if let Some(Ok(now)) = &now {
        caveats.extend(not_sold(now, current.as_ref()));
    }
    if state == FleetState::Oversized && !sizes.are_known() {
        (state, why) = (FleetState::Unknown, format!("{UNKNOWN}, nor whether a smaller network is enough"));
    }
    if state == FleetState::Undersized && choice.is_none() {
        caveats.push("nothing that is sold fits what its metrics ask for".to_owned());
    }
    if state == FleetState::Oversized && choice.is_none() {
        state = FleetState::Fits;
    }
    let target = choice.filter(|_| shows_target(state, compared, judged.is_some_and(Judged::may_shrink)));
    let target = target.map(|choice| to_run(choice, &sizes));
    caveats.extend(sizes.caveat().filter(|_| measured));
    caveats.extend(no_cluster(cache, target.as_ref()));
    caveats.extend(version_unknown(cache));
    let at_stake = at_stake(state, &why, current.as_ref(), target.as_ref());
    let placed = target.as_ref().map(|t| &t.configuration);
    let placed = placed.or_else(|| current.as_ref().and_then(|c| c.configuration.as_ref()));
    let provider = cache.provider().or_else(|| placed.map(crate::deployment::Configuration::provider));
    let service = pin.service.as_ref().map(|s| s.value).or_else(|| placed.map(|p| p.service));
    let (reserve, not_reserved) =
        reserve(state, cache, sized.as_ref(), target.as_ref(), current.as_ref(), catalog, options);
    let entry = Entry {
        file: cache.file().map(str::to_owned),
        provider,
        service,
        region: cache.region().map(str::to_owned).or_else(|| placed.map(|p| p.region.clone())),
        environment: cache.profile().map(|p| p.environment.as_str().to_owned()),
        confidence: confidence(judged),
        days: cache.judged.as_ref().map(|judged| judged.window.days()),
        retire: if state == FleetState::Idle {
            steps(&cache.name, provider, service, cache.file())
        } else {
            Vec::new()
        },
        name: cache.name.clone(),
        state,
        why,
        current,
        target,
        at_stake,
        reserve,
        not_reserved,
        cliffs,
        caveats,
    };
    Priced { entry, sized: sized.filter(|_| is_billed) }
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

/// What runs, as far as it is told.
fn present(cache: &Cache) -> Pin {
    match (&cache.info, cache.profile()) {
        (Some(info), _) => pinned(info),
        (None, Some(profile)) => profile.pin.clone(),
        (None, None) => Pin::default(),
    }
}

/// Whether a shape is told: a node type, or a service without any.
fn present_shape(cache: &Cache, pin: &Pin) -> bool {
    let metered = pin.service.as_ref().is_some_and(|service| service.value.is_metered());
    cache.info.is_some() || pin.node_type.is_some() || metered
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

/// What runs.
fn shown(now: &Recommendation) -> Option<&Candidate> {
    now.choice.as_ref().or(now.pinned_misfit.as_ref())
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

fn current(now: &Recommendation, measured: bool, heavier: &Heavier, sizes: &Sizes) -> Option<Current> {
    let candidate = &heavier.weigh(shown(now)?);
    // A shape that nobody would buy today, such as one of a previous generation, may hold its demand all the same.
    // What runs stays while half of the headroom that a new choice needs is free: noise resizes nothing.
    let stays = |check: &Check| check.used().is_some_and(|used| used <= f64::midpoint(1.0, check.allowed));
    let told = |check: &&Check| sizes.are_known() || !follows_sizes(check) || heavier.measures(check);
    let failed = candidate.checks.iter().filter(told).filter(|check| !check.passes() && !stays(check));
    let short_of: Vec<String> = failed
        .map(|check| format!("{}: {}", check.constraint.title(), check.rejection().why))
        .filter(|_| measured)
        .collect();
    let Bill { monthly, estimated } = Bill::of(&candidate.cost, measured && sizes.are_known());
    Some(Current {
        shape: words(candidate),
        configuration: Some(candidate.deployment.clone()),
        monthly,
        estimated,
        fits: measured.then_some(short_of.is_empty()),
        short_of,
    })
}

/// Whether a demand follows from the size of values.
fn follows_sizes(check: &Check) -> bool {
    matches!(
        check.constraint,
        Constraint::Bandwidth
            | Constraint::Cpu
            | Constraint::CpuCredits
            | Constraint::HotKey
            | Constraint::HotMemory
            | Constraint::ProcessMemory
            | Constraint::ItemSize
            | Constraint::Quota
    )
}

/// Why a shape that holds its demand would not be bought today.
fn not_sold(now: &Recommendation, current: Option<&Current>) -> Option<String> {
    let holds = current.is_some_and(|current| current.fits == Some(true));
    let out = now.choice.is_none();
    let misfit = now.pinned_misfit.as_ref().filter(|_| holds && out)?;
    let failed = misfit.checks.iter().filter(|check| !check.passes());
    let failed = failed.map(|check| format!("{}: {}", check.constraint.title(), check.rejection().why));
    // What is no number, such as an earlier generation, is with the shapes that are out.
    let other = now.rejected.iter().filter(|group| group.constraint != Constraint::Pin);
    let why: Vec<String> = failed.chain(other.map(|group| group.nearest.clone())).take(1).collect();
    let why = why.first().map_or_else(String::new, |why| format!(": {why}"));
    Some(format!("it holds its demand, and yet nobody should buy it today{why}"))
}

fn unpriced(cache: &Cache, why: &str) -> Current {
    let info = cache.info.as_ref();
    let told = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
    let shape = info.map_or_else(
        || "as its profile pins it".to_owned(),
        |info| {
            let nodes = info
                .shards
                .zip(info.replicas)
                .map(|(shards, replicas)| (shards * (1 + replicas)).to_string());
            format!("{} x {}", told(nodes), told(info.node_type.clone()))
        },
    );
    Current {
        shape,
        configuration: None,
        monthly: Figure::unknown(why),
        estimated: false,
        fits: None,
        short_of: Vec::new(),
    }
}

fn compare(current: Option<&Current>, choice: Option<&Candidate>, traffic_is_known: bool) -> Compared {
    let configuration = current.and_then(|current| current.configuration.as_ref());
    let differs = configuration.zip(choice).is_none_or(|(now, best)| !now.buys_same(&best.deployment));
    let before = current.and_then(|current| current.monthly.known().copied());
    let after = choice.and_then(|choice| Bill::of(&choice.cost, traffic_is_known).monthly.known().copied());
    Compared {
        current_fits: current.and_then(|current| current.fits),
        differs: differs && choice.is_some(),
        saves: before.zip(after).map(|(before, after)| before - after),
    }
}

/// Whether the best shape may be shown: a cheaper one only where metrics say enough.
fn shows_target(state: FleetState, compared: Compared, may_shrink: bool) -> bool {
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

fn words(candidate: &Candidate) -> String {
    let d = &candidate.deployment;
    format!("{}, {} {}", candidate.shape, d.engine, d.version)
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
