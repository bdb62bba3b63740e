//! Statistics of a database: the call that `observe --print-queries` prints, and its answer as files hold it.

use super::Upstash;
use super::kind::database::{self, HOLDS, ID};
use crate::observe::queries::Ask;
use crate::observe::{CacheInfo, Format, Observations, answer};
use crate::plan::{Observed, Ownership};
use crate::provider::ProviderError;
use crate::provider::metrics::{monitored, nothing_runs, refused, unreadable};
use crate::units::Provider;

fn ours(seen: &[Observed]) -> Option<&Observed> {
    let is = |o: &&Observed| o.resource.address.kind == database::NAME && o.ownership == Ownership::Ours;
    seen.iter().find(is)
}

/// The database that runs.
pub fn cache(cloud: &Upstash, seen: &[Observed]) -> Option<CacheInfo> {
    let is = ours(seen)?;
    let mut cache = monitored(Provider::Upstash, &cloud.profile, &database::current(seen)?, is);
    // It bills what is stored on disk: its limit is that of the disk, too.
    cache.memory_limit = is.computed.get(HOLDS).and_then(|bytes| bytes.parse().ok());
    Some(cache)
}

/// All that it tells; nobody can ask for less.
pub async fn read(cloud: &Upstash, ask: &Ask, seen: &[Observed]) -> Result<Observations, ProviderError> {
    let id = ours(seen).and_then(|is| is.computed.get(ID)).ok_or_else(nothing_runs)?;
    let statistics = cloud.api.statistics(id).await;
    let statistics =
        statistics.map_err(|error| refused(error, "GET /redis/stats/ID of the Developer API"))?;
    answer(&cloud.profile, Format::Upstash, &[statistics], ask.to).map_err(|error| unreadable(&error))
}
