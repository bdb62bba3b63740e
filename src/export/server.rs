//! A server as a container runs it: its image, its options, its users.

use super::{ExportError, Subject};
use crate::provider::access::rules;
use crate::units::{Engine, Provider};

/// Of the memory of a container this part holds keys; the rest is buffers, copies during a save, fragmentation.
const FOR_KEYS: f64 = 0.75;
const MIB: f64 = 1024.0 * 1024.0;
/// Servers of fewer primaries make no cluster.
const LEAST_SHARDS: u32 = 3;

/// Whether a server leads, follows, or is told by a cluster.
pub enum Part<'a> {
    /// It is the primary, or the only one.
    Primary,
    /// It copies this host.
    ReplicaOf(&'a str),
    /// It is a node of a cluster.
    Node,
    /// A script decides: what it sets `role` to.
    Scripted,
}

/// How the servers of a deployment are run.
pub struct Server<'a> {
    subject: &'a Subject<'a>,
    /// `valkey` or `redis`.
    pub engine: &'static str,
    /// The official image of the engine and version.
    pub image: String,
    /// MiB of a container.
    pub memory_mib: u64,
    /// Whether data survives a crash.
    pub persistent: bool,
    /// Whether it is a cluster: one shard needs none.
    pub clustered: bool,
}

impl<'a> Server<'a> {
    /// The servers of a deployment; an error for what has no size of its own, and for two shards, which are no cluster.
    pub fn new(subject: &'a Subject<'a>, target: &'static str) -> Result<Self, ExportError> {
        let d = subject.deployment;
        let sized = d.node_type.is_some() || d.provider() == Provider::Local;
        if !sized || (d.cluster_mode && d.shards == 2) {
            return Err(subject.unfit(target));
        }
        let (engine, image) = match d.engine {
            Engine::Valkey => ("valkey", "valkey/valkey"),
            Engine::Redis => ("redis", "redis"),
        };
        Ok(Self {
            subject,
            clustered: d.cluster_mode && d.shards >= LEAST_SHARDS,
            engine,
            image: format!("{image}:{}", d.version),
            memory_mib: (d.max_memory as f64 / FOR_KEYS / MIB).ceil() as u64,
            persistent: d.backup_retention_days > 0,
        })
    }

    /// Names of the secrets: the administrator's, then one for each user.
    pub fn secrets(&self) -> Vec<String> {
        let users = self.subject.profile.security.users.iter();
        std::iter::once("admin".to_owned()).chain(users.map(|user| secret(&user.name))).collect()
    }

    /// The options that every server has.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let d = self.subject.deployment;
        let mut all = vec![
            ("maxmemory", d.max_memory.to_string()),
            ("maxmemory-policy", d.eviction_policy.as_str().to_owned()),
            ("maxmemory-clients", "10%".to_owned()),
            ("save", String::new()),
            ("appendonly", if self.persistent { "yes" } else { "no" }.to_owned()),
        ];
        if d.tls {
            all.extend([
                ("port", "0".to_owned()),
                ("tls-port", "6379".to_owned()),
                ("tls-cert-file", "/tls/tls.crt".to_owned()),
                ("tls-key-file", "/tls/tls.key".to_owned()),
                ("tls-ca-cert-file", "/tls/ca.crt".to_owned()),
                ("tls-auth-clients", "no".to_owned()),
                ("tls-replication", "yes".to_owned()),
            ]);
        }
        if self.clustered {
            all.push(("cluster-enabled", "yes".to_owned()));
            if d.tls {
                all.push(("tls-cluster", "yes".to_owned()));
            }
        }
        all
    }

    /// The shell command that becomes the server; passwords are read from files when it starts.
    pub fn command(&self, part: &Part<'_>, secrets: &str) -> String {
        let mut words = vec![format!("exec {}-server", self.engine)];
        for (name, value) in self.options() {
            words.push(format!("--{name} {}", quoted(&value)));
        }
        let admin = format!("\"$(cat {secrets}/admin)\"");
        words.push(format!("--requirepass {admin} --masterauth {admin}"));
        match part {
            Part::Primary | Part::Node => {}
            Part::ReplicaOf(host) => words.push(format!("--replicaof {} 6379", quoted(host))),
            Part::Scripted => words.push("$role".to_owned()),
        }
        for user in &self.subject.profile.security.users {
            let access: Vec<String> =
                rules(user).iter().flat_map(|rule| rule.split(' ')).map(quoted).collect();
            let password = format!("\">$(cat {secrets}/{})\"", secret(&user.name));
            words.push(format!("--user {} {password} {}", quoted(&user.name), access.join(" ")));
        }
        words.join(" ")
    }

    /// The client on the command line, signed in as administrator.
    pub fn client(&self, secrets: &str) -> String {
        let tls = if self.subject.deployment.tls { " --tls --cacert /tls/ca.crt" } else { "" };
        format!("{}-cli --no-auth-warning -a \"$(cat {secrets}/admin)\"{tls}", self.engine)
    }
}

/// The name of the secret of a user, of letters that every tool takes.
fn secret(user: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    format!("user-{}", user.chars().map(plain).collect::<String>())
}

/// A word of a shell that is its text and nothing else.
pub fn quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@+,=%".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What a stand-in of containers does not do for its users.
pub fn left_out(subject: &Subject<'_>) -> Vec<String> {
    let d = subject.deployment;
    let mut all = vec![
        "Passwords are left out: each is read from a file, and you make them (docs/export.md).".to_owned(),
    ];
    if d.tls {
        all.push("Certificates are left out: tls.crt, tls.key and ca.crt are yours to make.".to_owned());
    }
    if d.cluster_mode && d.shards == 1 {
        all.push("One shard is no cluster here: clients connect without the cluster protocol.".to_owned());
    }
    if d.replicas > 0 && d.shards == 1 {
        all.push("Nobody takes over when the primary fails: that needs Sentinel, or an operator.".to_owned());
    }
    all.push("Alarms and backups are left out.".to_owned());
    all
}
