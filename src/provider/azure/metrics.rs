//! Metrics of Azure Monitor: the query that `observe --print-queries` prints, and its answer as files hold it.

use super::found::ID;
use super::{Azure, arm, names, running};
use crate::observe::queries::{Ask, azure_monitor_parameters};
use crate::observe::{CacheInfo, Format, Observations, answer};
use crate::plan::{Observed, Ownership};
use crate::provider::ProviderError;
use crate::provider::metrics::{monitored, nothing_runs, refused, unreadable};
use crate::units::{Provider, Service};

/// The cache that is ours.
pub fn ours(seen: &[Observed]) -> Option<&Observed> {
    let of =
        |kind: &str| seen.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours);
    of(names::REDIS_ENTERPRISE).or_else(|| of(names::CLASSIC))
}

/// The cache that runs.
pub fn cache(cloud: &Azure, seen: &[Observed]) -> Option<CacheInfo> {
    let mut cache = monitored(Provider::Azure, cloud.name(), &running::current(seen)?, ours(seen)?);
    if cache.service == Some(Service::AzureManagedRedis) {
        // Its metric counts the copy, too: against the limit, only the share tells how full it is.
        cache.memory_limit = None;
    }
    Some(cache)
}

/// All that was asked for.
pub async fn read(cloud: &Azure, ask: &Ask, seen: &[Observed]) -> Result<Observations, ProviderError> {
    let id = ours(seen).and_then(|is| is.computed.get(ID)).ok_or_else(nothing_runs)?;
    let path = format!("{id}/providers/Microsoft.Insights/metrics?{}", azure_monitor_parameters(ask));
    let page = cloud.arm.get(&path, arm::METRICS).await;
    let page = page.map_err(|error| refused(error, "Microsoft.Insights/metrics/read"))?;
    answer(cloud.name(), Format::AzureMonitor, &[page], ask.to).map_err(|error| unreadable(&error))
}
