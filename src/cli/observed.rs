//! Exports of metrics and inventories that the command line names, read and judged.

use std::path::PathBuf;

use super::error::Failure;
use crate::observe::{CacheInfo, Judged, Reservation};

/// What files say of caches.
#[derive(Default)]
pub struct Observed {
    /// What inventories say.
    pub infos: Vec<CacheInfo>,
    /// What metrics say.
    pub judged: Vec<Judged>,
    /// What is paid for in advance.
    pub reservations: Vec<Reservation>,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// Reads and judges files; nothing if there are none.
pub fn observed(files: &[PathBuf]) -> Result<Observed, Failure> {
    if files.is_empty() {
        return Ok(Observed::default());
    }
    let file = files[0].display();
    Err(Failure::new("unreadable", format!("cannot read {file}: no reader knows its format"), None))
}
