//! Kubernetes manifests.

use serde_json::{Value, json};

use super::server::{Part, Server, left_out, quoted};
use super::yaml::documents;
use super::{ExportError, Exported, Subject};

/// Where the pods find the passwords.
const SECRETS: &str = "/secrets";

/// Servers of the same engine, limit and policy.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    let (d, server) = (subject.deployment, Server::new(subject, "Kubernetes")?);
    let mut all = vec![
        service(subject, &server, &format!("{}-nodes", subject.name()), true),
        service(subject, &server, subject.name(), false),
        stateful_set(subject, &server),
        network_policy(subject),
    ];
    if nodes(subject, &server) > 1 {
        all.push(json!({
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(subject, subject.name()),
            "spec": { "maxUnavailable": 1, "selector": { "matchLabels": labels(subject) } },
        }));
    }
    if server.clustered {
        all.push(founding(subject, &server));
    }
    let mut left_out = left_out(subject);
    left_out.push(format!(
        "Clients need the label `{}-client: \"true\"`; the secrets `{0}-passwords`{} are yours to make.",
        subject.name(),
        if d.tls { format!(" and `{}-tls`", subject.name()) } else { String::new() }
    ));
    Ok(Exported { text: documents(&subject.heading(), &all)?, left_out })
}

fn nodes(subject: &Subject<'_>, server: &Server<'_>) -> u32 {
    if server.clustered { subject.deployment.nodes() } else { 1 + subject.deployment.replicas }
}

fn labels(subject: &Subject<'_>) -> Value {
    json!({ "app.kubernetes.io/name": "cache", "app.kubernetes.io/instance": subject.name() })
}

/// Tags are annotations: labels allow few characters.
fn metadata(subject: &Subject<'_>, name: &str) -> Value {
    let mut metadata = json!({ "name": name, "labels": labels(subject) });
    let tags = &subject.profile.tags;
    if !tags.is_empty() {
        let named =
            |name: &str| format!("cachefit/{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        metadata["annotations"] = tags.iter().map(|(name, value)| (named(name), json!(value))).collect();
    }
    metadata
}

fn service(subject: &Subject<'_>, server: &Server<'_>, name: &str, headless: bool) -> Value {
    let mut selector = labels(subject);
    // Without a cluster, who connects without a choice wants the primary.
    if !headless && !server.clustered {
        selector["statefulset.kubernetes.io/pod-name"] = format!("{}-0", subject.name()).into();
    }
    let mut spec = json!({ "selector": selector, "ports": [{ "name": "cache", "port": 6379 }] });
    if headless {
        spec["clusterIP"] = "None".into();
        spec["publishNotReadyAddresses"] = true.into();
    }
    json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata(subject, name), "spec": spec })
}

/// Text without references to variables: Kubernetes reads `$$(` as `$(`.
pub fn literal(text: &str) -> String {
    text.replace("$(", "$$(")
}

fn stateful_set(subject: &Subject<'_>, server: &Server<'_>) -> Value {
    let d = subject.deployment;
    let name = subject.name();
    let command = if server.clustered {
        server.command(&Part::Node, SECRETS)
    } else {
        let primary = quoted(&format!("{name}-0.{name}-nodes"));
        format!(
            "role=''; case \"$(hostname)\" in *-0) ;; *) role='--replicaof {primary} 6379' ;; esac; {}",
            server.command(&Part::Scripted, SECRETS)
        )
    };
    let ping = format!("{} ping | grep -q PONG", server.client(SECRETS));
    let probe = json!({ "exec": { "command": ["sh", "-c", literal(&ping)] }, "periodSeconds": 5, "timeoutSeconds": 3 });
    let memory = format!("{}Mi", server.memory_mib);
    let mut mounts = vec![json!({ "name": "passwords", "mountPath": SECRETS, "readOnly": true })];
    let mut volumes =
        vec![json!({ "name": "passwords", "secret": { "secretName": format!("{name}-passwords") } })];
    if d.tls {
        mounts.push(json!({ "name": "tls", "mountPath": "/tls", "readOnly": true }));
        volumes.push(json!({ "name": "tls", "secret": { "secretName": format!("{name}-tls") } }));
    }
    mounts.push(json!({ "name": "data", "mountPath": "/data" }));
    if !server.persistent {
        volumes.push(json!({ "name": "data", "emptyDir": {} }));
    }
    let spread = |key: &str| {
        json!({
            "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": labels(subject) },
        })
    };
    let mut spec = json!({
        "replicas": nodes(subject, server),
        "serviceName": format!("{name}-nodes"),
        "podManagementPolicy": "Parallel",
        "selector": { "matchLabels": labels(subject) },
        "template": {
            "metadata": { "labels": labels(subject) },
            "spec": {
                "enableServiceLinks": false,
                "automountServiceAccountToken": false,
                "securityContext": { "runAsNonRoot": true, "runAsUser": 999, "fsGroup": 999 },
                "topologySpreadConstraints": [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
                "containers": [{
                    "name": "cache",
                    "image": server.image,
                    "command": ["sh", "-c", literal(&command)],
                    "ports": [{ "name": "cache", "containerPort": 6379 }],
                    "resources": { "requests": { "memory": memory }, "limits": { "memory": memory } },
                    "securityContext": {
                        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] },
                    },
                    "readinessProbe": probe,
                    "livenessProbe": probe,
                    "volumeMounts": mounts,
                }],
                "volumes": volumes,
            },
        },
    });
    if server.persistent {
        // A rewrite of the file of commands needs the room of two.
        let size = format!("{}Mi", server.memory_mib * 3);
        spec["volumeClaimTemplates"] = json!([{
            "metadata": { "name": "data" },
            "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": size } } },
        }]);
    }
    json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata(subject, name), "spec": spec })
}

fn network_policy(subject: &Subject<'_>) -> Value {
    let own = json!({ "podSelector": { "matchLabels": labels(subject) } });
    let client = format!("{}-client", subject.name());
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(subject, subject.name()),
        "spec": {
            "podSelector": { "matchLabels": labels(subject) },
            "policyTypes": ["Ingress"],
            "ingress": [
                { "from": [own], "ports": [{ "port": 6379 }, { "port": 16379 }] },
                { "from": [{ "podSelector": { "matchLabels": { client: "true" } } }], "ports": [{ "port": 6379 }] },
            ],
        },
    })
}

/// The job that joins the nodes, once they answer.
fn founding(subject: &Subject<'_>, server: &Server<'_>) -> Value {
    let (d, name) = (subject.deployment, subject.name());
    let client = server.client(SECRETS);
    let host = |i: u32| format!("{name}-{i}.{name}-nodes");
    let addresses: Vec<String> =
        (0..d.nodes()).map(|i| format!("$(getent hosts {} | cut -d' ' -f1):6379", host(i))).collect();
    let command = format!(
        "for i in $(seq 0 {}); do until {client} -h {name}-$i.{name}-nodes ping; do sleep 1; done; done; \
         {client} -h {} cluster info | grep -q cluster_state:ok || {client} --cluster create {} --cluster-replicas {} --cluster-yes",
        d.nodes() - 1,
        host(0),
        addresses.join(" "),
        d.replicas
    );
    let mut mounts = vec![json!({ "name": "passwords", "mountPath": SECRETS, "readOnly": true })];
    let mut volumes =
        vec![json!({ "name": "passwords", "secret": { "secretName": format!("{name}-passwords") } })];
    if d.tls {
        mounts.push(json!({ "name": "tls", "mountPath": "/tls", "readOnly": true }));
        volumes.push(json!({ "name": "tls", "secret": { "secretName": format!("{name}-tls") } }));
    }
    let mut labels = labels(subject);
    labels["app.kubernetes.io/name"] = "cluster-founder".into();
    labels[format!("{name}-client")] = "true".into();
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(subject, &format!("{name}-cluster")),
        "spec": {
            "backoffLimit": 5,
            "template": {
                "metadata": { "labels": labels },
                "spec": {
                    "restartPolicy": "OnFailure",
                    "automountServiceAccountToken": false,
                    "securityContext": { "runAsNonRoot": true, "runAsUser": 999, "fsGroup": 999 },
                    "containers": [{
                        "name": "cluster", "image": server.image, "command": ["sh", "-c", literal(&command)], "volumeMounts": mounts,
                    }],
                    "volumes": volumes,
                },
            },
        },
    })
}
