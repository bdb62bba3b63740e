//! What a service or node type must have, whatever its size.

use super::check::{Constraint, Rejection};
use crate::catalog::{Creation, Generation, Offering, Service, Stage, Support, Tls, version_at_least};
use crate::demand::Demand;
use crate::profile::{Auth, Environment, Network, Permission, Profile};
use crate::units::{Assumption, Duration, Engine, Source};

/// Rejections that no number of nodes lifts.
pub fn rejections(profile: &Profile, demand: &Demand, offering: &Offering<'_>) -> Vec<Rejection> {
    let mut found = Vec::new();
    found.extend(engine(profile, offering));
    found.extend(life_cycle(profile, offering));
    found.extend(availability(profile, offering));
    found.extend(security(profile, offering));
    found.extend(latency(profile, offering));
    found.extend(tiering(demand, offering));
    found.extend(backups(profile, offering));
    found
}

fn engine(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let wanted = &profile.requirements.engine;
    if let Some(wanted) = wanted.as_ref().filter(|w| w.value != offering.engine) {
        return Some(Rejection::new(Constraint::Engine, format!("the profile asks for {}", wanted.value)));
    }
    let Some(sold) = offering.node.engine(offering.engine) else {
        return Some(Rejection::new(Constraint::Engine, format!("not sold for {}", offering.engine)));
    };
    let oldest = sold.min_version.filter(|v| !version_at_least(offering.version, v))?;
    Some(Rejection::new(Constraint::Engine, format!("needs {} {oldest} or later", offering.engine)))
}

fn life_cycle(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let requirements = &profile.requirements;
    let rejection = |why: String| Some(Rejection::new(Constraint::Lifecycle, why));
    if let (Creation::ExistingCustomers { rule, retires }, false) =
        (offering.info.creation, requirements.allow_retiring.value)
    {
        return rejection(format!("{rule}; retires {retires}; requirements.allow_retiring admits it"));
    }
    if let (Stage::Retiring { date }, false) = (offering.node.stage, requirements.allow_retiring.value) {
        return rejection(format!("retires {date}; requirements.allow_retiring admits it"));
    }
    if offering.node.stage == Stage::Preview && !requirements.allow_preview.value {
        return rejection("in preview; requirements.allow_preview admits it".into());
    }
    if offering.node.generation == Generation::Previous {
        return rejection("previous generation: no new caches".into());
    }
    let shared = offering.service() == Service::UpstashFixed && offering.node.name == "free";
    if shared && (profile.environment == Environment::Production || profile.is_multi_az()) {
        return rejection("the free plan has no Prod Pack and is archived when idle".into());
    }
    let promised =
        offering.node.sla || offering.info.sla_item.is_some() || offering.service().is_self_hosted();
    if profile.needs_service_level() && !promised {
        return rejection(
            "no service level, not for production; requirements.allow_preview admits it".into(),
        );
    }
    None
}

fn availability(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let multi_az = profile.is_multi_az();
    if multi_az && offering.service() == Service::Local {
        return Some(Rejection::new(
            Constraint::Availability,
            "one machine is one zone; requirements.availability: single accepts that",
        ));
    }
    let wanted = offering.replicas(profile);
    if multi_az && wanted < offering.info.multi_az_replicas {
        return Some(Rejection::new(
            Constraint::Availability,
            "the pinned replicas do not survive the loss of a zone",
        ));
    }
    (wanted > offering.node.replicas.max).then(|| {
        Rejection::new(
            Constraint::Availability,
            format!(
                "the profile asks for {wanted} replicas a shard; at most {} are possible",
                offering.node.replicas.max
            ),
        )
    })
}

fn security(profile: &Profile, offering: &Offering<'_>) -> Vec<Rejection> {
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
        found.push(Rejection::new(constraint, why));
    };
    if security.network.value == Network::Private {
        need(Constraint::Network, offering.info.private_network, "private network");
    }
    if asks_for_identity(profile) {
        need(Constraint::Auth, offering.info.iam_auth, "sign-in with the cloud's identity");
    }
    if needs_acl(profile) {
        need(Constraint::Acl, offering.info.acl_users, "users with their own permissions");
    }
    found.extend(identity(profile, offering));
    found
}

/// Whether connections to a choice are encrypted: the profile requires it, the service knows nothing else, or the users
/// that the profile names can be had only so. `security.tls: off` allows plain connections, and asks for nothing.
pub fn encrypts(profile: &Profile, offering: &Offering<'_>) -> bool {
    let security = &profile.security;
    // ElastiCache User Guide: users, by password or by identity, need encryption in transit.
    let for_users = offering.service() == Service::ElastiCache && !security.users.is_empty();
    security.tls.value || offering.info.tls == Tls::Always || for_users || asks_for_identity(profile)
}

/// Whether somebody must sign in by the cloud's identity. What is only the default rules nothing out.
fn asks_for_identity(profile: &Profile) -> bool {
    let mut users = profile.security.users.iter();
    users.any(|u| u.auth.value == Auth::Iam && !matches!(u.auth.source, Source::Assumed { .. }))
}

/// What login by identity asks for beside the service (ElastiCache User Guide: auth-iam).
fn identity(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let old = offering.engine == Engine::Redis && !version_at_least(offering.version, "7.0");
    (offering.service() == Service::ElastiCache && old && asks_for_identity(profile)).then(|| {
        Rejection::new(Constraint::Auth, "sign-in with the cloud's identity needs Redis 7.0 or later")
    })
}

/// Whether a single all-powerful login is not enough.
pub fn needs_acl(profile: &Profile) -> bool {
    let users = &profile.security.users;
    let restricted = |u: &crate::profile::User| {
        !u.can.contains(&Permission::Admin)
            && (u.keys_declared && u.keys.iter().any(|k| k != "*") || u.can.len() < 2)
    };
    users.len() > 1 || users.iter().any(restricted)
}

/// The 99th percentile that a service can be expected to keep, in the caller's region.
fn expected_p99(offering: &Offering<'_>) -> f64 {
    let expected = offering.info.behaviour.expected_p99;
    if offering.node.is_data_tiering() { expected.max(2e-3) } else { expected }
}

fn latency(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let wanted = profile.requirements.p99_latency.as_ref()?.value;
    let expected = expected_p99(offering);
    (expected > wanted.0).then(|| {
        Rejection::new(
            Constraint::Latency,
            format!("p99 of {} is assumed, {wanted} is asked for", Duration(expected)),
        )
    })
}

fn backups(profile: &Profile, offering: &Offering<'_>) -> Option<Rejection> {
    let wanted = profile.requirements.backup_retention.value.0;
    let most = offering.info.max_backup_days.filter(|most| wanted > f64::from(*most))?;
    let why = format!("backups are kept for {most} days at most, {wanted:.0} are asked for");
    Some(Rejection::new(Constraint::Backups, why))
}

/// Values on disk must be worth moving.
fn tiering(demand: &Demand, offering: &Offering<'_>) -> Option<Rejection> {
    let small = offering.node.is_data_tiering() && demand.families.iter().any(|f| f.smallest_value < 40.0);
    small.then(|| {
        Rejection::new(Constraint::Memory, "values below 40 B are not moved to disk, keys never are")
    })
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
