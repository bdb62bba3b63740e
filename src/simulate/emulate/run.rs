//! The commands of an emulated server, and its periodic task.

use super::{Access, Emulator, Key, Score, Setting, Tally, frequency};
use crate::simulate::request::Op;

/// Commands whose keys are read ahead together.
const TOGETHER: usize = 32;
/// Keys that one loop of the active expiry cycle looks at.
const EXPIRE_LOOP: usize = 20;
/// Loops that fit into the cycle's quarter of the processor.
const EXPIRE_LOOPS: u32 = 1_250;
/// Periodic tasks that are made up for after a quiet time.
const MOST_TICKS: u32 = 1_000;

impl Setting {
    /// Replays accesses to keys below `keys`.
    pub fn run(&self, accesses: &[Access], keys: usize) -> Tally {
        let first = accesses.first().map_or(0, |a| a.time);
        let any_ttl = accesses.iter().any(|a| a.ttl_ms() != 0);
        let mut emulator = Emulator::new(self, keys, first, any_ttl);
        for accesses in accesses.chunks(TOGETHER) {
            emulator.warm(accesses);
            for access in accesses {
                emulator.command(*access);
            }
        }
        emulator.tally.keys = u64::from(emulator.main.len());
        emulator.tally.bytes = emulator.used();
        emulator.tally
    }
}

impl Emulator<'_> {
    /// Reads what the next commands will ask first, so that memory works on many of them at once.
    #[inline]
    fn warm(&self, accesses: &[Access]) {
        let bytes = accesses.iter().map(|access| self.main.entries[access.id as usize].key.bytes);
        std::hint::black_box(bytes.fold(0, u32::wrapping_add));
    }

    #[inline]
    fn command(&mut self, access: Access) {
        if access.time >= self.next_tick {
            self.ticks(access.time);
        }
        self.now = access.time;
        let has_room = self.make_room();
        self.main.step();
        self.expire_if_due(access.id);
        let there = self.main.entries[access.id as usize].key.bytes != 0;
        match access.op() {
            Op::Read => {
                self.tally.reads += 1;
                if there {
                    self.touch(access.id, false);
                } else {
                    self.tally.misses += 1;
                    if self.setting.fill {
                        let has_room = self.make_room();
                        self.write(access, has_room);
                    }
                }
            }
            Op::Write => self.write(access, has_room),
            Op::Delete => {
                if there {
                    self.remove(access.id);
                }
            }
            Op::Expire => {
                if there {
                    self.expire_at(access.id, access.ttl_ms());
                }
            }
        }
    }

    fn write(&mut self, access: Access, has_room: bool) {
        if !has_room {
            self.tally.rejected += 1;
            return;
        }
        let id = access.id;
        let before = self.main.entries[id as usize].key;
        if before.bytes == 0 {
            let left = self.left(access.bytes);
            self.main.insert(id, left);
            self.main.entries[id as usize].key = Key { stamp: self.fresh(), bytes: access.bytes, expires: 0 };
        } else {
            self.touch(id, true);
            if before.expires != 0 {
                self.expires.remove(id);
                self.main.entries[id as usize].key.expires = 0;
            }
            self.main.entries[id as usize].key.bytes = access.bytes;
        }
        self.data += u64::from(access.bytes);
        self.data -= u64::from(before.bytes);
        if access.ttl_ms() != 0 {
            self.put_expiry(id, access.ttl_ms());
        }
    }

    /// Stamp of a new key.
    fn fresh(&self) -> u32 {
        if self.score == Score::Frequency { frequency::new(self.clock) } else { self.clock }
    }

    #[inline]
    fn touch(&mut self, id: u32, written: bool) {
        let key = &mut self.main.entries[id as usize].key;
        match self.score {
            Score::Frequency => key.stamp = frequency::touched(key.stamp, self.clock, &mut self.random),
            Score::Age { writes_only: true } if !written => {}
            _ => key.stamp = self.clock,
        }
    }

    /// EXPIRE on a key that is there.
    fn expire_at(&mut self, id: u32, ttl_ms: u64) {
        self.touch(id, true);
        if self.main.entries[id as usize].key.expires != 0 {
            self.expires.remove(id);
        } else {
            self.main.entries[id as usize].key.bytes += self.expire_entry;
            self.data += u64::from(self.expire_entry);
        }
        self.main.entries[id as usize].key.expires = 0;
        self.put_expiry(id, ttl_ms);
    }

    fn put_expiry(&mut self, id: u32, ttl_ms: u64) {
        let units = u32::try_from(ttl_ms / u64::from(self.setting.unit_ms)).unwrap_or(u32::MAX);
        let left = self.left(0);
        self.expires.insert(id, left);
        // Zero means never.
        self.main.entries[id as usize].key.expires = self.now.saturating_add(units).max(1);
    }

    fn expire_if_due(&mut self, id: u32) {
        let expires = self.main.entries[id as usize].key.expires;
        if expires != 0 && expires <= self.now {
            self.remove(id);
            self.tally.expired += 1;
        }
    }

    /// Runs the periodic tasks that are due; after a long quiet time only as many as matter.
    #[cold]
    fn ticks(&mut self, time: u32) {
        let due = (time - self.next_tick) / self.tick + 1;
        let last = self.next_tick + (due - 1) * self.tick;
        for past in (0..due.min(MOST_TICKS)).rev() {
            self.now = last - past * self.tick;
            self.periodic();
        }
        self.next_tick = last.saturating_add(self.tick);
    }

    fn periodic(&mut self) {
        let seconds = (u64::from(self.now) * u64::from(self.setting.unit_ms) / 1000) as u32;
        self.clock = if self.score == Score::Frequency { seconds / 60 } else { seconds };
        let left = self.left(0);
        self.main.tick(left, self.doubles);
        self.expires.tick(left, self.doubles);
        self.ticks += 1;
        // A share of the keys is looked at in the same share of the ticks.
        if self.expires.len() > 0 && self.ticks.is_multiple_of((1.0 / self.setting.share) as u32) {
            self.expire_cycle();
        }
    }

    /// Looks at twenty keys with a time to live, again while more than a tenth of them were over.
    fn expire_cycle(&mut self) {
        for _ in 0..EXPIRE_LOOPS {
            let mut seen = std::mem::take(&mut self.seen);
            seen.clear();
            self.cursor = self.expires.visit(self.cursor, EXPIRE_LOOP, &mut seen);
            let before = self.tally.expired;
            for id in &seen {
                self.expire_if_due(*id);
            }
            let over = self.tally.expired - before;
            let looked_at = seen.len() as u64;
            self.seen = seen;
            if over * 10 <= looked_at || self.expires.len() == 0 {
                break;
            }
        }
    }
}
