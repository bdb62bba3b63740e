//! What a plan is to reach.

use super::DecideError;
use super::bill::{bill, sum};
use super::keep::{Decision, Running};
use crate::deployment::Configuration;
use crate::plan::{Observed, Purpose, REPAIR, Resource};
use crate::profile::{Profile, ProfileErrors};
use crate::provider::{Intent, Provider};
use crate::recommend::{Candidate, Gate, Recommendation};
use crate::units::{self, Engine, Figure, FromText as _, Source, Sourced, Usd};

/// Reasons why nothing fits that an error shows.
const SHOWN: usize = 4;

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

/// Decides for one profile.
pub struct Decider<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Its file, as messages name it.
    pub file: &'a str,
    /// Answers a profile.
    pub recommend: &'a dyn Fn(&Profile) -> Result<Recommendation, ProfileErrors>,
    /// What people are told where a server program decided on engine and version.
    pub sized_for: &'a dyn Fn(Engine, &str) -> String,
}

impl Decider<'_> {
    /// What the profile asks for, against what there is.
    pub fn wanted(
        &self,
        kind: units::Provider,
        provider: &dyn Provider,
        observed: Vec<Observed>,
    ) -> Result<Wanted, DecideError> {
        let running = self.running(provider, &observed);
        let (mut recommendation, mut notes, kept) = match self.decide(running.as_ref())? {
            Decision::Best(best) => (best, Vec::new(), None),
            Decision::Keep { kept, note } => {
                (kept, note.into_iter().collect(), running.as_ref().map(|r| &r.pin))
            }
        };
        let mut desired = provider.desired(&self.choice(&recommendation)?.deployment, self.profile)?;
        // The program that is there decides on engine and version, and these on how much memory is needed.
        if let Some((engine, version)) = program(&desired) {
            let d = &self.choice(&recommendation)?.deployment;
            if d.engine != engine || d.version != version {
                let mut profile = self.profile.clone();
                if let Some(pin) = kept {
                    profile.pin = pin.clone();
                }
                recommendation = self.answer(&pinned_to(&profile, engine, &version))?;
                desired = provider.desired(&self.choice(&recommendation)?.deployment, self.profile)?;
                notes.push((self.sized_for)(engine, &version));
            }
        }
        notes.extend(provider.notes());
        notes.extend(left_alone(&observed));
        let choice = self.choice(&recommendation)?;
        let d = &choice.deployment;
        let intent = Intent {
            profile: self.profile.name.clone(),
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

    /// The choice that the profile alone leads to, without a look at what runs.
    pub fn offline(&self) -> Result<Configuration, DecideError> {
        let recommendation = self.answer(self.profile)?;
        Ok(self.choice(&recommendation)?.deployment.clone())
    }

    /// Nothing: what `destroy` asks for.
    pub fn nothing(&self, kind: units::Provider, provider: &dyn Provider, observed: &[Observed]) -> Intent {
        let running = self.running(provider, observed);
        Intent {
            profile: self.profile.name.clone(),
            provider: kind,
            purpose: Purpose::Destroy,
            deployment: format!("everything of {} at {kind} is taken down", self.profile.name),
            monthly_before: bill(provider, observed, running.as_ref()),
            monthly: Figure::Known(Usd::ZERO),
            desired: Vec::new(),
        }
    }

    fn answer(&self, profile: &Profile) -> Result<Recommendation, DecideError> {
        (self.recommend)(profile).map_err(DecideError::Profile)
    }

    /// What runs, and how it would be recommended.
    fn running(&self, provider: &dyn Provider, observed: &[Observed]) -> Option<Running> {
        let mut as_it_runs = self.profile.clone();
        as_it_runs.pin = provider.running(observed)?;
        let recommendation =
            (self.recommend)(&as_it_runs).map_err(|error| error.to_string().trim_end().to_owned());
        Some(Running { pin: as_it_runs.pin, recommendation })
    }

    /// The pin; or what runs, while it fits and nothing is much better; or the best.
    fn decide(&self, running: Option<&Running>) -> Result<Decision, DecideError> {
        let best = self.answer(self.profile)?;
        match running.filter(|_| self.profile.pin.is_empty()) {
            Some(running) => Decision::of(running, best).map_err(DecideError::Running),
            None => Ok(Decision::Best(best)),
        }
    }

    fn choice<'r>(&self, recommendation: &'r Recommendation) -> Result<&'r Candidate, DecideError> {
        recommendation.choice.as_ref().ok_or_else(|| {
            let gates: Vec<&str> = recommendation.gates.iter().map(|g| g.text.as_str()).collect();
            let mut text = format!("{}: {}", self.file, gates.join("; "));
            // The pin may be that of the command line, which no other command could explain.
            for group in recommendation.rejected.iter().take(SHOWN) {
                text.push_str(&format!("\n  {}: {}", group.constraint.title(), group.nearest));
            }
            DecideError::NothingFits { text, more: recommendation.rejected.len().saturating_sub(SHOWN) }
        })
    }
}

/// The profile pinned to the engine and version of a server program.
pub fn pinned_to(profile: &Profile, engine: Engine, version: &str) -> Profile {
    let source = || Source::Observed { metric: "the server program".into(), window: "now".into() };
    let mut pinned = profile.clone();
    pinned.pin.engine = Some(Sourced { value: engine, source: source() });
    pinned.pin.version = Some(Sourced { value: version.to_owned(), source: source() });
    pinned
}

/// What has a name of this deployment and has lost a tag of ours, or is of an owner that cannot be read: it is left alone,
/// and said.
pub fn left_alone(observed: &[Observed]) -> Vec<String> {
    let lost = observed.iter().filter(|o| o.computed.contains_key(REPAIR) || o.owner_is_unknown());
    lost.filter_map(|o| Some(format!("{} is left alone: {}", o.resource.address, o.not_ours()?))).collect()
}

/// Engine and version, `7.0`, of the servers that would run.
fn program(desired: &[Resource]) -> Option<(Engine, String)> {
    let server = desired.iter().find(|r| r.attributes.contains_key("program"))?;
    let text = |name: &str| server.attributes.get(name)?.as_text();
    let engine = Engine::from_text(text("engine")?).ok()?;
    let mut parts = text("version")?.splitn(3, '.');
    Some((engine, format!("{}.{}", parts.next()?, parts.next()?)))
}
