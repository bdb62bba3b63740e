//! Work on every core beside what is tested: what waits must not depend on an idle machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Threads that keep the cores busy until this value goes.
pub struct Load(Arc<AtomicBool>);

impl Load {
    pub fn on_every_core() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let mut number = 1_u64;
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..10_000 {
                        number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005) | 1);
                    }
                }
            });
        }
        Self(stop)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
