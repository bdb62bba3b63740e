//! Length headers of strings in memory.

/// Bytes of a string of `len` bytes with its header and terminator.
pub fn sds(len: u64) -> u64 {
    let header = match len {
        0..32 => 1,
        32..256 => 3,
        256..65_536 => 5,
        _ => 9,
    };
    header + len + 1
}

/// The same where the shortest header is not used.
pub fn sds8(len: u64) -> u64 {
    sds(len) + if len < 32 { 2 } else { 0 }
}
