//! Who may sign in by IAM: a binding on the project for the accounts of the functions, with the condition that it is this
//! cache. The project has one policy for all, so that it is read, changed in one place, and written back as that version.

use serde_json::{Value as Json, json};

use super::cache;
use crate::net::Method;
use crate::plan::{Observed, Resource};
use crate::provider::Outcome;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::gcp::api::{Service, text, texts};
use crate::provider::gcp::product::Product;
use crate::provider::gcp::{Gcp, address};
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The kind's name.
pub const NAME: &str = "iam_binding";

const ROLE: &str = "role";
const RESOURCE: &str = "resource";
const MEMBERS: &str = "members";

const BIND: Group = Group::new("bind", "let the functions' accounts sign in, and nobody else", 10);

const SCHEMA: &[Attribute] = &[
    Attribute::in_place(ROLE, &BIND),
    Attribute::in_place(RESOURCE, &BIND),
    Attribute::in_place(MEMBERS, &BIND),
];

/// The binding.
#[derive(Debug)]
pub struct IamBinding;

impl Kind<Gcp> for IamBinding {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(5)
    }

    fn desired(&self, wanted: &Wanted<'_, Gcp>) -> Vec<Resource> {
        let accounts = &wanted.callers.accounts;
        let (Some(cache), Some(product)) =
            (cache::wanted_address(wanted), Product::of(wanted.deployment.service))
        else {
            return Vec::new();
        };
        let Some(role) = product.role else { return Vec::new() };
        if cache::sign_in(wanted) != "iam" || accounts.is_empty() {
            return Vec::new();
        }
        let project = wanted.callers.project.as_deref().unwrap_or_default();
        let members: Vec<String> =
            accounts.iter().map(|account| format!("serviceAccount:{account}")).collect();
        let resource = Resource::new(address(NAME, wanted.profile.name.as_str()))
            .with(ROLE, role)
            .with(RESOURCE, product.path(project, &wanted.deployment.region, &wanted.profile.name))
            .with(MEMBERS, members)
            .after(cache);
        vec![resource]
    }

    fn list<'a>(&'a self, cloud: &'a Gcp) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let policy = policy(cloud).await?;
            Ok(bindings(&policy)
                .iter()
                .filter(|b| is_ours(cloud, b))
                .take(1)
                .map(|b| observed(cloud, b))
                .collect())
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(set(work, true))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(set(work, true))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Gcp>) -> Doing<'a> {
        Box::pin(async move { if work.is.is_some() { set(work, false).await } else { Ok(Outcome::Done) } })
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Gcp) -> Option<String> {
        match verb {
            "create" => Some("let the functions' accounts sign in to this cache".to_owned()),
            "delete" => {
                Some("take the right to sign in to this cache from the functions' accounts".to_owned())
            }
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["resourcemanager.projects.getIamPolicy"]),
            (Verb::Create, &["resourcemanager.projects.setIamPolicy"]),
            (Verb::Update, &["resourcemanager.projects.setIamPolicy"]),
            (Verb::Delete, &["resourcemanager.projects.setIamPolicy"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// The title of the condition: what a binding of ours is known by.
fn title(cloud: &Gcp) -> String {
    format!("cachefit {} in {}", cloud.profile, cloud.region).chars().take(100).collect()
}

fn is_ours(cloud: &Gcp, binding: &Json) -> bool {
    text(binding, "/condition/title") == title(cloud)
}

fn bindings(policy: &Json) -> Vec<Json> {
    policy.get("bindings").and_then(Json::as_array).cloned().unwrap_or_default()
}

fn observed(cloud: &Gcp, binding: &Json) -> Observed {
    let expression = text(binding, "/condition/expression");
    let resource = expression.trim_start_matches("resource.name == ").trim_matches('"');
    let mut members = texts(binding, "members");
    members.sort_unstable();
    Observed::ours(
        Resource::new(address(NAME, cloud.profile.as_str()))
            .with(ROLE, text(binding, "/role"))
            .with(RESOURCE, resource)
            .with(MEMBERS, members),
    )
}

fn path(cloud: &Gcp, verb: &str) -> String {
    format!("/projects/{}:{verb}", cloud.project)
}

/// The policy of the project, with its conditions.
async fn policy(cloud: &Gcp) -> Result<Json, CallError> {
    let body = json!({ "options": { "requestedPolicyVersion": 3 } });
    cloud
        .api
        .call(Service::ResourceManager, Method::POST, &path(cloud, "getIamPolicy"), &[], Some(&body))
        .await
}

/// Writes the policy back with our binding in it, or without; where others have changed it meanwhile, Google refuses, and
/// the step begins anew with a look.
async fn set(work: &Work<'_, Gcp>, is_wanted: bool) -> Result<Outcome, CallError> {
    let cloud = work.cloud;
    let mut policy = policy(cloud).await?;
    let mut all: Vec<Json> = bindings(&policy).into_iter().filter(|b| !is_ours(cloud, b)).collect();
    if is_wanted {
        all.push(json!({
            "role": work.text(ROLE),
            "members": work.texts(MEMBERS),
            "condition": {
                "title": title(cloud),
                "description": "made by cachefit: the accounts of the functions that use this cache",
                "expression": format!("resource.name == \"{}\"", work.text(RESOURCE)),
            },
        }));
    }
    if text(&policy, "/etag").is_empty() {
        return Err(work.refused(
            "the IAM policy of the project came without its version, so that it is not written back",
        ));
    }
    policy["bindings"] = Json::Array(all);
    policy["version"] = 3.into();
    let body = json!({ "policy": policy });
    cloud
        .api
        .call(Service::ResourceManager, Method::POST, &path(cloud, "setIamPolicy"), &[], Some(&body))
        .await?;
    Ok(Outcome::Done)
}
