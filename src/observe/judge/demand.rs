//! What metrics tell of the demand alone, where another service than the one that was measured is to hold it.

use super::judged::{Judged, JudgedFigure, StateName};
use crate::observe::{CacheInfo, Metric, watched};
use crate::units::Provider;

/// What bytes of Azure Managed Redis count, as its reader says it behind the name of a cache.
pub const COUNTS_COPIES: &str =
    "usedmemory counts primary and replica, about twice the data with high availability";

impl Judged {
    /// What clients ask for, whoever is to answer: without the limits, processors, nodes and shape of what was measured.
    /// That a limit was reached stays with the figures that it kept low, which are then what was seen or more.
    #[must_use]
    pub fn demand_alone(mut self) -> Self {
        if let Some(why) = self.memory_is_no_servers() {
            self.figures.retain(|figure| figure.metric != Metric::Memory);
            self.no_shrinking.push(format!("how much memory its data takes is unknown: {why}"));
        }
        self.figures.retain(is_of_clients);
        self.states.retain(|state| state.name != StateName::Autoscaled);
        // The engine stays: bytes that it uses are so many keys by its own way of keeping them.
        self.info = self.info.map(|info| CacheInfo {
            engine: info.engine,
            version: info.version,
            command_use: info.command_use,
            ..CacheInfo::named(info.id)
        });
        self
    }

    /// Why the bytes in use are not those that a server of another service would need.
    fn memory_is_no_servers(&self) -> Option<&'static str> {
        let memory = self.figure(Metric::Memory)?;
        if watched(&memory.source) == Some(Provider::Upstash) {
            return Some("Upstash tells the bytes on its disks");
        }
        let is_own = |node: &str| node == self.cache || self.nodes.iter().any(|own| own == node);
        let mut named = self.caveats.iter().filter_map(|caveat| caveat.strip_suffix(COUNTS_COPIES));
        named.any(|node| is_own(node.trim_end_matches(": "))).then_some(COUNTS_COPIES)
    }
}

/// Whether clients ask for it of any service.
fn is_of_clients(figure: &JudgedFigure) -> bool {
    let of_the_service = matches!(figure.metric, Metric::EngineCpu | Metric::HostCpu | Metric::UnitsOfWork);
    figure.is_demand() && !of_the_service
}
