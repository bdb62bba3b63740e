//! Exact LRU for all sizes at once: the bytes that were used since a key's last use.
//!
//! Every use takes the next position on a time line; a key's weight lies at its last position. The bytes above a key
//! are the sum of all later positions, from a tree of sums with sixteen children a node. The line is packed when it is
//! full. Per key: 4 bytes for its position, 8.5 for the line.

const FAN: usize = 16;
const SHIFT: u32 = 4;
/// Positions of the shortest line; a multiple of every node below the top.
const SHORTEST: usize = 1 << 16;

/// Keys in order of their last use.
pub struct Stack {
    /// Position plus one of each key; zero if it is not there.
    at: Vec<u32>,
    /// Weight at each position; zero if its key has moved on.
    weights: Vec<u32>,
    /// Sums of sixteen, of sixteen sums, and so on; the last level has at most sixteen.
    levels: Vec<Vec<u64>>,
    next: usize,
    live: usize,
    total: u64,
}

impl Default for Stack {
    fn default() -> Self {
        let mut stack =
            Self { at: Vec::new(), weights: Vec::new(), levels: Vec::new(), next: 0, live: 0, total: 0 };
        stack.resize(SHORTEST);
        stack
    }
}

impl Stack {
    /// Bytes of all keys.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Makes room for the number of a new key.
    pub fn add(&mut self) {
        self.at.push(0);
    }

    /// Reads what the next uses of these keys will need.
    pub fn warm(&self, ids: &[u32]) {
        let mut sum = 0_u32;
        for id in ids {
            if let Some(at) = self.at.get(*id as usize).filter(|at| **at != 0) {
                sum = sum.wrapping_add(self.weights[*at as usize - 1]);
            }
        }
        std::hint::black_box(sum);
    }

    /// Bytes of a key, if it is there.
    pub fn weight(&self, id: u32) -> Option<u32> {
        let at = self.at[id as usize];
        (at != 0).then(|| self.weights[at as usize - 1])
    }

    /// Takes a key off; the bytes above it and its own, if it was there.
    pub fn remove(&mut self, id: u32) -> Option<(u64, u32)> {
        let at = std::mem::take(&mut self.at[id as usize]);
        let position = (at as usize).checked_sub(1)?;
        let weight = std::mem::take(&mut self.weights[position]);
        let above = self.above(position);
        let mut i = position;
        for level in &mut self.levels {
            i >>= SHIFT;
            level[i] -= u64::from(weight);
        }
        self.live -= 1;
        self.total -= u64::from(weight);
        Some((above, weight))
    }

    /// Puts a key, which is not there, on top.
    pub fn push(&mut self, id: u32, weight: u32) {
        if self.next == self.weights.len() {
            self.pack();
        }
        // A weight of zero means that nothing is there.
        let weight = weight.max(1);
        self.weights[self.next] = weight;
        let mut i = self.next;
        for level in &mut self.levels {
            i >>= SHIFT;
            level[i] += u64::from(weight);
        }
        self.next += 1;
        self.at[id as usize] = self.next as u32;
        self.live += 1;
        self.total += u64::from(weight);
    }

    /// Sum of all weights after a position. Climbs only as far as the newest position is away.
    fn above(&self, position: usize) -> u64 {
        let (mut from, mut newest) = (position, self.next - 1);
        if from >> SHIFT == newest >> SHIFT {
            return self.weights[from + 1..=newest].iter().map(|w| u64::from(*w)).sum();
        }
        let end = (from | (FAN - 1)) + 1;
        let mut sum: u64 = self.weights[from + 1..end].iter().map(|w| u64::from(*w)).sum();
        for level in &self.levels {
            from >>= SHIFT;
            newest >>= SHIFT;
            if from >> SHIFT == newest >> SHIFT {
                return sum + level[from + 1..=newest].iter().sum::<u64>();
            }
            let end = (from | (FAN - 1)) + 1;
            sum += level[from + 1..end].iter().sum::<u64>();
        }
        sum
    }

    /// Moves all weights to the start of the line, in order, and makes it twice as long as needed.
    fn pack(&mut self) {
        // New position of the first weight of each group: the number of weights before it.
        let mut before = Vec::with_capacity(self.weights.len() / FAN);
        let mut count = 0_u32;
        for group in self.weights.chunks(FAN) {
            before.push(count);
            count += group.iter().filter(|w| **w != 0).count() as u32;
        }
        for at in &mut self.at {
            if let Some(position) = (*at as usize).checked_sub(1) {
                let group = position >> SHIFT;
                let inside = &self.weights[group << SHIFT..position];
                *at = before[group] + inside.iter().filter(|w| **w != 0).count() as u32 + 1;
            }
        }
        self.weights.retain(|w| *w != 0);
        self.next = self.weights.len();
        self.resize((2 * self.next).next_multiple_of(SHORTEST).max(SHORTEST));
    }

    fn resize(&mut self, positions: usize) {
        self.weights.resize(positions, 0);
        self.weights.shrink_to(positions);
        self.levels.clear();
        let mut level: Vec<u64> =
            self.weights.chunks(FAN).map(|g| g.iter().map(|w| u64::from(*w)).sum()).collect();
        while level.len() > FAN {
            let upper = level.chunks(FAN).map(|g| g.iter().sum()).collect();
            self.levels.push(std::mem::replace(&mut level, upper));
        }
        self.levels.push(level);
    }

    /// Weights from the newest to the oldest key.
    pub fn newest_first(&self) -> impl Iterator<Item = u32> + '_ {
        self.weights[..self.next].iter().rev().copied().filter(|w| *w != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::request::mix;

    #[test]
    fn agrees_with_a_list() {
        let mut stack = Stack::default();
        let mut list: Vec<(u32, u32)> = Vec::new();
        for id in 0..300 {
            stack.add();
            let weight = 1 + mix(u64::from(id)) as u32 % 1000;
            stack.push(id, weight);
            list.insert(0, (id, weight));
        }
        // More than twice the shortest line, so that it is packed.
        for step in 0..150_000_u64 {
            // Neighbours are used again soon, and few keys are left alone for long.
            let id = (mix(step) % 300).min(mix(step + 1_000_000) % 300) as u32;
            let place = list.iter().position(|(other, _)| *other == id).unwrap();
            let above: u64 = list[..place].iter().map(|(_, w)| u64::from(*w)).sum();
            let (_, old) = list.remove(place);
            assert_eq!(stack.remove(id), Some((above, old)), "step {step}");
            assert_eq!(stack.remove(id), None);
            let weight = if step % 10 == 0 { old + 1 } else { old };
            stack.push(id, weight);
            list.insert(0, (id, weight));
            if step % 1000 == 0 {
                assert_eq!(stack.total(), list.iter().map(|(_, w)| u64::from(*w)).sum::<u64>());
            }
        }
        assert!(stack.newest_first().eq(list.iter().map(|(_, w)| *w)));
    }
}
