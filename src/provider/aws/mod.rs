//! Amazon ElastiCache next to the Lambda functions that use it: by nodes or serverless, with network, users, passwords,
//! alarms and scaling.

pub mod account_price;
mod acl;
mod actions;
mod advice;
mod alarm;
mod callers;
mod connection;
mod error;
mod fit;
mod found;
mod import;
mod insufficient_capacity;
mod keys;
mod kind;
mod metrics;
mod names;
mod network;
mod others;
mod permissions;
mod plan_modifiers;
mod policy;
mod quota;
mod reach;
mod refusals;
mod relate;
mod restore;
mod running;
mod scale;
mod session;
mod switched_on;
mod tags;
mod wanted;
mod window;
mod work;

pub use actions::Action as Call;
pub use session::{Opening, Session};

use std::collections::BTreeSet;

use super::call::CallError;
use super::cloud::{Checking, Cloud, Explaining, Preparing, Raised, Saying, Wanted};
use super::kind::{Doing, Kind, Reading, Work};
use super::managed::Managed;
use super::own_tags;
use super::permissions::Asked;
use super::{Connection, Finding, Imported, ProviderError, Scope, Verdict, World};
use crate::deployment::Configuration;
use crate::observe::queries::{Ask, cloudwatch_price, cloudwatch_requests};
use crate::observe::{CacheInfo, Observations};
use crate::plan::{AttributeChange, Change, Observed, Plan, PlannedStep, Resource};
use crate::profile::{Pin, Profile};
use crate::units::{Figure, Usd};
use network::Network;

/// One deployment in an account and region of AWS.
pub type Aws = Managed<Session>;

impl Aws {
    /// The deployment of a profile. Makes no call yet.
    pub fn open(opening: Opening) -> Result<Self, ProviderError> {
        let runtime = session::runtime()?;
        let session = runtime.block_on(Session::open(opening));
        Ok(Self::new(runtime, session))
    }

    /// Calls made so far, in their order.
    pub fn calls(&self) -> Vec<Call> {
        self.cloud().calls()
    }
}

/// Where the functions are, and what the account may have.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Network of the functions.
    network: Network,
    /// Quotas; none where nothing is to be made.
    quotas: Option<quota::Quotas>,
}

impl Cloud for Session {
    type Callers = Surroundings;

    fn kinds() -> &'static [&'static dyn Kind<Self>] {
        kind::ALL
    }

    fn scope(&self) -> Reading<'_, Scope> {
        Box::pin(async { Ok(self.account_and_region().await?) })
    }

    fn callers(&self) -> Reading<'_, Surroundings> {
        Box::pin(async {
            let Some(functions) = self.opening.functions.as_deref() else {
                return Ok(Surroundings::default());
            };
            let network = network::read(self, functions);
            let (network, quotas) = futures_util::future::join(network, Box::pin(quota::read(self))).await;
            Ok(Surroundings { network: network.map_err(|error| call_error(&error))?, quotas: Some(quotas) })
        })
    }

    /// Any VPC: without one, a serverless cache would be public.
    fn supposed_callers(_: &Profile) -> Surroundings {
        let network = Network { vpc: Some("vpc".to_owned()), ..Network::default() };
        Surroundings { network, quotas: None }
    }

    fn permissions(asked: &Asked<'_>) -> Vec<&'static str> {
        permissions::beside_kinds(asked).into_iter().map(Call::iam).collect()
    }

    fn grant(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
        format!("{:#}\n", policy::policy(asked, permissions))
    }

    fn relate(&self, all: &mut [Observed]) {
        relate::relate(self, all);
        relate::used_by(self, all);
    }

    fn settle(&self, choice: &Configuration, seen: &[Observed]) -> (Configuration, Vec<String>) {
        plan_modifiers::settled(choice, seen)
    }

    fn refuse(&self, wanted: &Wanted<'_, Self>) -> Result<(), ProviderError> {
        refusals::check(wanted.deployment, wanted.profile, &wanted.callers.network, wanted.observed)
    }

    fn preflight<'a>(
        &'a self,
        wanted: &'a Wanted<'a, Self>,
        resources: &'a [Resource],
    ) -> Checking<'a, Vec<String>> {
        Box::pin(async move {
            restore::check(self, wanted.deployment, wanted.observed).await?;
            keys::there(self, wanted.profile, &wanted.callers.network).await?;
            let mut notes = advice::notes(self, wanted).await;
            notes.extend(running::beside_note(resources));
            if let Some(quotas) = &wanted.callers.quotas {
                let verdict = quota::check(quotas, &self.counts(), resources, wanted.observed);
                if !verdict.refusals.is_empty() {
                    return Err(ProviderError::permanent(verdict.refusals.join("\n"), None));
                }
                notes.extend(verdict.notes);
            }
            Ok(notes)
        })
    }

    fn prove<'a>(
        &'a self,
        change: &'a Change,
        world: &'a World<'a>,
        steps: &'a mut [PlannedStep],
    ) -> Preparing<'a> {
        Box::pin(async move {
            refusals::still_used(change, world)?;
            switched_on::stays(change, world.ours(&change.address))?;
            advice::prove(self, change, world, steps).await
        })
    }

    fn tag<'a>(&'a self, work: &'a Work<'a, Self>) -> Doing<'a> {
        Box::pin(tags::set(work))
    }

    fn explain<'a>(&'a self, error: CallError, work: &'a Work<'a, Self>) -> Explaining<'a> {
        Box::pin(insufficient_capacity::offer(error, work))
    }

    fn connection(&self, seen: &[Observed]) -> Option<Connection> {
        connection::connection(self, seen)
    }

    fn reveal<'a>(&'a self, user: &'a str) -> Reading<'a, Option<String>> {
        Box::pin(async move { Ok(connection::reveal(self, user).await?) })
    }

    fn import<'a>(&'a self, id: &'a str, profile: Option<&'a str>) -> Checking<'a, Imported> {
        Box::pin(import::import(self, id, profile))
    }

    fn reach<'a>(
        &'a self,
        callers: &'a Surroundings,
        desired: &'a [Resource],
        seen: &'a [Observed],
    ) -> Reading<'a, Vec<Finding>> {
        Box::pin(async move {
            // A plan file says nothing of the functions.
            if self.opening.functions.is_none() {
                return Ok(Vec::new());
            }
            Ok(reach::findings(self, &callers.network, desired, seen).await)
        })
    }

    fn findings(&self, is: &Observed) -> Vec<Finding> {
        // Others may have had a reason: it is said, and no failure.
        let silent = is.computed.get(kind::alarms::SILENT).map(|silent| Finding {
            address: Some(is.resource.address.clone()),
            check: "actions of the alarms".to_owned(),
            expected: "switched on".to_owned(),
            actual: format!("switched off by others: {silent}"),
            verdict: Verdict::Holds,
        });
        silent.into_iter().collect()
    }

    fn beside(&self, resources: &[Resource]) -> Figure<Usd> {
        running::beside(resources)
    }

    fn reconsider(&self, change: &mut Change, world: &World<'_>) {
        let minimum = |a: &AttributeChange| a.name.ends_with("_minimum") || a.name.contains("_minimum_");
        let (Some(is), Some(wanted)) = (world.ours(&change.address), world.desired(&change.address)) else {
            return;
        };
        if change.address.kind == names::SERVERLESS_CACHE && change.attributes.iter().any(minimum) {
            change.monthly_delta = match (running::minimum(&is.resource), running::minimum(wanted)) {
                (Figure::Known(before), Figure::Known(after)) => Figure::unknown(format!(
                    "its minimums cost {before} USD a month today and {after} USD then, while it is idle; above them it follows use"
                )),
                (Figure::Unknown { why }, _) | (_, Figure::Unknown { why }) => Figure::unknown(why),
            };
        }
    }

    fn stopped<'a>(&'a self, plan: &'a Plan) -> Saying<'a> {
        Box::pin(async { kind::scaling::calls::stopped(self, plan).await.into_iter().collect() })
    }

    fn monitored(&self, seen: &[Observed]) -> Option<CacheInfo> {
        metrics::cache(self, seen)
    }

    fn price_of_metrics(ask: &Ask) -> Option<String> {
        Some(cloudwatch_price(&cloudwatch_requests(ask)))
    }

    fn metrics<'a>(&'a self, ask: &'a Ask, _: &'a [Observed]) -> Checking<'a, Observations> {
        Box::pin(metrics::read(self, ask))
    }

    fn alarms<'a>(&'a self, seen: &'a [Observed]) -> Raised<'a> {
        Box::pin(async move { metrics::alarms(seen) })
    }

    fn current(&self, seen: &[Observed]) -> Option<Pin> {
        running::pin(seen)
    }
}

/// The refusal of something that was asked of several services.
fn call_error(error: &ProviderError) -> CallError {
    let hint = error.hint().map(str::to_owned);
    let refusal =
        if error.is_retryable() { super::call::Refusal::Later } else { super::call::Refusal::Other };
    CallError { hint, ..CallError::new(refusal, error.to_string()) }
}
