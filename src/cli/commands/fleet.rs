//! `cachefit fleet`

use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::cli::args::{FleetArgs, ProviderChoice};
use crate::cli::error::Failure;
use crate::cli::observed::{Observed, observed};
use crate::cli::printer::Printer;
use crate::cli::sources::{is_yaml, sources};
use crate::cli::{Exit, inputs, output};
use crate::fleet::{Cache, draft, fleet, join};
use crate::profile::{Profile, ProfileErrors, parse};
use crate::recommend::{Options, RegionChoice};
use crate::report::Table;
use crate::report::fleet::emit;

pub fn run(printer: &Printer, args: &FleetArgs) -> Result<Exit, Failure> {
    // A cache stays with its provider and in its region.
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: args.as_of.unwrap_or_else(inputs::today),
        max_price_age_days: None,
        list_all: false,
    };
    let (named, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path.is_dir() || is_yaml(&path.to_string_lossy()));
    files.extend(args.from.iter().cloned());
    let (profiles, errors) = profiles(printer, &named)?;
    let Observed { infos, judged, reservations, mut caveats } = observed(&files, args.as_of)?;
    let mut caches = join(profiles, infos, judged);
    caches.retain(|cache| is_asked_for(args, cache));
    if caches.is_empty() {
        if !errors.is_empty() {
            return Err(Failure::Profiles(errors));
        }
        let hint = "name a folder of profiles, or what `aws elasticache describe-replication-groups` prints";
        return Err(Failure::new("no-caches", "no cache was found", Some(hint.to_owned())));
    }
    caveats.sort();
    let fleet = fleet(&caches, &reservations, caveats, Catalog::in_use(), &options);
    let table = Table { color: printer.color() };
    printer.data(&emit(&fleet, args.format, &table, args.explain)?)?;
    if let Some(folder) = &args.write {
        write(printer, folder, &caches)?;
    }
    if errors.is_empty() { Ok(Exit::Done) } else { Err(Failure::Profiles(errors)) }
}

/// Whether a cache is of a provider and a region that were asked for. What does not tell its own is shown.
fn is_asked_for(args: &FleetArgs, cache: &Cache) -> bool {
    let provider = cache.provider().is_none_or(|provider| {
        let named = |choice: &ProviderChoice| match choice {
            ProviderChoice::All => true,
            ProviderChoice::One(one) => *one == provider,
        };
        args.provider.is_empty() || args.provider.iter().any(named)
    });
    let region = cache.region().is_none_or(|region| match &args.region {
        Some(RegionChoice::Named(named)) => named == region,
        Some(RegionChoice::All | RegionChoice::FromProfile) | None => true,
    });
    provider && region
}

type Read = (Vec<(String, Profile)>, Vec<ProfileErrors>);

/// The profiles of files and folders. Those that cannot be used never keep the others from their answer.
fn profiles(printer: &Printer, named: &[PathBuf]) -> Result<Read, Failure> {
    let (sources, skipped) = sources(named)?;
    if !skipped.is_empty() {
        let count = skipped.len();
        printer.note(&format!(
            "{count} YAML files without a `dataset:` are no profiles: {}",
            skipped.join(", ")
        ));
    }
    let (mut profiles, mut errors) = (Vec::new(), Vec::new());
    for source in sources {
        match parse(&source.bytes, &source.file) {
            Ok(profile) => profiles.push((source.file, profile)),
            Err(found) => errors.push(found),
        }
    }
    Ok((profiles, errors))
}

/// Writes a profile for every cache that has none.
fn write(printer: &Printer, folder: &Path, caches: &[Cache]) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| output::unwritable(folder, &error))?;
    let mut written = 0;
    for cache in caches.iter().filter(|cache| cache.profile().is_none()) {
        let drafted = match draft(cache) {
            Ok(drafted) => drafted,
            Err(why) => {
                printer.note(&format!("{}: no profile was written: {why}", cache.name));
                continue;
            }
        };
        let twins = caches.iter().filter(|other| other.name == cache.name).count() > 1;
        let region = cache.info.as_ref().and_then(|info| info.region.as_deref()).filter(|_| twins);
        let region = region.map_or_else(String::new, |region| format!(".{region}"));
        let file = folder.join(format!("{}{region}.yaml", drafted.profile.name));
        output::create_with(
            &file,
            &drafted.text,
            "what people wrote into a profile is not replaced: name another folder",
        )?;
        written += 1;
    }
    printer.note(&format!("wrote {written} profiles into {}; next: cachefit cost {0}", folder.display()));
    Ok(())
}
