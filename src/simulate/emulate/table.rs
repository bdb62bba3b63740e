//! The key table of a server: buckets, and growth step by step.

use crate::memory::{Allocator, Server, TableKind};

/// The end of a chain.
pub(super) const NONE: u32 = u32::MAX;
/// Buckets that the periodic task moves in its millisecond.
const MOVED_A_TICK: u32 = 10_000;
/// A chained table grows beyond the memory limit only when it is this full.
const CHAINED_LIMIT: f64 = 1.618;
/// The same for bucketed tables.
const BUCKETED_LIMIT: f64 = 5.0;
/// Keys of a 64-byte bucket, and of a child bucket behind it.
pub(super) const SLOTS: u32 = 7;

/// A key's place in its chain, and what is known of the key, which is asked for as often: on the same cache line.
#[derive(Clone, Copy)]
pub(super) struct Entry<K> {
    /// The next key in the same bucket.
    pub(super) next: u32,
    pub(super) key: K,
}

/// A table of key numbers. Two arrays while it grows, the old one first.
pub struct Table<K> {
    pub(super) kind: TableKind,
    allocator: Allocator,
    /// First key of each bucket.
    pub(super) heads: [Vec<u32>; 2],
    /// Keys in each bucket; bucketed tables only.
    counts: [Vec<u8>; 2],
    /// By key.
    pub(super) entries: Vec<Entry<K>>,
    used: [u32; 2],
    /// Buckets of the old array that have been moved; none if it does not grow.
    pub(super) moved: Option<u32>,
    seed: u32,
    /// Bytes of both arrays.
    arrays: u64,
    /// Bytes of what collisions allocate.
    links: u64,
    link: u64,
}

impl<K: Copy + Default> Table<K> {
    /// An empty table for keys below `keys`.
    pub fn new(kind: TableKind, allocator: Allocator, keys: usize, seed: u64) -> Self {
        let link = match kind {
            TableKind::Chained => 0,
            TableKind::NoValue => allocator.usable(16) as u64,
            TableKind::Bucketed => allocator.usable(64) as u64,
        };
        Self {
            kind,
            allocator,
            heads: [Vec::new(), Vec::new()],
            counts: [Vec::new(), Vec::new()],
            entries: vec![Entry { next: NONE, key: K::default() }; keys],
            used: [0, 0],
            moved: None,
            seed: seed as u32 ^ (seed >> 32) as u32,
            arrays: 0,
            links: 0,
            link,
        }
    }

    /// Number of keys.
    pub fn len(&self) -> u32 {
        self.used[0] + self.used[1]
    }

    /// Bytes without the keys.
    pub fn bytes(&self) -> u64 {
        self.arrays + self.links
    }

    #[inline]
    fn hash(&self, id: u32) -> u32 {
        let mut x = id ^ self.seed;
        x = (x ^ (x >> 16)).wrapping_mul(0x21f0_aaad);
        x = (x ^ (x >> 15)).wrapping_mul(0x735a_2d97);
        x ^ (x >> 15)
    }

    #[inline]
    pub(super) fn mask(&self, side: usize) -> u32 {
        self.heads[side].len() as u32 - 1
    }

    fn array(&self, buckets: usize) -> u64 {
        self.kind.array(buckets as u64, self.allocator) as u64
    }

    /// What the keys of a bucket allocate beside the array.
    fn extra(&self, count: u32) -> u64 {
        match self.kind {
            TableKind::Chained => 0,
            TableKind::NoValue => self.link * u64::from(count.saturating_sub(1)),
            TableKind::Bucketed => self.link * u64::from(count.saturating_sub(SLOTS).div_ceil(SLOTS - 1)),
        }
    }

    /// Adds a key that is not there. `room` is what may still be allocated below the memory limit.
    pub fn insert(&mut self, id: u32, room: i64) {
        self.step();
        self.grow_if_full(room, false);
        let side = usize::from(self.moved.is_some());
        self.link_in(side, id);
        self.used[side] += 1;
    }

    fn link_in(&mut self, side: usize, id: u32) {
        let bucket = (self.hash(id) & self.mask(side)) as usize;
        let head = self.heads[side][bucket];
        self.entries[id as usize].next = head;
        self.heads[side][bucket] = id;
        match self.kind {
            TableKind::Chained => {}
            TableKind::NoValue => self.links += if head == NONE { 0 } else { self.link },
            TableKind::Bucketed => {
                let count = &mut self.counts[side][bucket];
                let before = u32::from(*count);
                *count = count.saturating_add(1);
                self.links += self.extra(before + 1) - self.extra(before);
            }
        }
    }

    /// Removes a key that is there.
    pub fn remove(&mut self, id: u32) {
        self.step();
        let sides = if self.moved.is_some() { 2 } else { 1 };
        for side in 0..sides {
            if self.unlink(side, id) {
                self.used[side] -= 1;
                return;
            }
        }
        debug_assert!(false, "the key was not in the table");
    }

    fn unlink(&mut self, side: usize, id: u32) -> bool {
        let bucket = (self.hash(id) & self.mask(side)) as usize;
        let mut at = self.heads[side][bucket];
        let alone = at == id && self.entries[id as usize].next == NONE;
        if at == id {
            self.heads[side][bucket] = self.entries[id as usize].next;
        } else {
            loop {
                if at == NONE {
                    return false;
                }
                let following = self.entries[at as usize].next;
                if following == id {
                    self.entries[at as usize].next = self.entries[id as usize].next;
                    break;
                }
                at = following;
            }
        }
        match self.kind {
            TableKind::Chained => {}
            TableKind::NoValue => self.links -= if alone { 0 } else { self.link },
            TableKind::Bucketed => {
                let before = u32::from(self.counts[side][bucket]);
                self.counts[side][bucket] -= 1;
                self.links -= self.extra(before) - self.extra(before - 1);
            }
        }
        true
    }

    /// Every command moves a bucket while the table grows.
    #[inline]
    pub fn step(&mut self) {
        if self.moved.is_some() {
            self.advance(1);
        }
    }

    /// The periodic task: moves buckets, and doubles a full table where the build does that in advance.
    pub fn tick(&mut self, room: i64, doubles_when_full: bool) {
        if doubles_when_full && self.moved.is_none() && !self.heads[0].is_empty() {
            self.grow_if_full(room, true);
        }
        if self.moved.is_some() {
            self.advance(MOVED_A_TICK);
        }
    }

    pub(super) fn advance(&mut self, buckets: u32) {
        let Some(mut moved) = self.moved else { return };
        // Empty buckets cost little: up to ten of them for each full one.
        let (mut full, mut empty) = (buckets, buckets.saturating_mul(10));
        while full > 0 && empty > 0 && (moved as usize) < self.heads[0].len() {
            let mut id = self.heads[0][moved as usize];
            if id == NONE {
                empty -= 1;
            } else {
                full -= 1;
                while id != NONE {
                    let following = self.entries[id as usize].next;
                    self.unlink(0, id);
                    self.link_in(1, id);
                    self.used[0] -= 1;
                    self.used[1] += 1;
                    id = following;
                }
            }
            moved += 1;
        }
        self.moved = Some(moved);
        if self.used[0] == 0 {
            self.arrays -= self.array(self.heads[0].len());
            self.heads.swap(0, 1);
            self.counts.swap(0, 1);
            self.heads[1] = Vec::new();
            self.counts[1] = Vec::new();
            self.used = [self.used[1], 0];
            self.moved = None;
        }
    }

    fn grow_if_full(&mut self, room: i64, in_advance: bool) {
        if self.moved.is_some() {
            return;
        }
        let first = if self.kind == TableKind::Bucketed { 1 } else { 4 };
        if self.heads[0].is_empty() {
            self.allocate(0, first);
            return;
        }
        let buckets = self.heads[0].len();
        let slots = if self.kind == TableKind::Bucketed { SLOTS as usize * buckets } else { buckets };
        if (self.used[0] as usize) < slots {
            return;
        }
        let limit = if self.kind == TableKind::Bucketed { BUCKETED_LIMIT } else { CHAINED_LIMIT };
        let fill = f64::from(self.used[0]) / slots as f64;
        // A chained table has outgrown its array when one key more no longer fits.
        let mut larger = buckets * 2;
        while larger <= self.used[0] as usize && self.kind != TableKind::Bucketed {
            larger *= 2;
        }
        let fits = i64::try_from(self.array(larger)).is_ok_and(|bytes| bytes <= room);
        if fits || (fill > limit && !in_advance) {
            self.allocate(1, larger);
            self.moved = Some(0);
        }
    }

    fn allocate(&mut self, side: usize, buckets: usize) {
        self.heads[side] = vec![NONE; buckets];
        if self.kind == TableKind::Bucketed {
            self.counts[side] = vec![0; buckets];
        }
        self.arrays += self.array(buckets);
    }
}

/// Bytes of a key table of `keys` keys that grew while `room` bytes were left for it.
pub fn main_table_bytes(server: &Server, keys: f64, room: f64) -> f64 {
    let kind = server.build.main_table();
    let whole = keys.max(0.0).ceil() as u64;
    if whole == 0 {
        return 0.0;
    }
    let more = u64::from(server.build.doubles_full_main_table());
    let buckets = kind.buckets(whole + more);
    let half = buckets / 2;
    let (slots, limit) =
        if kind == TableKind::Bucketed { (f64::from(SLOTS), BUCKETED_LIMIT) } else { (1.0, CHAINED_LIMIT) };
    // While it grows, both arrays must fit.
    let both = kind.array(buckets, server.allocator) + kind.array(half.max(1), server.allocator);
    let stays = half > 0 && both > room && keys <= limit * slots * half as f64;
    let buckets = if stays { half } else { buckets };
    kind.bytes(keys, buckets, server.allocator)
}
