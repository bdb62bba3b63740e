//! Offer files as CSV: some lines about the file, then a line for each price of each term of each product.

use std::collections::BTreeMap;

use super::{Offer, PriceLine, Product, Term};
use crate::price_lists::{ListError, Page};

/// Columns whose names differ from those of the JSON form.
const RENAMED: [(&str, &str); 5] = [
    ("serviceName", "servicename"),
    ("usageType", "usagetype"),
    ("Cache Engine", "cacheEngine"),
    ("Pre Installed S/W", "preInstalledSw"),
    ("CapacityStatus", "capacitystatus"),
];

/// Reads a page.
pub fn parse(page: &Page) -> Result<Offer, ListError> {
    let broken = |why: &dyn std::fmt::Display| ListError::broken(page, &why);
    let text = page.text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut head = BTreeMap::new();
    let mut columns: Option<Vec<String>> = None;
    let mut products: BTreeMap<String, (Product, BTreeMap<String, Term>)> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let Some(columns) = &columns else {
            if record.get(0) == Some("SKU") {
                columns = Some(record.iter().map(name).collect());
            } else if let (Some(name), Some(value)) = (record.get(0), record.get(1)) {
                head.insert(name.to_owned(), value.to_owned());
            }
            continue;
        };
        let row: BTreeMap<&str, &str> =
            columns.iter().map(String::as_str).zip(record.iter()).filter(|(_, v)| !v.is_empty()).collect();
        let of = |name: &str| row.get(name).map(|v| (*v).to_owned()).unwrap_or_default();
        let (product, terms) = products.entry(of("sku")).or_default();
        if product.sku.is_empty() {
            product.sku = of("sku");
            product.family = of("productFamily");
            product.attributes = row.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        }
        let term = terms.entry(of("offerTermCode")).or_default();
        term.reserved = of("termType") == "Reserved";
        for (column, attribute) in [
            ("leaseContractLength", "LeaseContractLength"),
            ("purchaseOption", "PurchaseOption"),
            ("offeringClass", "OfferingClass"),
        ] {
            term.attributes.insert(attribute.to_owned(), of(column));
        }
        let usd = row.get("pricePerUnit").filter(|_| of("currency") == "USD").map(|v| (*v).to_owned());
        term.lines.push(PriceLine { unit: of("unit"), usd, begin: of("startingRange") });
    }
    if columns.is_none() {
        return Err(broken(&"it has no line of column names that begins with SKU"));
    }
    super::expected(head.get("OfferCode").map_or("nobody", String::as_str)).map_err(|why| broken(&why))?;
    let published = head.get("Publication Date").and_then(|day| day.get(..10)).map(str::to_owned);
    let products = products
        .into_values()
        .map(|(product, terms)| Product { terms: terms.into_values().collect(), ..product });
    Ok(Offer { products: products.collect(), published, orphans: 0, more: false })
}

/// The name of a column in the JSON form: `Region Code` is `regionCode`.
pub fn name(column: &str) -> String {
    if let Some((_, renamed)) = RENAMED.iter().find(|(csv, _)| *csv == column) {
        return (*renamed).to_owned();
    }
    if column == "SKU" {
        return "sku".to_owned();
    }
    let joined: String = column.split(' ').collect();
    let mut letters = joined.chars();
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
