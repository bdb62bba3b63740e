//! Azure Monitor, by its command-line tool.

use super::{Ask, file, quoted};
use crate::units::Service;

/// Both services have these, under the same names.
const METRICS: &str = "usedmemory usedmemorypercentage connectedclients operationsPerSecond cachehits cachemisses \
                       getcommands setcommands evictedkeys expiredkeys totalkeys cacheRead cacheWrite \
                       percentProcessorTime serverLoad";

pub(super) fn print(ask: &Ask) -> String {
    let managed = ask.service == Service::AzureManagedRedis;
    // Managed Redis tells rates, of which the maximum counts; the older service tells counts, of which the sum does.
    let (tool, aggregations, step) = if managed {
        ("redisenterprise", "Maximum Average", "PT5M")
    } else {
        ("redis", "Maximum Total", "PT5M")
    };
    let step = if ask.days > 63 { "PT1H" } else { step };
    let (from, to) = ask.times();
    let group = ask.resource_group.as_deref().map_or_else(|| "\"$RESOURCE_GROUP\"".to_owned(), quoted);
    let answer = file(ask, "azure.json");
    let name = quoted(&ask.name);
    format!(
        "resource=$(az {tool} show --name {name} --resource-group {group} --query id --output tsv)\n\
         az monitor metrics list --resource \"$resource\" --start-time {from} --end-time {to} --interval {step} \\\n  \
         --aggregation {aggregations} \\\n  --metrics {METRICS} \\\n  --output json > {answer}\n\
         cachefit observe --from {answer}\n"
    )
}
