//! `cachefit observe --print-queries`

use jiff::Timestamp;

use super::observe::not_export;
use crate::cli::args::ObserveArgs;
use crate::cli::error::Failure;
use crate::cli::observed::exports;
use crate::cli::printer::Printer;
use crate::cli::{Exit, inputs};
use crate::observe::CacheInfo;
use crate::observe::queries::{Ask, Purpose, print};
use crate::profile::Profile;
use crate::units::{DAY, Provider, Service};

/// Ends of times are whole hours, so that the same question is asked twice in one.
const HOUR: i64 = 3600;

pub fn run(printer: &Printer, args: &ObserveArgs) -> Result<Exit, Failure> {
    let to = Timestamp::now().as_second().div_euclid(HOUR) * HOUR;
    let mut asks = Vec::new();
    if let Some(path) = &args.profile {
        let profile = inputs::read(path);
        let input =
            profile.map_err(|errors| not_export(path).unwrap_or_else(|| Failure::Profiles(vec![errors])))?;
        asks.push(of_profile(&input.profile, args, to)?);
    }
    if !args.from.is_empty() {
        let caches = exports(&args.from, "observe")?.caches;
        let wanted = |cache: &&CacheInfo| args.cache.is_empty() || args.cache.contains(&cache.id);
        for cache in caches.iter().filter(wanted) {
            asks.push(of_inventory(cache, args, to)?);
        }
    } else if args.profile.is_none() {
        for name in &args.cache {
            asks.push(named(name, args.service.ok_or_else(|| which_service(name))?, args, to));
        }
    }
    if asks.is_empty() {
        let hint = "name a profile, or `--service NAME --cache NAME`, or an inventory with --from";
        return Err(Failure::new("observe", "no cache is named to ask for", Some(hint.to_owned())));
    }
    let texts: Vec<String> = asks.iter().map(print).collect();
    printer.data(&texts.join("\n"))?;
    Ok(Exit::Done)
}

fn which_service(name: &str) -> Failure {
    let names: Vec<&str> = Service::ALL.iter().map(|service| service.id()).collect();
    let hint = format!("say it with --service: {}", names.join(", "));
    Failure::new("observe", format!("nothing tells which service runs {name}"), Some(hint))
}

fn named(name: &str, service: Service, args: &ObserveArgs, to: i64) -> Ask {
    Ask {
        name: name.to_owned(),
        service,
        region: None,
        project: None,
        resource_group: None,
        nodes: Vec::new(),
        to,
        seconds: i64::from(args.days) * DAY,
        purpose: Purpose::Size,
        inventories: Vec::new(),
    }
}

fn of_profile(profile: &Profile, args: &ObserveArgs, to: i64) -> Result<Ask, Failure> {
    let pin = &profile.pin;
    let pinned = pin.service.as_ref().map(|service| service.value);
    let provider = profile.placement.provider.as_ref().map(|provider| provider.value);
    // A provider with one service to apply is told by its name.
    let only = match provider {
        Some(Provider::Local) => Some(Service::Local),
        Some(Provider::Azure) => Some(Service::AzureManagedRedis),
        Some(Provider::Upstash) => Some(Service::UpstashPayg),
        _ => None,
    };
    let service = args.service.or(pinned).or(only).ok_or_else(|| which_service(&profile.name))?;
    let placement = &profile.placement;
    let value = |shape: Option<u32>| shape.filter(|_| service == Service::ElastiCache);
    let shards = value(pin.shards.as_ref().map(|shards| shards.value));
    let replicas = value(pin.replicas.as_ref().map(|replicas| replicas.value));
    let name = args.cache.first().unwrap_or(&profile.name);
    Ok(Ask {
        region: placement.region.as_ref().map(|region| region.value.clone()),
        project: placement.project.clone(),
        resource_group: placement.resource_group.clone(),
        nodes: shards
            .zip(replicas)
            .map(|(shards, replicas)| nodes(name, shards, replicas))
            .unwrap_or_default(),
        ..named(name, service, args, to)
    })
}

/// The nodes of a group of `ElastiCache`, by the names that it gives them.
fn nodes(group: &str, shards: u32, replicas: u32) -> Vec<String> {
    let of = |shard: u32| {
        let shard = if shards > 1 { format!("{group}-{shard:04}") } else { group.to_owned() };
        (1..=replicas + 1).map(move |node| format!("{shard}-{node:03}"))
    };
    (1..=shards).flat_map(of).collect()
}

fn of_inventory(cache: &CacheInfo, args: &ObserveArgs, to: i64) -> Result<Ask, Failure> {
    let service = args.service.or(cache.service).ok_or_else(|| which_service(&cache.id))?;
    // Standard input cannot be read again.
    let again = args.from.iter().filter(|file| !inputs::is_standard_input(file));
    Ok(Ask {
        region: cache.region.clone(),
        nodes: cache.members.iter().map(|member| member.id.clone()).collect(),
        inventories: again.map(|file| file.to_string_lossy().into_owned()).collect(),
        ..named(&cache.id, service, args, to)
    })
}
