//! Exports of metrics and inventories that the command line names, read and judged.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::Failure;
use crate::observe::{CacheInfo, Input, Judged, Options, Reservation, groups, judge, read};
use crate::parallel;

/// What files say of caches.
#[derive(Default)]
pub struct Observed {
    /// What inventories say.
    pub infos: Vec<CacheInfo>,
    /// What metrics say; nothing for a cache without any.
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
    let inputs = files.iter().map(|file| input(file)).collect::<Result<Vec<Input>, Failure>>()?;
    let all = read(inputs, Timestamp::now().as_second()).map_err(|error| {
        let hint = error.hint.clone();
        Failure::new("metrics", error.to_string(), hint)
    })?;
    // What holds for all files is said once, not of every cache.
    let common: BTreeSet<String> = all.caveats.clone();
    let judged = parallel::map(&groups(&all), |group| {
        let mut judged = judge(group, &all, &Options::default());
        judged.caveats.retain(|caveat| !common.contains(caveat));
        judged
    });
    Ok(Observed {
        judged: judged.into_iter().filter(|judged| !judged.figures.is_empty()).collect(),
        infos: all.caches,
        reservations: all.reservations,
        caveats: common.into_iter().collect(),
    })
}

fn input(file: &Path) -> Result<Input, Failure> {
    let opened = File::open(file).map_err(|error| {
        Failure::new("unreadable", format!("cannot read {}: {error}", file.display()), None)
    })?;
    Ok(Input { name: file.to_string_lossy().into_owned(), content: Box::new(opened) })
}
