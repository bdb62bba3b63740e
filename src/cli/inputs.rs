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
pub struct Input {
    /// The file as it was named.
    pub file: String,
    /// Its content.
    pub profile: Profile,
}

/// Reads every profile; the errors of all that cannot be used. Warnings go to stderr at once.
pub fn profiles(printer: &Printer, paths: &[PathBuf]) -> (Vec<Input>, Vec<ProfileErrors>) {
    let mut inputs = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        match read(path) {
            Ok(profile) => {
                for warning in &profile.warnings {
                    printer.note(warning.to_string().trim_end());
                }
                inputs.push(Input { file: path.to_string_lossy().into_owned(), profile });
            }
            Err(error) => errors.push(error),
        }
    }
    (inputs, errors)
}

/// One profile, or the failure.
pub fn profile(printer: &Printer, path: &Path) -> Result<Input, Failure> {
    let (mut inputs, errors) = profiles(printer, std::slice::from_ref(&path.to_path_buf()));
    inputs.pop().ok_or(Failure::Profiles(errors))
}

fn read(path: &Path) -> Result<Profile, ProfileErrors> {
    if path != Path::new("-") {
        return load(path);
    }
    let mut bytes = Vec::new();
    match std::io::stdin().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) => parse(&bytes, "<stdin>"),
        Err(error) => Err(ProfileErrors::unreadable("<stdin>", &error)),
    }
}

/// The options of a selection. The clock is read here and nowhere else.
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
