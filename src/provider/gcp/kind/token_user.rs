//! Users that sign in by a token: Google makes the token and keeps it. They live in the cache; one that the profile does not
//! name is somebody else's, because Google keeps nothing that would say who made it.

use serde_json::{Value as Json, json};

use super::cache::{self, SIGN_IN};
use crate::net::Method;
use crate::plan::{Observed, Ownership, Resource, State};
use crate::profile::Auth;
use crate::provider::Outcome;
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::gcp::api::{request_id, short, text};
use crate::provider::gcp::operation::{self, Stands};
use crate::provider::gcp::product::{Product, REDIS_CLUSTER, VALKEY};
use crate::provider::gcp::{Gcp, address};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The word for this way of signing in.
pub const TOKEN: &str = "token";

/// The attribute that says whether it has a token.
const HAS_TOKEN: &str = "token";

const ISSUE: Group = Group::new("issue-token", "let Google make a token for it", 60);

const SCHEMA: &[Attribute] = &[Attribute::in_place(HAS_TOKEN, &ISSUE)];

/// Token users of one product.
#[derive(Debug)]
pub struct TokenUser {
    product: &'static Product,
    name: &'static str,
}

/// Of instances for Valkey.
pub static OF_INSTANCES: TokenUser = TokenUser { product: &VALKEY, name: "token_user" };
/// Of Redis Clusters.
pub static OF_CLUSTERS: TokenUser = TokenUser { product: &REDIS_CLUSTER, name: "cluster_token_user" };

/// Whether a kind is one of these.
pub fn is_kind(name: &str) -> bool {
    [&OF_INSTANCES, &OF_CLUSTERS].iter().any(|kind| kind.name == name)
}

impl TokenUser {
    fn users(&self, cloud: &Gcp) -> String {
        format!("/{}/tokenAuthUsers", self.product.path(&cloud.project, &cloud.region, &cloud.profile))
    }

    fn path(&self, work: &Work<'_, Gcp>) -> String {
        format!("{}/{}", self.users(work.cloud), work.name())
    }

    /// Tokens are never looked at, only that there are some.
    async fn observed(&self, cloud: &Gcp, shown: &Json) -> Result<Observed, CallError> {
        let name = short(text(shown, "/name"));
        let path = format!("{}/{name}/authTokens", self.users(cloud));
        let tokens = cloud.api.list(self.product.api, &path, "authTokens", &[]).await?;
        let state = |of: &Json| text(of, "/state").to_owned();
        let has = tokens.iter().any(|token| state(token) == "ACTIVE");
        let resource = Resource::new(address(self.name, name)).with(HAS_TOKEN, has);
        let mut all = Observed::ours(resource);
        if !cloud.token_users.iter().any(|user| user == name) {
            let why = "the profile names no such user with a password".to_owned();
            all.ownership = Ownership::Foreign { why };
        }
        let busy =
            shown_busy(&state(shown)).or_else(|| tokens.iter().find_map(|token| shown_busy(&state(token))));
        if let Some(what) = busy {
            all.state = State::Busy { what: what.to_owned() };
        }
        Ok(all)
    }
}

fn shown_busy(state: &str) -> Option<&'static str> {
    match state {
        "CREATING" => Some("being created"),
        "UPDATING" => Some("being updated"),
        "DELETING" => Some("being deleted"),
        _ => None,
    }
}

impl Kind<Gcp> for TokenUser {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(60)
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(self.product.kind)
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        if wanted.deployment.service != self.product.service || cache::sign_in(wanted) != TOKEN {
            return Vec::new();
        }
        let cache = address(self.product.kind, wanted.profile.name.as_str());
        let users = wanted.profile.security.users.iter().filter(|user| user.auth.value == Auth::Password);
        let one =
            |name: &str| Resource::new(address(self.name, name)).with(HAS_TOKEN, true).after(cache.clone());
        users.map(|user| one(&user.name)).collect()
    }

    fn list<'a>(&'a self, _: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn read_with(&self) -> &'static [&'static str] {
        if self.product.is_valkey() { &["instance"] } else { &["cluster"] }
    }

    fn list_after<'a>(&'a self, cloud: &'a Gcp, found: &'a [Observed]) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let signs_in_by_token = found.iter().any(|o| {
                o.resource.address.kind == self.product.kind
                    && o.ownership == Ownership::Ours
                    && o.resource.attributes.get(SIGN_IN).and_then(crate::plan::Value::as_text) == Some(TOKEN)
            });
            if !signs_in_by_token {
                return Ok(Vec::new());
            }
            let call = cloud.api.list(self.product.api, &self.users(cloud), "tokenAuthUsers", &[]).await;
            let mut all = Vec::new();
            for shown in absent_is_none(call)?.unwrap_or_default() {
                // One that goes while it is looked at has no tokens left to list.
                all.extend(absent_is_none(self.observed(cloud, &shown).await)?);
            }
            Ok(all)
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            if operation::stands(work, self.product.api).await? == Stands::Goes {
                return Ok(work.working("being created"));
            }
            let cache = self.product.path(&work.cloud.project, &work.cloud.region, &work.cloud.profile);
            let path = format!("/{cache}:addTokenAuthUser");
            let body = json!({ "tokenAuthUser": work.name() });
            let answer = work.cloud.api.call(self.product.api, Method::POST, &path, &[], Some(&body)).await?;
            operation::begun(work, &answer, "being created")
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            if operation::stands(work, self.product.api).await? == Stands::Goes {
                return Ok(work.working("its token is being made"));
            }
            let path = format!("{}:addAuthToken", self.path(work));
            let body = json!({ "authToken": {} });
            let answer = work.cloud.api.call(self.product.api, Method::POST, &path, &[], Some(&body)).await?;
            operation::begun(work, &answer, "its token is being made")
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move {
            if operation::stands(work, self.product.api).await? == Stands::Goes {
                return Ok(work.working("being deleted"));
            }
            if work.is.is_none() {
                return Ok(Outcome::Done);
            }
            let request = request_id(&work.task.token, "delete");
            // Its tokens go with it.
            let query = [("force", "true"), ("requestId", request.as_str())];
            let path = self.path(work);
            let call = work.cloud.api.call(self.product.api, Method::DELETE, &path, &query, None).await;
            match absent_is_none(call)? {
                Some(answer) => operation::begun(work, &answer, "being deleted"),
                None => Ok(Outcome::Done),
            }
        })
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        if self.product.is_valkey() {
            &[
                (Verb::Read, &["memorystore.tokenAuthUsers.list", "memorystore.authTokens.list"]),
                (Verb::Create, &["memorystore.instances.addTokenAuthUser"]),
                (Verb::Update, &["memorystore.tokenAuthUsers.addAuthToken"]),
                (Verb::Delete, &["memorystore.tokenAuthUsers.delete"]),
            ]
        } else {
            &[
                (Verb::Read, &["redis.tokenAuthUsers.list", "redis.authTokens.list"]),
                (Verb::Create, &["redis.clusters.addTokenAuthUser"]),
                (Verb::Update, &["redis.tokenAuthUsers.addAuthToken"]),
                (Verb::Delete, &["redis.tokenAuthUsers.delete"]),
            ]
        }
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// The token of a user, for somebody who asked to see it.
pub async fn reveal(cloud: &Gcp, user: &str) -> Result<Option<String>, CallError> {
    for kind in [&OF_INSTANCES, &OF_CLUSTERS] {
        let path = format!("{}/{user}/authTokens", kind.users(cloud));
        let tokens = absent_is_none(cloud.api.list(kind.product.api, &path, "authTokens", &[]).await)?;
        let tokens = tokens.unwrap_or_default();
        let active = tokens.iter().find(|token| text(token, "/state") == "ACTIVE");
        if let Some(token) = active.map(|token| text(token, "/token")).filter(|token| !token.is_empty()) {
            return Ok(Some(token.to_owned()));
        }
    }
    Ok(None)
}

/// Users of the cache that the profile does not name.
pub fn of_others(observed: &[Observed]) -> Vec<&str> {
    let others =
        observed.iter().filter(|o| is_kind(&o.resource.address.kind) && o.ownership != Ownership::Ours);
    others.map(|o| o.resource.address.name.as_str()).collect()
}
