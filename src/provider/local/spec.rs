//! From a deployment to nodes, and between a node and the attributes of its resource.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::acl;
use super::conf::NodeSpec;
use super::error::LocalError;
use super::secrets::{ADMIN, REPLICATION};
use crate::deployment::Configuration;
use crate::plan::{Address, Resource, Value};
use crate::profile::{Auth, Profile};
use crate::provider::Program;
use crate::units::{Engine, FromText as _, Policy, Provider};

/// The folder with authority and passwords.
pub const FOLDER: &str = "folder";
/// One server.
pub const SERVER: &str = "server";
/// Which node serves which slots.
pub const CLUSTER: &str = "cluster";
/// `maxclients` of a server out of the box.
const MAX_CLIENTS: u32 = 10_000;
/// Files that a server has open beside its connections.
const OWN_FILES: u64 = 32;

/// The address of something of this deployment.
pub fn address(kind: &str, name: &str) -> Address {
    Address::new(Provider::Local, kind, name)
}

/// The nodes of a shard, its first primary first: `NAME-1`, then its replicas `NAME-1-1`, `NAME-1-2`.
pub fn shard_nodes(name: &str, shard: u32, replicas: u32) -> Vec<String> {
    let primary = format!("{name}-{shard}");
    let replicas = (1..=replicas).map(|r| format!("{primary}-{r}"));
    std::iter::once(primary.clone()).chain(replicas).collect()
}

/// The shard of a node by its name, and which of its nodes it is.
pub fn position(deployment: &str, node: &str) -> Option<(u32, u32)> {
    let rest = node.strip_prefix(deployment)?.strip_prefix('-')?;
    let (shard, replica) = rest.split_once('-').unwrap_or((rest, "0"));
    Some((shard.parse().ok()?, replica.parse().ok()?))
}

/// What cannot be done here is refused before anything is touched.
pub fn check(deployment: &Configuration, profile: &Profile) -> Result<(), LocalError> {
    let refuse = |why: String| Err(LocalError::Unsupported(why));
    if deployment.provider() != Provider::Local {
        return refuse(format!("a deployment at {}", deployment.provider()));
    }
    for user in &profile.security.users {
        if user.auth.value == Auth::Iam {
            return refuse(format!("`auth: iam` of the user {}; write `auth: password`", user.name));
        }
        if [ADMIN, REPLICATION].contains(&user.name.as_str()) {
            return refuse(format!("a user named {}: cachefit has one of that name for itself", user.name));
        }
        let patterns = user.keys.iter().chain(&user.channels);
        if let Some(pattern) = patterns.into_iter().find(|p| p.contains(char::is_whitespace) || p.is_empty())
        {
            return refuse(format!("the pattern `{pattern}` of the user {} with a blank in it", user.name));
        }
    }
    if deployment.cluster_mode && deployment.shards < 3 {
        return refuse(format!(
            "a cluster of {} shards; the servers' own failover needs 3 or more",
            deployment.shards
        ));
    }
    if !deployment.cluster_mode && deployment.shards > 1 {
        return refuse(format!("{} shards without cluster mode", deployment.shards));
    }
    Ok(())
}

/// Every resource of a deployment.
pub fn resources(deployment: &Configuration, profile: &Profile, program: &Program) -> Vec<Resource> {
    let name = profile.name.as_str();
    let users = acl::all(&profile.security.users);
    let folder = address(FOLDER, name);
    let mut all = vec![
        Resource::new(folder.clone())
            .with("certificate_authority", "valid")
            .with("credentials", user_names(&users)),
    ];
    let mut servers = Vec::new();
    let mut members = Vec::new();
    for shard in 1..=deployment.shards {
        let nodes = shard_nodes(name, shard, deployment.replicas);
        for (i, node) in nodes.iter().enumerate() {
            let primary = (i > 0).then(|| nodes[0].clone());
            members.push(match &primary {
                None => node.clone(),
                Some(primary) => format!("{node} replicates {primary}"),
            });
            let spec = NodeSpec {
                engine: program.engine,
                version: program.version.clone(),
                program: program.path.clone(),
                max_memory: deployment.max_memory,
                policy: deployment.eviction_policy,
                max_clients: max_clients(),
                persistence: deployment.backup_retention_days > 0,
                cluster_mode: deployment.cluster_mode,
                replica_of: primary.filter(|_| !deployment.cluster_mode),
                users: users.clone(),
            };
            let mut resource = to_resource(address(SERVER, node), &spec).after(folder.clone());
            if let Some(primary) = &spec.replica_of {
                resource = resource.after(address(SERVER, primary));
            }
            servers.push(resource.address.clone());
            all.push(resource);
        }
    }
    if deployment.cluster_mode {
        let cluster = Resource::new(address(CLUSTER, name))
            .with("members", members)
            .with("slots", slots(name, deployment.shards))
            .with("state", "ok");
        all.push(servers.into_iter().fold(cluster, Resource::after));
    }
    all
}

/// How many slots each shard serves, as even as can be.
pub fn slots(name: &str, shards: u32) -> Vec<String> {
    let edge = |shard: u32| shard * 16_384 / shards;
    (1..=shards).map(|shard| format!("{name}-{shard} {}", edge(shard) - edge(shard - 1))).collect()
}

/// Those for whom a password is kept.
pub fn user_names(users: &BTreeMap<String, String>) -> Vec<String> {
    users.keys().filter(|name| *name != "default").cloned().collect()
}

/// The default, or what the limit of open files leaves.
fn max_clients() -> u32 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let room = limit.map_or(u64::MAX, |files| files.saturating_sub(OWN_FILES));
    u32::try_from(room).map_or(MAX_CLIENTS, |room| room.min(MAX_CLIENTS))
}

/// A node as the attributes of its resource.
pub fn to_resource(address: Address, spec: &NodeSpec) -> Resource {
    let role = spec.replica_of.as_ref().map_or("primary".to_owned(), |p| format!("replica of {p}"));
    let resource = Resource::new(address)
        .with("engine", spec.engine.as_str())
        .with("version", spec.version.as_str())
        .with("program", spec.program.to_string_lossy().into_owned())
        .with("max_memory_bytes", i64::try_from(spec.max_memory).unwrap_or(i64::MAX))
        .with("eviction_policy", spec.policy.as_str())
        .with("max_clients", spec.max_clients)
        .with("persistence", spec.persistence)
        .with("cluster_mode", spec.cluster_mode)
        .with("users", acl::lines(&spec.users))
        .with("certificate", "valid")
        .with("configuration", "as written");
    // In a cluster the servers themselves say who is primary.
    if spec.cluster_mode { resource } else { resource.with("role", role) }
}

/// The node that a resource asks for.
pub fn from_resource(resource: &Resource) -> Result<NodeSpec, LocalError> {
    let wrong = |name: &str| LocalError::State {
        node: resource.address.to_string(),
        why: format!("the plan says nothing usable about `{name}`; make a new plan"),
    };
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).ok_or_else(|| wrong(name));
    let number =
        |name: &str| resource.attributes.get(name).and_then(Value::as_number).ok_or_else(|| wrong(name));
    let flag = |name: &str| resource.attributes.get(name).and_then(Value::as_flag).ok_or_else(|| wrong(name));
    let users = resource.attributes.get("users").and_then(Value::as_texts).ok_or_else(|| wrong("users"))?;
    let cluster_mode = flag("cluster_mode")?;
    let role = if cluster_mode { "primary" } else { text("role")? };
    Ok(NodeSpec {
        engine: Engine::from_text(text("engine")?).map_err(|_| wrong("engine"))?,
        version: text("version")?.to_owned(),
        program: PathBuf::from(text("program")?),
        max_memory: u64::try_from(number("max_memory_bytes")?).map_err(|_| wrong("max_memory_bytes"))?,
        policy: Policy::from_text(text("eviction_policy")?).map_err(|_| wrong("eviction_policy"))?,
        max_clients: u32::try_from(number("max_clients")?).map_err(|_| wrong("max_clients"))?,
        persistence: flag("persistence")?,
        cluster_mode,
        replica_of: role.strip_prefix("replica of ").map(str::to_owned),
        users: acl::from_lines(users),
    })
}
