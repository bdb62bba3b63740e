//! Bicep: Azure Managed Redis.

use super::yaml::one_line;
use super::{ExportError, Exported, Subject};
use crate::catalog::Service;
use crate::profile::Network;
use crate::units::{Policy, Provider};

/// Azure Managed Redis in Azure's own words.
pub struct Managed<'a> {
    pub sku: &'a str,
    pub clustering: &'static str,
    pub eviction: &'static str,
    pub protocol: &'static str,
    pub available: bool,
    /// Whether it is reached over the internet.
    pub public: &'static str,
    pub left_out: Vec<String>,
}

/// The choice in Azure's words; an error for another service.
pub fn managed<'a>(subject: &Subject<'a>, target: &'static str) -> Result<Managed<'a>, ExportError> {
    let d = subject.deployment;
    let (Some(sku), true) = (&d.node_type, d.service == Service::AzureManagedRedis) else {
        return Err(subject.unfit(target));
    };
    Ok(Managed {
        sku,
        clustering: if d.cluster_mode { "OSSCluster" } else { "EnterpriseCluster" },
        eviction: match d.eviction_policy {
            Policy::NoEviction => "NoEviction",
            Policy::AllkeysLru => "AllKeysLRU",
            Policy::AllkeysLfu => "AllKeysLFU",
            Policy::AllkeysRandom => "AllKeysRandom",
            Policy::VolatileLru => "VolatileLRU",
            Policy::VolatileLfu => "VolatileLFU",
            Policy::VolatileRandom => "VolatileRandom",
            Policy::VolatileTtl => "VolatileTTL",
            _ => return Err(subject.unfit(target)),
        },
        // As a plan has it: with TLS, whatever the profile could do without.
        protocol: "Encrypted",
        available: d.replicas > 0,
        public: match subject.profile.security.network.value {
            Network::Private => "Disabled",
            Network::Any => "Enabled",
        },
        left_out: vec![
            "The private endpoint and its DNS zone are left out: they belong to the network of the clients."
                .to_owned(),
            "Users are left out: access policy assignments name the object ids of identities.".to_owned(),
            "Alerts and backups are left out.".to_owned(),
        ],
    })
}

/// The deployment as one file.
pub fn export(subject: &Subject<'_>) -> Result<Exported, ExportError> {
    subject.only(&[Provider::Azure], "Bicep")?;
    let Managed { sku, clustering, eviction, protocol, available, public, left_out } =
        managed(subject, "Bicep")?;
    let mut text: String = subject.heading().iter().map(|line| format!("// {}\n", one_line(line))).collect();
    let tags: String = subject
        .profile
        .tags
        .iter()
        .map(|(name, value)| format!("    {}: {}\n", quoted(name), quoted(value)))
        .collect();
    let tags = if tags.is_empty() { tags } else { format!("  tags: {{\n{tags}  }}\n") };
    let (name, location) = (quoted(subject.name()), quoted(&subject.deployment.region));
    let (sku, available) = (quoted(sku), if available { "Enabled" } else { "Disabled" });
    text.push_str(&format!(
        "\nparam name string = {name}\nparam location string = {location}\n\n\
         resource cache 'Microsoft.Cache/redisEnterprise@2025-07-01' = {{\n  name: name\n  location: location\n{tags}\
         \x20 sku: {{\n    name: {sku}\n  }}\n  properties: {{\n    highAvailability: '{available}'\n\
         \x20   minimumTlsVersion: '1.2'\n    publicNetworkAccess: '{public}'\n  }}\n}}\n\n\
         resource database 'Microsoft.Cache/redisEnterprise/databases@2025-07-01' = {{\n  parent: cache\n  name: 'default'\n\
         \x20 properties: {{\n    accessKeysAuthentication: 'Disabled'\n    clientProtocol: '{protocol}'\n\
         \x20   clusteringPolicy: '{clustering}'\n    evictionPolicy: '{eviction}'\n    port: 10000\n  }}\n}}\n\n\
         output hostName string = cache.properties.hostName\n"
    ));
    Ok(Exported { text, left_out })
}

/// A string that is its text and nothing else.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
