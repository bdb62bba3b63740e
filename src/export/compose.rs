//! Docker Compose.

use serde_json::{Map, Value, json};

use super::server::{Part, Server, left_out, quoted};
use super::yaml::documents;
use super::{ExportError, Exported, Subject};

/// Where Compose puts secrets.
const SECRETS: &str = "/run/secrets";

/// Servers of the same engine, limit and policy.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    let (d, server) = (subject.deployment, Server::new(subject, "Compose")?);
    let mut services = Map::new();
    if server.clustered {
        let nodes: Vec<String> = (1..=d.nodes()).map(|i| format!("node-{i}")).collect();
        for (i, name) in nodes.iter().enumerate() {
            services.insert(name.clone(), service(subject, &server, &Part::Node, i as u32));
        }
        services.insert("cluster".to_owned(), founding(subject, &server, &nodes));
    } else {
        services.insert("cache".to_owned(), service(subject, &server, &Part::Primary, 0));
        for i in 1..=d.replicas {
            services.insert(format!("replica-{i}"), service(subject, &server, &Part::ReplicaOf("cache"), i));
        }
    }
    let secrets: Map<String, Value> = server
        .secrets()
        .into_iter()
        .map(|name| (name.clone(), json!({ "file": format!("./secrets/{name}") })))
        .collect();
    let mut file = json!({ "name": subject.name(), "services": services, "secrets": secrets });
    if server.persistent {
        let count = if server.clustered { d.nodes() } else { 1 + d.replicas };
        let volumes: Map<String, Value> = (0..count).map(|i| (format!("data-{i}"), json!({}))).collect();
        file["volumes"] = Value::Object(volumes);
    }
    Ok(Exported { text: documents(&subject.heading(), &[literal(file)])?, left_out: left_out(subject) })
}

/// Text without interpolation: Compose reads `$$` as `$`.
pub fn literal(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('$', "$$")),
        Value::Array(values) => values.into_iter().map(literal).collect(),
        Value::Object(pairs) => pairs.into_iter().map(|(name, value)| (name, literal(value))).collect(),
        other => other,
    }
}

fn service(subject: &Subject<'_>, server: &Server<'_>, part: &Part<'_>, index: u32) -> Value {
    let ping = format!("{} ping | grep -q PONG", server.client(SECRETS));
    let mut service = json!({
        "image": server.image,
        "command": ["sh", "-c", server.command(part, SECRETS)],
        "mem_limit": format!("{}m", server.memory_mib),
        "restart": "unless-stopped",
        "secrets": server.secrets(),
        "healthcheck": { "test": ["CMD-SHELL", ping], "interval": "5s", "timeout": "3s", "retries": 10 },
    });
    let mut volumes = Vec::new();
    if subject.deployment.tls {
        volumes.push("./tls:/tls:ro".to_owned());
    }
    if server.persistent {
        volumes.push(format!("data-{index}:/data"));
    }
    if !volumes.is_empty() {
        service["volumes"] = volumes.into();
    }
    if matches!(part, Part::Primary) {
        // On this machine only: whoever wants more says so.
        service["ports"] = json!(["127.0.0.1:6379:6379"]);
    }
    if !subject.profile.tags.is_empty() {
        service["labels"] = json!(subject.profile.tags);
    }
    service
}

/// The one that joins the nodes, once they answer. Nodes meet by their numbers.
fn founding(subject: &Subject<'_>, server: &Server<'_>, nodes: &[String]) -> Value {
    let addresses: Vec<String> =
        nodes.iter().map(|node| format!("$(getent hosts {} | cut -d' ' -f1):6379", quoted(node))).collect();
    let client = server.client(SECRETS);
    let replicas = subject.deployment.replicas;
    let command = format!(
        "{client} -h node-1 cluster info | grep -q cluster_state:ok || {client} --cluster create {} --cluster-replicas {replicas} --cluster-yes",
        addresses.join(" ")
    );
    let waits: Map<String, Value> =
        nodes.iter().map(|node| (node.clone(), json!({ "condition": "service_healthy" }))).collect();
    let mut service = json!({
        "image": server.image,
        "command": ["sh", "-c", command],
        "depends_on": waits,
        "secrets": server.secrets(),
        "restart": "on-failure",
    });
    if subject.deployment.tls {
        service["volumes"] = json!(["./tls:/tls:ro"]);
    }
    service
}
