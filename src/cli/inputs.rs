//! From arguments to plain settings: profiles, options, the clock.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{ProviderChoice, ScopeArgs};
use super::error::Failure;
use super::printer::Printer;
use crate::profile::{MAX_BYTES, Profile, ProfileErrors, load, parse};
use crate::recommend::Options;
use crate::units::Provider;

/// A profile with the name of its file.
#[derive(Clone)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// The file as messages name it.
    pub file: String,
    /// Its content.
    pub profile: Profile,
}

/// One profile from a file, or from standard input for `-`.
pub fn read(path: &Path) -> Result<Input, ProfileErrors> {
    let (file, profile) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let name = "<stdin>";
        std::io::stdin()
            .take(MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ProfileErrors::unreadable(name, &error))?;
        (name.to_owned(), parse(&bytes, name)?)
    } else {
        (path.to_string_lossy().into_owned(), load(path)?)
    };
    Ok(Input { path: path.to_owned(), file, profile })
}

/// Says on stderr what a profile's author may not have meant.
pub fn note_warnings(printer: &Printer, input: &Input) {
    for warning in &input.profile.warnings {
        printer.note(warning.to_string().trim_end());
    }
}

/// One profile with its warnings told, for commands that need no answer.
pub fn profile(printer: &Printer, path: &Path) -> Result<Input, Failure> {
    let input = read(path).map_err(|error| Failure::Profiles(vec![error]))?;
    note_warnings(printer, &input);
    Ok(input)
}

/// The options of a selection, of today unless it is told another day.
pub fn options(scope: &ScopeArgs, list_all: bool) -> Options {
    let today = || Timestamp::now().to_zoned(TimeZone::UTC).date();
    let clouds = [Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash];
    let mut providers: Vec<Provider> = scope
        .provider
        .iter()
        .flat_map(|choice| match choice {
            ProviderChoice::One(provider) => vec![*provider],
            ProviderChoice::All => clouds.to_vec(),
        })
        .collect();
    providers.sort_unstable();
    providers.dedup();
    Options {
        providers: (!providers.is_empty()).then_some(providers),
        regions: scope.region.clone().unwrap_or_default(),
        as_of: scope.as_of.unwrap_or_else(today),
        max_price_age_days: scope.max_price_age,
        list_all,
    }
}
