//! What can be chosen: a node type with an engine at a version.

use super::{NodeType, ServiceInfo};
use crate::units::{Engine, Service};

/// A node type, size or plan with an engine, before the number of nodes and the region are known.
#[derive(Clone, Copy, Debug)]
pub struct Offering<'a> {
    /// The node type, size or plan.
    pub node: &'a NodeType,
    /// The service as a whole.
    pub info: &'static ServiceInfo,
    /// Engine.
    pub engine: Engine,
    /// Engine version.
    pub version: &'a str,
}

impl<'a> Offering<'a> {
    /// A node type of a service with one of its engines.
    pub fn new(node: &'a NodeType, engine: Engine, version: &'a str) -> Self {
        Self { node, info: ServiceInfo::of(node.service), engine, version }
    }

    /// Who sells it.
    pub fn service(&self) -> Service {
        self.node.service
    }

    /// Whether its limits are those of the service or the plan, and not of a node.
    pub fn is_without_nodes(&self) -> bool {
        self.info.metered.is_some() || self.info.behaviour.limits_by_plan
    }

    /// Name of the server for the memory model: `valkey-8.1`.
    pub fn server(&self) -> String {
        // Serverless names major versions only; the first minor one costs the most memory.
        let minor = if self.version.contains('.') { "" } else { ".0" };
        format!("{}-{}{minor}", self.engine, self.version)
    }
}
