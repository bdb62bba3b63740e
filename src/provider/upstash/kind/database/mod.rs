//! The database: one to a profile, known by the id that this tool wrote down when it made it.

mod read;

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use serde_json::json;

use crate::catalog::{Catalog, PriceKey, Service, items};
use crate::plan::{Effect, Observed, Ownership, Resource, Value};
use crate::profile::Pin;
use crate::provider::Outcome;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::provider::upstash::api::Database as Shown;
use crate::provider::upstash::plan;
use crate::provider::upstash::record::{Asked, Entry};
use crate::provider::upstash::{Upstash, address};
use crate::units::{Commitment, Engine, Figure, Policy, Source, Sourced, Usd};
use read::owner;
pub use read::{observed, sorted};

/// The kind's name.
pub const NAME: &str = "database";
/// The fact with its id.
pub const ID: &str = "id";
/// The fact with the host of the connection.
pub const HOST: &str = "host";
/// The fact with its port.
pub const PORT: &str = "port";
/// The fact with the connections that it takes at once.
pub const CLIENTS: &str = "max_clients";
/// The fact with the bytes that it may hold.
pub const HOLDS: &str = "limit_bytes";

const PLATFORM: &str = "platform";
const REGION: &str = "primary_region";
const MANAGED: &str = "managed";
const DATABASE_NAME: &str = "name";
const PLAN: &str = "plan";
const PROD_PACK: &str = "prod_pack";
const BUDGET: &str = "budget_usd";
const EVICTION: &str = "eviction";
const GROWS: &str = "auto_upgrade";
const READ_REGIONS: &str = "read_regions";
const ALLOWED: &str = "allowed_addresses";
const BACKUP: &str = "daily_backup";
const TLS: &str = "tls";

const RECORD: Group = Group::new("adopt", "write down its id: it is managed by cachefit from now on", 1);
const RENAME: Group = Group::new("rename", "give it the profile's name", 5);
const ENCRYPT: Group = Group::new("encrypt", "switch TLS on; there is no way back", 10);
const CHANGE_PLAN: Group = Group::new("change-plan", "change the plan; connections end once", 10);
const LIMIT: Group = Group::new("limit", "set the budget at which it is slowed down", 5);
const EVICT: Group = Group::new("evict", "switch eviction", 5);
const GROWTH: Group = Group::new("hold-plan", "keep the plan from growing by itself", 5);
const REGIONS: Group = Group::new("read-regions", "set the regions to read from", 300);
const ALLOW: Group = Group::new("allow", "set who may connect; it takes minutes to spread", 300);
const BACK_UP: Group = Group::new("back-up", "switch daily backups", 5);

const SCHEMA: &[Attribute] = &[
    Attribute::fixed(PLATFORM, "a database stays on its platform"),
    Attribute::fixed(REGION, "a database keeps its primary region for life"),
    Attribute::in_place(MANAGED, &RECORD),
    Attribute::in_place(DATABASE_NAME, &RENAME),
    Attribute::noticed(TLS, &ENCRYPT, Effect::ConnectionsDrop, "connections without TLS end"),
    Attribute::noticed(
        PLAN,
        &CHANGE_PLAN,
        Effect::ConnectionsDrop,
        "a change of plan ends all connections for one or two seconds; no data is lost",
    ),
    Attribute::in_place(PROD_PACK, &CHANGE_PLAN),
    Attribute::in_place(GROWS, &GROWTH),
    Attribute::in_place(BUDGET, &LIMIT),
    Attribute::noticed(EVICTION, &EVICT, Effect::None, "without eviction writes fail when it is full"),
    Attribute::in_place(READ_REGIONS, &REGIONS),
    Attribute::in_place(ALLOWED, &ALLOW),
    Attribute::in_place(BACKUP, &BACK_UP),
];

/// The database.
#[derive(Debug)]
pub struct Database;

impl Kind<Upstash> for Database {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { holds_data: true, create: 15, ..Usual::seconds(5) }
    }

    fn desired(&self, wanted: &Wanted<'_, Upstash>) -> Vec<Resource> {
        let (deployment, profile) = (wanted.deployment, wanted.profile);
        let plan = plan::wanted(wanted);
        let paid = plan != "free";
        let mut resource = Resource::new(address(NAME, profile.name.as_str()))
            .with(PLATFORM, plan::platform(&deployment.region))
            .with(REGION, deployment.region.as_str())
            .with(MANAGED, true)
            .with(DATABASE_NAME, profile.name.as_str())
            .with(TLS, true)
            .with(PROD_PACK, paid && plan::has_prod_pack(wanted))
            .with(GROWS, false)
            .with(EVICTION, deployment.eviction_policy != Policy::NoEviction)
            .with(READ_REGIONS, sorted(&profile.placement.read_regions))
            .with(BACKUP, paid && deployment.backup_retention_days > 0);
        if paid {
            resource = resource.with(ALLOWED, sorted(&profile.security.allow_from));
        }
        let budget = profile.requirements.budget.as_ref().and_then(|budget| whole_dollars(budget.value.0));
        if let (Some(budget), "payg") = (budget, plan.as_str()) {
            resource = resource.with(BUDGET, budget);
        }
        vec![resource.with(PLAN, plan)]
    }

    fn list<'a>(&'a self, cloud: &'a Upstash) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move {
            let entry = cloud.record.read()?;
            let mut all = cloud.api.list().await?;
            if let Some(id) = entry.database(cloud.adopt) {
                let listed = all.iter().position(|d| d.id == id).map(|at| all.swap_remove(at));
                let shown = match listed {
                    Some(shown) => Some(shown),
                    // A list may be older than what it lists.
                    None => absent_is_none(cloud.api.get(id).await)?,
                };
                cloud.shown.fetch_or(shown.is_some(), Ordering::Relaxed);
                let ours = shown.map(|shown| observed(cloud, &shown, Ownership::Ours, entry.is_settled()));
                return Ok(ours.into_iter().collect());
            }
            let named: Vec<Shown> = all.into_iter().filter(|d| d.name == cloud.profile).collect();
            let Some(first) = named.first() else { return Ok(Vec::new()) };
            let owner = owner(cloud, &entry, &named);
            Ok(vec![observed(cloud, first, owner, false)])
        })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(async move {
            let record = &work.cloud.record;
            if work.cloud.may_still_show(&record.read()?) {
                let what = "a database was made and does not show; a second create could make a second one";
                return Err(CallError::new(Refusal::Busy, what));
            }
            // On record before the call: whether it was carried out is not known if its answer is lost.
            let create =
                Some(Asked { region: work.text(REGION).to_owned(), plan: work.text(PLAN).to_owned() });
            let asked = Entry { asked: Some(Upstash::now()), create, ..Entry::default() };
            record.write(&asked)?;
            let body = json!({
                "database_name": work.text(DATABASE_NAME),
                "platform": work.text(PLATFORM),
                "primary_region": work.text(REGION),
                "read_regions": work.texts(READ_REGIONS),
                "plan": work.text(PLAN),
                "eviction": work.flag(EVICTION),
                "tls": true,
            });
            match work.cloud.api.create(&body).await {
                Ok(made) => record.write(&Entry { id: Some(made.id), ..asked })?,
                Err((error, may_be_made)) => {
                    if !may_be_made {
                        record.remove()?;
                    }
                    return Err(error);
                }
            }
            Ok(Outcome::Done)
        })
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(async move {
            let (api, record) = (&work.cloud.api, &work.cloud.record);
            let Some(id) = work.fact(ID) else { return Err(work.refused("its id is not known")) };
            let Some(name) = work.set.keys().next() else { return Ok(Outcome::Done) };
            match name.as_str() {
                MANAGED => {
                    record.write(&record.read()?.of(id))?;
                }
                DATABASE_NAME => api.rename(id, work.text(DATABASE_NAME)).await?,
                TLS => api.enable_tls(id).await?,
                PLAN | PROD_PACK => api.change_plan(id, work.text(PLAN), work.flag(PROD_PACK)).await?,
                BUDGET => api.budget(id, work.number(BUDGET)?).await?,
                EVICTION => api.switch(id, "eviction", work.flag(EVICTION)).await?,
                GROWS => api.switch(id, "autoupgrade", work.flag(GROWS)).await?,
                BACKUP => api.switch(id, "dailybackup", work.flag(BACKUP)).await?,
                READ_REGIONS => api.read_regions(id, &work.texts(READ_REGIONS)).await?,
                ALLOWED => api.allow(id, &work.texts(ALLOWED)).await?,
                other => return Err(work.refused(&format!("nothing sets {other}"))),
            }
            Ok(Outcome::Done)
        })
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Upstash>) -> Doing<'a> {
        Box::pin(async move {
            if let Some(id) = work.fact(ID) {
                absent_is_none(work.cloud.api.delete(id).await)?;
            }
            work.cloud.record.remove()?;
            Ok(Outcome::Done)
        })
    }

    fn says(&self, verb: &str, wanted: Option<&Resource>, _: &Upstash) -> Option<String> {
        let text = |name: &str| wanted?.attributes.get(name)?.as_text();
        match verb {
            "create" => Some(format!("create the database in {}, plan {}", text(REGION)?, text(PLAN)?)),
            _ => Some("delete the database with all its data and backups".to_owned()),
        }
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["GET /redis/databases", "GET /redis/database/ID", "GET /redis/stats/ID"]),
            (Verb::Create, &["POST /redis/database"]),
            (
                Verb::Update,
                &[
                    "POST /redis/rename/ID",
                    "POST /redis/enable-tls/ID",
                    "POST /redis/ID/change-plan",
                    "PATCH /redis/update-budget/ID",
                    "POST /redis/enable-eviction/ID",
                    "POST /redis/disable-eviction/ID",
                    "POST /redis/disable-autoupgrade/ID",
                    "PATCH /redis/enable-dailybackup/ID",
                    "PATCH /redis/disable-dailybackup/ID",
                    "POST /redis/update-regions/ID",
                    "POST /redis/update-allowlist/ID",
                ],
            ),
            (Verb::Delete, &["DELETE /redis/database/ID"]),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let text = |name: &str| resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
        let pack = resource.attributes.get(PROD_PACK).and_then(Value::as_flag) == Some(true);
        let wanted = match text(PLAN) {
            "payg" => return Figure::unknown("it follows use; the plan's total has what is expected"),
            "free" => vec![],
            plan => [plan].into_iter().chain(pack.then_some(items::PROD_PACK)).collect(),
        };
        let mut total = Usd::ZERO;
        for item in wanted {
            let key = PriceKey {
                service: Service::UpstashFixed,
                region: text(REGION),
                item,
                engine: None,
                term: Commitment::OnDemand,
            };
            match Catalog::in_use().usd(&key) {
                Some((usd, _)) => total = total + Usd(usd),
                None => return Figure::unknown(format!("the catalogue has no price of {key}")),
            }
        }
        Figure::Known(total)
    }
}

/// What people should know of a choice at Upstash.
pub fn notes(wanted: &Wanted<'_, Upstash>) -> Vec<String> {
    let mut all = Vec::new();
    if wanted.deployment.eviction_policy != Policy::NoEviction {
        all.push(
            "Upstash has one eviction policy: when it is full, keys with a time to live go at random, then any keys at \
             random"
                .to_owned(),
        );
    }
    if wanted.profile.security.allow_from.is_empty() {
        all.push(
            "the endpoint is public: whoever has a password can connect from anywhere; `security.allow_from` limits the \
             addresses where the callers have fixed ones"
                .to_owned(),
        );
    }
    if !wanted.profile.security.users.is_empty() {
        all.push(
            "the user `default` stays, with all rights: Upstash's console and REST use it; give functions the users of the \
             profile"
                .to_owned(),
        );
    }
    all
}

/// The choice that runs; none if nothing of ours does.
pub fn current(seen: &[Observed]) -> Option<Pin> {
    let database = seen.iter().find(|o| o.resource.address.kind == NAME && o.ownership == Ownership::Ours)?;
    let attribute = |name: &str| database.resource.attributes.get(name);
    let plan = attribute(PLAN)?.as_text()?.to_owned();
    let service = if plan == "payg" { Service::UpstashPayg } else { Service::UpstashFixed };
    let evicts = attribute(EVICTION)?.as_flag()?;
    Some(Pin {
        service: Some(seen_now(service)),
        engine: Some(seen_now(Engine::Redis)),
        node_type: Some(seen_now(plan)).filter(|_| service == Service::UpstashFixed),
        eviction_policy: Some(seen_now(if evicts { Policy::OptimisticVolatile } else { Policy::NoEviction })),
        ..Pin::default()
    })
}

fn seen_now<T>(value: T) -> Sourced<T> {
    Sourced {
        value,
        source: Source::Observed { metric: "the database that runs".into(), window: "now".into() },
    }
}

/// Whether a text is an IPv4 address or a range of them.
pub fn is_range(text: &str) -> bool {
    let (ip, bits) = text.split_once('/').unwrap_or((text, "32"));
    ip.parse::<Ipv4Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 32)
}

fn whole_dollars(usd: rust_decimal::Decimal) -> Option<i64> {
    i64::try_from(usd.ceil()).ok().filter(|usd| *usd > 0)
}
