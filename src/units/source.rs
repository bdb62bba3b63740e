//! Where a number comes from.

use serde::Serialize;

/// The origin of one figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Written in the profile.
    Declared {
        /// For example `dataset[0].count`.
        path: String,
        /// Line in the profile, from 1.
        line: u32,
    },
    /// Measured on a running cache.
    Observed {
        /// The metric and its statistic.
        metric: String,
        /// The time that it covers.
        window: String,
    },
    /// Learned from a trace.
    Simulated {
        /// The trace.
        trace: String,
    },
    /// Neither declared nor measured.
    Assumed {
        /// Why this value was taken.
        why: String,
    },
}

/// A value together with its origin.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A value that nobody declared.
    pub fn assumed(value: T, why: impl Into<String>) -> Self {
        Self { value, source: Source::Assumed { why: why.into() } }
    }

    /// A value that stands in the profile.
    pub fn declared(value: T, path: impl Into<String>, line: u32) -> Self {
        Self { value, source: Source::Declared { path: path.into(), line } }
    }

    /// Whether the profile's author wrote it.
    pub fn is_declared(&self) -> bool {
        matches!(self.source, Source::Declared { .. })
    }
}

/// Something that the result rests on and that nobody declared or measured. Every one is printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Assumption {
    /// What it is about, for example `throughput per core`.
    pub subject: String,
    /// The value taken, for people.
    pub value: String,
    /// Why that value, with its origin.
    pub why: String,
    /// The profile key that replaces it, if there is one.
    pub replace_with: Option<String>,
}

impl Assumption {
    /// An assumption that the profile cannot replace.
    pub fn new(subject: impl Into<String>, value: impl Into<String>, why: impl Into<String>) -> Self {
        Self { subject: subject.into(), value: value.into(), why: why.into(), replace_with: None }
    }

    /// Names the profile key that replaces it.
    #[must_use]
    pub fn replaced_by(mut self, key: impl Into<String>) -> Self {
        self.replace_with = Some(key.into());
        self
    }
}
