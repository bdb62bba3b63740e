//! Parameter groups, with the values that somebody has set.

use futures_util::future::try_join_all;

use super::{found, ownership, tagged};
use crate::plan::Observed;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names::{self, Tagging};
use crate::provider::aws::quota::Counted;
use crate::provider::aws::session::Session;

/// The policy where nobody has set one.
pub const DEFAULT_POLICY: &str = "volatile-lru";

/// Every parameter group with one of the deployment's names: during an upgrade there are two.
pub async fn parameter_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let mut groups = Vec::new();
    let mut marker: Option<String> = None;
    let mut there = 0;
    loop {
        let call = || session.cache.describe_cache_parameter_groups().set_marker(marker.clone()).send();
        let page = session.read(Action::DescribeCacheParameterGroups, call).await?;
        let next = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        let page = page.cache_parameter_groups.unwrap_or_default();
        there += page.len();
        groups.extend(page.into_iter().filter(|group| {
            let name = group.cache_parameter_group_name();
            name.is_some_and(|name| names::is_parameter_group(session.name(), name))
        }));
        marker = next;
        if marker.is_none() {
            break;
        }
    }
    session.counted(Counted::ParameterGroups, there);
    try_join_all(groups.iter().map(|group| async move {
        let name = group.cache_parameter_group_name().unwrap_or_default();
        let mut observed = found(names::PARAMETER_GROUP, name);
        let owner = Box::pin(ownership(session, group.arn(), group.description()));
        let values = Box::pin(values(session, name));
        let (owner, values) = futures_util::future::try_join(owner, values).await?;
        observed.ownership = owner.ownership;
        tagged(session, &mut observed, Tagging::Cache, group.arn().unwrap_or_default(), &owner.tags);
        observed.resource = observed
            .resource
            .with("region", session.opening.region.as_str())
            .with("family", group.cache_parameter_group_family().unwrap_or_default())
            .with("maxmemory-policy", DEFAULT_POLICY)
            .with(RESERVED, RESERVED_BY_DEFAULT);
        for (name, value) in values {
            observed.resource = observed.resource.with(&name, value);
        }
        Ok(observed)
    }))
    .await
}

/// Memory that `maxmemory` leaves free, in per cent.
pub const RESERVED: &str = "reserved-memory-percent";
/// What a group reserves where nobody says anything. Whether a parameter set to its default is listed as set is not documented.
pub const RESERVED_BY_DEFAULT: &str = "25";

/// What the facts of a cache begin with that are parameters of a group of others.
pub const PARAMETER: &str = "parameter ";

/// The parameters that were set by somebody.
pub async fn values(session: &Session, group: &str) -> Result<Vec<(String, String)>, AwsError> {
    let mut values = Vec::new();
    let mut marker: Option<String> = None;
    loop {
        let call = || {
            let call = session.cache.describe_cache_parameters().cache_parameter_group_name(group);
            call.source("user").set_marker(marker.clone()).send()
        };
        let page = session.read(Action::DescribeCacheParameters, call).await?;
        let set = page.parameters().iter().filter(|p| p.source().is_none_or(|source| source == "user"));
        values.extend(
            set.filter_map(|p| Some((p.parameter_name()?.to_owned(), p.parameter_value()?.to_owned()))),
        );
        marker = page.marker().filter(|m| !m.is_empty()).map(str::to_owned);
        if marker.is_none() {
            return Ok(values);
        }
    }
}
