//! A clock for tests.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cachefit::apply::Runtime;

/// A clock that only moves when someone waits.
#[derive(Debug, Default)]
pub struct Still {
    waited: Mutex<Duration>,
    /// Every wait.
    pub waits: Mutex<Vec<Duration>>,
    /// Stops at this many looks at the wish to stop; 0 never.
    pub stop_after: AtomicU32,
    looks: AtomicU32,
}

impl Runtime for Still {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        *self.waited.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        *self.waited.lock().unwrap() += duration;
        self.waits.lock().unwrap().push(duration);
    }

    fn random(&self) -> f64 {
        // Another one each time, as two runs of the program have.
        static DRAWN: AtomicU32 = AtomicU32::new(0);
        f64::from(DRAWN.fetch_add(37, Ordering::SeqCst) % 101) / 101.0
    }

    fn stopping(&self) -> bool {
        let after = self.stop_after.load(Ordering::SeqCst);
        after > 0 && self.looks.fetch_add(1, Ordering::SeqCst) + 1 >= after
    }
}
