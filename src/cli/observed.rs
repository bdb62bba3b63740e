//! Exports of metrics and inventories that the command line names, read and judged.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::error::Failure;
use super::inputs;
use crate::observe::{CacheInfo, Input, Judged, Observations, Options, Reservation, Survey, read, survey};
use crate::profile::Profile;
use crate::units::several;

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
pub fn observed(files: &[PathBuf], as_of: Option<Date>) -> Result<Observed, Failure> {
    if files.is_empty() {
        return Ok(Observed::default());
    }
    let options = judging(None, as_of);
    let Survey { judged, caches, reservations, caveats } = surveyed(files, "metrics", &options)?;
    Ok(Observed {
        judged: judged.into_iter().filter(|judged| !judged.figures.is_empty()).collect(),
        infos: caches,
        reservations,
        caveats: caveats.into_iter().collect(),
    })
}

/// What to judge the metrics of a profile by.
pub fn judging(profile: Option<&Profile>, as_of: Option<Date>) -> Options {
    let ttl = profile.and_then(longest_ttl);
    Options { ttl, now: Some(inputs::clock(as_of)), ..Options::default() }
}

/// The longest time to live of a profile, in seconds: a server is warm when it has been up for so long.
fn longest_ttl(profile: &Profile) -> Option<f64> {
    let ttls = profile.dataset.iter().filter_map(|family| Some(family.ttl.as_ref()?.value.high.0));
    ttls.max_by(f64::total_cmp)
}

/// Every cache of files, judged; errors have the code. Standard input and pipes can be read only once: then all is read
/// first.
pub fn surveyed(files: &[PathBuf], code: &'static str, options: &Options) -> Result<Survey, Failure> {
    let once = |file: &PathBuf| inputs::is_standard_input(file) || is_pipe(file);
    if files.iter().any(once) {
        return Ok(Survey::of(exports(files, code)?, options));
    }
    for file in files {
        is_there(file)?;
    }
    survey(files.len(), &|place| later(&files[place]), Timestamp::now().as_second(), options)
        .map_err(|error| Failure::new(code, error.to_string(), error.hint.clone()))
}

/// Why nothing can be said of any cache, where files hold none.
pub fn no_cache(code: &'static str, reservations: usize) -> Failure {
    let hint = "give metrics, or an inventory of caches such as `aws elasticache describe-replication-groups`, beside it";
    let why = match reservations {
        0 => "the input holds no cache".to_owned(),
        some => format!("the input holds {} and no cache", several(some, "reservation")),
    };
    Failure::new(code, why, Some(hint.to_owned()))
}

/// What files say; errors have the code.
pub fn exports(files: &[PathBuf], code: &'static str) -> Result<Observations, Failure> {
    let inputs = files.iter().map(|file| export(file)).collect::<Result<Vec<Input>, Failure>>()?;
    read(inputs, Timestamp::now().as_second())
        .map_err(|error| Failure::new(code, error.to_string(), error.hint.clone()))
}

/// A file, or standard input for `-`.
fn export(path: &Path) -> Result<Input, Failure> {
    if inputs::is_standard_input(path) {
        return Ok(Input { name: "<stdin>".to_owned(), content: Box::new(std::io::stdin()) });
    }
    is_there(path)?;
    Ok(later(path))
}

/// Whether a path is of something that is gone when it was read, such as what a shell makes of `<(…)`.
fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn is_there(path: &Path) -> Result<(), Failure> {
    let metadata = path.metadata().and_then(|metadata| {
        if metadata.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(metadata) }
    });
    metadata.map(|_| ()).map_err(|error| {
        let hint = "name the file of an export: `cachefit observe --help` lists the formats".to_owned();
        Failure::new("unreadable", format!("cannot read {}: {error}", path.display()), Some(hint))
    })
}

/// A file that is opened when it is read, because a fleet has more files than a process may have open.
fn later(path: &Path) -> Input {
    let content = Later { path: path.to_owned(), file: None };
    Input { name: path.to_string_lossy().into_owned(), content: Box::new(content) }
}

/// A file that is opened at its first byte.
struct Later {
    path: PathBuf,
    file: Option<File>,
}

impl Read for Later {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::open(&self.path)?),
        };
        file.read(buffer)
    }
}
