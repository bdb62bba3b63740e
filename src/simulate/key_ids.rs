//! Hashes of keys to dense numbers.

/// Tables that grow one by one, so that the peak while growing stays small.
const SHARDS: usize = 64;
/// Slots of a new table.
const FIRST: usize = 64;

/// Gives each hash the next free number, and a value of its own. Open addressing, 12 bytes a slot and those of the
/// value, at most 80 % full.
#[derive(Clone)]
pub struct Interner<V = ()> {
    shards: Vec<Shard<V>>,
    len: u32,
}

#[derive(Clone, Copy, Default)]
struct Slot<V> {
    upper: u32,
    lower: u32,
    /// The number plus one, and [`AGAIN`]; zero is a free slot.
    number: u32,
    value: V,
}

/// Set in a slot whose hash was asked for a second time.
const AGAIN: u32 = 1 << 31;

/// How often a hash was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// For the first time.
    First,
    /// For the second time.
    Second,
    /// More often.
    Later,
}

/// Where a hash lies, until a table grows.
#[derive(Clone, Copy)]
pub struct Found {
    shard: u32,
    slot: u32,
}

#[derive(Clone)]
struct Shard<V> {
    slots: Vec<Slot<V>>,
    used: usize,
}

impl<V: Copy + Default> Default for Interner<V> {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Shard { slots: vec![Slot::default(); FIRST], used: 0 }).collect();
        Self { shards, len: 0 }
    }
}

impl<V: Copy + Default> Interner<V> {
    /// Number of different hashes.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Reads the slots where the search for these hashes will begin, so that memory works on many of them at once.
    pub fn warm(&self, hashes: impl Iterator<Item = u64>) {
        let mut sum = 0_u32;
        for hash in hashes {
            let slots = &self.shards[hash as usize % SHARDS].slots;
            sum = sum.wrapping_add(slots[place(hash, slots.len())].number);
        }
        std::hint::black_box(sum);
    }

    /// Makes room for so many new hashes, so that nothing moves while they come.
    pub fn reserve(&mut self, more: usize) {
        for shard in &mut self.shards {
            while shard.full(more) {
                shard.grow();
            }
        }
    }

    /// The number of a hash, and whether it is new. None if there are more keys than numbers.
    pub fn id(&mut self, hash: u64) -> Option<(u32, bool)> {
        let (found, sighting) = self.find(hash)?;
        let id = self.id_at(found);
        let shard = &mut self.shards[found.shard as usize];
        if shard.full(0) {
            shard.grow();
        }
        Some((id, sighting == Sighting::First))
    }

    /// Where a hash lies; a new one is put there, for which [`Self::reserve`] has made room. None if there are more
    /// keys than numbers.
    #[inline]
    pub fn find(&mut self, hash: u64) -> Option<(Found, Sighting)> {
        let number = hash as usize % SHARDS;
        let shard = &mut self.shards[number];
        let (upper, lower) = ((hash >> 32) as u32, hash as u32);
        let mut at = place(hash, shard.slots.len());
        loop {
            let found = Found { shard: number as u32, slot: at as u32 };
            let slot = &mut shard.slots[at];
            if slot.number == 0 {
                self.len = self.len.checked_add(1).filter(|len| *len < AGAIN)?;
                *slot = Slot { upper, lower, number: self.len, value: V::default() };
                shard.used += 1;
                return Some((found, Sighting::First));
            }
            if slot.upper == upper && slot.lower == lower {
                if slot.number & AGAIN != 0 {
                    return Some((found, Sighting::Later));
                }
                slot.number |= AGAIN;
                return Some((found, Sighting::Second));
            }
            at = if at + 1 == shard.slots.len() { 0 } else { at + 1 };
        }
    }

    /// The number of a hash that was found.
    #[inline]
    pub fn id_at(&self, found: Found) -> u32 {
        (self.shards[found.shard as usize].slots[found.slot as usize].number & !AGAIN) - 1
    }

    /// The value of a hash that was found.
    #[inline]
    pub fn value(&mut self, found: Found) -> &mut V {
        &mut self.shards[found.shard as usize].slots[found.slot as usize].value
    }

    /// All values, in any order.
    pub fn values(&mut self) -> impl Iterator<Item = &mut V> {
        let slots = self.shards.iter_mut().flat_map(|shard| &mut shard.slots);
        slots.filter(|slot| slot.number != 0).map(|slot| &mut slot.value)
    }
}

/// Where the search for a hash begins: its upper bits as a fraction of the table.
fn place(hash: u64, slots: usize) -> usize {
    ((u128::from(hash) * slots as u128) >> 64) as usize
}

impl<V: Copy + Default> Shard<V> {
    /// Whether so many more hashes are too many.
    fn full(&self, more: usize) -> bool {
        (self.used + more) * 5 > self.slots.len() * 4
    }

    fn grow(&mut self) {
        let len = self.slots.len() * 7 / 5;
        let mut slots = vec![Slot::default(); len];
        for slot in self.slots.iter().filter(|slot| slot.number != 0) {
            let mut at = place(u64::from(slot.upper) << 32 | u64::from(slot.lower), len);
            while slots[at].number != 0 {
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
        let mut interner = Interner::<()>::default();
        for round in 0..3 {
            for i in 0..20_000_u32 {
                let hash = if i == 7 { 0 } else { mix(u64::from(i)) };
                assert_eq!(interner.id(hash), Some((i, round == 0)));
            }
        }
        assert_eq!(interner.len(), 20_000);
    }

    #[test]
    fn what_is_found_stays_where_it_is_until_the_table_grows() {
        let mut interner = Interner::<u32>::default();
        for batch in 0..200_u32 {
            interner.reserve(100);
            let keys: Vec<u32> = (batch * 50..batch * 50 + 100).collect();
            let found: Vec<_> = keys.iter().map(|k| interner.find(mix(u64::from(*k))).unwrap()).collect();
            for (key, (found, sighting)) in keys.iter().zip(found) {
                let new = batch == 0 || key % 50 + 50 == key - batch * 50;
                assert_eq!(sighting, if new { Sighting::First } else { Sighting::Second }, "{key}");
                assert_eq!(interner.id_at(found), *key);
                assert_eq!(*interner.value(found), if new { 0 } else { key + 1 });
                *interner.value(found) = key + 1;
            }
        }
        assert_eq!(interner.find(mix(60)).unwrap().1, Sighting::Later);
        assert_eq!(interner.values().count(), interner.len());
    }
}
