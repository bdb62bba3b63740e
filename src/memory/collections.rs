//! Hashes, sets and sorted sets: compact, or as tables.

use super::build::Kind;
use super::key::{Encoding, Key, KeyBytes};
use super::listpack::{FRAME, text_entry};
use super::sds::{sds, sds8};
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
    /// Elements that it is created for at least.
    created_for: u64,
    /// Whether a first command with all elements creates it for all of them.
    at_once: bool,
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
            at_once: false,
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
            created_for: if integers { MAX_COMPACT_HASH + 1 } else { self.smallest_set_table(member_len) },
            at_once: !integers && self.build != Build::Redis70,
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
            created_for: self.smallest_set_table(member_len),
            at_once: self.build != Build::Redis70,
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

    /// Members that the table of a set or sorted set is created for if they come one by one: one more than fits the
    /// compact form, unless it is a long member that does not fit it, the first.
    fn smallest_set_table(&self, member_len: u64) -> u64 {
        match self.build {
            Build::Redis70 => 1,
            _ if member_len > MAX_COMPACT_LEN => 1,
            _ => MAX_COMPACT_SET + 1,
        }
    }

    /// A value in a single allocation.
    pub(super) fn compact(&self, key: &Key, encoding: Encoding, size: u64) -> KeyBytes {
        let what = if encoding == Encoding::Intset { "intset" } else { "listpack" };
        KeyBytes::new(encoding).with(OBJECT, self.key_object(key)).with(what, self.a(size))
    }

    /// Adds a table that its elements were added to one by one; beside it what more it takes while its predecessor is
    /// still being emptied, and where all elements came at once.
    fn with_table(&self, parts: KeyBytes, header: u64, elements: u64, table: &Grown) -> KeyBytes {
        let kind = table.kind;
        let created = kind.buckets_created_for(table.created_for);
        let buckets = kind.buckets(elements).max(created);
        let of = |buckets: u64| kind.bytes(elements as f64, buckets, self.allocator);
        let parts = parts.with(TABLE, self.a(header) + of(buckets));
        let at_once = if table.at_once { kind.buckets_created_for(elements).max(buckets) } else { buckets };
        parts
            .with_old_table(self.old_table(elements, buckets, created, table))
            .with_at_once(of(at_once) - of(buckets))
    }

    /// What the predecessor of a table takes while it is being emptied.
    fn old_table(&self, elements: u64, buckets: u64, created: u64, table: &Grown) -> f64 {
        let kind = table.kind;
        if buckets == created {
            return 0.0;
        }
        let old = buckets / 2;
        let (capacity, filled) = match kind {
            Kind::Bucketed => (7 * old, old as f64),
            // Empty buckets are passed over: a full table of chains has 63 % of its buckets filled.
            Kind::Chained | Kind::NoValue => (old, 0.632 * old as f64),
        };
        let moved = elements.saturating_sub(capacity) as f64 * table.moves;
        if moved < filled { kind.array(old, self.allocator) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Allocator, Body, Layout, WHOLE_SCORE};
    use super::*;

    /// Measured on Valkey 8.1 with `ZADD` member by member.
    #[test]
    fn a_long_member_makes_a_table_for_the_members_so_far() {
        let server = Server::new("valkey-8.1", Some(Allocator::Jemalloc8)).unwrap();
        let zset = |members, member_len| {
            let body = Body::Zset { members, member_len, score_entry: WHOLE_SCORE };
            server.key(&Key { key_len: 20, ttl: false, body })
        };
        let table = server.key_table(16_384.0, Layout::Plain).bytes / 16_384.0;
        let long = zset(10, 65).total + table;
        assert!((long / 2211.0 - 1.0).abs() < 0.01, "{long} B a key");
        // Nothing is wasted by a member too many for the compact form: each long member costs about the same.
        let each = zset(20, 65).total - zset(10, 65).total;
        assert!(each < 10.0 * 250.0, "{each} B for ten more");
    }

    #[test]
    fn a_command_with_all_members_may_make_a_larger_table() {
        // 54 members are at home in 8 buckets of 7, and a table that is created for them has 16.
        let body = Body::Set { members: 54, member_len: 65, integers: false };
        let server = Server::new("valkey-8.1", Some(Allocator::Jemalloc8)).unwrap();
        let cost = server.key(&Key { key_len: 20, ttl: false, body });
        assert!(cost.at_once > cost.total + 256.0, "{} {}", cost.at_once, cost.total);
        // Redis 7.0 lets every table grow.
        let server = Server::new("redis-7.0", Some(Allocator::Jemalloc8)).unwrap();
        let cost = server.key(&Key { key_len: 20, ttl: false, body });
        assert_eq!(cost.at_once, cost.total);
    }
}
