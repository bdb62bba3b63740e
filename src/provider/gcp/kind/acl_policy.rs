//! What users of a Redis Cluster may do: an access list of its own, which the cluster names.

use serde_json::{Value as Json, json};

use super::cache::MANAGED;
use crate::net::Method;
use crate::plan::{Observed, Ownership, Resource, State};
use crate::profile::{Auth, User};
use crate::provider::Outcome;
use crate::provider::access;
use crate::provider::call::absent_is_none;
use crate::provider::cloud::Wanted;
use crate::provider::gcp::api::{Service, request_id, text};
use crate::provider::gcp::operation::{self, Stands};
use crate::provider::gcp::product::{Product, REDIS_CLUSTER};
use crate::provider::gcp::{Gcp, address};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The kind's name.
pub const NAME: &str = "acl_policy";

const RULES: Group = Group::new("set-rules", "set what its users may do", 30);

/// The attribute with what each account may do: `api@p.iam.gserviceaccount.com on ~* +@read`.
const USERS: &str = "users";

const SCHEMA: &[Attribute] = &[Attribute::in_place(MANAGED, &RULES), Attribute::in_place(USERS, &RULES)];

/// What the user of the mark may do.
const NOBODY: &str = "off -@all";

/// The access list.
#[derive(Debug)]
pub struct AclPolicy;

/// Whether the wanted cache has one: only Redis Cluster does, for users by IAM.
pub fn is_wanted(wanted: &Wanted<'_, Gcp>) -> bool {
    let cluster = Product::of(wanted.deployment.service).is_some_and(Product::is_cluster);
    cluster && !rules(wanted).is_empty()
}

/// Rules by the account that signs in. A user of the profile is an account of the functions: of one that has its name, or
/// of all where there is one user.
pub fn rules(wanted: &Wanted<'_, Gcp>) -> Vec<(String, String)> {
    let by_iam: Vec<&User> =
        wanted.profile.security.users.iter().filter(|user| user.auth.value == Auth::Iam).collect();
    let rule = |user: &User| access::normal(&access::rules(user).join(" "));
    let mut all = Vec::new();
    for account in &wanted.callers.accounts {
        let id = account.split('@').next().unwrap_or_default();
        let user = match by_iam.as_slice() {
            [user] => Some(*user),
            users => users.iter().find(|user| user.name == id).copied(),
        };
        all.extend(user.map(|user| (account.clone(), rule(user))));
    }
    all
}

impl Kind<Gcp> for AclPolicy {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(30)
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        if !is_wanted(wanted) {
            return Vec::new();
        }
        let users: Vec<String> =
            rules(wanted).into_iter().map(|(account, rule)| format!("{account} {rule}")).collect();
        let name = wanted.profile.name.as_str();
        vec![Resource::new(address(NAME, name)).with(MANAGED, true).with(USERS, users)]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let shown = absent_is_none(cloud.api.get(Service::Redis, &path(cloud)).await)?;
            Ok(shown.map(|shown| observed(cloud, &shown)).into_iter().collect())
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            let cloud = work.cloud;
            let request = request_id(&work.task.token, "create");
            let query = [("aclPolicyId", work.name()), ("requestId", request.as_str())];
            let collection = format!("{}/aclPolicies", cloud.place());
            // It answers with the policy itself.
            cloud.api.call(Service::Redis, Method::POST, &collection, &query, Some(&body(work))).await?;
            Ok(Outcome::Done)
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            if operation::stands(work, Service::Redis).await? == Stands::Goes {
                return Ok(work.working("being updated"));
            }
            let body = body(work);
            let request = request_id(&work.task.token, &format!("update {body}"));
            let query = [("updateMask", "rules"), ("requestId", request.as_str())];
            let path = path(work.cloud);
            let answer =
                work.cloud.api.call(Service::Redis, Method::PATCH, &path, &query, Some(&body)).await?;
            operation::begun(work, &answer, "being updated")
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            if work.is.is_none() {
                return Ok(Outcome::Done);
            }
            if operation::stands(work, Service::Redis).await? == Stands::Goes {
                return Ok(work.working("being deleted"));
            }
            let request = request_id(&work.task.token, "delete");
            let query = [("requestId", request.as_str())];
            let path = path(work.cloud);
            match absent_is_none(
                work.cloud.api.call(Service::Redis, Method::DELETE, &path, &query, None).await,
            )? {
                Some(answer) => operation::begun(work, &answer, "being deleted"),
                None => Ok(Outcome::Done),
            }
        })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["redis.aclPolicies.get", "redis.operations.get"]),
            (Verb::Create, &["redis.aclPolicies.create"]),
            (Verb::Update, &["redis.aclPolicies.update"]),
            (Verb::Delete, &["redis.aclPolicies.delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

fn path(cloud: &Gcp) -> String {
    format!("{}/aclPolicies/{}", cloud.place(), cloud.profile)
}

fn body(work: &Work<'_, Gcp>) -> Json {
    let users = work.texts(USERS);
    let rules = users.iter().filter_map(|user| user.split_once(' '));
    let mark = mark(work.cloud);
    let all = rules.chain([(mark.as_str(), NOBODY)]);
    json!({ "rules": all.map(|(account, rule)| json!({ "username": account, "rule": rule })).collect::<Vec<_>>() })
}

/// The rule that says whose it is, because it has no labels: for a user that does not exist and may do nothing.
fn mark(cloud: &Gcp) -> String {
    format!("cachefit-managed-{}", cloud.profile)
}

/// It is ours by its mark, whether a cluster uses it or not; one that has none is only taken over where the profile says so and
/// the cluster of its name uses it.
fn observed(cloud: &Gcp, shown: &Json) -> Observed {
    let mark = mark(cloud);
    let rules = || shown.get("rules").and_then(Json::as_array).into_iter().flatten();
    let marked = rules().any(|rule| text(rule, "/username") == mark);
    let rules = rules().filter(|rule| text(rule, "/username") != mark);
    let rule = |rule: &Json| format!("{} {}", text(rule, "/username"), access::normal(text(rule, "/rule")));
    let mut users: Vec<String> = rules.map(rule).collect();
    users.sort_unstable();
    let resource =
        Resource::new(address(NAME, cloud.profile.as_str())).with(MANAGED, marked).with(USERS, users);
    let mut all = Observed::ours(resource);
    let ours = REDIS_CLUSTER.path(&cloud.project, &cloud.region, &cloud.profile);
    let attached = shown.get("clusterAclPolicyAttachments").and_then(Json::as_array).into_iter().flatten();
    let attached: Vec<&str> = attached.map(|a| text(a, "/cluster")).collect();
    if let Some(other) = attached.iter().find(|cluster| !cluster.ends_with(&ours)) {
        all.ownership = Ownership::Foreign { why: format!("the cluster {other} uses it, too") };
    } else if !marked && (!cloud.adopt || attached.is_empty()) {
        let why = format!("it has no rule for the user {mark}, by which cachefit knows its own");
        all.ownership = Ownership::Foreign { why };
    }
    all.state = match text(shown, "/state") {
        "UPDATING" => State::Busy { what: "being updated".to_owned() },
        "DELETING" => State::Busy { what: "being deleted".to_owned() },
        _ => State::Ready,
    };
    all
}

/// The accounts of an access list.
pub fn accounts(is: &Observed) -> Vec<String> {
    let users = is.resource.attributes.get(USERS).and_then(crate::plan::Value::as_texts).unwrap_or_default();
    users.into_iter().filter_map(|user| Some(user.split_once(' ')?.0.to_owned())).collect()
}
