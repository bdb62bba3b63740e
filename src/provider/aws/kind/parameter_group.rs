//! The parameter group: the eviction policy and what else the engine is told.

use crate::catalog::{Catalog, NodeType, Service, version_at_least};
use crate::plan::{Effect, Observed, Resource, Value};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, ownership, tagged};
use crate::provider::aws::names;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::quota::Counted;
use crate::provider::aws::session::Session;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::TAGS;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};
use aws_sdk_elasticache::types::ParameterNameValue;
use futures_util::future::try_join_all;

const FAMILY: &str = "family";
const POLICY: &str = "maxmemory-policy";
const REGION: &str = "region";

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(REGION, &Group::SET),
    Attribute::fixed(FAMILY, "a parameter group keeps its family"),
    Attribute::noticed(POLICY, &Group::SET, Effect::None, "in force at once on every node"),
    Attribute::TAGS,
    // The parameters.
    Attribute::in_place(ANY, &Group::SET),
];

/// The policy where nobody has set one.
pub const DEFAULT_POLICY: &str = "volatile-lru";

/// Memory that `maxmemory` leaves free, in per cent.
pub const RESERVED: &str = "reserved-memory-percent";

/// What a group reserves where nobody says anything. Whether a parameter set to its default is listed as set is not documented.
pub const RESERVED_BY_DEFAULT: &str = "25";

/// What the computed attributes of a cache begin with that are parameters of a group of others.
pub const PARAMETER: &str = "parameter ";

/// Parameters that one call may change.
const AT_ONCE: usize = 20;

/// A parameter group.
#[derive(Debug)]
pub struct ParameterGroup;

impl Kind<Session> for ParameterGroup {
    fn name(&self) -> &'static str {
        names::PARAMETER_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { update: 10, ..Usual::seconds(5) }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let own = !wanted.is_serverless() && wanted.has_own_parameters();
        wanted.tagged(own.then(|| parameter_group(wanted)))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(parameter_groups(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &["elasticache:DescribeCacheParameterGroups", "elasticache:DescribeCacheParameters"],
            ),
            (
                Verb::Create,
                &["elasticache:CreateCacheParameterGroup", "elasticache:ModifyCacheParameterGroup"],
            ),
            (Verb::Update, &["elasticache:ModifyCacheParameterGroup"]),
            (Verb::Delete, &["elasticache:DeleteCacheParameterGroup"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}

/// Every parameter group with one of the deployment's names: during an upgrade there are two.
pub async fn parameter_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let mut groups = Vec::new();
    let mut marker: Option<String> = None;
    let mut there = 0;
    loop {
        let call = || session.cache.describe_cache_parameter_groups().set_marker(marker.clone()).send();
        let page = session.read(Action::DescribeCacheParameterGroups, call).await?;
        let next = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        let page = page.cache_parameter_groups.unwrap_or_default();
        there += page.len();
        groups.extend(page.into_iter().filter(|group| {
            let name = group.cache_parameter_group_name();
            name.is_some_and(|name| names::is_parameter_group(session.name(), name))
        }));
        marker = next;
        if marker.is_none() {
            break;
        }
    }
    session.counted(Counted::ParameterGroups, there);
    try_join_all(groups.iter().map(|group| async move {
        let name = group.cache_parameter_group_name().unwrap_or_default();
        let mut observed = found(names::PARAMETER_GROUP, name);
        let owner = Box::pin(ownership(session, group.arn(), group.description()));
        let values = Box::pin(values(session, name));
        let (owner, values) = futures_util::future::try_join(owner, values).await?;
        observed.ownership = owner.ownership;
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &owner.tags);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("family", group.cache_parameter_group_family().unwrap_or_default())
            .with("maxmemory-policy", DEFAULT_POLICY)
            .with(RESERVED, RESERVED_BY_DEFAULT);
        for (name, value) in values {
            observed.resource = observed.resource.with(&name, value);
        }
        Ok(observed)
    }))
    .await
}

/// The parameters that were set by somebody.
pub async fn values(session: &Session, group: &str) -> Result<Vec<(String, String)>, AwsError> {
    let mut values = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let call = || {
            let call = session.cache.describe_cache_parameters().cache_parameter_group_name(group);
            call.source("user").set_marker(marker.clone()).send()
        };
        let page = session.read(Action::DescribeCacheParameters, call).await?;
        let set = page.parameters().iter().filter(|p| p.source().is_none_or(|source| source == "user"));
        values.extend(
            set.filter_map(|p| Some((p.parameter_name()?.to_owned(), p.parameter_value()?.to_owned()))),
        );
        marker = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        if marker.is_none() {
            return Ok(values);
        }
    }
}

/// The parameters of the deployment. One group for each cache: a shared one would change others too.
pub fn parameter_group(wanted: &Wanted<'_, Session>) -> Resource {
    let d = wanted.deployment;
    let family = names::family(d.engine, &d.version);
    let name = names::parameter_group(wanted.name(), &family, d.cluster_mode);
    let mut resource = Resource::new(names::address(names::PARAMETER_GROUP, name.as_str()));
    for (parameter, value) in carried(wanted, &name).into_iter().filter(|_| keeps_names(wanted)) {
        resource = resource.with(&parameter, value);
    }
    resource = resource
        .with("region", wanted.region())
        .with("family", family)
        .with("maxmemory-policy", d.eviction_policy.as_str());
    if let Some(percent) = reserved(wanted) {
        resource = resource.with(RESERVED, percent);
    }
    if d.cluster_mode { resource.with("cluster-enabled", "yes") } else { resource }
}

/// What the node type must reserve beyond the default, as it was sized; back to the default after such a node type. A cache
/// that was taken over keeps what it has.
fn reserved(wanted: &Wanted<'_, Session>) -> Option<String> {
    let of = |name: &str| {
        let node = Catalog::embedded().node_type(Service::ElastiCache, name).ok();
        node.and_then(NodeType::reserved_percent).map(|percent| percent.to_string())
    };
    if wanted.profile.pin.adopt {
        return None;
    }
    let runs =
        wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), "node_type").and_then(Value::as_text);
    let before = runs.and_then(of).map(|_| RESERVED_BY_DEFAULT.to_owned());
    wanted.deployment.node_type.as_deref().and_then(of).or(before)
}

/// Whether parameters are called as they were: many were renamed with version 7.
fn keeps_names(wanted: &Wanted<'_, Session>) -> bool {
    let version =
        wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), "engine_version").and_then(Value::as_text);
    version.is_none_or(|version| {
        version_at_least(version, "7") || !version_at_least(&wanted.deployment.version, "7")
    })
}

/// What people have set in the group that the cache uses, and would have to set anew.
pub fn left_behind(wanted: &Wanted<'_, Session>) -> Vec<String> {
    if wanted.is_serverless() || keeps_names(wanted) {
        return Vec::new();
    }
    let name = parameter_group(wanted).address.name;
    carried(wanted, &name).into_iter().map(|(parameter, value)| format!("{parameter} {value}")).collect()
}

/// What people have set in the group that the cache uses, as long as it does not use this one yet.
fn carried(wanted: &Wanted<'_, Session>, name: &str) -> Vec<(String, String)> {
    let used = wanted
        .seen_value(names::REPLICATION_GROUP, wanted.name(), "parameter_group")
        .and_then(Value::as_text);
    let Some(used) = used.filter(|used| *used != name) else { return Vec::new() };
    let own = [TAGS, "region", "family", "maxmemory-policy", "cluster-enabled"];
    let ours = wanted.seen(&names::address(names::PARAMETER_GROUP, used));
    let values: Vec<(String, String)> = if let Some(group) = ours {
        let attributes = group.resource.attributes.iter();
        attributes.map(|(name, value)| (name.clone(), value.to_string())).collect()
    } else {
        let cache = wanted.seen(&names::address(names::REPLICATION_GROUP, wanted.name()));
        let computed = cache.map(|o| o.computed.iter()).into_iter().flatten();
        computed
            .filter_map(|(name, value)| Some((name.strip_prefix(PARAMETER)?.to_owned(), value.clone())))
            .collect()
    };
    let default = |parameter: &str, value: &str| parameter == RESERVED && value == RESERVED_BY_DEFAULT;
    let set = values.into_iter().filter(|(parameter, value)| !default(parameter, value));
    set.filter(|(parameter, _)| !own.contains(&parameter.as_str())).collect()
}

async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let call = work
        .cloud
        .cache
        .create_cache_parameter_group()
        .cache_parameter_group_name(work.name())
        .cache_parameter_group_family(work.text(FAMILY))
        .description(work.description())
        .set_tags(Some(work.tags()))
        .send();
    work.cloud.write(Action::CreateCacheParameterGroup, call).await?;
    Ok(Outcome::Done)
}

/// Every parameter that is not as it should be, whichever the step names.
async fn set(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let today = work.is.map(|o| &o.resource.attributes);
    let changed: Vec<ParameterNameValue> = work
        .all
        .iter()
        .filter(|(name, value)| {
            ![FAMILY, REGION, TAGS].contains(&name.as_str())
                && today.and_then(|t| t.get(*name)) != Some(value)
        })
        .map(|(name, value)| {
            ParameterNameValue::builder().parameter_name(name).parameter_value(value.to_string()).build()
        })
        .collect();
    for some in changed.chunks(AT_ONCE) {
        let call = work.cloud.cache.modify_cache_parameter_group().cache_parameter_group_name(work.name());
        let call = call.set_parameter_name_values(Some(some.to_vec())).send();
        work.cloud.write(Action::ModifyCacheParameterGroup, call).await?;
    }
    Ok(Outcome::Done)
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_some() {
        let call =
            work.cloud.cache.delete_cache_parameter_group().cache_parameter_group_name(work.name()).send();
        work.cloud.write(Action::DeleteCacheParameterGroup, call).await?;
    }
    Ok(Outcome::Done)
}
