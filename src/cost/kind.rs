//! What a line of a bill is for: with its SKU the line's identity, by which two bills are compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::quantity::Billable;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $id:literal $driver:ident;)+) => {
        /// What a line of a bill is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum LineKind {
            $($(#[$doc])* #[serde(rename = $id)] $kind,)+
        }

        impl LineKind {
            /// All kinds, in the order of a bill.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// As reports spell it.
            pub fn id(self) -> &'static str {
                match self { $(Self::$kind => $id,)+ }
            }

            /// What makes the line larger.
            pub fn driver(self) -> Driver {
                match self { $(Self::$kind => Driver::$driver,)+ }
            }
        }
    };
}

kinds! {
    /// Nodes or whole sizes by the hour.
    Nodes "nodes" Capacity;
    /// Stored data of a metered service.
    StoredData "stored-data" Memory;
    /// Processing units of a metered service.
    Work "work" Work;
    /// Commands of a metered service.
    Commands "commands" Commands;
    /// Data stored beyond what is free.
    Storage "storage" Memory;
    /// Data moved beyond what is free.
    Bandwidth "bandwidth" Traffic;
    /// A plan by the month.
    Plan "plan" Capacity;
    /// Copies of a plan in other regions, which are only read.
    ReadRegions "read-regions" Capacity;
    /// Upstash's add-on.
    ProdPack "prod-pack" Capacity;
    /// The surcharge on an old version.
    ExtendedSupport "extended-support" Capacity;
    /// Daily backups.
    Backups "backups" Memory;
    /// Traffic between the callers' zones and the cache's.
    BetweenZones "between-zones" Traffic;
    /// Traffic from primaries to replicas.
    Replication "replication" Writes;
    /// Traffic between regions.
    BetweenRegions "between-regions" Traffic;
    /// Alarms on metrics.
    Alarms "alarms" Capacity;
    /// People's time, as declared.
    Operations "operations" Capacity;
    /// Traffic between clouds.
    OtherCloud "other-cloud" Traffic;
    /// The endpoint of a private network.
    PrivateEndpoint "private-endpoint" Capacity;
    /// Traffic through it.
    PrivateEndpointTraffic "private-endpoint-traffic" Traffic;
    /// The DNS zone that names it.
    DnsZone "dns-zone" Capacity;
    /// Writes kept on disk.
    AppendOnlyFile "append-only-file" Capacity;
}

/// What makes a line larger: by it the line is split over key families and classes of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// Whatever the shape has the least room for.
    Capacity,
    /// Data kept.
    Memory,
    /// Commands, each alike.
    Commands,
    /// Commands by the size of what they touch.
    Work,
    /// Bytes between callers and cache.
    Traffic,
    /// Bytes written.
    Writes,
}

impl Billable {
    /// The kind without its figures.
    pub(super) fn kind(&self) -> LineKind {
        match self {
            Self::Nodes { .. } => LineKind::Nodes,
            Self::StoredData { .. } => LineKind::StoredData,
            Self::Work { .. } => LineKind::Work,
            Self::Commands { .. } => LineKind::Commands,
            Self::Storage { .. } => LineKind::Storage,
            Self::Bandwidth { .. } => LineKind::Bandwidth,
            Self::Plan => LineKind::Plan,
            Self::ReadRegions { .. } => LineKind::ReadRegions,
            Self::ProdPack => LineKind::ProdPack,
            Self::ExtendedSupport { .. } => LineKind::ExtendedSupport,
            Self::Backups { .. } => LineKind::Backups,
            Self::BetweenZones { .. } => LineKind::BetweenZones,
            Self::Replication { .. } => LineKind::Replication,
            Self::BetweenRegions { .. } => LineKind::BetweenRegions,
            Self::Alarms { .. } => LineKind::Alarms,
            Self::Operations { .. } => LineKind::Operations,
            Self::OtherCloud { .. } => LineKind::OtherCloud,
            Self::PrivateEndpoint => LineKind::PrivateEndpoint,
            Self::PrivateEndpointTraffic { .. } => LineKind::PrivateEndpointTraffic,
            Self::DnsZone => LineKind::DnsZone,
            Self::AppendOnlyFile { .. } => LineKind::AppendOnlyFile,
        }
    }
}
