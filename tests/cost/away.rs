//! Callers in another region of the same cloud.

use serde_json::Value;

use crate::support::Repository;

/// The line of a bill whose text begins so.
fn line<'r>(report: &'r Value, what: &str) -> &'r Value {
    let lines = report["results"][0]["cost"]["lines"].as_array().unwrap();
    let found = lines.iter().find(|line| line["what"].as_str().unwrap().starts_with(what));
    found.unwrap_or_else(|| panic!("{what}: {lines:#?}"))
}

#[test]
fn what_bills_all_traffic_bills_that_of_callers_in_other_regions() {
    let azure = "name: away\nplacement:\n  provider: azure\n  region: eastus\n  functions: [{function_app: a, \
peak_concurrency: 50, region: REGION}]\ndataset:\n  - {keys: \"c:*\", type: string, count: 3M, value_size: 2KB, ttl: 1d}\n\
traffic: {peak: {reads: 3k/s, writes: 500/s}}\n";
    let upstash = "name: away\nenvironment: development\nplacement:\n  provider: upstash\n  region: us-east-1\n  functions: \
[{lambda: a, peak_concurrency: 50, region: REGION}]\ndataset:\n  - {keys: \"c:*\", type: string, count: 300k, value_size: 2KB, \
ttl: 1d}\ntraffic: {peak: {reads: 300/s, writes: 50/s}}\nsecurity: {network: any}\ndeployment: {service: upstash-payg}\n";
    let repository = Repository::new();
    for (profile, near, far, what) in [
        (azure, "eastus", "westus2", "traffic of the private endpoint"),
        (upstash, "us-east-1", "eu-west-1", "bandwidth"),
    ] {
        let bill = |region: &str| {
            repository.write("away.yaml", &profile.replace("REGION", region));
            line(&repository.json(&["away.yaml"]), what).clone()
        };
        let (near, far) = (bill(near), bill(far));
        let quantity = |line: &Value| line["quantity"].as_str().unwrap().parse::<f64>().unwrap();
        assert!(quantity(&near) > 100.0, "{what}: {near:#}");
        assert!((quantity(&far) / quantity(&near) - 1.0).abs() < 1e-6, "{what}: {near:#} and {far:#}");
        assert_eq!(far["formula"], near["formula"], "{what}");
    }
}

#[test]
fn traffic_from_another_cloud_is_never_free() {
    let repository = Repository::new();
    let text = "name: away\nplacement:\n  provider: azure\n  region: eastus\n  functions: [{lambda: a, peak_concurrency: 50, \
region: us-west-2}]\ndataset:\n  - {keys: \"c:*\", type: string, count: 3M, value_size: 2KB, ttl: 1d}\n\
traffic: {peak: {reads: 3k/s, writes: 500/s}}\n";
    repository.write("away.yaml", text);
    let report = repository.json(&["away.yaml"]);
    assert!(line(&report, "traffic from another cloud")["amount"]["unknown"].is_object(), "{report:#}");
}
