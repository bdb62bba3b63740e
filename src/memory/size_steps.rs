//! Sizes that sit next to a step in cost, for advice.

use super::{Encoding, Key, Server};

/// How near a declared size must be to a step to be worth a word.
const NEAR: f64 = 0.02;
/// How large a step must be, as a share of the key's cost.
const WORTH: f64 = 0.05;

/// A step in the cost of a key near one of its sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Which size, in the order of [`Key::map`]: 0 is the key's name.
    pub size: usize,
    /// The largest value before the step.
    pub last: u64,
    /// Bytes a key up to it.
    pub below: f64,
    /// Bytes a key beyond it.
    pub above: f64,
    /// The encoding beyond it, where that changes.
    pub becomes: Option<Encoding>,
}

impl Server {
    /// Steps within 2 % of the key's sizes, of 5 % of its cost or more: an allocator's class or an encoding ends there.
    pub fn edges(&self, key: &Key) -> Vec<Edge> {
        let mut sizes = Vec::with_capacity(5);
        key.map(|size| sizes.push(*size));
        (0..sizes.len()).filter_map(|i| self.edge(key, i, sizes[i])).collect()
    }

    fn edge(&self, key: &Key, size: usize, declared: u64) -> Option<Edge> {
        let cost = |value: u64| {
            let mut index = 0;
            self.key(&key.map(|old| {
                index += 1;
                if index == size + 1 { value } else { *old }
            }))
        };
        let reach = ((declared as f64 * NEAR) as u64).max(1);
        let (mut low, mut high) = (declared.saturating_sub(reach), declared + reach);
        // Halve towards the larger difference until one step is left.
        while high - low > 1 {
            let middle = low.midpoint(high);
            let at = cost(middle).total;
            if at - cost(low).total > cost(high).total - at {
                high = middle;
            } else {
                low = middle;
            }
        }
        let (below, above) = (cost(low), cost(high));
        // The eleventh of ten fields is no step: it must be twice what the size itself grows by.
        let step = (above.total - below.total) / below.total;
        (step >= WORTH.max(2.0 / low.max(1) as f64)).then(|| Edge {
            size,
            last: low,
            below: below.total,
            above: above.total,
            becomes: (above.encoding != below.encoding).then_some(above.encoding),
        })
    }
}
