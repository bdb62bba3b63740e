//! A figure that may be unknown. Unknown is a value of its own, never zero.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A known value, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure<T> {
    /// The value.
    Known(T),
    /// No value, and why.
    Unknown {
        /// For the person who reads the report.
        why: String,
    },
}

impl<T> Figure<T> {
    /// An unknown figure.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// The reason, if the value is unknown.
    pub fn why_unknown(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Unknown { why } => Some(why),
        }
    }

    /// Applies `f` to a known value and leaves an unknown one as it is.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Figure<U> {
        match self {
            Self::Known(value) => Figure::Known(f(value)),
            Self::Unknown { why } => Figure::Unknown { why },
        }
    }
}
