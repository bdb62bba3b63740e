//! From a profile to what is to be deployed: the choice, the provider, the world as it is.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::TargetArgs;
use super::error::Failure;
use super::inputs::Input;
use crate::apply::{Ended, Journal, data_root, state_root};
use crate::catalog::Catalog;
use crate::plan::{Observed, Purpose};
use crate::profile::Profile;
use crate::provider::local::Local;
use crate::provider::{Intent, Provider};
use crate::recommend::{Candidate, Gate, GateKind, Options, Recommendation, RegionChoice, recommend};
use crate::units::{self, Figure, Usd};

/// A provider is only replaced by a better choice when that saves more than this share.
const WORTH_A_MOVE: f64 = 0.1;

/// What is wanted and what is there.
pub struct Wanted {
    /// What the plan is to reach.
    pub intent: Intent,
    /// What there is.
    pub observed: Vec<Observed>,
    /// Gates that the choice breaches.
    pub gates: Vec<Gate>,
    /// What people should know about the choice.
    pub notes: Vec<String>,
}

/// The folder of locks and journals.
pub fn state() -> Result<PathBuf, Failure> {
    Ok(state_root(|name| std::env::var_os(name))?)
}

/// Opens the provider of a deployment.
pub fn open(
    provider: units::Provider,
    name: &str,
    target: &TargetArgs,
) -> Result<Box<dyn Provider>, Failure> {
    if provider == units::Provider::Local {
        let data = data_root(|name| std::env::var_os(name))?;
        return Ok(Box::new(Local::open(&data, name, target.server.clone(), Timestamp::now())));
    }
    let message = format!("plan and apply cannot reach the provider {provider} yet");
    let hint = "they work with `placement.provider: local`; `recommend` and `cost` know every provider";
    Err(Failure::new("provider", message, Some(hint.to_owned())))
}

/// The provider of a profile, open.
pub fn provider(input: &Input, target: &TargetArgs) -> Result<(units::Provider, Box<dyn Provider>), Failure> {
    let Some(provider) = &input.profile.placement.provider else {
        let message = format!("{} does not say who provides the cache", input.file);
        let hint = "add `provider:` to placement; `cachefit recommend` compares them".to_owned();
        return Err(Failure::new("provider", message, Some(hint)));
    };
    Ok((provider.value, open(provider.value, &input.profile.name, target)?))
}

/// What a profile asks for, against what there is.
pub fn wanted(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
) -> Result<Wanted, Failure> {
    let observed = provider.observe()?;
    let (recommendation, notes) = choose(input, target, provider, &observed)?;
    let Some(choice) = &recommendation.choice else {
        let text: Vec<&str> = recommendation.gates.iter().map(|g| g.text.as_str()).collect();
        let message = format!("{}: {}", input.file, text.join("; "));
        let hint = format!("`cachefit recommend {}` lists what was rejected and why", input.file);
        return Err(Failure::new("nothing-fits", message, Some(hint)));
    };
    let d = &choice.deployment;
    let intent = Intent {
        profile: input.profile.name.clone(),
        provider: kind,
        purpose: Purpose::Apply,
        deployment: format!(
            "{}: {}, {} {}, {}, eviction policy {}",
            choice.shape, d.service, d.engine, d.version, d.region, d.eviction_policy
        ),
        monthly: choice.cost.total.clone(),
        desired: provider.desired(d, &input.profile)?,
    };
    Ok(Wanted { intent, observed, gates: recommendation.gates, notes })
}

/// Nothing: what `destroy` asks for.
pub fn nothing(profile: &Profile, kind: units::Provider) -> Intent {
    Intent {
        profile: profile.name.clone(),
        provider: kind,
        purpose: Purpose::Destroy,
        deployment: format!("everything that {kind} holds for {} goes", profile.name),
        monthly: Figure::Known(Usd::ZERO),
        desired: Vec::new(),
    }
}

/// The pin; or what runs, while it fits and nothing is much better; or the best.
fn choose(
    input: &Input,
    target: &TargetArgs,
    provider: &dyn Provider,
    observed: &[Observed],
) -> Result<(Recommendation, Vec<String>), Failure> {
    let as_of = target.as_of.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
    let options = Options {
        providers: None,
        regions: RegionChoice::default(),
        as_of,
        max_price_age_days: None,
        list_all: false,
    };
    let answer = |profile: &Profile| recommend(profile, &input.file, Catalog::embedded(), &options);
    let best = answer(&input.profile)?;
    if !input.profile.pin.is_empty() {
        return Ok((best, Vec::new()));
    }
    let Some(pin) = provider.running(observed) else { return Ok((best, Vec::new())) };
    let mut as_it_runs = input.profile.clone();
    as_it_runs.pin = pin;
    let Ok(kept) = answer(&as_it_runs) else { return Ok((best, Vec::new())) };
    if !keeps(&kept, &best) {
        return Ok((best, Vec::new()));
    }
    let other = kept.choice.as_ref().map(|c| &c.shape) != best.choice.as_ref().map(|c| &c.shape);
    let note = other.then(|| {
        let best = best.choice.as_ref().map_or_else(String::new, |c| c.shape.clone());
        format!("what runs is kept: it fits, and {best} would not save more than 10 %")
    });
    Ok((kept, note.into_iter().collect()))
}

/// Whether what runs stays: it fits, breaches no other gate, and the best saves no more than a tenth.
fn keeps(kept: &Recommendation, best: &Recommendation) -> bool {
    let kinds = |r: &Recommendation| r.gates.iter().map(|g| g.kind).collect::<Vec<GateKind>>();
    let (Some(runs), Some(free)) = (&kept.choice, &best.choice) else { return false };
    let allowed = kinds(best);
    if !kinds(kept).iter().all(|kind| allowed.contains(kind)) || runs.unpriced_lines > free.unpriced_lines {
        return false;
    }
    // Where nobody sends a bill, memory is what it costs.
    let memory = |c: &Candidate| c.deployment.max_memory as f64 * f64::from(c.deployment.nodes());
    let dollars = |c: &Candidate| f64::try_from(c.cost.known.0).unwrap_or(f64::MAX);
    let (runs, free) = match (dollars(runs), dollars(free)) {
        (a, b) if a == b => (memory(runs), memory(free)),
        both => both,
    };
    free >= runs * (1.0 - WORTH_A_MOVE)
}

/// A run that did not end, for people; none if the last one did.
pub fn unfinished(root: &std::path::Path, name: &str) -> Option<String> {
    let last = Journal::last(root, name).filter(crate::apply::Last::is_unfinished)?;
    let how = match last.ended {
        None => "was cut short",
        Some(Ended::Failed) => "failed",
        Some(Ended::Interrupted) => "was stopped on request",
        Some(Ended::Waiting) => "waits for people",
        Some(Ended::Complete) => return None,
    };
    let verb = match last.purpose {
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let steps: Vec<String> = last.in_flight.iter().map(ToString::to_string).collect();
    let within = if steps.is_empty() { String::new() } else { format!(" in {}", steps.join(", ")) };
    Some(format!("the {verb} of {:.0} {how}{within}; `cachefit {verb}` goes on from there", last.started))
}
