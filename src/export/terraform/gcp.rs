//! Memorystore for Valkey.

use super::{providers, tags};
use crate::catalog::Service;
use crate::export::hcl::{Block, Hcl, file, raw};
use crate::export::{ExportError, Exported, Subject};

/// The deployment.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    let d = subject.deployment;
    if d.service != Service::MemorystoreValkey {
        return Err(subject.unfit("Terraform"));
    }
    let version = format!("VALKEY_{}", d.version.replace('.', "_"));
    let policy = Hcl::Map(vec![("maxmemory-policy".into(), d.eviction_policy.as_str().into())]);
    let connection = Block::new("desired_auto_created_endpoints", &[])
        .with("network", raw("var.network"))
        .with("project_id", raw("var.project_id"));
    let blocks = [
        providers("google", "hashicorp/google", ">= 6.36"),
        Block::new("provider", &["google"])
            .with("project", raw("var.project_id"))
            .with("region", d.region.as_str()),
        Block::variable("project_id", "string", "Project of the cache"),
        Block::variable(
            "network",
            "string",
            "Network of the clients, projects/…/global/networks/…, with a service connection policy in the region",
        ),
        Block::resource("google_memorystore_instance", "cache")
            .with("instance_id", subject.name())
            .with("location", d.region.as_str())
            .with("node_type", d.node_type.as_deref().unwrap_or_default())
            .with("shard_count", d.shards)
            .with("replica_count", d.replicas)
            .with("mode", if d.cluster_mode { "CLUSTER" } else { "CLUSTER_DISABLED" })
            .with("engine_version", version)
            .with("engine_configs", policy)
            .with("authorization_mode", "IAM_AUTH")
            .with(
                "transit_encryption_mode",
                if d.tls { "SERVER_AUTHENTICATION" } else { "TRANSIT_ENCRYPTION_DISABLED" },
            )
            .maybe("labels", tags(subject))
            .block(connection),
    ];
    let left_out = vec![
        "The service connection policy of the network is left out: one serves all caches of a network and region.".to_owned(),
        "Users are left out: Memorystore signs in by IAM, with roles/memorystore.dbConnectionUser.".to_owned(),
        "Alerts, backups and the maintenance window are left out.".to_owned(),
    ];
    Ok(Exported { text: file(&subject.heading(), &blocks), left_out })
}
