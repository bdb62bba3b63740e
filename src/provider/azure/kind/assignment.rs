//! What an Entra identity may do in the database. There are no users of the cache's own: the identity is the user.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::catalog::Service;
use crate::plan::{Effect, Observed, Ownership, Resource, State};
use crate::profile::{Auth, Permission, Profile, User};
use crate::provider::Outcome;
use crate::provider::access;
use crate::provider::azure::arm::WITH_ACCESS;
use crate::provider::azure::callers::Callers;
use crate::provider::azure::found::{self, text};
use crate::provider::azure::kind::database;
use crate::provider::azure::{Azure, gone, names, offers};
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};

/// The attribute with the identity.
pub const OBJECT_ID: &str = "object_id";
/// The attribute with what it may do, as Redis writes it.
pub const ACCESS: &str = "access";

/// What an assignment allows that says nothing of it.
pub const FULL: &str = "+@all ~*";
/// The one policy of the stable API, which allows everything.
const POLICY: &str = "default";

const PERMIT: Group = Group::new("set-access", "set what the identity may do; its connections stay", 60);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(OBJECT_ID, "an assignment is for one identity"),
    Attribute::noticed(ACCESS, &PERMIT, Effect::None, "the identity may do more or less from then on"),
];

/// An identity with the user that it signs in as, and what that one may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The user of the profile, or the function app.
    pub user: String,
    /// The identity.
    pub object_id: String,
    /// What it may do, as Redis writes it.
    pub access: String,
}

impl Grant {
    /// Whether it may do everything.
    pub fn is_full(&self) -> bool {
        self.access == FULL
    }
}

/// An assignment.
#[derive(Debug)]
pub struct Assignment;

impl Kind<Azure> for Assignment {
    fn name(&self) -> &'static str {
        names::ASSIGNMENT
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { mendable: true, ..Usual::seconds(60) }
    }

    fn lives_in(&self) -> Option<&'static str> {
        Some(names::DATABASE)
    }

    fn desired(&self, wanted: &Wanted<'_, Azure>) -> Vec<Resource> {
        if wanted.deployment.service != Service::AzureManagedRedis {
            return Vec::new();
        }
        let resource = |grant: Grant| {
            let name = names::assignment(&grant.user, &grant.object_id);
            Resource::new(names::address(names::ASSIGNMENT, name))
                .with(OBJECT_ID, grant.object_id)
                .with(ACCESS, grant.access)
                .after(database::address(&wanted.profile.name))
        };
        grants(wanted.profile, wanted.callers).into_iter().map(resource).collect()
    }

    fn list<'a>(&'a self, cloud: &'a Azure) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let answers = all(cloud).await?;
            Ok(answers.iter().filter_map(|answer| observed(cloud, answer)).collect())
        })
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::REDIS_ENTERPRISE]
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(set(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Azure>) -> Doing<'a> {
        Box::pin(async move {
            let _alone = work.cloud.lane.lock().await;
            nothing_goes_on(work, &all(work.cloud).await?)?;
            let version = offers::read(work.cloud).await?.version();
            gone::delete(work, &path(work.cloud, work.name()), version).await
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Azure) -> Option<String> {
        let attribute = |name: &str| wanted?.attributes.get(name)?.as_text();
        match verb {
            "create" => Some(format!("let the identity {} do {}", attribute(OBJECT_ID)?, attribute(ACCESS)?)),
            "delete" => Some("take the identity's access away".to_owned()),
            _ => None,
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (
                Verb::Read,
                &[
                    "Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments/read",
                    "Microsoft.Resources/subscriptions/providers/read",
                ],
            ),
            (Verb::Create, &["Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments/write"]),
            (Verb::Update, &["Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments/write"]),
            (Verb::Delete, &["Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments/delete"]),
        ]
    }

    fn monthly(&self, _: &Resource) -> Figure<Usd> {
        Figure::Known(Usd::ZERO)
    }
}

/// Which identity may do what. Without users each function app may do everything: nobody else can sign in.
pub fn grants(profile: &Profile, callers: &Callers) -> Vec<Grant> {
    let users = &profile.security.users;
    let mut all: BTreeMap<String, Grant> = BTreeMap::new();
    let mut grant = |user: &str, object_id: String, access: String| {
        // A second user of one identity is refused before: the first one stays.
        let grant = Grant { user: user.to_owned(), object_id: object_id.clone(), access };
        all.entry(object_id.to_lowercase()).or_insert(grant);
    };
    if users.is_empty() {
        for app in &callers.apps {
            for id in &app.identities {
                grant(&app.name, id.clone(), FULL.to_owned());
            }
        }
    }
    for user in users.iter().filter(|user| user.auth.value == Auth::Iam) {
        for id in identities(user, callers) {
            grant(&user.name, id, access_string(user));
        }
    }
    all.into_values().collect()
}

/// The identities behind a user: those that it names, by object ids or by function apps, or those of all function apps.
pub fn identities(user: &User, callers: &Callers) -> Vec<String> {
    let of_name = |name: &String| match callers.apps.iter().find(|app| app.name == *name) {
        Some(app) => app.identities.clone(),
        None => vec![name.clone()],
    };
    if user.identities.is_empty() {
        return callers.apps.iter().flat_map(|app| app.identities.iter().cloned()).collect();
    }
    user.identities.iter().flat_map(of_name).collect()
}

/// What a user may do, in the order of Azure's examples: commands, then keys and channels.
pub fn access_string(user: &User) -> String {
    if user.can.contains(&Permission::Admin) && user.keys.iter().any(|key| key == "*") {
        return FULL.to_owned();
    }
    // A new user may do nothing, so that nothing is taken away first.
    let rules = access::rules(user).into_iter().filter(|rule| rule != "on" && rule != "-@all");
    let (commands, patterns): (Vec<String>, Vec<String>) =
        rules.partition(|rule| rule.starts_with(['+', '-']));
    commands.into_iter().chain(patterns).collect::<Vec<_>>().join(" ")
}

/// The path of an assignment.
fn path(cloud: &Azure, name: &str) -> String {
    format!("{}/accessPolicyAssignments/{name}", database::path(cloud, cloud.name()))
}

async fn all(cloud: &Azure) -> Result<Vec<Json>, CallError> {
    let version = offers::read(cloud).await?.version();
    let path = format!("{}/accessPolicyAssignments", database::path(cloud, cloud.name()));
    cloud.arm.list_if_there(&path, version).await
}

/// One at a time: the service does not take a second one while it works on the first.
fn nothing_goes_on(work: &Work<'_, Azure>, all: &[Json]) -> Result<(), CallError> {
    let name = |answer: &Json| text(answer, "/name").to_owned();
    let busy = all.iter().find(|answer| matches!(found::state(answer), State::Busy { .. }));
    match busy.map(name) {
        Some(other) if other != work.name() => {
            Err(CallError::new(Refusal::Busy, format!("the assignment {other} is being worked on")))
        }
        _ => Ok(()),
    }
}

async fn set(work: &Work<'_, Azure>) -> Result<Outcome, CallError> {
    let cloud = work.cloud;
    let _alone = cloud.lane.lock().await;
    let there = all(cloud).await?;
    nothing_goes_on(work, &there)?;
    let offers = offers::read(cloud).await?;
    let (object_id, wanted) = (work.text(OBJECT_ID), work.text(ACCESS));
    let theirs = there.iter().find(|answer| {
        text(answer, "/properties/user/objectId").eq_ignore_ascii_case(object_id)
            && !text(answer, "/name").eq_ignore_ascii_case(work.name())
    });
    if let Some(other) =
        theirs.map(|answer| text(answer, "/name")).filter(|name| !names::is_our_assignment(name))
    {
        let message = format!("the identity {object_id} has the assignment {other} already, made by others");
        return Err(work.refused(&message).with_hint(
            "an identity has one assignment in a database: delete that one, then the same command goes on",
        ));
    }
    let mut properties = json!({ "accessPolicyName": POLICY, "user": { "objectId": object_id } });
    if offers.has_access() {
        properties["accessString"] = Json::from(wanted);
    } else if wanted != FULL {
        return Err(work.refused(&format!(
            "the API version {WITH_ACCESS} is not served any more, and without it the identity would get full access"
        )));
    }
    cloud.arm.put(&path(cloud, work.name()), offers.version(), &json!({ "properties": properties })).await?;
    Ok(work.working("the access is being set"))
}

/// An assignment with a name of ours; those of others are theirs, and none of our business.
fn observed(cloud: &Azure, answer: &Json) -> Option<Observed> {
    let name = text(answer, "/name");
    if !names::is_our_assignment(name) {
        return None;
    }
    let access = match text(answer, "/properties/accessString") {
        "" => FULL,
        access => access,
    };
    let resource = Resource::new(names::address(names::ASSIGNMENT, name))
        .with(OBJECT_ID, text(answer, "/properties/user/objectId"))
        .with(ACCESS, access)
        .after(database::address(cloud.name()));
    let mut observed = Observed::ours(resource);
    observed.ownership = Ownership::Ours;
    observed.state = found::state(answer);
    // Only a look at the assignment itself says why it failed.
    let why = text(answer, "/properties/provisioningError/message");
    if !why.is_empty() {
        let code = text(answer, "/properties/provisioningError/code");
        observed.state = State::Broken { why: format!("{code}: {why}") };
    }
    observed.computed.insert(found::ID.to_owned(), text(answer, "/id").to_owned());
    Some(observed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse;
    use crate::provider::azure::callers::{App, Hosting};

    fn profile(users: &str) -> Profile {
        let text = format!(
            "name: shop\nenvironment: production\nplacement: {{ provider: azure, region: eastus }}\ndataset:\n  - keys: \"s:*\"\n    \
             type: string\n    count: 1k\n    value_size: 100B\n    role: cache\ntraffic:\n  peak: {{ reads: 1/s, writes: 1/s }}\n{users}"
        );
        parse(text.as_bytes(), "t").unwrap_or_else(|error| panic!("{error}"))
    }

    fn callers() -> Callers {
        let app = |name: &str, id: &str| App {
            name: name.to_owned(),
            id: format!("/sites/{name}"),
            region: "eastus".to_owned(),
            hosting: Hosting::Flex,
            subnet: None,
            identities: vec![id.to_owned()],
            most_instances: None,
        };
        Callers { apps: vec![app("web", "id-1"), app("worker", "id-2")], ..Callers::default() }
    }

    #[test]
    fn without_users_each_function_app_may_do_everything() {
        let grants = grants(&profile(""), &callers());
        assert_eq!(grants.len(), 2);
        assert!(grants.iter().all(Grant::is_full));
    }

    #[test]
    fn a_user_is_the_identities_that_the_profile_names() {
        let users = "security:\n  users:\n    - { name: reader, can: [read], keys: [\"s:*\"], identities: [worker, id-9] }\n";
        let grants = grants(&profile(users), &callers());
        let ids: Vec<&str> = grants.iter().map(|grant| grant.object_id.as_str()).collect();
        assert_eq!(ids, ["id-2", "id-9"]);
        assert!(grants.iter().all(|grant| !grant.is_full() && grant.access.ends_with(" ~s:*")), "{grants:?}");
        assert!(grants[0].access.starts_with("+@connection +@transaction +@read "), "{}", grants[0].access);
    }

    #[test]
    fn only_an_administrator_of_all_keys_has_full_access() {
        let full = |can: &str, keys: &str| {
            let users =
                format!("security:\n  users:\n    - {{ name: ops, can: [{can}], keys: [\"{keys}\"] }}\n");
            access_string(&profile(&users).security.users[0]) == FULL
        };
        assert!(full("admin", "*"));
        assert!(!full("admin", "s:*"));
        assert!(!full("read, write", "*"));
    }
}
