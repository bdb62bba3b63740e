//! Counts that only rise, until the server is restarted: rates by difference.

use crate::observe::Point;

/// Points further apart than so many steps have a gap between them.
const GAP: f64 = 2.5;

/// Rates between neighbours, and the times at which the count began anew. Nothing is made up for a gap or a restart.
pub(super) fn rates(points: &[Point], pace: u32) -> (Vec<Point>, Vec<i64>) {
    let mut rates = Vec::with_capacity(points.len());
    let mut restarts = Vec::new();
    for pair in points.windows(2) {
        let [before, after] = pair else { continue };
        let seconds = (after.at - before.at) as f64;
        if after.value < before.value {
            restarts.push(after.at);
        } else if seconds > 0.0 && seconds <= f64::from(pace) * GAP {
            rates.push(Point { at: before.at, value: (after.value - before.value) / seconds });
        }
    }
    (rates, restarts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_and_a_gap_are_no_rates() {
        let points = [(0, 100.0), (60, 160.0), (120, 20.0), (180, 80.0), (1200, 9000.0), (1260, 9060.0)];
        let points: Vec<Point> = points.iter().map(|(at, value)| Point { at: *at, value: *value }).collect();
        let (rates, restarts) = rates(&points, 60);
        let rates: Vec<(i64, f64)> = rates.iter().map(|p| (p.at, p.value)).collect();
        assert_eq!(rates, [(0, 1.0), (120, 1.0), (1200, 1.0)]);
        assert_eq!(restarts, [120]);
    }
}
