//! Lists: one listpack, or a chain of them.

use super::key::{Encoding, Key, KeyBytes};
use super::listpack::{FRAME, text_entry};
use super::{Build, Server};

/// Bytes of a listpack in a list (`list-max-listpack-size` -2).
const MAX_NODE: u64 = 8192;
/// What the server allows for the head of a node when it asks whether an item still fits.
const NODE_MARGIN: u64 = 8;

impl Server {
    pub(super) fn list(&self, key: &Key, items: u64, item_len: u64) -> KeyBytes {
        let entry = text_entry(item_len);
        let last_fits = FRAME + items.saturating_sub(1) * entry + item_len <= MAX_NODE;
        if last_fits && self.build != Build::Redis70 {
            return self.compact(key, Encoding::Listpack, FRAME + items * entry);
        }
        let head = match self.build {
            Build::Redis86 => self.a(48),
            _ => self.a(40),
        };
        let plain_nodes = !matches!(self.build, Build::Redis70 | Build::Redis72);
        let (nodes, packs) = if item_len > MAX_NODE && plain_nodes {
            (items, items as f64 * self.a(item_len))
        } else {
            let free = MAX_NODE.saturating_sub(NODE_MARGIN + FRAME + item_len);
            let full = free / entry + 1;
            let rest = items % full;
            let last = if rest > 0 { self.a(FRAME + rest * entry) } else { 0.0 };
            (items.div_ceil(full), (items / full) as f64 * self.a(FRAME + full * entry) + last)
        };
        KeyBytes::new(Encoding::Quicklist)
            .with("object and key name", self.key_object(key))
            .with("list nodes", head + nodes as f64 * self.a(40))
            .with("items", packs)
    }
}
