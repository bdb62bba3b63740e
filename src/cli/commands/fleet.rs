//! `cachefit fleet`

use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::cli::args::{FleetArgs, ProviderChoice};
use crate::cli::error::Failure;
use crate::cli::observed::{Observed, observed};
use crate::cli::printer::Printer;
use crate::cli::sources::{is_yaml, sources};
use crate::cli::{Exit, inputs, output};
use crate::fleet::{Cache, draft_as, fleet, join, profile_names};
use crate::profile::{Profile, ProfileErrors, parse};
use crate::recommend::{Options, RegionChoice};
use crate::report::Table;
use crate::report::fleet::emit;
use crate::units::several;

pub fn run(printer: &Printer, args: &FleetArgs) -> Result<Exit, Failure> {
    // A cache stays with its provider and in its region.
    let options = Options::on(args.as_of.unwrap_or_else(inputs::today));
    let others = args.paths.iter().filter(|path| !is_yaml(&path.to_string_lossy()));
    others.map(PathBuf::as_path).try_for_each(is_there)?;
    let (named, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| path.is_dir() || is_yaml(&path.to_string_lossy()));
    files.extend(args.from.iter().cloned());
    let (profiles, errors) = profiles(printer, &named)?;
    let Observed { infos, judged, reservations, mut caveats } = observed(&files, args.as_of)?;
    let mut caches = join(profiles, infos, judged);
    let found = caches.len();
    caches.retain(|cache| is_asked_for(args, cache));
    if caches.is_empty() && found > 0 && errors.is_empty() {
        let others =
            if found == 1 { "the one that is there is".to_owned() } else { format!("all {found} are") };
        let message = format!("no cache is of what --provider and --region name: {others} of another");
        let hint = "leave them out, or say `all`, to see every cache".to_owned();
        return Err(Failure::new("no-caches", message, Some(hint)));
    }
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

/// An error where a path is none: it may have been meant as a folder, a profile or an export.
fn is_there(path: &Path) -> Result<(), Failure> {
    if inputs::is_standard_input(path) {
        return Ok(());
    }
    path.metadata().map(|_| ()).map_err(|error| {
        let hint = "name a folder of profiles, a profile, or the file of an export: `cachefit fleet --help` says which".to_owned();
        Failure::new("unreadable", format!("cannot read {}: {error}", path.display()), Some(hint))
    })
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

/// What to do about a file that is there.
const KEPT: &str = "what people wrote into a profile is not replaced: name another folder";

type Read = (Vec<(String, Profile)>, Vec<ProfileErrors>);

/// The profiles of files and folders. Those that cannot be used never keep the others from their answer.
fn profiles(printer: &Printer, named: &[PathBuf]) -> Result<Read, Failure> {
    let (sources, skipped) = sources(named)?;
    if !skipped.is_empty() {
        let files = several(skipped.len(), "YAML file");
        let are = if skipped.len() == 1 { "is no profile" } else { "are no profiles" };
        printer.note(&format!("{files} without a `dataset:` {are}: {}", skipped.join(", ")));
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

/// Writes a profile for every cache that has none: all of them, or none where a file is in the way.
fn write(printer: &Printer, folder: &Path, caches: &[Cache]) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| output::unwritable(folder, &error))?;
    let names = profile_names(caches);
    let mut drafts = Vec::new();
    for (cache, name) in caches.iter().zip(&names).filter(|(cache, _)| cache.profile().is_none()) {
        match draft_as(cache, name) {
            Ok(drafted) => drafts.push((folder.join(file_of(cache, name, caches)), drafted.text)),
            Err(why) => printer.note(&format!("{}: no profile was written: {why}", cache.name)),
        }
    }
    if let Some((file, _)) = drafts.iter().find(|(file, _)| file.symlink_metadata().is_ok()) {
        return Err(output::exists(file, KEPT));
    }
    for (file, text) in &drafts {
        output::create_with(file, text, KEPT)?;
    }
    let wrote = several(drafts.len(), "profile");
    printer.note(&format!("wrote {wrote} into {}; next: cachefit cost {0}", folder.display()));
    Ok(())
}

/// The file of a profile; caches of one name are told apart by their regions.
fn file_of(cache: &Cache, name: &str, caches: &[Cache]) -> String {
    let twins = caches.iter().filter(|other| other.name == cache.name).count() > 1;
    let region = cache.info.as_ref().and_then(|info| info.region.as_deref()).filter(|_| twins);
    let region = region.map_or_else(String::new, |region| format!(".{region}"));
    format!("{name}{region}.yaml")
}
