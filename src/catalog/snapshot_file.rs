//! A snapshot of prices as one file of the user's: a line with date and hash, then the tables that it replaces.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::store::{EMBEDDED, Tables};
use super::{Catalog, DataError, origins, price_rows};

/// How the first line begins.
const MAGIC: &str = "cachefit prices 1";
/// Digits of the hash in a name.
const NAMED: usize = 12;

/// The text of a snapshot, with what it is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotText {
    /// Newest date of any price, `YYYY-MM-DD`.
    pub date: String,
    /// SHA-256 of all after the first line, hexadecimal.
    pub sha256: String,
    /// The whole file.
    pub text: String,
}

/// Why a file is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// It is something else.
    #[error(
        "it is not a snapshot of prices of this version: the first line is not `{MAGIC}`, a date and a hash"
    )]
    NotASnapshot,
    /// It was cut or edited.
    #[error("it was changed after it was written: its hash is {found}, and it says {said}")]
    Changed {
        /// Of its content.
        found: String,
        /// In its first line.
        said: String,
    },
    /// A table is broken.
    #[error(transparent)]
    Table(#[from] DataError),
}

impl SnapshotText {
    /// The file of new tables; the date is that of the newest origin, which is never older than that of the base.
    pub(super) fn new(origins: &str, prices: &str, base: &Catalog) -> Self {
        let dates = origins.lines().skip(1).filter_map(|line| line.split('\t').nth(7));
        let newest = dates.filter(|date| date.len() == 10).max().unwrap_or_default();
        let date = newest.max(base.snapshot().date).to_owned();
        let body = format!("{origins}{prices}");
        let sha256 = hex(body.as_bytes());
        let text = format!("{MAGIC}\t{date}\t{sha256}\n{body}");
        Self { date, sha256, text }
    }

    /// What the file is called: `2026-11-28-0123456789ab.tsv`. By date first, so that the last name is the newest.
    pub fn file_name(&self) -> String {
        format!("{}-{}.tsv", self.date, &self.sha256[..NAMED])
    }
}

impl Catalog {
    /// The embedded catalogue with the prices of a snapshot. The text is kept for the rest of the run.
    pub fn from_snapshot(text: String) -> Result<Self, SnapshotError> {
        let (head, body) = text.split_once('\n').ok_or(SnapshotError::NotASnapshot)?;
        let [MAGIC, date, said] = head.split('\t').collect::<Vec<_>>()[..] else {
            return Err(SnapshotError::NotASnapshot);
        };
        let found = hex(body.as_bytes());
        if found != said {
            return Err(SnapshotError::Changed { found, said: said.chars().take(64).collect() });
        }
        let start = format!("\n{}\n", price_rows::TABLE.header);
        let border = body.find(&start).ok_or(SnapshotError::NotASnapshot)? + 1;
        let snapshot = manifest(date, &body[..border], &body[border..]).leak();
        let skip = head.len() + 1;
        let text: &'static str = text.leak();
        let (origins, prices) = text[skip..].split_at(border);
        let catalog = Self::from_tables(Tables { snapshot, origins, prices, ..EMBEDDED })?;
        catalog.prices.check()?;
        Ok(catalog)
    }
}

/// The manifest of the embedded tables, with those that were replaced.
fn manifest(date: &str, origins: &str, prices: &str) -> String {
    let mut text = String::new();
    for line in EMBEDDED.snapshot.lines() {
        let name = line.split('\t').next().unwrap_or_default();
        let of = |table: &str| format!("{name}\t{}\t{}", table.lines().count() - 1, hex(table.as_bytes()));
        let line = match name {
            _ if name == origins::TABLE.file => of(origins),
            _ if name == price_rows::TABLE.file => of(prices),
            "snapshot" => {
                line.rsplit_once('\t').map_or_else(String::new, |(head, _)| format!("{head}\t{date}"))
            }
            _ => line.to_owned(),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The name of an origin: digits of its hash, more than the embedded tables need, because nobody checks for twins here.
pub(super) fn origin_id(origin: &str) -> String {
    hex(origin.as_bytes())[..NAMED].to_owned()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
