//! Memory on a given server: by family, by part, by shard.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde::Serialize;

use super::Demand;
use crate::deployment::Topology;
use crate::memory::{self, Body, DECIMAL_SCORE, Key, SLOTS, Server, WHOLE_SCORE};
use crate::profile::{Content, Family, Profile, Scores, Shape};
use crate::units::{Bytes, Count, Interval, Range};

/// Command names in use, for their histograms: a usual application with its client's and exporter's own.
const COMMAND_NAMES: f64 = 20.0;
/// The fullest shard against the mean one: slots are dealt evenly, keys and their sizes are not.
const FULLEST_SHARD: f64 = 1.1;
/// Milliseconds between stream entries, which decide how short their ids are stored.
const STREAM_STEP_MS: u64 = 10;

/// Bytes of one thing on the fullest shard.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MemoryPart {
    /// What it is.
    pub what: String,
    /// Bytes.
    pub bytes: Interval,
}

/// A family's cost on a server.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FamilyMemory {
    /// The key pattern.
    pub keys: String,
    /// How the server stores the values.
    pub encodings: Vec<String>,
    /// Bytes a key, without the tables of the database.
    pub bytes_per_key: Interval,
    /// Bytes a key by part, at the likely value.
    pub parts: Vec<(String, f64)>,
    /// All keys at the horizon.
    pub total: Interval,
    /// All keys today.
    pub total_now: Interval,
}

/// Memory of one shard, the fullest.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct MemoryDemand {
    /// `used_memory` at the horizon.
    pub used: Interval,
    /// What it is made of.
    pub parts: Vec<MemoryPart>,
    /// What the machine needs beside it, outside `maxmemory`.
    pub outside: Vec<MemoryPart>,
}

/// Computes memory for one server and remembers it by topology.
pub struct Sizer<'a> {
    demand: &'a Demand,
    /// The server whose formulas are used.
    pub server: Server,
    /// Versions with the same formulas share it.
    measured: Rc<Measured>,
}

/// What the formulas of a build and an allocator make of a profile's data.
struct Measured {
    keys: Vec<Key<Range<u64>>>,
    estimates: Vec<memory::Estimate>,
    /// All keys of each family at the horizon, and today.
    totals: Vec<(Interval, Interval)>,
    /// The same with its texts.
    families: OnceCell<Vec<FamilyMemory>>,
    /// High ends of all values of each family at the horizon: what its keys take beyond names and entries.
    values_high: OnceCell<Vec<f64>>,
    stored_now: OnceCell<f64>,
    known: RefCell<HashMap<Topology, Interval>>,
    /// High ends of what hangs on the number of shards alone: tables and the empty server.
    tables: RefCell<HashMap<(u32, bool), f64>>,
}

impl<'a> Sizer<'a> {
    /// Sizes every family on `server`.
    pub fn new(profile: &Profile, demand: &'a Demand, server: Server) -> Self {
        let keys: Vec<Key<Range<u64>>> = profile.dataset.iter().map(key_of).collect();
        let estimates: Vec<memory::Estimate> = keys.iter().map(|key| server.key_over(key)).collect();
        let families = estimates.iter().zip(&demand.families);
        let totals =
            families.map(|(e, family)| (family.count * e.bytes, family.count_now * e.bytes)).collect();
        let measured = Measured {
            keys,
            estimates,
            totals,
            families: OnceCell::new(),
            values_high: OnceCell::new(),
            stored_now: OnceCell::new(),
            known: RefCell::default(),
            tables: RefCell::default(),
        };
        Self { demand, server, measured: Rc::new(measured) }
    }

    /// The same data on a server with the same formulas; none if its formulas are others.
    pub fn on(&self, server: &Server) -> Option<Self> {
        let same = self.server.build == server.build && self.server.allocator == server.allocator;
        same.then(|| Self {
            demand: self.demand,
            server: server.clone(),
            measured: Rc::clone(&self.measured),
        })
    }

    /// Every family's cost.
    pub fn families(&self) -> &[FamilyMemory] {
        self.measured.families.get_or_init(|| {
            let measured = self.measured.estimates.iter().zip(&self.measured.totals);
            let families = measured.zip(&self.demand.families);
            families
                .map(|((estimate, (total, total_now)), family)| FamilyMemory {
                    keys: family.keys.clone(),
                    encodings: estimate.encodings.iter().map(|e| e.as_str().to_owned()).collect(),
                    bytes_per_key: estimate.bytes,
                    parts: estimate.parts.iter().map(|p| (p.what.to_owned(), p.bytes)).collect(),
                    total: *total,
                    total_now: *total_now,
                })
                .collect()
        })
    }

    /// `used_memory` of the fullest shard at the horizon.
    pub fn used(&self, topology: Topology) -> Interval {
        if let Some(known) = self.measured.known.borrow().get(&topology) {
            return *known;
        }
        let used = self.parts(topology).iter().map(|(_, bytes)| *bytes).sum();
        self.measured.known.borrow_mut().insert(topology, used);
        used
    }

    /// The high end of [`Sizer::used`], by which shapes are chosen, without the other two.
    pub fn used_high(&self, topology: Topology) -> f64 {
        if let Some(known) = self.measured.known.borrow().get(&topology) {
            return known.high;
        }
        let shards = f64::from(topology.shards);
        let server = &self.server;
        let key = (topology.shards, topology.cluster_mode);
        let known = self.measured.tables.borrow().get(&key).copied();
        let tables = known.unwrap_or_else(|| {
            let tables = tables_of(topology);
            let with_growth = |table: memory::Table| table.bytes + table.while_growing;
            let keys = self.demand.keys;
            let expiring = self.expiring(|f| f.count);
            let on_shard = |whole: Interval| fullest(whole, whole.high, shards).high;
            let bytes = with_growth(server.key_table(on_shard(keys), tables))
                + with_growth(server.expires_table(on_shard(expiring), tables))
                + server.base(tables);
            self.measured.tables.borrow_mut().insert(key, bytes);
            bytes
        });
        let backlog = if topology.replicas > 0 { server.backlog(server.default_backlog()) } else { 0.0 };
        self.data_high(topology)
            + tables
            + server.clients(self.demand.connections.peak.high, 0.0)
            + backlog
            + server.replicas(f64::from(topology.replicas))
            + server.commands(COMMAND_NAMES)
            + server.database()
    }

    /// The part of it that keys and values take: quickly known, and never more than the whole.
    pub fn data_high(&self, topology: Topology) -> f64 {
        let shards = f64::from(topology.shards);
        let families = self.measured.totals.iter().zip(&self.demand.families);
        families.map(|((total, _), family)| fullest(*total, family.count.high, shards).high).sum()
    }

    /// What stays in the memory of the fullest shard at the horizon where `elsewhere` of each value, as allocated, is
    /// on disk; at its high end, so that values count for no more than they take where keys are largest.
    pub fn resident_high(&self, topology: Topology, elsewhere: f64) -> f64 {
        let shards = f64::from(topology.shards);
        let measured = &self.measured;
        let of_family = || {
            let families = measured.keys.iter().zip(&measured.estimates).zip(&self.demand.families);
            let value = |key, estimate: &memory::Estimate| value_of(&self.server, key, estimate.bytes.high);
            families.map(|((key, estimate), family)| family.count.high * value(key, estimate)).collect()
        };
        let values = measured.values_high.get_or_init(of_family);
        let families = values.iter().zip(&self.demand.families);
        let values: f64 = families
            .map(|(values, family)| fullest(Interval::exact(*values), family.count.high, shards).high)
            .sum();
        (self.used_high(topology) - values * elsewhere).max(0.0)
    }

    /// The same with its parts.
    pub fn breakdown(&self, topology: Topology) -> MemoryDemand {
        let parts: Vec<_> = self
            .parts(topology)
            .into_iter()
            .filter(|(_, bytes)| bytes.high > 0.0)
            .map(|(what, bytes)| MemoryPart { what: what.to_owned(), bytes })
            .collect();
        MemoryDemand { used: parts.iter().map(|p| p.bytes).sum(), parts, outside: Vec::new() }
    }

    /// Keys, values and their tables today over all shards: what backups and metered storage hold.
    pub fn stored_now(&self) -> f64 {
        *self.measured.stored_now.get_or_init(|| {
            let keys = self.demand.keys_now.likely;
            let expiring = self.expiring(|f| f.count_now).likely;
            let plain = memory::Layout::Plain;
            self.measured.totals.iter().map(|(_, today)| today.likely).sum::<f64>()
                + self.server.key_table(keys, plain).bytes
                + self.server.expires_table(expiring, plain).bytes
        })
    }

    fn expiring(&self, count: impl Fn(&super::FamilyDemand) -> Interval) -> Interval {
        self.demand.families.iter().filter(|f| f.has_ttl).map(count).sum()
    }

    fn parts(&self, topology: Topology) -> [(&'static str, Interval); 8] {
        let shards = f64::from(topology.shards);
        let tables = tables_of(topology);
        // The low and likely ends are tables at rest; at the high end one is just being moved.
        let table = |count: Interval, of: &dyn Fn(f64) -> memory::Table| {
            let high = of(count.high);
            Interval::new(of(count.low).bytes, of(count.likely).bytes, high.bytes + high.while_growing)
        };
        let on_shard = |whole: Interval, keys: f64| fullest(whole, keys, shards);
        let all = self.demand.keys;
        let expiring = self.expiring(|f| f.count);
        let values: Interval = self
            .measured
            .totals
            .iter()
            .zip(&self.demand.families)
            .map(|((total, _), family)| on_shard(*total, family.count.high))
            .sum();
        let keys = on_shard(all, all.high);
        let expiring = on_shard(expiring, expiring.high);
        let server = &self.server;
        let connections = self.demand.connections.peak;
        let replicated = topology.replicas > 0;
        let backlog = if replicated { server.backlog(server.default_backlog()) } else { 0.0 };
        [
            ("keys and values", values),
            ("key table", table(keys, &|n| server.key_table(n, tables))),
            ("expiry table", table(expiring, &|n| server.expires_table(n, tables))),
            // Idle at the low end, all active at the high end.
            (
                "clients",
                Interval::new(
                    server.clients(0.0, connections.low),
                    server.clients(connections.likely / 2.0, connections.likely / 2.0),
                    server.clients(connections.high, 0.0),
                ),
            ),
            ("replication backlog", Interval::between(0.0, backlog)),
            ("connected replicas", Interval::exact(server.replicas(f64::from(topology.replicas)))),
            ("command statistics", Interval::exact(server.commands(COMMAND_NAMES) + server.database())),
            ("empty server", Interval::exact(server.base(tables))),
        ]
    }
}

/// How the tables of a shard are laid out.
fn tables_of(topology: Topology) -> memory::Layout {
    if topology.cluster_mode {
        memory::Layout::Slots(SLOTS / f64::from(topology.shards))
    } else {
        memory::Layout::Plain
    }
}

/// Bytes of one value, as allocated, of a key that takes `whole` at most: what it takes beyond the same key with an
/// empty string.
fn value_of(server: &Server, key: &Key<Range<u64>>, whole: f64) -> f64 {
    let empty = Body::String { len: Range { low: 0, high: 0 }, integer: false };
    let alone = server.key_over(&Key { body: empty, ..*key }).bytes;
    // A number of at most 64 bits takes no more room than no text at all.
    (whole - alone.high).max(0.0)
}

/// What the fullest of `shards` shards holds of something that hangs on `keys` keys. Many keys spread evenly; of a
/// few, chance puts several on one shard: the mean plus what the fullest of so many bins usually has beyond it.
fn fullest(whole: Interval, keys: f64, shards: f64) -> Interval {
    if shards < 2.0 || keys < 1.0 {
        return whole;
    }
    let mean = keys / shards;
    let by_chance = mean + (2.0 * mean * shards.ln()).sqrt();
    let most = by_chance.max(mean * FULLEST_SHARD).max(1.0).min(keys);
    Interval { low: whole.low / shards, likely: whole.likely / shards, high: whole.high * most / keys }
}

/// A declared family in the words of the memory model.
pub fn key_of(family: &Family) -> Key<Range<u64>> {
    let bytes = |r: Range<Bytes>| Range { low: r.low.0.round() as u64, high: r.high.0.round() as u64 };
    let count = |r: Range<Count>| Range { low: r.low.0 as u64, high: r.high.0 as u64 };
    let body = match &family.shape {
        Shape::String { value, content } => {
            Body::String { len: bytes(value.value), integer: *content == Content::Integer }
        }
        Shape::Hash { fields, field, value } => Body::Hash {
            fields: count(fields.value),
            field_len: bytes(field.value),
            value_len: bytes(value.value),
        },
        Shape::List { items, value } => {
            Body::List { items: count(items.value), item_len: bytes(value.value) }
        }
        Shape::Set { members, member, content } => Body::Set {
            members: count(members.value),
            member_len: bytes(member.value),
            integers: *content == Content::Integer,
        },
        Shape::Zset { members, member, scores } => Body::Zset {
            members: count(members.value),
            member_len: bytes(member.value),
            score_entry: if *scores == Scores::Whole { WHOLE_SCORE } else { DECIMAL_SCORE },
        },
        Shape::Stream { entries, fields, field, value } => Body::Stream {
            entries: count(entries.value),
            fields: Range { low: fields.value.0 as u64, high: fields.value.0 as u64 },
            field_len: bytes(field.value),
            value_len: bytes(value.value),
            step_ms: STREAM_STEP_MS,
        },
    };
    Key { key_len: bytes(family.key_size.value), ttl: family.ttl.is_some(), body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_end_alone_is_that_of_the_interval() {
        for (name, text) in crate::profile::shipped() {
            let profile = crate::profile::parse(text.as_bytes(), name).unwrap_or_else(|e| panic!("{e}"));
            let demand = Demand::of(&profile);
            for server in ["valkey-8.1", "redis-7.2"] {
                for (shards, replicas, cluster_mode) in
                    [(1, 0, false), (1, 1, true), (3, 1, true), (90, 2, true)]
                {
                    let topology = Topology { shards, replicas, cluster_mode };
                    let server = Server::new(server, None).unwrap_or_else(|e| panic!("{e:?}"));
                    let sizer = Sizer::new(&profile, &demand, server);
                    let (alone, whole) = (sizer.used_high(topology), sizer.used(topology).high);
                    assert!((alone / whole - 1.0).abs() < 1e-9, "{name} {topology:?}: {alone} {whole}");
                    assert!(sizer.data_high(topology) <= whole, "{name}");
                }
            }
        }
    }
}
