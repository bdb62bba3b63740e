//! What is asked of AWS: the choice and the profile, with what is there and must stay.

use crate::catalog::{Catalog, NodeType, Service};
use crate::plan::{Address, Observed, Resource, Value};
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use crate::provider::cloud::Wanted;
use crate::provider::kind::TAGS;

impl Wanted<'_, Session> {
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
        self.deployment.service == Service::ElastiCacheServerless
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
        let cache = cache.and_then(|o| o.computed.get("vpc")).map(String::as_str);
        let adopted = group.or(cache).filter(|_| self.is_adopted());
        adopted.or(self.callers.network.vpc.as_deref()).unwrap_or_default().to_owned()
    }

    /// Whether the cache was made by others.
    pub fn is_adopted(&self) -> bool {
        let kinds = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
        let caches = kinds.iter().filter_map(|kind| self.seen(&names::address(kind, self.name())));
        caches.into_iter().any(|cache| cache.computed.contains_key("adopted"))
    }

    /// Subnets for the nodes: those of the functions, and in the same VPC those that are in use already.
    pub fn subnets(&self) -> Vec<String> {
        let mut all: Vec<String> = self.callers.network.subnets.iter().map(|s| s.id.clone()).collect();
        let vpc = self.seen_value(names::SUBNET_GROUP, self.name(), "vpc").and_then(Value::as_text);
        if vpc.is_some() && vpc == self.callers.network.vpc.as_deref() {
            let used = self.seen_value(names::SUBNET_GROUP, self.name(), "subnets");
            all.extend(used.and_then(Value::as_texts).unwrap_or_default().into_iter().map(str::to_owned));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The resources with the profile's own tags.
    pub fn tagged(&self, resources: impl IntoIterator<Item = Resource>) -> Vec<Resource> {
        let tags = self.profile.tags.iter().map(|(name, value)| format!("{name}={value}"));
        let tags: Vec<String> = tags.collect();
        let with_tags = |resource: Resource| {
            let seen = self.seen(&resource.address).and_then(|o| o.resource.attributes.get(TAGS)?.as_texts());
            // What was written here before goes when the profile names none any more.
            let asks = !tags.is_empty() || seen.is_some_and(|tags| !tags.is_empty());
            if asks { resource.with(TAGS, tags.clone()) } else { resource }
        };
        resources.into_iter().map(with_tags).collect()
    }
}
