//! The eviction pool: sixteen candidates with the scores they had when they were sampled.

const SIZE: usize = 16;
/// What a free place has for a score: none is higher.
const FREE: u32 = u32::MAX;

/// Candidates by score, lowest first. Scores are never refreshed, and a key may stand in it twice.
pub struct Pool {
    keys: [u32; SIZE],
    scores: [u32; SIZE],
    len: usize,
}

impl Default for Pool {
    fn default() -> Self {
        Self { keys: [0; SIZE], scores: [FREE; SIZE], len: 0 }
    }
}

impl Pool {
    /// Offers a sampled key.
    #[inline]
    pub fn offer(&mut self, key: u32, score: u32) {
        let full = self.len == SIZE;
        if full && score <= self.scores[0] {
            return;
        }
        // They are in order: those that are lower come first. Counting all has no branch that could be foretold wrongly.
        let mut place = self.scores.iter().filter(|s| **s < score).count();
        if full {
            // The lowest goes, and those below the new one move down.
            place -= 1;
            self.keys.copy_within(1..=place, 0);
            self.scores.copy_within(1..=place, 0);
        } else {
            self.keys.copy_within(place..self.len, place + 1);
            self.scores.copy_within(place..self.len, place + 1);
            self.len += 1;
        }
        self.keys[place] = key;
        self.scores[place] = score;
    }

    /// Takes the candidate with the highest score.
    #[inline]
    pub fn take(&mut self) -> Option<u32> {
        self.len = self.len.checked_sub(1)?;
        self.scores[self.len] = FREE;
        Some(self.keys[self.len])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_sixteen_highest_and_gives_the_highest_first() {
        let mut pool = Pool::default();
        for score in [5, 90, 17, 3, 44, 44, 8, 61, 2, 70, 1, 33, 29, 12, 55, 6, 80, 7, 100, 4] {
            pool.offer(score, score);
        }
        let taken: Vec<u32> = std::iter::from_fn(|| pool.take()).collect();
        assert_eq!(taken, [100, 90, 80, 70, 61, 55, 44, 44, 33, 29, 17, 12, 8, 7, 6, 5]);
    }

    #[test]
    fn a_full_pool_refuses_what_is_not_higher_than_its_lowest() {
        let mut pool = Pool::default();
        (0..16).for_each(|key| pool.offer(key, 10));
        pool.offer(99, 10);
        assert!(std::iter::from_fn(|| pool.take()).all(|key| key < 16));
    }
}
