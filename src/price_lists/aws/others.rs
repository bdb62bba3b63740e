//! Meters beside those of caches: machines for servers of one's own, and data that moves.

use super::Product;
use super::meter::{Found, Meter, without_region};
use crate::catalog::{Service, Unit, items};

/// A Linux machine that is shared, runs, and has nothing else on it. The list has each type some two hundred times.
pub const WANTED: [(&str, &str); 5] = [
    ("operatingSystem", "Linux"),
    ("tenancy", "Shared"),
    ("preInstalledSw", "NA"),
    ("capacitystatus", "Used"),
    ("operation", "RunInstances"),
];

/// The price of such a machine.
pub fn instance(product: &Product) -> Found {
    if WANTED.iter().any(|(name, value)| product.attribute(name) != *value) {
        return Found::Skip("a machine with another system, software, tenancy or use");
    }
    let node = product.attribute("instanceType");
    if node.is_empty() || without_region(product.attribute("usagetype")) != format!("BoxUsage:{node}") {
        // The oldest type has a usage type without its name; no cache runs on it.
        return Found::Skip("an unknown usage type of a machine");
    }
    Found::Price(Meter::new(
        Service::Ec2,
        node.to_owned(),
        Unit::NodeHour,
        "BoxUsage:{item} (Linux, shared tenancy)",
    ))
}

/// Data that leaves a zone, a region or AWS. What comes in is free, and the networks of other services are others.
pub fn transfer(product: &Product) -> Found {
    let usage = product.attribute("usagetype");
    let shared = |item: &str, unit: Unit, text: &'static str| {
        Meter::new(Service::ElastiCache, item.to_owned(), unit, text)
    };
    match product.attribute("transferType") {
        "AWS Outbound"
            if product.attribute("toLocation") == "External"
                && without_region(usage) == "DataTransfer-Out-Bytes" =>
        {
            let meter = shared(items::EGRESS_GB, Unit::Gb, "internet egress first 10TB");
            Found::Price(Meter { first_tier: true, ..meter })
        }
        "IntraRegion" if without_region(usage) == "DataTransfer-Regional-Bytes" => {
            let meter = shared(items::CROSS_AZ_GB, Unit::GbPerDirection, "intra region cross az transfer");
            let note = "1,000 GB of traffic is billed as 2,000 GB; billed on the EC2 side, not on the ElastiCache side";
            Found::Price(Meter { note: Some(note), ..meter })
        }
        "InterRegion Outbound" if usage.ends_with("-AWS-Out-Bytes") => {
            let to = product.attribute("toRegionCode").to_owned();
            if to.is_empty() {
                return Found::Skip("data that moves to a place without a region");
            }
            let meter = shared(items::INTER_REGION_GB, Unit::Gb, "inter region transfer");
            Found::Price(Meter { to: Some(to), ..meter })
        }
        _ => Found::Skip("data that moves otherwise: inwards, or by another service"),
    }
}
