//! Synthetic offers of AWS, in the shape of the real record: in both of the list's forms.

use serde_json::{Map, Value, json};

/// A product of the list.
#[derive(Clone, Debug)]
pub struct Product {
    pub sku: String,
    pub family: &'static str,
    pub attributes: Vec<(&'static str, String)>,
    /// Dollars on demand; text, as in the list.
    pub on_demand: Vec<(&'static str, String)>,
    /// Lease, option, hourly, upfront.
    pub reserved: Vec<(&'static str, &'static str, Option<&'static str>, Option<&'static str>)>,
}

/// A node of us-east-1, whose usage types have no prefix.
pub fn node(sku: &str, engine: &str, usage: &str, node: &str, usd: &str) -> Product {
    Product {
        sku: sku.to_owned(),
        family: "Cache Instance",
        attributes: vec![
            ("locationType", "AWS Region".to_owned()),
            ("regionCode", "us-east-1".to_owned()),
            ("instanceType", node.to_owned()),
            ("cacheEngine", engine.to_owned()),
            ("usagetype", usage.to_owned()),
            ("operation", format!("CreateCacheCluster:{engine}")),
        ],
        on_demand: vec![("Hrs", usd.to_owned())],
        reserved: Vec::new(),
    }
}

impl Product {
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.retain(|(n, _)| *n != name);
        self.attributes.push((name, value.to_owned()));
        self
    }
}

/// Where a tier begins.
fn begin(tier: usize) -> String {
    (tier * 10_240).to_string()
}

pub fn json_offer(products: &[Product]) -> Value {
    offer("AmazonElastiCache", products)
}

/// An offer of a service.
pub fn offer(code: &str, products: &[Product]) -> Value {
    let (mut all, mut on_demand, mut reserved) = (Map::new(), Map::new(), Map::new());
    for product in products {
        let sku = &product.sku;
        let attributes: Map<String, Value> =
            product.attributes.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
        all.insert(
            sku.clone(),
            json!({ "sku": sku, "productFamily": product.family, "attributes": attributes }),
        );
        let lines: Map<String, Value> = product
            .on_demand
            .iter()
            .enumerate()
            .map(|(i, (unit, usd))| {
                let line = json!({ "unit": unit, "beginRange": begin(i), "pricePerUnit": { "USD": usd } });
                (format!("{sku}.JRTCKXETXF.{i}"), line)
            })
            .collect();
        on_demand.insert(
            sku.clone(),
            json!({ "t": { "sku": sku, "priceDimensions": lines, "termAttributes": {} } }),
        );
        let mut terms = Map::new();
        for (i, (lease, option, hourly, upfront)) in product.reserved.iter().enumerate() {
            let mut lines = Map::new();
            for (unit, usd) in [("Hrs", hourly), ("Quantity", upfront)] {
                if let Some(usd) = usd {
                    lines.insert(unit.to_owned(), json!({ "unit": unit, "pricePerUnit": { "USD": usd } }));
                }
            }
            let attributes = json!({ "LeaseContractLength": lease, "PurchaseOption": option, "OfferingClass": "standard" });
            terms.insert(i.to_string(), json!({ "priceDimensions": lines, "termAttributes": attributes }));
        }
        reserved.insert(sku.clone(), Value::Object(terms));
    }
    json!({
        "formatVersion": "v1.0",
        "offerCode": code,
        "publicationDate": "2026-11-20T10:00:00Z",
        "products": all,
        "terms": { "OnDemand": on_demand, "Reserved": reserved },
    })
}

/// The same offer as CSV.
pub fn csv_offer(products: &[Product]) -> String {
    csv_of("AmazonElastiCache", products)
}

/// An offer of a service as CSV.
pub fn csv_of(code: &str, products: &[Product]) -> String {
    let mut text = format!(
        "\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"a text, with a comma\"\n\"Publication Date\",\"2026-11-20T10:00:00Z\"\n\
         \"Version\",\"20261120100000\"\n\"OfferCode\",\"{code}\"\n",
    );
    let columns = [
        ("SKU", ""),
        ("OfferTermCode", ""),
        ("TermType", ""),
        ("Unit", ""),
        ("StartingRange", ""),
        ("PricePerUnit", ""),
        ("Currency", ""),
        ("LeaseContractLength", ""),
        ("PurchaseOption", ""),
        ("OfferingClass", ""),
        ("Product Family", ""),
        ("Location Type", "locationType"),
        ("Region Code", "regionCode"),
        ("Instance Type", "instanceType"),
        ("Cache Engine", "cacheEngine"),
        ("usageType", "usagetype"),
        ("operation", "operation"),
        ("Operating System", "operatingSystem"),
        ("Tenancy", "tenancy"),
        ("Pre Installed S/W", "preInstalledSw"),
        ("CapacityStatus", "capacitystatus"),
        ("Transfer Type", "transferType"),
        ("From Location Type", "fromLocationType"),
        ("From Region Code", "fromRegionCode"),
        ("To Location", "toLocation"),
        ("To Region Code", "toRegionCode"),
    ];
    let quoted = |cells: Vec<String>| {
        let cells: Vec<String> =
            cells.into_iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
        format!("{}\n", cells.join(","))
    };
    text.push_str(&quoted(columns.iter().map(|(name, _)| (*name).to_owned()).collect()));
    for product in products {
        let mut row = |code: String, kind: &str, (unit, tier): (&str, usize), usd: &str, term: [&str; 3]| {
            let from = begin(tier);
            let mut cells: Vec<String> =
                [product.sku.as_str(), &code, kind, unit, &from, usd, "USD"].map(str::to_owned).to_vec();
            cells.extend(term.map(str::to_owned));
            cells.push(product.family.to_owned());
            for (_, attribute) in &columns[11..] {
                let found = product.attributes.iter().find(|(n, _)| n == attribute);
                cells.push(found.map_or_else(String::new, |(_, v)| v.clone()));
            }
            text.push_str(&quoted(cells));
        };
        for (tier, (unit, usd)) in product.on_demand.iter().enumerate() {
            row("JRTCKXETXF".to_owned(), "OnDemand", (unit, tier), usd, [""; 3]);
        }
        for (i, (lease, option, hourly, upfront)) in product.reserved.iter().enumerate() {
            for (unit, usd) in [("Hrs", hourly), ("Quantity", upfront)] {
                if let Some(usd) = usd {
                    row(i.to_string(), "Reserved", (unit, 0), usd, [lease, option, "standard"]);
                }
            }
        }
    }
    text
}
