//! What a server needs beside its data: itself, its clients, its replicas.

use super::{Build, Layout, Server};
use crate::units::{Engine, KIB, MIB};

/// The latency histogram of each command name that is used.
const COMMAND: f64 = 24_688.0;
/// A connection that has been quiet for a few seconds; the largest measured, on Redis 8.6.
const IDLE_CLIENT: f64 = 2_800.0;
/// A connected replica at rest; the largest measured.
const REPLICA: f64 = 61.0 * 1000.0;
/// Block headers for each MiB of replication backlog.
const BACKLOG_HEADERS: f64 = 5.0 * 1000.0;

impl Server {
    /// `used_memory` of an empty server: the largest measured at start, and what cluster mode was measured to add.
    pub fn base(&self, layout: Layout) -> f64 {
        let plain = match self.build {
            Build::Redis70 => 1_303_728.0,
            // Not measured at start: as upstream's 7.0, the larger neighbour.
            Build::Redis72 => 1_197_472.0,
            Build::Redis80 => 992_496.0,
            Build::Redis82 | Build::Redis86 => 1_040_416.0,
            Build::Valkey80 => 1_306_864.0,
            Build::Valkey81 => 1_237_784.0,
            Build::Valkey91 => 1_262_016.0,
        };
        let cluster = match self.build {
            Build::Redis70 | Build::Redis72 => 0.75e6,
            Build::Redis80 | Build::Redis82 | Build::Redis86 => 1.75e6,
            Build::Valkey80 | Build::Valkey81 | Build::Valkey91 => 1.8e6,
        };
        if layout == Layout::Plain { plain } else { plain + cluster }
    }

    /// Histograms of `names` different commands in use (`latency-tracking` is on by default).
    pub fn commands(&self, names: f64) -> f64 {
        names * COMMAND
    }

    /// Size histograms of a database that holds keys. In cluster mode they are in the slot tables.
    pub fn database(&self) -> f64 {
        match self.build {
            Build::Redis80 | Build::Redis82 | Build::Redis86 => 2_500.0,
            _ => 0.0,
        }
    }

    /// Connections: `active` at the same moment and `idle` beside them.
    pub fn clients(&self, active: f64, idle: f64) -> f64 {
        active * self.active_client() + idle * IDLE_CLIENT
    }

    /// A connection in use: 16 KiB of reply buffer, and a query buffer of its own where the build has no shared one.
    fn active_client(&self) -> f64 {
        match self.build {
            Build::Redis70 | Build::Redis72 => 32.0 * KIB,
            _ => 20.0 * KIB,
        }
    }

    /// `repl-backlog-size` where nobody sets it.
    pub fn default_backlog(&self) -> f64 {
        match self.build.engine() {
            Engine::Redis => MIB,
            Engine::Valkey => 10.0 * MIB,
        }
    }

    /// A replication backlog of `size` bytes when it is full, with its block headers. It exists once a replica
    /// has connected.
    pub fn backlog(&self, size: f64) -> f64 {
        size + size / MIB * BACKLOG_HEADERS
    }

    /// Connected replicas at rest.
    pub fn replicas(&self, count: f64) -> f64 {
        count * REPLICA
    }
}
