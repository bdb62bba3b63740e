//! Exact LRU over all sizes, command by command; a read that misses is followed by a write.
//!
//! One side knows the keys and says what each command moves, the other one has the stack. They share nothing, so that
//! each can have a processor core.

use std::num::NonZero;

use super::curve::{Distances, LruCurve};
use super::request::Op;
use super::stack_distance::Stack;
use super::time_line::{Line, Place};

/// Moves whose memory is read ahead together.
const TOGETHER: usize = 64;

/// What a command does to the stack.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// A key that is there is read.
    Hit {
        /// Where it lies.
        from: Place,
    },
    /// A key is stored, and comes to the top.
    Put {
        /// Where it lies, if it is there.
        from: Place,
        /// Its bytes; none for those that it has.
        bytes: Option<NonZero<u32>>,
    },
    /// A key goes.
    Remove {
        /// Where it lies.
        from: Place,
    },
    /// All weights move to the start of the line.
    Pack,
}

impl Move {
    /// Where the key lies, if it is there.
    fn from(self) -> Option<Place> {
        match self {
            Self::Hit { from } | Self::Put { from, .. } | Self::Remove { from } => Some(from),
            Self::Pack => None,
        }
    }
}

/// The side that knows the keys, but for the place of each, which lies where the key is found.
#[derive(Default)]
pub struct LruKeys {
    line: Line,
    /// Expiry of each key in seconds, rounded up; empty until a key has one.
    expires: Vec<u32>,
    keys: u64,
    reads: u64,
}

impl LruKeys {
    /// Makes room for the next key number.
    pub fn add_key(&mut self) {
        self.keys += 1;
        if !self.expires.is_empty() {
            self.expires.push(0);
        }
    }

    /// Makes room for so many commands; the places of all keys change if they have to move for it.
    pub fn make_room<'p>(
        &mut self,
        commands: usize,
        places: impl Iterator<Item = &'p mut Place>,
        moves: &mut Vec<Move>,
    ) {
        if self.line.left() < commands {
            self.line.pack(places);
            moves.push(Move::Pack);
        }
    }

    /// What one command moves, for which there must be room. It asks for the bytes of the key if it stores it: none if
    /// they are those that it has.
    #[inline]
    pub fn command(
        &mut self,
        id: u32,
        place: &mut Place,
        time_ms: u64,
        op: Op,
        ttl_ms: u64,
        bytes: impl FnOnce() -> Option<NonZero<u32>>,
    ) -> Option<Move> {
        let from = *place;
        let expires = self.expires.get(id as usize).copied().unwrap_or(0);
        let over = expires != 0 && u64::from(expires) * 1000 <= time_ms;
        let there = from != 0 && !over;
        self.reads += u64::from(op == Op::Read);
        let (expires, moved) = match op {
            Op::Read if there => (expires, Some(Move::Hit { from })),
            Op::Read | Op::Write => (at(time_ms, ttl_ms), Some(Move::Put { from, bytes: bytes() })),
            Op::Expire if there => (at(time_ms, ttl_ms), None),
            Op::Delete | Op::Expire => (0, (from != 0).then_some(Move::Remove { from })),
        };
        if moved.is_some() {
            self.line.free(from);
            *place = if matches!(moved, Some(Move::Remove { .. })) { 0 } else { self.line.next() };
        }
        if expires != 0 && self.expires.is_empty() {
            self.expires = vec![0; self.keys as usize];
        }
        if let Some(slot) = self.expires.get_mut(id as usize) {
            *slot = expires;
        }
        moved
    }
}

/// The side of the stack.
#[derive(Default)]
pub struct LruPass {
    stack: Stack,
    hits: Distances,
}

impl LruPass {
    /// Bytes of all keys that are not deleted.
    pub fn total(&self) -> u64 {
        self.stack.total()
    }

    /// Follows the moves, in order.
    pub fn apply(&mut self, moves: &[Move]) {
        for moves in moves.chunks(TOGETHER) {
            self.stack.warm(moves.iter().filter_map(|m| m.from()));
            for moved in moves {
                self.follow(*moved);
            }
        }
    }

    #[inline]
    fn follow(&mut self, moved: Move) {
        match moved {
            Move::Hit { from } => {
                let (above, weight) = self.stack.renew(from);
                self.hits.add(above + u64::from(weight));
            }
            Move::Put { from, bytes } => {
                let had = self.stack.remove(from);
                self.stack.push(bytes.map_or(had, NonZero::get));
            }
            Move::Remove { from } => {
                self.stack.remove(from);
            }
            Move::Pack => self.stack.pack(),
        }
    }

    /// What was learned of these keys.
    pub fn curve(self, keys: &LruKeys, share: f64) -> LruCurve {
        let (mut bytes, mut next) = (0, 1_u64);
        let mut resident = 0;
        let mut held = Vec::new();
        for weight in self.stack.newest_first() {
            bytes += u64::from(weight);
            resident += 1;
            if resident == next {
                held.push(bytes);
                next *= 2;
            }
        }
        if held.last().is_some_and(|last| *last < bytes) {
            held.push(bytes);
        }
        let LruKeys { keys, reads, .. } = *keys;
        LruCurve { hits: self.hits, reads, keys, resident, held, share, samples: 1, all_reads: reads }
    }
}

fn at(time_ms: u64, ttl_ms: u64) -> u32 {
    if ttl_ms == 0 { 0 } else { u32::try_from((time_ms + ttl_ms).div_ceil(1000)).unwrap_or(u32::MAX).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::request::mix;

    /// A key of a list that is ordered by last use: number, bytes, expiry in seconds.
    type Listed = (usize, u32, u32);

    /// What the list says about a command: the bytes down to a key that is hit.
    fn listed(
        list: &mut Vec<Listed>,
        id: usize,
        seconds: u64,
        op: Op,
        ttl_ms: u64,
        bytes: Option<u32>,
    ) -> Option<u64> {
        let time_ms = seconds * 1000;
        let place = list.iter().position(|(other, ..)| *other == id);
        let had = place.map(|place| list[place]);
        let alive = had.filter(|(.., expires)| *expires == 0 || u64::from(*expires) * 1000 > time_ms);
        let depth = place.map(|place| list[..=place].iter().map(|(_, bytes, _)| u64::from(*bytes)).sum());
        let stored = bytes.or(had.map(|(_, bytes, _)| bytes)).unwrap_or(1);
        match op {
            Op::Expire if alive.is_some() => list[place?].2 = at(time_ms, ttl_ms),
            _ => list.retain(|(other, ..)| *other != id),
        }
        match (op, alive) {
            (Op::Read, Some(alive)) => list.insert(0, alive),
            (Op::Read | Op::Write, _) => list.insert(0, (id, stored, at(time_ms, ttl_ms))),
            (Op::Delete | Op::Expire, _) => {}
        }
        depth.filter(|_| op == Op::Read && alive.is_some())
    }

    #[test]
    fn agrees_with_a_list_of_the_keys() {
        let (mut keys, mut pass) = (LruKeys::default(), LruPass::default());
        let mut places: [Place; 200] = [0; 200];
        for _ in places {
            keys.add_key();
        }
        let (mut list, mut hits, mut moves) = (Vec::new(), Distances::default(), Vec::new());
        // More than the shortest line, so that it is packed.
        for step in 0..100_000_u64 {
            let random = mix(step);
            let id = (random % 200).min((random >> 20) % 200) as usize;
            let op = match (random >> 40) % 16 {
                0..10 => Op::Read,
                10..13 => Op::Write,
                13 => Op::Expire,
                _ => Op::Delete,
            };
            let ttl_ms = if (random >> 50).is_multiple_of(4) { 1000 * (random >> 55) } else { 0 };
            let bytes =
                Some(1 + (random >> 30) as u32 % 900).filter(|_| random >> 52 & 1 == 0 || places[id] == 0);
            if let Some(depth) = listed(&mut list, id, step / 8, op, ttl_ms, bytes) {
                hits.add(depth);
            }
            keys.make_room(1, places.iter_mut(), &mut moves);
            let bytes = || bytes.and_then(NonZero::new);
            moves.extend(keys.command(id as u32, &mut places[id], step / 8 * 1000, op, ttl_ms, bytes));
            if step % 100 == 0 {
                pass.apply(&std::mem::take(&mut moves));
                assert_eq!(
                    pass.total(),
                    list.iter().map(|(_, bytes, _)| u64::from(*bytes)).sum::<u64>(),
                    "{step}"
                );
            }
        }
        pass.apply(&moves);
        let curve = pass.curve(&keys, 1.0);
        assert_eq!(curve.resident, list.len() as u64);
        for bytes in [100, 1000, 5000, 20_000, 50_000, u64::MAX] {
            assert_eq!(curve.hits.within(bytes), hits.within(bytes), "{bytes}");
        }
        assert!(hits.within(u64::MAX) > 10_000.0);
    }
}
