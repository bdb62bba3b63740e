//! A server as a container runs it: its image, its options, its users.

use super::{ExportError, Subject};
use crate::catalog::{Service, ServiceInfo, version_at_least};
use crate::profile::User;
use crate::provider::access::rules;
use crate::units::{Engine, Policy, Provider};

/// Of the memory of a container this part holds keys; the rest is buffers, copies during a save, fragmentation.
const FOR_KEYS: f64 = 0.75;
const MIB: f64 = 1024.0 * 1024.0;
/// Servers of fewer primaries make no cluster.
const LEAST_SHARDS: u32 = 3;
/// Options that came with a version of Redis; Valkey, which began with 7.2, has all of them. Release notes of Redis:
/// `00-RELEASENOTES` of 6.0 (TLS, ACL) and 7.0 (client eviction).
const SINCE: [(&str, &str); 2] = [("maxmemory-clients", "7.0"), ("tls-", "6.0")];
/// The first version of Redis with users beside the default one.
const USERS_SINCE: &str = "6.0";
/// The first version of Redis in which users may be kept from channels.
const CHANNELS_SINCE: &str = "6.2";
/// Before it replicas and clusters are set up in other words.
const OLDEST_REDIS: &str = "5.0";

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
    /// The servers of a deployment; an error for what has no size of its own, for two shards, which are no cluster, and for
    /// what servers of the version do not do.
    pub fn new(subject: &'a Subject<'a>, target: &'static str) -> Result<Self, ExportError> {
        let d = subject.deployment;
        if d.node_type.is_none() && d.provider() != Provider::Local {
            let why = "it has no node type, and so no memory that a server could be given";
            return Err(subject.in_the_way(target, why, "pin a node type under `deployment:`"));
        }
        if d.cluster_mode && d.shards == 2 {
            let why = "it has two shards, and servers make a cluster of three or more";
            return Err(subject.in_the_way(target, why, "pin one shard or three under `deployment:`"));
        }
        if !has(subject, OLDEST_REDIS) {
            let why =
                format!("it runs Redis {}, and servers from {OLDEST_REDIS} on are described", d.version);
            return Err(subject.in_the_way(target, why, "pin a later version under `deployment:`"));
        }
        if d.tls && !has(subject, "6.0") {
            let why = format!("servers of Redis {} have no TLS, which it has", d.version);
            return Err(subject.in_the_way(target, why, "pin a version from 6.0 on under `deployment:`"));
        }
        let (engine, image) = match d.engine {
            Engine::Valkey => ("valkey", "valkey/valkey"),
            Engine::Redis => ("redis", "redis"),
        };
        Ok(Self {
            subject,
            clustered: d.cluster_mode && d.shards >= LEAST_SHARDS,
            engine,
            image: format!("{image}:{}", image_version(subject)),
            memory_mib: (d.max_memory as f64 / FOR_KEYS / MIB).ceil() as u64,
            persistent: d.backup_retention_days > 0,
        })
    }

    /// Names of the secrets: the administrator's, then one for each user.
    pub fn secrets(&self) -> Vec<String> {
        let users = users(self.subject).iter();
        std::iter::once("admin".to_owned()).chain(users.map(|user| secret(&user.name))).collect()
    }

    /// The options that every server has.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let d = self.subject.deployment;
        let mut all = vec![
            ("maxmemory", d.max_memory.to_string()),
            ("maxmemory-policy", policy(d.eviction_policy).as_str().to_owned()),
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
        all.retain(|(option, _)| {
            SINCE.iter().all(|(begin, since)| !option.starts_with(begin) || has(self.subject, since))
        });
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
        let channels = has(self.subject, CHANNELS_SINCE);
        for user in users(self.subject) {
            let rules = rules(user);
            let rules = rules.iter().flat_map(|rule| rule.split(' '));
            let access: Vec<String> =
                rules.filter(|rule| channels || !rule.starts_with('&')).map(quoted).collect();
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

/// Whether the servers of a deployment have what came with a version of Redis.
fn has(subject: &Subject<'_>, since: &str) -> bool {
    let d = subject.deployment;
    d.engine == Engine::Valkey || version_at_least(&d.version, since)
}

/// The users that the servers can have.
fn users<'a>(subject: &'a Subject<'_>) -> &'a [User] {
    if has(subject, USERS_SINCE) { &subject.profile.security.users } else { &[] }
}

/// The policy of a server: that of the deployment, or the nearest one. Upstash's evicts any key once none with a time to live
/// is left; of the policies of servers that are not refused then, the random one is allkeys-random.
fn policy(policy: Policy) -> Policy {
    if policy == Policy::OptimisticVolatile { Policy::AllkeysRandom } else { policy }
}

/// The version of the official image: services have versions that the servers never had (Redis 7.1, Valkey 8.2), and
/// the one before stands in for them; `6.x` is the last of its kind.
fn image_version(subject: &Subject<'_>) -> String {
    let d = subject.deployment;
    let published = ServiceInfo::of(Service::Ec2).engine(d.engine).map_or(&[][..], |offer| offer.versions);
    let known = published.first().is_some_and(|first| version_at_least(&d.version, first));
    let before = published.iter().rev().find(|version| version_at_least(&d.version, version));
    // A patch release has an image of its own, and so has a major version.
    let own = |version: &&str| d.version.starts_with(*version) || version.starts_with(&d.version);
    match before {
        Some(version) if known && !published.iter().any(own) => (*version).to_owned(),
        _ => d.version.trim_end_matches(".x").to_owned(),
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

/// What servers do otherwise than the service.
pub fn stands_in(subject: &Subject<'_>) -> Vec<String> {
    let d = subject.deployment;
    let mut all = Vec::new();
    if d.eviction_policy != policy(d.eviction_policy) {
        all.push(format!(
            "Servers have no eviction policy {}: {} stands in, which evicts keys without a time to live as soon as others.",
            d.eviction_policy,
            policy(d.eviction_policy)
        ));
    }
    all
}

/// What a stand-in of containers does not do for its users.
pub fn left_out(subject: &Subject<'_>) -> Vec<String> {
    let d = subject.deployment;
    let mut all = stands_in(subject);
    all.push(
        "Passwords are left out: each is read from a file, and you make them (docs/export.md).".to_owned(),
    );
    let image = image_version(subject);
    if image != d.version.trim_end_matches(".x") {
        all.push(format!(
            "There is no image of {} {}, a version of the service's own: {image} stands in.",
            d.engine, d.version
        ));
    }
    if users(subject).len() < subject.profile.security.users.len() {
        all.push(format!(
            "Users of the profile are left out: {} {} has one password for all.",
            d.engine, d.version
        ));
    }
    if !has(subject, CHANNELS_SINCE) && users(subject).iter().any(|user| !user.channels.is_empty()) {
        all.push(format!(
            "Rules about channels are left out: {} {} keeps no user from any.",
            d.engine, d.version
        ));
    }
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
