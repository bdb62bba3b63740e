//! The listpack: entries packed one after another in a single allocation.

/// Header and end mark of a listpack.
pub const FRAME: u64 = 7;

/// Entry of a whole score as planned: a number that needs 32 bits, such as points or a Unix time.
pub const WHOLE_SCORE: f64 = 6.0;
/// Entry of a decimal score as planned: a text of ten characters, such as `12345.6789`.
pub const DECIMAL_SCORE: f64 = 12.0;

/// Bytes of the entry of a text of `len` bytes that does not read as an integer.
pub fn text_entry(len: u64) -> u64 {
    let data = match len {
        0..64 => 1,
        64..4096 => 2,
        _ => 5,
    } + len;
    let back_length = match data {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        2_097_152..268_435_456 => 4,
        _ => 5,
    };
    data + back_length
}

/// Bytes of the entry of an integer, or of a text that reads as one.
pub fn integer_entry(value: i64) -> u64 {
    let data = match value {
        0..=127 => 1,
        -4096..=4095 => 2,
        -32_768..=32_767 => 3,
        -8_388_608..=8_388_607 => 4,
        -2_147_483_648..=2_147_483_647 => 5,
        _ => 9,
    };
    data + 1
}
