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
    let (_, origins) = TABLES.iter().find(|(name, _)| *name == "origins.tsv").unwrap();
    let newest = origins.lines().skip(1).map(|line| line.split('\t').nth(7).unwrap()).max();
    assert!(newest.unwrap() <= snapshot.date);
}

#[test]
fn the_program_stays_small() {
    let size: usize = TABLES.iter().map(|(_, text)| text.len()).sum();
    assert!(size < 500_000, "{size} bytes are compiled in");
}

#[test]
fn no_key_is_there_twice() {
    for (name, columns) in
        [("origins.tsv", 1), ("node_types.tsv", 2), ("texts.tsv", 1), ("node_regions.tsv", 1)]
    {
        let (_, text) = TABLES.iter().find(|(n, _)| *n == name).unwrap();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            let start: Vec<&str> = line.split('\t').take(columns).collect();
            assert!(seen.insert(start.clone()), "{name}: {start:?}");
        }
    }
}

/// How many prices of a scope the table has.
fn prices_of(scopes: &[&str]) -> usize {
    let (_, text) = TABLES.iter().find(|(name, _)| *name == "prices.tsv").unwrap();
    let (mut wanted, mut found) = (false, 0);
    for line in text.lines().skip(1) {
        let mut fields = line.split('\t');
        match fields.next() {
            Some("=") => wanted = fields.next().is_some_and(|scope| scopes.contains(&scope)),
            Some("@") => {}
            _ if wanted => found += fields.filter(|price| !price.is_empty()).count(),
            _ => {}
        }
    }
    found
}

#[test]
fn no_row_of_the_collected_tables_was_lost() {
    // 611 rows without four of Private Link and DNS; 11 of them of the Enterprise tiers.
    assert_eq!(prices_of(&["azure-managed-redis", "azure-cache-for-redis"]), 607);
    // Endpoint, its traffic (one price for both directions), DNS zone, and the known 0 between zones.
    assert_eq!(prices_of(&["azure"]), 4);
    assert_eq!(prices_of(&["memorystore-valkey", "memorystore-redis-cluster", "memorystore-redis"]), 871);
    // 4,078 rows without two savings plans.
    assert_eq!(prices_of(&["ec2"]), 4_076);
    // 68 pairs without Memcached, and the assumed 0 between zones.
    assert_eq!(prices_of(&["elasticache-serverless"]), 137);
}

#[test]
fn no_price_is_zero_but_those_that_are_known_to_be() {
    let (_, text) = TABLES.iter().find(|(name, _)| *name == "prices.tsv").unwrap();
    let zero: Vec<&str> = text.lines().filter(|line| line.split('\t').skip(1).any(|p| p == "0")).collect();
    // Between zones of Azure and of ElastiCache Serverless, and Upstash's free plan.
    assert_eq!(zero, ["cross-az-gb\t0", "cross-az-gb\t0", "free\t0"]);
}
