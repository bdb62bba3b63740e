//! What there is: read from the files and from the servers themselves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use redis::Connection;

use super::error::LocalError;
use super::layout::{Layout, Owner};
use super::node::{Node, version};
use super::secrets::Credentials;
use super::spec::{FOLDER, SERVER, address, position};
use super::{acl, client, cluster, conf, files, process, tls};
use crate::plan::{Observed, Ownership, Resource, State};

/// All resources of a deployment.
pub fn observe(layout: &Layout, now: Timestamp) -> Result<Vec<Observed>, LocalError> {
    let folder = address(FOLDER, layout.name());
    match layout.owner()? {
        Owner::Nobody if layout.root().exists() => {
            // Nothing but an empty folder: a start or a removal was cut short at its very edge.
            let mut observed = Observed::ours(Resource::new(folder));
            observed.state = State::Busy { what: "its folder is empty".into() };
            return Ok(vec![observed]);
        }
        Owner::Nobody => return Ok(Vec::new()),
        Owner::Other(why) => {
            let mut observed = Observed::ours(Resource::new(folder));
            observed.ownership = Ownership::Foreign { why };
            observed.computed.insert("path".into(), layout.root().display().to_string());
            return Ok(vec![observed]);
        }
        Owner::Ours => {}
    }
    let credentials = Credentials::load(layout)?;
    let resource = Resource::new(folder)
        .with("certificate_authority", tls::authority(layout, now)?.text())
        .with("credentials", credentials.names());
    let mut all = vec![Observed::ours(resource)];
    all[0].computed.insert("path".into(), layout.root().display().to_string());

    let nodes = layout.nodes()?;
    let nodes: Vec<_> = nodes.iter().filter(|n| position(layout.name(), &n.name).is_some()).collect();
    // A handshake each: side by side, a cluster takes as long as one server.
    let servers: Vec<Result<Observed, LocalError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = nodes
            .iter()
            .map(|folder| scope.spawn(|| server(&Node::new(layout, &folder.name), &credentials, now)))
            .collect();
        let gone = || Err(LocalError::state(layout.name(), "a reader of a server ended early"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| gone())).collect()
    });
    all.extend(servers.into_iter().collect::<Result<Vec<_>, _>>()?);
    all.extend(cluster::observe(layout, &all)?);
    Ok(all)
}

/// One server alone, for a step that is read back; none if it is not there or not ours.
pub fn one(layout: &Layout, name: &str, now: Timestamp) -> Result<Option<Observed>, LocalError> {
    let known = position(layout.name(), name).is_some() && layout.node(name).root.exists();
    if !known || layout.owner()? != Owner::Ours {
        return Ok(None);
    }
    server(&Node::new(layout, name), &Credentials::load(layout)?, now).map(Some)
}

/// One server.
pub fn server(node: &Node<'_>, credentials: &Credentials, now: Timestamp) -> Result<Observed, LocalError> {
    let address = address(SERVER, node.name());
    let mut resource = Resource::new(address).after(super::spec::address(FOLDER, node.layout.name()));
    let certificate = tls::server(node.layout, &node.folder, now)?;
    resource = resource.with("certificate", certificate.text());
    let record = node.folder.record()?;
    if let Some(record) = &record {
        resource = resource.with("program", record.server.to_string_lossy().into_owned());
    }
    let file = files::read(&node.folder.conf())?;
    let written = file.as_deref().map(conf::parse).unwrap_or_default();
    let untouched = file.as_deref().is_some_and(conf::untouched);
    let acl_file = files::read(&node.folder.acl())?.unwrap_or_default();
    let mut computed = BTreeMap::new();
    if let Some(record) = &record {
        computed.insert("endpoint".to_owned(), format!("{}:{}", client::HOST, record.port));
    }
    let pid = process::ours(node)?;
    let connected = match (&record, pid) {
        (Some(_), _) => node.connect(),
        (None, _) => Err(LocalError::state(node.name(), "its folder is not complete")),
    };
    let state = match connected.and_then(|mut connection| {
        let live = read_live(node, &mut connection, credentials)?;
        Ok((live, connection))
    }) {
        Ok((live, _connection)) => {
            let differs = live.differences(&written);
            let fixed = live.fixed(node, record.as_ref().map(|r| r.port));
            let configuration = match (file.is_some(), untouched, differs.is_empty()) {
                (false, ..) => "missing".to_owned(),
                (true, false, _) => "edited by hand".to_owned(),
                (true, true, false) => format!("not in force: {}", differs.join(", ")),
                (true, true, true) => "as written".to_owned(),
            };
            let configuration = match fixed.as_slice() {
                [] => configuration,
                names => format!("{configuration}; {}{}", conf::RESTARTS, names.join(", ")),
            };
            let users = &live.users;
            let stored = acl::parse(acl_file.lines(), credentials);
            let configuration =
                if *users == stored { configuration } else { format!("{configuration}; users.acl differs") };
            resource = settings(resource, &live.settings)
                .with("configuration", configuration)
                .with("users", acl::lines(users));
            if let Some((engine, version)) = version(&live.server) {
                resource = resource.with("engine", engine.as_str()).with("version", version);
            }
            if let Some(pid) = live.server.get("process_id") {
                computed.insert("pid".into(), pid.clone());
            }
            live.holds(&mut computed);
            resource = roles(node, resource, &live, &mut computed)?;
            match computed.get("link").map(String::as_str) {
                None | Some("up") => State::Ready,
                Some(_) => State::Busy { what: "it is not in sync with its primary".into() },
            }
        }
        Err(error) => {
            resource = settings(resource, &written)
                .with("configuration", if untouched { "as written" } else { "edited by hand" })
                .with("users", acl::lines(&acl::parse(acl_file.lines(), credentials)));
            computed.extend(pid.map(|pid| ("pid".to_owned(), pid.to_string())));
            State::Broken {
                why: match pid {
                    Some(pid) => format!("process {pid} does not answer as it should: {error}"),
                    None => down(record.as_ref().map(|r| r.port)),
                },
            }
        }
    };
    let mut observed = Observed::ours(resource);
    observed.state = state;
    observed.computed = computed;
    Ok(observed)
}

/// Why a server that should run does not answer.
fn down(port: Option<u16>) -> String {
    match port.filter(|port| !process::is_free(*port)) {
        Some(port) => format!("the server is down, and another process has its port {port}"),
        None => "the server is down".into(),
    }
}

/// What a server says of itself.
struct Live {
    settings: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
    server: BTreeMap<String, String>,
    replication: BTreeMap<String, String>,
    memory: BTreeMap<String, String>,
    keyspace: BTreeMap<String, String>,
}

fn read_live(
    node: &Node<'_>,
    connection: &mut Connection,
    credentials: &Credentials,
) -> Result<Live, LocalError> {
    Ok(Live {
        settings: node.settings(connection)?,
        users: node.users(connection, credentials)?,
        server: node.info(connection, "server")?,
        replication: node.info(connection, "replication")?,
        memory: node.info(connection, "memory")?,
        keyspace: node.info(connection, "keyspace")?,
    })
}

impl Live {
    /// Directives that the server was started with and that are not ours.
    fn fixed(&self, node: &Node<'_>, port: Option<u16>) -> Vec<&'static str> {
        let Some(port) = port else { return Vec::new() };
        let clustered = self.settings.get("cluster-enabled").is_some_and(|v| v == "yes");
        let fixed = conf::fixed(clustered, &node.folder, &node.layout.ca_cert(), port);
        let differs =
            |(name, value): &(&str, String)| self.settings.get(*name).is_some_and(|now| now != value);
        fixed.into_iter().filter(differs).map(|(name, _)| name).collect()
    }

    /// How much there is in it, and how far it has followed its primary.
    fn holds(&self, computed: &mut BTreeMap<String, String>) {
        let number = |text: &str| text.parse::<u64>().ok();
        let keys = |line: &String| number(line.strip_prefix("keys=")?.split(',').next()?);
        let keys: u64 = self.keyspace.values().filter_map(keys).sum();
        computed.insert("keys".into(), keys.to_string());
        let bytes = |name: &str| self.memory.get(name).and_then(|text| number(text)).unwrap_or(0);
        // Buffers of replicas and of the append-only file are above the limit.
        let used = bytes("used_memory").saturating_sub(bytes("mem_not_counted_for_evict"));
        computed.insert("used_bytes".into(), used.to_string());
        let offset = ["slave_repl_offset", "master_repl_offset"];
        if let Some(offset) = offset.iter().find_map(|name| self.replication.get(*name)) {
            computed.insert("offset".into(), offset.clone());
        }
        if self.replication.get("master_link_down_since_seconds").is_some_and(|seconds| seconds == "-1") {
            computed.insert("synced".into(), "never".into());
        }
    }

    /// Directives of the file that are not in force.
    fn differences(&self, written: &BTreeMap<String, String>) -> Vec<String> {
        // The system may show folders by another of their names.
        let compared =
            written.iter().filter(|(name, _)| !["dir", "include", "replicaof"].contains(&name.as_str()));
        compared
            .filter(|(name, value)| self.settings.get(*name).is_some_and(|now| &now != value))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

/// Attributes that have the same names in a file and in a server.
fn settings(resource: Resource, values: &BTreeMap<String, String>) -> Resource {
    let number = |name: &str| values.get(name).and_then(|v| v.parse::<i64>().ok());
    let flag = |name: &str| values.get(name).is_some_and(|v| v == "yes");
    let mut resource =
        resource.with("persistence", flag("appendonly")).with("cluster_mode", flag("cluster-enabled"));
    if let Some(bytes) = number("maxmemory") {
        resource = resource.with("max_memory_bytes", bytes);
    }
    if let Some(policy) = values.get("maxmemory-policy") {
        resource = resource.with("eviction_policy", policy.as_str());
    }
    if let Some(clients) = number("maxclients") {
        resource = resource.with("max_clients", clients);
    }
    resource
}

/// Primary or replica; of whom, by the name of its node.
fn roles(
    node: &Node<'_>,
    resource: Resource,
    live: &Live,
    computed: &mut BTreeMap<String, String>,
) -> Result<Resource, LocalError> {
    let get = |name: &str| live.replication.get(name).map(String::as_str).unwrap_or_default();
    computed.insert("role".into(), if get("role") == "slave" { "replica" } else { "primary" }.into());
    if live.settings.get("cluster-enabled").is_some_and(|v| v == "yes") {
        return Ok(resource);
    }
    if get("role") != "slave" {
        return Ok(resource.with("role", "primary"));
    }
    computed.insert("link".into(), get("master_link_status").to_owned());
    let port = get("master_port").to_owned();
    for other in node.layout.nodes()? {
        if other.record()?.is_some_and(|record| record.port.to_string() == port) {
            let primary = super::spec::address(SERVER, &other.name);
            return Ok(resource.with("role", format!("replica of {}", other.name)).after(primary));
        }
    }
    Ok(resource.with("role", format!("replica of {}:{port}", get("master_host"))))
}
