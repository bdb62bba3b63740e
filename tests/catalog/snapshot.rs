//! The tables and their manifest.

use std::collections::BTreeSet;

use super::{TABLES, catalog};

#[test]
fn the_manifest_counts_the_rows_of_every_table() {
    let snapshot = catalog().snapshot();
    assert_eq!(snapshot.files.len(), TABLES.len());
    for (name, text) in TABLES {
        let file = snapshot.files.iter().find(|f| f.name == *name).unwrap();
        assert_eq!(text.lines().count() - 1, file.rows, "{name}");
        assert_eq!(file.sha256.len(), 64, "{name}");
    }
    let newest = TABLES[3]
        .1
        .lines()
        .skip(1)
        .map(|line| line.split('\t').nth(13).unwrap())
        .max();
    assert!(newest.unwrap() <= snapshot.date);
}

#[test]
fn no_key_is_there_twice() {
    for (name, columns) in [
        ("prices.tsv", 5),
        ("node_types.tsv", 2),
        ("texts.tsv", 1),
        ("node_regions.tsv", 1),
    ] {
        let (_, text) = TABLES.iter().find(|(n, _)| *n == name).unwrap();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let start: Vec<&str> = line.split('\t').take(columns).collect();
            assert!(seen.insert(start.clone()), "{name}: {start:?}");
        }
    }
}
