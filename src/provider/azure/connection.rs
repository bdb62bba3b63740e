//! How clients reach the cache.

use super::kind::{assignment, classic, database, redis_enterprise};
use super::scope::REDIS_SCOPE;
use super::{Azure, names};
use crate::catalog::{Catalog, Service};
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Auth;
use crate::provider::azure::arm::{CLASSIC_REDIS, MANAGED_REDIS};
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::{Connection, Credential, Endpoint};

/// The name under which the access key is asked for.
pub const ACCESS_KEY: &str = "access-key";

/// Endpoint and identities of what runs; none while nothing does.
pub fn connection(seen: &[Observed]) -> Option<Connection> {
    let ours = |kind: &str| {
        let of_kind = move |o: &&Observed| o.resource.address.kind == kind;
        seen.iter().filter(|o| o.ownership == Ownership::Ours).find(of_kind)
    };
    let (cluster, database) = (ours(names::REDIS_ENTERPRISE)?, ours(names::DATABASE)?);
    let host = cluster.computed.get(redis_enterprise::HOST)?.clone();
    let attribute = |of: &Observed, name: &str| of.resource.attributes.get(name).cloned();
    let text = |of: &Observed, name: &str| {
        attribute(of, name).and_then(|value| value.as_text().map(str::to_owned)).unwrap_or_default()
    };
    let port = attribute(database, "port").as_ref().and_then(Value::as_number)?;
    let assignments = seen.iter().filter(|o| o.resource.address.kind == names::ASSIGNMENT);
    let mut users: Vec<Credential> = assignments
        .filter(|o| o.ownership == Ownership::Ours)
        .map(|o| Credential {
            user: text(o, assignment::OBJECT_ID),
            auth: Auth::Iam,
            secret: format!("a token of Entra for {REDIS_SCOPE}, renewed before it ends"),
        })
        .collect();
    if attribute(database, database::ACCESS_KEYS).as_ref().and_then(Value::as_flag) == Some(true) {
        users.push(Credential {
            user: ACCESS_KEY.to_owned(),
            auth: Auth::Password,
            secret: format!("the cache's access keys, or `cachefit connect --user {ACCESS_KEY} --reveal`"),
        });
    }
    let sku = text(cluster, redis_enterprise::SKU);
    let node = Catalog::embedded().node_type(Service::AzureManagedRedis, &sku).ok();
    Some(Connection {
        server_name: Some(host.clone()),
        endpoints: vec![Endpoint { host, port: u16::try_from(port).ok()? }],
        readers: Vec::new(),
        tls: text(database, "client_protocol") != "Plaintext",
        ca_file: None,
        cluster_mode: text(database, database::CLUSTERING) == database::OSS_CLUSTER,
        serverless: false,
        iam: None,
        users,
        max_clients: node.and_then(|node| node.max_connections.known().map(|most| *most as u32)),
    })
}

/// The access key, for someone who asked to see it; none where keys let nobody in.
pub async fn reveal(cloud: &Azure, user: &str) -> Result<Option<String>, CallError> {
    if user != ACCESS_KEY {
        return Ok(None);
    }
    let path = format!("{}/listKeys", database::path(cloud, cloud.name()));
    let managed = absent_is_none(cloud.arm.post(&path, MANAGED_REDIS, None).await)?;
    let answer = if let Some(answer) = managed {
        answer
    } else {
        let path = format!("{}/listKeys", classic::path(cloud, cloud.name()));
        cloud.arm.post(&path, CLASSIC_REDIS, None).await?
    };
    Ok(answer.get("primaryKey").and_then(serde_json::Value::as_str).map(str::to_owned))
}
