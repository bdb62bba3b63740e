//! How clients reach the database.

use super::Upstash;
use super::kind::{acl_user, database};
use crate::plan::{Observed, Ownership};
use crate::profile::Auth;
use crate::provider::call::CallError;
use crate::provider::{Connection, Credential, Endpoint, RestAccess};

/// The user that every database has.
const DEFAULT: &str = "default";
/// The name under which the token of the REST API is asked for.
const REST: &str = "rest-token";

/// Endpoint and users of what runs; none while nothing does.
pub fn connection(cloud: &Upstash, seen: &[Observed]) -> Option<Connection> {
    let ours = |o: &&Observed| o.ownership == Ownership::Ours;
    let database = seen.iter().filter(ours).find(|o| o.resource.address.kind == database::NAME)?;
    let fact = |name: &str| database.computed.get(name);
    let host = fact(database::HOST)?.clone();
    let users = seen.iter().filter(ours).filter(|o| o.resource.address.kind == acl_user::NAME);
    let mut users: Vec<Credential> = users
        .map(|o| o.resource.address.name.clone())
        .map(|user| Credential {
            secret: cloud.passwords.path(&user).display().to_string(),
            auth: Auth::Password,
            user,
        })
        .collect();
    users.push(Credential {
        user: DEFAULT.to_owned(),
        auth: Auth::Password,
        secret: "the database's page in the Upstash console, or `cachefit connect --user default --reveal`"
            .to_owned(),
    });
    Some(Connection {
        endpoints: vec![Endpoint { host: host.clone(), port: fact(database::PORT)?.parse().ok()? }],
        readers: Vec::new(),
        tls: true,
        ca_file: None,
        server_name: Some(host),
        cluster_mode: false,
        serverless: false,
        iam: None,
        users,
        max_clients: fact(database::CLIENTS).and_then(|n| n.parse().ok()),
    })
}

/// The REST API of the same database.
pub fn rest(connection: &Connection) -> Option<RestAccess> {
    let host = &connection.endpoints.first()?.host;
    Some(RestAccess { url: format!("https://{host}"), user: REST })
}

/// A password, for someone who asked to see it.
pub async fn reveal(cloud: &Upstash, user: &str) -> Result<Option<String>, CallError> {
    if ![DEFAULT, REST].contains(&user) {
        let path = cloud.passwords.path(user);
        let secret = cloud.passwords.read(user);
        let secret = secret.map_err(|error| CallError::refused(format!("{}: {error}", path.display())))?;
        return Ok(secret.map(|secret| secret.reveal().to_owned()));
    }
    let Some(id) = cloud.record.read()?.id else { return Ok(None) };
    let shown = cloud.api.get(&id).await?;
    let secret = if user == REST { shown.rest_token } else { shown.password };
    Ok(secret.map(|secret| secret.reveal().to_owned()))
}
