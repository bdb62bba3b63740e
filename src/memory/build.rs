//! Server builds whose memory was measured, and the versions that are treated like them.

use std::fmt;

use super::Allocator;
use crate::units::{Assumption, Engine, TextError, nearest};

/// A measured server build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Build {
    /// Redis 7.0.15.
    Redis70,
    /// Redis 7.2.6.
    Redis72,
    /// Redis 8.0.6.
    Redis80,
    /// Redis 8.2.3.
    Redis82,
    /// Redis 8.6.3.
    Redis86,
    /// Valkey 8.0.1.
    Valkey80,
    /// Valkey 8.1.1 and 8.1.8.
    Valkey81,
    /// Valkey 9.1.2.
    Valkey91,
}

/// How a build links elements to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An array of pointers to entries, which are counted with the elements.
    Chained,
    /// An array whose buckets hold the element itself; only collisions need an entry.
    NoValue,
    /// Buckets of 64 bytes with seven elements each.
    Bucketed,
}

impl Build {
    /// All builds, in their fixed order.
    pub const ALL: &'static [Self] = &[
        Self::Redis70,
        Self::Redis72,
        Self::Redis80,
        Self::Redis82,
        Self::Redis86,
        Self::Valkey80,
        Self::Valkey81,
        Self::Valkey91,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Redis70 => "redis-7.0",
            Self::Redis72 => "redis-7.2",
            Self::Redis80 => "redis-8.0",
            Self::Redis82 => "redis-8.2",
            Self::Redis86 => "redis-8.6",
            Self::Valkey80 => "valkey-8.0",
            Self::Valkey81 => "valkey-8.1",
            Self::Valkey91 => "valkey-9.1",
        }
    }

    /// The engine family.
    pub fn engine(self) -> Engine {
        match self {
            Self::Redis70 | Self::Redis72 | Self::Redis80 | Self::Redis82 | Self::Redis86 => Engine::Redis,
            Self::Valkey80 | Self::Valkey81 | Self::Valkey91 => Engine::Valkey,
        }
    }

    /// The table of a database's keys.
    pub fn main_table(self) -> Kind {
        match self {
            Self::Redis70 | Self::Redis72 | Self::Redis80 | Self::Valkey80 => Kind::Chained,
            Self::Redis82 | Self::Redis86 => Kind::NoValue,
            Self::Valkey81 | Self::Valkey91 => Kind::Bucketed,
        }
    }

    /// Whether a periodic task doubles a main table that is exactly full.
    pub fn doubles_full_main_table(self) -> bool {
        matches!(self, Self::Redis80 | Self::Redis82 | Self::Redis86 | Self::Valkey80)
    }

    /// Whether the key is part of the value's object.
    pub(super) fn embeds_key(self) -> bool {
        matches!(self, Self::Redis82 | Self::Redis86 | Self::Valkey81 | Self::Valkey91)
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Versions that were not measured, and the build that stands in: the neighbour that costs more.
const STAND_INS: &[(&str, Build)] = &[
    ("redis-4.0", Build::Redis70),
    ("redis-5.0", Build::Redis70),
    ("redis-6.0", Build::Redis70),
    ("redis-6.2", Build::Redis70),
    // Google names no minor version of it.
    ("redis-6.x", Build::Redis70),
    ("redis-7.1", Build::Redis72),
    ("redis-7.4", Build::Redis80),
    ("redis-8.4", Build::Redis82),
    ("valkey-7.2", Build::Redis72),
    ("valkey-8.2", Build::Valkey81),
    ("valkey-9.0", Build::Valkey81),
];

/// A server as the model knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// The build whose formulas are used.
    pub build: Build,
    /// The allocator whose size classes are used.
    pub allocator: Allocator,
    /// The version as it was asked for, for example `valkey-9.0`.
    pub version: String,
    /// Where the model was not measured on this version or allocator.
    pub assumptions: Vec<Assumption>,
}

impl Server {
    /// A server by engine and version, such as `redis-7.4` or `valkey-8.1.3`.
    /// Without an allocator the upstream one is assumed: managed services do not publish theirs.
    pub fn new(version: &str, allocator: Option<Allocator>) -> Result<Self, TextError> {
        let version = version.trim();
        let minor = minor_version(version);
        let (build, stands_in) = Build::ALL
            .iter()
            .find(|b| b.as_str() == minor)
            .map(|b| (*b, false))
            .or_else(|| {
                let stand_in = STAND_INS.iter().find(|(name, _)| *name == minor);
                stand_in.map(|(_, build)| (*build, true))
            })
            .ok_or_else(|| unknown(version))?;
        let mut assumptions = Vec::new();
        if stands_in {
            assumptions.push(Assumption::new(
                format!("memory model of {version}"),
                build.as_str(),
                format!("{version} was not measured; the measured neighbour that costs more stands in"),
            ));
        }
        if allocator.is_none() {
            assumptions.push(Assumption::new(
                "allocator",
                Allocator::Jemalloc8.as_str(),
                "size classes of the upstream build; managed services do not publish theirs",
            ));
        }
        Ok(Self {
            build,
            allocator: allocator.unwrap_or(Allocator::Jemalloc8),
            version: version.to_owned(),
            assumptions,
        })
    }

    /// Bytes counted for a request of `size` bytes.
    pub(super) fn a(&self, size: u64) -> f64 {
        self.allocator.usable(size)
    }
}

/// `redis-7.0.15` is `redis-7.0` to the model.
fn minor_version(version: &str) -> &str {
    version.match_indices('.').nth(1).map_or(version, |(dot, _)| &version[..dot])
}

fn unknown(version: &str) -> TextError {
    let names = || {
        let measured = Build::ALL.iter().map(|b| b.as_str());
        measured.chain(STAND_INS.iter().map(|(name, _)| *name))
    };
    let mut known: Vec<&str> = names().collect();
    known.sort_unstable();
    let shown: String = version.chars().take(40).collect();
    let error =
        TextError::new(format!("no memory model for `{shown}`: expected one of {}", known.join(", ")));
    match nearest(version, names()) {
        Some(name) => error.suggest(name),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_versions_need_no_assumption() {
        for build in Build::ALL {
            for patch in ["", ".3"] {
                let server = Server::new(&format!("{build}{patch}"), Some(Allocator::Jemalloc16)).unwrap();
                assert_eq!((server.build, server.assumptions.len()), (*build, 0));
            }
        }
    }

    #[test]
    fn stand_ins_say_so() {
        for (asked, build) in [
            ("redis-6.2.6", Build::Redis70),
            ("redis-7.1", Build::Redis72),
            ("redis-7.4", Build::Redis80),
            ("redis-8.4", Build::Redis82),
            ("valkey-7.2", Build::Redis72),
            ("valkey-8.2", Build::Valkey81),
            ("valkey-9.0", Build::Valkey81),
        ] {
            let server = Server::new(asked, Some(Allocator::Jemalloc8)).unwrap();
            assert_eq!(server.build, build, "{asked}");
            assert_eq!(server.version, asked);
            assert_eq!(server.assumptions.len(), 1, "{asked}");
            assert_eq!(server.assumptions[0].value, build.as_str());
        }
    }

    #[test]
    fn an_assumed_allocator_is_said() {
        let server = Server::new("valkey-8.1", None).unwrap();
        assert_eq!(server.allocator, Allocator::Jemalloc8);
        assert_eq!(server.assumptions[0].subject, "allocator");
    }

    #[test]
    fn unknown_versions_are_refused() {
        for asked in ["", "redis", "valkey-9.2", "redis-8.8", "memcached-1.6", "redis-7", "8.1", "redis-7.0x"]
        {
            let error = Server::new(asked, None).unwrap_err();
            assert!(error.message.contains("redis-8.2, redis-8.4"), "{asked}: {error}");
        }
        let error = Server::new("valky-8.1", None).unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("valkey-8.1"));
    }
}
