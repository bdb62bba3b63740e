//! Positions on the time line of exact LRU: every use of a key takes the next one.
//!
//! Whoever knows the keys keeps their places here; what lies at the positions is the stack's
//! ([`super::stack_distance`]). Both pack at the same use, and so agree without asking each other.

/// Positions of the shortest line; a multiple of every node of the stack's tree below the top.
pub const SHORTEST: usize = 1 << 16;

/// Positions of a line that is begun with so many keys: room for as many uses.
pub fn length(keys: usize) -> usize {
    (2 * keys).next_multiple_of(SHORTEST).max(SHORTEST)
}

/// Where a key lies: its position plus one; zero if it is not there.
pub type Place = u32;

/// Which positions keys lie at.
pub struct Line {
    /// A bit for each position.
    taken: Vec<u64>,
    next: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { taken: vec![0; SHORTEST / 64], next: 0 }
    }
}

impl Line {
    /// The place of a key that is used now.
    #[inline]
    pub fn next(&mut self) -> Place {
        self.taken[self.next / 64] |= 1 << (self.next % 64);
        self.next += 1;
        self.next as Place
    }

    /// No key lies at this place any more.
    #[inline]
    pub fn free(&mut self, place: Place) {
        if let Some(position) = (place as usize).checked_sub(1) {
            self.taken[position / 64] &= !(1 << (position % 64));
        }
    }

    /// How many more uses the line has room for.
    pub fn left(&self) -> usize {
        self.taken.len() * 64 - self.next
    }

    /// Moves all keys to the start of the line, in order. It is told the places of all of them.
    pub fn pack<'p>(&mut self, places: impl Iterator<Item = &'p mut Place>) {
        let mut count = 0;
        let before = self.taken.iter().map(|bits| {
            let before = count;
            count += bits.count_ones();
            before
        });
        // Beside the bits, so that both are looked up at once.
        let taken: Vec<(u64, u32)> = self.taken.iter().copied().zip(before).collect();
        for place in places.filter(|place| **place != 0) {
            let position = *place - 1;
            let (bits, before) = taken[position as usize / 64];
            *place = before + (bits & !(u64::MAX << (position % 64))).count_ones() + 1;
        }
        self.next = count as usize;
        self.taken.clear();
        self.taken.resize(length(self.next) / 64, 0);
        self.taken[..self.next / 64].fill(u64::MAX);
        self.taken[self.next / 64] = !(u64::MAX << (self.next % 64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_the_order_and_makes_room() {
        let mut line = Line::default();
        let mut places: Vec<Place> = (0..SHORTEST).map(|_| line.next()).collect();
        assert_eq!(line.left(), 0);
        for place in places.iter_mut().step_by(3) {
            line.free(std::mem::take(place));
        }
        line.pack(places.iter_mut());
        let kept: Vec<Place> = places.iter().copied().filter(|place| *place != 0).collect();
        assert_eq!(kept, (1..=kept.len() as Place).collect::<Vec<_>>());
        assert_eq!(line.left(), length(kept.len()) - kept.len());
        assert_eq!(line.next() as usize, kept.len() + 1);
        // What was packed is known as taken: packed again, nothing moves.
        line.pack(places.iter_mut());
        assert!(places.iter().copied().filter(|place| *place != 0).eq(kept.iter().copied()));
    }
}
