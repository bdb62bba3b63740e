//! The kinds of resources of Azure, one a file.

pub mod assignment;
pub mod classic;
pub mod database;
pub mod metric_alert;
pub mod private_dns_zone;
pub mod private_endpoint;
pub mod redis_enterprise;
pub mod zone_group;
pub mod zone_link;

use crate::provider::azure::Azure;
use crate::provider::kind::Kind;

/// All of them, in the order in which they are listed.
pub const ALL: &[&dyn Kind<Azure>] = &[
    &redis_enterprise::RedisEnterprise,
    &database::Database,
    &assignment::Assignment,
    &classic::Classic,
    &classic::policy::AccessPolicy,
    &classic::assignment::PolicyAssignment,
    &private_endpoint::PrivateEndpoint,
    &private_dns_zone::PrivateDnsZone,
    &zone_link::ZoneLink,
    &zone_group::ZoneGroup,
    &metric_alert::MetricAlert,
];
