//! Storms beside those of the contract: a cache without nodes, and a change of everything at once.

use crate::aws::World;
use crate::cloud::storm::{Kind, storm};
use crate::machine::SERVERLESS;

#[test]
fn a_serverless_cache_survives_every_kill() {
    assert!(storm::<World>(SERVERLESS, Kind::Up) > 15);
}

#[test]
fn taking_a_serverless_cache_down_survives_every_kill() {
    assert!(storm::<World>(SERVERLESS, Kind::Down) > 15);
}
