//! Alarms on every member: one resource for all of them, because each kind of alarm is the same on every member. The dimension is
//! the member's id, never the group's: that one has no metrics.

use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::plan::{Address, Change, Observed, Ownership, Resource, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::alarm::Alarm;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, texts};
use crate::provider::aws::kind::{replication_group, serverless_cache};
use crate::provider::aws::names::Described;
use crate::provider::aws::session::Session;
use crate::provider::aws::{alarm, names, own_tags, relate};
use crate::provider::call::CallError;
use crate::provider::cloud::Wanted;
use crate::provider::kind::TAGS;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, World, look};
use crate::units::{Commitment, Figure, Usd};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, StateValue, Statistic, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// The attribute with the number of members that are watched.
pub const NODES: &str = "nodes";

/// The attribute with whom the alarms notify for us.
pub const NOTIFIES: &str = "notifies";

/// The fact with whom they notify for others.
pub const OTHERS: &str = "notifies for others";

/// The fact with the alarms whose actions are switched off.
pub const SILENT: &str = "notify nobody while their actions are switched off";

/// The fact with the alarms that are raised, by member and kind.
const RAISED: &str = "in_alarm";

/// Alarms that one call may delete.
const AT_ONCE: usize = 100;

/// The context that says that the members are those of a cache without nodes.
const SERVERLESS: &str = "serverless";

const SCHEMA: &[Attribute] = &[
    Attribute::in_place("region", &Group::SET),
    Attribute::in_place(NODES, &Group::SET),
    Attribute::in_place(NOTIFIES, &Group::SET),
    Attribute::TAGS,
    // The kinds of alarms.
    Attribute::in_place(ANY, &Group::SET),
];

/// The alarms of a deployment.
#[derive(Debug)]
pub struct Alarms;

impl Kind<Session> for Alarms {
    fn name(&self) -> &'static str {
        names::ALARMS
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual::seconds(2)
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let watched = if wanted.is_serverless() {
            let cache = serverless_cache::wanted(wanted);
            let (data, work) = serverless_cache::maximums(&cache);
            Some(alarms_wanted(wanted, &cache.address, 1, &alarm::of_serverless(data, work)))
        } else {
            let group = replication_group::wanted(wanted);
            let nodes = replication_group::nodes(&group);
            wanted.node().map(|node| {
                alarms_wanted(wanted, &group.address, nodes, &alarm::of_nodes(wanted.deployment, node))
            })
        };
        wanted.tagged(watched)
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(alarms(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(put_all(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(put_all(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(put_all(work))
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::REPLICATION_GROUP, names::SERVERLESS_CACHE]
    }

    fn context(&self, _: &Change, world: &World<'_>, _: &Session) -> BTreeMap<String, Value> {
        let serverless = |r: &Resource| r.address.kind == names::SERVERLESS_CACHE;
        let serverless = world.desired.iter().any(serverless);
        serverless.then(|| (SERVERLESS.to_owned(), true.into())).into_iter().collect()
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["cloudwatch:DescribeAlarms"]),
            (Verb::Create, &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]),
            (
                Verb::Update,
                &["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
            ),
            (Verb::Delete, &["cloudwatch:DeleteAlarms"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        priced(resource)
    }
}

/// Every alarm with one of the deployment's names.
pub async fn list(session: &Session) -> Result<Vec<MetricAlarm>, AwsError> {
    let prefix = names::alarm_prefix(session.name());
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.cloudwatch.describe_alarms().alarm_name_prefix(&prefix).max_records(100);
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::DescribeAlarms, call).await?;
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        all.extend(page.metric_alarms.unwrap_or_default());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// All alarms of the deployment; they are folded when the members are known.
pub async fn alarms(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let mut observed = found(names::ALARMS, session.name());
    let all = list(session).await?;
    for alarm in &all {
        let Some(name) = alarm.alarm_name() else { continue };
        if described(session, alarm).is_none() {
            let why = format!("the alarm {name} is not described as ours");
            observed.ownership = Ownership::Foreign { why };
        }
        observed.facts.insert(name.to_owned(), text(alarm));
    }
    if observed.facts.is_empty() {
        return Ok(Vec::new());
    }
    observed.resource =
        observed.resource.with(NOTIFIES, notifies(session, &all)).with(TAGS, tags_of(session, &all));
    let listed = |of: &dyn Fn(&MetricAlarm) -> Vec<String>| -> String {
        all.iter().flat_map(of).collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    let others = listed(&|alarm| {
        let ours = described(session, alarm).unwrap_or_default().notifies;
        alarm.alarm_actions().iter().filter(|action| !ours.contains(action)).cloned().collect()
    });
    let silent = listed(&|alarm| {
        let off = alarm.actions_enabled() == Some(false);
        alarm.alarm_name().filter(|_| off).map(str::to_owned).into_iter().collect()
    });
    let prefix = names::alarm_prefix(session.name());
    let raised = listed(&|alarm| {
        let raised = alarm.state_value() == Some(&StateValue::Alarm);
        let name = alarm.alarm_name().filter(|_| raised);
        name.map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_owned()).into_iter().collect()
    });
    for (fact, text) in [(OTHERS, others), (SILENT, silent), (RAISED, raised)] {
        if !text.is_empty() {
            observed.facts.insert(fact.to_owned(), text);
        }
    }
    Ok(vec![observed])
}

/// Whom an alarm notifies for us, and the mark of its tags; none if it is not described as ours.
pub fn described(session: &Session, alarm: &MetricAlarm) -> Option<Described> {
    names::described(session.name(), alarm.alarm_description().unwrap_or_default())
}

/// The profile's own tags, or which alarms have others: their descriptions only tell that they differ.
fn tags_of(session: &Session, all: &[MetricAlarm]) -> Value {
    let wanted = &session.opening.tags;
    let mark = own_tags::mark(wanted);
    let differ = all.iter().filter(|alarm| described(session, alarm).is_some_and(|d| d.mark != mark)).count();
    if differ > 0 {
        return texts([format!("others on {differ} of {} alarms", all.len()).as_str()]);
    }
    let wanted: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    texts(wanted.iter().map(String::as_str))
}

/// Whom all alarms notify for us; of those that some do not notify, which these are.
fn notifies(session: &Session, all: &[MetricAlarm]) -> Value {
    let ours: BTreeSet<String> =
        all.iter().flat_map(|alarm| described(session, alarm).unwrap_or_default().notifies).collect();
    let lines: Vec<String> = ours
        .into_iter()
        .map(|action| {
            let does = |alarm: &MetricAlarm| {
                alarm.alarm_actions().contains(&action)
                    && described(session, alarm).is_some_and(|ours| ours.notifies.contains(&action))
            };
            let not: Vec<&str> =
                all.iter().filter(|alarm| !does(alarm)).filter_map(MetricAlarm::alarm_name).collect();
            match not[..] {
                [] => action,
                [one] => format!("{action}, but not by {one}"),
                [one, ..] => format!("{action}, but not by {one} and {} more", not.len() - 1),
            }
        })
        .collect();
    texts(lines.iter().map(String::as_str))
}

/// What an alarm watches, and on which member.
fn text(alarm: &MetricAlarm) -> String {
    let watched = Alarm {
        kind: String::new(),
        metric: alarm.metric_name().unwrap_or_default().to_owned(),
        statistic: alarm.statistic().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        period: alarm.period().unwrap_or(0),
        above: alarm.threshold().unwrap_or(f64::NAN),
        points: alarm.datapoints_to_alarm().or(alarm.evaluation_periods()).unwrap_or(0),
        of: alarm.evaluation_periods().unwrap_or(0),
    };
    let comparison = alarm.comparison_operator().map_or("", |c| c.as_str());
    if comparison == "GreaterThanThreshold" {
        watched.text()
    } else {
        format!("{comparison} {}", watched.text())
    }
}

/// One attribute a kind, and whether all members have them all.
pub fn fold(session: &Session, observed: &mut Observed, members: &[String]) {
    let prefix = names::alarm_prefix(session.name());
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut watched: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in &observed.facts {
        let Some((member, kind)) = name.strip_prefix(&prefix).and_then(|rest| rest.rsplit_once('/')) else {
            continue;
        };
        kinds.entry(kind.to_owned()).or_default().insert(text.clone());
        watched.entry(member.to_owned()).or_default().insert(kind.to_owned());
    }
    let whole = |member: &String| watched.get(member).is_some_and(|has| has.len() == kinds.len());
    let missing = members.iter().filter(|m| !whole(m)).count();
    let gone: Vec<&String> = watched.keys().filter(|m| !members.contains(m)).collect();
    let watched = members.len() - missing;
    let nodes: Value = match (missing, gone.len()) {
        (0, 0) => i64::try_from(watched).unwrap_or(i64::MAX).into(),
        (_, 0) => format!("{watched} of {}", members.len()).into(),
        (_, more) => format!("{watched} of {}, and {more} that are gone", members.len()).into(),
    };
    let region = session.opening.region.as_str();
    let mut resource = observed.resource.clone().with(NODES, nodes).with("region", region);
    for (kind, texts) in kinds {
        let text: Vec<String> = texts.into_iter().collect();
        resource = resource.with(&kind, text.join(" or "));
    }
    observed.resource = resource;
}

/// Whom the alarms notify, in one order.
fn alerts(wanted: &Wanted<'_, Session>) -> Value {
    let mut alerts = wanted.profile.requirements.alerts.clone();
    alerts.sort_unstable();
    alerts.into()
}

fn alarms_wanted(
    wanted: &Wanted<'_, Session>,
    cache: &Address,
    nodes: i64,
    watched: &[alarm::Alarm],
) -> Resource {
    let resource = Resource::new(names::address(names::ALARMS, wanted.name()))
        .after(cache.clone())
        .with("region", wanted.region())
        .with(NODES, nodes)
        .with(NOTIFIES, alerts(wanted));
    watched.iter().fold(resource, |resource, alarm| resource.with(&alarm.kind, alarm.text()))
}

/// Puts every alarm on every member, and removes what is left of others.
pub async fn put_all(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let session = work.cloud;
    let prefix = names::alarm_prefix(session.name());
    let today: Vec<&String> = work
        .is
        .map(|o| o.facts.keys().filter(|name| name.starts_with(&prefix)).collect())
        .unwrap_or_default();
    let mut wanted: Vec<(String, String, Alarm)> = Vec::new();
    let serverless = work.context.contains_key(SERVERLESS);
    if work.verb() != "delete" {
        let kind = if serverless { names::SERVERLESS_CACHE } else { names::REPLICATION_GROUP };
        let there = look::one(session, &names::address(kind, session.name())).await?;
        for member in relate::members(there.as_slice()) {
            for (kind, text) in work.all {
                let Some(alarm) = text.as_text().and_then(|text| Alarm::from_text(kind, text)) else {
                    continue;
                };
                wanted.push((names::alarm(session.name(), &member, kind), member.clone(), alarm));
            }
        }
    }
    let gone: Vec<String> =
        today.iter().filter(|name| !wanted.iter().any(|(w, ..)| &w == *name)).map(|n| (*n).clone()).collect();
    // A call sets an alarm as a whole: what others have set is taken from here. Read now, not when the step began.
    let there: BTreeMap<String, MetricAlarm> = if wanted.is_empty() {
        BTreeMap::new()
    } else {
        let all = list(session).await?.into_iter();
        all.filter_map(|alarm| Some((alarm.alarm_name()?.to_owned(), alarm))).collect()
    };
    // One after the other: a region takes three of these a second, from all its callers together.
    for (number, (name, member, alarm)) in wanted.iter().enumerate() {
        match put(work, name, member, alarm, serverless, there.get(name)).await {
            Err(error) if error.is_passing() && number > 0 => {
                return Ok(work.working(&format!("{number} of {} alarms are there", wanted.len())));
            }
            result => result?,
        }
    }
    for some in gone.chunks(AT_ONCE) {
        let call = session.cloudwatch.delete_alarms().set_alarm_names(Some(some.to_vec())).send();
        session.write(Action::DeleteAlarms, call).await?;
    }
    Ok(Outcome::Done)
}

async fn put(
    work: &Work<'_, Session>,
    name: &str,
    member: &str,
    alarm: &Alarm,
    serverless: bool,
    there: Option<&MetricAlarm>,
) -> Result<(), CallError> {
    let alerts = work.texts(NOTIFIES);
    let described = there.and_then(|there| described(work.cloud, there)).unwrap_or_default();
    let (ours, mark) = (described.notifies, own_tags::mark(&work.cloud.opening.tags));
    let retag = described.mark != mark;
    let mut actions: Vec<String> = there.map(|there| there.alarm_actions().to_vec()).unwrap_or_default();
    let notifies = ours == alerts && alerts.iter().all(|alert| actions.contains(alert));
    // Told by the text that is there, so that an apply that was cut short does not put all of them again.
    let is = work.is.and_then(|o| o.facts.get(name));
    if there.is_some()
        && notifies
        && !retag
        && is == Some(&Alarm { kind: String::new(), ..alarm.clone() }.text())
    {
        return Ok(());
    }
    if let Some(there) = there.filter(|_| retag) {
        tags(work, there).await?;
    }
    actions.retain(|action| alerts.contains(action) || !ours.contains(action));
    let more: Vec<String> = alerts.iter().filter(|alert| !actions.contains(alert)).cloned().collect();
    actions.extend(more);
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let dimensions = if serverless {
        vec![dimension("clusterId", member)]
    } else {
        vec![dimension("CacheClusterId", member), dimension("CacheNodeId", "0001")]
    };
    let tags = work.all_tags().into_iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = work
        .cloud
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .alarm_description(names::alarm_description(work.cloud.name(), &alerts, mark.as_deref()))
        .namespace("AWS/ElastiCache")
        .metric_name(&alarm.metric)
        .statistic(Statistic::from(alarm.statistic.as_str()))
        .set_dimensions(Some(dimensions))
        .period(alarm.period)
        .evaluation_periods(alarm.of)
        .datapoints_to_alarm(alarm.points)
        .threshold(alarm.above)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data(there.and_then(MetricAlarm::treat_missing_data).unwrap_or("notBreaching"))
        .set_unit(there.and_then(|there| there.unit().cloned()))
        .set_actions_enabled(there.and_then(MetricAlarm::actions_enabled))
        .set_alarm_actions(some(&actions))
        .set_ok_actions(there.and_then(|there| some(there.ok_actions())))
        .set_insufficient_data_actions(there.and_then(|there| some(there.insufficient_data_actions())))
        // Only a new alarm takes them.
        .set_tags(there.is_none().then_some(tags))
        .send();
    work.cloud.write(Action::PutMetricAlarm, call).await?;
    Ok(())
}

/// Sets the tags of an alarm that is there: the call that sets the alarm does not.
async fn tags(work: &Work<'_, Session>, there: &MetricAlarm) -> Result<(), CallError> {
    let session = work.cloud;
    let arn = there.alarm_arn().ok_or_else(|| AwsError::unreadable(Action::DescribeAlarms, "ARN"))?;
    let call = || session.cloudwatch.list_tags_for_resource().resource_arn(arn).send();
    let answer = session.read(Action::ListTagsOfAlarm, call).await?;
    let has = answer.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())));
    let turn = own_tags::turn(&session.opening.tags, &has.collect());
    let all = names::with_ours(session.name(), turn.set).into_iter();
    let all = all.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    for (keys, last) in [(turn.gone, false), (turn.unlisted, true)] {
        if last {
            let call = session.cloudwatch.tag_resource().resource_arn(arn).set_tags(Some(Vec::clone(&all)));
            session.write(Action::TagAlarm, call.send()).await?;
        }
        if !keys.is_empty() {
            let call = session.cloudwatch.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
            session.write(Action::UntagAlarm, call.send()).await?;
        }
    }
    Ok(())
}

/// Every kind on every node; none are billed where the number is not known yet.
fn priced(resource: &Resource) -> Figure<Usd> {
    let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let kinds = resource
        .attributes
        .iter()
        .filter(|(kind, value)| value.as_text().is_some_and(|text| Alarm::from_text(kind, text).is_some()));
    let nodes = resource.attributes.get(NODES).and_then(Value::as_number);
    let key = PriceKey {
        service: Service::ElastiCache,
        region: text("region"),
        item: items::ALARM,
        engine: None,
        term: Commitment::OnDemand,
    };
    match (nodes, Catalog::embedded().usd(&key)) {
        (Some(nodes), Some((each, _))) => {
            let count = nodes * i64::try_from(kinds.count()).unwrap_or(0);
            Figure::Known(Usd(each * rust_decimal::Decimal::from(count)))
        }
        (None, _) => Figure::unknown("not every node is watched"),
        (_, None) => Figure::unknown(format!("the catalogue has no price of {key}")),
    }
}
