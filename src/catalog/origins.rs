//! Reading `origins.tsv`: what many prices share.

use std::borrow::Cow;
use std::sync::Arc;

use super::price::{Confidence, Unit};
use super::table::{DataError, Row, Table};

pub(super) const TABLE: Table = Table {
    file: "origins.tsv",
    header: "id\tunit\tconfidence\testimate\tmeter\tsource\tcopy\tas_of\tdiscounts\tnote",
};

/// What many prices share.
#[derive(Debug)]
pub(super) struct Origin {
    /// Its name in the tables.
    pub id: &'static str,
    pub unit: Unit,
    pub confidence: Confidence,
    pub estimate: Option<&'static str>,
    /// With places for parts of the item's name; see [`Origin::meter`].
    meter: &'static str,
    pub source: &'static str,
    pub copy: Option<&'static str>,
    pub as_of: &'static str,
    /// Whether Google's committed-use discounts apply.
    pub discounts: bool,
    pub note: Option<&'static str>,
}

/// All origins, sorted by id.
pub(super) struct Origins(Vec<(&'static str, Arc<Origin>)>);

impl Origins {
    /// Reads the table, in any order of lines.
    pub fn parse(text: &'static str) -> Result<Self, DataError> {
        let units: Vec<(&str, Unit)> = Unit::ALL.iter().map(|u| (u.id(), *u)).collect();
        let mut entries = Vec::new();
        for mut row in TABLE.rows(text)? {
            let id = row.text()?;
            entries.push((id, Arc::new(origin(id, &mut row, &units)?)));
        }
        entries.sort_unstable_by_key(|entry| entry.0);
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(TABLE.error(1, format!("`{}` is there twice", pair[0].0))),
            None => Ok(Self(entries)),
        }
    }

    /// The origin that the next field of a row names.
    pub fn required(&self, row: &mut Row) -> Result<&Arc<Origin>, DataError> {
        let id = row.text()?;
        match self.0.binary_search_by_key(&id, |entry| entry.0) {
            Ok(i) => Ok(&self.0[i].1),
            Err(_) => Err(row.error(&format!("there is no origin `{id}`"))),
        }
    }
}

/// The columns in the order of the header.
fn origin(id: &'static str, row: &mut Row, units: &[(&str, Unit)]) -> Result<Origin, DataError> {
    Ok(Origin {
        id,
        unit: row.word(units)?,
        confidence: row.word(&[
            ("low", Confidence::Low),
            ("medium", Confidence::Medium),
            ("high", Confidence::High),
        ])?,
        estimate: row.optional()?,
        meter: row.text()?,
        source: row.text()?,
        copy: row.optional()?,
        as_of: row.text()?,
        discounts: row.word(&[("cud", true), ("", false)])?,
        note: row.optional()?,
    })
}

impl Origin {
    /// The vendor's meter of an item: `NodeUsage:cache.r7g.large`.
    pub fn meter(&self, item: &str) -> Cow<'static, str> {
        let fill = |place: &str, part: &str| Cow::Owned(self.meter.replace(place, part));
        let named = item.split(' ').next().unwrap_or(item);
        match self.meter.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            Some(("item", _)) => fill("{item}", item),
            Some(("node", _)) => fill("{node}", item.rsplit(':').next().unwrap_or(item)),
            Some(("size", _)) => fill("{size}", named.rsplit(['_', '-']).next().unwrap_or(named)),
            Some(("words", _)) => fill("{words}", &words(item)),
            _ => Cow::Borrowed(self.meter),
        }
    }
}

/// `Highmem Medium` for `REDIS_HIGHMEM_MEDIUM`.
fn words(item: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>()
    };
    let parts = item.strip_prefix("REDIS_").unwrap_or(item).split('_');
    parts.map(capital).collect::<Vec<_>>().join(" ")
}
