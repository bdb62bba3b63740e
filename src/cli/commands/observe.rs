//! `cachefit observe`

use std::fs::File;
use std::path::Path;

use jiff::civil::Date;

use super::{observe_deployment, observe_live, observe_queries};
use crate::catalog::Catalog;
use crate::cli::Exit;
use crate::cli::args::{ObserveArgs, PlanFormat};
use crate::cli::error::Failure;
use crate::cli::inputs::{self, Input as ProfileInput};
use crate::cli::observed::{exports, longest_ttl, no_cache, surveyed};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::sources::is_yaml;
use crate::cli::whose::{holds, joined, whose};
use crate::fleet::{
    Declared, Verdict, average, compare, peak_put_right, reason, unproven, with_application, with_average,
    written,
};
use crate::observe::{Group, Input, Judged, Observations, Options, Survey, groups, judge, over, recognise};
use crate::parallel;
use crate::profile::{EditError, Profile, parse};
use crate::recommend::{self, RegionChoice};
use crate::report::observe::{Observed, ObservedCache};
use crate::report::{Json, Markdown, Report as _, Table};

pub fn run(printer: &Printer, args: &ObserveArgs) -> Result<Exit, Failure> {
    if args.print_queries {
        return observe_queries::run(printer, args);
    }
    let input = args.profile.as_deref().map(|path| profile_of(printer, path)).transpose()?;
    if args.write && args.profile.as_deref().is_some_and(inputs::is_standard_input) {
        let hint = "name the profile's file".to_owned();
        return Err(Failure::new("observe", "a profile from standard input cannot be written", Some(hint)));
    }
    let profile = input.as_ref().map(|input| &input.profile);
    let now = Some(inputs::clock(args.target.as_of));
    let options = Options { days: args.days, ttl: profile.and_then(longest_ttl), now, ..Options::default() };
    if profile.is_none() && args.cache.is_empty() && args.url.is_empty() {
        return every_cache(printer, args, &options);
    }
    let mut all = match &input {
        Some(input) if args.from.is_empty() && args.url.is_empty() => {
            observe_deployment::ask(printer, args, input)?
        }
        _ => exports(&args.from, "observe")?,
    };
    if !args.url.is_empty() {
        all.merge(observe_live::ask(printer, args)?);
        all.tidy();
    }
    let (chosen, caveat) = chosen(args, profile, &all)?;
    let as_of = args.target.as_of.unwrap_or_else(inputs::today);
    let judged = |group: &Group| {
        let mut judged = judge(group, &all, &options);
        judged.caveats.splice(0..0, caveat.clone());
        judged
    };
    let caches = parallel::map(&chosen, |group| observed(judged(group), profile, as_of));
    let outcome = Observed { caches, writes: args.write && caveat.is_none() };
    show(printer, args, &outcome)?;
    if let (true, Some(input), [cache]) = (args.write, &input, outcome.caches.as_slice()) {
        if let Some(caveat) = caveat {
            let message = format!("{} is not written", input.file);
            return Err(Failure::new("other-cache", message, Some(caveat)));
        }
        write(printer, input, cache)?;
    }
    Ok(Exit::Done)
}

/// The profile of a file; an error that says so where it is an export.
fn profile_of(printer: &Printer, path: &Path) -> Result<ProfileInput, Failure> {
    inputs::profile(printer, path).map_err(|error| not_export(path).unwrap_or(error))
}

/// Why a file is no profile where it is an export, whatever a reader of profiles finds wrong with it.
pub fn not_export(path: &Path) -> Option<Failure> {
    let file = path.to_string_lossy().into_owned();
    if inputs::is_standard_input(path) || is_yaml(&file) {
        return None;
    }
    let content = Box::new(File::open(path).ok()?);
    let format = recognise(Input { name: file.clone(), content })?;
    let hint = format!("give it with --from: `cachefit observe --from {file}`, behind a profile or alone");
    Some(Failure::new("export", format!("{file} is an export ({format}) and no profile"), Some(hint)))
}

/// All that files tell, of which not everything need be in memory at once.
fn every_cache(printer: &Printer, args: &ObserveArgs, options: &Options) -> Result<Exit, Failure> {
    let Survey { judged, reservations, caveats, .. } = surveyed(&args.from, "observe", options)?;
    if judged.is_empty() {
        return Err(no_cache("observe", reservations.len()));
    }
    let as_of = args.target.as_of.unwrap_or_else(inputs::today);
    let with_all = |mut judged: Judged| {
        judged.caveats.splice(0..0, caveats.iter().cloned());
        observed(judged, None, as_of)
    };
    let caches = judged.into_iter().map(with_all).collect();
    show(printer, args, &Observed { caches, writes: false })?;
    Ok(Exit::Done)
}

fn show(printer: &Printer, args: &ObserveArgs, outcome: &Observed) -> Result<(), Failure> {
    let text = match args.format {
        PlanFormat::Table => Table { color: printer.color() }.render(outcome),
        PlanFormat::Json => Json.render(outcome),
        PlanFormat::Markdown => Markdown.render(outcome),
    }?;
    Ok(printer.data(&text)?)
}

fn observed(mut judged: Judged, profile: Option<&Profile>, as_of: Date) -> ObservedCache {
    if let Some(profile) = profile {
        let why = unproven(profile, &judged, Catalog::in_use(), &as_pinned(as_of));
        judged.no_shrinking.extend(why);
    }
    let pin = profile.map(|profile| &profile.pin);
    let policy = pin.and_then(|pin| Some(pin.eviction_policy.as_ref()?.value));
    let service = pin.and_then(|pin| Some(pin.service.as_ref()?.value));
    let declared = profile.map(|profile| compare(profile, &judged)).unwrap_or_default();
    ObservedCache {
        limits: over(&judged, policy, service),
        reason: profile.and_then(|profile| reason(profile, &judged, Catalog::in_use(), &as_pinned(as_of))),
        average: profile.and_then(|profile| average(profile, &judged, peak_put_right(profile, &declared))),
        declared,
        judged,
    }
}

/// The pinned shape stays where it is.
fn as_pinned(as_of: Date) -> recommend::Options {
    recommend::Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of,
        max_price_age_days: None,
        list_all: false,
    }
}

fn write(printer: &Printer, input: &ProfileInput, cache: &ObservedCache) -> Result<(), Failure> {
    let (file, compared) = (&input.file, &cache.declared);
    let failed = |why: String| Failure::new("observe", format!("cannot write {file}: {why}"), None);
    let kept: Vec<&Declared> = compared.iter().filter(|one| one.verdict == Verdict::Kept).collect();
    if let [first, ..] = kept.as_slice() {
        let keys: Vec<&str> = kept.iter().flat_map(|one| one.keys.iter().map(String::as_str)).collect();
        let are = if keys.len() == 1 { "is" } else { "are" };
        // All are kept for the same.
        let why = first.kept_for.join("; ");
        printer.note(&format!("{file}: {} {are} not made smaller: {why}", keys.join(", ")));
    }
    let before = std::fs::read_to_string(&input.path).map_err(|error| failed(error.to_string()))?;
    let unwritable = |error: EditError| failed(error.to_string());
    let after = written(&before, compared)
        .and_then(|text| with_application(&text, &input.profile, &cache.judged))
        .map_err(unwritable)?;
    // The mean is held against the peak that stands there now.
    let sized = parse(after.as_bytes(), file).map_err(|errors| failed(errors.to_string()))?;
    let after = with_average(&after, &sized, &cache.judged).map_err(unwritable)?;
    if after == before {
        printer.note(&format!("{file}: nothing is changed"));
        return Ok(());
    }
    parse(after.as_bytes(), file).map_err(|errors| failed(errors.to_string()))?;
    output::replace(&input.path, &after)?;
    printer.note(&format!("{file}: written; next: cachefit recommend {file}"));
    Ok(())
}

/// All caches, or those that were named as one, or the one of the profile; and what to know where that is no more than
/// the only one.
fn chosen(
    args: &ObserveArgs,
    profile: Option<&Profile>,
    all: &Observations,
) -> Result<(Vec<Group>, Option<String>), Failure> {
    let known = groups(all);
    if known.is_empty() {
        return Err(no_cache("observe", all.reservations.len()));
    }
    let Some(profile) = profile else {
        return match args.cache.first() {
            Some(first) => Ok((vec![joined(first, &args.cache, all, &known)?], None)),
            None => Ok((known, None)),
        };
    };
    let Some(found) = whose(&args.cache, profile, all, &known, true)? else {
        let hint = format!("say which one it is by --cache; the input holds {}", holds(&known));
        let why = format!("the input holds no cache {}", profile.name);
        return Err(Failure::new("observe", why, Some(hint)));
    };
    // What was asked of its own deployment is its own, whatever the answer calls it.
    let asked = args.from.is_empty() && args.url.is_empty();
    let caveat = found.caveat(profile).filter(|_| !asked);
    Ok((vec![found.group], caveat))
}
