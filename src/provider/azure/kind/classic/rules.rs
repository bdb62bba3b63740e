//! The rules of Azure Cache for Redis: its sizes, which of them follow which, when it ends, and what it costs.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Service};
use crate::plan::{Effect, Observed, Ownership, Value};
use crate::profile::Auth;
use crate::profile::Pin;
use crate::provider::azure::found::text;
use crate::provider::azure::kind::classic::{
    ACCESS_KEYS, EVICTION, HOST, PORT, REPLICAS, SHARDS, SKU, assignment,
};
use crate::provider::azure::mgmt::models::{Sku, sku};
use crate::provider::azure::scope::REDIS_SCOPE;
use crate::provider::azure::{Azure, connection, names, price};
use crate::provider::cloud::Wanted;
use crate::provider::{Connection, Credential, Endpoint, Rule};
use crate::units::{Engine, Figure, FromText as _, Policy, Source, Sourced, Usd};

/// The day after which no cache of the service runs any more.
pub const RETIRES: &str = "2028-09-30";

/// A size: `Standard_C1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// `Basic`, `Standard`, `Premium`
    pub tier: String,
    /// `C`, `P`
    pub family: String,
    /// The number.
    pub capacity: u32,
}

impl Size {
    /// A size by its name.
    pub fn of(name: &str) -> Option<Self> {
        let (tier, size) = name.split_once('_')?;
        let (family, capacity) = size.split_at_checked(1)?;
        let fits = matches!((tier, family), ("Basic" | "Standard", "C") | ("Premium", "P"));
        let capacity = capacity.parse().ok().filter(|_| fits)?;
        Some(Self { tier: tier.to_owned(), family: family.to_owned(), capacity })
    }

    /// The name of the size of a cache.
    pub fn read(answer: &Json) -> String {
        let part = |at: &str| text(answer, &format!("/properties/sku/{at}")).to_owned();
        let capacity = answer.pointer("/properties/sku/capacity").and_then(Json::as_u64).unwrap_or(0);
        format!("{}_{}{capacity}", part("name"), part("family").to_uppercase())
    }

    /// Its name.
    pub fn name(&self) -> String {
        format!("{}_{}{}", self.tier, self.family, self.capacity)
    }

    /// As a request has it.
    pub fn sku(&self) -> Sku {
        let name = match self.tier.as_str() {
            "Basic" => sku::Name::Basic,
            "Standard" => sku::Name::Standard,
            _ => sku::Name::Premium,
        };
        let family = if self.family == "P" { sku::Family::P } else { sku::Family::C };
        Sku::new(name, family, i32::try_from(self.capacity).unwrap_or(i32::MAX))
    }

    fn rank(&self) -> u8 {
        match self.tier.as_str() {
            "Basic" => 0,
            "Standard" => 1,
            _ => 2,
        }
    }
}

/// What a change of size means, where it is more than a change in place.
pub fn scaled(from: &Size, to: &Size) -> Option<Rule> {
    if from.tier == "Basic" {
        let why =
            "a Basic cache has one machine: a change of size loses all data, and it is offline meanwhile";
        return Some(Rule::in_place(1200).with_effect(Effect::DataLoss).because(why));
    }
    (from.tier == to.tier && to.capacity < from.capacity).then(|| {
        let why = "a smaller size keeps what fits, and the rest is evicted";
        Rule::in_place(1200).with_effect(Effect::DataLoss).because(why)
    })
}

/// Why there is no way from one size to the other; none where there is one.
pub fn no_way(from: &Size, to: &Size) -> Option<String> {
    let names = format!("{} cannot become {}", from.name(), to.name());
    if from == to {
        return None;
    }
    if to.rank() < from.rank() {
        return Some(format!("{names}: there is no way to a lower tier; make another cache"));
    }
    if from.tier == "Basic" && to.tier == "Premium" {
        return Some(format!("{names} at once: pin Standard_C{} first, apply, then Premium", from.capacity));
    }
    if from.tier == "Basic" && to.tier == "Standard" && from.capacity != to.capacity {
        let both = "tier and size change one after the other";
        return Some(format!("{names}: {both}; pin Standard_C{} first, and apply", from.capacity));
    }
    (to.family == "C" && to.capacity == 0 && from.capacity > 0)
        .then(|| format!("{names}: nothing becomes as small as C0 again"))
}

fn ours<'a>(seen: &'a [Observed], kind: &str) -> Option<&'a Observed> {
    seen.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours)
}

fn attribute<'a>(of: &'a Observed, name: &str) -> Option<&'a Value> {
    of.resource.attributes.get(name)
}

/// Why a profile with this service is refused; every reason.
pub fn refused(wanted: &Wanted<'_, Azure>) -> Vec<String> {
    let mut all = Vec::new();
    let deployment = wanted.deployment;
    let name = deployment.node_type.as_deref().unwrap_or_default();
    let Some(to) = Size::of(name) else {
        all.push(format!("{name} is no size of Azure Cache for Redis: `cachefit prices` lists them"));
        return all;
    };
    if deployment.eviction_policy == Policy::OptimisticVolatile {
        all.push(format!("Azure Cache for Redis has no eviction policy {}", deployment.eviction_policy));
    }
    match ours(wanted.observed, names::CLASSIC) {
        None if !wanted.profile.requirements.allow_retiring.value => all.push(format!(
            "Azure Cache for Redis is retired on {RETIRES}, and new caches are made for those only who had one before \
             2026-04-01: take Azure Managed Redis (`deployment.service: azure-managed-redis`), or insist by \
             `requirements.allow_retiring: true`"
        )),
        None => {}
        Some(is) => {
            let from = attribute(is, SKU).and_then(Value::as_text).and_then(Size::of);
            all.extend(from.and_then(|from| no_way(&from, &to)));
            let shards = attribute(is, SHARDS).and_then(Value::as_number).unwrap_or(0);
            if shards > 0 && deployment.shards < 1 {
                all.push("a cluster never becomes a single shard again: make another cache".to_owned());
            }
        }
    }
    if ours(wanted.observed, names::REDIS_ENTERPRISE).is_some() {
        all.push(format!(
            "{} runs as Azure Managed Redis, and there is no way back to Azure Cache for Redis",
            wanted.profile.name
        ));
    }
    all
}

/// What people should know of a choice of this service.
pub fn notes() -> Vec<String> {
    vec![format!(
        "Azure Cache for Redis is retired on {RETIRES}: what runs then is switched off. Azure Managed Redis follows it, with \
         another host name, port 10000, and Redis 7.4"
    )]
}

/// What a size costs: a whole cache, or a machine for each shard and copy.
pub fn monthly(sku: &str, region: &str, shards: i64, replicas: i64) -> Figure<Usd> {
    let machines = if sku.starts_with("Premium") { shards * (1 + replicas) } else { 1 };
    price::by_the_hour(Service::AzureCacheForRedis, region, sku, Some(Engine::Redis), machines)
}

/// The choice that runs; none if no cache of this service does.
pub fn current(seen: &[Observed]) -> Option<Pin> {
    fn now<T>(value: T) -> Sourced<T> {
        Sourced {
            value,
            source: Source::Observed { metric: "the cache that runs".into(), window: "now".into() },
        }
    }
    let is = ours(seen, names::CLASSIC)?;
    let sku = attribute(is, SKU)?.as_text()?.to_owned();
    let number =
        |name: &str| attribute(is, name).and_then(Value::as_number).and_then(|n| u32::try_from(n).ok());
    let premium = sku.starts_with("Premium");
    let replicas = match (premium, sku.starts_with("Basic")) {
        (true, _) => number(REPLICAS)?,
        (false, basic) => u32::from(!basic),
    };
    let policy = Policy::from_text(attribute(is, EVICTION)?.as_text()?).ok();
    Some(Pin {
        service: Some(now(Service::AzureCacheForRedis)),
        engine: Some(now(Engine::Redis)),
        node_type: Some(now(sku)),
        shards: Some(now(number(SHARDS)?.max(1))),
        replicas: Some(now(replicas)),
        eviction_policy: policy.map(now),
        ..Pin::default()
    })
}

/// How clients reach a cache of this service; none while none runs.
pub fn connection(seen: &[Observed]) -> Option<Connection> {
    let is = ours(seen, names::CLASSIC)?;
    let host = is.computed.get(HOST).filter(|host| !host.is_empty())?.clone();
    let assignments = seen.iter().filter(|o| o.resource.address.kind == names::CLASSIC_ASSIGNMENT);
    let mut users: Vec<Credential> = assignments
        .filter(|o| o.ownership == Ownership::Ours)
        .filter_map(|o| {
            let user = attribute(o, assignment::OBJECT_ID)?.as_text()?.to_owned();
            let secret = format!("a token of Entra for {REDIS_SCOPE}, renewed before it ends");
            Some(Credential { user, auth: Auth::Iam, secret })
        })
        .collect();
    if attribute(is, ACCESS_KEYS).and_then(Value::as_flag) == Some(true) {
        let secret = format!(
            "the cache's access keys, or `cachefit connect --user {} --reveal`",
            connection::ACCESS_KEY
        );
        users.push(Credential { user: connection::ACCESS_KEY.to_owned(), auth: Auth::Password, secret });
    }
    let sku = attribute(is, SKU)?.as_text()?;
    let node = Catalog::embedded().node_type(Service::AzureCacheForRedis, sku).ok();
    Some(Connection {
        server_name: Some(host.clone()),
        endpoints: vec![Endpoint { host, port: is.computed.get(PORT)?.parse().ok()? }],
        readers: Vec::new(),
        tls: true,
        ca_file: None,
        cluster_mode: attribute(is, SHARDS).and_then(Value::as_number).is_some_and(|shards| shards > 0),
        serverless: false,
        iam: None,
        users,
        max_clients: node.and_then(|node| node.max_connections.known().map(|most| *most as u32)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn size(name: &str) -> Size {
        Size::of(name).unwrap()
    }

    #[test]
    fn a_size_is_read_as_it_is_written() {
        let sku = serde_json::to_value(size("Premium_P2").sku()).unwrap();
        assert_eq!(sku, json!({ "name": "Premium", "family": "P", "capacity": 2 }));
        let answer = json!({ "properties": { "sku": { "name": "Standard", "family": "c", "capacity": 3 } } });
        assert_eq!(Size::read(&answer), size("Standard_C3").name());
        for wrong in ["Premium_C1", "Balanced_B1", "Basic", "Basic_Cx"] {
            assert_eq!(Size::of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_follow_each_other_by_the_services_rules() {
        for (from, to, word) in [
            ("Premium_P1", "Standard_C1", "lower tier"),
            ("Basic_C1", "Premium_P1", "Standard_C1 first"),
            ("Basic_C1", "Standard_C2", "one after the other"),
            ("Standard_C1", "Standard_C0", "C0"),
        ] {
            assert!(no_way(&size(from), &size(to)).is_some_and(|why| why.contains(word)), "{from} {to}");
        }
        for (from, to) in
            [("Basic_C1", "Standard_C1"), ("Standard_C3", "Premium_P1"), ("Premium_P2", "Premium_P1")]
        {
            assert_eq!(no_way(&size(from), &size(to)), None, "{from} {to}");
        }
    }

    #[test]
    fn a_change_of_size_may_lose_data() {
        let effect = |from: &str, to: &str| scaled(&size(from), &size(to)).map(|rule| rule.effect);
        assert_eq!(effect("Basic_C1", "Basic_C2"), Some(Effect::DataLoss));
        assert_eq!(effect("Premium_P2", "Premium_P1"), Some(Effect::DataLoss));
        assert_eq!(effect("Standard_C1", "Standard_C2"), None);
    }

    #[test]
    fn premium_is_paid_by_the_machine_and_the_others_whole() {
        let known = |sku: &str, shards: i64, replicas: i64| match monthly(sku, "eastus", shards, replicas) {
            Figure::Known(usd) => usd.0,
            Figure::Unknown { why } => panic!("{why}"),
        };
        assert_eq!(known("Premium_P1", 2, 1), known("Premium_P1", 1, 1) * rust_decimal::Decimal::from(2));
        assert_eq!(known("Standard_C1", 1, 1), known("Standard_C1", 2, 1));
    }
}
