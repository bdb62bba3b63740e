//! Every cache that exports tell of, judged file by file: a fleet's points need not be in memory at once.
//!
//! Inventories and what else is small is read first. Then each file of metrics is read, judged and forgotten. Where two files
//! of metrics tell of the same cache, those two are read once more, together; where another kind of file does, everything is
//! read at once. The answers are those of reading everything at once.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::of_name;
use super::judge::{Group, Judged, Options, groups, judge, untold};
use super::read::{Beside, beside, left_out, metrics};
use super::{CacheInfo, Input, Metric, Observations, ReadError, Reservation, Series, Statistic, read};
use crate::parallel;

/// What exports say of a fleet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// All caches, in the order of their names, each with the caveats that hold for it alone.
    pub judged: Vec<Judged>,
    /// The caches that inventories name.
    pub caches: Vec<CacheInfo>,
    /// The reservations that inventories name.
    pub reservations: Vec<Reservation>,
    /// What holds for all of it.
    pub caveats: BTreeSet<String>,
}

/// Reads and judges `count` inputs, which `open` gives, more than once if need be. `now` is the clock, in seconds since 1970.
pub fn survey(
    count: usize,
    open: &(dyn Fn(usize) -> Input + Sync),
    now: i64,
    options: &Options,
) -> Result<Survey, ReadError> {
    // What goes wrong is told by reading everything at once, which does so file by file in their order.
    match file_by_file(count, open, now, options) {
        Some(survey) => Ok(survey),
        None => Ok(Survey::of(read((0..count).map(open).collect(), now)?, options)),
    }
}

impl Survey {
    /// What observations that are in memory say.
    pub fn of(mut all: Observations, options: &Options) -> Self {
        let caveats = std::mem::take(&mut all.caveats);
        let judged = parallel::map(&groups(&all), |group| judge(group, &all, options));
        Self { judged, caches: all.caches, reservations: all.reservations, caveats }
    }
}

/// What one file tells of caches that no other file should tell of.
struct Part {
    /// Its place among the inputs.
    place: usize,
    judged: Vec<Judged>,
    /// Its caches and nodes.
    names: BTreeSet<String>,
    caveats: BTreeSet<String>,
    /// Points that are there twice, and those of a wrong clock.
    twice: usize,
    wrong: usize,
}

fn file_by_file(
    count: usize,
    open: &(dyn Fn(usize) -> Input + Sync),
    now: i64,
    options: &Options,
) -> Option<Survey> {
    let Beside { mut all, queries, metrics: places, mut wrong } = beside(count, open, now).ok()?;
    if places.len() < 2 {
        return None;
    }
    let known = Known::of(&all.caches);
    let read_one = |place: usize| metrics(open(place), &queries, now).ok();
    let part = |place: &usize| {
        let (mut one, wrong) = read_one(*place)?;
        one.caches = known.of_series(&all.caches, &one);
        let untold = untold(&mut one);
        one.caveats.extend(untold);
        let twice = one.in_order();
        // Commands of a node without any metric are told by reading everything at once.
        if one.uses.keys().any(|node| one.of_node(node).is_empty()) {
            return None;
        }
        let caveats = std::mem::take(&mut one.caveats);
        let groups = groups(&one);
        let groups =
            groups.iter().filter(|group| group.nodes.keys().any(|node| !one.of_node(node).is_empty()));
        let groups: Vec<&Group> = groups.collect();
        let names = groups.iter().flat_map(|group| names(group)).collect();
        let judged = groups.iter().map(|group| judge(group, &one, options)).collect();
        Some(Part { place: *place, judged, names, caveats, twice, wrong })
    };
    let parts: Vec<Part> = parallel::map(&places, part).into_iter().collect::<Option<_>>()?;

    // Of a cache that other kinds of files tell of too, what comes first in the order of all files may count.
    let first = names_of_first(&all);
    if parts.iter().any(|part| !part.names.is_disjoint(&first)) {
        return None;
    }
    // Files that share a name are read again, together.
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for name in parts.iter().flat_map(|part| &part.names) {
        *told.entry(name).or_default() += 1;
    }
    let shares = |part: &Part| part.names.iter().any(|name| told.get(name.as_str()).is_some_and(|n| *n > 1));
    let (again, alone): (Vec<Part>, Vec<Part>) = {
        let shared: Vec<bool> = parts.iter().map(shares).collect();
        let mut shared = shared.into_iter();
        parts.into_iter().partition(|_| shared.next().unwrap_or(true))
    };
    let again: Vec<usize> = again.iter().map(|part| part.place).collect();
    for one in parallel::map(&again, |place| read_one(*place)) {
        let (one, wrong_too) = one?;
        wrong += wrong_too;
        all.merge(one);
    }
    let untold = untold(&mut all);
    all.caveats.extend(untold);
    let mut twice = all.in_order();
    let mut survey = Survey { caveats: std::mem::take(&mut all.caveats), ..Survey::default() };
    for part in alone {
        survey.judged.extend(part.judged);
        survey.caveats.extend(part.caveats);
        twice += part.twice;
        wrong += part.wrong;
    }
    // Why there is nothing is told by reading everything at once.
    if survey.judged.is_empty() && all.is_empty() {
        return None;
    }
    survey.caveats.extend(Observations::contradictory(twice));
    survey.caveats.extend(left_out(wrong));
    let done: BTreeSet<&str> = survey.judged.iter().map(|judged| judged.cache.as_str()).collect();
    let mut left = groups(&all);
    left.retain(|group| !done.contains(group.id.as_str()));
    survey.judged.extend(parallel::map(&left, |group| judge(group, &all, options)));
    survey.judged.sort_by(|a, b| a.cache.cmp(&b.cache));
    (survey.caches, survey.reservations) = (all.caches, all.reservations);
    Some(survey)
}

/// The names by which others could tell of the same cache.
fn names(group: &Group) -> impl Iterator<Item = String> {
    group.nodes.keys().cloned().chain([group.id.clone()])
}

/// The names of all caches of which what was read first holds metrics.
fn names_of_first(all: &Observations) -> BTreeSet<String> {
    let nodes: BTreeSet<&str> = all.series.iter().map(|series| series.node.as_str()).collect();
    let of_node = |node: &&str| Series::new(*node, Metric::Memory, Statistic::Sample, "");
    let series = nodes.iter().map(of_node).collect();
    let known = Observations { series, caches: all.caches.clone(), ..Observations::default() };
    let groups = groups(&known);
    let told = groups.iter().filter(|group| group.nodes.keys().any(|node| nodes.contains(node.as_str())));
    told.flat_map(names).collect()
}

/// Where the caches of inventories stand, by their own names and those of their nodes.
struct Known(BTreeMap<String, Vec<usize>>);

impl Known {
    fn of(caches: &[CacheInfo]) -> Self {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, cache) in caches.iter().enumerate() {
            for name in cache.members.iter().map(|member| &member.id).chain([&cache.id]) {
                places.entry(name.clone()).or_default().push(place);
            }
        }
        Self(places)
    }

    /// The caches that series can be of, and those with the same names in other regions, in their order.
    fn of_series(&self, caches: &[CacheInfo], one: &Observations) -> Vec<CacheInfo> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for series in &one.series {
            names.insert(series.node.clone());
            names.insert(of_name(&series.node).0);
        }
        let places = |names: &BTreeSet<String>| -> BTreeSet<usize> {
            names.iter().filter_map(|name| self.0.get(name)).flatten().copied().collect()
        };
        let first = places(&names);
        names.extend(first.iter().map(|place| caches[*place].id.clone()));
        places(&names).into_iter().map(|place| caches[place].clone()).collect()
    }
}
