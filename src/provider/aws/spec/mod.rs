//! From a deployment to resources: what there should be in the account.

mod access;
mod cache;
mod logs;
pub mod stays;

pub use cache::left_behind;

use super::network::Network;
use super::observe::TAGS;
use super::{alarm, names, scale, window};
use crate::catalog::{Catalog, NodeType, Service};
use crate::deployment::Deployment;
use crate::plan::{Address, Observed, Resource, Value};
use crate::profile::Profile;

/// All that the resources follow from.
pub struct Wish<'a> {
    /// The choice.
    pub deployment: &'a Deployment,
    /// The profile.
    pub profile: &'a Profile,
    /// Where its functions are.
    pub network: &'a Network,
    /// What there is: what cannot change, or is another's to change, stays.
    pub observed: &'a [Observed],
}

/// Kinds whose tags can be read and set; scaling has none.
const TAGGED: [&str; 10] = [
    names::ALARMS,
    names::SECURITY_GROUP,
    names::SUBNET_GROUP,
    names::PARAMETER_GROUP,
    names::SECRET,
    names::USER,
    names::USER_GROUP,
    names::REPLICATION_GROUP,
    names::SERVERLESS_CACHE,
    names::LOG_GROUP,
];

/// Every resource of a deployment, with the profile's own tags.
pub fn resources(wish: &Wish<'_>) -> Vec<Resource> {
    let tags: Vec<String> = wish.profile.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let with_tags = |resource: Resource| {
        let seen = wish.seen(&resource.address).and_then(|o| o.resource.attributes.get(TAGS)?.as_texts());
        // What was written here before goes when the profile names none any more.
        let asks = !tags.is_empty() || seen.is_some_and(|tags| !tags.is_empty());
        if asks && TAGGED.contains(&resource.address.kind.as_str()) {
            resource.with(TAGS, tags.clone())
        } else {
            resource
        }
    };
    without_tags(wish).into_iter().map(with_tags).collect()
}

fn without_tags(wish: &Wish<'_>) -> Vec<Resource> {
    let mut all = Vec::new();
    let public = wish.is_public();
    if !public {
        all.push(security_group(wish));
    }
    all.extend(access::resources(wish));
    if wish.is_serverless() {
        let cache = cache::serverless(wish);
        let number = |name: &str| cache.attributes.get(name).and_then(Value::as_number).unwrap_or(0);
        let watched = alarm::of_serverless(number("data_maximum_gb"), number("ecpu_per_second_maximum"));
        all.push(alarms(wish, &cache.address, 1, &watched));
        all.push(cache);
        return all;
    }
    if wish.subnet_group() == wish.name() {
        all.push(subnet_group(wish));
    }
    if wish.has_own_parameters() {
        all.push(cache::parameter_group(wish));
    }
    all.extend(logs::resources(wish));
    let group = cache::replication_group(wish);
    if let Some(node) = wish.node() {
        let count = |name: &str| group.attributes.get(name).and_then(Value::as_number).unwrap_or(0);
        let nodes = count("shards") * (1 + count("replicas"));
        all.push(alarms(wish, &group.address, nodes, &alarm::of_nodes(wish.deployment, node)));
    }
    let scaling = Resource::new(names::address(names::SCALING, wish.name())).after(group.address.clone());
    let scaling = scale::wanted(wish.deployment, wish.profile, scaling.with("region", wish.region()));
    if let Some(scaling) = scaling.filter(|_| !wish.is_global()) {
        let today = wish.seen(&scaling.address).map(|o| &o.resource);
        all.push(scale::as_the_clock_left_it(scaling, today));
    }
    all.push(group);
    all
}

impl Wish<'_> {
    /// The name of the profile.
    pub fn name(&self) -> &str {
        &self.profile.name
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.deployment.region
    }

    /// Whether it has no nodes.
    pub fn is_serverless(&self) -> bool {
        self.deployment.service == Service::ElastiCacheServerless.id()
    }

    /// Whether it is reached over a public endpoint: the only way for functions in no VPC.
    pub fn is_public(&self) -> bool {
        self.is_serverless() && self.vpc().is_empty()
    }

    /// The data sheet of the node type.
    pub fn node(&self) -> Option<&'static NodeType> {
        let name = self.deployment.node_type.as_deref()?;
        Catalog::embedded().node_type(Service::ElastiCache, name).ok()
    }

    /// What there is under an address.
    pub fn seen(&self, address: &Address) -> Option<&Observed> {
        self.observed.iter().find(|o| &o.resource.address == address)
    }

    /// An attribute of what there is.
    pub fn seen_value(&self, kind: &str, name: &str, attribute: &str) -> Option<&Value> {
        self.seen(&names::address(kind, name))?.resource.attributes.get(attribute)
    }

    /// Text of an attribute of the group that is there.
    pub fn seen_text(&self, attribute: &str) -> &str {
        let value = self.seen_value(names::REPLICATION_GROUP, self.name(), attribute);
        value.and_then(Value::as_text).unwrap_or_default()
    }

    /// Whether the group is a member of a Global Datastore, which decides on most of what it is.
    pub fn is_global(&self) -> bool {
        !self.seen_text("global_datastore").is_empty()
    }

    /// Whether its parameters are ours: those of a Global Datastore are its own.
    pub fn has_own_parameters(&self) -> bool {
        !self.is_global() || names::is_parameter_group(self.name(), self.seen_text("parameter_group"))
    }

    /// The subnet group: of a cache that was taken over the one in which it was made.
    pub fn subnet_group(&self) -> &str {
        let today = self.seen_value(names::REPLICATION_GROUP, self.name(), "subnet_group");
        let today = today.and_then(Value::as_text).filter(|name| !name.is_empty() && self.is_adopted());
        today.or(self.profile.placement.subnet_group.as_deref()).unwrap_or(self.name())
    }

    /// The VPC: that of the functions, or that of a cache that was taken over.
    pub fn vpc(&self) -> String {
        let group = self.seen_value(names::REPLICATION_GROUP, self.name(), "vpc").and_then(Value::as_text);
        let cache = self.seen(&names::address(names::SERVERLESS_CACHE, self.name()));
        let cache = cache.and_then(|o| o.facts.get("vpc")).map(String::as_str);
        let adopted = group.or(cache).filter(|_| self.is_adopted());
        adopted.or(self.network.vpc.as_deref()).unwrap_or_default().to_owned()
    }

    /// Whether the cache was made by others.
    pub fn is_adopted(&self) -> bool {
        let kinds = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        let caches = kinds.iter().filter_map(|kind| self.seen(&names::address(kind, self.name())));
        caches.into_iter().any(|cache| cache.facts.contains_key("adopted"))
    }

    /// Subnets for the nodes: those of the functions, and in the same VPC those that are in use already.
    fn subnets(&self) -> Vec<String> {
        let mut all: Vec<String> = self.network.subnets.iter().map(|s| s.id.clone()).collect();
        let vpc = self.seen_value(names::SUBNET_GROUP, self.name(), "vpc").and_then(Value::as_text);
        if vpc.is_some() && vpc == self.network.vpc.as_deref() {
            let used = self.seen_value(names::SUBNET_GROUP, self.name(), "subnets");
            all.extend(used.and_then(Value::as_texts).unwrap_or_default().into_iter().map(str::to_owned));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn security_group(wish: &Wish<'_>) -> Resource {
    let ports: &[u16] = if wish.is_serverless() { &[6379, 6380] } else { &[6379] };
    let groups = wish.network.groups();
    let callers = wish.profile.security.allow_from.iter().map(String::as_str);
    let mut rules: Vec<String> = groups
        .into_iter()
        .chain(callers)
        .flat_map(|group| ports.iter().map(move |port| format!("{port} from {group}")))
        .collect();
    rules.sort_unstable();
    rules.dedup();
    Resource::new(names::address(names::SECURITY_GROUP, names::security_group(wish.name())))
        .with("region", wish.region())
        .with("vpc", wish.vpc())
        .with("ingress", rules)
}

fn subnet_group(wish: &Wish<'_>) -> Resource {
    Resource::new(names::address(names::SUBNET_GROUP, wish.name()))
        .with("region", wish.region())
        .with("vpc", wish.vpc())
        .with("subnets", wish.subnets())
}

/// Whom the alarms notify, in one order.
fn alerts(wish: &Wish<'_>) -> Value {
    let mut alerts = wish.profile.requirements.alerts.clone();
    alerts.sort_unstable();
    alerts.into()
}

fn alarms(wish: &Wish<'_>, cache: &Address, nodes: i64, watched: &[alarm::Alarm]) -> Resource {
    let resource = Resource::new(names::address(names::ALARMS, wish.name()))
        .after(cache.clone())
        .with("region", wish.region())
        .with(super::observe::NODES, nodes)
        .with(super::observe::alarms::NOTIFIES, alerts(wish));
    watched.iter().fold(resource, |resource, alarm| resource.with(&alarm.kind, alarm.text()))
}
