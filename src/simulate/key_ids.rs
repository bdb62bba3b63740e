//! Hashes of keys to dense numbers.

/// Tables that grow one by one, so that the peak while growing stays small.
const SHARDS: usize = 64;
/// Slots of a new table.
const FIRST: usize = 64;

/// Gives each hash the next free number. Open addressing, 12 bytes a slot, at most 80 % full.
#[derive(Clone)]
pub struct Interner {
    shards: Vec<Shard>,
    len: u32,
}

/// Upper and lower half of the hash, then the number plus one; zero is a free slot.
type Slot = [u32; 3];

#[derive(Clone)]
struct Shard {
    slots: Vec<Slot>,
    used: usize,
}

impl Default for Interner {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Shard { slots: vec![[0; 3]; FIRST], used: 0 }).collect();
        Self { shards, len: 0 }
    }
}

impl Interner {
    /// Number of different hashes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Reads the slots where the search for these hashes will begin, so that memory works on many of them at once.
    pub fn warm(&self, hashes: impl Iterator<Item = u64>) {
        let mut sum = 0_u32;
        for hash in hashes {
            let slots = &self.shards[hash as usize % SHARDS].slots;
            sum = sum.wrapping_add(slots[place(hash, slots.len())][2]);
        }
        std::hint::black_box(sum);
    }

    /// The number of a hash, and whether it is new. None if there are more keys than numbers.
    pub fn id(&mut self, hash: u64) -> Option<(u32, bool)> {
        let shard = &mut self.shards[hash as usize % SHARDS];
        let (upper, lower) = ((hash >> 32) as u32, hash as u32);
        let mut at = place(hash, shard.slots.len());
        loop {
            let slot = shard.slots[at];
            if slot[2] == 0 {
                break;
            }
            if slot[0] == upper && slot[1] == lower {
                return Some((slot[2] - 1, false));
            }
            at = if at + 1 == shard.slots.len() { 0 } else { at + 1 };
        }
        let id = self.len;
        self.len = self.len.checked_add(1).filter(|len| *len < u32::MAX)?;
        shard.slots[at] = [upper, lower, id + 1];
        shard.used += 1;
        if shard.used * 5 > shard.slots.len() * 4 {
            shard.grow();
        }
        Some((id, true))
    }
}

/// Where the search for a hash begins: its upper bits as a fraction of the table.
fn place(hash: u64, slots: usize) -> usize {
    ((u128::from(hash) * slots as u128) >> 64) as usize
}

impl Shard {
    fn grow(&mut self) {
        let len = self.slots.len() * 7 / 5;
        let mut slots: Vec<Slot> = vec![[0; 3]; len];
        for slot in self.slots.iter().filter(|slot| slot[2] != 0) {
            let mut at = place(u64::from(slot[0]) << 32 | u64::from(slot[1]), len);
            while slots[at][2] != 0 {
                at = if at + 1 == len { 0 } else { at + 1 };
            }
            slots[at] = *slot;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::request::mix;

    #[test]
    fn the_same_hash_keeps_its_number() {
        let mut interner = Interner::default();
        for round in 0..3 {
            for i in 0..20_000_u32 {
                let hash = if i == 7 { 0 } else { mix(u64::from(i)) };
                assert_eq!(interner.id(hash), Some((i, round == 0)));
            }
        }
        assert_eq!(interner.len(), 20_000);
    }
}
