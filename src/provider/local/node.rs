//! One server: its files, its start and end, its settings. Every function leads to the same end when it is repeated.

use std::collections::BTreeMap;

use jiff::Timestamp;
use redis::{Connection, RedisResult, cmd};

use super::conf::{self, NodeSpec};
use super::error::LocalError;
use super::layout::{Layout, NodeFolder, NodeRecord, json};
use super::secrets::{ADMIN, Credentials, REPLICATION};
use super::wait::{Started, briefly};
use super::{acl, client, files, process, tls};
use crate::provider::Outcome;

/// Names and values, as `CONFIG GET` and `INFO` answer them.
type Settings = BTreeMap<String, String>;

/// A node of a deployment.
pub struct Node<'a> {
    /// The deployment's folder.
    pub layout: &'a Layout,
    /// The node's folder.
    pub folder: NodeFolder,
}

impl<'a> Node<'a> {
    /// By its name.
    pub fn new(layout: &'a Layout, name: &str) -> Self {
        Self { layout, folder: layout.node(name) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.folder.name
    }

    /// Its port, once it has one.
    pub fn port(&self) -> Result<u16, LocalError> {
        match self.folder.record()? {
            Some(record) => Ok(record.port),
            None => Err(LocalError::state(self.name(), "it has no port yet; `cachefit apply` prepares it")),
        }
    }

    /// Signs in as the tool; also to a server whose certificate has expired.
    pub fn connect(&self) -> Result<Connection, LocalError> {
        self.connect_as(ADMIN)
    }

    fn connect_as(&self, user: &str) -> Result<Connection, LocalError> {
        let credentials = Credentials::load(self.layout)?;
        let password = credentials.need(self.layout, user)?;
        let (port, ca) = (self.port()?, self.layout.ca_cert());
        let pins = [self.folder.cert(), self.folder.previous_cert()];
        client::connect(port, &ca, user, password)
            .or_else(|error| {
                if error.is_timeout() || error.is_connection_refusal() {
                    return Err(error);
                }
                client::connect_pinned(port, &ca, &pins, user, password).map_err(|_| error)
            })
            .map_err(LocalError::server(self.name(), "signing in over TLS"))
    }

    /// Runs one command.
    pub fn ask<T: redis::FromRedisValue>(
        &self,
        connection: &mut Connection,
        words: &[&str],
    ) -> Result<T, LocalError> {
        let mut command = redis::Cmd::new();
        command.arg(words);
        // The first two words name the command; what follows could be secret.
        let what = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        command.query(connection).map_err(LocalError::server(self.name(), what))
    }

    /// All settings in force.
    pub fn settings(&self, connection: &mut Connection) -> Result<Settings, LocalError> {
        self.ask(connection, &["CONFIG", "GET", "*"])
    }

    /// One section of INFO, by name.
    pub fn info(&self, connection: &mut Connection, section: &str) -> Result<Settings, LocalError> {
        let text: String = self.ask(connection, &["INFO", section])?;
        Ok(pairs(&text))
    }

    /// Writes all files: certificate, users, configuration. Chooses the port the first time.
    pub fn write(&self, spec: &NodeSpec, now: Timestamp) -> Result<(), LocalError> {
        let folder = &self.folder;
        folder.make()?;
        let port = match folder.record()? {
            Some(record) => record.port,
            None => process::free_port(&self.taken_ports()?)?,
        };
        folder.write_record(&NodeRecord { port, server: spec.program.clone() })?;
        tls::ensure_server(self.layout, folder, now)?;
        let credentials = Credentials::load(self.layout)?;
        let secret = credentials.need(self.layout, REPLICATION)?;
        let replication = format!("masteruser {REPLICATION}\nmasterauth {}\n", secret.reveal());
        files::write_if_changed(&folder.replication(), replication.as_bytes())?;
        files::write_if_changed(&folder.acl(), acl::file(&spec.users, &credentials).as_bytes())?;
        let directives = conf::directives(spec, folder, &self.layout.ca_cert(), port);
        let primary = match &spec.replica_of {
            Some(primary) => Some((client::HOST, Node::new(self.layout, primary).port()?)),
            None => None,
        };
        let text = conf::render(&directives, &folder.replication(), primary);
        files::write_if_changed(&folder.conf(), text.as_bytes()).map(|_| ())
    }

    fn taken_ports(&self) -> Result<Vec<u16>, LocalError> {
        let mut taken = Vec::new();
        for node in self.layout.nodes()? {
            if let Some(record) = node.record()? {
                taken.extend([record.port, record.port.saturating_add(10_000)]);
            }
        }
        Ok(taken)
    }

    /// Starts the server unless it runs; done when it answers.
    pub fn start(&self, spec: &NodeSpec, started: &Started) -> Result<Outcome, LocalError> {
        let name = self.name();
        // A server that an interrupted start left behind may not have written its pid yet.
        if process::ours(self)?.is_none() && started.has_ended(name).is_none() && self.answers().is_err() {
            let port = self.port()?;
            if !process::becomes_free(port) {
                let (node, file) = (name.to_owned(), self.folder.record_file());
                return Err(LocalError::PortTaken { node, port, file });
            }
            if !spec.persistence && !self.folder.restarting().exists() {
                // A snapshot of a cache that is not kept is old: better empty than wrong.
                files::remove(&self.folder.data().join("dump.rdb"))?;
            }
            started.keep(name, process::spawn(&spec.program, &self.folder)?);
        }
        let log = self.folder.log();
        let outcome = briefly(|| {
            let ended = match started.has_ended(name) {
                Some(ended) => ended,
                None => process::ours(self)?.is_none(),
            };
            match self.answers() {
                Ok(()) => Ok(None),
                Err(_) if ended => {
                    started.forget(name);
                    let why = process::last_words(&log);
                    Err(LocalError::Start { node: name.to_owned(), why, log: log.clone() })
                }
                Err(_) => Ok(Some("it does not answer yet".to_owned())),
            }
        })?;
        if outcome != Outcome::Done {
            return Ok(outcome);
        }
        started.forget(name);
        if self.folder.restarting().exists() {
            if !spec.persistence {
                files::remove(&self.folder.data().join("dump.rdb"))?;
            }
            files::remove(&self.folder.restarting())?;
        }
        Ok(Outcome::Done)
    }

    /// Whether our server, and not another one, answers on the port.
    fn answers(&self) -> Result<(), LocalError> {
        self.introduction().map(|_| ())
    }

    /// Whether our server, and not another one, answers on the port and is this process.
    pub fn is_process(&self, number: i32) -> bool {
        self.introduction().is_ok_and(|info| info.get("process_id") == Some(&number.to_string()))
    }

    /// What our server on the port says of itself.
    fn introduction(&self) -> Result<Settings, LocalError> {
        let mut connection = self.connect()?;
        let _: String = self.ask(&mut connection, &["PING"])?;
        let info = self.info(&mut connection, "server")?;
        let file = info.get("config_file").map(String::as_str).unwrap_or_default();
        if std::path::Path::new(file) == self.folder.conf() {
            return Ok(info);
        }
        Err(LocalError::state(self.name(), format!("a server with the configuration {file} has its port")))
    }

    /// Ends the server with all data saved and starts it again, so that nothing acknowledged is lost.
    pub fn restart(&self, spec: &NodeSpec, started: &Started) -> Result<Outcome, LocalError> {
        if let Some(pid) = process::ours(self)?
            && started.has_ended(self.name()).is_none()
            && self.needs_restart(spec)?
        {
            files::write(&self.folder.restarting(), b"")?;
            let mut connection = self.connect()?;
            let mode = if spec.persistence { "NOSAVE" } else { "SAVE" };
            // It closes the connection instead of answering; an answer is a refusal.
            let answer: RedisResult<String> = cmd("SHUTDOWN").arg(mode).query(&mut connection);
            if let Err(error) = answer
                && error.code().is_some()
            {
                return Err(LocalError::server(self.name(), "SHUTDOWN")(error));
            }
            process::wait_gone(&self.folder, pid)?;
        }
        self.start(spec, started)
    }

    /// Whether what is in force can only be mended by a restart.
    fn needs_restart(&self, spec: &NodeSpec) -> Result<bool, LocalError> {
        let mut connection = self.connect()?;
        let version = version(&self.info(&mut connection, "server")?);
        if version.as_ref().map(|(_, v)| v.as_str()) != Some(spec.version.as_str()) {
            return Ok(true);
        }
        let settings = self.settings(&mut connection)?;
        let fixed = conf::fixed(spec.cluster_mode, &self.folder, &self.layout.ca_cert(), self.port()?);
        Ok(fixed.iter().any(|(name, value)| settings.get(*name).is_some_and(|now| now != value)))
    }

    /// Puts every setting, user and certificate in force that can be changed while the server runs.
    pub fn configure(&self, spec: &NodeSpec) -> Result<Outcome, LocalError> {
        let mut connection = self.connect()?;
        let port = self.port()?;
        if !client::shows(port, &self.folder.cert()) {
            let (cert, key, ca) = (self.folder.cert(), self.folder.key(), self.layout.ca_cert());
            let [cert, key, ca] = [&cert, &key, &ca].map(|path| path.to_string_lossy().into_owned());
            let words = ["tls-cert-file", &cert, "tls-key-file", &key, "tls-ca-cert-file", &ca];
            self.set(&mut connection, &words)?;
        }
        files::remove(&self.folder.previous_cert())?;
        let settings = self.settings(&mut connection)?;
        let wanted = conf::directives(spec, &self.folder, &self.layout.ca_cert(), port);
        let mut live: Vec<_> = wanted.iter().filter(|(name, _)| conf::LIVE.contains(name)).collect();
        // The policy comes before a smaller limit, so that nothing goes by the old policy.
        live.sort_by_key(|(name, _)| *name != "maxmemory-policy");
        for (name, value) in live {
            if settings.get(*name).is_some_and(|now| now != value) {
                self.set(&mut connection, &[name, value])?;
            }
        }
        if spec.persistence {
            let whole = self.wait_for_log(&mut connection)?;
            if whole != Outcome::Done {
                return Ok(whole);
            }
        }
        let credentials = Credentials::load(self.layout)?;
        let secret = credentials.need(self.layout, REPLICATION)?;
        if settings.get("masterauth").map(String::as_str) != Some(secret.reveal()) {
            self.set(&mut connection, &["masteruser", REPLICATION, "masterauth", secret.reveal()])?;
        }
        self.set_users(&mut connection, spec, &credentials)?;
        Ok(Outcome::Done)
    }

    fn set(&self, connection: &mut Connection, words: &[&str]) -> Result<(), LocalError> {
        self.ask::<()>(connection, &[&["CONFIG", "SET"], words].concat())
    }

    /// The first append-only file holds all data that was there before; until it is whole, nothing is kept.
    fn wait_for_log(&self, connection: &mut Connection) -> Result<Outcome, LocalError> {
        briefly(|| {
            let info = self.info(connection, "persistence")?;
            let is = |name: &str, value: &str| info.get(name).is_some_and(|v| v == value);
            if !is("aof_enabled", "1")
                || !is("aof_rewrite_in_progress", "0")
                || !is("aof_rewrite_scheduled", "0")
            {
                return Ok(Some("it writes its append-only file for the first time".to_owned()));
            }
            if is("aof_last_bgrewrite_status", "ok") {
                return Ok(None);
            }
            let why = "the append-only file could not be written; see its log";
            Err(LocalError::state(self.name(), why))
        })
    }

    /// Changes only the users that differ: loading the whole file would close everybody's connections.
    fn set_users(
        &self,
        connection: &mut Connection,
        spec: &NodeSpec,
        credentials: &Credentials,
    ) -> Result<(), LocalError> {
        let current = self.users(connection, credentials)?;
        if current == spec.users {
            return Ok(());
        }
        let file = acl::file(&spec.users, credentials);
        for line in file.lines() {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let Some((name, rules)) = words.split_first() else { continue };
            if current.get(*name) != spec.users.get(*name) {
                let words = [&["ACL", "SETUSER", name, "reset"], rules].concat();
                self.ask::<()>(connection, &words)?;
            }
        }
        for name in current.keys().filter(|name| !spec.users.contains_key(*name)) {
            self.ask::<()>(connection, &["ACL", "DELUSER", name])?;
        }
        let lines: Vec<String> = self.ask(connection, &["ACL", "LIST"])?;
        let shown = acl::Shown::note(&spec.users, &acl::parse(lines.iter().map(String::as_str), credentials));
        files::write(&self.folder.shown(), json(&shown).as_bytes())
    }

    /// Users in force, with their rules as they were given.
    pub fn users(
        &self,
        connection: &mut Connection,
        credentials: &Credentials,
    ) -> Result<BTreeMap<String, String>, LocalError> {
        let lines: Vec<String> = self.ask(connection, &["ACL", "LIST"])?;
        let shown = acl::parse(lines.iter().map(String::as_str), credentials);
        let text = files::read(&self.folder.shown())?.unwrap_or_default();
        // Without the note, or with a damaged one, the server's own words count and the rules are set anew.
        Ok(serde_json::from_str::<acl::Shown>(&text).unwrap_or_default().given(shown))
    }

    /// Makes it a replica or a primary, outside of clusters; a replica is done when it has all data.
    pub fn follow(&self, spec: &NodeSpec) -> Result<Outcome, LocalError> {
        let mut connection = self.connect()?;
        let Some(primary) = &spec.replica_of else {
            let info = self.info(&mut connection, "replication")?;
            if info.get("role").is_some_and(|role| role == "slave") {
                self.ask::<()>(&mut connection, &["REPLICAOF", "NO", "ONE"])?;
            }
            return Ok(Outcome::Done);
        };
        let port = Node::new(self.layout, primary).port()?.to_string();
        briefly(|| {
            let info = self.info(&mut connection, "replication")?;
            let is = |name: &str, value: &str| info.get(name).is_some_and(|v| v == value);
            if !is("master_port", &port) || !is("master_host", client::HOST) {
                self.ask::<()>(&mut connection, &["REPLICAOF", client::HOST, &port])?;
            } else if is("master_link_status", "up") {
                return Ok(None);
            }
            Ok(Some(format!("it copies the data of {primary}")))
        })
    }

    /// Ends the server.
    pub fn stop(&self) -> Result<(), LocalError> {
        process::stop(self)
    }

    /// Removes its folder; the server must have ended.
    pub fn remove(&self) -> Result<(), LocalError> {
        self.stop()?;
        files::remove_dir(&self.folder.root)
    }
}

/// Engine and version from the server section of INFO.
pub fn version(info: &Settings) -> Option<(crate::units::Engine, String)> {
    use crate::units::Engine;
    match info.get("valkey_version") {
        Some(version) => Some((Engine::Valkey, version.clone())),
        None => info.get("redis_version").map(|version| (Engine::Redis, version.clone())),
    }
}

/// `name:value` lines.
fn pairs(text: &str) -> Settings {
    text.lines().filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned())).collect()
}
