//! One command on one key, as a trace tells it.

use twox_hash::XxHash3_64;

/// What a command does to its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Asks for the value; only these count as hits and misses.
    Read,
    /// Stores a value.
    Write,
    /// Removes the key.
    Delete,
    /// Sets a time to live.
    Expire,
}

/// Length of a value that the trace does not tell.
pub const UNKNOWN: u32 = u32::MAX;

/// One command on one key. The key itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Milliseconds since any fixed moment.
    pub time_ms: u64,
    /// Hash of the key.
    pub key: u64,
    /// Time to live in milliseconds; 0 is none.
    pub ttl_ms: u64,
    /// Bytes of the key's name.
    pub key_len: u32,
    /// Bytes of the value, or [`UNKNOWN`].
    pub value_len: u32,
    /// What it does.
    pub op: Op,
}

/// Hash of a key's name. The seed is fixed, so that results repeat.
pub fn hash_name(name: &[u8]) -> u64 {
    XxHash3_64::oneshot(name)
}

/// Hash of a key that is a number (the mixing step of splitmix64).
pub fn mix(x: u64) -> u64 {
    let mut x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
