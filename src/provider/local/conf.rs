//! The server's configuration file: written whole by us, with a checksum that shows edits by hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::layout::NodeFolder;
use crate::units::{Engine, Policy};

/// First line of the file; what follows it is the checksum of the rest.
const HEADER: &str = "# Written by cachefit; `cachefit apply` undoes edits. Checksum: ";
/// A node is declared failed after this time; failover follows within some seconds.
const CLUSTER_NODE_TIMEOUT_MS: u32 = 5_000;

/// A node as it should be. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// What serves.
    pub engine: Engine,
    /// Full version of the program.
    pub version: String,
    /// The program.
    pub program: std::path::PathBuf,
    /// Limit in bytes.
    pub max_memory: u64,
    /// What goes when memory is full.
    pub policy: Policy,
    /// Connections at the same time.
    pub max_clients: u32,
    /// Whether data survives a crash.
    pub persistence: bool,
    /// Whether it is part of a cluster.
    pub cluster_mode: bool,
    /// The primary, by the name of its node; outside of clusters only.
    pub replica_of: Option<String>,
    /// Rules by user.
    pub users: BTreeMap<String, String>,
}

/// Name and value of each directive, in the order of the file.
pub type Directives = Vec<(&'static str, String)>;

/// Directives that can be changed while the server runs.
pub const LIVE: [&str; 14] = [
    "maxmemory",
    "maxmemory-policy",
    "maxmemory-clients",
    "maxclients",
    "appendonly",
    "appendfsync",
    "save",
    "protected-mode",
    "tls-auth-clients",
    "tls-protocols",
    "cluster-node-timeout",
    "cluster-allow-replica-migration",
    "tls-replication",
    "repl-diskless-sync-delay",
];

/// Begins what the attribute `configuration` says of directives that only a restart puts in force.
pub const RESTARTS: &str = "in force only after a restart: ";

/// Directives that are fixed at the start, with the values that every node of ours has.
pub fn fixed(cluster_mode: bool, folder: &NodeFolder, ca: &std::path::Path, port: u16) -> Directives {
    let any = NodeSpec {
        engine: Engine::Redis,
        version: String::new(),
        program: std::path::PathBuf::new(),
        max_memory: 0,
        policy: Policy::NoEviction,
        max_clients: 0,
        persistence: false,
        cluster_mode,
        replica_of: None,
        users: BTreeMap::new(),
    };
    let all = directives(&any, folder, ca, port);
    // The system may show folders by another of their names.
    all.into_iter().filter(|(name, _)| !LIVE.contains(name) && *name != "dir").collect()
}

/// All directives of a node.
pub fn directives(spec: &NodeSpec, folder: &NodeFolder, ca: &std::path::Path, port: u16) -> Directives {
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let flag = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let mut all: Directives = vec![
        ("bind", "127.0.0.1 -::1".into()),
        ("protected-mode", "yes".into()),
        ("port", "0".into()),
        ("tls-port", port.to_string()),
        ("tls-cert-file", path(&folder.cert())),
        ("tls-key-file", path(&folder.key())),
        ("tls-ca-cert-file", path(ca)),
        ("tls-auth-clients", "no".into()),
        ("tls-protocols", "TLSv1.2 TLSv1.3".into()),
        ("aclfile", path(&folder.acl())),
        ("maxmemory", spec.max_memory.to_string()),
        ("maxmemory-policy", spec.policy.as_str().to_owned()),
        ("maxmemory-clients", "10%".into()),
        ("maxclients", spec.max_clients.to_string()),
        ("save", String::new()),
        ("appendonly", flag(spec.persistence)),
        ("appendfsync", "everysec".into()),
        ("dir", path(&folder.data())),
        ("logfile", path(&folder.log())),
        ("pidfile", path(&folder.pid())),
        ("daemonize", "no".into()),
        ("tls-replication", "yes".into()),
        // Replicas come one at a time: waiting for more of them only delays the first.
        ("repl-diskless-sync-delay", "0".into()),
    ];
    if spec.cluster_mode {
        all.extend([
            ("cluster-enabled", "yes".to_owned()),
            ("cluster-config-file", "nodes.conf".into()),
            ("cluster-node-timeout", CLUSTER_NODE_TIMEOUT_MS.to_string()),
            ("tls-cluster", "yes".into()),
            // Replicas stay with the shard that the plan gives them.
            ("cluster-allow-replica-migration", "no".into()),
        ]);
    }
    all
}

/// The text of the file. `primary` is the address that a replica follows.
pub fn render(directives: &Directives, include: &std::path::Path, primary: Option<(&str, u16)>) -> String {
    let mut body = String::new();
    for (name, value) in directives {
        body.push_str(&format!("{name} {}\n", quoted(name, value)));
    }
    if let Some((host, port)) = primary {
        body.push_str(&format!("replicaof {host} {port}\n"));
    }
    // Passwords of replicas stay out of this file, so that it can be shown.
    body.push_str(&format!("include {}\n", quoted("include", &include.to_string_lossy())));
    format!("{HEADER}{}\n{body}", checksum(&body))
}

/// Whether the text is as it was written.
pub fn untouched(text: &str) -> bool {
    let Some((first, body)) = text.split_once('\n') else { return false };
    first.strip_prefix(HEADER).is_some_and(|sum| sum == checksum(body))
}

/// Values by name in a file, the last one where a name stands twice.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        values.insert(name.to_lowercase(), unquoted(value.trim()));
    }
    values
}

/// Directives that take several words are written bare; paths may hold blanks and are quoted.
fn quoted(name: &str, value: &str) -> String {
    match name {
        "bind" => value.to_owned(),
        _ if value.is_empty() || value.contains([' ', '"', '\\', '\'']) => {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        }
        _ => value.to_owned(),
    }
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => value.to_owned(),
    }
}

fn checksum(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_show() {
        let directives =
            vec![("maxmemory", "100".to_owned()), ("dir", "/a b".into()), ("save", String::new())];
        let text = render(&directives, "/x/replication.conf".as_ref(), Some(("127.0.0.1", 7)));
        assert!(untouched(&text));
        assert!(!untouched(&text.replace("100", "200")));
        assert!(!untouched("maxmemory 100\n"));
        let values = parse(&text);
        assert_eq!(values["maxmemory"], "100");
        assert_eq!(values["dir"], "/a b");
        assert_eq!(values["save"], "");
        assert_eq!(values["replicaof"], "127.0.0.1 7");
    }
}
