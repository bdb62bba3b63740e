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
    let newest = TABLES[3].1.lines().skip(1).map(|line| line.split('\t').nth(13).unwrap()).max();
    assert!(newest.unwrap() <= snapshot.date);
}

#[test]
fn no_key_is_there_twice() {
    for (name, columns) in
        [("prices.tsv", 5), ("node_types.tsv", 2), ("texts.tsv", 1), ("node_regions.tsv", 1)]
    {
        let (_, text) = TABLES.iter().find(|(n, _)| *n == name).unwrap();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let start: Vec<&str> = line.split('\t').take(columns).collect();
            assert!(seen.insert(start.clone()), "{name}: {start:?}");
        }
    }
}

#[test]
fn no_row_of_the_collected_tables_was_lost() {
    let rows = |scopes: &[&str]| {
        let of = |line: &&str| scopes.contains(&line.split('\t').next().unwrap());
        TABLES[3].1.lines().skip(1).filter(of).count()
    };
    // 305 rows, 11 of them of the Enterprise tiers.
    assert_eq!(rows(&["azure-managed-redis", "azure-cache-for-redis"]), 305);
    assert_eq!(rows(&["memorystore-valkey", "memorystore-redis-cluster", "memorystore-redis"]), 861);
    // 337 rows without two savings plans.
    assert_eq!(rows(&["ec2"]), 335);
    // Five pairs without Memcached.
    assert_eq!(rows(&["elasticache-serverless"]), 8);
}
