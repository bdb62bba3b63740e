//! Reading one block of `prices.tsv`: the prices of a scope in a region.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::origins::{Origin, Origins};
use super::price::Price;
use super::table::{DataError, Row, Table};
use crate::units::{Commitment, Engine};

/// Hours of a year, by which payments at the start are spread.
const HOURS_PER_YEAR: u32 = 8760;

/// Lines of three kinds: `=` begins a block, `@` a group in it, and every other line has the prices of an item.
pub(super) const TABLE: Table =
    Table { file: "prices.tsv", header: "scope and region, origin with engine and terms, item with prices" };

/// One price.
#[derive(Clone, Debug)]
pub(super) struct PriceRow {
    pub item: &'static str,
    /// None if the price does not depend on the engine.
    pub engine: Option<Engine>,
    pub term: Commitment,
    pub usd: Decimal,
    upfront: Option<Decimal>,
    recurring: Option<Decimal>,
    /// What a reservation costs for its whole term.
    total: Option<Decimal>,
    pub origin: Arc<Origin>,
}

/// The rows of a block, sorted by item so that the order of lines does not matter.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<PriceRow>,
    /// Where the rows of an item stand: a selection asks for tens of thousands of them.
    items: HashMap<&'static str, Range<usize>>,
}

/// What the lines of a group share.
struct Group {
    origin: Arc<Origin>,
    engines: Engines,
    terms: Vec<Commitment>,
}

/// Whose price a line has.
#[derive(Clone, Copy)]
enum Engines {
    Any,
    One(Engine),
    /// Redis's; Valkey's is listed, too, and is 0.8 of it.
    Both,
}

impl Rows {
    /// Reads the lines after the head of the block; `line` is the number of the first.
    pub fn parse(text: &'static str, line: usize, origins: &Origins) -> Result<Self, DataError> {
        let mut rows = Vec::new();
        let mut group: Option<Group> = None;
        for (i, text) in text.lines().enumerate() {
            let mut row = TABLE.row(line + i, text);
            let item = row.text()?;
            if item == "@" {
                group = Some(Group::parse(&mut row, origins)?);
            } else {
                let group = group.as_ref().ok_or_else(|| row.error("a price before the first group"))?;
                group.prices(item, &mut row, &mut rows)?;
            }
        }
        rows.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut items: HashMap<_, Range<usize>> = HashMap::with_capacity(rows.len());
        for (i, row) in rows.iter().enumerate() {
            items.entry(row.item).or_insert(i..i).end = i + 1;
        }
        Ok(Self { rows, items })
    }

    /// All rows.
    pub fn all(&self) -> &[PriceRow] {
        &self.rows
    }

    /// The rows of one item.
    pub fn of_item(&self, item: &str) -> &[PriceRow] {
        self.items.get(item).map_or(&[], |range| &self.rows[range.clone()])
    }
}

impl Group {
    fn parse(row: &mut Row, origins: &Origins) -> Result<Self, DataError> {
        let origin = Arc::clone(origins.required(row)?);
        let engines = row.word(&[
            ("", Engines::Any),
            ("valkey", Engines::One(Engine::Valkey)),
            ("redis", Engines::One(Engine::Redis)),
            ("both", Engines::Both),
        ])?;
        let mut terms = Vec::new();
        while let Some(text) = row.next() {
            let known = Commitment::ALL.iter().find(|term| term.as_str() == text);
            terms.push(*known.ok_or_else(|| row.error(&format!("`{text}` is not a term")))?);
        }
        Ok(Self { origin, engines, terms })
    }

    /// The prices of one line; a term at the end of the line may be missing.
    fn prices(&self, item: &'static str, row: &mut Row, rows: &mut Vec<PriceRow>) -> Result<(), DataError> {
        for &term in &self.terms {
            let Some(cell) = row.next() else { break };
            if cell.is_empty() {
                continue;
            }
            let price =
                self.price(item, term, cell).ok_or_else(|| row.error(&format!("`{cell}` is not a price")))?;
            match self.engines {
                Engines::Any => rows.push(price),
                Engines::One(engine) => rows.push(PriceRow { engine: Some(engine), ..price }),
                Engines::Both => {
                    let valkey = PriceRow {
                        engine: Some(Engine::Valkey),
                        usd: valkey_of_redis(price.usd),
                        ..price.clone()
                    };
                    rows.push(valkey);
                    rows.push(PriceRow { engine: Some(Engine::Redis), ..price });
                }
            }
        }
        match row.next() {
            Some(_) => Err(row.error("more prices than terms")),
            None => Ok(()),
        }
    }

    /// `0.171`; `422+0.049`: paid at the start and hourly; `114t`: for the whole term. Before a `=` the effective price,
    /// where the list's own differs from the computed one.
    fn price(&self, item: &'static str, term: Commitment, cell: &str) -> Option<PriceRow> {
        let (own, paid) = match cell.split_once('=') {
            Some((own, paid)) => (Some(own.parse().ok()?), paid),
            None => (None, cell),
        };
        let (mut upfront, mut recurring, mut total) = (None, None, None);
        let computed: Decimal = if let Some((start, hourly)) = paid.split_once('+') {
            let (start, hourly): (Decimal, Decimal) = (start.parse().ok()?, hourly.parse().ok()?);
            (upfront, recurring) = (Some(start), Some(hourly));
            effective(start, hourly, term)?
        } else if let Some(whole) = paid.strip_suffix('t') {
            let whole = whole.parse().ok()?;
            total = Some(whole);
            effective(whole, Decimal::ZERO, term)?
        } else {
            let usd = paid.parse().ok()?;
            if matches!(term, Commitment::OneYearNoUpfront | Commitment::ThreeYearsNoUpfront) {
                (upfront, recurring) = (Some(Decimal::ZERO), Some(usd));
            }
            usd
        };
        let usd = own.unwrap_or(computed);
        Some(PriceRow {
            item,
            engine: None,
            term,
            usd,
            upfront,
            recurring,
            total,
            origin: Arc::clone(&self.origin),
        })
    }
}

/// What an hour costs with its share of the payment for the term; to six decimals, as the collected tables have it.
pub(super) fn effective(paid: Decimal, hourly: Decimal, term: Commitment) -> Option<Decimal> {
    let share = paid / Decimal::from(HOURS_PER_YEAR * term.years()?);
    Some((share + hourly).round_dp(6).normalize())
}

/// Valkey's share of Redis's price: exact on every on-demand price and every reservation in a list.
pub(super) fn valkey_of_redis(usd: Decimal) -> Decimal {
    (usd * Decimal::new(8, 1)).normalize()
}

impl PriceRow {
    fn key(&self) -> (&str, Option<Engine>, Commitment, Decimal, &str) {
        (self.item, self.engine, self.term, self.usd, self.origin.source)
    }

    /// Whether it is a price for this engine and term. A row without engine is for all of them.
    pub fn is_for(&self, engine: Option<Engine>, term: Commitment) -> bool {
        self.term == term && (self.engine.is_none() || engine.is_none() || self.engine == engine)
    }

    /// What a reservation costs for its whole term, where the list says that.
    pub fn of_term(&self) -> Option<Decimal> {
        self.total
    }

    /// Whether it must be shown with `~`.
    pub fn is_estimate(&self) -> bool {
        self.origin.estimate.is_some()
    }

    /// The same with all amounts multiplied, as prices are rounded.
    pub fn scaled(&self, by: Decimal, divided_by: Decimal) -> Self {
        let of = |usd: Decimal, places| (usd * by / divided_by).round_dp(places).normalize();
        Self {
            usd: of(self.usd, 6),
            upfront: self.upfront.map(|usd| of(usd, 2)),
            recurring: self.recurring.map(|usd| of(usd, 6)),
            total: self.total.map(|usd| of(usd, 2)),
            ..self.clone()
        }
    }

    /// The price as a line of the table has it: the way back from [`Group::price`].
    pub fn cell(&self) -> String {
        let (text, computed) = match (self.total, self.upfront, self.recurring) {
            (Some(total), ..) => (format!("{total}t"), effective(total, Decimal::ZERO, self.term)),
            (None, Some(start), hourly) if !(start.is_zero() && hourly == Some(self.usd)) => {
                let hourly = hourly.unwrap_or_default();
                (format!("{start}+{hourly}"), effective(start, hourly, self.term))
            }
            _ => return self.usd.to_string(),
        };
        if computed == Some(self.usd) { text } else { format!("{}={text}", self.usd) }
    }

    /// As it is shown to callers.
    pub fn price(&self) -> Price {
        let reservation =
            self.total.map(|usd| format!("reservation of {usd} USD for the term, paid at once or monthly"));
        let note = match (reservation, self.origin.note) {
            (Some(reservation), Some(note)) => Some(format!("{reservation}; {note}").into()),
            (Some(reservation), None) => Some(reservation.into()),
            (None, note) => note.map(Into::into),
        };
        Price {
            usd: self.usd,
            unit: self.origin.unit,
            meter: self.origin.meter(self.item),
            source: self.origin.source,
            copy: self.origin.copy,
            as_of: self.origin.as_of,
            estimate: self.origin.estimate.map(Into::into),
            confidence: self.origin.confidence,
            upfront: self.upfront,
            recurring: self.recurring,
            note,
        }
    }
}
