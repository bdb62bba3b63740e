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
use crate::cli::observed::{exports, judging, no_cache, surveyed};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::sources::is_yaml;
use crate::cli::whose::{Metrics, Whose};
use crate::fleet::{
    Declared, Running, Verdict, average, compare, peak_put_right, with_application, with_average, written,
};
use crate::observe::{Input, Judged, Options, Survey, over, recognise};
use crate::parallel;
use crate::profile::{EditError, Profile, parse};
use crate::recommend;
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
    let options = Options { days: args.days, ..judging(profile, args.target.as_of) };
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
    let metrics = Metrics::of(all);
    if metrics.known().is_empty() {
        return Err(no_cache("observe", metrics.reservations()));
    }
    let as_of = args.target.as_of.unwrap_or_else(inputs::today);
    let Some(input) = &input else {
        let caches = match args.cache.as_slice() {
            [] => parallel::map(metrics.known(), |group| metrics.judge(group, &options)),
            names => vec![metrics.judge(&metrics.joined(names)?, &options)],
        };
        let caches = caches.into_iter().map(without_profile).collect();
        show(printer, args, &Observed { caches, writes: false })?;
        return Ok(Exit::Done);
    };
    let whose = of_profile(args, &input.profile, &metrics)?;
    // What was asked of its own deployment is its own, whatever the answer calls it.
    let is_asked = args.from.is_empty() && args.url.is_empty();
    let caveat = whose.caveat(&input.profile).filter(|_| !is_asked);
    let mut judged = metrics.judge_for(&whose, &options);
    judged.caveats.splice(0..0, caveat.clone());
    let cache = if whose.is_elsewhere() {
        of_elsewhere(judged, &input.profile)
    } else {
        observed(judged, &input.profile, as_of)
    };
    let refused = caveat.filter(|_| whose.is_by_chance());
    let outcome = Observed { caches: vec![cache], writes: args.write && refused.is_none() };
    show(printer, args, &outcome)?;
    if let (true, [cache]) = (args.write, outcome.caches.as_slice()) {
        if let Some(caveat) = refused {
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
    let with_all = |mut judged: Judged| {
        judged.caveats.splice(0..0, caveats.iter().cloned());
        without_profile(judged)
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

/// What the metrics of a cache say where no profile is given.
fn without_profile(judged: Judged) -> ObservedCache {
    ObservedCache {
        limits: over(&judged, None, None),
        declared: Vec::new(),
        average: None,
        reason: None,
        judged,
    }
}

/// What they say of its profile.
fn observed(mut judged: Judged, profile: &Profile, as_of: Date) -> ObservedCache {
    // The pinned shape stays where it is.
    let options = recommend::Options::on(as_of);
    let running = Running::of(profile, &judged, Catalog::in_use(), &options);
    if let Some(running) = &running {
        let why = running.unproven(&judged);
        judged.no_shrinking.extend(why);
    }
    let pin = &profile.pin;
    let policy = pin.eviction_policy.as_ref().map(|policy| policy.value);
    let service = pin.service.as_ref().map(|service| service.value);
    ObservedCache {
        limits: over(&judged, policy, service),
        reason: running.as_ref().and_then(Running::reason),
        ..of_elsewhere(judged, profile)
    }
}

/// What the demand of another cloud's cache says of a profile: nothing of a shape that it has never run on.
fn of_elsewhere(judged: Judged, profile: &Profile) -> ObservedCache {
    let declared = compare(profile, &judged);
    ObservedCache {
        limits: Vec::new(),
        average: average(profile, &judged, peak_put_right(profile, &declared)),
        declared,
        reason: None,
        judged,
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
        .and_then(|text| with_average(&text, cache.average.as_ref()))
        .map_err(unwritable)?;
    if after == before {
        printer.note(&format!("{file}: nothing is changed"));
        return Ok(());
    }
    parse(after.as_bytes(), file).map_err(|errors| failed(errors.to_string()))?;
    output::replace(&input.path, &after)?;
    printer.note(&format!("{file}: written; next: cachefit recommend {file}"));
    Ok(())
}

/// The cache of a profile.
fn of_profile(args: &ObserveArgs, profile: &Profile, metrics: &Metrics) -> Result<Whose, Failure> {
    metrics.demand_of(&args.cache, profile, true)?.ok_or_else(|| {
        let hint = format!("say which one it is by --cache; the input holds {}", metrics.holds());
        Failure::new("observe", format!("the input holds no cache {}", profile.name), Some(hint))
    })
}
