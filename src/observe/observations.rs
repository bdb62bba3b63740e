//! Everything that was read of some caches, from any number of files.

use std::collections::{BTreeMap, BTreeSet};

use super::command_use::CommandUse;
use super::inventory::{CacheInfo, Reservation};
use super::series::Series;

/// Series, inventories and what to know about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    /// The series, in the order in which they were read.
    pub series: Vec<Series>,
    /// The caches that inventories name.
    pub caches: Vec<CacheInfo>,
    /// The reservations that inventories name.
    pub reservations: Vec<Reservation>,
    /// Which commands clients call, by the node whose counters tell it.
    pub uses: BTreeMap<String, CommandUse>,
    /// What a reader of the figures must know.
    pub caveats: BTreeSet<String>,
}

impl Observations {
    /// Adds what another source says.
    pub fn merge(&mut self, other: Self) {
        self.series.extend(other.series);
        for cache in other.caches {
            // Pages of one inventory, and the same inventory twice.
            let known = self.caches.iter().enumerate().filter(|(_, known)| known.id == cache.id);
            match cache.place().only_of(known.map(|(at, known)| (at, known.place()))) {
                Some(at) => self.caches[at].update(cache),
                None => self.caches.push(cache),
            }
        }
        for reservation in other.reservations {
            if !self.reservations.contains(&reservation) {
                self.reservations.push(reservation);
            }
        }
        for (node, used) in other.uses {
            self.uses.entry(node).or_default().merge(used);
        }
        self.caveats.extend(other.caveats);
    }

    /// Joins series that tell the same, in the order of their names, and puts all points in order.
    pub fn tidy(&mut self) {
        let twice = self.in_order();
        self.caveats.extend(Self::contradictory(twice));
    }

    /// What to know of so many points that are there twice.
    pub(super) fn contradictory(twice: usize) -> Option<String> {
        let text =
            || format!("{twice} points are there twice with different values: the higher one is taken");
        (twice > 0).then(text)
    }

    /// As `tidy`, which says how many points are there twice with different values.
    pub(super) fn in_order(&mut self) -> usize {
        let mut all = std::mem::take(&mut self.series);
        let key = |s: &Series| (s.node.clone(), s.metric, s.statistic, s.step, s.part.clone());
        all.sort_by_cached_key(key);
        for series in all {
            match self.series.last_mut().filter(|last| last.is_kin(&series)) {
                Some(last) => {
                    last.points.extend(series.points);
                    last.incomplete = last.incomplete.take().or(series.incomplete);
                }
                None => self.series.push(series),
            }
        }
        let mut twice = 0;
        for series in &mut self.series {
            twice += series.tidy();
        }
        self.series.retain(|series| !series.points.is_empty());
        twice
    }

    /// The series of a node. They are found by the order that `tidy` leaves.
    pub fn of_node(&self, node: &str) -> &[Series] {
        let begin = self.series.partition_point(|series| series.node.as_str() < node);
        let rest = &self.series[begin..];
        &rest[..rest.partition_point(|series| series.node == node)]
    }

    /// What a source tells of the commands that clients of a node call.
    pub(super) fn use_of(&mut self, node: &str, source: &str) -> &mut CommandUse {
        let used = self.uses.entry(node.to_owned()).or_default();
        if !used.sources.contains(source) {
            used.sources.insert(source.to_owned());
        }
        used
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
            && self.caches.is_empty()
            && self.reservations.is_empty()
            && self.uses.is_empty()
    }
}
