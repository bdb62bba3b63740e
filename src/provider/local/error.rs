//! What can go wrong with servers on this machine.

use std::io;
use std::path::{Path, PathBuf};

use crate::provider::ProgramError;

/// Why something on this machine could not be read or done. No variant ever holds a password.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// A server program that will not do.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A folder that another program or another profile made.
    #[error(
        "{} exists and is not managed by cachefit for this profile ({why}); nothing in it was touched: move it away \
         or choose another name for the profile",
        path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is missing or different.
        why: String,
    },
    /// A file or folder.
    #[error("cannot {what} {}: {source}{}", path.display(), hint(source))]
    File {
        /// Read, write, remove.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of ours with content that is not ours.
    #[error("{} cannot be understood: {why}", path.display())]
    Corrupt {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Certificates.
    #[error("cannot make the certificate of {name}: {source}")]
    Certificate {
        /// For whom.
        name: String,
        /// Why.
        source: rcgen::Error,
    },
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers for a password: {0}")]
    Random(String),
    /// A port that is in use.
    #[error(
        "port {port} of {node} is taken by another process; end that process and apply again, or remove {} to let \
         a new port be chosen (clients must then be told)",
        file.display()
    )]
    PortTaken {
        /// The node.
        node: String,
        /// The port.
        port: u16,
        /// The file that remembers it.
        file: PathBuf,
    },
    /// No port.
    #[error("no free port was found on this machine: {0}")]
    NoPort(String),
    /// A server that ended while it started, or never answered.
    #[error("{node} did not start: {why}; its log is {}", log.display())]
    Start {
        /// The node.
        node: String,
        /// The log's last words.
        why: String,
        /// The log.
        log: PathBuf,
    },
    /// A server that does not end.
    #[error("{node} (process {pid}) did not end within {seconds} s after SIGTERM; its log says why")]
    Stop {
        /// The node.
        node: String,
        /// The process.
        pid: i32,
        /// How long was waited.
        seconds: u64,
    },
    /// A server that refuses.
    #[error("{node}: {what} failed: {source}")]
    Server {
        /// The node.
        node: String,
        /// What was asked.
        what: String,
        /// The answer.
        source: redis::RedisError,
    },
    /// A server that gives an answer nobody expected, or keeps one waiting.
    #[error("{node}: {why}")]
    State {
        /// The node.
        node: String,
        /// What is wrong.
        why: String,
    },
    /// Something that this provider does not do.
    #[error("not supported yet by the local provider: {0}")]
    Unsupported(String),
}

/// What a full disk or missing rights mean for the person.
fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space and apply again, nothing is half done"
        }
        io::ErrorKind::PermissionDenied => "; run as the owner of the folder",
        _ => "",
    }
}

impl LocalError {
    /// For `map_err` on a file operation.
    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }

    /// For `map_err` on a command.
    pub(super) fn server(node: &str, what: impl Into<String>) -> impl FnOnce(redis::RedisError) -> Self {
        let (node, what) = (node.to_owned(), what.into());
        move |source| Self::Server { node, what, source }
    }

    /// An answer that nobody expected.
    pub(super) fn state(node: &str, why: impl Into<String>) -> Self {
        Self::State { node: node.to_owned(), why: why.into() }
    }
}
