//! How the servers pick keys from a table: for eviction, and for the cycle that looks for expired ones.

use super::random::Random;
use super::table::{NONE, SLOTS, Table};
use crate::memory::TableKind;

impl<K: Copy + Default> Table<K> {
    /// Up to `out.len()` keys of neighbouring buckets, as the servers do it; the number of them.
    pub fn sample(&mut self, random: &mut Random, out: &mut [u32]) -> usize {
        let wanted = out.len().min(self.len() as usize);
        if wanted == 0 {
            return 0;
        }
        if self.moved.is_some() {
            self.advance(wanted as u32);
        }
        match self.kind {
            TableKind::Bucketed => self.scan(random, &mut out[..wanted]),
            TableKind::Chained | TableKind::NoValue => match self.moved {
                None => self.walk(random, &mut out[..wanted]),
                Some(moved) => self.walk_both(moved, random, &mut out[..wanted]),
            },
        }
    }

    /// Chained tables: consecutive buckets from a random one; a new start after a run of empty ones.
    fn walk(&self, random: &mut Random, out: &mut [u32]) -> usize {
        let mask = self.mask(0);
        let (mut stored, mut empty) = (0_usize, 0);
        let mut i = random.bits() & mask;
        for _ in 0..out.len() * 10 {
            let mut id = self.heads[0][i as usize];
            if id == NONE {
                empty += 1;
                if empty >= 5 && empty > out.len() {
                    i = random.bits() & mask;
                    empty = 0;
                }
            } else {
                empty = 0;
                // The last chain is read to its end, so that its tail has a chance.
                while id != NONE {
                    reservoir(out, &mut stored, id, random);
                    id = self.entries[id as usize].next;
                }
                if stored >= out.len() {
                    return out.len();
                }
            }
            i = (i + 1) & mask;
        }
        stored
    }

    /// The same while the table grows: a bucket of the old array and the same one of the new.
    fn walk_both(&self, moved: u32, random: &mut Random, out: &mut [u32]) -> usize {
        let mask = self.mask(0).max(self.mask(1));
        let (mut stored, mut empty) = (0_usize, 0);
        let mut i = random.bits() & mask;
        for _ in 0..out.len() * 10 {
            for side in 0..2 {
                let len = self.heads[side].len() as u32;
                if side == 0 && i < moved {
                    // Nothing is left there; beyond the smaller table neither.
                    if i >= self.heads[1].len() as u32 {
                        i = moved;
                    } else {
                        continue;
                    }
                }
                if i >= len {
                    continue;
                }
                let mut id = self.heads[side][i as usize];
                if id == NONE {
                    empty += 1;
                    if empty >= 5 && empty > out.len() {
                        i = random.bits() & mask;
                        empty = 0;
                    }
                    continue;
                }
                empty = 0;
                // The last chain is read to its end, so that its tail has a chance.
                while id != NONE {
                    reservoir(out, &mut stored, id, random);
                    id = self.entries[id as usize].next;
                }
                if stored >= out.len() {
                    return out.len();
                }
            }
            i = (i + 1) & mask;
        }
        stored
    }

    /// Bucketed tables: whole buckets, with what has been moved from them, from a random one.
    fn scan(&self, random: &mut Random, out: &mut [u32]) -> usize {
        let sides = if self.moved.is_some() { 2 } else { 1 };
        let small = self.mask(0);
        let mut stored = 0;
        let mut i = random.bits() & small;
        loop {
            for side in 0..sides {
                let mut bucket = i;
                while (bucket as usize) < self.heads[side].len() {
                    let mut id = self.heads[side][bucket as usize];
                    while id != NONE {
                        reservoir(out, &mut stored, id, random);
                        id = self.entries[id as usize].next;
                    }
                    bucket += small + 1;
                }
            }
            if stored >= out.len() {
                return out.len();
            }
            i = (i + 1) & small;
        }
    }

    /// One key of all, as the random policies pick it; none if there are none.
    pub fn pick(&mut self, random: &mut Random) -> Option<u32> {
        if self.len() == 0 {
            return None;
        }
        if self.kind == TableKind::Bucketed {
            let mut out = [0; SLOTS as usize];
            let count = self.sample(random, &mut out);
            return out[..count].get(random.below(count as u32) as usize).copied();
        }
        self.step();
        let (old, new) = (self.heads[0].len() as u32, self.heads[1].len() as u32);
        let moved = self.moved.unwrap_or(0);
        // A random bucket that is not empty, then any key of its chain.
        let head = loop {
            let i = moved + random.below(old + new - moved);
            let head = if i >= old { self.heads[1][(i - old) as usize] } else { self.heads[0][i as usize] };
            if head != NONE {
                break head;
            }
        };
        let chain = || {
            std::iter::successors(Some(head), |id| {
                let following = self.entries[*id as usize].next;
                (following != NONE).then_some(following)
            })
        };
        let chosen = random.below(chain().count() as u32) as usize;
        chain().nth(chosen)
    }

    /// Visits keys bucket by bucket from a cursor until `enough` of them were seen; the next cursor.
    pub fn visit(&self, cursor: u32, enough: usize, seen: &mut Vec<u32>) -> u32 {
        let sides = if self.moved.is_some() { 2 } else { 1 };
        if self.len() == 0 {
            return 0;
        }
        let len = self.heads[..sides].iter().map(Vec::len).max().unwrap_or(1) as u32;
        let mut i = cursor % len;
        // The server looks at 20 buckets for each key it wants, then ends its loop.
        for _ in 0..enough * 20 {
            for heads in &self.heads[..sides] {
                let mut id = heads.get(i as usize).copied().unwrap_or(NONE);
                while id != NONE {
                    seen.push(id);
                    id = self.entries[id as usize].next;
                }
            }
            i = (i + 1) % len;
            if seen.len() >= enough {
                break;
            }
        }
        i
    }
}

/// Keeps each key with the same chance once `out` is full.
#[inline]
fn reservoir(out: &mut [u32], stored: &mut usize, id: u32, random: &mut Random) {
    if *stored < out.len() {
        out[*stored] = id;
    } else {
        let place = random.below(*stored as u32 + 1) as usize;
        if place < out.len() {
            out[place] = id;
        }
    }
    *stored += 1;
}
