//! What a service or node type must have, whatever its size.

use super::check::{Constraint, Excuse};
use super::shape::Model;
use crate::catalog::{Creation, Generation, Service, Stage, Support, Tls, version_at_least};
use crate::demand::Demand;
use crate::profile::{Auth, Environment, Network, Permission, Profile};
use crate::units::{Assumption, Duration, Engine, Source};

/// Excuses that no number of nodes lifts.
pub fn excuses(profile: &Profile, demand: &Demand, model: &Model<'_>) -> Vec<Excuse> {
    let mut found = Vec::new();
    found.extend(engine(profile, model));
    found.extend(life_cycle(profile, model));
    found.extend(availability(profile, model));
    found.extend(security(profile, model));
    found.extend(latency(profile, model));
    found.extend(tiering(demand, model));
    found.extend(backups(profile, model));
    found
}

fn engine(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let wanted = &profile.requirements.engine;
    if let Some(wanted) = wanted.as_ref().filter(|w| w.value != model.engine) {
        return Some(Excuse::new(Constraint::Engine, format!("the profile asks for {}", wanted.value)));
    }
    let Some(sold) = model.node.engine(model.engine) else {
        return Some(Excuse::new(Constraint::Engine, format!("not sold for {}", model.engine)));
    };
    let oldest = sold.min_version.filter(|v| !version_at_least(model.version, v))?;
    Some(Excuse::new(Constraint::Engine, format!("needs {} {oldest} or later", model.engine)))
}

fn life_cycle(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let requirements = &profile.requirements;
    let excuse = |why: String| Some(Excuse::new(Constraint::Lifecycle, why));
    if let (Creation::ExistingCustomers { rule, retires }, false) =
        (model.info.creation, requirements.allow_retiring.value)
    {
        return excuse(format!("{rule}; retires {retires}; requirements.allow_retiring admits it"));
    }
    if let (Stage::Retiring { date }, false) = (model.node.stage, requirements.allow_retiring.value) {
        return excuse(format!("retires {date}; requirements.allow_retiring admits it"));
    }
    if model.node.stage == Stage::Preview && !requirements.allow_preview.value {
        return excuse("in preview; requirements.allow_preview admits it".into());
    }
    if model.node.generation == Generation::Previous {
        return excuse("previous generation: no new caches".into());
    }
    let shared = model.service() == Service::UpstashFixed && model.node.name == "free";
    if shared && (profile.environment == Environment::Production || profile.is_multi_az()) {
        return excuse("the free plan has no Prod Pack and is archived when idle".into());
    }
    let promised = model.node.sla || model.info.sla_item.is_some() || model.service().is_self_hosted();
    if profile.needs_service_level() && !promised {
        return excuse("no service level, not for production; requirements.allow_preview admits it".into());
    }
    None
}

fn availability(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let multi_az = profile.is_multi_az();
    if multi_az && model.service() == Service::Local {
        return Some(Excuse::new(
            Constraint::Availability,
            "one machine is one zone; requirements.availability: single accepts that",
        ));
    }
    let wanted = model.replicas(profile);
    if multi_az && wanted < model.info.multi_az_replicas {
        return Some(Excuse::new(
            Constraint::Availability,
            "the pinned replicas do not survive the loss of a zone",
        ));
    }
    (wanted > model.node.replicas.max).then(|| {
        Excuse::new(
            Constraint::Availability,
            format!(
                "the profile asks for {wanted} replicas a shard; at most {} are possible",
                model.node.replicas.max
            ),
        )
    })
}

fn security(profile: &Profile, model: &Model<'_>) -> Vec<Excuse> {
    let security = &profile.security;
    let mut found = Vec::new();
    let mut need = |constraint, support: Support, what: &str| {
        let why = match support {
            Support::Yes | Support::When { .. } => return,
            Support::Preview { .. } if profile.requirements.allow_preview.value => return,
            Support::Preview { instead } => {
                format!("{what} only in preview; today {instead}; requirements.allow_preview admits it")
            }
            Support::No { instead } => format!("no {what}; instead {instead}"),
        };
        found.push(Excuse::new(constraint, why));
    };
    if security.network.value == Network::Private {
        need(Constraint::Network, model.info.private_network, "private network");
    }
    if asks_for_identity(profile) {
        need(Constraint::Auth, model.info.iam_auth, "sign-in with the cloud's identity");
    }
    if needs_acl(profile) {
        need(Constraint::Acl, model.info.acl_users, "users with their own permissions");
    }
    found.extend(identity(profile, model));
    found
}

/// Whether connections to a choice are encrypted: the profile requires it, the service knows nothing else, or the users
/// that the profile names can be had only so. `security.tls: off` allows plain connections, and asks for nothing.
pub fn encrypts(profile: &Profile, model: &Model<'_>) -> bool {
    let security = &profile.security;
    // ElastiCache User Guide: users, by password or by identity, need encryption in transit.
    let for_users = model.service() == Service::ElastiCache && !security.users.is_empty();
    security.tls.value || model.info.tls == Tls::Always || for_users || asks_for_identity(profile)
}

/// Whether somebody must sign in by the cloud's identity. What is only the default rules nothing out.
fn asks_for_identity(profile: &Profile) -> bool {
    let mut users = profile.security.users.iter();
    users.any(|u| u.auth.value == Auth::Iam && !matches!(u.auth.source, Source::Assumed { .. }))
}

/// What login by identity asks for beside the service (ElastiCache User Guide: auth-iam).
fn identity(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let old = model.engine == Engine::Redis && !version_at_least(model.version, "7.0");
    (model.service() == Service::ElastiCache && old && asks_for_identity(profile))
        .then(|| Excuse::new(Constraint::Auth, "sign-in with the cloud's identity needs Redis 7.0 or later"))
}

/// Whether a single all-powerful login is not enough.
fn needs_acl(profile: &Profile) -> bool {
    let users = &profile.security.users;
    let restricted = |u: &crate::profile::User| {
        !u.can.contains(&Permission::Admin)
            && (u.keys_declared && u.keys.iter().any(|k| k != "*") || u.can.len() < 2)
    };
    users.len() > 1 || users.iter().any(restricted)
}

/// The 99th percentile that a service can be expected to keep, in the caller's region.
fn expected_p99(model: &Model<'_>) -> f64 {
    match model.service() {
        Service::UpstashPayg | Service::UpstashFixed => 5e-3,
        Service::ElastiCacheServerless => 2e-3,
        _ if model.node.is_data_tiering() => 2e-3,
        _ => 1e-3,
    }
}

fn latency(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let wanted = profile.requirements.p99_latency.as_ref()?.value;
    let expected = expected_p99(model);
    (expected > wanted.0).then(|| {
        Excuse::new(
            Constraint::Latency,
            format!("p99 of {} is assumed, {wanted} is asked for", Duration(expected)),
        )
    })
}

fn backups(profile: &Profile, model: &Model<'_>) -> Option<Excuse> {
    let wanted = profile.requirements.backup_retention.value.0;
    let most = model.info.max_backup_days.filter(|most| wanted > f64::from(*most))?;
    let why = format!("backups are kept for {most} days at most, {wanted:.0} are asked for");
    Some(Excuse::new(Constraint::Backups, why))
}

/// Values on disk must be worth moving.
fn tiering(demand: &Demand, model: &Model<'_>) -> Option<Excuse> {
    let small = model.node.is_data_tiering() && demand.families.iter().any(|f| f.largest_value < 40.0);
    small.then(|| Excuse::new(Constraint::Memory, "values below 40 B are not moved to disk, keys never are"))
}

/// What is printed about latency.
pub fn assumption(profile: &Profile) -> Option<Assumption> {
    profile.requirements.p99_latency.as_ref().map(|_| {
        Assumption::new(
            "p99 latency",
            "1 ms in memory, 2 ms serverless or from disk, 5 ms Upstash",
            "within a region, below the planned load; Upstash's own claim, judgement elsewhere",
        )
    })
}
