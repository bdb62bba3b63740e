//! `requirements`: what is asked of the cache.

use super::asked::{FamilyThroughput, Logs, Minimum, OperationsCost};
use super::checks;
use super::decode::{Cx, Given, Problem, given_or, record};
use super::defaults;
use super::enums::{Availability, Clustering, Environment, Role};
use super::error::Code;
use super::model::Requirements;
use super::scalar::{EngineChoice, Retention, Term};
use crate::units::{
    Bytes, Count, DayWindow, Duration, Engine, Percent, Rate, Sourced, UsdPerHour, UsdPerMillion,
    UsdPerMonth, WeekWindow,
};

record! {
    /// What is asked of the cache. Defaults come from the environment.
    RequirementsDoc, "requirements" {
        /// Which engines may be chosen. Default: any.
        optional engine: Given<EngineChoice>,
        /// What must survive the loss of a zone. Default: multi-az in production, else single.
        optional availability: Given<Availability>,
        /// 99 of 100 commands are answered within this time. Default: not asked.
        optional p99_latency: Given<Duration>,
        /// What misses cost the backend; memory can then be weighed against misses. Default: not weighed.
        optional miss_cost: Given<UsdPerMillion>,
        /// The most that a month may cost. Default: no limit.
        optional budget: Given<UsdPerMonth>,
        /// How the capacity is paid for; 1y and 3y mean nothing upfront. Default: on-demand.
        optional commitment: Given<Term>,
        /// For how many days daily backups are kept. Default: none if all data is cache, else 7d.
        optional backup_retention: Given<Retention>,
        /// When backups are taken, in UTC. Default: in quiet hours if the shape of the traffic has any, else the
        /// provider decides.
        optional backup_window: Given<DayWindow>,
        /// When the provider may work on the nodes, in UTC. Default: in quiet hours of a Sunday if the shape of the
        /// traffic has any, else the provider decides.
        optional maintenance_window: Given<WeekWindow>,
        /// Which logs of the server are kept, where the provider can. Default: none.
        optional logs: LogsDoc,
        /// Whom alarms notify: SNS topics (AWS), action groups (Azure), notification channels (Google Cloud), by their
        /// full ids. Whom others add stays. Default: nobody.
        optional alerts: Vec<Given<String>>,
        /// What a service without nodes keeps ready and bills even while idle. Default: nothing.
        optional minimum: MinimumDoc,
        /// Free share that must remain on every measured capacity. Default: 25% in production, 15% in staging, 10%
        /// in development.
        optional headroom: Given<Percent>,
        /// Small commands that one engine thread answers in a second, without TLS and pipelining. Default: the
        /// assumption that the report prints.
        optional throughput_per_core: Given<Rate>,
        /// The same for single node families, where they were measured. Default: the printed relation of the family to
        /// Graviton2, where one is published.
        optional throughput_by_family: Vec<FamilyThroughputDoc>,
        /// How clients see the shards (Azure Managed Redis): none is a single shard, oss asks for clients that speak the
        /// cluster protocol, enterprise hides the shards behind one endpoint. Default: none for sizes of one shard, else
        /// oss; a cache that runs keeps what it has.
        optional clustering: Given<Clustering>,
        /// Whether services that are being retired may be created. Default: false.
        optional allow_retiring: Given<bool>,
        /// Whether preview sizes and tiers without a service level may be chosen. Default: false.
        optional allow_preview: Given<bool>,
        /// What running a server oneself costs in people's time. Default: not counted.
        optional operations: OperationsCostDoc,
    }
}

record! {
    /// What one engine thread of a node family answers.
    FamilyThroughputDoc, "a family's throughput" {
        /// The family, for example r7g.
        required family: Given<String>,
        /// Small commands a second, without TLS and pipelining.
        required per_core: Given<Rate>,
    }
}

record! {
    /// Logs of the server.
    LogsDoc, "logs" {
        /// For how many days commands that took long are kept. Default: none.
        optional slow: Given<Retention>,
        /// For how many days what the server says of itself is kept. Default: none.
        optional engine: Given<Retention>,
    }
}

record! {
    /// What a service without nodes keeps ready.
    MinimumDoc, "minimum" {
        /// Data that is billed at least. Default: none.
        optional data: Given<Bytes>,
        /// Units of work that are ready, and billed at least. Default: none.
        optional work: Given<Rate>,
    }
}

record! {
    /// People's time for running a server oneself.
    OperationsCostDoc, "operations" {
        /// Hours a month.
        required hours_per_month: Given<Count>,
        /// What an hour costs.
        required rate: Given<UsdPerHour>,
    }
}

/// Checks the record and fills in defaults.
pub(super) fn lower(
    document: Option<RequirementsDoc>,
    environment: Environment,
    roles: &[Role],
    cx: &mut Cx,
) -> Option<Requirements> {
    let Some(doc) = document else {
        return Some(without(environment, roles));
    };
    checks::require(cx, doc.p99_latency.as_ref(), |v| v.0 > 0.0, "no command is answered in no time");
    checks::require(
        cx,
        doc.headroom.as_ref(),
        |v| v.0 <= 0.9,
        "more than 90% of headroom leaves no room for data",
    );
    let message = "a thread answers at least one command a second";
    checks::require(cx, doc.throughput_per_core.as_ref(), |v| v.0 >= 1.0, message);
    let mut throughput_by_family = Vec::new();
    for one in doc.throughput_by_family.unwrap_or_default() {
        checks::require(cx, one.per_core.as_ref(), |v| v.0 >= 1.0, message);
        let (family, per_core) = (one.family?.sourced(), one.per_core?.sourced());
        throughput_by_family.push(FamilyThroughput { family, per_core });
    }
    let operations = match doc.operations {
        Some(operations) => Some(OperationsCost {
            hours_per_month: operations.hours_per_month?.sourced(),
            rate: operations.rate?.sourced(),
        }),
        None => None,
    };
    let defaults = without(environment, roles);
    let alerts = alerts(doc.alerts.unwrap_or_default(), cx);
    let minimum = doc.minimum.map_or(defaults.minimum, |minimum| Minimum {
        data: minimum.data.map_or(Bytes(0.0), |data| data.value),
        work: minimum.work.map_or(Rate(0.0), |work| work.value),
    });
    let days = |kept: Option<Given<Retention>>| kept.map_or(0, |kept| kept.value.0.0 as u32);
    Some(Requirements {
        engine: doc.engine.and_then(only),
        availability: given_or(doc.availability, || defaults.availability),
        p99_latency: doc.p99_latency.map(Given::sourced),
        miss_cost: doc.miss_cost.map(Given::sourced),
        budget: doc.budget.map(Given::sourced),
        commitment: given_or(doc.commitment.map(|c| c.map(|term| term.0)), || defaults.commitment),
        backup_retention: given_or(doc.backup_retention.map(|b| b.map(|r| r.0)), || {
            defaults.backup_retention
        }),
        backup_window: doc.backup_window.map(Given::sourced),
        maintenance_window: doc.maintenance_window.map(Given::sourced),
        logs: doc
            .logs
            .map_or(defaults.logs, |logs| Logs { slow: days(logs.slow), engine: days(logs.engine) }),
        alerts,
        minimum,
        headroom: given_or(doc.headroom, || defaults.headroom),
        throughput_per_core: doc.throughput_per_core.map(Given::sourced),
        throughput_by_family,
        clustering: doc.clustering.map(|clustering| clustering.value),
        allow_retiring: given_or(doc.allow_retiring, defaults::allow),
        allow_preview: given_or(doc.allow_preview, defaults::allow),
        operations,
    })
}

/// Whom alarms notify, each once.
fn alerts(given: Vec<Given<String>>, cx: &mut Cx) -> Vec<String> {
    let mut alerts: Vec<String> = Vec::new();
    for alert in given {
        if alert.value.trim().is_empty() || alert.value.contains(char::is_whitespace) {
            let message = "an id of whom alarms notify has no blanks in it";
            cx.report(Problem::at(Code::BadValue, &alert.spot, message));
        } else if alerts.contains(&alert.value) {
            let message = format!("`{}` stands here a second time", alert.value);
            cx.report(Problem::at(Code::Conflict, &alert.spot, message));
        }
        alerts.push(alert.value);
    }
    alerts
}

/// What is asked where the profile says nothing.
fn without(environment: Environment, roles: &[Role]) -> Requirements {
    Requirements {
        engine: None,
        availability: defaults::availability(environment),
        p99_latency: None,
        miss_cost: None,
        budget: None,
        commitment: defaults::commitment(),
        backup_retention: defaults::backup_retention(roles),
        backup_window: None,
        maintenance_window: None,
        logs: Logs::default(),
        alerts: Vec::new(),
        minimum: Minimum::default(),
        headroom: defaults::headroom(environment),
        throughput_per_core: None,
        throughput_by_family: Vec::new(),
        clustering: None,
        allow_retiring: defaults::allow(),
        allow_preview: defaults::allow(),
        operations: None,
    }
}

fn only(choice: Given<EngineChoice>) -> Option<Sourced<Engine>> {
    let engine = choice.value.only()?;
    Some(choice.map(|_| engine).sourced())
}
