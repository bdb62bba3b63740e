//! What the monitoring of a deployment is asked for, and what is known of the cache beside its metrics.

use std::time::Duration;

use super::ProviderError;
use crate::observe::queries::{Ask, Purpose};
use crate::observe::{CacheInfo, ReadError};

/// Times end at whole points, so that the last one is whole, too.
const STEP: i64 = 300;

/// The question.
#[derive(Clone, Copy, Debug)]
pub struct MetricsAsked {
    /// The clock, in seconds since 1970.
    pub now: i64,
    /// Seconds that are looked at.
    pub seconds: i64,
    /// What the answer is for.
    pub purpose: Purpose,
    /// Time between two questions to a server that keeps no metrics; it is asked once for how it does now.
    pub pause: Duration,
}

impl MetricsAsked {
    /// The question about a cache: the same that `observe --print-queries` prints.
    pub fn about(&self, cache: &CacheInfo) -> Result<Ask, ProviderError> {
        let service = cache.service.ok_or_else(|| {
            ProviderError::permanent(format!("{}: nothing tells which service runs it", cache.id), None)
        })?;
        Ok(Ask {
            name: cache.id.clone(),
            service,
            region: cache.region.clone(),
            project: None,
            resource_group: None,
            nodes: cache.members.iter().map(|member| member.id.clone()).collect(),
            to: self.now.div_euclid(STEP) * STEP,
            seconds: self.seconds,
            purpose: self.purpose,
            inventories: Vec::new(),
        })
    }
}

/// Nothing runs that could be asked.
pub fn nothing_runs() -> ProviderError {
    let hint = "`cachefit apply` makes it; `cachefit observe --from` reads what another cache has shown";
    ProviderError::permanent("nothing of this deployment runs yet: it has no metrics", Some(hint.to_owned()))
}

/// An answer that is not what its service documents.
pub fn unreadable(error: &ReadError) -> ProviderError {
    let hint =
        error.hint.clone().or_else(|| Some("read an export with `cachefit observe --from`".to_owned()));
    ProviderError::permanent(format!("the answer of the metrics: {error}"), hint)
}

#[cfg(feature = "cloud")]
pub use of_clouds::{monitored, not_known, refused};

#[cfg(feature = "cloud")]
mod of_clouds {
    use super::{CacheInfo, ProviderError};
    use crate::catalog::Catalog;
    use crate::plan::{Observed, State, Value};
    use crate::profile::Pin;
    use crate::provider::call::{CallError, Refusal};
    use crate::units::{Figure, Provider};

    /// The cache that runs: its choice, and what was read of its resource. Members and limits that follow from neither are
    /// for the cloud to add.
    pub fn monitored(provider: Provider, name: &str, pin: &Pin, is: &Observed) -> CacheInfo {
        let text = |name: &str| is.resource.attributes.get(name).and_then(Value::as_text);
        let service = pin.service.as_ref().map(|service| service.value);
        let node_type = pin.node_type.as_ref().map(|node| node.value.clone());
        let shards = pin.shards.as_ref().map(|shards| shards.value);
        let node = service.zip(node_type.as_deref());
        let node = node.and_then(|(service, name)| Catalog::in_use().node_type(service, name).ok());
        CacheInfo {
            provider: Some(provider),
            service,
            region: ["region", "primary_region"].into_iter().find_map(text).map(str::to_owned),
            engine: pin.engine.as_ref().map(|engine| engine.value),
            version: pin.version.as_ref().map(|version| version.value.clone()),
            memory_limit: node.map(|node| node.usable.0 * f64::from(shards.unwrap_or(1))),
            node_type,
            shards,
            replicas: pin.replicas.as_ref().map(|replicas| replicas.value),
            policy: pin.eviction_policy.as_ref().map(|policy| policy.value),
            created: is.computed.get("created").and_then(|seconds| seconds.parse().ok()),
            status: Some(match &is.state {
                State::Ready => "ready".to_owned(),
                State::Busy { what } => what.clone(),
                State::Broken { why } => why.clone(),
            }),
            pending: is.pending.iter().map(|p| format!("{} {}", p.attribute, p.value)).collect(),
            ..CacheInfo::named(name)
        }
    }

    /// What was refused is not known, with the reason and the right to ask for.
    pub fn not_known<T>(error: CallError, right: &str) -> Figure<T> {
        Figure::unknown(refused(error, right).why())
    }

    /// A refusal of a cloud; one for want of rights names the right.
    pub fn refused(error: CallError, right: &str) -> ProviderError {
        if error.refusal != Refusal::Denied {
            return error.into();
        }
        let hint = format!(
            "allow {right} to this identity; `cachefit permissions PROFILE` prints all that it needs"
        );
        error.with_hint(hint).into()
    }
}
