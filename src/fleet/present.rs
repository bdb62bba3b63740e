//! What runs: its shape, its bill, and whether it holds the demand.

use super::bill::Bill;
use super::cache::Cache;
use super::cliffs::dated;
use super::entry::{Current, words};
use super::heavier::Heavier;
use super::network::{Sizes, follows_sizes};
use super::observed::{Demanded, pinned, uncounted};
use super::running::Running;
use crate::catalog::Catalog;
use crate::deployment::Pin;
use crate::recommend::{Candidate, Check, Cliff, Constraint, Options, Recommendation, projection};
use crate::units::Figure;

/// What runs.
pub struct Present {
    /// Its shape, as far as it is told.
    pub pin: Pin,
    /// Whether a shape is told.
    pub runs: bool,
    /// What is said of it; none where none is told.
    pub current: Option<Current>,
    /// Dated changes of it.
    pub cliffs: Vec<Cliff>,
    /// How many times as heavy as by the model the load was measured on it.
    pub heavier: Heavier,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

impl Present {
    /// What runs with what it is asked for.
    pub fn of(cache: &Cache, demanded: &Demanded, catalog: &Catalog, options: &Options) -> Self {
        let pin = present(cache);
        let runs = present_shape(cache, &pin);
        let uncounted = cache.info.as_ref().and_then(uncounted);
        let judged = cache.judged.as_ref().filter(|_| demanded.measured);
        let asked = demanded.profile.as_ref().ok().filter(|_| runs && uncounted.is_none());
        let running = asked.map(|profile| Running::with(profile, pin.clone(), catalog, options));
        let heavier = running.as_ref().and_then(|running| Some(running.as_ref().ok()?.heavier(judged?)));
        let heavier = heavier.unwrap_or(Heavier::AS_MODELLED);
        let mut caveats = cache.judged.as_ref().map(|judged| judged.caveats.clone()).unwrap_or_default();
        caveats.extend(heavier.told());
        let (mut current, mut cliffs) = (None, Vec::new());
        match &running {
            Some(Ok(running)) => {
                let told = cache.info.as_ref().map(|_| &pin);
                current = self::current(running, told, demanded.measured, &heavier, &demanded.sizes);
                let months = projection(&running.seen, catalog, options, &running.answered);
                cliffs = dated(months.map(|months| months.cliffs).unwrap_or_default());
                caveats.extend(not_sold(&running.answered, current.as_ref()));
            }
            Some(Err(why)) => current = Some(unpriced(cache, why)),
            None if runs => {
                let why = uncounted.or(demanded.profile.as_ref().err().map(String::as_str));
                current = Some(unpriced(cache, why.unwrap_or("it is not known")));
            }
            None => {}
        }
        Self { pin, runs, current, cliffs, heavier, caveats }
    }
}

/// The shape in words, with `?` for an engine and a version that no inventory told: prices and limits take the usual ones.
fn as_told(candidate: &Candidate, told: &Pin) -> String {
    match (&told.engine, &told.version) {
        (Some(_), Some(_)) => words(candidate),
        (Some(engine), None) => format!("{}, {} ?", candidate.shape, engine.value),
        (None, _) => format!("{}, engine ?", candidate.shape),
    }
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

/// What runs with what it is asked for; `told` is what an inventory says of it, where one does.
fn current(
    running: &Running,
    told: Option<&Pin>,
    measured: bool,
    heavier: &Heavier,
    sizes: &Sizes,
) -> Option<Current> {
    let candidate = &heavier.weigh(running.shape()?);
    // A shape that nobody would buy today, such as one of a previous generation, may hold its demand all the same.
    // What runs stays while half of the headroom that a new choice needs is free: noise resizes nothing.
    let stays = |check: &Check| check.used().is_some_and(|used| used <= f64::midpoint(1.0, check.allowed));
    let is_told = |check: &&Check| sizes.are_known() || !follows_sizes(check) || heavier.measures(check);
    let failed = candidate.checks.iter().filter(is_told).filter(|check| !check.passes() && !stays(check));
    let short_of: Vec<String> = failed
        .map(|check| format!("{}: {}", check.constraint.title(), check.rejection().why))
        .filter(|_| measured)
        .collect();
    let Bill { monthly, estimated } = Bill::of(&candidate.cost, measured && sizes.are_known());
    Some(Current {
        shape: told.map_or_else(|| words(candidate), |told| as_told(candidate, told)),
        configuration: Some(candidate.deployment.clone()),
        monthly,
        estimated,
        fits: measured.then_some(short_of.is_empty()),
        short_of,
    })
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
