//! AWS's offers of EC2 and of data transfer, and their traps. The records are made up, in the list's shape.

use cachefit::catalog::{Catalog, Coverage, Paid, Unit};
use cachefit::units::Commitment;

use super::offers::{Product, csv_of, node, offer};
use super::{page, skipped, take, taken, usd};

/// A Linux machine of us-east-1.
fn machine(sku: &str, usage: &str, usd: &str) -> Product {
    let plain = node(sku, "", usage, "m7g.large", usd);
    Product { family: "Compute Instance", ..plain }
        .with("cacheEngine", "")
        .with("operation", "RunInstances")
        .with("operatingSystem", "Linux")
        .with("tenancy", "Shared")
        .with("preInstalledSw", "NA")
        .with("capacitystatus", "Used")
}

/// A machine and one that is another, as a file of EC2.
#[cfg(feature = "net")]
pub fn csv() -> String {
    let other = machine("B", "BoxUsage:m7g.large", "0.2").with("operatingSystem", "Windows");
    csv_of("AmazonEC2", &[machine("A", "BoxUsage:m7g.large", "0.0816"), other])
}

/// Data that moves, at a price for each tier.
fn moved(sku: &str, kind: &str, usage: &str, to: (&str, &str), tiers: &[&str]) -> Product {
    let plain = node(sku, "", usage, "", "0");
    let on_demand = tiers.iter().map(|usd| ("GB", (*usd).to_owned())).collect();
    Product { family: "Data Transfer", on_demand, ..plain }
        .with("locationType", "")
        .with("regionCode", "")
        .with("transferType", kind)
        .with("fromLocationType", "AWS Region")
        .with("fromRegionCode", "us-east-1")
        .with("toLocation", to.0)
        .with("toRegionCode", to.1)
}

#[test]
fn only_a_shared_linux_machine_that_runs_is_a_machines_price() {
    let mut good = machine("A", "BoxUsage:m7g.large", "0.0816");
    good.reserved =
        vec![("3yr", "All Upfront", Some("0"), Some("839")), ("1yr", "No Upfront", Some("0.0539"), None)];
    let others = [
        machine("B", "BoxUsage:m7g.large", "0.2").with("operatingSystem", "Windows"),
        machine("C", "DedicatedUsage:m7g.large", "0.09").with("tenancy", "Dedicated"),
        machine("D", "BoxUsage:m7g.large", "0.6").with("preInstalledSw", "SQL Std"),
        machine("E", "UnusedBox:m7g.large", "0.0816").with("capacitystatus", "UnusedCapacityReservation"),
        machine("F", "Reservation:m7g.large", "0").with("capacitystatus", "AllocatedCapacityReservation"),
        machine("G", "BoxUsage:m7g.large", "0.1").with("operation", "RunInstances:0010"),
        machine("H", "BoxUsage:m7g.xlarge", "0.1632"),
        machine("I", "BoxUsage:m7g.large", "0.12").with("locationType", "AWS Local Zone"),
    ];
    let all: Vec<Product> = std::iter::once(good).chain(others).collect();
    let read = take(&[page("ec2.json", offer("AmazonEC2", &all))]).unwrap();
    let terms: Vec<(Commitment, Paid)> =
        taken(&read).into_iter().map(|(_, _, term, paid)| (term, paid)).collect();
    let expected = [
        (Commitment::OnDemand, Paid::Rate(usd("0.0816"))),
        (Commitment::OneYearNoUpfront, Paid::Rate(usd("0.0539"))),
        (Commitment::ThreeYearsAllUpfront, Paid::Upfront { start: usd("839"), hourly: usd("0") }),
    ];
    assert_eq!(terms, expected);
    assert!(
        read.records.iter().all(|r| r.service.id() == "ec2" && r.engine.is_none() && r.item == "m7g.large")
    );
    assert_eq!(skipped(&read, "another system"), 6);
    let csv = take(&[page("ec2.csv", csv_of("AmazonEC2", &all))]).unwrap();
    assert_eq!(taken(&csv), taken(&read), "both forms say the same");
}

/// A long offer, made while it is read: the good line first, then others for ever so long.
struct Long {
    head: std::io::Cursor<Vec<u8>>,
    line: Vec<u8>,
    at: usize,
    left: usize,
}

impl std::io::Read for Long {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.head.read(into)?;
        if count > 0 {
            return Ok(count);
        }
        if self.at == self.line.len() {
            (self.at, self.left) = (0, self.left.saturating_sub(1));
        }
        if self.left == 0 {
            return Ok(0);
        }
        let count = into.len().min(self.line.len() - self.at);
        into[..count].copy_from_slice(&self.line[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn of_a_long_offer_only_the_lines_that_matter_are_kept() {
    let good = machine("A", "BoxUsage:m7g.large", "0.0816");
    let other = machine("B", "BoxUsage:m7g.large", "0.2").with("operatingSystem", "Windows");
    let both = csv_of("AmazonEC2", &[good.clone(), other]);
    let (head, line) = both.trim_end().rsplit_once('\n').unwrap();
    let (head, line) = (format!("{head}\n"), format!("{line}\n"));
    let left = 64_000_000 / line.len();
    let kept = head.len();
    let long = Long { head: std::io::Cursor::new(head.into_bytes()), line: line.into_bytes(), at: 0, left };
    let sifted = cachefit::price_lists::sifted("ec2.csv", long).unwrap();
    assert!(sifted.text.len() <= kept, "64 MB leave {} bytes", sifted.text.len());
    let alone = take(&[page("ec2.csv", csv_of("AmazonEC2", &[good]))]).unwrap();
    assert_eq!(taken(&take(&[sifted]).unwrap()), taken(&alone));
}

#[test]
fn an_offer_of_caches_is_kept_whole() {
    let all = [node("A", "Redis", "NodeUsage:cache.r7g.large", "cache.r7g.large", "0.219")];
    let text = csv_of("AmazonElastiCache", &all);
    let sifted = cachefit::price_lists::sifted("offer.csv", text.as_bytes()).unwrap();
    assert_eq!(taken(&take(&[sifted]).unwrap()), taken(&take(&[page("offer.csv", text)]).unwrap()));
}

#[test]
fn of_data_that_moves_the_first_tier_counts_and_each_way_is_a_meter_of_its_own() {
    let all = [
        moved("A", "AWS Outbound", "DataTransfer-Out-Bytes", ("External", ""), &["0.09", "0.085", "0.07"]),
        moved("B", "IntraRegion", "DataTransfer-Regional-Bytes", ("US East", "us-east-1"), &["0.01"]),
        moved("C", "InterRegion Outbound", "USE1-EU-AWS-Out-Bytes", ("EU (Ireland)", "eu-west-1"), &["0.02"]),
        moved("D", "AWS Inbound", "DataTransfer-In-Bytes", ("US East", "us-east-1"), &["0"]),
        moved("E", "AWS Outbound", "CloudFront-Out-Bytes", ("External", ""), &["0"]),
        moved("F", "InterRegion Outbound", "USE1-MOON-AWS-Out-Bytes", ("Moon", "moon-1"), &["0.5"]),
    ];
    let read = take(&[page("move.json", offer("AWSDataTransfer", &all))]).unwrap();
    let mut found: Vec<(&str, &str, Unit, String)> = read
        .records
        .iter()
        .map(|r| (r.item.as_str(), r.region.as_str(), r.unit, r.usd().unwrap().to_string()))
        .collect();
    found.sort_unstable_by_key(|(item, ..)| *item);
    let expected = [
        ("cross-az-gb", "us-east-1", Unit::GbPerDirection, "0.01".to_owned()),
        ("egress-gb", "us-east-1", Unit::Gb, "0.09".to_owned()),
        ("inter-region-gb", "us-east-1->eu-west-1", Unit::Gb, "0.02".to_owned()),
    ];
    assert_eq!(found, expected);
    assert_eq!((skipped(&read, "moves otherwise"), skipped(&read, "to a region that")), (2, 1));
    let csv = take(&[page("move.csv", csv_of("AWSDataTransfer", &all))]).unwrap();
    assert_eq!(taken(&csv), taken(&read), "both forms say the same");
    // Tiers of anything else are no price.
    let tiers =
        [moved("B", "IntraRegion", "DataTransfer-Regional-Bytes", ("", "us-east-1"), &["0.01", "0.005"])];
    let read = take(&[page("x", offer("AWSDataTransfer", &tiers))]).unwrap();
    assert!(read.records.is_empty() && read.left_out[0].why.contains("2 prices on demand"), "{read:?}");
}

#[test]
fn a_list_of_data_transfer_replaces_its_own_prices_and_leaves_disks_and_alarms() {
    let all = [
        moved("A", "AWS Outbound", "DataTransfer-Out-Bytes", ("External", ""), &["0.0888"]),
        moved("B", "IntraRegion", "DataTransfer-Regional-Bytes", ("US East", "us-east-1"), &["0.01"]),
    ];
    let read = take(&[page("move.json", offer("AWSDataTransfer", &all))]).unwrap();
    let refreshed = Catalog::embedded().refreshed(read.records, Coverage::Whole).unwrap();
    let changed: Vec<(&str, Option<String>)> =
        refreshed.changes.iter().map(|c| (c.item.as_str(), c.after.map(|usd| usd.to_string()))).collect();
    assert_eq!(changed, [("egress-gb", Some("0.0888".to_owned()))], "{:?}", refreshed.changes);
    assert!(refreshed.snapshot.text.contains("=\taws\tus-east-1\n"));
}
