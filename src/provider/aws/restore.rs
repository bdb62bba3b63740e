//! A new cache from a snapshot.

use super::actions::Action;
use super::error::AwsError;
use super::found::{RESTORED, TAGS_UNREAD};
use super::names;
use super::session::Session;
use crate::catalog::Service;
use crate::deployment::Configuration;
use crate::plan::{Observed, Ownership};
use crate::provider::ProviderError;

/// Whether there is such a snapshot, and no cache yet that it would have to replace.
pub async fn check(
    session: &Session,
    deployment: &Configuration,
    observed: &[Observed],
) -> Result<(), ProviderError> {
    let Some(snapshot) = session.opening.restore.as_deref() else { return Ok(()) };
    let serverless = deployment.service == Service::ElastiCacheServerless;
    let kind = if serverless { names::SERVERLESS_CACHE } else { names::REPLICATION_GROUP };
    if let Some(cache) = observed.iter().find(|o| o.resource.address.kind == kind) {
        // The same command goes on after it was cut short. While the cache is made its tags cannot be read.
        let from = cache.computed.get(RESTORED).is_some_and(|from| from == snapshot);
        if cache.ownership == Ownership::Ours && (from || cache.computed.contains_key(TAGS_UNREAD)) {
            return Ok(());
        }
        let message = format!(
            "{} is there already, and a snapshot is restored into a new cache only",
            cache.resource.address
        );
        let hint = "leave `--restore` out to go on with what is there; or give a profile of another name the snapshot";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    if arn(session, snapshot, serverless).await?.is_some() {
        return Ok(());
    }
    let message = format!("there is no snapshot {snapshot} in {}", session.opening.region);
    let list = if serverless { "describe-serverless-cache-snapshots" } else { "describe-snapshots" };
    Err(ProviderError::permanent(message, Some(format!("`aws elasticache {list}` lists them"))))
}

/// The ARN of a snapshot; none if there is none of the name.
pub async fn arn(session: &Session, snapshot: &str, serverless: bool) -> Result<Option<String>, AwsError> {
    if serverless {
        let call = || {
            session
                .cache
                .describe_serverless_cache_snapshots()
                .serverless_cache_snapshot_name(snapshot)
                .send()
        };
        let answer = session.read(Action::DescribeServerlessCacheSnapshots, call).await;
        let all = AwsError::absent_is_none(answer)?.and_then(|a| a.serverless_cache_snapshots);
        return Ok(all.unwrap_or_default().into_iter().find_map(|snapshot| snapshot.arn));
    }
    let call = || session.cache.describe_snapshots().snapshot_name(snapshot).send();
    let answer = session.read(Action::DescribeSnapshots, call).await;
    let all = AwsError::absent_is_none(answer)?.and_then(|a| a.snapshots);
    Ok(all.unwrap_or_default().into_iter().find_map(|snapshot| snapshot.arn))
}
