//! From a profile to what is to be deployed: the choice, the provider, the world as it is.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::answers::answer;
use super::args::TargetArgs;
use super::error::Failure;
use super::inputs::Input;
use super::installed::{for_program, sized_for};
use crate::apply::{Ended, Journal, Key, state_root};
use crate::deployment::Deployment;
use crate::plan::{Observed, Ownership, Purpose, REPAIR, Resource};
use crate::profile::{Pin, Profile};
use crate::provider::{Intent, Provider};
use crate::recommend::{Candidate, Gate, GateKind, Options, Recommendation, RegionChoice};
use crate::units::{self, Engine, Figure, FromText as _, Usd};

/// What runs is only replaced by a better choice when that saves more than this share.
const WORTH_A_MOVE: f64 = 0.1;
/// Reasons why nothing fits that an error shows.
const EXCUSES: usize = 4;

/// What is wanted and what is there.
pub struct Wanted {
    /// What the plan is to reach.
    pub intent: Intent,
    /// What there is.
    pub observed: Vec<Observed>,
    /// The choice, as it was recommended.
    pub recommendation: Recommendation,
    /// Gates that the choice breaches.
    pub gates: Vec<Gate>,
    /// What people should know about the choice.
    pub notes: Vec<String>,
}

/// The folder of locks and journals.
pub fn state() -> Result<PathBuf, Failure> {
    Ok(state_root(|name| std::env::var_os(name))?)
}

/// What a profile asks for, against what there is.
pub fn wanted(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
) -> Result<Wanted, Failure> {
    let observed = provider.observe()?;
    let chooser = Chooser { input, options: options(target) };
    let running = chooser.running(provider, &observed);
    let (mut recommendation, mut notes) = chooser.choose(running.as_ref())?;
    let mut desired = provider.desired(&choice(input, &recommendation)?.deployment, &input.profile)?;
    // The program that is there decides on engine and version, and these on how much memory is needed.
    if let Some((engine, version)) = program(&desired) {
        let d = &choice(input, &recommendation)?.deployment;
        if d.engine != engine || d.version != version {
            let mut profile = input.profile.clone();
            if let Some(kept) = running.as_ref().filter(|_| !notes.is_empty()) {
                profile.pin = kept.pin.clone();
            }
            recommendation = chooser.answer(&for_program(&profile, engine, &version))?;
            desired = provider.desired(&choice(input, &recommendation)?.deployment, &input.profile)?;
            notes.push(sized_for(engine, &version));
        }
    }
    notes.extend(provider.notes());
    notes.extend(left_alone(&observed));
    let choice = choice(input, &recommendation)?;
    let d = &choice.deployment;
    let intent = Intent {
        profile: input.profile.name.clone(),
        provider: kind,
        purpose: Purpose::Apply,
        deployment: format!(
            "{}: {}, {} {}, {}, eviction policy {}",
            choice.shape, d.service, d.engine, d.version, d.region, d.eviction_policy
        ),
        monthly_before: bill(provider, &observed, running.as_ref()),
        monthly: sum(choice.cost.total.clone(), provider.beside(&desired)),
        desired,
    };
    Ok(Wanted { intent, observed, gates: recommendation.gates.clone(), recommendation, notes })
}

/// The choice that a profile alone leads to, without a look at what runs.
#[cfg(feature = "aws")]
pub fn offline(input: &Input, target: &TargetArgs) -> Result<Deployment, Failure> {
    chosen(input, target.as_of)
}

/// The same on a day; today where none is named.
pub fn chosen(input: &Input, as_of: Option<Date>) -> Result<Deployment, Failure> {
    let chooser = Chooser { input, options: options_of(as_of) };
    let recommendation = chooser.answer(&input.profile)?;
    Ok(choice(input, &recommendation)?.deployment.clone())
}

/// Nothing: what `destroy` asks for.
pub fn nothing(
    input: &Input,
    target: &TargetArgs,
    kind: units::Provider,
    provider: &dyn Provider,
    observed: &[Observed],
) -> Intent {
    let running = Chooser { input, options: options(target) }.running(provider, observed);
    Intent {
        profile: input.profile.name.clone(),
        provider: kind,
        purpose: Purpose::Destroy,
        deployment: format!("everything of {} at {kind} is taken down", input.profile.name),
        monthly_before: bill(provider, observed, running.as_ref()),
        monthly: Figure::Known(Usd::ZERO),
        desired: Vec::new(),
    }
}

/// What has a name of this deployment and has lost a tag of ours: it is left alone, and said.
pub fn left_alone(observed: &[Observed]) -> Vec<String> {
    let lost = observed.iter().filter(|o| o.facts.contains_key(REPAIR));
    lost.filter_map(|o| Some(format!("{} is left alone: {}", o.resource.address, o.not_ours()?))).collect()
}

/// The bill of what runs.
fn bill(provider: &dyn Provider, observed: &[Observed], running: Option<&Running>) -> Figure<Usd> {
    match running.and_then(|r| r.recommendation.as_ref().ok()?.choice.as_ref()) {
        Some(choice) => {
            let ours = observed.iter().filter(|o| o.ownership == Ownership::Ours);
            let ours: Vec<Resource> = ours.map(|o| o.resource.clone()).collect();
            sum(choice.cost.total.clone(), provider.beside(&ours))
        }
        None if observed.iter().all(|o| o.ownership != Ownership::Ours) => Figure::Known(Usd::ZERO),
        None => Figure::unknown("the catalogue does not have what runs"),
    }
}

/// Two parts of a bill; unknown if one of them is.
fn sum(one: Figure<Usd>, other: Figure<Usd>) -> Figure<Usd> {
    match (one, other) {
        (Figure::Known(one), Figure::Known(other)) => Figure::Known(Usd(one.0 + other.0)),
        (Figure::Unknown { why }, _) | (_, Figure::Unknown { why }) => Figure::Unknown { why },
    }
}

/// Engine and version, `7.0`, of the servers that would run.
fn program(desired: &[Resource]) -> Option<(Engine, String)> {
    let server = desired.iter().find(|r| r.attributes.contains_key("program"))?;
    let text = |name: &str| server.attributes.get(name)?.as_text();
    let engine = Engine::from_text(text("engine")?).ok()?;
    let mut parts = text("version")?.splitn(3, '.');
    Some((engine, format!("{}.{}", parts.next()?, parts.next()?)))
}

fn choice<'a>(input: &Input, recommendation: &'a Recommendation) -> Result<&'a Candidate, Failure> {
    recommendation.choice.as_ref().ok_or_else(|| {
        let text: Vec<&str> = recommendation.gates.iter().map(|g| g.text.as_str()).collect();
        let mut message = format!("{}: {}", input.file, text.join("; "));
        // The pin may be that of the command line, which no other command could explain.
        for group in recommendation.rejected.iter().take(EXCUSES) {
            message.push_str(&format!("\n  {}: {}", group.constraint.title(), group.nearest));
        }
        let more = recommendation.rejected.len().saturating_sub(EXCUSES);
        let hint = (more > 0).then(|| format!("`cachefit recommend {} --all` lists {more} more", input.file));
        Failure::new("nothing-fits", message, hint)
    })
}

fn options(target: &TargetArgs) -> Options {
    options_of(target.as_of)
}

fn options_of(as_of: Option<Date>) -> Options {
    Options {
        providers: None,
        regions: RegionChoice::default(),
        as_of: as_of.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date()),
        max_price_age_days: None,
        list_all: false,
    }
}

/// What runs.
struct Running {
    pin: Pin,
    /// How it would be recommended; why not, if the catalogue does not have it.
    recommendation: Result<Recommendation, String>,
}

/// Asks for recommendations.
struct Chooser<'a> {
    input: &'a Input,
    options: Options,
}

impl Chooser<'_> {
    fn answer(&self, profile: &Profile) -> Result<Recommendation, Failure> {
        answer(profile, &self.input.file, &self.options).map_err(|error| Failure::Profiles(vec![error]))
    }

    /// What runs, and how it would be recommended.
    fn running(&self, provider: &dyn Provider, observed: &[Observed]) -> Option<Running> {
        let mut as_it_runs = self.input.profile.clone();
        as_it_runs.pin = provider.running(observed)?;
        let recommendation = self.answer(&as_it_runs).map_err(|error| error.text(false));
        Some(Running { pin: as_it_runs.pin, recommendation })
    }

    /// The pin; or what runs, while it fits and nothing is much better; or the best.
    fn choose(&self, running: Option<&Running>) -> Result<(Recommendation, Vec<String>), Failure> {
        let best = self.answer(&self.input.profile)?;
        let Some(running) = running.filter(|_| self.input.profile.pin.is_empty()) else {
            return Ok((best, Vec::new()));
        };
        let kept = match &running.recommendation {
            Ok(kept) => kept,
            // Whether it fits cannot be told, and what is not known is no reason to replace it.
            Err(error) => {
                let message = format!("cannot judge whether what runs still fits: {error}");
                let hint = "pin the shape that you want under `deployment:` in the profile".to_owned();
                return Err(Failure::new("running", message, Some(hint)));
            }
        };
        if !keeps(kept, &best) {
            return Ok((best, Vec::new()));
        }
        let shape = |r: &Recommendation| r.choice.as_ref().map(|c| c.shape.clone());
        let note = (shape(kept) != shape(&best)).then(|| {
            let best = shape(&best).unwrap_or_default();
            format!("What runs is kept: it fits, and {best} would not save more than 10%.")
        });
        Ok((kept.clone(), note.into_iter().collect()))
    }
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
pub fn unfinished(root: &std::path::Path, key: &Key) -> Result<Option<String>, Failure> {
    let Some(last) = Journal::last(root, key)?.filter(crate::apply::Last::is_unfinished) else {
        return Ok(None);
    };
    let how = match last.ended {
        None => "was cut short",
        Some(Ended::Failed) => "failed",
        Some(Ended::Interrupted) => "was stopped on request",
        Some(Ended::Waiting) => "waits for a confirmation",
        Some(Ended::Complete) => return Ok(None),
    };
    let verb = match last.purpose {
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let steps: Vec<String> = last.in_flight.iter().map(ToString::to_string).collect();
    let within = if steps.is_empty() { String::new() } else { format!(" in {}", steps.join(", ")) };
    // The place stands in no record of an earlier version: it is the reader's to judge.
    let kept = if last.unscoped {
        format!(" An earlier version kept this by name alone; it is taken for that of {}.", key.scope)
    } else {
        String::new()
    };
    Ok(Some(format!(
        "The {verb} of {:.0} {how}{within}. `cachefit {verb}` continues from there.{kept}",
        last.started
    )))
}
