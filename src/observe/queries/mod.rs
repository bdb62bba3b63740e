//! What to ask a monitoring system for, so that its answer holds what sizes a cache and can be read here. One file a
//! source.

mod azure_monitor;
mod cloud_monitoring;
mod cloudwatch;
mod info;
mod prometheus;
mod upstash;

pub use azure_monitor::{parameters as azure_monitor_parameters, price as azure_monitor_price};
pub use cloud_monitoring::{
    TimeSeries, price as cloud_monitoring_price, requests as cloud_monitoring_requests,
};
pub use cloudwatch::{price as cloudwatch_price, requests as cloudwatch_requests};
pub use upstash::path as upstash_path;

use jiff::Timestamp;

use super::Metric;
use crate::profile::visible;
use crate::units::{DAY, Provider, Service, quoted};

/// Days for which the finest points that are asked for are kept everywhere.
const FINE: i64 = 63;

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To size the cache: everything that is read.
    Size,
    /// To say how it does now: only what tells that, because some clouds charge by the metric.
    Health,
}

impl Purpose {
    fn takes(self, metric: Option<Metric>) -> bool {
        let tells_health = |metric| {
            matches!(
                metric,
                Metric::Memory
                    | Metric::MemoryShare
                    | Metric::MemoryLimit
                    | Metric::Hits
                    | Metric::Misses
                    | Metric::Evictions
                    | Metric::RejectedConnections
                    | Metric::Throttled
                    | Metric::Connections
                    | Metric::EngineCpu
                    | Metric::HostCpu
            )
        };
        self == Self::Size || metric.is_some_and(tells_health)
    }
}

/// The cache that is asked for, and the time.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Service,
    /// Its region.
    pub region: Option<String>,
    /// Its project at Google Cloud.
    pub project: Option<String>,
    /// Its resource group at Azure.
    pub resource_group: Option<String>,
    /// Its nodes, by the names that metrics have for them; none if they are not known.
    pub nodes: Vec<String>,
    /// Seconds since 1970 at which the time ends.
    pub to: i64,
    /// Seconds before that.
    pub seconds: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// Files of inventories that answers are to be read with, because metrics tell no shape.
    pub inventories: Vec<String>,
}

impl Ask {
    /// The begin and the end of the time, as RFC 3339.
    fn times(&self) -> (String, String) {
        let text = |at: i64| Timestamp::from_second(at).map_or_else(|_| "?".to_owned(), |at| at.to_string());
        (text(self.begin()), text(self.to))
    }

    /// Seconds since 1970 at which the time begins.
    pub fn begin(&self) -> i64 {
        self.to - self.seconds
    }

    /// Seconds of a point: as fine as what is kept for so long, and no finer than is needed, because maxima are asked for.
    fn step(&self) -> u32 {
        if self.seconds <= FINE * DAY { 300 } else { 3600 }
    }
}

/// Commands for a shell that ask for everything, and what to do with the answer.
pub fn print(ask: &Ask) -> String {
    let own = match ask.service {
        Service::ElastiCache | Service::ElastiCacheServerless => cloudwatch::print(ask),
        Service::AzureManagedRedis | Service::AzureCacheForRedis => azure_monitor::print(ask),
        Service::MemorystoreValkey | Service::MemorystoreRedisCluster | Service::MemorystoreRedis => {
            cloud_monitoring::print(ask)
        }
        Service::UpstashPayg | Service::UpstashFixed => upstash::print(ask),
        Service::Ec2 | Service::Local => info::print(ask),
    };
    let mut text = format!(
        "# {} `{}`: what sizes it, over {} days.\n",
        ask.service.title(),
        visible(&ask.name),
        ask.seconds / DAY
    );
    text.push_str(&own);
    // Serverless caches and Upstash answer no INFO that tells memory.
    let servers =
        !matches!(ask.service.provider(), Provider::Upstash) && ask.service != Service::ElastiCacheServerless;
    if servers {
        text.push('\n');
        text.push_str(&prometheus::print(ask));
    }
    if servers && !ask.service.is_self_hosted() {
        text.push('\n');
        text.push_str(&info::print(ask));
    }
    text
}

/// The command that reads answers, beside the inventories that are known.
fn read_with(ask: &Ask, answers: &str) -> String {
    let inventories = ask.inventories.iter().map(|file| format!("{} ", quoted(file)));
    format!("cachefit observe --from {}{answers}\n", inventories.collect::<String>())
}

/// A name as one word of a shell. One with control characters is that of no cache, and stays so.
fn word(name: &str) -> String {
    quoted(&visible(name))
}

/// A name of a file made from that of the cache.
fn file(ask: &Ask, ending: &str) -> String {
    let name: String =
        ask.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{name}.{ending}")
}
