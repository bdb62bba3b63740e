//! Where nothing fits: the smallest changes of the profile with which something does.

use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::reselect;
use super::sites::{self, RegionChoice, Site};
use crate::profile::{Application, Auth, Availability, Clustering, Network, Pin, Profile, Role};
use crate::units::{Count, Duration, Percent, Range, Source, Sourced, Usd};

/// So many are shown.
const SHOWN: usize = 3;

/// A change of the profile, and what fits then.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WayOut {
    /// What to write into the profile.
    pub change: String,
    /// The shape that fits then.
    pub shape: String,
    /// Its service, by its catalogue id.
    pub service: &'static str,
    /// Its region.
    pub region: String,
    /// Its bill; none where a line has no price.
    pub monthly: Option<Usd>,
    /// The known part of it.
    pub at_least: Usd,
}

/// The ways out, from what costs the owner least to what costs most: settings of clients, then what was asked for beyond
/// the data, then guarantees, then the provider.
pub fn ways_out(context: &Context<'_>) -> Vec<WayOut> {
    let mut found: Vec<WayOut> = Vec::new();
    for (change, profile) in changes(context.profile) {
        if found.len() == SHOWN {
            return found;
        }
        found.extend(way_out(context, change, &profile, context.sites));
    }
    if found.len() < SHOWN
        && let Some((change, profile, sites)) = elsewhere(context)
    {
        found.extend(way_out(context, change, &profile, &sites));
    }
    found
}

fn way_out(context: &Context<'_>, change: String, profile: &Profile, sites: &[Site]) -> Option<WayOut> {
    let best = reselect::best(context, profile, sites, None)?;
    Some(WayOut {
        change,
        shape: best.shape,
        service: best.service.id(),
        region: best.region,
        monthly: best.sums.total(),
        at_least: best.sums.known,
    })
}

/// One change at a time, and last all of those that only loosen what was asked for.
fn changes(profile: &Profile) -> Vec<(String, Profile)> {
    let mut all: Vec<(String, Profile)> = Vec::new();
    let mut add = |change: String, edit: &dyn Fn(&mut Profile)| {
        let mut changed = profile.clone();
        edit(&mut changed);
        all.push((change, changed));
    };
    let largest =
        profile.placement.functions.iter().map(|f| f.connections_per_instance.value.0).fold(0.0, f64::max);
    for pool in [10.0, 5.0, 2.0, 1.0].into_iter().filter(|pool| *pool < largest) {
        add(format!("placement.functions[].connections_per_instance: {pool:.0}, at most"), &|p| {
            for function in &mut p.placement.functions {
                let size = &mut function.connections_per_instance.value;
                *size = Count(size.0.min(pool));
            }
        });
    }
    if profile.placement.functions.iter().any(|f| !f.reuses_connections.value) {
        add("placement.functions[].reuses_connections: true".into(), &|p| {
            for function in &mut p.placement.functions {
                function.reuses_connections.value = true;
            }
        });
    }
    if profile.dataset.iter().any(|f| f.role.value == Role::Cache && f.ttl.is_none()) {
        add("a `ttl` for every key family with `role: cache`".into(), &|p| {
            let day = Duration(86_400.0);
            for family in p.dataset.iter_mut().filter(|f| f.role.value == Role::Cache && f.ttl.is_none()) {
                family.ttl = Some(Sourced::assumed(Range { low: day, high: day }, "to see what would fit"));
            }
        });
    }
    let requirements = &profile.requirements;
    if requirements.p99_latency.is_some() {
        add("requirements.p99_latency left out".into(), &|p| p.requirements.p99_latency = None);
    }
    if requirements.engine.is_some() {
        add("requirements.engine: any".into(), &|p| p.requirements.engine = None);
    }
    if profile.security.users.iter().any(|u| u.auth.value == Auth::Iam) {
        add("security.users[].auth: password".into(), &|p| {
            for user in &mut p.security.users {
                user.auth = Sourced {
                    value: Auth::Password,
                    source: Source::Assumed { why: "to see what would fit".into() },
                };
            }
        });
    }
    if requirements.headroom.value.0 > 0.10 {
        add("requirements.headroom: 10%".into(), &|p| p.requirements.headroom.value = Percent(0.10));
    }
    if requirements.backup_retention.value.0 > 35.0 {
        add("requirements.backup_retention: 35d".into(), &|p| {
            p.requirements.backup_retention.value = Count(35.0);
        });
    }
    application(profile, &mut add);
    if !profile.pin.is_empty() {
        add("the pinned choice under `deployment` left out".into(), &|p| {
            p.pin = Pin { adopt: p.pin.adopt, ..Pin::default() };
        });
    }
    if !requirements.allow_preview.value {
        add("requirements.allow_preview: true".into(), &|p| p.requirements.allow_preview.value = true);
    }
    if profile.security.network.value == Network::Private {
        add("security.network: any".into(), &|p| p.security.network.value = Network::Any);
    }
    if requirements.availability.value == Availability::MultiAz {
        add("requirements.availability: single".into(), &|p| {
            p.requirements.availability.value = Availability::Single;
        });
    }
    if !requirements.allow_retiring.value {
        add("requirements.allow_retiring: true".into(), &|p| p.requirements.allow_retiring.value = true);
    }
    all
}

/// What an application can do about commands that a cluster refuses.
fn application(profile: &Profile, add: &mut impl FnMut(String, &dyn Fn(&mut Profile))) {
    let asks = &profile.application;
    if asks.across_slots.as_ref().is_some_and(|across| !across.is_empty()) {
        add("a common {tag} in keys that are used together, and application.across_slots: []".into(), &|p| {
            p.application.across_slots = Some(Vec::new());
        });
    }
    if asks.databases.is_some_and(|databases| databases > 1) {
        add("key prefixes in place of numbered databases, and application.databases: 1".into(), &|p| {
            p.application.databases = Some(1);
        });
    }
    if *asks != Application::default() && profile.requirements.clustering != Some(Clustering::Enterprise) {
        add("requirements.clustering: enterprise".into(), &|p| {
            p.requirements.clustering = Some(Clustering::Enterprise);
        });
    }
}

/// The same profile at every provider, in the nearest regions.
fn elsewhere(context: &Context<'_>) -> Option<(String, Profile, Vec<Site>)> {
    let home = context.profile.placement.provider.as_ref()?;
    let mut profile = context.profile.clone();
    profile.pin = Pin::default();
    let choice = RegionChoice::FromProfile;
    let others: Vec<_> = crate::units::Provider::ALL.iter().copied().filter(|p| *p != home.value).collect();
    let sites = sites::sites(&profile, context.catalog, Some(&others), &choice, &mut Vec::new()).ok()?;
    Some(("another provider (placement.provider)".into(), profile, sites))
}
