//! What is known of a cache beside its metrics: its nodes, shape and reservations.

use schemars::JsonSchema;
use serde::Serialize;

use super::command_use::CommandUse;
use super::place::Place;
use crate::units::{Engine, Policy, Provider, Service};

/// A node of a cache, by the name under which metrics know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Member {
    /// Its name.
    pub id: String,
    /// The shard that it belongs to.
    pub shard: String,
    /// Whether it is a primary, if that is known.
    pub primary: Option<bool>,
}

/// A cache as an inventory has it. What is not told is none, never a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct CacheInfo {
    /// The name of the group, or of the cache without nodes.
    pub id: String,
    /// Who provides it.
    pub provider: Option<Provider>,
    /// The service.
    pub service: Option<Service>,
    /// The region.
    pub region: Option<String>,
    /// The engine.
    pub engine: Option<Engine>,
    /// Its version.
    pub version: Option<String>,
    /// The node type, or the size as the provider names it.
    pub node_type: Option<String>,
    /// Shards.
    pub shards: Option<u32>,
    /// Replicas of each shard.
    pub replicas: Option<u32>,
    /// Whether it is a cluster.
    pub cluster_mode: Option<bool>,
    /// The eviction policy.
    pub policy: Option<Policy>,
    /// Bytes that may be in use, over all shards.
    pub memory_limit: Option<f64>,
    /// Whether a scaler moves its size.
    pub autoscaled: Option<bool>,
    /// Whether it survives the loss of a zone.
    pub multi_az: Option<bool>,
    /// Whether connections are encrypted.
    pub tls: Option<bool>,
    /// Days for which backups are kept.
    pub backup_days: Option<u32>,
    /// Seconds since 1970 at which it was made.
    pub created: Option<i64>,
    /// What the provider says it does.
    pub status: Option<String>,
    /// Changes that are accepted and not done yet.
    pub pending: Vec<String>,
    /// Its nodes.
    pub members: Vec<Member>,
    /// Which commands its clients use, where the source tells it.
    pub command_use: Option<CommandUse>,
}

/// Nodes that are paid for in advance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reservation {
    /// Its name.
    pub id: String,
    /// The node type.
    pub node_type: String,
    /// How many nodes.
    pub count: u32,
    /// The engine as the provider names it.
    pub engine: String,
    /// Years of the term.
    pub years: u32,
    /// The kind of offer, such as `No Upfront`.
    pub offer: String,
    /// Seconds since 1970 at which it began.
    pub start: Option<i64>,
    /// Whether it is in force.
    pub active: bool,
    /// The region, where the source tells it.
    pub region: Option<String>,
}

impl CacheInfo {
    /// A cache with nothing but its name.
    pub fn named(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Where it runs.
    pub fn place(&self) -> Place<'_> {
        Place { provider: self.provider, region: self.region.as_deref() }
    }

    /// Takes what another source says of the same cache: what it tells wins, what it does not tell stays.
    pub(super) fn update(&mut self, other: Self) {
        fn newer<T>(old: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *old = new;
            }
        }
        // A source that counts shards knows all nodes; others know some.
        let knows_all = other.shards.is_some() && !other.members.is_empty();
        if knows_all {
            self.members = other.members;
        } else {
            for member in other.members {
                if self.member(&member.id).is_none() {
                    self.members.push(member);
                }
            }
            self.members.sort_by(|a, b| a.id.cmp(&b.id));
        }
        newer(&mut self.provider, other.provider);
        newer(&mut self.service, other.service);
        newer(&mut self.region, other.region);
        newer(&mut self.engine, other.engine);
        newer(&mut self.version, other.version);
        newer(&mut self.node_type, other.node_type);
        newer(&mut self.shards, other.shards);
        newer(&mut self.replicas, other.replicas);
        newer(&mut self.cluster_mode, other.cluster_mode);
        newer(&mut self.policy, other.policy);
        newer(&mut self.memory_limit, other.memory_limit);
        newer(&mut self.autoscaled, other.autoscaled);
        newer(&mut self.multi_az, other.multi_az);
        newer(&mut self.tls, other.tls);
        newer(&mut self.backup_days, other.backup_days);
        newer(&mut self.created, other.created);
        newer(&mut self.status, other.status);
        if let Some(seen) = other.command_use {
            self.command_use.get_or_insert_default().merge(seen);
        }
        if !other.pending.is_empty() {
            self.pending = other.pending;
        }
    }

    /// The node with this name.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }
}

/// The group and the shard of a node, by its name: `shop-0002-001` and `shop-001` are those of `ElastiCache`, what stands
/// behind a slash is a shard of a service without nodes of its own.
pub fn of_name(node: &str) -> (String, String) {
    if let Some((group, shard)) = node.split_once('/') {
        return (group.to_owned(), shard.to_owned());
    }
    let numbered = |text: &str, digits: usize| -> Option<(String, String)> {
        let (group, number) = text.rsplit_once('-')?;
        let is_number = number.len() == digits && number.bytes().all(|b| b.is_ascii_digit());
        (is_number && !group.is_empty()).then(|| (group.to_owned(), number.to_owned()))
    };
    match numbered(node, 3) {
        Some((group, _)) => numbered(&group, 4).unwrap_or((group, "0001".to_owned())),
        None => (node.to_owned(), "0001".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_elasticache_tell_their_group_and_shard() {
        let of = |node: &str| {
            let (group, shard) = of_name(node);
            format!("{group} {shard}")
        };
        assert_eq!(of("shop-0002-001"), "shop 0002");
        assert_eq!(of("shop-001"), "shop 0001");
        assert_eq!(of("shop-2024-eu"), "shop-2024-eu 0001");
        assert_eq!(of("shop/3"), "shop 3");
        assert_eq!(of("10.0.0.1:6379"), "10.0.0.1:6379 0001");
        assert_eq!(of("-001"), "-001 0001");
    }
}
