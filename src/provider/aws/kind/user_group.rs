//! The group of the users, by which the cache knows them.

use crate::plan::{AttributeChange, Change, Effect, Observed, Resource, State, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{Owner, found, goes, ownership, state, tagged, texts};
use crate::provider::aws::kind::user;
use crate::provider::aws::names;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Engine, Figure, Usd};
use std::collections::BTreeMap;

const MEMBERS: &str = "members";
const ENGINE: &str = "engine";

const SCHEMA: &[Attribute] = &[Attribute::in_place(MEMBERS, &Group::SET), Attribute::TAGS];

/// A group of users.
#[derive(Debug)]
pub struct UserGroup;

impl Kind<Session> for UserGroup {
    fn name(&self) -> &'static str {
        names::USER_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(30)
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let members = user::ids(wanted);
        if members.is_empty() {
            return Vec::new();
        }
        let group = Resource::new(names::address(names::USER_GROUP, wanted.name()));
        let group = group.with(MEMBERS, members.clone());
        wanted.tagged([members.iter().fold(group, |group, id| group.after(names::address(names::USER, id)))])
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(user_groups(session).await?) })
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

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        (difference.name == MEMBERS && fewer(difference)).then(|| {
            Rule::in_place(60)
                .with_effect(Effect::ConnectionsDrop)
                .because("connections of users that leave the group end")
        })
    }

    fn context(&self, _: &Change, world: &World<'_>, _: &Session) -> BTreeMap<String, Value> {
        context(world)
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["elasticache:DescribeUserGroups"]),
            (Verb::Create, &["elasticache:CreateUserGroup"]),
            (Verb::Update, &["elasticache:ModifyUserGroup"]),
            (Verb::Delete, &["elasticache:DeleteUserGroup"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::Known(Usd::ZERO)
    }
}

/// The group of the deployment's users.
pub async fn user_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_user_groups().user_group_id(session.name()).send();
    let answer = session.read(Action::DescribeUserGroups, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for group in answer.user_groups() {
        let mut observed = found(names::USER_GROUP, group.user_group_id().unwrap_or_default());
        let Owner { ownership, tags, .. } = ownership(session, group.arn(), None).await?;
        observed.ownership = ownership;
        observed.state = state(group.status(), &["active"]);
        goes(&mut observed, &tags);
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &tags);
        let caches = group.replication_groups().iter().chain(group.serverless_caches());
        for cache in caches.filter(|cache| *cache != session.name()) {
            session.uses(names::USER_GROUP, &observed.resource.address.name, cache);
        }
        let waits = group
            .pending_changes()
            .is_some_and(|p| !p.user_ids_to_add().is_empty() || !p.user_ids_to_remove().is_empty());
        if waits && observed.state == State::Ready {
            observed.state = State::Busy { what: "members are being changed".into() };
        }
        observed.resource.depends_on =
            group.user_ids().iter().map(|id| names::address(names::USER, id)).collect();
        observed.resource =
            observed.resource.with("members", texts(group.user_ids().iter().map(String::as_str)));
        observed.computed.insert("engine".into(), group.engine().unwrap_or_default().to_ascii_lowercase());
        all.push(observed);
    }
    Ok(all)
}

async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let call = work
        .cloud
        .cache
        .create_user_group()
        .user_group_id(work.name())
        .engine(engine_of(work))
        .set_user_ids(Some(work.texts(MEMBERS)))
        .set_tags(Some(work.tags()))
        .send();
    work.cloud.write(Action::CreateUserGroup, call).await?;
    Ok(work.working("creating"))
}

async fn set(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let wanted = work.texts(MEMBERS);
    let today = work.is.and_then(|is| is.resource.attributes.get(MEMBERS)).and_then(Value::as_texts);
    let today: Vec<String> = today.unwrap_or_default().into_iter().map(str::to_owned).collect();
    let without = |from: &[String], other: &[String]| -> Option<Vec<String>> {
        let left: Vec<String> = from.iter().filter(|m| !other.contains(m)).cloned().collect();
        (!left.is_empty()).then_some(left)
    };
    let call = work
        .cloud
        .cache
        .modify_user_group()
        .user_group_id(work.name())
        .set_user_ids_to_add(without(&wanted, &today))
        .set_user_ids_to_remove(without(&today, &wanted))
        .send();
    work.cloud.write(Action::ModifyUserGroup, call).await?;
    Ok(work.working("members are being changed"))
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_none() {
        return Ok(Outcome::Done);
    }
    let call = work.cloud.cache.delete_user_group().user_group_id(work.name()).send();
    work.cloud.write(Action::DeleteUserGroup, call).await?;
    Ok(work.working("deleting"))
}

/// The engine that users and their group are made for, for their calls: that of the group if it is there, that of the cache
/// otherwise.
pub fn context(world: &World<'_>) -> BTreeMap<String, Value> {
    let group = world.observed.iter().find(|o| o.resource.address.kind == names::USER_GROUP);
    let there = group.and_then(|o| o.computed.get(ENGINE)).filter(|engine| !engine.is_empty());
    let caches = [names::REPLICATION_GROUP, names::SERVERLESS_CACHE];
    let cache = world.desired.iter().find(|r| caches.contains(&r.address.kind.as_str()));
    let wanted = cache.and_then(|r| r.attributes.get(ENGINE)).and_then(Value::as_text);
    let engine = there.map(String::as_str).or(wanted).unwrap_or("valkey");
    BTreeMap::from([(ENGINE.to_owned(), engine.into())])
}

/// The engine that the plan has found for a call.
pub fn engine_of(work: &Work<'_, Session>) -> String {
    work.context.get(ENGINE).and_then(Value::as_text).unwrap_or("valkey").to_owned()
}

/// The engine of the user group. One of Redis serves Valkey too, and so stays through an upgrade.
pub fn engine(wanted: &Wanted<'_, Session>) -> &'static str {
    let there = wanted.seen(&names::address(names::USER_GROUP, wanted.name()));
    match there.and_then(|o| o.computed.get("engine")).map(String::as_str) {
        Some("redis") => "redis",
        Some("valkey") => "valkey",
        _ if wanted.deployment.engine == Engine::Redis => "redis",
        _ => "valkey",
    }
}

fn fewer(difference: &AttributeChange) -> bool {
    let texts = |value: &Option<Value>| -> Vec<String> {
        let texts = value.as_ref().and_then(Value::as_texts).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect()
    };
    let after = texts(&difference.after);
    texts(&difference.before).iter().any(|member| !after.contains(member))
}
