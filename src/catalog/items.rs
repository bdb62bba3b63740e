//! Names of what is billed beside nodes.

/// Stored data of ElastiCache Serverless, per GB-hour.
pub const STORED_GB_HOUR: &str = "stored-gb-hour";
/// Work of ElastiCache Serverless, per million processing units.
pub const MILLION_ECPU: &str = "million-ecpu";
/// Backup storage, per GB-month (Google: per GB-hour, see the unit).
pub const BACKUP: &str = "backup";
/// Data of an append-only file of Memorystore, per GB-hour of provisioned node capacity.
pub const AOF: &str = "aof";
/// Traffic between zones of a region on AWS and Azure. On AWS each direction is charged, on the caller's side; Azure and
/// ElastiCache Serverless have a row of 0 that says why.
pub const CROSS_AZ_GB: &str = "cross-az-gb";
/// Traffic between zones on Google through Private Service Connect.
pub const PSC_GB: &str = "psc-gb";
/// Traffic to another region; the region is `from->to`.
pub const INTER_REGION_GB: &str = "inter-region-gb";
/// Traffic to the internet, first 10 TB.
pub const EGRESS_GB: &str = "egress-gb";
/// A metric alarm.
pub const ALARM: &str = "alarm";
/// A metric alarm with ten-second resolution.
pub const ALARM_HIGH_RESOLUTION: &str = "alarm-high-resolution";
/// Log lines taken in.
pub const LOGS_GB: &str = "logs-gb";
/// A customer-managed encryption key.
pub const KMS_KEY: &str = "kms-key";
/// A NAT gateway, without its traffic.
pub const NAT_GATEWAY: &str = "nat-gateway";
/// A public IPv4 address.
pub const PUBLIC_IPV4: &str = "public-ipv4";
/// Block storage for self-hosted persistence.
pub const DISK_GB: &str = "disk-gb";
/// A snapshot of block storage.
pub const DISK_SNAPSHOT_GB: &str = "disk-snapshot-gb";
/// A private endpoint of Azure, without its traffic.
pub const PRIVATE_ENDPOINT: &str = "private-endpoint";
/// Traffic through a private endpoint of Azure, charged once for each direction.
pub const PRIVATE_ENDPOINT_GB: &str = "private-endpoint-gb";
/// A private DNS zone of Azure.
pub const DNS_ZONE: &str = "dns-zone";
/// Extended support of an old Redis, years one and two; see [`super::Catalog::extended_support`].
pub const EXTENDED_SUPPORT_YEARS_1_2: &str = "extended-support-yr1";
/// Extended support of an old Redis, third year.
pub const EXTENDED_SUPPORT_YEAR_3: &str = "extended-support-yr3";
/// 100,000 commands of Upstash.
pub const COMMANDS_100K: &str = "commands-100k";
/// Stored data of Upstash beyond what is included.
pub const STORAGE_GB_MONTH: &str = "storage-gb-month";
/// Traffic of Upstash beyond what is included.
pub const BANDWIDTH_GB: &str = "bandwidth-gb";
/// A read region of an Upstash fixed plan; asked for with [`for_node`].
pub const READ_REGION: &str = "read-region";
/// Upstash's add-on with a service level, several zones and encryption at rest.
pub const PROD_PACK: &str = "prod-pack";

/// Items that a provider bills alike for all its services.
pub(super) const SHARED: &[&str] = &[
    CROSS_AZ_GB,
    INTER_REGION_GB,
    EGRESS_GB,
    ALARM,
    ALARM_HIGH_RESOLUTION,
    LOGS_GB,
    KMS_KEY,
    NAT_GATEWAY,
    PUBLIC_IPV4,
    DISK_GB,
    DISK_SNAPSHOT_GB,
    PROD_PACK,
    PRIVATE_ENDPOINT,
    PRIVATE_ENDPOINT_GB,
    DNS_ZONE,
];

/// The item that is billed for one node type, for example `sync-durability:cache.r7g.large`.
pub fn for_node(item: &str, node_type: &str) -> String {
    format!("{item}:{node_type}")
}
