//! The serverless cache: one changed field in each call, and nothing while it is not available.

pub mod calls;
pub mod read;

use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::demand::Demand;
use crate::plan::{AttributeChange, Change, Confirmation, Effect, Observed, Resource, Value};
use crate::provider::aws::kind::replication_group::{description, guards};
use crate::provider::aws::kind::{CREATE_FAILED, every_client_signs_in};
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use crate::provider::aws::window;
use crate::provider::cloud::Wanted;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, OnChange, Reading, Usual, Verb, Work};
use crate::provider::{Rule, World};
use crate::units::{Commitment, Figure, HOURS_PER_MONTH, Usd};
use std::collections::BTreeMap;

const DATA_MAXIMUM: &str = "data_maximum_gb";

const WORK_MAXIMUM: &str = "ecpu_per_second_maximum";

const DATA_MINIMUM: &str = "data_minimum_gb";

const WORK_MINIMUM: &str = "ecpu_per_second_minimum";

const ADOPT: Group = Group::new("adopt", "tag it as managed by cachefit", 300);

const DESCRIBE: Group = Group::new("describe", "describe it as managed by cachefit", 300);

const ENGINE: Group = Group::new("engine", "change the engine's version", 300);

const LIMITS: Group = Group::new("limits", "set the limits of data and work", 300);

const GUARDS: Group = Group::new("security-groups", "set the security groups", 300);

const USERS: Group = Group::new("users", "let only users of the group in", 300);

const BACKUPS: Group = Group::new("backups", "set the days of backups", 300);

const BACKUP_TIME: Group = Group::new("backup-time", "set the time of backups", 300);

const DROPS: Effect = Effect::ConnectionsDrop;

const READY: &str = "a minimum is billed even while the cache is idle, and is ready within an hour";

/// The service takes one changed field at a time.
const SCHEMA: &[Attribute] = &[
    Attribute::in_place("region", &Group::SET),
    Attribute::in_place("managed", &ADOPT),
    Attribute::in_place("description", &DESCRIBE),
    Attribute { on_change: OnChange::InPlace(DROPS), ..Attribute::in_place("engine", &ENGINE) },
    Attribute { on_change: OnChange::InPlace(DROPS), ..Attribute::in_place("engine_version", &ENGINE) },
    Attribute::in_place(DATA_MAXIMUM, &LIMITS),
    Attribute::in_place(WORK_MAXIMUM, &LIMITS),
    Attribute::noticed(DATA_MINIMUM, &LIMITS, Effect::None, READY),
    Attribute::noticed(WORK_MINIMUM, &LIMITS, Effect::None, READY),
    Attribute::in_place("security_groups", &GUARDS),
    Attribute::noticed("user_group", &USERS, DROPS, "clients must sign in as their user"),
    Attribute::in_place("backup_days", &BACKUPS),
    Attribute::in_place("backup_time", &BACKUP_TIME),
    Attribute::fixed("connection", "a serverless cache keeps its connection for life"),
    Attribute::fixed("subnets", "a serverless cache keeps its subnets for life"),
    Attribute::TAGS,
    // What others have switched on, and it keeps.
    Attribute::in_place(ANY, &Group::SET),
];

/// Work of a command on many elements, in units; no formula is published.
const COMPLEX_UNITS: f64 = 10.0;

/// Bytes of a unit of work.
const UNIT: f64 = 1024.0;

/// Room above what is expected, before a limit of a serverless cache bites.
const ROOM: f64 = 2.0;

/// Limits on work are set in steps of this.
const UNIT_STEP: f64 = 1000.0;

/// A cache without nodes.
#[derive(Debug)]
pub struct ServerlessCache;

impl Kind<Session> for ServerlessCache {
    fn name(&self) -> &'static str {
        names::SERVERLESS_CACHE
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual {
            create: 180,
            update: 60,
            delete: 600,
            holds_data: true,
            mendable: false,
            on_delete: Some("a last snapshot is kept unless `--no-final-snapshot` is given"),
        }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        let cache = wanted.is_serverless().then(|| self::wanted(wanted));
        wanted.tagged(cache)
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(read::caches(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::modify(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(calls::delete(work))
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::SECURITY_GROUP]
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        is.computed.get("status").is_some_and(|status| status == CREATE_FAILED)
    }

    fn rule(&self, difference: &AttributeChange, _: &World<'_>) -> Option<Rule> {
        let text =
            |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned();
        let (before, after) = (text(&difference.before), text(&difference.after));
        let major =
            |version: &str| version.split('.').next().and_then(|v| v.parse::<u32>().ok()).unwrap_or(0);
        match difference.name.as_str() {
            "engine" if after == "redis" => {
                Some(Rule::replace(300).because("Valkey does not go back to Redis"))
            }
            "engine_version" if major(&after) < major(&before) => {
                Some(Rule::replace(300).because("an engine's version does not go down"))
            }
            "engine" | "engine_version" => Some(Rule::in_place(600).with_effect(DROPS)),
            DATA_MAXIMUM if lower(difference) => Some(
                Rule::in_place(60)
                    .because("above a lower limit keys with a time to live go, then writes fail"),
            ),
            _ => None,
        }
    }

    fn confirmation(&self, group: &Group, change: &Change, world: &World<'_>) -> Option<Confirmation> {
        let was = world.ours(&change.address)?.resource.attributes.get("user_group").and_then(Value::as_text);
        (group == &USERS && was.is_none_or(str::is_empty)).then(every_client_signs_in)
    }

    fn says(&self, verb: &str, _: Option<&Resource>, session: &Session) -> Option<String> {
        session.opening.says(verb, "serverless cache", "create the serverless cache")
    }

    fn context(&self, _: &Change, _: &World<'_>, session: &Session) -> BTreeMap<String, Value> {
        session.opening.context()
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["elasticache:DescribeServerlessCaches"]),
            // The service makes an endpoint in the functions' network with the caller's rights.
            (
                Verb::Create,
                &[
                    "elasticache:CreateServerlessCache",
                    "elasticache:DescribeServerlessCacheSnapshots",
                    "ec2:CreateVpcEndpoint",
                    "ec2:CreateTags",
                ],
            ),
            (Verb::Update, &["elasticache:ModifyServerlessCache"]),
            // A last snapshot is made by the same call.
            (
                Verb::Delete,
                &["elasticache:DeleteServerlessCache", "elasticache:CreateServerlessCacheSnapshot"],
            ),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::unknown("it follows use; the plan's total has what is expected")
    }
}

/// The serverless cache, with limits on data and work: without them its bill has none.
pub fn wanted(wanted: &Wanted<'_, Session>) -> Resource {
    let (d, name) = (wanted.deployment, wanted.name());
    let public = wanted.is_public();
    let guard = names::address(names::SECURITY_GROUP, names::security_group(name));
    let has_users = !wanted.profile.security.users.is_empty();
    let (data, units) = limits(wanted);
    let minimum = wanted.profile.requirements.minimum;
    let least = ((minimum.data.0 / 1e9).ceil() as i64, minimum.work.0.ceil() as i64);
    // A limit below what is kept ready would be refused.
    let (data, units) = (data.max(least.0), units.max(least.1));
    let mut resource = Resource::new(names::address(names::SERVERLESS_CACHE, name))
        .with("region", wanted.region())
        .with("managed", true)
        .with("engine", d.engine.as_str())
        .with("engine_version", d.version.split('.').next().unwrap_or_default())
        .with("connection", if public { "public" } else { "vpc" })
        .with("user_group", user_group(wanted))
        .with("description", description(wanted))
        .with("data_maximum_gb", data)
        .with("ecpu_per_second_maximum", units)
        .with("data_minimum_gb", least.0)
        .with("ecpu_per_second_minimum", least.1)
        .with("backup_days", d.backup_retention_days);
    if let Some(window) = window::backups(wanted.profile).filter(|_| d.backup_retention_days > 0) {
        resource = resource.with("backup_time", window.opens());
    }
    for kept in ["kms_key", "network_type", "storage_encryption"] {
        if let Some(value) = wanted.seen_value(names::SERVERLESS_CACHE, name, kept) {
            resource = resource.with(kept, value.clone());
        }
    }
    if !public {
        resource = resource
            .with("subnets", subnets(wanted))
            .with("security_groups", guards(wanted, names::SERVERLESS_CACHE, &guard.name))
            .after(guard);
    }
    if has_users {
        resource = resource.after(names::address(names::USER_GROUP, name));
    }
    resource
}

/// The most data in GB and the most work a second that a cache may use.
pub fn maximums(cache: &Resource) -> (i64, i64) {
    let number = |name: &str| cache.attributes.get(name).and_then(Value::as_number).unwrap_or(0);
    (number(DATA_MAXIMUM), number(WORK_MAXIMUM))
}

/// Our user group, or that of a cache that was taken over.
fn user_group(wanted: &Wanted<'_, Session>) -> Value {
    if !wanted.profile.security.users.is_empty() {
        return wanted.name().into();
    }
    let today = wanted.seen_value(names::SERVERLESS_CACHE, wanted.name(), "user_group");
    today.filter(|_| wanted.is_adopted()).cloned().unwrap_or_else(|| "".into())
}

/// Two or three subnets; they cannot change, and whole VPCs are reached through them.
fn subnets(wanted: &Wanted<'_, Session>) -> Value {
    if let Some(today) = wanted.seen_value(names::SERVERLESS_CACHE, wanted.name(), "subnets") {
        return today.clone();
    }
    let mut ids: Vec<String> = wanted.callers.network.spread().into_iter().map(|s| s.id.clone()).collect();
    ids.sort_unstable();
    ids.into()
}

/// Gigabytes, and units of work a second: twice what is expected at the horizon. What the budget leaves for data after
/// the likely work bounds the first, but never below what is expected.
fn limits(wanted: &Wanted<'_, Session>) -> (i64, i64) {
    let demand = Demand::of(wanted.profile);
    let stored = demand.growth.at_horizon(demand.payload_now).high / 1e9;
    let (simple, complex) = demand.units_per_command(UNIT, COMPLEX_UNITS, true);
    let many = demand.peak.complex.high;
    let keyed = demand.peak.reads.high + demand.peak.writes.high;
    let work = (keyed - many).max(0.0) * simple + many * complex;
    let units = ((work * ROOM / UNIT_STEP).ceil() * UNIT_STEP).clamp(UNIT_STEP, 15e6);
    let roomy = (stored * ROOM).ceil().max(1.0);
    let data = match affordable(wanted, &demand) {
        Some(most) => roomy.min(most.max(stored.ceil())).max(1.0),
        None => roomy,
    };
    (data.min(5000.0) as i64, units as i64)
}

/// Gigabytes that the budget pays for, after the likely work.
fn affordable(wanted: &Wanted<'_, Session>, demand: &Demand) -> Option<f64> {
    let budget = f64::try_from(wanted.profile.requirements.budget.as_ref()?.value.0).ok()?;
    let price = |item| {
        let key = PriceKey {
            service: Service::ElastiCacheServerless,
            region: wanted.region(),
            item,
            engine: Some(wanted.deployment.engine),
            term: Commitment::OnDemand,
        };
        f64::try_from(Catalog::in_use().usd(&key)?.0).ok()
    };
    let gigabyte = price(items::STORED_GB_HOUR)? * f64::from(HOURS_PER_MONTH);
    let (simple, complex) = demand.units_per_command(UNIT, COMPLEX_UNITS, false);
    let month = crate::units::SECONDS_PER_MONTH;
    let many = demand.average.complex.likely;
    let plain = demand.average.reads.likely + demand.average.writes.likely - many;
    let work = (plain * simple + many * complex) * month / 1e6 * price(items::MILLION_ECPU)?;
    Some(((budget - work) / gigabyte).floor().max(0.0))
}

fn lower(difference: &AttributeChange) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_number);
    number(&difference.after) < number(&difference.before)
}
