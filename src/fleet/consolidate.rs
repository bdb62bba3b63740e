//! Small caches that could be one: what that saves, what each application must change, and what fails together.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::bill::Bill;
use super::cache::Cache;
use super::price::Priced;
use super::shared_profile::{Small, joined, terms};
use super::state::FleetState;
use crate::catalog::Catalog;
use crate::recommend::{Options, choose};
use crate::units::{Policy, Usd};

/// Caches that may be one at most: more would fail together.
const MOST: usize = 8;
/// Dollars a month below which nobody moves an application.
const LEAST: i64 = 10;
/// Dollars a month above which a cache is none of the small ones.
const SMALL: i64 = 150;

/// Small caches that could be one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shared {
    /// Their names.
    pub caches: Vec<String>,
    /// The prefix that the keys of each would carry, and its users would be held to, in the same order.
    pub prefixes: Vec<String>,
    /// The eviction policy that all of them have.
    pub policy: Option<Policy>,
    /// The shape that holds all of them.
    pub shape: String,
    /// Dollars a month of it.
    pub monthly: Usd,
    /// Whether a price in that was estimated.
    pub estimated: bool,
    /// Dollars a month less than each with a cache of its own, after its resize.
    pub saves: Usd,
    /// What fails, and what is slow, together.
    pub blast_radius: String,
    /// What to do first.
    pub conditions: Vec<String>,
}

/// Small caches that look alike and may not be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Apart {
    /// Their names.
    pub caches: Vec<String>,
    /// Why.
    pub why: String,
}

/// Where caches must agree before anybody thinks of one for all.
type Place = (String, String, String, String);
/// What they must ask for alike: the policy, and what has no stricter one.
type Needs = (Option<Policy>, String);

/// Proposals, and what keeps others apart.
pub fn consolidate(
    caches: &[Cache],
    priced: &[Priced],
    catalog: &Catalog,
    options: &Options,
) -> (Vec<Shared>, Vec<Apart>) {
    let mut places: BTreeMap<Place, BTreeMap<Needs, Vec<Small<'_>>>> = BTreeMap::new();
    for (cache, priced) in caches.iter().zip(priced) {
        let Some((place, small)) = small(cache, priced) else { continue };
        let needs = (small.policy, terms(small.profile));
        places.entry(place).or_default().entry(needs).or_default().push(small);
    }
    let (mut shared, mut apart) = (Vec::new(), Vec::new());
    for needs in places.into_values() {
        apart.extend(kept_apart(&needs));
        for ((policy, _), mut small) in needs {
            small.sort_by(|a, b| (a.monthly, a.name).cmp(&(b.monthly, b.name)));
            for group in small.chunks(MOST) {
                shared.extend(best(group, policy, catalog, options));
            }
        }
    }
    shared.sort_by(|a, b| b.saves.cmp(&a.saves).then_with(|| a.caches.cmp(&b.caches)));
    (shared, apart)
}

/// Why the small caches of one place are not one, where they ask for different things.
fn kept_apart(all: &BTreeMap<Needs, Vec<Small<'_>>>) -> Vec<Apart> {
    let policies: BTreeSet<Option<Policy>> = all.keys().map(|(policy, _)| *policy).collect();
    let terms: BTreeSet<&String> = all.keys().map(|(_, terms)| terms).collect();
    let mut names: Vec<String> = all.values().flatten().map(|small| small.name.to_owned()).collect();
    names.sort();
    let mut why = Vec::new();
    if policies.len() > 1 {
        let named = |policy: &Option<Policy>| policy.map_or("an unknown policy", Policy::as_str);
        let kinds: Vec<&str> = policies.iter().map(named).collect();
        why.push(format!(
            "their eviction policies differ ({}): one server has one policy for all keys",
            kinds.join(", ")
        ));
    }
    if terms.len() > 1 {
        why.push(
            "what their profiles require of the server differs (engine, clustering or throughput of a core): one server \
             has one of each"
                .to_owned(),
        );
    }
    why.into_iter().map(|why| Apart { caches: names.clone(), why }).collect()
}

/// A cache whose demand is known and whose bill, once its size is right, is small.
fn small<'a>(cache: &'a Cache, priced: &'a Priced) -> Option<(Place, Small<'a>)> {
    let entry = &priced.entry;
    if !matches!(entry.state, FleetState::Fits | FleetState::Oversized) {
        return None;
    }
    let profile = priced.sized.as_ref()?;
    let after =
        entry.target.as_ref().map(|t| &t.monthly).or_else(|| entry.current.as_ref().map(|c| &c.monthly));
    let monthly = *after?.known()?;
    let configuration = entry.afterwards()?;
    // What is metered is billed by use, together or apart.
    if configuration.service.is_metered() || monthly > Usd(SMALL.into()) {
        return None;
    }
    let environment = entry.environment.clone().unwrap_or_else(|| "not told".to_owned());
    let place = (
        configuration.service.id().to_owned(),
        configuration.region.clone(),
        environment,
        format!("{}/{}", configuration.replicas, profile.security.tls.value),
    );
    // What an inventory does not tell is not what would be chosen today.
    let policy = match &cache.info {
        Some(info) => info.policy,
        None => Some(configuration.eviction_policy),
    };
    Some((place, Small { name: &cache.name, profile, monthly, policy }))
}

/// The largest group, from all of them down to two, that is worth it.
fn best(group: &[Small<'_>], policy: Option<Policy>, catalog: &Catalog, options: &Options) -> Option<Shared> {
    (2..=group.len()).rev().find_map(|count| {
        let group = &group[..count];
        let profile = joined(group, policy)?;
        let answer = choose(&profile, &profile.name, catalog, options).ok()?;
        let choice = answer.choice?;
        let Bill { monthly, estimated } = Bill::of(&choice.cost, true);
        let monthly = *monthly.known()?;
        let apart: Usd = group.iter().map(|small| small.monthly).sum();
        let saves = apart - monthly;
        (saves >= Usd(LEAST.into())).then(|| Shared {
            monthly,
            estimated,
            saves,
            ..shared(group, policy, &choice.shape)
        })
    })
}

/// The proposal, without its money.
fn shared(group: &[Small<'_>], policy: Option<Policy>, shape: &str) -> Shared {
    let names: Vec<String> = group.iter().map(|small| small.name.to_owned()).collect();
    let evicts = policy.is_none_or(|policy| policy != Policy::NoEviction);
    let mut conditions = vec![
        "a key prefix for each application, and a user of its own that may touch no other keys".to_owned(),
        "no SELECT of other databases, no FLUSHALL, no KEYS and no slow scripts: they hit all of them"
            .to_owned(),
    ];
    if policy.is_none() {
        conditions
            .push("the inventory does not tell their eviction policies: they must be the same".to_owned());
    }
    if evicts {
        conditions.push("what one writes may evict what another needs: watch evictions by prefix".to_owned());
    }
    Shared {
        prefixes: names.iter().map(|name| format!("{name}:")).collect(),
        blast_radius: format!(
            "{} applications fail, fail over and wait for slow commands together: {}",
            names.len(),
            names.join(", ")
        ),
        caches: names,
        policy,
        shape: shape.to_owned(),
        monthly: Usd::ZERO,
        estimated: false,
        saves: Usd::ZERO,
        conditions,
    }
}
