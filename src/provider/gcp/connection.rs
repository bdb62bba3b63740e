//! How clients reach the cache.

use super::kind::{acl_policy, cache, classic, token_user};
use super::{Gcp, current};
use crate::catalog::Catalog;
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Auth;
use crate::provider::{Connection, Credential, Endpoint};

/// How a client gets its password where it signs in by IAM.
const TOKEN: &str = "an access token of the function's own service account, good for about an hour, from its metadata server; by \
                     hand: `gcloud auth print-access-token`";

/// Endpoint and accounts of what runs; none while nothing does.
pub fn connection(cloud: &Gcp, seen: &[Observed]) -> Option<Connection> {
    let (product, is) = current::ours(seen)?;
    let endpoint = is.computed.get(cache::ENDPOINT).and_then(|text| endpoint(text))?;
    let text = |name: &str| is.resource.attributes.get(name).and_then(Value::as_text);
    let flag = |name: &str| is.resource.attributes.get(name).and_then(Value::as_flag) == Some(true);
    let by_iam = text(cache::SIGN_IN) == Some("iam");
    let mut accounts: Vec<String> = seen
        .iter()
        .filter(|o| o.resource.address.kind == acl_policy::NAME)
        .flat_map(acl_policy::accounts)
        .collect();
    if by_iam && accounts.is_empty() {
        // Valkey knows one user, whoever signs in.
        accounts.push("default".to_owned());
    }
    let by_string = text(cache::SIGN_IN) == Some(classic::AUTH_STRING);
    let string = by_string.then(|| Credential {
        user: "default".to_owned(),
        auth: Auth::Password,
        secret: format!("Google's keeping; {} shows it", classic::auth_command(cloud)),
    });
    let token = |o: &Observed| Credential {
        user: o.resource.address.name.clone(),
        auth: Auth::Password,
        secret: "Google's keeping; --reveal shows it to who may read it".to_owned(),
    };
    let tokens = seen
        .iter()
        .filter(|o| token_user::is_kind(&o.resource.address.kind) && o.ownership == Ownership::Ours);
    let node = Catalog::in_use().node_type(product.service, text(cache::NODE_TYPE)?).ok();
    let file = cloud.ca_file();
    Some(Connection {
        server_name: Some(endpoint.host.clone()),
        endpoints: vec![endpoint],
        readers: is.computed.get(cache::READER).and_then(|text| self::endpoint(text)).into_iter().collect(),
        tls: flag(cache::TLS),
        ca_file: (flag(cache::TLS) && file.exists()).then(|| file.display().to_string()),
        cluster_mode: product.is_cluster() || text(cache::MODE) == Some(cache::CLUSTER),
        serverless: false,
        iam: None,
        users: accounts
            .into_iter()
            .filter(|_| by_iam)
            .map(|user| Credential { user, auth: Auth::Iam, secret: TOKEN.to_owned() })
            .chain(string)
            .chain(tokens.map(token))
            .collect(),
        max_clients: node.and_then(|node| node.max_connections.known().map(|most| *most as u32)),
    })
}

/// `10.0.0.3:6379`
fn endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    Some(Endpoint { host: host.to_owned(), port: port.parse().ok()? })
}
