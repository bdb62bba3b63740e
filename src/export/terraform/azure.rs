//! Azure Managed Redis.

use super::{providers, tags};
use crate::export::bicep::{Managed, managed};
use crate::export::hcl::{Block, file, quoted, raw};
use crate::export::{ExportError, Exported, Subject};

/// The deployment.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    let Managed { sku, clustering, eviction, protocol, available, public, left_out } =
        managed(subject, "Terraform")?;
    let blocks = [
        // The first version whose resource says whether it is public, which it is by default; its CHANGELOG.md.
        providers("azurerm", "hashicorp/azurerm", ">= 4.53"),
        Block::new("provider", &["azurerm"]).block(Block::new("features", &[])),
        Block::variable("resource_group_name", "string", "Resource group of the cache"),
        Block::resource("azurerm_managed_redis", "cache")
            .with("name", subject.name())
            .with("resource_group_name", raw("var.resource_group_name"))
            .with("location", raw(quoted(&subject.deployment.region)))
            .with("sku_name", sku)
            .with("high_availability_enabled", available)
            .with("public_network_access", public)
            .maybe("tags", tags(subject))
            .block(
                Block::new("default_database", &[])
                    // Who signs in does it by an identity.
                    .with("access_keys_authentication_enabled", false)
                    .with("client_protocol", protocol)
                    .with("clustering_policy", clustering)
                    .with("eviction_policy", eviction),
            ),
    ];
    Ok(Exported { text: file(&subject.heading(), &blocks), left_out })
}
