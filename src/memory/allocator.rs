//! What an allocation really takes: the allocator's size classes.

use std::fmt;

use crate::units::{FromText, TextError, nearest};

/// The allocator that a server was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allocator {
    /// The bundled jemalloc of upstream builds and container images.
    Jemalloc8,
    /// The system's jemalloc, in Debian's and Ubuntu's packages.
    Jemalloc16,
    /// The C library's malloc (glibc).
    Libc,
}

impl Allocator {
    /// All allocators, in their fixed order.
    pub const ALL: &'static [Self] = &[Self::Jemalloc8, Self::Jemalloc16, Self::Libc];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jemalloc8 => "jemalloc-8",
            Self::Jemalloc16 => "jemalloc-16",
            Self::Libc => "libc",
        }
    }

    /// Bytes counted for a request of `size` bytes.
    pub fn usable(self, size: u64) -> f64 {
        let bytes = match self {
            // 4,096-byte pages of their own from the mmap threshold on.
            Self::Libc if size >= 128 * 1024 => (size + 16).next_multiple_of(4096) - 16,
            Self::Libc => ((size + 8).next_multiple_of(16) - 8).max(24),
            Self::Jemalloc8 if size <= 64 => size.next_multiple_of(8).max(8),
            Self::Jemalloc16 if size <= 8 => 8,
            Self::Jemalloc16 if size <= 128 => size.next_multiple_of(16),
            // Four classes for each doubling.
            Self::Jemalloc8 | Self::Jemalloc16 => size.next_multiple_of(size.next_power_of_two() / 8),
        };
        bytes as f64
    }
}

impl FromText for Allocator {
    const EXPECTED: &'static str = "an allocator: jemalloc-8, jemalloc-16 or libc";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        Self::ALL.iter().copied().find(|a| a.as_str() == text).ok_or_else(|| {
            let error = TextError::new(format!("expected {}", Self::EXPECTED));
            match nearest(text, Self::ALL.iter().map(|a| a.as_str())) {
                Some(name) => error.suggest(name),
                None => error,
            }
        })
    }
}

impl fmt::Display for Allocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
