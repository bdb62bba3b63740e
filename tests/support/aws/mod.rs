//! A fake of the parts of AWS that a deployment touches: one server on loopback for all services, told apart by the
//! service in the signature. Resources move through their states as they are asked about, never by the clock.
//!
//! A new operation is a function `fn(&mut World, &Value) -> Answer` and a line in `operations.rs`. Faults, the record
//! and the server are those of every cloud (`tests/support/cloud`).

#![allow(dead_code, reason = "each test binary uses its own part")]

mod acls;
mod alarms;
mod api;
mod ec2;
mod elasticache;
mod estimates;
mod form;
mod functions;
mod identity;
mod logs;
mod operations;
mod params;
mod scaling;
mod secrets;
mod troubles;
mod wire;
mod world;

use crate::cloud::Double;

pub use crate::cloud::{Fault, On, Recorded, Trouble};
pub use world::{Looks, World};

/// A running fake: an account with one VPC, three subnets and the functions `web` and `webhook-receiver` in it.
pub type Aws = Double<World>;

impl Aws {
    /// What somebody else does in the account.
    pub fn others(&self, service: &str, action: &str, params: serde_json::Value) -> serde_json::Value {
        others(&mut self.world(), service, action, params)
    }
}

/// The same, where the account is in somebody's hand already.
pub fn others(
    world: &mut World,
    service: &str,
    action: &str,
    params: serde_json::Value,
) -> serde_json::Value {
    let call = wire::Call { service: service.to_owned(), action: action.to_owned(), params };
    operations::perform(world, &call).unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"))
}
