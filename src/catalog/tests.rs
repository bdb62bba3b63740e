//! Tests with changed tables.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::store::{EMBEDDED, Tables};
use super::*;
use crate::units::{Commitment, Engine, Provider};

fn r7g(term: Commitment) -> PriceKey<'static> {
    PriceKey {
        service: Service::ElastiCache,
        region: "us-east-1",
        item: "cache.r7g.large",
        engine: Some(Engine::Valkey),
        term,
    }
}

/// The embedded table with some change to its rows.
fn changed(text: &'static str, change: impl FnOnce(&mut Vec<&'static str>)) -> &'static str {
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let mut rows: Vec<&'static str> = lines.collect();
    change(&mut rows);
    let mut out = format!("{header}\n");
    for row in rows {
        writeln!(out, "{row}").unwrap();
    }
    out.leak()
}

fn row_of(text: &'static str, start: &str) -> &'static str {
    text.lines().find(|line| line.starts_with(start)).unwrap()
}

/// The embedded prices with some change to the lines of a block, its head first.
fn changed_block(head: &str, change: impl FnOnce(&mut Vec<&'static str>)) -> &'static str {
    changed(EMBEDDED.prices, |rows| {
        let start = rows.iter().position(|row| *row == head).unwrap();
        let length = rows[start + 1..].iter().position(|row| row.starts_with("=\t")).unwrap();
        let mut block: Vec<&'static str> = rows.splice(start..=start + length, []).collect();
        change(&mut block);
        rows.splice(start..start, block);
    })
}

fn with_prices(prices: &'static str) -> Catalog {
    Catalog::from_tables(Tables { prices, ..EMBEDDED }).unwrap()
}

const REFERENCE: &str = "=\telasticache\tus-east-1";
const R7G_ROW: &str = "cache.r7g.large\t0.219";

#[test]
fn a_repeated_row_is_an_error_and_harms_no_other_price() {
    let embedded = Catalog::embedded();
    for again in [R7G_ROW, "cache.r7g.large\t0.3"] {
        let catalog = with_prices(changed_block(REFERENCE, |rows| {
            let group = rows.iter().position(|row| *row == R7G_ROW).unwrap();
            rows.insert(group, again);
        }));
        let error = catalog.price(&r7g(Commitment::OnDemand)).unwrap_err();
        assert!(matches!(error, PriceError::Ambiguous { rows: 2, .. }), "{error}");
        assert!(catalog.usd(&r7g(Commitment::OnDemand)).is_none());
        let other = r7g(Commitment::ThreeYearsAllUpfront);
        assert_eq!(catalog.price(&other), embedded.price(&other));
    }
}

#[test]
fn a_removed_row_is_not_found_and_says_how_to_get_it() {
    let catalog = with_prices(changed_block(REFERENCE, |rows| rows.retain(|row| *row != R7G_ROW)));
    let error = catalog.price(&r7g(Commitment::OnDemand)).unwrap_err();
    let PriceError::NotFound { key, how_to_get } = error else {
        panic!("{error}");
    };
    assert_eq!(key, "elasticache cache.r7g.large in us-east-1, valkey, on-demand");
    assert!(how_to_get.contains("pricing.us-east-1.amazonaws.com"), "{how_to_get}");
}

#[test]
fn every_block_of_the_embedded_prices_can_be_read() {
    Catalog::embedded().prices.check().unwrap();
}

#[test]
fn a_broken_block_names_its_line() {
    let error = |line: &'static str| {
        let prices = changed_block("=\taws\taf-south-1", |rows| rows.insert(2, line));
        with_prices(prices).prices.check().unwrap_err().to_string()
    };
    for (line, message) in [
        ("disk-gb\tcheap", "`cheap` is not a price"),
        ("disk-gb\t0.1\t0.2", "more prices than terms"),
        ("@\tffff\t\ton-demand", "there is no origin `ffff`"),
        ("@\t25e2\tmemcached\ton-demand", "`memcached` is not a word of this column"),
        ("@\t25e2\t\tsometimes", "`sometimes` is not a term"),
    ] {
        assert_eq!(error(line), format!("prices.tsv, line 4: {message}"));
    }
    let start = changed(EMBEDDED.prices, |rows| rows.insert(1, "egress-gb\t0.1"));
    assert_eq!(
        with_prices(start).prices.check().unwrap_err().to_string(),
        "prices.tsv, line 3: a price before the first group"
    );
}

#[test]
fn a_broken_table_names_file_and_line() {
    let broken = |tables| match Catalog::from_tables(tables) {
        Ok(_) => panic!("read without an error"),
        Err(error) => error.to_string(),
    };
    let prices = changed(EMBEDDED.prices, |rows| rows.push("=\taws\taf-south-1"));
    let error = broken(Tables { prices, ..EMBEDDED });
    assert!(error.ends_with("`aws` in `af-south-1` has a block already"), "{error}");
    let origins = changed(EMBEDDED.origins, |rows| rows.push(rows[0]));
    assert!(broken(Tables { origins, ..EMBEDDED }).starts_with("origins.tsv, line 1: `"));
    let texts = changed(EMBEDDED.texts, |rows| rows.truncate(1));
    assert!(broken(Tables { texts, ..EMBEDDED }).contains("there is no text"));
    let error = broken(Tables { places: "place\taws\n", ..EMBEDDED });
    assert!(error.starts_with("places.tsv, line 1: the columns are"), "{error}");
    let twice = row_of(EMBEDDED.node_types, "elasticache\tcache.r7g.large\t");
    let node_types = changed(EMBEDDED.node_types, |rows| rows.push(twice));
    assert!(broken(Tables { node_types, ..EMBEDDED }).contains("`cache.r7g.large` is there twice"));
}

/// Everything that callers can see.
fn everything(catalog: &Catalog) -> String {
    let mut out = String::new();
    for info in catalog.services() {
        for node in catalog.node_types(info.service) {
            for region in catalog.regions(info.service).into_iter().take(3) {
                let offer = catalog.offer(info.service, node.name, region).unwrap();
                writeln!(out, "{offer:?}").unwrap();
            }
        }
    }
    for &provider in Provider::ALL {
        writeln!(out, "{:?}", catalog.regions_of(provider)).unwrap();
    }
    out
}

/// A hash that depends on the seed.
fn hash(text: &str, seed: u64) -> u64 {
    text.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The embedded prices with blocks, groups and lines in another order.
fn shuffled_prices(seed: u64) -> &'static str {
    let (header, body) = EMBEDDED.prices.split_once('\n').unwrap();
    let parts = |text: &str, head: &str| -> Vec<String> {
        let mut parts: Vec<String> = text.split(head).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        parts.sort_by_key(|part| hash(part, seed));
        parts
    };
    let mut out = format!("{header}\n");
    for block in parts(&format!("\n{body}"), "\n=") {
        let (head, groups) = block.split_once('\n').unwrap();
        writeln!(out, "={head}").unwrap();
        for group in parts(&format!("\n{groups}"), "\n@") {
            let mut lines = group.trim_end_matches('\n').lines();
            writeln!(out, "@{}", lines.next().unwrap()).unwrap();
            let mut lines: Vec<&str> = lines.collect();
            lines.sort_by_key(|line| hash(line, seed));
            for line in &lines {
                writeln!(out, "{line}").unwrap();
            }
        }
    }
    out.leak()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn the_order_of_rows_changes_nothing(seed in any::<u64>()) {
        let shuffled = |text| changed(text, |rows| rows.sort_by_key(|row| hash(row, seed)));
        let catalog = Catalog::from_tables(Tables {
            texts: shuffled(EMBEDDED.texts),
            node_types: shuffled(EMBEDDED.node_types),
            origins: shuffled(EMBEDDED.origins),
            prices: shuffled_prices(seed),
            node_regions: shuffled(EMBEDDED.node_regions),
            ..EMBEDDED
        }).unwrap();
        prop_assert!(everything(&catalog) == everything(Catalog::embedded()));
    }
}

#[test]
fn versions_are_compared_as_numbers() {
    for (version, minimum, expected) in [
        ("8.6", "8.6", true),
        ("8.10", "8.6", true),
        ("8", "8.0", true),
        ("7.2", "8.0", false),
        ("6.x", "6", true),
        ("6.2", "7", false),
    ] {
        assert_eq!(version_at_least(version, minimum), expected, "{version} {minimum}");
    }
}
