//! Whether commands run.

use crate::units::terms;

terms!(
    /// Whether commands run in a place.
    Verdict, "runs, depends, does-not-run or unknown" {
        /// They run.
        Runs = "runs",
        /// Whether they run depends on keys or settings that are not known here.
        Depends = "depends",
        /// They certainly do not run.
        DoesNotRun = "does-not-run",
        /// No source says it.
        Unknown = "unknown",
    }
);
