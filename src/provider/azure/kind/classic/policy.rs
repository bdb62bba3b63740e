//! What a user of a classic cache may do: a policy of its own for each user that may do less than everything.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::catalog::Service;
use crate::plan::{Effect, Observed, Resource};
use crate::provider::Outcome;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::assignment::{self, Grant};
use crate::provider::azure::kind::classic;
use crate::provider::azure::mgmt::models::{RedisCacheAccessPolicy, RedisCacheAccessPolicyProperties};
use crate::provider::azure::{Azure, Place, mgmt, names};
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

const PERMISSIONS: &str = "permissions";
/// The built-in policy that allows everything.
const OWNER: &str = "Data Owner";

const PERMIT: Group = Group::new("set-permissions", "set what its users may do", 300);

const SCHEMA: &[Attribute] = &[Attribute::noticed(
    PERMISSIONS,
    &PERMIT,
    Effect::None,
    "users of the policy may do more or less from then on",
)];

/// A policy.
#[derive(Debug)]
pub struct AccessPolicy;

impl Kind<Azure> for AccessPolicy {
    fn name(&self) -> &'static str {
        names::ACCESS_POLICY
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
        let grants = assignment::grants(wanted.profile, wanted.callers);
        let policies: BTreeMap<String, String> =
            grants.into_iter().filter(|g| !g.is_full()).map(|g| (of(&g), g.access)).collect();
        let cache = names::address(names::CLASSIC, wanted.profile.name.as_str());
        let resource = |(name, access): (String, String)| {
            Resource::new(names::address(names::ACCESS_POLICY, name))
                .with(PERMISSIONS, access)
                .after(cache.clone())
        };
        policies.into_iter().map(resource).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(classic::parts(cloud, "accessPolicies", observed))
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
        Box::pin(classic::delete_part(work, "accessPolicies"))
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        classic::permissions_of!("accessPolicies")
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// The policy of what an identity may do: the built-in one for everything, else one named after the user.
pub fn of(grant: &Grant) -> String {
    if grant.is_full() {
        return OWNER.to_owned();
    }
    let user: String = grant.user.chars().filter(char::is_ascii_alphanumeric).take(50).collect();
    format!("cachefit{}", user.to_lowercase())
}

/// Whether a policy is made here.
pub fn is_made(policy: &str) -> bool {
    policy != OWNER
}

async fn put(work: &Work<'_, Azure>) -> Result<Outcome, CallError> {
    let properties = RedisCacheAccessPolicyProperties::new(work.text(PERMISSIONS).to_owned());
    let body = RedisCacheAccessPolicy { properties: Some(properties), ..RedisCacheAccessPolicy::new() };
    let Place { subscription, resource_group, .. } = &work.cloud.place;
    // Strictly one at a time.
    let _alone = work.cloud.lane.lock().await;
    mgmt::send(&work.cloud.arm, |client| {
        let client = client.access_policy_client();
        client.create_update(resource_group, work.cloud.name(), work.name(), body, subscription).send()
    })
    .await?;
    Ok(work.working("the policy is being set"))
}

fn observed(cloud: &Azure, answer: &Json) -> Observed {
    let resource = Resource::new(names::address(names::ACCESS_POLICY, text(answer, "/name")))
        .with(PERMISSIONS, text(answer, "/properties/permissions"))
        .after(names::address(names::CLASSIC, cloud.name()));
    let mut observed = Observed::ours(resource);
    observed.state = found::state(answer);
    observed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_the_owners_policy_and_less_is_one_of_the_user() {
        let grant = |access: &str| Grant {
            user: "check-out".to_owned(),
            object_id: "1".to_owned(),
            access: access.to_owned(),
        };
        assert_eq!(of(&grant(assignment::FULL)), OWNER);
        assert_eq!(of(&grant("+@read ~a:*")), "cachefitcheckout");
        assert!(is_made("cachefitcheckout") && !is_made(OWNER));
    }
}
