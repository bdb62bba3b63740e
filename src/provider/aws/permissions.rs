//! The calls that belong to no kind: who is signed in, tags, quotas, metrics, the functions and the ways from them.

#[allow(clippy::enum_glob_use, reason = "this file is lists of these names")]
use super::actions::Action::{self, *};
use crate::catalog::Service;
use crate::profile::{Auth, FunctionKind};
use crate::provider::permissions::{Asked, Purpose};

/// Every one that a command may make.
pub fn beside_kinds(asked: &Asked<'_>) -> Vec<Action> {
    let profile = asked.profile;
    let has_nodes = asked.deployment.service != Service::ElastiCacheServerless;
    let calls_it = profile.placement.functions.iter().any(|f| f.kind == FunctionKind::Lambda);
    let by_iam = profile.security.users.iter().any(|u| u.auth.value == Auth::Iam);
    let mut all = vec![DescribeSubnets, GetCallerIdentity, ListTagsForResource];
    if has_nodes || asked.purpose == Purpose::Plan {
        // `observe` and `status` read them of every cache.
        all.push(GetMetricData);
    }
    if has_nodes {
        all.push(ListAllowedNodeTypeModifications);
    }
    if asked.purpose != Purpose::Destroy {
        all.push(ListServiceQuotas);
        if has_nodes {
            all.push(DescribeUpdateActions);
        }
        // `verify` looks at the ways of all who call the cache.
        all.extend([DescribeNetworkAcls, DescribeRouteTables]);
        if calls_it {
            all.extend([GetFunctionConfiguration, GetFunctionConcurrency, GetCapacityProvider]);
        }
        if calls_it && by_iam {
            all.push(SimulatePrincipalPolicy);
        }
    }
    if asked.purpose == Purpose::Apply {
        // Tags that the profile names no longer, or with other values.
        all.extend([AddTagsToResource, RemoveTagsFromResource, CreateTags, DeleteTags]);
    }
    all
}
