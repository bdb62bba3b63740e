//! The kinds of resources of AWS, one a file.

pub mod alarms;
pub mod log_group;
pub mod parameter_group;
pub mod replication_group;
pub mod scaling;
pub mod secret;
pub mod security_group;
pub mod serverless_cache;
pub mod subnet_group;
pub mod user;
pub mod user_group;

use crate::plan::Confirmation;
use crate::provider::aws::session::Session;
use crate::provider::kind::Kind;

/// All of them, in the order in which they are listed.
pub const ALL: &[&dyn Kind<Session>] = &[
    &security_group::SecurityGroup,
    &subnet_group::SubnetGroup,
    &parameter_group::ParameterGroup,
    &secret::Secret,
    &user::CacheUser,
    &user_group::UserGroup,
    &log_group::LogGroup,
    &replication_group::ReplicationGroup,
    &serverless_cache::ServerlessCache,
    &alarms::Alarms,
    &scaling::Scaling,
];

/// The status of a cache that was never made.
pub const CREATE_FAILED: &str = "create-failed";

/// Before the first user group comes, whoever reaches the cache may use it.
pub fn every_client_signs_in() -> Confirmation {
    Confirmation::clients(
        "give every client its user",
        "each function signs in by itself; who does not is kept out from this step on",
    )
}
