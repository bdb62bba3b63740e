//! The server program of this machine: where it is, which version, whether it can do TLS. Sizing for this machine asks
//! for it too, so it needs no feature.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thiserror::Error;

use crate::units::Engine;

/// Why a server program will not do.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// No server program.
    #[error(
        "no {wanted} program on the PATH; install one (Debian, Ubuntu: `apt-get install {package}`; macOS: \
         `brew install {brew}`) or name it with --server PATH"
    )]
    NoServer {
        /// The programs that would do.
        wanted: String,
        /// Debian's package.
        package: &'static str,
        /// The formula on macOS.
        brew: &'static str,
    },
    /// A program that is not a server, or does not run.
    #[error("{} is not a usable server program: {why}", path.display())]
    BadServer {
        /// The program.
        path: PathBuf,
        /// What it said.
        why: String,
    },
    /// A server built without TLS.
    #[error(
        "{} was built without TLS, and cachefit runs servers with TLS only; install a build with TLS (Debian's \
         redis-server and valkey-server have it) or name one with --server PATH",
        path.display()
    )]
    NoTls {
        /// The program.
        path: PathBuf,
    },
    /// A server that is too old.
    #[error("{} is version {version}; the local provider needs Redis 7.0, Valkey 7.2 or newer", path.display())]
    TooOld {
        /// The program.
        path: PathBuf,
        /// Its version.
        version: String,
    },
}

/// A server program that will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What it serves.
    pub engine: Engine,
    /// Its full version, such as 7.0.15.
    pub version: String,
}

impl Program {
    /// Its version as recommendations name it, such as 7.0.
    pub fn minor(&self) -> String {
        let minor =
            self.version.match_indices('.').nth(1).map_or(&*self.version, |(dot, _)| &self.version[..dot]);
        minor.to_owned()
    }

    /// The one that was named; else that of the engine on the PATH; else, if the engine is free, the other one.
    pub fn find(named: Option<&Path>, engine: Engine, fixed: bool) -> Result<Self, ProgramError> {
        if let Some(path) = named {
            return Self::probe(path);
        }
        let other = if engine == Engine::Valkey { Engine::Redis } else { Engine::Valkey };
        let engines = if fixed { vec![engine] } else { vec![engine, other] };
        match engines.iter().find_map(|engine| on_path(program_name(*engine))) {
            Some(path) => Self::probe(&path),
            None => Err(ProgramError::NoServer {
                wanted: engines.iter().map(|e| program_name(*e)).collect::<Vec<_>>().join(" or "),
                package: program_name(engine),
                brew: engine.as_str(),
            }),
        }
    }

    /// Asks a program what it is.
    pub fn probe(path: &Path) -> Result<Self, ProgramError> {
        let bad = |why: &str| ProgramError::BadServer { path: path.to_owned(), why: why.to_owned() };
        let output = Command::new(path)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| bad(&error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let (engine, version) =
            parse_version(&said).ok_or_else(|| bad("`--version` names neither Redis nor Valkey"))?;
        if major(&version) < 7 {
            return Err(ProgramError::TooOld { path: path.to_owned(), version });
        }
        // The first line that it does not know is quoted: with TLS it is the second one. Nothing is started.
        let output = Command::new(path)
            .args(["--tls-auth-clients", "no", "--cachefit-probe", "x"])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| bad(&error.to_string()))?;
        let said = [output.stdout, output.stderr].concat();
        if String::from_utf8_lossy(&said).contains("'tls-auth-clients") {
            return Err(ProgramError::NoTls { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), engine, version })
    }
}

/// The name of an engine's server program, and of Debian's package with it.
pub fn program_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Redis => "redis-server",
        Engine::Valkey => "valkey-server",
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// `Redis server v=7.0.15 sha=…`, `Valkey server v=8.0.1 …`; early Valkey called itself so, too.
fn parse_version(said: &str) -> Option<(Engine, String)> {
    let engine = match said.split_whitespace().next()? {
        "Redis" => Engine::Redis,
        "Valkey" => Engine::Valkey,
        _ => return None,
    };
    let version = said.split_whitespace().find_map(|word| word.strip_prefix("v="))?;
    Some((engine, version.to_owned()))
}

fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|m| m.parse().ok()).unwrap_or(0)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn script(dir: &Path, text: &str) -> PathBuf {
        let path = dir.join("redis-server");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn versions_are_read() {
        let valkey = parse_version("Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64");
        assert_eq!(valkey, Some((Engine::Valkey, "8.0.1".into())));
        assert_eq!(parse_version("nginx version: 1.2"), None);
    }

    #[test]
    fn programs_that_will_not_do_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let old = script(dir.path(), "echo 'Redis server v=6.2.7 sha=0'");
        assert!(matches!(Program::probe(&old), Err(ProgramError::TooOld { .. })));
        let plain = script(
            dir.path(),
            "case $1 in --version) echo 'Redis server v=8.1.8 sha=0';; *) echo \">>> 'tls-auth-clients no'\"; exit 1;; esac",
        );
        assert!(matches!(Program::probe(&plain), Err(ProgramError::NoTls { .. })));
        let other = script(dir.path(), "echo hello");
        assert!(matches!(Program::probe(&other), Err(ProgramError::BadServer { .. })));
        assert!(matches!(Program::probe(&dir.path().join("none")), Err(ProgramError::BadServer { .. })));
    }
}
