//! Proof that a smaller cache holds what the larger one held: the most of 14 days, shard by shard.

use super::import::{self, DAYS};
use super::session::Session;
use crate::catalog::{Catalog, Service};
use crate::plan::Observed;
use crate::provider::ProviderError;
use crate::units::Bytes;

/// What the cache is to become.
pub struct Target {
    /// Node type.
    pub node_type: String,
    /// Shards.
    pub shards: i32,
}

fn usable(node_type: &str) -> Option<f64> {
    Some(Catalog::embedded().node_type(Service::ElastiCache, node_type).ok()?.usable.0)
}

/// Whether the target has less memory for keys than there is today.
pub fn is_smaller(node_type: &str, shards: i64, target: &Target) -> bool {
    match (usable(node_type), usable(&target.node_type)) {
        (Some(today), Some(then)) => then * f64::from(target.shards) < today * shards as f64,
        _ => true,
    }
}

/// The proof in words; none without metrics. An error if it does not fit.
pub async fn prove(
    session: &Session,
    is: &Observed,
    target: &Target,
) -> Result<Option<String>, ProviderError> {
    let members: Vec<&str> = is.facts.get("members").map(|m| m.split(' ').collect()).unwrap_or_default();
    let Some(room) = usable(&target.node_type) else { return Ok(None) };
    let most = import::peaks(session, "CacheClusterId", &members, "BytesUsedForCache", "Maximum").await?;
    let Some(total) = import::by_shard(&most) else { return Ok(None) };
    let room = room * f64::from(target.shards);
    let (used, room_text) = (Bytes(total).to_string(), Bytes(room).to_string());
    if total > room {
        let message = format!(
            "{} x {} does not hold the data: up to {used} were used in the last {DAYS} days, and it has {room_text}",
            target.shards, target.node_type
        );
        let hint = "pin a larger type or more shards, or let keys expire first".to_owned();
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    Ok(Some(format!("the data fits: at most {used} used in {DAYS} days, {room_text} there")))
}
