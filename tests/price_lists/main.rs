//! Vendors' price lists: what is taken from them, and what must not be.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod aws;
mod azure;
mod command;
mod google;
mod machines;
mod offers;
mod refresh;
#[path = "../support/web.rs"]
#[cfg_attr(not(feature = "net"), allow(dead_code))]
mod web;

use cachefit::catalog::{Catalog, Paid};
use cachefit::price_lists::{ListError, Page, Read, Reading, kind, read};
use cachefit::units::{Commitment, Engine};
use rust_decimal::Decimal;

const DAY: &str = "2026-11-20";

fn usd(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn sample(name: &str) -> Page {
    let file = format!("{}/tests/data/price_lists/{name}", env!("CARGO_MANIFEST_DIR"));
    Page { text: std::fs::read_to_string(file).unwrap(), name: name.to_owned() }
}

fn page(name: &str, text: impl std::fmt::Display) -> Page {
    Page { name: name.to_owned(), text: format!("{text}") }
}

/// Reads pages that were fetched on [`DAY`].
fn take(pages: &[Page]) -> Result<Read, ListError> {
    let known = |provider, region: &str| Catalog::embedded().known_region(provider, region).is_ok();
    read(kind(&pages[0])?, pages, Reading { day: Some(DAY), region: &known })
}

/// Item, engine, term and what is paid, sorted.
fn taken(read: &Read) -> Vec<(String, Option<Engine>, Commitment, Paid)> {
    let mut all: Vec<_> = read.records.iter().map(|r| (r.item.clone(), r.engine, r.term, r.paid)).collect();
    all.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
    all
}

fn skipped(read: &Read, words: &str) -> usize {
    read.skipped.iter().filter(|(why, _)| why.contains(words)).map(|(_, count)| count).sum()
}
