//! Hashes, sets and sorted sets: compact, or as tables.

use super::key::{Encoding, Key, KeyBytes};
use super::listpack::{FRAME, text_entry};
use super::sds::{sds, sds8};
use super::tables::Kind;
use super::{Build, Server};

/// Longest element of a compact hash, set or sorted set (`*-max-listpack-value`).
const MAX_COMPACT_LEN: u64 = 64;
/// `hash-max-listpack-entries` and `set-max-intset-entries`.
const MAX_COMPACT_HASH: u64 = 512;
/// `set-max-listpack-entries` and `zset-max-listpack-entries`.
const MAX_COMPACT_SET: u64 = 128;

const OBJECT: &str = "object and key name";
const TABLE: &str = "hash table";

/// A table that grew with its elements.
struct Grown {
    kind: Kind,
    /// Elements that it was created for.
    created_for: u64,
    /// Buckets that are moved to the new table with each element that is added.
    moves: f64,
}

impl Server {
    pub(super) fn hash(&self, key: &Key, fields: u64, field_len: u64, value_len: u64) -> KeyBytes {
        if fields <= MAX_COMPACT_HASH && field_len.max(value_len) <= MAX_COMPACT_LEN {
            let size = FRAME + fields * (text_entry(field_len) + text_entry(value_len));
            return self.compact(key, Encoding::Listpack, size);
        }
        let (header, kind) = match self.build {
            Build::Redis86 => (64, Kind::NoValue),
            Build::Valkey81 => (72, Kind::Bucketed),
            Build::Valkey91 => (80, Kind::Bucketed),
            _ => (56, Kind::Chained),
        };
        let table = Grown {
            kind,
            // Only a hash with too many fields is created for them; one with a long value starts small.
            created_for: if field_len.max(value_len) <= MAX_COMPACT_LEN { MAX_COMPACT_HASH + 1 } else { 1 },
            moves: match self.build {
                Build::Redis70 | Build::Redis80 | Build::Redis82 => 2.0,
                _ => 1.0,
            },
        };
        let parts = KeyBytes::new(Encoding::Hashtable)
            .with(OBJECT, self.key_object(key))
            .with("fields", fields as f64 * self.hash_field(field_len, value_len));
        self.with_table(parts, header, fields, &table)
    }

    /// A field with its value, in a table.
    fn hash_field(&self, field_len: u64, value_len: u64) -> f64 {
        match self.build {
            Build::Redis86 | Build::Valkey81 | Build::Valkey91 => {
                let together = sds(field_len) + sds8(value_len);
                if value_len < 256 && together <= 128 {
                    self.a(together)
                } else {
                    self.a(8 + sds8(field_len)) + self.a(sds(value_len))
                }
            }
            // Another kind of string, with a shorter header.
            Build::Redis80 | Build::Redis82 if (256..65_536).contains(&field_len) => {
                self.a(24) + self.a(field_len + 4) + self.a(sds(value_len))
            }
            _ => self.a(24) + self.a(sds(field_len)) + self.a(sds(value_len)),
        }
    }

    pub(super) fn set(&self, key: &Key, members: u64, member_len: u64, integers: bool) -> KeyBytes {
        let integers = integers && member_len <= 20;
        if integers && members <= MAX_COMPACT_HASH {
            let width = match member_len {
                0..=4 => 2,
                5..=9 => 4,
                _ => 8,
            };
            return self.compact(key, Encoding::Intset, 8 + width * members);
        }
        let listpack = members <= MAX_COMPACT_SET && member_len <= MAX_COMPACT_LEN;
        if listpack && self.build != Build::Redis70 {
            return self.compact(key, Encoding::Listpack, FRAME + members * text_entry(member_len));
        }
        let (header, kind, entry) = match self.build {
            Build::Redis70 => (56, Kind::Chained, self.a(24)),
            Build::Redis72 | Build::Redis80 | Build::Redis82 | Build::Valkey80 => (56, Kind::NoValue, 0.0),
            Build::Redis86 => (64, Kind::NoValue, 0.0),
            Build::Valkey81 => (72, Kind::Bucketed, 0.0),
            Build::Valkey91 => (80, Kind::Bucketed, 0.0),
        };
        let table = Grown {
            kind,
            created_for: if integers { MAX_COMPACT_HASH + 1 } else { self.smallest_set_table() },
            moves: 1.0,
        };
        let parts = KeyBytes::new(Encoding::Hashtable)
            .with(OBJECT, self.key_object(key))
            .with("members", members as f64 * (entry + self.a(sds(member_len))));
        self.with_table(parts, header, members, &table)
    }

    pub(super) fn zset(&self, key: &Key, members: u64, member_len: u64, score_entry: f64) -> KeyBytes {
        if members <= MAX_COMPACT_SET && member_len <= MAX_COMPACT_LEN {
            let entries = members as f64 * (text_entry(member_len) as f64 + score_entry);
            return self.compact(key, Encoding::Listpack, FRAME + entries.ceil() as u64);
        }
        let name = sds(member_len);
        // Object that holds both, skiplist, its first node, and the table's struct.
        let (fixed, table_header, kind) = match self.build {
            Build::Redis86 => (self.a(16) + self.a(40) + self.a(528), 56, Kind::NoValue),
            Build::Valkey81 => (self.a(16) + self.a(32) + self.a(536), 72, Kind::Bucketed),
            Build::Valkey91 => (self.a(16) + self.a(528), 80, Kind::Bucketed),
            _ => (self.a(16) + self.a(32) + self.a(536), 56, Kind::Chained),
        };
        let node = match self.build {
            Build::Redis86 => self.skiplist_node(16 + name),
            Build::Valkey91 => self.skiplist_node(17 + name),
            Build::Valkey81 => self.skiplist_node(24) + self.a(name),
            _ => self.skiplist_node(24) + self.a(name) + self.a(24),
        };
        let table = Grown {
            kind,
            created_for: self.smallest_set_table(),
            moves: if self.build == Build::Redis86 { 1.0 } else { 2.0 },
        };
        let parts = KeyBytes::new(Encoding::Skiplist)
            .with(OBJECT, self.key_object(key))
            .with("skiplist head", fixed)
            .with("members", members as f64 * node);
        self.with_table(parts, table_header, members, &table)
    }

    /// Expected bytes of a skiplist node of `fixed` bytes and 16 for each of its levels.
    fn skiplist_node(&self, fixed: u64) -> f64 {
        let mut expected = 0.0;
        let mut probability = 0.75;
        // Beyond level 16 nothing is left.
        for level in 1..=16 {
            expected += probability * self.a(fixed + 16 * level);
            probability *= 0.25;
        }
        expected
    }

    /// Sets and sorted sets that become tables are created for one member more than fits the compact form.
    fn smallest_set_table(&self) -> u64 {
        match self.build {
            Build::Redis70 => 1,
            _ => MAX_COMPACT_SET + 1,
        }
    }

    /// A value in a single allocation.
    pub(super) fn compact(&self, key: &Key, encoding: Encoding, size: u64) -> KeyBytes {
        let what = if encoding == Encoding::Intset { "intset" } else { "listpack" };
        KeyBytes::new(encoding).with(OBJECT, self.key_object(key)).with(what, self.a(size))
    }

    /// Adds a table and, where its predecessor is still being emptied, that one to the upper end.
    fn with_table(&self, parts: KeyBytes, header: u64, elements: u64, table: &Grown) -> KeyBytes {
        let kind = table.kind;
        let created = kind.buckets_created_for(table.created_for);
        let buckets = kind.buckets(elements).max(created);
        let bytes = self.a(header) + kind.bytes(elements as f64, buckets, self.allocator);
        let parts = parts.with(TABLE, bytes);
        if buckets == created {
            return parts;
        }
        let old = buckets / 2;
        let (capacity, filled) = match kind {
            Kind::Bucketed => (7 * old, old as f64),
            // Empty buckets are passed over: a full table of chains has 63 % of its buckets filled.
            Kind::Chained | Kind::NoValue => (old, 0.632 * old as f64),
        };
        if ((elements - capacity) as f64) * table.moves < filled {
            parts.with_old_table(kind.array(old, self.allocator))
        } else {
            parts
        }
    }
}
