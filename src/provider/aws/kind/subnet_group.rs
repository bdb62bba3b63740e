//! The subnet group: where the nodes are.

use crate::plan::{Observed, Resource};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, ownership, tagged, texts};
use crate::provider::aws::names;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

const SUBNETS: &str = "subnets";

const SCHEMA: &[Attribute] = &[
    Attribute::in_place("region", &Group::SET),
    Attribute::fixed("vpc", "a subnet group stays in its VPC"),
    Attribute::in_place(SUBNETS, &Group::SET),
    Attribute::TAGS,
];

/// A subnet group.
#[derive(Debug)]
pub struct SubnetGroup;

impl Kind<Session> for SubnetGroup {
    fn name(&self) -> &'static str {
        names::SUBNET_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { create: 5, ..Usual::seconds(2) }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let own = !wanted.is_serverless() && wanted.subnet_group() == wanted.name();
        wanted.tagged(own.then(|| subnet_group(wanted)))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(subnet_groups(session).await?) })
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
            (Verb::Read, &["elasticache:DescribeCacheSubnetGroups"]),
            (Verb::Create, &["elasticache:CreateCacheSubnetGroup"]),
            (Verb::Update, &["elasticache:ModifyCacheSubnetGroup"]),
            (Verb::Delete, &["elasticache:DeleteCacheSubnetGroup"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}

/// The subnet group.
pub async fn subnet_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_cache_subnet_groups().cache_subnet_group_name(session.name()).send();
    let answer = session.read(Action::DescribeCacheSubnetGroups, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for group in answer.cache_subnet_groups() {
        let mut observed = found(names::SUBNET_GROUP, group.cache_subnet_group_name().unwrap_or_default());
        let description = group.cache_subnet_group_description();
        let owner = ownership(session, group.arn(), description).await?;
        observed.ownership = owner.ownership;
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &owner.tags);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("vpc", group.vpc_id().unwrap_or_default())
            .with("subnets", texts(group.subnets().iter().filter_map(|s| s.subnet_identifier())));
        all.push(observed);
    }
    Ok(all)
}

fn subnet_group(wanted: &Wanted<'_, Session>) -> Resource {
    Resource::new(names::address(names::SUBNET_GROUP, wanted.name()))
        .with("region", wanted.region())
        .with("vpc", wanted.vpc())
        .with("subnets", wanted.subnets())
}

async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let call = work
        .cloud
        .cache
        .create_cache_subnet_group()
        .cache_subnet_group_name(work.name())
        .cache_subnet_group_description(work.description())
        .set_subnet_ids(Some(work.texts(SUBNETS)))
        .set_tags(Some(work.tags()))
        .send();
    work.cloud.write(Action::CreateCacheSubnetGroup, call).await?;
    Ok(Outcome::Done)
}

async fn set(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let call = work.cloud.cache.modify_cache_subnet_group().cache_subnet_group_name(work.name());
    let call = call.set_subnet_ids(Some(work.texts(SUBNETS))).send();
    work.cloud.write(Action::ModifyCacheSubnetGroup, call).await?;
    Ok(Outcome::Done)
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_some() {
        let call = work.cloud.cache.delete_cache_subnet_group().cache_subnet_group_name(work.name()).send();
        work.cloud.write(Action::DeleteCacheSubnetGroup, call).await?;
    }
    Ok(Outcome::Done)
}
