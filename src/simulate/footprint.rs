//! Bytes of a string key on a server, remembered by its lengths.

use super::request::UNKNOWN;
use crate::memory::{Body, Key, Server, TableKind};

const REMEMBERED: usize = 1 << 12;

#[derive(Clone, Copy)]
struct Entry {
    key_len: u32,
    value_len: u32,
    ttl: bool,
    bytes: u32,
}

/// What keys cost, with their entry among the expiry times but without bucket arrays.
pub struct Footprint {
    server: Server,
    remembered: Vec<Entry>,
}

/// Bytes of an entry of the expires table, where it has one of its own.
pub fn expire_entry(server: &Server) -> u32 {
    if server.build.main_table() == TableKind::Chained { server.allocator.usable(24) as u32 } else { 0 }
}

impl Footprint {
    /// For one server.
    pub fn new(server: &Server) -> Self {
        let nothing = Entry { key_len: UNKNOWN, value_len: UNKNOWN, ttl: false, bytes: 0 };
        Self { server: server.clone(), remembered: vec![nothing; REMEMBERED] }
    }

    /// Bytes of a key with a string value.
    #[inline]
    pub fn bytes(&mut self, key_len: u32, value_len: u32, ttl: bool) -> u32 {
        let mixed = (value_len ^ key_len.rotate_left(20) ^ u32::from(ttl)).wrapping_mul(0x9e37_79b1);
        let place = mixed as usize >> 20;
        let entry = self.remembered[place];
        if (entry.key_len, entry.value_len, entry.ttl) == (key_len, value_len, ttl) {
            return entry.bytes;
        }
        self.computed(place, key_len, value_len, ttl)
    }

    #[cold]
    fn computed(&mut self, place: usize, key_len: u32, value_len: u32, ttl: bool) -> u32 {
        let body = Body::String { len: u64::from(value_len), integer: false };
        let key = Key { key_len: u64::from(key_len), ttl, body };
        let entries = if ttl { expire_entry(&self.server) } else { 0 };
        let bytes = (self.server.key(&key).total.round() as u32).saturating_add(entries).max(1);
        self.remembered[place] = Entry { key_len, value_len, ttl, bytes };
        bytes
    }
}
