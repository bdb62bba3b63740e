//! How clients reach the cache.

use super::error::AwsError;
use super::kind::secret;
use super::names;
use super::session::Session;
use crate::catalog::{Catalog, Service};
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Auth;
use crate::provider::{Connection, Credential, Endpoint, IamTarget};

/// Endpoints and users of what runs; none while nothing does.
pub fn connection(session: &Session, observed: &[Observed]) -> Option<Connection> {
    let ours = |kind: &str| {
        observed.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours)
    };
    let group = ours(names::REPLICATION_GROUP);
    let cache = group.or_else(|| ours(names::SERVERLESS_CACHE))?;
    let text = |name: &str| cache.resource.attributes.get(name).and_then(Value::as_text);
    let endpoint = |fact: &str| cache.computed.get(fact).and_then(|text| endpoint(text));
    let clustered = group.is_none() || text("cluster_mode") == Some("enabled");
    let first = endpoint("configuration_endpoint").or_else(|| endpoint("primary_endpoint"))?;
    let readers = if clustered && group.is_some() { None } else { endpoint("reader_endpoint") };
    let has_replicas = cache.resource.attributes.get("replicas").and_then(Value::as_number) != Some(0);
    let limit = match text("node_type") {
        Some(name) => Catalog::embedded()
            .node_type(Service::ElastiCache, name)
            .ok()
            .and_then(|node| node.max_connections.known().copied()),
        None => Some(65_000.0),
    };
    let users = users(session, observed);
    Some(Connection {
        server_name: Some(first.host.clone()),
        endpoints: vec![first],
        readers: readers.filter(|_| has_replicas).into_iter().collect(),
        tls: group.is_none() || text("tls") != Some("off"),
        ca_file: None,
        cluster_mode: clustered,
        serverless: group.is_none(),
        iam: users.iter().any(|user| user.auth == Auth::Iam).then(|| IamTarget {
            cache: cache.resource.address.name.to_lowercase(),
            region: session.opening.region.clone(),
        }),
        users,
        max_clients: limit.map(|n| n as u32),
    })
}

fn users(session: &Session, observed: &[Observed]) -> Vec<Credential> {
    let users =
        observed.iter().filter(|o| o.resource.address.kind == names::USER && o.ownership == Ownership::Ours);
    users
        .filter_map(|user| {
            let text = |name: &str| user.resource.attributes.get(name).and_then(Value::as_text);
            let name = text("user_name").filter(|name| *name != "default")?;
            let (auth, secret) = match text("authentication") {
                Some("iam") => {
                    (Auth::Iam, "an IAM token, signed for 15 minutes at each new connection".to_owned())
                }
                _ => (Auth::Password, format!("Secrets Manager, {}", names::secret(session.name(), name))),
            };
            Some(Credential { user: name.to_owned(), auth, secret })
        })
        .collect()
}

/// `host:6379`.
fn endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    Some(Endpoint { host: host.to_owned(), port: port.parse().ok()? })
}

/// The password of a user, for someone who asked to see it.
pub async fn reveal(session: &Session, user: &str) -> Result<Option<String>, AwsError> {
    let secret = secret::read(session, &names::secret(session.name(), user)).await;
    Ok(AwsError::absent_is_none(secret)?.map(|password| password.text))
}
