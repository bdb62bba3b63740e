//! The exit codes, in one place.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done, or nothing to do; reports without a breached gate; `status` and `apply` also with one, which they tell on stderr |
//! | 1 | an error, usage included, with nothing done; or `apply` has done every step, but something still differs or a check from outside does not hold: the next `apply` checks again |
//! | 2 | changes are pending: `plan --detailed-exitcode` only |
//! | 3 | a gate was breached, the report is written: over the budget, an unknown price (`prices` without any price, too), a stale price, a policy that goes against the profile, nothing fits (commands that need a choice end with 1); or `verify` found something that does not hold |
//! | 4 | apply stopped part-way, by request, by an error or for people; the same command goes on |
//!
//! A breached gate does not keep `apply` from what a person has agreed to: it is told before the question, and `--yes`
//! answers it. Pipelines run `plan` first, which ends with 3.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done,
    /// An error, usage included; or every step is applied, but a check from outside does not hold.
    Error,
    /// Changes are pending; with `plan --detailed-exitcode` only.
    Changes,
    /// A gate was breached: budget, unknown price, stale price, policy, no fitting shape, or a check of `verify`. The
    /// report is written.
    Gate,
    /// Apply stopped part-way; the same command goes on.
    Stopped,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Gate => 3,
            Self::Stopped => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
