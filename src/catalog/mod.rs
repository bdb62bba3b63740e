//! What can be bought: services, node types, limits, features, regions and prices, each with source and date.
//!
//! The tables under `data/` are a snapshot made by `tools/import_catalog.py`; `docs/catalog.md` describes them.

mod between;
mod block;
mod derived;
mod extended;
mod info;
pub mod items;
mod lookup;
mod node;
mod node_rows;
mod offer;
mod offering;
mod origins;
mod price;
mod price_rows;
mod price_scope;
mod record;
mod refresh;
mod regions;
mod sanity;
mod services;
mod snapshot;
mod snapshot_file;
mod speed;
mod store;
mod table;
#[cfg(test)]
mod tests;

pub use crate::units::Service;
pub use extended::{ExtendedSupport, SupportYear};
pub use info::{
    Alarms, BackupItem, Behaviour, Creation, EngineOffer, Eviction, Metered, ServiceInfo, Support, Tls,
    ZoneTraffic, version_at_least,
};
pub use node::{
    Burstable, EngineSince, Generation, IoFeatures, NodeType, PlanLimits, PublishedRps, Replicas, Sharding,
    Stage,
};
pub use offer::{Listed, Offer};
pub use offering::Offering;
pub use price::{Confidence, Price, PriceError, PriceKey, Unit, copies};
pub use record::{LeftOut, Paid, PriceRecord};
pub use refresh::{Coverage, PriceChange, RefreshError, Refreshed};
pub use regions::{Equivalent, reference_region};
pub use snapshot::{Snapshot, SnapshotFile};
pub use snapshot_file::{SnapshotError, SnapshotText};
pub use speed::Speed;
pub use store::{Catalog, UnknownName};
pub use table::DataError;
