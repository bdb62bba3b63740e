//! From arguments to plain settings: profiles, options, the clock.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::args::{ProviderChoice, ScopeArgs};
use super::error::Failure;
use super::printer::Printer;
use crate::profile::{MAX_BYTES, Profile, ProfileErrors, load, parse};
use crate::recommend::Options;
use crate::units::Provider;

/// Standard input as messages name it.
const STDIN: &str = "<stdin>";
/// More than any plan has, in bytes.
const MAX_PLAN: usize = 64 << 20;

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
    let (file, profile) = if is_standard_input(path) {
        let bytes = stdin(MAX_BYTES).map_err(|error| ProfileErrors::unreadable(STDIN, &error))?;
        (STDIN.to_owned(), parse(&bytes, STDIN)?)
    } else {
        (path.to_string_lossy().into_owned(), load(path)?)
    };
    Ok(Input { path: path.to_owned(), file, profile })
}

/// Whether a file's name stands for standard input or output.
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn stdin(most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of standard input, where it may be a plan, which is larger than a profile.
pub fn standard_input() -> Result<Vec<u8>, Failure> {
    stdin(MAX_PLAN).map_err(|error| Failure::new("input", format!("cannot read {STDIN}: {error}"), None))
}

/// The profile that was read from standard input, with its warnings told.
pub fn profile_of(printer: &Printer, bytes: &[u8]) -> Result<Input, Failure> {
    let profile = parse(bytes, STDIN).map_err(|error| Failure::Profiles(vec![error]))?;
    let input = Input { path: PathBuf::from("-"), file: STDIN.to_owned(), profile };
    note_warnings(printer, &input);
    Ok(input)
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

/// The day by the clock, UTC.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// The clock in seconds since 1970, or the end of an earlier day that is told: metrics of long before it tell nothing.
pub fn clock(as_of: Option<Date>) -> i64 {
    let now = Timestamp::now().as_second();
    let end = |day: Date| Some(day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    as_of.and_then(end).map_or(now, |end| end.min(now))
}

/// The options of a selection, of today unless it is told another day.
pub fn options(scope: &ScopeArgs, list_all: bool) -> Options {
    let mut providers: Vec<Provider> = scope
        .provider
        .iter()
        .flat_map(|choice| match choice {
            ProviderChoice::One(provider) => vec![*provider],
            ProviderChoice::All => Provider::CLOUDS.to_vec(),
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
