//! The serverless cache: one changed field in each call, and nothing while it is not available.

use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::demand::Demand;
use crate::plan::{AttributeChange, Change, Effect, Gate, Observed, Resource, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, owner_of_cache, state, texts};
use crate::provider::aws::kind::replication_group::{description, guards};
use crate::provider::aws::kind::{CREATE_FAILED, every_client_signs_in};
use crate::provider::aws::session::Session;
use crate::provider::aws::window;
use crate::provider::aws::{names, restore};
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{ANY, Attribute, Doing, Group, Kind, OnChange, Reading, Usual, Verb, Work};
use crate::provider::{Outcome, Rule, World};
use crate::units::{Commitment, Figure, HOURS_PER_MONTH, Usd};
use aws_sdk_elasticache::types::{
    CacheUsageLimits, ConnectionType, DataStorage, DataStorageUnit, EcpuPerSecond, NetworkType,
    StorageEncryptionType,
};
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
        Box::pin(async move { Ok(caches(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(modify(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn read_with(&self) -> &'static [&'static str] {
        &[names::SECURITY_GROUP]
    }

    fn was_never_made(&self, is: &Observed) -> bool {
        is.facts.get("status").is_some_and(|status| status == CREATE_FAILED)
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

    fn confirmation(&self, group: &Group, change: &Change, world: &World<'_>) -> Option<Gate> {
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
            (Verb::Create, &["elasticache:CreateServerlessCache"]),
            (Verb::Update, &["elasticache:ModifyServerlessCache"]),
            (Verb::Delete, &["elasticache:DeleteServerlessCache"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::unknown("it follows use; the plan's total has what is expected")
    }
}

/// The serverless cache of the deployment.
pub async fn caches(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let call = || session.cache.describe_serverless_caches().serverless_cache_name(session.name()).send();
    let answer = session.read(Action::DescribeServerlessCaches, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for cache in answer.serverless_caches() {
        let mut observed = found(names::SERVERLESS_CACHE, cache.serverless_cache_name().unwrap_or_default());
        let owner = owner_of_cache(session, cache.arn(), cache.description()).await?;
        observed.state = state(cache.status(), &["available"]);
        let endpoint = |e: &aws_sdk_elasticache::types::Endpoint| {
            Some(format!("{}:{}", e.address()?, e.port().unwrap_or(6379)))
        };
        for (fact, value) in [
            ("status", cache.status().map(str::to_ascii_lowercase)),
            ("arn", cache.arn().map(str::to_owned)),
            ("created", cache.create_time().map(|t| t.secs().to_string())),
            ("members", cache.serverless_cache_name().map(str::to_owned)),
            ("primary_endpoint", cache.endpoint().and_then(endpoint)),
            ("reader_endpoint", cache.reader_endpoint().and_then(endpoint)),
            ("engine_version", cache.full_engine_version().map(str::to_owned)),
        ] {
            if let Some(value) = value {
                observed.facts.insert(fact.to_owned(), value);
            }
        }
        if observed.facts.get("status").is_some_and(|s| s == "creating") {
            owner.mark(session, &mut observed);
            all.push(observed);
            continue;
        }
        let user_group = cache.user_group_id().unwrap_or_default();
        if !user_group.is_empty() {
            observed.resource.depends_on.push(names::address(names::USER_GROUP, user_group));
        }
        let limits = cache.cache_usage_limits();
        let storage = limits.and_then(|l| l.data_storage());
        let ecpu = limits.and_then(|l| l.ecpu_per_second());
        let public = cache.connection_type() == Some(&ConnectionType::Public);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("engine", cache.engine().unwrap_or_default().to_ascii_lowercase())
            .with("engine_version", major(cache.major_engine_version()))
            .with("connection", if public { "public" } else { "vpc" })
            .with("subnets", texts(cache.subnet_ids().iter().map(String::as_str)))
            .with("security_groups", texts(cache.security_group_ids().iter().map(String::as_str)))
            .with("user_group", user_group)
            .with("description", cache.description().unwrap_or_default())
            .with("data_maximum_gb", i64::from(storage.and_then(DataStorage::maximum).unwrap_or(0)))
            .with("ecpu_per_second_maximum", i64::from(ecpu.and_then(EcpuPerSecond::maximum).unwrap_or(0)))
            .with("data_minimum_gb", i64::from(storage.and_then(DataStorage::minimum).unwrap_or(0)))
            .with("ecpu_per_second_minimum", i64::from(ecpu.and_then(EcpuPerSecond::minimum).unwrap_or(0)))
            .with("backup_days", i64::from(cache.snapshot_retention_limit().unwrap_or(0)));
        for (name, text) in [
            ("kms_key", cache.kms_key_id()),
            ("network_type", cache.network_type().map(NetworkType::as_str)),
            ("storage_encryption", cache.storage_encryption_type().map(StorageEncryptionType::as_str)),
        ] {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                observed.resource.attributes.insert(name.to_owned(), text.into());
            }
        }
        if let Some(status) = cache.migration().and_then(|migration| migration.status()) {
            observed.facts.insert("migration".to_owned(), status.to_string());
        }
        if let Some(time) = cache.daily_snapshot_time().filter(|time| !time.is_empty()) {
            observed.resource.attributes.insert("backup_time".to_owned(), time.into());
        }
        if let (true, Some(subnet)) = (owner.adopted, cache.subnet_ids().first()) {
            let call = || session.ec2.describe_subnets().subnet_ids(subnet).send();
            let answer = session.read(Action::DescribeSubnets, call).await?;
            let vpc = answer.subnets().first().and_then(|s| s.vpc_id()).map(str::to_owned);
            observed.facts.extend(vpc.map(|vpc| ("vpc".to_owned(), vpc)));
        }
        owner.mark(session, &mut observed);
        all.push(observed);
    }
    Ok(all)
}

/// The version as the service names it: `7`, `8`, `9`.
fn major(version: Option<&str>) -> String {
    version.unwrap_or_default().split('.').next().unwrap_or_default().to_owned()
}

fn limits_of(work: &Work<'_, Session>) -> Result<CacheUsageLimits, CallError> {
    let a = work;
    // 0 takes away a minimum that is there; where there is none the service is not asked to.
    let today = |name: &str| work.is.and_then(|o| o.resource.attributes.get(name)).and_then(Value::as_number);
    let minimum = |name: &str| -> Result<Option<i32>, CallError> {
        let wanted = a.number(name)?;
        Ok((wanted > 0 || today(name).is_some_and(|n| n > 0)).then_some(wanted))
    };
    let data = DataStorage::builder().maximum(a.number("data_maximum_gb")?).unit(DataStorageUnit::Gb);
    let data = data.set_minimum(minimum("data_minimum_gb")?).build();
    let units = EcpuPerSecond::builder().maximum(a.number("ecpu_per_second_maximum")?);
    let units = units.set_minimum(minimum("ecpu_per_second_minimum")?).build();
    Ok(CacheUsageLimits::builder().data_storage(data).ecpu_per_second(units).build())
}

async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let a = work;
    let public = a.text("connection") == "public";
    let snapshot = match a.restored() {
        Some(name) => {
            let arn = restore::arn(work.cloud, &name, true).await?;
            Some(vec![arn.ok_or_else(|| work.refused(&format!("the snapshot {name} is gone")))?])
        }
        None => None,
    };
    let user_group = a.text("user_group");
    let mut call = work
        .cloud
        .cache
        .create_serverless_cache()
        .serverless_cache_name(work.name())
        .description(work.description())
        .engine(a.text("engine"))
        .major_engine_version(a.text("engine_version"))
        .cache_usage_limits(limits_of(work)?)
        .set_user_group_id((!user_group.is_empty()).then(|| user_group.to_owned()))
        .snapshot_retention_limit(a.number("backup_days")?)
        .set_kms_key_id(a.maybe("kms_key"))
        .set_snapshot_arns_to_restore(snapshot)
        .set_network_type(a.maybe("network_type").map(|t| NetworkType::from(t.as_str())))
        .set_daily_snapshot_time(a.maybe("backup_time"))
        .set_tags(Some(work.tags()));
    call = if public {
        call.connection_type(ConnectionType::Public)
    } else {
        let groups = work.group_ids(&a.texts("security_groups")).await?;
        call.set_subnet_ids(Some(a.texts("subnets"))).set_security_group_ids(Some(groups))
    };
    work.cloud.write(Action::CreateServerlessCache, call.send()).await?;
    Ok(work.working("creating"))
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let Some(status) = work.is.map(|_| work.fact("status").unwrap_or_default()) else {
        return Ok(Outcome::Done);
    };
    if status == "deleting" {
        return Ok(work.working("deleting"));
    }
    let wanted = work.context.contains_key("final_snapshot") && status != CREATE_FAILED;
    let created = work.fact("created").and_then(|t| t.parse().ok()).unwrap_or(0);
    let call = work
        .cloud
        .cache
        .delete_serverless_cache()
        .serverless_cache_name(work.name())
        .set_final_snapshot_name(wanted.then(|| names::final_snapshot(work.cloud.name(), created)))
        .send();
    match work.cloud.write(Action::DeleteServerlessCache, call).await {
        Err(error) if error.kind != Refusal::Absent => Err(error.into()),
        _ => Ok(work.working("deleting")),
    }
}

async fn modify(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let group = work.group(SCHEMA);
    if group == ADOPT.verb {
        work.tag_adopted().await?;
        return Ok(work.working("the tags are being set"));
    }
    let set = &work.set;
    let text = |name: &str| set.get(name).and_then(Value::as_text).map(str::to_owned);
    let call = work.cloud.cache.modify_serverless_cache().serverless_cache_name(work.name());
    let call = match group {
        "limits" => call.cache_usage_limits(limits_of(work)?),
        "security-groups" => {
            let groups = work.group_ids(&work.texts("security_groups")).await?;
            call.set_security_group_ids(Some(groups))
        }
        "users" => match text("user_group").filter(|group| !group.is_empty()) {
            Some(group) => call.user_group_id(group),
            None => call.remove_user_group(true),
        },
        "describe" => call.set_description(text("description")),
        "backups" => call.snapshot_retention_limit(work.number("backup_days")?),
        "backup-time" => call.set_daily_snapshot_time(text("backup_time")),
        _ => call.set_engine(text("engine")).major_engine_version(work.text("engine_version")),
    };
    work.cloud.write(Action::ModifyServerlessCache, call.send()).await?;
    Ok(work.working("the change has begun"))
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
        f64::try_from(Catalog::embedded().usd(&key)?.0).ok()
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
