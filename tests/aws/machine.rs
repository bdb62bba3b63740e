//! The program with a fake account of AWS.

use std::ops::Deref;
use std::sync::Arc;

use crate::aws::{Aws, World};
use crate::cloud;

pub use crate::cloud::machine::{code, stderr, stdout};

/// A cache of nodes with all that goes with it: two shards, two ways to sign in, alarms, scaling from the shape.
pub const NODES: &str = r#"name: shop
environment: production
placement:
  provider: aws
  region: us-east-1
  functions:
    - lambda: web
      peak_concurrency: 50
dataset:
  - keys: "sess:*"
    type: hash
    count: 2M
    key_size: 41B
    fields: 8
    field_size: 12B
    value_size: 60B
    ttl: 30m
    role: cache
traffic:
  peak: { reads: 12k/s, writes: 3k/s }
  shape: office-hours
  access: { skew: zipf 0.9 }
requirements:
  availability: multi-az
security:
  users:
    - name: web
      auth: iam
      can: [read, write]
      keys: ["sess:*"]
    - name: worker
      auth: password
      can: [read]
      keys: ["sess:*"]
deployment:
  service: elasticache
  engine: valkey
  version: "8.1"
  node_type: cache.r7g.large
  shards: 2
  replicas: 1
  eviction_policy: allkeys-lru
"#;

/// The same without nodes.
pub const SERVERLESS: &str = r#"name: burst
environment: production
placement:
  provider: aws
  region: us-east-1
  functions:
    - lambda: webhook-receiver
      peak_concurrency: 5..200
dataset:
  - keys: "seen:*"
    type: string
    count: 10k..40k
    key_size: 41B
    value_size: 1B
    values: integer
    ttl: 1d
traffic:
  peak: { reads: 400/s, writes: 400/s }
  average: { reads: 30k per day, writes: 30k per day }
requirements:
  availability: multi-az
  budget: 25 USD per month
security:
  users:
    - name: webhooks
      auth: iam
      can: [read, write]
      keys: ["seen:*"]
deployment:
  service: elasticache-serverless
  engine: valkey
"#;

/// A place to run the program in.
pub struct Machine {
    machine: cloud::machine::Machine<World>,
    pub aws: Arc<Aws>,
}

impl Machine {
    pub fn new(profile: &str) -> Self {
        Self::with(profile, World::default())
    }

    /// With an account that is not the usual one.
    pub fn with(profile: &str, world: World) -> Self {
        let machine = cloud::machine::Machine::with(profile, world);
        Self { aws: Arc::clone(&machine.double), machine }
    }
}

impl Deref for Machine {
    type Target = cloud::machine::Machine<World>;

    fn deref(&self) -> &Self::Target {
        &self.machine
    }
}
