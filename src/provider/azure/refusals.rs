//! What cannot be done, known before the first call that changes anything.

use std::collections::BTreeMap;

use super::arm::WITH_ACCESS;
use super::kind::{assignment, classic, database, metric_alert, redis_enterprise};
use super::scope::is_uuid;
use super::{Azure, names, network};
use crate::catalog::{Catalog, Service};
use crate::plan::{Observed, Ownership, Value};
use crate::profile::{Auth, Clustering, Profile};
use crate::provider::ProviderError;
use crate::provider::cloud::Wanted;
use crate::units::{Figure, Policy};

/// Refuses with every reason at once.
pub fn check(wanted: &Wanted<'_, Azure>) -> Result<(), ProviderError> {
    let mut all = Vec::new();
    all.extend(names::refused(&wanted.profile.name));
    match wanted.deployment.service {
        Service::AzureManagedRedis => managed(wanted, &mut all),
        Service::AzureCacheForRedis => {
            all.extend(classic::rules::refused(wanted));
            passwords(wanted.profile, &mut all);
        }
        service => {
            let message = format!("plan and apply do not set up the service {service}");
            let hint = "pin `service: azure-managed-redis`".to_owned();
            return Err(ProviderError::permanent(message, Some(hint)));
        }
    }
    all.extend(network::refused(wanted));
    all.extend(metric_alert::refused(wanted));
    if all.is_empty() { Ok(()) } else { Err(ProviderError::permanent(all.join("\n"), None)) }
}

fn managed(wanted: &Wanted<'_, Azure>, all: &mut Vec<String>) {
    size(wanted, all);
    if database::eviction(wanted.deployment.eviction_policy).is_none() {
        all.push(format!(
            "Azure Managed Redis has no eviction policy {}: pin one that it has, such as {}",
            wanted.deployment.eviction_policy,
            Policy::VolatileLru
        ));
    }
    passwords(wanted.profile, all);
    rights(wanted, all);
    from_what_runs(wanted, all);
}

fn size(wanted: &Wanted<'_, Azure>, all: &mut Vec<String>) {
    let deployment = wanted.deployment;
    let Some(name) = deployment.node_type.as_deref() else {
        all.push("the deployment has no size".to_owned());
        return;
    };
    let catalog = Catalog::embedded();
    let Ok(node) = catalog.node_type(Service::AzureManagedRedis, name) else {
        all.push(format!("{name} is no size of Azure Managed Redis: `cachefit prices` lists them"));
        return;
    };
    if let Figure::Known(false) = catalog.sold_in(node, &deployment.region) {
        all.push(format!("{name} is not sold in {}", deployment.region));
    }
    if deployment.replicas > 1 {
        all.push(format!(
            "{} replicas: Azure Managed Redis has one copy (high availability), or none",
            deployment.replicas
        ));
    }
    let one_shard = wanted.profile.requirements.clustering == Some(Clustering::None);
    if one_shard && !database::may_be_unclustered(node) {
        all.push(format!(
            "{name} is too large for a single shard: `requirements.clustering: none` goes up to 25 GB"
        ));
    }
}

/// There are no passwords but the access keys, which are for everybody and allow everything.
fn passwords(profile: &Profile, all: &mut Vec<String>) {
    let users = || profile.security.users.iter().filter(|user| user.auth.value == Auth::Password);
    let named: Vec<&str> = users().map(|user| user.name.as_str()).collect();
    if named.is_empty() {
        return;
    }
    if !profile.security.access_keys {
        all.push(format!(
            "Azure has no users with passwords of their own, and {} would have one: give them `auth: iam`, or share the \
             cache's access keys by `security.access_keys: true`",
            named.join(", ")
        ));
        return;
    }
    let limited: Vec<&str> = users()
        .filter(|user| assignment::access_string(user) != assignment::FULL)
        .map(|user| user.name.as_str())
        .collect();
    if !limited.is_empty() {
        all.push(format!(
            "the access keys allow everything, and {} may do less: give them `auth: iam`, or `can: [admin]` and `keys: \
             [\"*\"]` if everything is meant",
            limited.join(", ")
        ));
    }
}

/// What identities may do, and that each has one user only.
fn rights(wanted: &Wanted<'_, Azure>, all: &mut Vec<String>) {
    let mut users: BTreeMap<String, &str> = BTreeMap::new();
    let by_identity = wanted.profile.security.users.iter().filter(|user| user.auth.value == Auth::Iam);
    for user in by_identity {
        let blank = |p: &&String| p.is_empty() || p.contains(char::is_whitespace);
        if let Some(pattern) = user.keys.iter().chain(&user.channels).find(blank) {
            all.push(format!("the pattern `{pattern}` of the user {} has a blank in it", user.name));
        }
        for id in assignment::identities(user, wanted.callers) {
            if !is_uuid(&id) {
                all.push(format!(
                    "`{id}` of the user {} is neither a function app of `placement.functions` nor an object id",
                    user.name
                ));
            }
            match users.insert(id.to_lowercase(), &user.name) {
                Some(other) if other != user.name => all.push(format!(
                    "the identity {id} would be the users {other} and {}, and an identity is one user: name the identities \
                     of each by `identities`",
                    user.name
                )),
                _ => {}
            }
        }
    }
    let grants = assignment::grants(wanted.profile, wanted.callers);
    let limited: Vec<&str> = grants.iter().filter(|g| !g.is_full()).map(|g| g.user.as_str()).collect();
    if !limited.is_empty() && !wanted.callers.offers.has_access() {
        let mut names = limited;
        names.dedup();
        all.push(format!(
            "{} may do less than everything, and this subscription is not served the API version {WITH_ACCESS}, which says \
             what an identity may do: without it every identity has full access. Wait until \
             `az provider show --namespace Microsoft.Cache` lists that version, take another provider, or accept full access \
             by `can: [admin]` and `keys: [\"*\"]`",
            names.join(", ")
        ));
    }
}

/// What there is no way to from what runs.
fn from_what_runs(wanted: &Wanted<'_, Azure>, all: &mut Vec<String>) {
    let ours = |kind: &str| {
        let of_kind = move |o: &&Observed| o.resource.address.kind == kind;
        wanted.observed.iter().filter(|o| o.ownership == Ownership::Ours).find(of_kind)
    };
    let Some(cluster) = ours(names::REDIS_ENTERPRISE) else { return };
    let attribute = |name: &str| cluster.resource.attributes.get(name);
    if wanted.deployment.replicas == 0
        && attribute(redis_enterprise::HIGH_AVAILABILITY).and_then(Value::as_flag) == Some(true)
    {
        all.push(
            "high availability cannot be switched off again: keep it (`deployment.replicas: 1`), or make another cache"
                .to_owned(),
        );
    }
    let from = attribute(redis_enterprise::SKU).and_then(Value::as_text).unwrap_or_default();
    let to = wanted.deployment.node_type.as_deref().unwrap_or_default();
    let flash = |name: &str| name.starts_with("FlashOptimized");
    if !from.is_empty() && flash(from) != flash(to) {
        all.push(format!(
            "{from} cannot become {to}: there is no way between sizes in memory and those with a disk; make another cache"
        ));
    }
    let clustering =
        ours(names::DATABASE).and_then(|o| o.resource.attributes.get(database::CLUSTERING)?.as_text());
    let node = Catalog::embedded().node_type(Service::AzureManagedRedis, to).ok();
    let too_large = node.is_some_and(|node| !database::may_be_unclustered(node));
    if clustering == Some(database::NO_CLUSTER) && too_large && from != to {
        all.push(format!(
            "{to} is too large for the single shard that runs: first set `requirements.clustering: oss` (or `enterprise`) \
             with the size as it is, and apply; then change the size"
        ));
    }
}

/// What people should know of a choice at Azure.
pub fn said(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let mut all = Vec::new();
    if wanted.deployment.service != Service::AzureManagedRedis {
        all.extend(classic::rules::notes());
        return all;
    }
    if wanted.deployment.replicas == 0 {
        all.push(
            "without high availability Azure promises nothing, and each change of size loses all data"
                .to_owned(),
        );
    }
    if database::clustering(wanted) == database::OSS_CLUSTER {
        all.push(
            "clients must speak the cluster protocol (OSSCluster); `requirements.clustering: enterprise` hides the shards \
             behind one endpoint"
                .to_owned(),
        );
    }
    if wanted.profile.security.access_keys && database::has_password_users(wanted.profile) {
        all.push(
            "the access keys are on: whoever has one may do everything; `cachefit connect --user access-key --reveal` shows it"
                .to_owned(),
        );
    } else if assignment::grants(wanted.profile, wanted.callers).is_empty() {
        all.push(
            "nobody can sign in yet: name the function apps by `placement.functions`, or identities by `security.users`"
                .to_owned(),
        );
    }
    all
}
