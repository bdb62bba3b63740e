//! Values for Bitnami's charts `valkey` and `redis`.

use serde_json::{Value, json};

use super::server::{Server, stands_in};
use super::yaml::documents;
use super::{ExportError, Exported, Subject};

/// Options that the chart sets by itself.
const CHARTS_OWN: [&str; 3] = ["port", "cluster-enabled", "tls-"];

/// One primary with its replicas.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    let (d, server) = (subject.deployment, Server::new(subject, "the Helm chart")?);
    if server.clustered {
        let why = format!("it has {} shards, and the chart has no cluster mode", d.shards);
        return Err(subject.in_the_way("the Helm chart", why, "pin one shard under `deployment:`"));
    }
    let name = subject.name();
    let options = server.options();
    let own = options.iter().filter(|(name, _)| !CHARTS_OWN.iter().any(|chart| name.starts_with(chart)));
    let configuration: Vec<String> = own
        .map(
            |(name, value)| if value.is_empty() { format!("{name} \"\"") } else { format!("{name} {value}") },
        )
        .collect();
    let memory = format!("{}Mi", server.memory_mib);
    let resources = json!({ "requests": { "memory": memory }, "limits": { "memory": memory } });
    let persistence = json!({ "enabled": server.persistent });
    let primary = match server.engine {
        "valkey" => "primary",
        _ => "master",
    };
    let mut values = json!({
        "fullnameOverride": name,
        "architecture": if d.replicas > 0 { "replication" } else { "standalone" },
        "auth": { "enabled": true, "existingSecret": format!("{name}-passwords"), "existingSecretPasswordKey": "admin" },
        "commonConfiguration": configuration.join("\n"),
        primary: { "resources": resources, "persistence": persistence, "disableCommands": [] },
        "replica": {
            "replicaCount": d.replicas, "resources": resources, "persistence": persistence, "disableCommands": [],
        },
        "tls": { "enabled": d.tls },
    });
    if d.tls {
        values["tls"] = json!({
            "enabled": true, "authClients": false, "existingSecret": format!("{name}-tls"),
            "certFilename": "tls.crt", "certKeyFilename": "tls.key", "certCAFilename": "ca.crt",
        });
    }
    let tags = &subject.profile.tags;
    if !tags.is_empty() {
        let annotation =
            |name: &str| format!("cachefit/{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let all: serde_json::Map<String, Value> =
            tags.iter().map(|(name, value)| (annotation(name), json!(literal(value)))).collect();
        values["commonAnnotations"] = Value::Object(all);
    }
    let mut heading = subject.heading();
    heading.push(format!(
        "helm install {name} oci://registry-1.docker.io/bitnamicharts/{} -f this-file",
        server.engine
    ));
    let mut left_out = stands_in(subject);
    left_out.extend([
        format!(
            "Passwords are left out: the secret `{name}-passwords` with the key `admin` is yours to make."
        ),
        "Users of the profile are left out: the chart has one user.".to_owned(),
        format!("The chart decides on the patch release; choose one of {} {}.", d.engine, d.version),
        "Alarms and backups are left out.".to_owned(),
    ]);
    if d.tls {
        left_out.push(format!("Certificates are left out: the secret `{name}-tls` is yours to make."));
    }
    Ok(Exported { text: documents(&heading, &[values])?, left_out })
}

/// Text that stays as it is when the chart runs it as a template; backquotes need no escape in YAML's own quotes.
fn literal(text: &str) -> String {
    text.replace("{{", "{{`{{`}}")
}
