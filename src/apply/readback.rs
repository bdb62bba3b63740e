//! Whether what was done is what is there.

use std::fmt;

use crate::plan::{Address, Expect, Observed, Ownership, State, Value};

/// A difference between what a step has done and what is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which resource.
    pub address: Address,
    /// What about it.
    pub what: String,
    /// What should be.
    pub expected: String,
    /// What is.
    pub actual: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} should be {}, but is {}", self.address, self.what, self.expected, self.actual)
    }
}

/// Whether nothing goes on there: only then a difference will not go away by itself.
pub fn is_at_rest(is: &Observed) -> bool {
    !matches!(is.state, State::Busy { .. }) && !matches!(is.ownership, Ownership::Unknown { .. })
}

/// Everything that does not hold. Values on their way into force count as set.
pub fn read_back(address: &Address, expect: &Expect, is: Option<&Observed>) -> Vec<Mismatch> {
    let mismatch = |what: &str, expected: String, actual: String| Mismatch {
        address: address.clone(),
        what: what.to_owned(),
        expected,
        actual,
    };
    match (expect, is) {
        (Expect::Nothing, _) | (Expect::Absent, None) => Vec::new(),
        // What is not ours is none of our business: ours is gone.
        (Expect::Absent, Some(is)) if matches!(is.ownership, Ownership::Foreign { .. }) => Vec::new(),
        (Expect::Absent, Some(_)) => vec![mismatch("it", "gone".into(), "still there".into())],
        (Expect::Present(_), None) => vec![mismatch("it", "there".into(), "not there".into())],
        (Expect::Present(values), Some(is)) => {
            let mut all = Vec::new();
            if let Ownership::Foreign { why } | Ownership::Unknown { why } = &is.ownership {
                all.push(mismatch("the owner", "cachefit".into(), why.clone()));
            }
            match &is.state {
                State::Ready => {}
                State::Busy { what } => all.push(mismatch("it", "ready".into(), what.clone())),
                State::Broken { why } => all.push(mismatch("it", "working".into(), why.clone())),
            }
            for (name, value) in values {
                let now = is.resource.attributes.get(name);
                let coming = is.pending.iter().any(|p| &p.attribute == name && &p.value == value);
                if now != Some(value) && !coming {
                    let actual = now.map_or_else(|| "not set".to_owned(), Value::to_string);
                    all.push(mismatch(name, value.to_string(), actual));
                }
            }
            all
        }
    }
}
