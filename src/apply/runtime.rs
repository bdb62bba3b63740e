//! The clock, waiting, chance and the wish to stop: what a test replaces.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// What the executor asks of the machine.
pub trait Runtime: Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Time that has passed since some fixed moment.
    fn elapsed(&self) -> Duration;
    /// Waits; returns early when the user wants to stop.
    fn sleep(&self, duration: Duration);
    /// A number from 0 to below 1.
    fn random(&self) -> f64;
    /// Whether the user wants to stop.
    fn stopping(&self) -> bool;
}

/// The real machine.
#[derive(Debug)]
pub struct System {
    start: Instant,
    stop: Arc<AtomicBool>,
}

impl System {
    /// Stops as soon as `stop` is set, by a signal for example.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        Self { start: Instant::now(), stop }
    }
}

impl Runtime for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while !self.stopping() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }

    fn random(&self) -> f64 {
        // Without randomness from the system all waits are of middle length, which only weakens the jitter.
        getrandom::u32().map_or(0.5, |bits| f64::from(bits) / (f64::from(u32::MAX) + 1.0))
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
