//! Exact LRU for all sizes at once: the bytes that were used since a key's last use.
//!
//! Every use takes the next position on a time line; a key's weight lies at its last position. The bytes above a key
//! are the sum of all later positions, from a tree with sixteen children a node, each with what its later brothers hold.
//! The line is packed when it is full. Per key: 8.5 bytes, and 4.2 for its place, which whoever knows the keys keeps
//! ([`super::time_line`]).

use super::time_line::{self, Place};

/// Children of a node.
const FAN: usize = 16;
const SHIFT: u32 = 4;

/// Brothers, on cache lines of their own.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Brothers<T>([T; FAN]);

/// All bits of what stands before, or behind, a place among brothers, and none of the others: sums without a branch,
/// whose length nobody could foretell.
const fn masks(behind: bool) -> [[u64; FAN]; FAN] {
    let mut masks = [[0; FAN]; FAN];
    let mut i = 0;
    while i < FAN * FAN {
        let (place, other) = (i / FAN, i % FAN);
        if (behind && other > place) || (!behind && other < place) {
            masks[place][other] = u64::MAX;
        }
        i += 1;
    }
    masks
}
static BEFORE: [[u64; FAN]; FAN] = masks(false);
static BEHIND: [[u64; FAN]; FAN] = masks(true);

impl Brothers<u32> {
    #[inline]
    fn behind(&self, place: usize) -> u64 {
        self.0.iter().zip(&BEHIND[place & (FAN - 1)]).map(|(w, mask)| u64::from(*w) & mask).sum()
    }

    fn sum(&self) -> u64 {
        self.0.iter().map(|w| u64::from(*w)).sum()
    }
}

impl Brothers<u64> {
    /// Adds to all before a place; sums wrap, so that what is taken off before it was added does no harm.
    #[inline]
    fn add_before(&mut self, place: usize, bytes: u64) {
        // All are read before the first is written, which lets the compiler take several at once.
        let (sums, masks) = (self.0, BEFORE[place & (FAN - 1)]);
        self.0 = std::array::from_fn(|i| sums[i].wrapping_add(bytes & masks[i]));
    }
}

/// The nodes of one height. They are read one number at a time and written whole: the processor hands a number on from
/// a write to the next read only if the read is no wider, and the upper nodes change with every use of a key.
struct Level {
    /// For each child what its later brothers hold, but for what is pending.
    nodes: Vec<Brothers<u64>>,
    /// What was put into the newest child since it was begun, which its earlier brothers are told when it is full.
    pending: u64,
}

impl Level {
    /// Takes bytes out of a child; what its later brothers hold.
    #[inline]
    fn take(&mut self, child: usize, newest: usize, bytes: u64) -> u64 {
        let node = &mut self.nodes[child >> SHIFT];
        let behind = node.0[child & (FAN - 1)];
        node.add_before(child, bytes.wrapping_neg());
        let brother = child != newest && child >> SHIFT == newest >> SHIFT;
        behind.wrapping_add(if brother { self.pending } else { 0 })
    }
}

/// Keys in order of their last use.
pub struct Stack {
    /// Weight at each position; zero if its key has moved on.
    weights: Vec<Brothers<u32>>,
    /// Nodes of sixteen groups, of sixteen nodes, and so on; the last level has one.
    levels: Vec<Level>,
    next: usize,
    total: u64,
}

impl Default for Stack {
    fn default() -> Self {
        let mut stack = Self { weights: Vec::new(), levels: Vec::new(), next: 0, total: 0 };
        stack.resize(time_line::SHORTEST);
        stack
    }
}

impl Stack {
    /// Bytes of all keys.
    pub fn total(&self) -> u64 {
        self.total
    }

    #[inline]
    fn at_position(&self, position: usize) -> u32 {
        self.weights[position >> SHIFT].0[position & (FAN - 1)]
    }

    /// Reads what the next uses of keys at these places will need; places beyond the line are those of a line to come.
    pub fn warm(&self, places: impl Iterator<Item = Place>) {
        let mut sum = 0_u32;
        for place in places {
            let on_line = |position: &usize| *position < self.weights.len() * FAN;
            if let Some(position) = (place as usize).checked_sub(1).filter(on_line) {
                sum = sum.wrapping_add(self.at_position(position));
                let group = position >> SHIFT;
                let node = &self.levels[0].nodes[group >> SHIFT];
                // Sixteen of them lie on two cache lines: those up to its place.
                sum = sum.wrapping_add(node.0[0] as u32).wrapping_add(node.0[group & (FAN - 1)] as u32);
            }
        }
        std::hint::black_box(sum);
    }

    /// Takes a key off; its bytes, or zero if it was not there.
    pub fn remove(&mut self, place: Place) -> u32 {
        let Some(position) = (place as usize).checked_sub(1) else { return 0 };
        let group = &mut self.weights[position >> SHIFT];
        let weight = std::mem::take(&mut group.0[position & (FAN - 1)]);
        let (mut from, mut newest) = (position >> SHIFT, self.next >> SHIFT);
        for level in &mut self.levels {
            level.take(from, newest, u64::from(weight));
            from >>= SHIFT;
            newest >>= SHIFT;
        }
        self.total -= u64::from(weight);
        weight
    }

    /// Moves a key to the top with the weight that it has; the bytes that were above it and its own.
    // A function of its own is compiled to wide instructions, one among others is not.
    #[inline(never)]
    pub fn renew(&mut self, place: Place) -> (u64, u32) {
        let position = place as usize - 1;
        let to = self.next;
        let group = &mut self.weights[position >> SHIFT];
        // Summed before it is written: what is read wide must not have been written in part just before.
        let mut above = group.behind(position);
        let weight = std::mem::take(&mut group.0[position & (FAN - 1)]);
        self.weights[to >> SHIFT].0[to & (FAN - 1)] = weight;
        let bytes = u64::from(weight);
        let (mut from, mut newest) = (position >> SHIFT, to >> SHIFT);
        for level in &mut self.levels {
            // Here and further up nothing changes.
            if from == newest {
                break;
            }
            above = above.wrapping_add(level.take(from, newest, bytes));
            level.pending = level.pending.wrapping_add(bytes);
            from >>= SHIFT;
            newest >>= SHIFT;
        }
        self.used_position();
        (above, weight)
    }

    /// Puts a key, which is not there, on top.
    pub fn push(&mut self, weight: u32) {
        // A weight of zero means that nothing is there.
        let weight = weight.max(1);
        self.weights[self.next >> SHIFT].0[self.next & (FAN - 1)] = weight;
        for level in &mut self.levels {
            level.pending = level.pending.wrapping_add(u64::from(weight));
        }
        self.used_position();
        self.total += u64::from(weight);
    }

    /// A key has come to the next position.
    #[inline]
    fn used_position(&mut self) {
        self.next += 1;
        let mut filled = self.next;
        for level in &mut self.levels {
            if !filled.is_multiple_of(FAN) {
                break;
            }
            filled >>= SHIFT;
            let newest = filled - 1;
            level.nodes[newest >> SHIFT].add_before(newest, std::mem::take(&mut level.pending));
        }
    }

    /// Moves all weights to the start of the line, in order, and makes it as long as the time line then is.
    pub fn pack(&mut self) {
        let mut next = 0;
        for group in 0..self.weights.len() {
            // It is read whole before its first place is written. An empty one is written too, and the next written over it.
            for weight in self.weights[group].0 {
                self.weights[next >> SHIFT].0[next & (FAN - 1)] = weight;
                next += usize::from(weight != 0);
            }
        }
        self.next = next;
        self.resize(time_line::length(self.next));
    }

    /// A line of so many positions, empty from the next one on.
    fn resize(&mut self, positions: usize) {
        self.weights.resize(positions / FAN, Brothers([0; FAN]));
        self.weights.shrink_to(positions / FAN);
        let (first, inside) = (self.next >> SHIFT, self.next & (FAN - 1));
        if let Some(group) = self.weights.get_mut(first) {
            group.0[inside..].fill(0);
        }
        self.weights.iter_mut().skip(first + 1).for_each(|group| group.0.fill(0));
        self.levels.clear();
        let mut sums: Vec<u64> = self.weights.iter().map(Brothers::<u32>::sum).collect();
        loop {
            let nodes = sums.chunks(FAN).map(|sums| {
                let mut node = Brothers([0; FAN]);
                let mut behind = 0;
                for (place, sum) in sums.iter().enumerate().rev() {
                    node.0[place] = behind;
                    behind += sum;
                }
                node
            });
            let level = Level { nodes: nodes.collect(), pending: 0 };
            let top = sums.len() <= FAN;
            sums = sums.chunks(FAN).map(|chunk| chunk.iter().sum()).collect();
            self.levels.push(level);
            if top {
                return;
            }
        }
    }

    /// Weights from the newest to the oldest key.
    pub fn newest_first(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.next).rev().map(|position| self.at_position(position)).filter(|w| *w != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::request::mix;
    use crate::simulate::time_line::Line;

    #[test]
    fn agrees_with_a_list() {
        let (mut stack, mut line) = (Stack::default(), Line::default());
        let mut places: [Place; 300] = [0; 300];
        let mut list: Vec<(u32, u32)> = Vec::new();
        for id in 0..300 {
            let weight = 1 + mix(u64::from(id)) as u32 % 1000;
            stack.push(weight);
            places[id as usize] = line.next();
            list.insert(0, (id, weight));
        }
        // More than twice the shortest line, so that it is packed.
        for step in 0..150_000_u64 {
            // Neighbours are used again soon, and few keys are left alone for long.
            let id = (mix(step) % 300).min(mix(step + 1_000_000) % 300) as u32;
            let at = list.iter().position(|(other, _)| *other == id).unwrap();
            let above: u64 = list[..at].iter().map(|(_, w)| u64::from(*w)).sum();
            let (_, old) = list.remove(at);
            if line.left() == 0 {
                line.pack(places.iter_mut());
                stack.pack();
            }
            let place = &mut places[id as usize];
            let weight = if step % 10 == 0 { old + 1 } else { old };
            if step % 3 == 0 && weight == old {
                assert_eq!(stack.renew(*place), (above, old), "step {step}");
            } else {
                assert_eq!(stack.remove(*place), old, "step {step}");
                assert_eq!(stack.remove(0), 0);
                stack.push(weight);
            }
            line.free(*place);
            *place = line.next();
            list.insert(0, (id, weight));
            if step % 1000 == 0 {
                assert_eq!(stack.total(), list.iter().map(|(_, w)| u64::from(*w)).sum::<u64>());
            }
        }
        assert!(stack.newest_first().eq(list.iter().map(|(_, w)| *w)));
    }
}
