//! From texts of profiles to a review: reading, pairing with the baseline, pricing on all cores.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::installed::{self, Installed};
use super::printer::Ticker;
use super::sources::Source;
use crate::catalog::Catalog;
use crate::cost::{LineKind, LineSide, sides};
use crate::parallel;
use crate::profile::{GatePolicy, Profile, ProfileErrors, parse};
use crate::recommend::{Options, Varied, choose, projection, sweep};
use crate::review::{Answer, Before, Finding, Inputs, Review, Unreadable};

use super::answers::located;

/// What is priced.
pub struct Work<'a> {
    /// The profiles.
    pub after: &'a [Source],
    /// What they are compared with, priced anew.
    pub before: Option<&'a [Source]>,
    /// The same from an earlier report.
    pub report: Option<(Vec<Before<'a>>, Vec<Finding>)>,
    /// How the command line named it.
    pub baseline: Option<String>,
    /// The file of gates.
    pub policy: Option<&'a GatePolicy>,
    /// How to price.
    pub options: &'a Options,
    /// How many deployments get pictures.
    pub pictures: usize,
    /// Whose months ahead are told.
    pub ahead: Ahead,
}

/// Whose months ahead are worked out; that takes a third of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ahead {
    /// Nobody's.
    None,
    /// Those of what has changed.
    Changed,
    /// All.
    All,
}

/// A review, what is told of it on stderr, and the profiles that cannot be used.
pub struct Done {
    /// The review.
    pub review: Review,
    /// Warnings of profiles and which server they were sized for.
    pub notes: Vec<String>,
    /// Profiles that cannot be used.
    pub errors: Vec<ProfileErrors>,
}

type Priced<'a> = Result<(Answer<'a>, Vec<String>), ProfileErrors>;

/// Prices both sides in one go, and reviews them.
pub fn review(work: Work<'_>, ticker: &Ticker) -> Done {
    let installed = Installed::default();
    let partner = partners(work.after, work.before.unwrap_or_default());
    let old = work.before.unwrap_or_default();
    let same: BTreeSet<usize> =
        partner.iter().filter(|(b, a)| work.after[**a].bytes == old[**b].bytes).map(|(_, a)| *a).collect();
    let now: Vec<(&Source, bool)> = work
        .after
        .iter()
        .enumerate()
        .map(|(i, source)| match work.ahead {
            Ahead::None => (source, false),
            Ahead::Changed => (source, !same.contains(&i)),
            Ahead::All => (source, true),
        })
        .collect();
    let after = price(&now, work.options, &installed, ticker);
    // What has not changed is not priced a second time.
    let differs: Vec<usize> =
        (0..old.len()).filter(|i| partner.get(i).is_none_or(|a| !same.contains(a))).collect();
    // Gates look at dated changes on both sides.
    let then: Vec<(&Source, bool)> = differs.iter().map(|i| (&old[*i], work.ahead != Ahead::None)).collect();
    let before: BTreeMap<usize, Priced<'_>> =
        differs.iter().copied().zip(price(&then, work.options, &installed, ticker)).collect();
    let (mut notes, mut errors, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let mut broken: Vec<(usize, String)> = Vec::new();
    let mut answers: Vec<(usize, Answer<'_>)> = Vec::with_capacity(after.len());
    for (i, priced) in after.into_iter().enumerate() {
        match priced {
            Ok((answer, said)) => {
                let file = answer.file.clone();
                problems.extend(answer.profile.warnings.iter().map(|w| Finding::problem(w, &file)));
                notes.extend(said);
                answers.push((i, answer));
            }
            Err(found) => {
                problems.extend(Finding::problems(&found, &work.after[i].file));
                broken.push((i, first(&found, &work.after[i].file)));
                errors.push(found);
            }
        }
    }
    let removed = joined(&mut answers, &before, old, &partner);
    draw(&mut answers, &removed, &work);
    let (positions, answers): (Vec<usize>, Vec<Answer<'_>>) = answers.into_iter().unzip();
    let (earlier, mut reports) = work.report.map_or_else(Default::default, |(all, findings)| (findings, all));
    let then = Then { before: &before, old, baseline: work.baseline.as_ref() };
    let mut sides: Vec<Option<Before<'_>>> = Vec::with_capacity(answers.len());
    for (position, answer) in positions.iter().zip(&answers) {
        let index = removed.pairs.get(position);
        sides.push(match index {
            Some(index) => Some(match before.get(index) {
                None => Before::priced(answer),
                Some(Ok((was, _))) => Before {
                    without_growth: without_growth(was, answer, work.options),
                    ..then.side(*index, (&was.profile.name, was.profile.environment.as_str()))
                },
                Some(Err(_)) => {
                    then.side(*index, (&answer.profile.name, answer.profile.environment.as_str()))
                }
            }),
            None => take(&mut reports, answer),
        });
    }
    // A profile of the same file has another name now.
    for (side, answer) in sides.iter_mut().zip(&answers).filter(|(side, _)| side.is_none()) {
        let at = reports.iter().position(|was| was.file == answer.file);
        *side = at.map(|at| reports.remove(at));
    }
    let unreadable: Vec<Unreadable<'_>> = broken
        .into_iter()
        .map(|(position, why)| {
            let source = &work.after[position];
            let by_file = || reports.iter().position(|was| was.file == source.file);
            let was = match removed.pairs.get(&position) {
                Some(index) if same.contains(&position) => {
                    let file = named(work.baseline.as_ref(), &old[*index].file);
                    Some(Before::unreadable(stem(&source.file), "unknown", &file, &why))
                }
                Some(index) => Some(then.side(*index, (stem(&source.file), "unknown"))),
                None => by_file().map(|at| reports.remove(at)),
            };
            let name = was.as_ref().map_or(stem(&source.file), |was| was.profile.as_str()).to_owned();
            let environment = was.as_ref().map_or("unknown", |was| was.environment.as_str()).to_owned();
            let (file, same) = (source.file.clone(), same.contains(&position));
            Unreadable { profile: name, file, environment, why, same, before: was }
        })
        .collect();
    let gone = removed.gone.iter().map(|index| then.side(*index, (stem(&old[*index].key), "unknown")));
    let gone: Vec<Before<'_>> = gone.chain(reports).collect();
    let review = Review::of(Inputs {
        after: &answers,
        before: sides,
        unreadable,
        removed: gone,
        baseline: work.baseline.clone(),
        earlier,
        policy: work.policy,
        problems,
        as_of: work.options.as_of,
        snapshot: Catalog::in_use().snapshot().date,
    });
    Done { review, notes, errors }
}

/// The baseline, priced.
struct Then<'a> {
    before: &'a BTreeMap<usize, Priced<'a>>,
    old: &'a [Source],
    baseline: Option<&'a String>,
}

impl<'a> Then<'a> {
    /// What one was; name and environment are those of a profile that cannot be read.
    fn side(&self, index: usize, (name, environment): (&str, &str)) -> Before<'a> {
        match self.before.get(&index) {
            Some(Ok((was, _))) => Before { file: named(self.baseline, &was.file), ..Before::priced(was) },
            found => {
                let file = named(self.baseline, &self.old[index].file);
                let why = found.and_then(|priced| priced.as_ref().err()).map(|errors| first(errors, &file));
                Before::unreadable(name, environment, &file, &why.unwrap_or_else(|| file.clone()))
            }
        }
    }
}

/// The first of a profile's errors, with its place.
fn first(errors: &ProfileErrors, file: &str) -> String {
    let Some(error) = errors.errors.first() else { return file.to_owned() };
    match &error.location {
        Some(place) => format!("{file}:{}:{}: {}", place.line, place.column, error.message),
        None => format!("{file}: {}", error.message),
    }
}

/// `cart` of `caches/cart.yaml`.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name)
}

/// Answers that borrow the texts of their sources.
fn price<'a>(
    sources: &[(&'a Source, bool)],
    options: &Options,
    installed: &Installed,
    ticker: &Ticker,
) -> Vec<Priced<'a>> {
    parallel::map(sources, |(source, ahead)| {
        let priced = priced(source, options, installed, *ahead);
        ticker.tick();
        priced
    })
}

/// `git:main:services/a.yaml` for what is in a commit.
fn named(baseline: Option<&String>, file: &str) -> String {
    match baseline.filter(|name| name.starts_with("git:")) {
        Some(name) => format!("{name}:{file}"),
        None => file.to_owned(),
    }
}

/// Profiles of the baseline by the profile that they are now, by their keys.
fn partners(after: &[Source], before: &[Source]) -> BTreeMap<usize, usize> {
    let keys: BTreeMap<&str, usize> = after.iter().enumerate().map(|(i, s)| (s.key.as_str(), i)).collect();
    let found = before.iter().enumerate().filter_map(|(i, s)| Some((i, *keys.get(s.key.as_str())?)));
    found.collect()
}

/// Which profile was which, and which are gone.
struct Paired {
    pairs: BTreeMap<usize, usize>,
    gone: Vec<usize>,
}

/// By key; what is left, by name and environment: a file may have moved.
fn joined(
    answers: &mut [(usize, Answer<'_>)],
    before: &BTreeMap<usize, Priced<'_>>,
    old: &[Source],
    partner: &BTreeMap<usize, usize>,
) -> Paired {
    let mut pairs: BTreeMap<usize, usize> = partner.iter().map(|(b, a)| (*a, *b)).collect();
    let mut gone = Vec::new();
    for index in (0..old.len()).filter(|index| !partner.contains_key(index)) {
        let was = before.get(&index).and_then(|priced| priced.as_ref().ok());
        let moved = was.and_then(|(was, _)| {
            answers.iter().find(|(position, now)| {
                !pairs.contains_key(position)
                    && now.profile.name == was.profile.name
                    && now.profile.environment == was.profile.environment
            })
        });
        match moved {
            Some((position, _)) => {
                pairs.insert(*position, index);
            }
            None => gone.push(index),
        }
    }
    Paired { pairs, gone }
}

/// The deployment of an earlier report that this one was: by file and name, else by name and environment.
fn take<'a>(reports: &mut Vec<Before<'a>>, answer: &Answer<'_>) -> Option<Before<'a>> {
    let name = &answer.profile.name;
    let by_file = reports.iter().position(|b| b.file == answer.file && b.profile == *name);
    let environment = answer.profile.environment.as_str();
    let found = by_file
        .or_else(|| reports.iter().position(|b| b.profile == *name && b.environment == environment))?;
    Some(reports.remove(found))
}

/// Sweeps for those that a reader looks at first: changed ones, then the dearest.
fn draw(answers: &mut [(usize, Answer<'_>)], paired: &Paired, work: &Work<'_>) {
    if work.pictures == 0 {
        return;
    }
    let mut order: Vec<usize> = (0..answers.len()).collect();
    let old = work.before.unwrap_or_default();
    let same = |position: usize| {
        paired.pairs.get(&position).is_some_and(|index| old[*index].bytes == work.after[position].bytes)
    };
    order.sort_by_key(|i| {
        let known = answers[*i].1.candidate().map(|c| c.cost.known);
        (same(answers[*i].0), std::cmp::Reverse(known), *i)
    });
    for i in order.into_iter().take(work.pictures) {
        let profile = &answers[i].1.profile;
        let one = |varied: Varied, factors: &[f64]| {
            sweep(profile, Catalog::in_use(), work.options, varied, factors).ok()
        };
        let sweeps = [one(Varied::Load, LOADS), one(Varied::Data, SIZES)];
        answers[i].1.sweeps = sweeps.into_iter().flatten().collect();
    }
}

/// How many times today's load.
const LOADS: &[f64] = &[0.01, 0.04, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0];
/// How many times today's data.
const SIZES: &[f64] = &[0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// The lines of the profile as it is, with the growth that it had; none if growth has not changed.
fn without_growth(
    was: &Answer<'_>,
    now: &Answer<'_>,
    options: &Options,
) -> Option<Vec<(LineKind, LineSide)>> {
    let growth = |profile: &Profile| (profile.growth.rate.value, profile.growth.horizon.value);
    if growth(&was.profile) == growth(&now.profile) {
        return None;
    }
    let profile = Profile { growth: was.profile.growth.clone(), ..now.profile.clone() };
    let answer = choose(&profile, &now.file, Catalog::in_use(), options).ok()?;
    Some(answer.choice.or(answer.pinned_misfit).map(|c| sides(&c.cost)).unwrap_or_default())
}

/// One profile with its answer, the months ahead where they are wanted, and what is told of it.
fn priced<'a>(source: &'a Source, options: &Options, installed: &Installed, ahead: bool) -> Priced<'a> {
    let catalog = Catalog::in_use();
    let profile = parse(&source.bytes, &source.file).map_err(|errors| match &source.path {
        // A file that cannot be read has no bytes; the reader says why.
        Some(path) if source.bytes.is_empty() => crate::profile::load(path).err().unwrap_or(errors),
        _ => errors,
    })?;
    let text = std::str::from_utf8(&source.bytes).unwrap_or_default();
    let mut notes: Vec<String> =
        profile.warnings.iter().map(|w| w.to_string().trim_end().to_owned()).collect();
    // Other providers bring their own servers.
    let sized = if options.providers.is_some() { Cow::Borrowed(&profile) } else { installed.sized(&profile) };
    let mut recommendation = choose(&sized, &source.file, catalog, options)
        .map_err(|error| located(&sized, &source.file, text, &error))?;
    if options.providers.is_none() {
        notes.extend(
            installed::said(&sized, &mut recommendation).map(|said| format!("{}: {said}", source.file)),
        );
    }
    let projection = ahead.then(|| projection(&sized, catalog, options, &recommendation)).flatten();
    let profile = sized.into_owned();
    let sha256 = Sha256::digest(&source.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = Answer {
        file: source.file.clone(),
        text,
        sha256,
        profile,
        recommendation,
        projection,
        sweeps: Vec::new(),
    };
    Ok((answer, notes))
}
