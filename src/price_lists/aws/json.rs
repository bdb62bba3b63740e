//! Offer files as JSON, and answers of `GetProducts`, whose products are JSON in a string each.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Offer, PriceLine, Product, Term};
use crate::price_lists::{ListError, Page};

#[derive(Deserialize)]
struct OfferFile {
    #[serde(rename = "offerCode")]
    code: String,
    #[serde(rename = "publicationDate")]
    published: Option<String>,
    products: BTreeMap<String, ProductEntry>,
    terms: Terms<BTreeMap<String, BTreeMap<String, TermEntry>>>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "PriceList")]
    products: Vec<String>,
    #[serde(rename = "NextToken")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    product: ProductEntry,
    terms: Terms<BTreeMap<String, TermEntry>>,
}

#[derive(Deserialize)]
struct ProductEntry {
    sku: String,
    #[serde(rename = "productFamily", default)]
    family: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de> + Default")]
struct Terms<T> {
    #[serde(rename = "OnDemand", default)]
    on_demand: T,
    #[serde(rename = "Reserved", default)]
    reserved: T,
}

#[derive(Clone, Deserialize)]
struct TermEntry {
    #[serde(rename = "priceDimensions", default)]
    lines: BTreeMap<String, LineEntry>,
    #[serde(rename = "termAttributes", default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct LineEntry {
    #[serde(default)]
    unit: String,
    #[serde(rename = "beginRange", default)]
    begin: String,
    #[serde(rename = "pricePerUnit", default)]
    price: BTreeMap<String, String>,
}

/// Reads a page in either form.
pub fn parse(page: &Page) -> Result<Offer, ListError> {
    let broken = |error: &dyn std::fmt::Display| ListError::broken(page, &error);
    if let Ok(answer) = serde_json::from_str::<Answer>(&page.text) {
        let mut offer = Offer { more: answer.next.is_some_and(|next| !next.is_empty()), ..Offer::default() };
        for text in &answer.products {
            let listed: Listed = serde_json::from_str(text).map_err(|error| broken(&error))?;
            let mut product = product(listed.product);
            product.terms.extend(terms(listed.terms.on_demand, false));
            product.terms.extend(terms(listed.terms.reserved, true));
            offer.products.push(product);
        }
        return Ok(offer);
    }
    let mut file: OfferFile = serde_json::from_str(&page.text).map_err(|error| broken(&error))?;
    super::expected(&file.code).map_err(|why| broken(&why))?;
    let mut products = Vec::with_capacity(file.products.len());
    for (sku, entry) in file.products {
        let mut product = product(entry);
        product.terms.extend(terms(file.terms.on_demand.remove(&sku).unwrap_or_default(), false));
        product.terms.extend(terms(file.terms.reserved.remove(&sku).unwrap_or_default(), true));
        products.push(product);
    }
    let orphans = file.terms.on_demand.len() + file.terms.reserved.len();
    let published = file.published.and_then(|day| day.get(..10).map(str::to_owned));
    Ok(Offer { products, published, orphans, more: false })
}

fn product(entry: ProductEntry) -> Product {
    Product { sku: entry.sku, family: entry.family, attributes: entry.attributes, terms: Vec::new() }
}

fn terms(entries: BTreeMap<String, TermEntry>, reserved: bool) -> impl Iterator<Item = Term> {
    entries.into_values().map(move |entry| Term {
        reserved,
        attributes: entry.attributes,
        lines: entry
            .lines
            .into_values()
            .map(|mut line| PriceLine { usd: line.price.remove("USD"), unit: line.unit, begin: line.begin })
            .collect(),
    })
}
