//! Regions of the providers, and which of them are near each other.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{DataError, Row, Table};
use crate::units::Provider;

const TABLE: Table = Table { file: "places.tsv", header: "place\taws\tazure\tgcp\tupstash" };

/// A place, with the regions of each provider there.
pub(super) struct Place {
    name: &'static str,
    entries: Vec<(Provider, Entry)>,
}

/// A region; a `~` in the table says that it is only the nearest one.
#[derive(Clone, Copy)]
struct Entry {
    region: &'static str,
    is_here: bool,
}

/// The region of another provider that is nearest to a given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Equivalent {
    /// Its name.
    pub region: &'static str,
    /// Where the given region is.
    pub place: &'static str,
    /// Whether both are in the same metropolitan area or state.
    pub same_place: bool,
}

/// The region whose prices stand in where a region has none.
pub fn reference_region(provider: Provider) -> &'static str {
    match provider {
        Provider::Aws | Provider::Upstash => "us-east-1",
        Provider::Azure => "eastus",
        Provider::Gcp => "us-central1",
        Provider::Local => "local",
    }
}

/// Reads the table.
pub(super) fn parse(text: &'static str) -> Result<Vec<Place>, DataError> {
    TABLE.rows(text)?.map(|mut row| place(&mut row)).collect()
}

fn place(row: &mut Row) -> Result<Place, DataError> {
    let name = row.text()?;
    let mut entries = Vec::new();
    for provider in Provider::CLOUDS.iter().copied() {
        for word in row.text()?.split_whitespace() {
            entries.push((
                provider,
                Entry { region: word.trim_start_matches('~'), is_here: !word.starts_with('~') },
            ));
        }
    }
    Ok(Place { name, entries })
}

impl Place {
    fn of(&self, provider: Provider) -> impl Iterator<Item = Entry> {
        self.entries.iter().filter(move |(p, _)| *p == provider).map(|(_, entry)| *entry)
    }

    /// The provider's regions in this place.
    pub fn here(&self, provider: Provider) -> impl Iterator<Item = &'static str> {
        self.of(provider).filter(|e| e.is_here).map(|e| e.region)
    }
}

/// The regions of each provider, sorted.
pub(super) fn by_provider(places: &[Place]) -> BTreeMap<Provider, Vec<&'static str>> {
    let mut regions: BTreeMap<Provider, Vec<&'static str>> = BTreeMap::new();
    for &provider in Provider::ALL {
        let mut here: Vec<_> = places.iter().flat_map(|p| p.here(provider)).collect();
        here.sort_unstable();
        regions.insert(provider, here);
    }
    regions.insert(Provider::Local, vec![reference_region(Provider::Local)]);
    regions
}

/// The nearest region of `to` for a region of `from`: one of the same name, otherwise the first in the table.
pub(super) fn equivalent(places: &[Place], from: Provider, region: &str, to: Provider) -> Option<Equivalent> {
    let place = places.iter().find(|p| p.here(from).any(|r| r == region))?;
    let same_name = place.of(to).find(|entry| entry.region == region);
    same_name.or_else(|| place.of(to).next()).map(|entry| Equivalent {
        region: entry.region,
        place: place.name,
        same_place: entry.is_here,
    })
}
