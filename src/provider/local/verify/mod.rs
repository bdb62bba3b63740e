//! Proof from outside, over new connections, that the servers do what they should.

mod users;

use std::time::Instant;

use jiff::Timestamp;
use redis::Connection;

use super::error::LocalError;
use super::layout::Layout;
use super::node::Node;
use super::observe;
use super::secrets::Credentials;
use super::spec::{CLUSTER, SERVER, from_resource};
use super::{client, tls};
use crate::plan::{Address, Resource};
use crate::provider::Finding;

/// The check that stands for all that a server must answer.
const ASKED: &str = "answers";
/// Round trips that are measured.
const ROUND_TRIPS: usize = 500;

/// Findings about one resource.
struct Findings<'a> {
    address: &'a Address,
    all: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, check: &str, expected: impl Into<String>, actual: impl Into<String>, holds: bool) {
        self.all.push(Finding {
            address: Some(self.address.clone()),
            check: check.to_owned(),
            expected: expected.into(),
            actual: actual.into(),
            verdict: holds.into(),
        });
    }

    fn equal(&mut self, check: &str, expected: &str, actual: &str) {
        self.add(check, expected, actual, expected == actual);
    }
}

/// All findings, in the order of the resources.
pub fn verify(layout: &Layout, desired: &[Resource], now: Timestamp) -> Result<Vec<Finding>, LocalError> {
    let mut all = Vec::new();
    for resource in desired.iter().filter(|r| r.address.kind == SERVER) {
        let mut findings = Findings { address: &resource.address, all: Vec::new() };
        // A server that cannot be asked is a finding, not the end of the others.
        if let Err(error) = server(layout, resource, now, &mut findings) {
            findings.add(ASKED, "yes", error.to_string(), false);
        }
        all.extend(findings.all);
    }
    for resource in desired.iter().filter(|r| r.address.kind == CLUSTER) {
        let mut findings = Findings { address: &resource.address, all: Vec::new() };
        let observed = observe::observe(layout, now)?;
        let found = observed.iter().find(|o| o.resource.address == resource.address);
        for (name, wanted) in &resource.attributes {
            let actual = found.and_then(|o| o.resource.attributes.get(name)).map(ToString::to_string);
            let check = if name == "state" { "all slots served" } else { name };
            findings.equal(check, &wanted.to_string(), actual.as_deref().unwrap_or("unknown"));
        }
        all.extend(findings.all);
    }
    Ok(all)
}

fn server(
    layout: &Layout,
    resource: &Resource,
    now: Timestamp,
    findings: &mut Findings<'_>,
) -> Result<(), LocalError> {
    let spec = from_resource(resource)?;
    let node = Node::new(layout, &resource.address.name);
    let (port, ca) = (node.port()?, layout.ca_cert());

    for name in [tls::SERVER_NAME, client::HOST] {
        let check = format!("TLS, certificate of {name}");
        match client::handshake(port, &ca, name) {
            Ok(shown) => {
                let version = format!("{:?}", shown.version).replace('_', " ").replace("v1 ", " 1.");
                findings.add(&check, "TLS 1.2 or newer", version, true);
            }
            Err(why) => findings.add(&check, "TLS 1.2 or newer", why, false),
        }
    }
    findings.equal("certificate", "valid", tls::server(layout, &node.folder, now)?.text());
    match client::refuses_plain(port) {
        Ok(how) => findings.add("plain connection refused", "refused", format!("refused: {how}"), true),
        Err(why) => findings.add("plain connection refused", "refused", why, false),
    }
    let nobody: redis::RedisResult<String> =
        client::connect_nobody(port, &ca).and_then(|mut c| redis::cmd("PING").query(&mut c));
    match nobody {
        Err(error) if error.code() == Some("NOAUTH") => {
            findings.add("sign-in needed", "NOAUTH", "NOAUTH", true);
        }
        Err(error) => findings.add("sign-in needed", "NOAUTH", error.to_string(), false),
        Ok(said) => findings.add("sign-in needed", "NOAUTH", said, false),
    }

    let mut connection = node.connect()?;
    let settings = node.settings(&mut connection)?;
    let setting = |name: &str| settings.get(name).map_or("unknown", String::as_str);
    findings.equal("memory limit", &spec.max_memory.to_string(), setting("maxmemory"));
    findings.equal("eviction policy", spec.policy.as_str(), setting("maxmemory-policy"));
    findings.equal("connections", &spec.max_clients.to_string(), setting("maxclients"));
    let kept = if spec.persistence { "yes" } else { "no" };
    findings.equal("append-only file", kept, setting("appendonly"));
    if spec.replica_of.is_some() {
        let info = node.info(&mut connection, "replication")?;
        let link = info.get("master_link_status").map_or("not a replica", String::as_str);
        findings.equal("in sync with its primary", "up", link);
    }
    let credentials = Credentials::load(layout)?;
    users::check(&node, &spec, &credentials, &mut connection, findings)?;
    let latency = round_trip(&node, &mut connection)?;
    findings.add(ASKED, "yes", latency, true);
    Ok(())
}

/// Measured on a kept connection of this machine; it says nothing about a network.
fn round_trip(node: &Node<'_>, connection: &mut Connection) -> Result<String, LocalError> {
    let mut times = Vec::with_capacity(ROUND_TRIPS);
    for _ in 0..ROUND_TRIPS {
        let start = Instant::now();
        let _: String = node.ask(connection, &["PING"])?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[ROUND_TRIPS * share / 100].as_secs_f64() * 1e3;
    Ok(format!("p50 {:.2} ms, p99 {:.2} ms from this machine", at(50), at(99)))
}
