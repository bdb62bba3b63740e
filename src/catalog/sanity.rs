//! Prices of a list that cannot be what they seem: another meter taken for the node's, a misprint, nothing at all.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::record::{Key, LeftOut, PriceRecord};
use super::{Catalog, Service, Unit, items};
use crate::units::{Commitment, Engine};

/// A node whose GiB costs this much less or more than its family's is a misprint; sizes of a family differ by 3 %.
const OFF_THE_FAMILY: Decimal = Decimal::from_parts(20, 0, 0, false, 2);
/// Sizes from which on the middle of a family means something.
const SIZES: usize = 3;
/// Valkey costs 0.8 of Redis; below this share another meter was taken for it.
const VALKEY_AT_LEAST: Decimal = Decimal::from_parts(6, 0, 0, false, 1);

/// Records by key, without those that cannot be trusted, and these with the reason.
pub(super) fn trusted(
    catalog: &Catalog,
    records: Vec<PriceRecord>,
) -> (BTreeMap<Key, PriceRecord>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut by_key: BTreeMap<Key, Vec<PriceRecord>> = BTreeMap::new();
    for record in records {
        match record.usd() {
            None => left_out.push(record.left_out("it is paid for a term that it does not have")),
            Some(usd) if usd <= Decimal::ZERO => {
                left_out.push(record.left_out(format!("the list has {usd} USD, which is no price")));
            }
            Some(_) => by_key.entry(record.key()).or_default().push(record),
        }
    }
    let mut kept = BTreeMap::new();
    for (key, mut records) in by_key {
        let first = records.remove(0);
        // Backups are one meter that is listed once for each engine.
        let same = |other: &PriceRecord| other.item == items::BACKUP && other.paid == first.paid;
        if records.iter().all(same) {
            kept.insert(key, first);
        } else {
            let why = format!("the list has {} prices for it, and one was expected", records.len() + 1);
            left_out.push(first.left_out(why));
        }
    }
    let doubtful: Vec<(Key, String)> = valkey_guard(&kept).chain(off_family(catalog, &kept)).collect();
    for (key, why) in doubtful {
        if let Some(record) = kept.remove(&key) {
            left_out.push(record.left_out(why));
        }
    }
    left_out.sort();
    (kept, left_out)
}

/// Prices of Valkey far below those of Redis.
fn valkey_guard(records: &BTreeMap<Key, PriceRecord>) -> impl Iterator<Item = (Key, String)> {
    records.iter().filter_map(|(key, record)| {
        let (service, region, item, engine, term) = key;
        if *engine != Some(Engine::Valkey) {
            return None;
        }
        let redis = (*service, region.clone(), item.clone(), Some(Engine::Redis), *term);
        let (valkey, redis) = (record.usd()?, records.get(&redis)?.usd()?);
        (valkey <= redis * VALKEY_AT_LEAST).then(|| {
            let why = format!(
                "{valkey} USD for Valkey is more than 40 % below {redis} USD for Redis OSS: another meter"
            );
            (key.clone(), why)
        })
    })
}

/// A group of sizes that cost about the same by the GiB.
type Family = (String, &'static str, Option<Engine>, Commitment);

/// Nodes of ElastiCache whose GiB is far from the middle of their family.
fn off_family(catalog: &Catalog, records: &BTreeMap<Key, PriceRecord>) -> Vec<(Key, String)> {
    let mut families: BTreeMap<Family, Vec<(Decimal, &Key)>> = BTreeMap::new();
    for (key, record) in records {
        let (service, region, item, engine, term) = key;
        let node = catalog.node_type(*service, item).ok();
        // Small burstable sizes follow no ladder.
        let Some(node) = node.filter(|n| *service == Service::ElastiCache && !n.family.starts_with('t'))
        else {
            continue;
        };
        let memory = Decimal::try_from(node.memory.0 / f64::from(1 << 30)).ok();
        if let (Some(usd), Some(memory), Unit::NodeHour) = (record.usd(), memory, record.unit) {
            families
                .entry((region.clone(), node.family, *engine, *term))
                .or_default()
                .push((usd / memory, key));
        }
    }
    let mut off = Vec::new();
    for mut sizes in families.into_values().filter(|sizes| sizes.len() >= SIZES) {
        sizes.sort();
        let middle = sizes[sizes.len() / 2].0;
        for (per_gib, key) in sizes {
            if ((per_gib - middle) / middle).abs() > OFF_THE_FAMILY {
                let why = format!(
                    "{} USD a GiB is far off the {} of its family: a misprint, or another meter",
                    per_gib.round_dp(5),
                    middle.round_dp(5)
                );
                off.push((key.clone(), why));
            }
        }
    }
    off
}
