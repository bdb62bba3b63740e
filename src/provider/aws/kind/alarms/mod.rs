//! Alarms on every member: one resource for all of them, because each kind of alarm is the same on every member. The dimension is
//! the member's id, never the group's: that one has no metrics.

pub mod calls;
pub mod read;

use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::plan::{Address, Change, Observed, Resource, Value};
use crate::provider::World;
use crate::provider::aws::alarm::Alarm;
use crate::provider::aws::kind::{replication_group, serverless_cache};
use crate::provider::aws::session::Session;
use crate::provider::aws::{alarm, names};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Commitment, Figure, Usd};
use std::collections::BTreeMap;

/// The attribute with the number of members that are watched.
pub const NODES: &str = "nodes";

/// The attribute with whom the alarms notify for us.
pub const NOTIFIES: &str = "notifies";

/// The fact with whom they notify for others.
pub const OTHERS: &str = "notifies for others";

/// The fact with the alarms whose actions are switched off.
pub const SILENT: &str = "notify nobody while their actions are switched off";

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
        Box::pin(async move { Ok(read::alarms(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::put_all(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::put_all(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::put_all(work))
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
                &[
                    "cloudwatch:PutMetricAlarm",
                    "cloudwatch:ListTagsForResource",
                    "cloudwatch:TagResource",
                    "cloudwatch:UntagResource",
                ],
            ),
            (Verb::Delete, &["cloudwatch:DeleteAlarms"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        priced(resource)
    }
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
    match (nodes, Catalog::in_use().usd(&key)) {
        (Some(nodes), Some((each, _))) => {
            let count = nodes * i64::try_from(kinds.count()).unwrap_or(0);
            Figure::Known(Usd(each * rust_decimal::Decimal::from(count)))
        }
        (None, _) => Figure::unknown("not every node is watched"),
        (_, None) => Figure::unknown(format!("the catalogue has no price of {key}")),
    }
}
