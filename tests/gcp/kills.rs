//! A small storm: killed after every change, and nothing else. The contract's own, at every call, is Valkey's.

use crate::cloud::storm::{Kind, each, places, straight, survives};
use crate::cloud::{Fault, On};
use crate::google::World;

/// Killed after each change of a run; says how many there were.
pub fn after_every_change(profile: &str, kind: Kind<'_>) -> usize {
    let straight = straight::<World>(profile, kind);
    let all = places(&straight.changes);
    each(&all, |change| {
        survives(profile, &[(On::Change(*change), Fault::KillAfter)], &straight, kind);
    });
    all.len()
}
