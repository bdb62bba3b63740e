//! The exit codes, in one place.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done,
    /// An error, usage included.
    Error,
    /// Changes are pending; with `plan --detailed-exitcode` only.
    Changes,
    /// A gate was breached: budget, unknown price, stale price, policy, no fitting shape. The report is written.
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
