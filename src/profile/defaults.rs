//! What is taken where a profile says nothing, each with its reason. One table; `docs/profile.md` shows it.

use super::enums::{Auth, Availability, Environment, Network, Pattern, Reads, Role};
use super::model::{DayShape, Skew};
use super::scalar::ValueType;
use crate::units::{
    Bytes, CallerZones, Commitment, Count, Duration, Growth, Percent, Provider, Range, ReadsFrom,
    SECONDS_PER_MONTH, Sourced, TimeZone,
};

/// Bytes that stand for a `*` in a key pattern: a UUID without hyphens is 32, a decimal id up to 19, a short hash 12.
const WILDCARD: usize = 16;

/// What an environment asks for by default.
struct Row {
    availability: Availability,
    headroom: f64,
    network: Network,
    horizon_months: f64,
}

fn row(environment: Environment) -> Row {
    match environment {
        // Real users: survive a zone, leave room for a bad day, keep off the internet, hold for half a year.
        Environment::Production => Row {
            availability: Availability::MultiAz,
            headroom: 0.25,
            network: Network::Private,
            horizon_months: 6.0,
        },
        // A rehearsal: the same network, but an outage and a tighter fit do no harm.
        Environment::Staging => Row {
            availability: Availability::Single,
            headroom: 0.15,
            network: Network::Private,
            horizon_months: 6.0,
        },
        // For developers: as small as it goes, easy to reach, soon to be replaced.
        Environment::Development => Row {
            availability: Availability::Single,
            headroom: 0.10,
            network: Network::Any,
            horizon_months: 1.0,
        },
    }
}

fn of(environment: Environment) -> String {
    format!("default of the environment {environment}")
}

/// Real users are assumed, so that nothing is chosen too small.
pub(super) const ENVIRONMENT: Environment = Environment::Production;

pub(super) fn availability(environment: Environment) -> Sourced<Availability> {
    Sourced::assumed(row(environment).availability, of(environment))
}

pub(super) fn headroom(environment: Environment) -> Sourced<Percent> {
    Sourced::assumed(Percent(row(environment).headroom), of(environment))
}

pub(super) fn network(environment: Environment, provider: Option<Provider>) -> Sourced<Network> {
    match provider {
        Some(Provider::Upstash) => Sourced::assumed(Network::Any, "Upstash is reached over the internet"),
        Some(Provider::Local) => {
            Sourced::assumed(Network::Any, "your own machine has the network that it has")
        }
        _ => Sourced::assumed(row(environment).network, of(environment)),
    }
}

pub(super) fn horizon(environment: Environment) -> Sourced<Duration> {
    Sourced::assumed(Duration(row(environment).horizon_months * SECONDS_PER_MONTH), of(environment))
}

pub(super) fn growth() -> Sourced<Growth> {
    Sourced::assumed(Growth(0.0), "no growth is declared")
}

pub(super) fn backup_retention(roles: &[Role]) -> Sourced<Count> {
    if roles.iter().all(|role| *role == Role::Cache) {
        Sourced::assumed(Count(0.0), "a cache can be filled again")
    } else {
        Sourced::assumed(Count(7.0), "a week of backups for data that may not be lost")
    }
}

pub(super) fn commitment() -> Sourced<Commitment> {
    Sourced::assumed(Commitment::OnDemand, "no commitment is declared")
}

pub(super) fn tls() -> Sourced<bool> {
    Sourced::assumed(true, "connections are encrypted unless the profile says otherwise")
}

pub(super) fn auth(provider: Option<Provider>) -> Sourced<Auth> {
    match provider {
        Some(Provider::Aws) => {
            Sourced::assumed(Auth::Iam, "a function signs in by its role: there is no password to keep")
        }
        Some(Provider::Azure) => {
            Sourced::assumed(Auth::Iam, "a function signs in by its identity: there is no password to keep")
        }
        Some(Provider::Gcp) => Sourced::assumed(
            Auth::Iam,
            "a function signs in by its service account: there is no password to keep",
        ),
        _ => Sourced::assumed(Auth::Password, "a generated password works with every provider and client"),
    }
}

pub(super) fn allow() -> Sourced<bool> {
    Sourced::assumed(false, "not asked for")
}

pub(super) fn worker_connections() -> Sourced<Range<Count>> {
    let none = Count(0.0);
    Sourced::assumed(Range { low: none, high: none }, "no long-lived workers are declared")
}

pub(super) fn zones() -> Sourced<CallerZones> {
    Sourced::assumed(CallerZones::Three, "fleets are usually spread evenly over three zones")
}

pub(super) fn reads_from() -> Sourced<ReadsFrom> {
    Sourced::assumed(ReadsFrom::Primary, "clients read from the primary unless they are told otherwise")
}

pub(super) fn connections_per_instance() -> Sourced<Count> {
    Sourced::assumed(Count(1.0), "an instance serves one request at a time and needs one connection")
}

pub(super) fn reuses_connections() -> Sourced<bool> {
    Sourced::assumed(true, "the client is created outside of the handler, as the platforms advise")
}

pub(super) fn key_size(pattern: &str) -> Sourced<Range<Bytes>> {
    let stars = pattern.matches('*').count();
    let size = Bytes((pattern.len() - stars + stars * WILDCARD) as f64);
    let why = format!("the length of `{pattern}` with {WILDCARD} bytes for each `*`");
    Sourced::assumed(Range { low: size, high: size }, why)
}

pub(super) fn role(kind: ValueType) -> Sourced<Role> {
    match kind {
        ValueType::Stream => Sourced::assumed(Role::Queue, "a stream usually holds work that waits"),
        _ => Sourced::assumed(Role::Cache, "keys are taken for copies unless the profile says otherwise"),
    }
}

pub(super) fn reads(kind: ValueType) -> Sourced<Reads> {
    match kind {
        ValueType::String => Sourced::assumed(Reads::Whole, "a string is read whole"),
        ValueType::Hash => Sourced::assumed(Reads::Whole, "a hash is usually read whole (HGETALL)"),
        _ => Sourced::assumed(Reads::Element, "collections are usually read by element"),
    }
}

pub(super) fn shape() -> Sourced<DayShape> {
    Sourced::assumed(DayShape::Flat, "no run of the day is declared, so every hour is as busy as the peak")
}

pub(super) fn time_zone() -> Sourced<TimeZone> {
    Sourced::assumed(TimeZone::utc(), "no time zone is declared")
}

pub(super) fn skew() -> Sourced<Skew> {
    Sourced::assumed(
        Skew::Zipf(0.9),
        "typical of published cache traces, whose exponents lie between 0.6 and 1.2",
    )
}

pub(super) fn pattern() -> Sourced<Pattern> {
    Sourced::assumed(Pattern::Stable, "no change of favourites is declared")
}

pub(super) fn complex() -> Sourced<Percent> {
    Sourced::assumed(Percent(0.0), "no commands on many elements are declared")
}

pub(super) fn pipeline() -> Sourced<Count> {
    Sourced::assumed(Count(1.0), "no pipelining is declared")
}
