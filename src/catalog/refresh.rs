//! New prices in place of old ones: the tables of a snapshot, and what changed.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;
use thiserror::Error;

use super::block::PriceRow;
use super::derived::{self, Moves, is_older};
use super::items::SHARED;
use super::price_scope::scope;
use super::record::{Key, LeftOut, PriceRecord, describe};
use super::snapshot_file::{SnapshotText, origin_id};
use super::{Catalog, Service, Unit, origins, price_rows, sanity};
use crate::units::{Commitment, Engine};

/// A change by more than this share may be a change of meter.
const JUMP: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// Fewer prices may go away together without a question.
const FEW: usize = 4;

/// Whether what a list does not have is not sold any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The list is whole: what it does not have goes away.
    Whole,
    /// It is a part of the list: what it does not have stays, with its own date.
    Part,
}

/// What became of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceChange {
    /// Who sells it.
    pub service: Service,
    /// Where.
    pub region: String,
    /// Node type or item.
    pub item: String,
    /// The engine, if the price depends on it.
    pub engine: Option<Engine>,
    /// How it is paid for.
    pub term: Commitment,
    /// Dollars before; none for a price that is new.
    pub before: Option<Decimal>,
    /// Dollars now; none for a price that the list does not have any more.
    pub after: Option<Decimal>,
    /// The difference in percent of what it was, to one decimal.
    pub percent: Option<Decimal>,
    /// Whether the price before was an estimate.
    pub was_estimate: bool,
    /// Whether it is an estimate still, computed anew from a price that has changed.
    pub derived: bool,
    /// Whether the difference is too large to be taken without a look.
    pub jump: bool,
}

/// New tables, and how they differ from the old ones.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The snapshot as a file.
    pub snapshot: SnapshotText,
    /// Every price that is new, gone or another, sorted.
    pub changes: Vec<PriceChange>,
    /// Prices that stayed as they were.
    pub same: usize,
    /// Estimates whose price the list now has, equal or not.
    pub confirmed: usize,
    /// Records that were not taken, sorted.
    pub left_out: Vec<LeftOut>,
}

/// Why no tables were made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RefreshError {
    /// No record can be taken.
    #[error("no price of the files can be used")]
    Nothing(Vec<LeftOut>),
    /// Too much would go away.
    #[error(
        "the list has {has} of the {had} prices that are known of {service} in {region} ({term}): it looks cut"
    )]
    Cut {
        /// Whose prices.
        service: &'static str,
        /// Where.
        region: String,
        /// How they are paid for.
        term: Commitment,
        /// Prices of the snapshot.
        had: usize,
        /// Prices of the list.
        has: usize,
    },
}

/// What belongs together in a list: if it has one of them, it has all.
type Class = (Unit, String, Commitment);

/// A line of a new block.
struct Line {
    item: String,
    engine: Option<Engine>,
    term: Commitment,
    cell: String,
    origin: String,
}

impl Catalog {
    /// The tables with the prices of a list in place of those that are known.
    pub fn refreshed(
        &self,
        records: Vec<PriceRecord>,
        coverage: Coverage,
    ) -> Result<Refreshed, RefreshError> {
        let (records, mut left_out) = sanity::trusted(self, records);
        if records.is_empty() {
            return Err(RefreshError::Nothing(left_out));
        }
        let moves = Moves::new(&self.prices, records.values());
        let mut new: BTreeMap<(&'static str, String), Vec<PriceRecord>> = BTreeMap::new();
        let mut services: BTreeMap<&'static str, Service> = BTreeMap::new();
        for record in records.into_values() {
            let scope = scope(record.service, &record.item);
            services.insert(scope, record.service);
            new.entry((scope, record.region.clone())).or_default().push(record);
        }
        // Where the list has nothing, estimates may still rest on what it has elsewhere.
        for scope in services.keys().copied() {
            for region in self.prices.regions(scope) {
                new.entry((scope, region.to_owned())).or_default();
            }
        }
        let mut out = Tally::default();
        let mut blocks: BTreeMap<(String, String), String> = self
            .prices
            .blocks()
            .map(|(scope, region, text)| ((scope.into(), region.into()), text.into()))
            .collect();
        for ((scope, region), records) in new {
            let listed = !records.is_empty();
            let derived = out.derived;
            let lines =
                self.merged((scope, &region, services[scope]), records, (&moves, coverage), &mut out)?;
            if listed || out.derived > derived {
                blocks.insert((scope.to_owned(), region), block(lines));
            }
        }
        left_out.append(&mut out.older);
        left_out.sort();
        out.changes.sort_by(|a, b| key_of(a).cmp(&key_of(b)));
        let mut prices = format!("{}\n", price_rows::TABLE.header);
        for ((scope, region), text) in &blocks {
            prices.push_str(&format!("=\t{scope}\t{region}\n{}\n", text.trim_end_matches('\n')));
        }
        let snapshot = SnapshotText::new(&self.origins_of(&prices, &out.origins), &prices, self);
        Ok(Refreshed { snapshot, changes: out.changes, same: out.same, confirmed: out.confirmed, left_out })
    }

    /// The lines of one block: new records, and what stays beside them.
    fn merged(
        &self,
        (scope, region, service): (&str, &str, Service),
        records: Vec<PriceRecord>,
        (moves, coverage): (&Moves<'_>, Coverage),
        out: &mut Tally,
    ) -> Result<Vec<Line>, RefreshError> {
        let mut rows: BTreeMap<Key, &PriceRow> = BTreeMap::new();
        for row in self.prices.of_region(scope, region) {
            rows.insert((service, region.to_owned(), row.item.to_owned(), row.engine, row.term), row);
        }
        let mut classes: BTreeMap<Class, usize> = BTreeMap::new();
        for record in &records {
            *classes.entry(class(record.unit, &record.item, record.term)).or_default() += 1;
        }
        if coverage == Coverage::Whole {
            uncut(service, region, &rows, &classes)?;
        }
        let mut lines = Vec::new();
        for record in records {
            let key = record.key();
            let old = rows.remove(&key);
            if let Some(old) = old.filter(|old| !old.is_estimate() && is_older(old, &record)) {
                let why =
                    format!("the list is of {}, the snapshot knows it of {}", record.as_of, old.origin.as_of);
                out.older.push(record.left_out(why));
                lines.push(kept(old));
                continue;
            }
            out.compare(&key, old, record.usd());
            let origin = record.origin();
            let id = origin_id(&origin);
            lines.push(Line {
                item: record.item.clone(),
                engine: record.engine,
                term: record.term,
                cell: record.cell(),
                origin: id.clone(),
            });
            out.origins.insert(id, origin);
        }
        for (key, row) in rows {
            let answered = classes.contains_key(&class(row.origin.unit, row.item, row.term));
            if answered && coverage == Coverage::Whole {
                out.compare(&key, Some(row), None);
            } else if let Some(anew) = moves.anew(&key, row) {
                out.derive(&key, row, anew.row.usd);
                let origin = derived::as_of(self.origin_line(row.origin.id), &anew.as_of);
                let id = origin_id(&origin);
                lines.push(Line { origin: id.clone(), ..kept(&anew.row) });
                out.origins.insert(id, origin);
            } else {
                lines.push(kept(row));
            }
        }
        Ok(lines)
    }

    /// A line of the table of origins, without its id.
    fn origin_line(&self, id: &str) -> &str {
        let mut lines = self.tables.origins.lines().filter_map(|line| line.split_once('\t'));
        lines.find(|(name, _)| *name == id).map_or("", |(_, line)| line)
    }

    /// The table of origins that the prices name.
    fn origins_of(&self, prices: &str, new: &BTreeMap<String, String>) -> String {
        let used: BTreeSet<&str> =
            prices.lines().filter_map(|line| line.strip_prefix("@\t")?.split('\t').next()).collect();
        let old = self.tables.origins.lines().skip(1).filter_map(|line| line.split_once('\t'));
        let mut all: BTreeMap<&str, &str> = old.collect();
        all.extend(new.iter().map(|(id, line)| (id.as_str(), line.as_str())));
        let mut text = format!("{}\n", origins::TABLE.header);
        for (id, line) in all.into_iter().filter(|(id, _)| used.contains(id)) {
            text.push_str(&format!("{id}\t{line}\n"));
        }
        text
    }
}

/// A list that has less than half of what is known was cut.
fn uncut(
    service: Service,
    region: &str,
    rows: &BTreeMap<Key, &PriceRow>,
    classes: &BTreeMap<Class, usize>,
) -> Result<(), RefreshError> {
    for (wanted, &has) in classes {
        let had = rows.values().filter(|r| class(r.origin.unit, r.item, r.term) == *wanted).count();
        if had >= FEW && has * 2 < had {
            return Err(RefreshError::Cut {
                service: service.title(),
                region: region.to_owned(),
                term: wanted.2,
                had,
                has,
            });
        }
    }
    Ok(())
}

/// What all services share is a meter each: a list of data transfer has no disks and no alarms.
fn class(unit: Unit, item: &str, term: Commitment) -> Class {
    let kind = if SHARED.contains(&item) { item } else { item.split_once(':').map_or("", |(kind, _)| kind) };
    (unit, kind.to_owned(), term)
}

fn kept(row: &PriceRow) -> Line {
    Line {
        item: row.item.to_owned(),
        engine: row.engine,
        term: row.term,
        cell: row.cell(),
        origin: row.origin.id.to_owned(),
    }
}

/// A block without its head: groups by origin and engine, in each a line an item with its terms.
fn block(lines: Vec<Line>) -> String {
    type Group = BTreeMap<String, BTreeMap<Commitment, String>>;
    let mut groups: BTreeMap<(String, Option<Engine>), Group> = BTreeMap::new();
    for line in lines {
        let group = groups.entry((line.origin, line.engine)).or_default();
        group.entry(line.item).or_default().insert(line.term, line.cell);
    }
    let mut text = String::new();
    for ((origin, engine), group) in groups {
        let terms: BTreeSet<Commitment> = group.values().flat_map(BTreeMap::keys).copied().collect();
        let names: Vec<&str> = terms.iter().map(|t| t.as_str()).collect();
        text.push_str(&format!("@\t{origin}\t{}\t{}\n", engine.map_or("", Engine::as_str), names.join("\t")));
        for (item, cells) in group {
            let cells: Vec<&str> = terms.iter().map(|t| cells.get(t).map_or("", String::as_str)).collect();
            text.push_str(format!("{item}\t{}", cells.join("\t")).trim_end_matches('\t'));
            text.push('\n');
        }
    }
    text
}

/// What is counted on the way.
#[derive(Default)]
struct Tally {
    changes: Vec<PriceChange>,
    same: usize,
    confirmed: usize,
    /// Estimates that are computed anew.
    derived: usize,
    older: Vec<LeftOut>,
    origins: BTreeMap<String, String>,
}

impl Tally {
    /// An estimate follows the price that it is computed from.
    fn derive(&mut self, key: &Key, old: &PriceRow, after: Decimal) {
        self.derived += 1;
        let confirmed = self.confirmed;
        self.compare(key, Some(old), Some(after));
        self.confirmed = confirmed;
        if let Some(change) = self.changes.last_mut().filter(|change| is_of(change, key)) {
            change.derived = true;
        }
    }

    fn compare(&mut self, key: &Key, old: Option<&PriceRow>, after: Option<Decimal>) {
        let was_estimate = old.is_some_and(PriceRow::is_estimate);
        let before = old.map(|row| row.usd.normalize());
        let after = after.map(|usd| usd.normalize());
        self.confirmed += usize::from(was_estimate && after.is_some());
        if before == after {
            self.same += 1;
            return;
        }
        let share = before.zip(after).map(|(before, after)| (after - before) / before);
        let (service, region, item, engine, term) = key.clone();
        self.changes.push(PriceChange {
            service,
            region,
            item,
            engine,
            term,
            before,
            after,
            percent: share.map(|share| (share * Decimal::ONE_HUNDRED).round_dp(1)),
            was_estimate,
            derived: false,
            jump: !was_estimate && share.is_some_and(|share| share.abs() > JUMP),
        });
    }
}

fn is_of(change: &PriceChange, (service, region, item, engine, term): &Key) -> bool {
    key_of(change) == (*service, region.as_str(), item.as_str(), *engine, *term)
}

fn key_of(change: &PriceChange) -> (Service, &str, &str, Option<Engine>, Commitment) {
    (change.service, &change.region, &change.item, change.engine, change.term)
}

impl PriceChange {
    /// The price that changed, for people.
    pub fn what(&self) -> String {
        describe(&(self.service, self.region.clone(), self.item.clone(), self.engine, self.term))
    }
}
