//! Which identity has which policy in a classic cache.

use serde_json::Value as Json;

use super::policy;
use crate::catalog::Service;
use crate::plan::{Effect, Observed, Resource};
use crate::provider::Outcome;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::assignment::grants;
use crate::provider::azure::kind::classic;
use crate::provider::azure::mgmt::models::{
    RedisCacheAccessPolicyAssignment, RedisCacheAccessPolicyAssignmentProperties,
};
use crate::provider::azure::{Azure, Place, mgmt, names};
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The attribute with the identity.
pub const OBJECT_ID: &str = "object_id";
const ALIAS: &str = "alias";
const POLICY: &str = "policy";

const ASSIGN: Group = Group::new("assign", "set the policy of the identity", 300);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(OBJECT_ID, "an assignment is for one identity"),
    Attribute::noticed(POLICY, &ASSIGN, Effect::None, "the identity may do more or less from then on"),
    Attribute::in_place(ALIAS, &ASSIGN),
];

/// An assignment.
#[derive(Debug)]
pub struct PolicyAssignment;

impl Kind<Azure> for PolicyAssignment {
    fn name(&self) -> &'static str {
        names::CLASSIC_ASSIGNMENT
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { mendable: true, ..Usual::seconds(300) }
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(names::CLASSIC)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        if wanted.deployment.service != Service::AzureCacheForRedis {
            return Vec::new();
        }
        let all = grants(wanted.profile, wanted.callers).into_iter().map(|grant| {
            let policy = policy::of(&grant);
            let name = names::assignment(&grant.user, &grant.object_id);
            let resource = Resource::new(names::address(names::CLASSIC_ASSIGNMENT, name))
                .with(OBJECT_ID, grant.object_id)
                .with(ALIAS, grant.user)
                .with(POLICY, policy.as_str())
                .after(names::address(names::CLASSIC, wanted.profile.name.as_str()));
            if policy::is_made(&policy) {
                return resource.after(names::address(names::ACCESS_POLICY, policy));
            }
            resource
        });
        all.collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(classic::parts(cloud, "accessPolicyAssignments", observed))
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::CLASSIC]
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(put(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(put(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(classic::delete_part(work, "accessPolicyAssignments"))
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        classic::permissions_of!("accessPolicyAssignments")
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

async fn put(work: &Work<'_, Azure>) -> Result<Outcome, CallError> {
    let of = |name: &str| work.text(name).to_owned();
    let properties = RedisCacheAccessPolicyAssignmentProperties::new(of(OBJECT_ID), of(ALIAS), of(POLICY));
    let body = RedisCacheAccessPolicyAssignment {
        properties: Some(properties),
        ..RedisCacheAccessPolicyAssignment::new()
    };
    let Place { subscription, resource_group, .. } = &work.cloud.place;
    // Strictly one at a time.
    let _alone = work.cloud.lane.lock().await;
    mgmt::send(&work.cloud.arm, |client| {
        let client = client.access_policy_assignment_client();
        client.create_update(resource_group, work.cloud.name(), work.name(), body, subscription).send()
    })
    .await?;
    Ok(work.working("the assignment is being made"))
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let of = |name: &str| text(answer, &format!("/properties/{name}")).to_owned();
    let policy = of("accessPolicyName");
    let mut resource = Resource::new(names::address(names::CLASSIC_ASSIGNMENT, text(answer, "/name")))
        .with(OBJECT_ID, of("objectId"))
        .with(ALIAS, of("objectIdAlias"))
        .with(POLICY, policy.as_str())
        .after(names::address(names::CLASSIC, cloud.name()));
    if policy::is_made(&policy) {
        resource = resource.after(names::address(names::ACCESS_POLICY, policy));
    }
    let mut observed = Observed::ours(resource);
    observed.state = found::state(answer);
    observed
}
