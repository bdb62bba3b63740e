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
fn changed(text: &str, change: impl FnOnce(&mut Vec<&str>)) -> &'static str {
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let mut rows: Vec<&str> = lines.collect();
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

const R7G_ROW: &str = "elasticache\tus-east-1\tcache.r7g.large\tvalkey\ton-demand\t";

#[test]
fn a_repeated_row_is_an_error_and_harms_no_other_price() {
    let repeated = row_of(EMBEDDED.prices, R7G_ROW);
    let catalog = Catalog::from_tables(Tables {
        prices: changed(EMBEDDED.prices, |rows| rows.push(repeated)),
        ..EMBEDDED
    })
    .unwrap();
    let error = catalog.price(&r7g(Commitment::OnDemand)).unwrap_err();
    assert!(matches!(error, PriceError::Ambiguous { rows: 2, .. }), "{error}");
    let other = r7g(Commitment::ThreeYearsAllUpfront);
    assert_eq!(catalog.price(&other), Catalog::embedded().price(&other));
}

#[test]
fn a_removed_row_is_not_found_and_says_how_to_get_it() {
    let catalog = Catalog::from_tables(Tables {
        prices: changed(EMBEDDED.prices, |rows| {
            rows.retain(|row| !row.starts_with(R7G_ROW));
        }),
        ..EMBEDDED
    })
    .unwrap();
    let error = catalog.price(&r7g(Commitment::OnDemand)).unwrap_err();
    let PriceError::NotFound { key, how_to_get } = error else {
        panic!("{error}");
    };
    assert_eq!(key, "elasticache cache.r7g.large in us-east-1, valkey, on-demand");
    assert!(how_to_get.contains("pricing.us-east-1.amazonaws.com"), "{how_to_get}");
}

#[test]
fn a_broken_table_names_file_and_line() {
    let broken = |tables| match Catalog::from_tables(tables) {
        Ok(_) => panic!("read without an error"),
        Err(error) => error.to_string(),
    };
    let prices = changed(EMBEDDED.prices, |rows| {
        rows.insert(2, "elasticache\tus-east-1\tcache.x\tmemcached");
    });
    assert_eq!(
        broken(Tables { prices, ..EMBEDDED }),
        "prices.tsv, line 4: `memcached` is not a word of this column"
    );
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn the_order_of_rows_changes_nothing(seed in any::<u64>()) {
        let shuffled = |text| changed(text, |rows| {
            // Sorted by a hash that depends on the seed.
            rows.sort_by_key(|row| {
                row.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            });
        });
        let catalog = Catalog::from_tables(Tables {
            texts: shuffled(EMBEDDED.texts),
            node_types: shuffled(EMBEDDED.node_types),
            prices: shuffled(EMBEDDED.prices),
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
