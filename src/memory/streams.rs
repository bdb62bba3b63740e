//! Streams: a radix tree of listpacks, each with a master entry that holds the field names.

use super::key::{Encoding, Key, KeyBytes};
use super::listpack::{FRAME, integer_entry, text_entry};
use super::{Build, Server};

/// `stream-node-max-bytes`; the open node is allocated with it at once.
const MAX_NODE: u64 = 4096;
/// `stream-node-max-entries`.
const MAX_ENTRIES: u64 = 100;
/// Radix-tree nodes for each listpack after the first.
const TREE_NODE: f64 = 56.0;

impl Server {
    /// Entries, fields, length of names, length of values, milliseconds between entries.
    pub(super) fn stream(&self, key: &Key, sizes: [u64; 5]) -> KeyBytes {
        let [entries, fields, field_len, value_len, step_ms] = sizes;
        let small = |n: u64| integer_entry(i64::try_from(n).unwrap_or(i64::MAX));
        // Count, deleted, number of fields, the names, and an end mark.
        let master = 3 * small(0) + small(fields) + fields * text_entry(field_len);
        // Flags, sequence, values, number of elements; the time follows below.
        let entry = 2 * small(0) + fields * text_entry(value_len) + small(fields + 3);
        let added = fields * (field_len + value_len);
        let node = |limit: u64| {
            let mut size = FRAME + master;
            let mut count = 0;
            while count < limit.min(MAX_ENTRIES) && (count == 0 || size + added < MAX_NODE) {
                size += entry + small(step_ms.saturating_mul(count));
                count += 1;
            }
            (count, size)
        };
        let (per_node, full_size) = node(MAX_ENTRIES);
        // The last node, full or not, is the open one.
        let closed = entries.saturating_sub(1) / per_node;
        let (_, open_size) = node(entries - closed * per_node);
        let fixed = match self.build {
            Build::Redis82 => 136.0,
            Build::Redis86 => 192.0,
            _ => self.a(80) + self.a(24),
        };
        let tree = self.a(32) + self.a(16) + closed as f64 * TREE_NODE;
        KeyBytes::new(Encoding::Stream)
            .with("object and key name", self.key_object(key))
            .with("stream and its tree", fixed + tree)
            .with("entries", closed as f64 * self.a(full_size))
            .with("open node", self.a(open_size.max(MAX_NODE)))
    }
}
