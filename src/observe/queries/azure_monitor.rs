//! Azure Monitor, by its command-line tool and by its REST interface.

use super::{Ask, file, read_with, word};
use crate::observe::read::names;
use crate::units::Service;

/// Both services have these, under the same names.
const METRICS: &[&str] = &[
    "usedmemory",
    "usedmemorypercentage",
    "connectedclients",
    "operationsPerSecond",
    "cachehits",
    "cachemisses",
    "getcommands",
    "setcommands",
    "evictedkeys",
    "expiredkeys",
    "totalkeys",
    "cacheRead",
    "cacheWrite",
    "percentProcessorTime",
    "serverLoad",
];

/// What a call that retrieves metrics costs. Microsoft's text says that it costs something
/// (<https://learn.microsoft.com/azure/azure-monitor/fundamentals/cost-usage>, 2024-01-24), not what: the price, and a million of calls
/// a month for nothing, are told by others.
const PRICE: &str = "about 0.00001 USD (0.01 USD per 1,000 calls is assumed, after the first million of a month; \
                     azure.microsoft.com/pricing/details/monitor has the price)";

/// What is asked for.
struct Query {
    metrics: Vec<&'static str>,
    aggregations: [&'static str; 2],
    interval: &'static str,
}

fn query(ask: &Ask) -> Query {
    let takes = |name: &str| ask.purpose.takes(names::find(names::AZURE, name).map(|(metric, _)| metric));
    Query {
        metrics: METRICS.iter().copied().filter(|name| takes(name)).collect(),
        // Managed Redis tells rates, of which the maximum counts; the older service tells counts, of which the sum does.
        aggregations: match ask.service {
            Service::AzureManagedRedis => ["Maximum", "Average"],
            _ => ["Maximum", "Total"],
        },
        interval: if ask.step() == 300 { "PT5M" } else { "PT1H" },
    }
}

/// The same as parameters of `GET …/providers/Microsoft.Insights/metrics`.
pub fn parameters(ask: &Ask) -> String {
    let Query { metrics, aggregations, interval } = query(ask);
    let (from, to) = ask.times();
    format!(
        "metricnames={}&timespan={from}/{to}&interval={interval}&aggregation={}",
        metrics.join(","),
        aggregations.join(",")
    )
}

/// What asking costs, in a line: all metrics are asked for in one call.
pub fn price() -> String {
    format!("1 call to Azure Monitor: {PRICE}")
}

pub(super) fn print(ask: &Ask) -> String {
    let Query { metrics, aggregations, interval } = query(ask);
    let tool = if ask.service == Service::AzureManagedRedis { "redisenterprise" } else { "redis" };
    let (from, to) = ask.times();
    let group = ask.resource_group.as_deref().map_or_else(|| "\"$RESOURCE_GROUP\"".to_owned(), word);
    let answer = file(ask, "azure.json");
    let name = word(&ask.name);
    format!(
        "# {}.\n\
         resource=$(az {tool} show --name {name} --resource-group {group} --query id --output tsv)\n\
         az monitor metrics list --resource \"$resource\" --start-time {from} --end-time {to} --interval {interval} \\\n  \
         --aggregation {} \\\n  --metrics {} \\\n  --output json > {answer}\n\
         {}",
        price(),
        aggregations.join(" "),
        metrics.join(" "),
        read_with(ask, &answer)
    )
}
