//! Reading `prices.tsv`, and finding the one row that matches a key.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use rust_decimal::Decimal;

use super::price::{Confidence, Price, Unit};
use super::table::{DataError, Row, Table, Texts};
use crate::units::{Commitment, Engine};

const TABLE: Table = Table {
    file: "prices.tsv",
    header: "scope\tregion\titem\tengine\tterm\tunit\tusd\tupfront\trecurring\tconfidence\testimate\tmeter\tsource\
        \tas_of\tdiscounts\tnote",
};

/// One row.
#[derive(Clone, Debug)]
pub(super) struct PriceRow {
    /// A service's id, or a provider's name for what all its services share.
    pub scope: &'static str,
    pub region: &'static str,
    pub item: &'static str,
    /// None if the price does not depend on the engine.
    pub engine: Option<Engine>,
    pub term: Commitment,
    pub unit: Unit,
    pub usd: Decimal,
    upfront: Option<Decimal>,
    recurring: Option<Decimal>,
    confidence: Confidence,
    estimate: Option<&'static str>,
    meter: &'static str,
    source: &'static str,
    as_of: &'static str,
    /// Whether Google's committed-use discounts apply.
    pub discounts: bool,
    note: Option<&'static str>,
}

/// All prices, sorted by key so that the order of lines does not matter.
pub(super) struct Prices {
    rows: Vec<PriceRow>,
    /// Where the rows of an item in a region stand: a selection asks for tens of thousands of them.
    items: HashMap<(&'static str, &'static str, &'static str), Range<usize>>,
}

impl Prices {
    /// Reads the table.
    pub fn parse(text: &'static str, texts: &Texts) -> Result<Self, DataError> {
        let engines = [("", None), ("valkey", Some(Engine::Valkey)), ("redis", Some(Engine::Redis))];
        let terms: Vec<(&str, Commitment)> = Commitment::ALL.iter().map(|c| (c.as_str(), *c)).collect();
        let units: Vec<(&str, Unit)> = Unit::ALL.iter().map(|u| (u.id(), *u)).collect();
        let mut rows = TABLE
            .rows(text)?
            .map(|mut row| read(&mut row, texts, &engines, &terms, &units))
            .collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut items: HashMap<_, Range<usize>> = HashMap::with_capacity(rows.len());
        for (i, row) in rows.iter().enumerate() {
            items.entry((row.scope, row.region, row.item)).or_insert(i..i).end = i + 1;
        }
        Ok(Self { rows, items })
    }

    /// All rows.
    pub fn all(&self) -> &[PriceRow] {
        &self.rows
    }

    /// The rows of a region, for all items.
    pub fn of_region(&self, scope: &str, region: &str) -> &[PriceRow] {
        let compare = |row: &PriceRow| (row.scope, row.region).cmp(&(scope, region));
        let start = self.rows.partition_point(|row| compare(row).is_lt());
        let length = self.rows[start..].partition_point(|row| compare(row).is_eq());
        &self.rows[start..start + length]
    }

    /// The rows of one item in one region.
    pub fn of_item(&self, scope: &str, region: &str, item: &str) -> &[PriceRow] {
        self.items.get(&(scope, region, item)).map_or(&[], |range| &self.rows[range.clone()])
    }
}

impl PriceRow {
    fn key(&self) -> (&str, &str, &str, Option<Engine>, Commitment, Decimal, &str) {
        (self.scope, self.region, self.item, self.engine, self.term, self.usd, self.source)
    }

    /// Whether it is a price for this engine and term. A row without engine is for all of them.
    pub fn is_for(&self, engine: Option<Engine>, term: Commitment) -> bool {
        self.term == term && (self.engine.is_none() || engine.is_none() || self.engine == engine)
    }

    /// Whether it must be shown with `~`.
    pub fn is_estimate(&self) -> bool {
        self.estimate.is_some()
    }

    /// As it is shown to callers.
    pub fn price(&self) -> Price {
        Price {
            usd: self.usd,
            unit: self.unit,
            meter: Cow::Borrowed(self.meter),
            source: self.source,
            as_of: self.as_of,
            estimate: self.estimate.map(Cow::Borrowed),
            confidence: self.confidence,
            upfront: self.upfront,
            recurring: self.recurring,
            note: self.note.map(Cow::Borrowed),
        }
    }
}

/// The columns in the order of the header.
fn read(
    row: &mut Row,
    texts: &Texts,
    engines: &[(&str, Option<Engine>)],
    terms: &[(&str, Commitment)],
    units: &[(&str, Unit)],
) -> Result<PriceRow, DataError> {
    Ok(PriceRow {
        scope: row.text()?,
        region: row.text()?,
        item: row.text()?,
        engine: row.word(engines)?,
        term: row.word(terms)?,
        unit: row.word(units)?,
        usd: row.required()?,
        upfront: row.value()?,
        recurring: row.value()?,
        confidence: row.word(&[
            ("low", Confidence::Low),
            ("medium", Confidence::Medium),
            ("high", Confidence::High),
        ])?,
        estimate: texts.optional(row)?,
        meter: texts.required(row)?,
        source: texts.required(row)?,
        as_of: row.text()?,
        discounts: row.word(&[("cud", true), ("", false)])?,
        note: texts.optional(row)?,
    })
}
