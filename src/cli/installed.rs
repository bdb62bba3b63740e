//! The server program of this machine, for profiles of the provider `local`: what runs there decides on engine and
//! version, and these on how much memory is needed.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::profile::Profile;
use crate::provider::Program;
use crate::recommend::Recommendation;
use crate::units::{Assumption, Engine, Provider, Source, Sourced};

const INSTALLED: &str = "the server installed on this machine";

/// Looked for once, however many profiles ask.
#[derive(Default)]
pub struct Installed {
    any: OnceLock<Option<Program>>,
    valkey: OnceLock<Option<Program>>,
    redis: OnceLock<Option<Program>>,
}

impl Installed {
    /// The program for an engine, or for any; none if there is none that will do.
    fn program(&self, only: Option<Engine>) -> Option<&Program> {
        let slot = match only {
            None => &self.any,
            Some(Engine::Valkey) => &self.valkey,
            Some(Engine::Redis) => &self.redis,
        };
        let find = || Program::find(None, only.unwrap_or(Engine::Valkey), only.is_some()).ok();
        slot.get_or_init(find).as_ref()
    }

    /// The profile as it is answered: for the program that is installed, unless it pins a version.
    pub fn sized<'p>(&self, profile: &'p Profile) -> Cow<'p, Profile> {
        let only = profile.pin.engine.as_ref().map(|e| e.value);
        let only = only.or(profile.requirements.engine.as_ref().map(|e| e.value));
        if !is_local(profile) || profile.pin.version.is_some() {
            return Cow::Borrowed(profile);
        }
        match self.program(only) {
            Some(program) => Cow::Owned(for_program(profile, program.engine, &program.minor())),
            None => Cow::Borrowed(profile),
        }
    }
}

/// The profile pinned to a server program.
pub fn for_program(profile: &Profile, engine: Engine, version: &str) -> Profile {
    let source = || Source::Observed { metric: "the server program".into(), window: "now".into() };
    let mut pinned = profile.clone();
    pinned.pin.engine = Some(Sourced { value: engine, source: source() });
    pinned.pin.version = Some(Sourced { value: version.to_owned(), source: source() });
    pinned
}

/// For which server a local choice was sized, and why: told, and among the assumptions of the answer.
pub fn said(profile: &Profile, answer: &mut Recommendation) -> Option<String> {
    let choice = answer.choice.as_ref().filter(|_| is_local(profile))?;
    let server = server(choice.deployment.engine, &choice.deployment.version);
    let (why, key) = match profile.pin.version.as_ref().map(|v| &v.source) {
        Some(Source::Observed { .. }) => (INSTALLED, None),
        Some(_) => return None,
        None => ("assumed: no server that will do is installed on this machine", Some("deployment.version")),
    };
    let assumption = Assumption::new("server", server.clone(), why);
    answer.assumptions.push(match key {
        Some(key) => assumption.replaced_by(key),
        None => assumption,
    });
    answer.assumptions.sort();
    Some(sentence(&server, why))
}

/// What people are told where a program is there.
pub fn sized_for(engine: Engine, version: &str) -> String {
    sentence(&server(engine, version), INSTALLED)
}

fn sentence(server: &str, why: &str) -> String {
    format!("Sized for {server}, {why}.")
}

fn server(engine: Engine, version: &str) -> String {
    let name = match engine {
        Engine::Redis => "Redis",
        Engine::Valkey => "Valkey",
    };
    format!("{name} {version}")
}

fn is_local(profile: &Profile) -> bool {
    profile.placement.provider.as_ref().is_some_and(|p| p.value == Provider::Local)
}
