//! The blocks of `prices.tsv`, each read when it is first asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use rust_decimal::Decimal;

pub(super) use super::block::TABLE;
use super::block::{PriceRow, Rows};
use super::origins::Origins;
use super::table::DataError;
use crate::units::{Commitment, Engine};

/// The head of a block.
const BLOCK: &str = "=\t";

/// All prices, by scope and region. A scope is a service's id, or a provider's name for what its services share.
pub(super) struct Prices {
    origins: Origins,
    blocks: BTreeMap<&'static str, BTreeMap<&'static str, Block>>,
    dearest: HashMap<&'static str, OnceLock<Dearest>>,
}

/// The dearest on-demand price of each item and engine, with its region.
type Dearest = HashMap<(&'static str, Option<Engine>), (Decimal, &'static str)>;

struct Block {
    text: &'static str,
    /// Number of its first line after the head.
    line: usize,
    rows: OnceLock<Rows>,
}

impl Prices {
    /// Finds the blocks, in any order; none of them is read.
    pub fn parse(text: &'static str, origins: Origins) -> Result<Self, DataError> {
        let mut blocks: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        let rest = TABLE.body(text)?;
        let mut line = 2;
        for block in split(rest) {
            let (head, text) = block.split_once('\n').unwrap_or((block, ""));
            let mut row = TABLE.row(line, head);
            if row.text()? != "=" {
                return Err(row.error("a block begins with `=`"));
            }
            let (scope, region) = (row.text()?, row.text()?);
            let entry = Block { text, line: line + 1, rows: OnceLock::new() };
            if blocks.entry(scope).or_default().insert(region, entry).is_some() {
                return Err(row.error(&format!("`{scope}` in `{region}` has a block already")));
            }
            line += block.bytes().filter(|byte| *byte == b'\n').count() + 1;
        }
        let dearest = blocks.keys().map(|scope| (*scope, OnceLock::new())).collect();
        Ok(Self { origins, blocks, dearest })
    }

    /// Reads every block: what was not compiled in may be broken.
    pub fn check(&self) -> Result<(), DataError> {
        let mut blocks = self.blocks.values().flat_map(BTreeMap::values);
        blocks.try_for_each(|block| Rows::parse(block.text, block.line, &self.origins).map(drop))
    }

    /// Every block as it is written, without its head, by scope and region.
    pub fn blocks(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.blocks
            .iter()
            .flat_map(|(scope, regions)| regions.iter().map(|(region, block)| (*scope, *region, block.text)))
    }

    /// The regions in which a scope has prices, sorted.
    pub fn regions(&self, scope: &str) -> impl Iterator<Item = &'static str> {
        self.blocks.get(scope).into_iter().flat_map(BTreeMap::keys).copied()
    }

    /// The rows of a region, for all items.
    pub fn of_region(&self, scope: &str, region: &str) -> &[PriceRow] {
        self.rows(scope, region).map_or(&[], Rows::all)
    }

    /// The rows of one item in one region.
    pub fn of_item(&self, scope: &str, region: &str, item: &str) -> &[PriceRow] {
        self.rows(scope, region).map_or(&[], |rows| rows.of_item(item))
    }

    /// The dearest on-demand price of an item in any region; the first region by name among equals.
    pub fn dearest(
        &self,
        scope: &str,
        item: &str,
        engine: Option<Engine>,
    ) -> Option<(Decimal, &'static str)> {
        let found = self.dearest.get(scope)?.get_or_init(|| self.find_dearest(scope));
        let of = |engine| found.get(&(item, engine)).copied();
        match engine {
            Some(engine) => of(None).or_else(|| of(Some(engine))),
            None => [None, Some(Engine::Valkey), Some(Engine::Redis)]
                .into_iter()
                .filter_map(of)
                .max_by_key(|f| f.0),
        }
    }

    fn find_dearest(&self, scope: &str) -> Dearest {
        let mut found = Dearest::new();
        for region in self.regions(scope) {
            for row in self.of_region(scope, region).iter().filter(|row| row.term == Commitment::OnDemand) {
                let best = found.entry((row.item, row.engine)).or_insert((row.usd, region));
                if row.usd > best.0 {
                    *best = (row.usd, region);
                }
            }
        }
        found
    }

    fn rows(&self, scope: &str, region: &str) -> Option<&Rows> {
        let block = self.blocks.get(scope)?.get(region)?;
        Some(block.rows.get_or_init(|| match Rows::parse(block.text, block.line, &self.origins) {
            Ok(rows) => rows,
            Err(error) => unreachable!("the embedded tables are checked by tests: {error}"),
        }))
    }
}

/// The blocks of the table, each with its head.
fn split(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = text.strip_suffix('\n').unwrap_or(text);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.match_indices(BLOCK).find(|(i, _)| *i > 0 && rest.as_bytes()[i - 1] == b'\n');
        let block = end.map_or(rest, |(i, _)| &rest[..i - 1]);
        rest = end.map_or("", |(i, _)| &rest[i..]);
        Some(block)
    })
}
