//! Estimates that are computed from another price: from which, and what becomes of them when it changes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::block::PriceRow;
use super::price_rows::Prices;
use super::price_scope::scope;
use super::record::{Key, PriceRecord};
use crate::units::{Commitment, Engine};

/// An estimate of an estimate of an estimate is as far as rules go.
const DEEPEST: usize = 3;
/// The column of the date in a line of `origins.tsv`, after the id.
const AS_OF: usize = 6;

/// A price of a list that is another than the one that is known.
struct Move {
    before: Decimal,
    after: Decimal,
    as_of: String,
}

/// Prices of a list that are others than those that are known.
pub(super) struct Moves<'a> {
    prices: &'a Prices,
    all: BTreeMap<Key, Move>,
}

/// An estimate, computed anew.
pub(super) struct Anew {
    /// The row with its new amounts.
    pub row: PriceRow,
    /// The day of the price that it is computed from.
    pub as_of: String,
}

impl<'a> Moves<'a> {
    /// Compares records with what is known.
    pub fn new<'r>(prices: &'a Prices, records: impl Iterator<Item = &'r PriceRecord>) -> Self {
        let mut all = BTreeMap::new();
        for record in records {
            let key = record.key();
            let Some((row, after)) = row_of(prices, &key).zip(record.usd()) else { continue };
            if row.usd != after && !is_older(row, record) {
                all.insert(key, Move { before: row.usd, after, as_of: record.as_of.clone() });
            }
        }
        Self { prices, all }
    }

    /// The row with the amounts that its rule gives now; none if it has no rule, or if nothing has changed for it.
    pub fn anew(&self, key: &Key, row: &PriceRow) -> Option<Anew> {
        let (before, after, as_of) = self.share(key, row, DEEPEST)?;
        Some(Anew { row: row.scaled(after, before), as_of })
    }

    /// What the price that a row is computed from was and is.
    fn share(&self, key: &Key, row: &PriceRow, deep: usize) -> Option<(Decimal, Decimal, String)> {
        let base = base(key, row)?;
        if let Some(moved) = self.all.get(&base) {
            return Some((moved.before, moved.after, moved.as_of.clone()));
        }
        self.share(&base, row_of(self.prices, &base)?, deep.checked_sub(1)?)
    }
}

/// Whether a list is older than what is known.
pub(super) fn is_older(known: &PriceRow, record: &PriceRecord) -> bool {
    let (known, read) = (known.origin.as_of, &record.as_of);
    // A date may be a month or a year only.
    let length = known.len().min(read.len());
    known[..length] > read[..length]
}

fn row_of<'a>(prices: &'a Prices, (service, region, item, engine, term): &Key) -> Option<&'a PriceRow> {
    let rows = prices.of_item(scope(*service, item), region, item);
    rows.iter().find(|row| row.engine == *engine && row.term == *term)
}

/// The price that an estimate is a multiple of, by the words of its rule: `0.65 x on demand, …`, `2 x "C3 Cache Instance"; …`,
/// `0.4500 x valkey ondemand same node, …`, `P1 in eastus x the ratio of …`.
fn base((service, region, item, engine, term): &Key, row: &PriceRow) -> Option<Key> {
    let (first, second) = row.origin.estimate?.split_once(" x ")?;
    let same = |item: String, engine, term| Some((*service, region.clone(), item, engine, term));
    if first.parse::<Decimal>().is_ok() {
        if second.starts_with("on demand") {
            return same(item.clone(), *engine, Commitment::OnDemand);
        }
        if second.starts_with("valkey ondemand same node") {
            return same(item.clone(), Some(Engine::Valkey), Commitment::OnDemand);
        }
        return second
            .starts_with('"')
            .then(|| format!("{item} (node meter)"))
            .and_then(|i| same(i, *engine, *term));
    }
    let (size, place) = first.split_once(" in ").filter(|_| second.starts_with("the ratio"))?;
    let (family, _) = item.rsplit_once('_').filter(|_| !size.contains(' '))?;
    let base = (*service, place.to_owned(), format!("{family}_{size}"), *engine, *term);
    (base.2 != *item || base.1 != *region).then_some(base)
}

/// A line of `origins.tsv` without its id, as of another day.
pub(super) fn as_of(origin: &str, day: &str) -> String {
    let mut columns: Vec<&str> = origin.split('\t').collect();
    if let Some(column) = columns.get_mut(AS_OF) {
        *column = day;
    }
    columns.join("\t")
}
