//! A request of the sample, in sixteen bytes.

use crate::simulate::request::Op;

/// Milliseconds beyond which a time to live is kept in seconds.
const FINE: u64 = 1 << 28;
const IN_SECONDS: u32 = 1 << 28;

/// One command on one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Number of the key.
    pub id: u32,
    /// Time, in the units of the sample.
    pub time: u32,
    /// Bytes of the key with its value.
    pub bytes: u32,
    /// Two bits of what it does, then a time to live in milliseconds or seconds.
    pub(in crate::simulate) word: u32,
}

impl Access {
    /// Packs one. Times to live of more than eight years are taken as that.
    pub fn new(id: u32, time: u32, bytes: u32, op: Op, ttl_ms: u64) -> Self {
        let ttl =
            if ttl_ms < FINE { ttl_ms as u32 } else { (ttl_ms / 1000).min(FINE - 1) as u32 | IN_SECONDS };
        let op = match op {
            Op::Read => 0,
            Op::Write => 1,
            Op::Delete => 2,
            Op::Expire => 3,
        };
        Self { id, time, bytes, word: op << 30 | ttl }
    }

    /// What it does.
    #[inline]
    pub fn op(self) -> Op {
        match self.word >> 30 {
            0 => Op::Read,
            1 => Op::Write,
            2 => Op::Delete,
            _ => Op::Expire,
        }
    }

    /// Time to live in milliseconds; 0 is none.
    #[inline]
    pub fn ttl_ms(self) -> u64 {
        let value = u64::from(self.word & (IN_SECONDS - 1));
        if self.word & IN_SECONDS == 0 { value } else { value * 1000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_it_was_given() {
        for op in [Op::Read, Op::Write, Op::Delete, Op::Expire] {
            for ttl in [0, 1, 86_400_000, 30 * 86_400_000, 365 * 86_400_000] {
                let access = Access::new(1, 2, 3, op, ttl);
                assert_eq!((access.op(), access.ttl_ms()), (op, ttl));
            }
        }
        assert_eq!(Access::new(1, 2, 3, Op::Read, u64::MAX).ttl_ms(), (FINE - 1) * 1000);
    }
}
