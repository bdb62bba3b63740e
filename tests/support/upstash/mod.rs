//! A fake of Upstash's Developer API, with its habits, after `tests/data/upstash/openapi.yml` and what clients of others
//! know of it. Databases move through their states as they are asked about, never by the clock. Users of a database live
//! in a real Redis server ([`data_plane`]), since the API has no call for them.
//!
//! What the real service says where no document tells, the texts of most errors for example, is made up.

#![allow(dead_code, reason = "each test binary uses its own part")]

mod api;
mod backups;
mod data_plane;
mod database;
pub mod document;
mod operations;
mod plans;
mod wire;
mod world;

use crate::cloud::Double;

pub use wire::basic;
pub use world::{Account, EMAIL, KEY, World};

/// A running fake: a native account that has no database.
pub type Upstash = Double<World>;
