//! AWS's Price List: offers of ElastiCache, of EC2 (servers of one's own), and of data transfer.
//!
//! A node type and engine has several meters. The usage type tells them apart, and only an exact match counts: taking
//! the surcharge for synchronous durability as the node's price makes it look 5.6 times too cheap.

mod csv;
mod json;
mod meter;
mod others;
mod sift;
mod terms;

use std::collections::BTreeMap;

pub use sift::sifted;

use super::{Kind, ListError, Page, Read, Reading, kind};
use crate::units::Provider;

/// A product with the terms on which it is sold.
#[derive(Clone, Debug, Default)]
struct Product {
    sku: String,
    family: String,
    /// The list's own names, such as `usagetype`.
    attributes: BTreeMap<String, String>,
    terms: Vec<Term>,
}

/// One way to buy a product.
#[derive(Clone, Debug, Default)]
struct Term {
    reserved: bool,
    /// `LeaseContractLength`, `PurchaseOption`, `OfferingClass`.
    attributes: BTreeMap<String, String>,
    lines: Vec<PriceLine>,
}

/// What is paid.
#[derive(Clone, Debug, Default)]
struct PriceLine {
    unit: String,
    usd: Option<String>,
    /// From how many units on; a price that depends on the amount has a line for each tier.
    begin: String,
}

/// Offers that are read.
const OFFERS: [&str; 3] = ["AmazonElastiCache", "AmazonEC2", "AWSDataTransfer"];

/// Whether an offer is read; otherwise what was expected.
fn expected(code: &str) -> Result<(), String> {
    if OFFERS.contains(&code) {
        return Ok(());
    }
    Err(format!("it is the offer of {code}, and one of {} was expected", OFFERS.join(", ")))
}

/// What a page holds.
#[derive(Default)]
struct Offer {
    products: Vec<Product>,
    /// The day on which the list was published.
    published: Option<String>,
    /// Terms of products that the page does not have.
    orphans: usize,
    /// Whether more pages must follow.
    more: bool,
}

impl Product {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// Reads offer files, each of one region or of all.
pub fn read(pages: &[Page], reading: Reading<'_>) -> Result<Read, ListError> {
    let mut read = Read::default();
    let mut cut = None;
    for page in pages {
        let offer = match kind(page)? {
            Kind::AwsCsv => csv::parse(page)?,
            _ => json::parse(page)?,
        };
        cut = offer.more.then_some(page);
        let day = reading.day.map(str::to_owned).or_else(|| offer.published.clone());
        let day = day.ok_or_else(|| ListError::NoDay { page: page.name.clone() })?;
        for _ in 0..offer.orphans {
            read.skip("a term of a product that the file does not have");
        }
        for product in &offer.products {
            one(product, &day, reading, &mut read);
        }
    }
    match cut {
        Some(page) => Err(ListError::Cut { page: page.name.clone() }),
        None => Ok(read),
    }
}

fn one(product: &Product, day: &str, reading: Reading<'_>, read: &mut Read) {
    let moved = product.family == "Data Transfer";
    let (kind, code) =
        if moved { ("fromLocationType", "fromRegionCode") } else { ("locationType", "regionCode") };
    if product.attribute(kind) != "AWS Region" {
        return read.skip("not in a region: a local zone, a wavelength zone or an outpost");
    }
    let region = product.attribute(code);
    if region.is_empty() {
        // No region, no price: another region's would be wrong.
        return read.leave_out(format!("SKU {}", product.sku), "the list names no region for it");
    }
    if !(reading.region)(Provider::Aws, region) {
        return read.skip("in a region that the catalogue does not have");
    }
    let found = match product.family.as_str() {
        "Compute Instance" => others::instance(product),
        "Data Transfer" => others::transfer(product),
        _ => meter::of(product),
    };
    match found {
        meter::Found::Price(meter) => match &meter.to {
            Some(to) if !(reading.region)(Provider::Aws, to) => {
                read.skip("to a region that the catalogue does not have");
            }
            Some(to) => terms::records(product, &meter, &format!("{region}->{to}"), day, read),
            None => terms::records(product, &meter, region, day, read),
        },
        meter::Found::Skip(why) => read.skip(why),
    }
}
