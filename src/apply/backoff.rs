//! How long to wait before a call is tried again.

use std::time::Duration;

/// Waits that double, with jitter, until the budget is used up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first wait, before jitter.
    pub first: Duration,
    /// The longest wait, before jitter.
    pub longest: Duration,
    /// All waits of one step together.
    pub budget: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            budget: Duration::from_mins(3),
        }
    }
}

impl Backoff {
    /// The wait before try `attempt` + 1, with `random` from 0 to 1; none when the budget is used up.
    /// Half of the wait is fixed, so that a retry never comes at once; half is chance, so that many do not come together.
    pub fn wait(&self, attempt: u32, random: f64, waited: Duration) -> Option<Duration> {
        let full = self.first.saturating_mul(2_u32.saturating_pow(attempt)).min(self.longest);
        let wait = full.mul_f64(f64::midpoint(1.0, random));
        (waited + wait <= self.budget).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let backoff = Backoff::default();
        let mut waited = Duration::ZERO;
        let mut waits = Vec::new();
        while let Some(wait) = backoff.wait(waits.len() as u32, 0.0, waited) {
            waited += wait;
            waits.push(wait);
        }
        assert_eq!(waits[0], Duration::from_millis(250));
        assert!(waits.is_sorted());
        assert!(waited <= backoff.budget && waited > backoff.budget / 2);
        assert_eq!(backoff.wait(40, 1.0, Duration::ZERO), Some(backoff.longest));
    }
}
