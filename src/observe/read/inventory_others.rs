//! `az redisenterprise list`, `az redis list`, `gcloud memorystore instances list`, `gcloud redis instances list`.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::Source;
use super::error::ReadError;
use super::format::Format;
use super::json::documents;
use super::names::memcached;
use crate::observe::{CacheInfo, Observations};
use crate::units::{Engine, FromText as _, GIB, Provider, Service};

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    List(Vec<Value>),
    Page { value: Vec<Value> },
    Instances { instances: Vec<Value> },
    One(Value),
}

/// Reads all documents.
pub(super) fn read(source: &Source<'_>, content: impl BufRead) -> Result<Observations, ReadError> {
    let mut found = Observations::default();
    let mut others = Vec::new();
    documents(source, Format::OtherInventory, content, |document: Document| {
        let all = match document {
            Document::List(all) | Document::Page { value: all } | Document::Instances { instances: all } => {
                all
            }
            Document::One(one) => vec![one],
        };
        let (left, kept): (Vec<Value>, Vec<Value>) = all.into_iter().partition(is_memcached);
        others.extend(left.iter().filter_map(|value| text(value, "name")));
        found.caches.extend(kept.iter().filter_map(cache));
    })?;
    let short = |name: &String| name.rsplit('/').next().unwrap_or(name).to_owned();
    found.caveats.extend(memcached(source, &others.iter().map(short).collect::<Vec<_>>()));
    Ok(found)
}

/// Whether it is an instance of Memorystore for Memcached.
fn is_memcached(value: &Value) -> bool {
    ["memcacheVersion", "memcacheFullVersion", "memcacheNodes"].iter().any(|key| value.get(key).is_some())
}

fn text(value: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(value, |value, key| value.get(key))?;
    match found {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value, path: &str) -> Option<f64> {
    text(value, path)?.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)
}

fn whole(value: &Value, path: &str) -> Option<u32> {
    number(value, path).filter(|n| *n < 1e6).map(|n| n as u32)
}

fn cache(value: &Value) -> Option<CacheInfo> {
    let kind = text(value, "type").unwrap_or_default().to_ascii_lowercase();
    let name = text(value, "name")?;
    if kind.contains("redisenterprise") || kind == "microsoft.cache/redis" {
        return Some(azure(value, &kind, &name));
    }
    let parts: Vec<&str> = name.split('/').collect();
    let at = parts.iter().position(|part| *part == "locations")?;
    let classic = text(value, "memorySizeGb").is_some();
    let cluster = text(value, "pscConnections").is_some() || parts.contains(&"clusters");
    let service = match (classic, cluster) {
        (true, _) => Service::MemorystoreRedis,
        (_, true) => Service::MemorystoreRedisCluster,
        _ => Service::MemorystoreValkey,
    };
    let told = text(value, "engineVersion").or_else(|| text(value, "redisVersion"));
    let (named, version) = told.as_deref().map_or((None, None), engine_version);
    let usual = if service == Service::MemorystoreValkey { Engine::Valkey } else { Engine::Redis };
    // Memorystore for Redis is sold by tier and size: one primary, and the replica of its higher tier.
    let tier = text(value, "tier").zip(text(value, "memorySizeGb")).map(|(tier, gb)| format!("{tier}-{gb}"));
    let highly_available = text(value, "tier").map(|tier| u32::from(tier != "BASIC"));
    Some(CacheInfo {
        provider: Some(Provider::Gcp),
        service: Some(service),
        region: parts.get(at + 1).map(|place| (*place).to_owned()),
        engine: Some(named.unwrap_or(usual)),
        version,
        node_type: text(value, "nodeType").or(tier),
        shards: if classic { Some(1) } else { whole(value, "shardCount") },
        replicas: whole(value, "replicaCount").or(highly_available.filter(|_| classic)),
        memory_limit: number(value, "memorySizeGb").map(|gb| gb * GIB),
        created: text(value, "createTime").and_then(|at| super::time::of_text(&at)),
        status: text(value, "state"),
        ..CacheInfo::named(parts.last().copied().unwrap_or_default())
    })
}

/// `VALKEY_8_0`, `REDIS_6_X`: the engine and its version as servers write it.
fn engine_version(text: &str) -> (Option<Engine>, Option<String>) {
    let (engine, version) = match text.split_once('_') {
        Some((name, version)) => (Engine::from_text(&name.to_ascii_lowercase()).ok(), version),
        None => (None, text),
    };
    (engine, Some(version.to_ascii_lowercase().replace('_', ".")))
}

fn azure(value: &Value, kind: &str, name: &str) -> CacheInfo {
    let managed = kind.contains("redisenterprise");
    let inner = |key: &str| text(value, key).or_else(|| text(value, &format!("properties.{key}")));
    let shards: Option<u32> = inner("shardCount").and_then(|n| n.parse().ok()).filter(|shards| *shards > 0);
    let sku = text(value, "sku.name");
    let size = match (&sku, text(value, "sku.family"), text(value, "sku.capacity")) {
        // Azure Cache for Redis is sold by tier, family and size.
        (Some(tier), Some(family), Some(capacity)) if !managed => Some(format!("{tier}_{family}{capacity}")),
        _ => sku.clone(),
    };
    let available = match inner("highAvailability").as_deref() {
        Some("Enabled") => Some(1),
        Some("Disabled") => Some(0),
        _ => None,
    };
    let told = ["replicasPerPrimary", "replicasPerMaster"].iter().find_map(|key| inner(key)?.parse().ok());
    // Its basic tier is one node, the others have a replica and may have more.
    let classic = sku.as_deref().filter(|_| !managed).map(|tier| told.unwrap_or(u32::from(tier != "Basic")));
    CacheInfo {
        provider: Some(Provider::Azure),
        service: Some(if managed { Service::AzureManagedRedis } else { Service::AzureCacheForRedis }),
        region: text(value, "location").map(|place| place.to_ascii_lowercase().replace(' ', "")),
        engine: Some(Engine::Redis),
        // It may be told without its second part.
        version: inner("redisVersion")
            .map(|text| if text.contains('.') { text } else { format!("{text}.0") }),
        node_type: size,
        shards: shards.or((!managed).then_some(1)),
        cluster_mode: (!managed).then_some(shards.is_some()),
        replicas: if managed { available } else { classic },
        status: inner("resourceState").or_else(|| inner("provisioningState")),
        ..CacheInfo::named(name)
    }
}
