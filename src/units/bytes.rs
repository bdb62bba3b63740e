//! Sizes in bytes.

use std::fmt;

use serde::Serialize;

use super::text::{FromText, TextError, factor, short, split};

/// 1,024 bytes.
pub const KIB: f64 = 1024.0;
/// 1,024 KiB.
pub const MIB: f64 = 1024.0 * KIB;
/// 1,024 MiB.
pub const GIB: f64 = 1024.0 * MIB;
const TIB: f64 = 1024.0 * GIB;

/// A number of bytes. Expected values need not be whole.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Bytes(pub f64);

const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("B", 1.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", KIB),
    ("MiB", MIB),
    ("GiB", GIB),
    ("TiB", TIB),
    ("bytes", 1.0),
    ("byte", 1.0),
];

impl FromText for Bytes {
    const EXPECTED: &'static str = "a size such as 41B, 4KB or 64KiB";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let parts = split(text, Self::EXPECTED)?;
        let bytes = parts.number * factor(parts.unit, UNITS, parts.number, Self::EXPECTED)?;
        if bytes > 1e15 {
            return Err(TextError::new("a size above 1,000 TB is not supported"));
        }
        Ok(Self(bytes))
    }
}

/// Binary units, three significant digits.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (divisor, unit) = match self.0 {
            v if v < KIB => (1.0, "B"),
            v if v < MIB => (KIB, "KiB"),
            v if v < GIB => (MIB, "MiB"),
            v if v < TIB => (GIB, "GiB"),
            _ => (TIB, "TiB"),
        };
        f.pad(&format!("{} {unit}", short(self.0 / divisor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, bytes) in
            [("41B", 41.0), ("41", 41.0), ("64KiB", 65536.0), ("1.5 GB", 1.5e9), ("4kB", 4000.0)]
        {
            assert_eq!(Bytes::from_text(text), Ok(Bytes(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_size() {
        for text in ["", "-1B", "1e30B", "NaN", "inf", "12 Kib", "1 2B", "0x10", "1.2.3B"] {
            assert!(Bytes::from_text(text).is_err(), "{text}");
        }
        assert_eq!(Bytes::from_text("12 Kib").unwrap_err().suggestion.as_deref(), Some("12KiB"));
        assert_eq!(Bytes::from_text("-5B").unwrap_err().suggestion.as_deref(), Some("5B"));
    }

    #[test]
    fn shows_three_digits() {
        assert_eq!(Bytes(1536.0).to_string(), "1.5 KiB");
        assert_eq!(Bytes(13.5 * GIB).to_string(), "13.5 GiB");
        assert_eq!(Bytes(999.6 * GIB).to_string(), "1000 GiB");
    }
}
