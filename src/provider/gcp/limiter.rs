//! The pace of calls: 60 requests and 10 creates or deletes a minute and project are what Memorystore takes. Every step of a
//! run waits at the same place, so that many polls together do not use the quota up.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests of a minute.
const REQUESTS: usize = 60;
/// Creates and deletes among them.
const CREATES: usize = 10;

/// When calls were made, as far as it matters.
#[derive(Debug)]
pub struct Limiter {
    minute: Duration,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    requests: VecDeque<Instant>,
    creates: VecDeque<Instant>,
}

impl Limiter {
    /// A pace for minutes of this length; tests have short ones.
    pub fn new(minute: Duration) -> Self {
        Self { minute, made: Mutex::default() }
    }

    /// Waits until another call may be made, and counts it.
    pub async fn turn(&self, creates: bool) {
        while let Some(wait) = self.take(creates, Instant::now()) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a place now; or how long there is none.
    fn take(&self, creates: bool, now: Instant) -> Option<Duration> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wait = until_free(&mut made.requests, REQUESTS, self.minute, now);
        if creates {
            wait = wait.max(until_free(&mut made.creates, CREATES, self.minute, now));
        }
        if wait.is_none() {
            made.requests.push_back(now);
            if creates {
                made.creates.push_back(now);
            }
        }
        wait
    }
}

fn until_free(made: &mut VecDeque<Instant>, most: usize, minute: Duration, now: Instant) -> Option<Duration> {
    while made.front().is_some_and(|at| now.duration_since(*at) >= minute) {
        made.pop_front();
    }
    let oldest = made.front().filter(|_| made.len() >= most)?;
    Some(minute.saturating_sub(now.duration_since(*oldest)).max(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_than_sixty_requests_and_ten_creates() {
        let limiter = Limiter::new(Duration::from_mins(1));
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        for create in 0..10 {
            assert_eq!(limiter.take(true, at(create)), None);
        }
        assert_eq!(limiter.take(true, at(10)), Some(Duration::from_secs(50)));
        for _ in 10..60 {
            assert_eq!(limiter.take(false, at(10)), None);
        }
        assert_eq!(limiter.take(false, at(30)), Some(Duration::from_secs(30)));
        assert_eq!(limiter.take(true, at(60)), None, "the first one is a minute ago");
        assert_eq!(limiter.take(true, at(60)), Some(Duration::from_secs(1)));
    }
}
