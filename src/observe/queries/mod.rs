//! What to ask a monitoring system for, so that its answer holds what sizes a cache and can be read here. One file a
//! source.

mod azure_monitor;
mod cloud_monitoring;
mod cloudwatch;
mod info;
mod prometheus;
mod upstash;

pub use cloudwatch::requests as cloudwatch_requests;

use jiff::Timestamp;

use crate::units::{Provider, Service};

/// Seconds of a day.
const DAY: i64 = 86_400;

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
    /// Days before that.
    pub days: u32,
}

impl Ask {
    /// The begin and the end of the time, as RFC 3339.
    fn times(&self) -> (String, String) {
        let text = |at: i64| Timestamp::from_second(at).map_or_else(|_| "?".to_owned(), |at| at.to_string());
        (text(self.begin()), text(self.to))
    }

    fn begin(&self) -> i64 {
        self.to - i64::from(self.days) * DAY
    }

    /// Seconds of a point: as fine as what is kept for so long, and no finer than is needed, because maxima are asked for.
    fn step(&self) -> u32 {
        if self.days <= 63 { 300 } else { 3600 }
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
    let mut text =
        format!("# {} `{}`: what sizes it, over {} days.\n", ask.service.title(), ask.name, ask.days);
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

/// A text as a word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A name of a file made from that of the cache.
fn file(ask: &Ask, ending: &str) -> String {
    let name: String =
        ask.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("{name}.{ending}")
}
