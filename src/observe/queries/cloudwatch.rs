//! Amazon `CloudWatch`: `GetMetricData`. Its answer names no metric, so that every label tells metric, node, statistic and
//! period.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Ask, file, read_with, word};
use crate::observe::read::names;
use crate::units::Service;

/// Queries of one call, by the limit of the service.
const MOST: usize = 500;
const NAMESPACE: &str = "AWS/ElastiCache";
/// Millionths of a USD for a metric that is asked for with `GetMetricData`. Told by others
/// (<https://support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation>), not read from AWS's own list.
const PRICE: (i64, &str) =
    (10, "0.01 USD per 1,000 metrics requested is assumed; aws.amazon.com/cloudwatch/pricing has the price");

/// What nodes are asked for. Counts come once a minute: their maximum is the busiest minute.
const OF_NODES: &[(&str, &str)] = &[
    ("BytesUsedForCache", "Maximum"),
    ("DatabaseMemoryUsagePercentage", "Maximum"),
    ("CurrItems", "Maximum"),
    ("CurrVolatileItems", "Maximum"),
    ("DB0AverageTTL", "Maximum"),
    ("GetTypeCmds", "Maximum"),
    ("SetTypeCmds", "Maximum"),
    ("CacheHits", "Sum"),
    ("CacheMisses", "Sum"),
    ("Evictions", "Sum"),
    ("Reclaimed", "Sum"),
    ("CurrConnections", "Maximum"),
    ("NewConnections", "Maximum"),
    ("NetworkBytesIn", "Maximum"),
    ("NetworkBytesOut", "Maximum"),
    ("NetworkBandwidthInAllowanceExceeded", "Sum"),
    ("NetworkBandwidthOutAllowanceExceeded", "Sum"),
    ("NetworkPacketsPerSecondAllowanceExceeded", "Sum"),
    ("TrafficManagementActive", "Maximum"),
    ("EngineCPUUtilization", "Maximum"),
    ("IsMaster", "Maximum"),
    ("EvalBasedCmds", "Sum"),
    ("JsonBasedCmds", "Sum"),
];

const OF_SERVERLESS: &[(&str, &str)] = &[
    ("BytesUsedForCache", "Maximum"),
    ("CurrItems", "Maximum"),
    ("CurrVolatileItems", "Maximum"),
    ("ElastiCacheProcessingUnits", "Maximum"),
    ("TotalCmdsCount", "Maximum"),
    ("CacheHits", "Sum"),
    ("CacheMisses", "Sum"),
    ("Evictions", "Sum"),
    ("ThrottledCmds", "Sum"),
    ("CurrConnections", "Maximum"),
    ("NewConnections", "Maximum"),
    ("NetworkBytesIn", "Maximum"),
    ("NetworkBytesOut", "Maximum"),
    ("EvalBasedCmds", "Sum"),
    ("JsonBasedCmds", "Sum"),
];

/// The value of `--metric-data-queries`, a list a call. Nodes that are not known are searched for by the name.
pub fn requests(ask: &Ask) -> Vec<Value> {
    let serverless = ask.service == Service::ElastiCacheServerless;
    let (metrics, dimension) =
        if serverless { (OF_SERVERLESS, "clusterId") } else { (OF_NODES, "CacheClusterId") };
    let step = ask.step();
    let nodes: Vec<&str> =
        if serverless { vec![ask.name.as_str()] } else { ask.nodes.iter().map(String::as_str).collect() };
    let mut queries = Vec::new();
    let known = |name: &str| names::find(names::CLOUDWATCH, name).map(|(metric, _)| metric);
    for (metric, statistic) in metrics.iter().filter(|(metric, _)| ask.purpose.takes(known(metric))) {
        if nodes.is_empty() {
            // CloudWatch puts the name of each node that it finds into the label.
            let name: String = ask.name.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
            let expression = format!(
                "SEARCH('{{{NAMESPACE},{dimension}}} MetricName=\"{metric}\" \"{name}\"', '{statistic}', {step})"
            );
            queries.push(json!({
                "Id": format!("q{}", queries.len()),
                "Label": format!("${{PROP('MetricName')}}|${{PROP('Dim.{dimension}')}}|{statistic}|{step}"),
                "Expression": expression,
                "ReturnData": true,
            }));
        }
        for node in &nodes {
            queries.push(json!({
                "Id": format!("q{}", queries.len()),
                "Label": format!("{metric}|{node}|{statistic}|{step}"),
                "MetricStat": {
                    "Metric": {
                        "Namespace": NAMESPACE,
                        "MetricName": metric,
                        "Dimensions": [{ "Name": dimension, "Value": node }],
                    },
                    "Period": step,
                    "Stat": statistic,
                },
                "ReturnData": true,
            }));
        }
    }
    queries.chunks(MOST).map(|call| Value::from(call.to_vec())).collect()
}

/// What requests cost, in a line.
pub fn price(requests: &[Value]) -> String {
    let queries: usize = requests.iter().filter_map(Value::as_array).map(Vec::len).sum();
    let usd = Decimal::new(PRICE.0 * i64::try_from(queries).unwrap_or(i64::MAX / PRICE.0), 6).normalize();
    format!("{queries} metrics of CloudWatch: about {usd} USD ({})", PRICE.1)
}

pub(super) fn print(ask: &Ask) -> String {
    let (from, to) = ask.times();
    let calls = requests(ask);
    let region =
        ask.region.as_deref().map(|region| format!(" --region {}", word(region))).unwrap_or_default();
    let mut text = if ask.nodes.is_empty() {
        format!("# CloudWatch charges each metric of each node that is found: {}.\n", PRICE.1)
    } else {
        format!("# {}.\n", price(&calls))
    };
    if ask.nodes.is_empty() && ask.service == Service::ElastiCache {
        text.push_str(
            "# Nodes are searched for by the name, among those with data of the last two weeks. To name them exactly:\n\
             # aws elasticache describe-replication-groups > groups.json; cachefit observe --print-queries --from groups.json\n",
        );
    }
    let mut answers = Vec::new();
    for (i, call) in calls.iter().enumerate() {
        let number = if calls.len() > 1 { format!("{}.", i + 1) } else { String::new() };
        let (asked, answer) =
            (file(ask, &format!("{number}queries.json")), file(ask, &format!("{number}metrics.json")));
        let json = serde_json::to_string_pretty(call).unwrap_or_default();
        text.push_str(&format!("cat > {asked} <<'JSON'\n{json}\nJSON\n"));
        text.push_str(&format!(
            "aws cloudwatch get-metric-data{region} --start-time {from} --end-time {to} \\\n  \
             --metric-data-queries file://{asked} --output json > {answer}\n"
        ));
        answers.push(format!("{asked} {answer}"));
    }
    text.push_str(&read_with(ask, &answers.join(" ")));
    text
}
