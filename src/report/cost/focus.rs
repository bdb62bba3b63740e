//! FOCUS 1.4, dataset Cost and Usage, as CSV: a month of each line, and upfront payments as purchases. Costs and unit prices
//! may not be empty there, so lines without a price are left out and told.
//!
//! What is listed and what is contracted is without the discount of a commitment (columns List Unit Price and Contracted
//! Unit Price): the use of reserved nodes has the price on demand there, and what it really costs as its effective cost. A
//! purchase has the price of what is bought.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;

use crate::catalog::{Catalog, PriceKey};
use crate::cost::{CostLine, LineKind, Rate};
use crate::report::{ReportError, csv_text};
use crate::review::{DeploymentCost, Review};
use crate::units::{Commitment, Usd};

const HEADER: &[&str] = &[
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "Tags",
    "x_Confidence",
    "x_Environment",
    "x_Estimate",
    "x_PriceAsOf",
    "x_Profile",
];

/// The account of an estimate: nobody has been billed yet.
const ACCOUNT: &str = "estimate";

/// Every line with a price.
pub fn render(review: &Review) -> Result<String, ReportError> {
    let rows = review.results.iter().flat_map(|deployment| {
        let lines = deployment.cost.iter().flat_map(|cost| &cost.lines);
        lines.flat_map(|line| rows(deployment, line)).collect::<Vec<_>>()
    });
    csv_text(HEADER, rows)
}

/// Lines that are left out, each with the reason.
pub fn unpriced(review: &Review) -> Vec<String> {
    let lines = review.results.iter().flat_map(|deployment| {
        let lines = deployment.cost.iter().flat_map(|cost| &cost.lines);
        lines.filter_map(move |line| {
            let why = match (line.amount.why_unknown(), line.rate.known()) {
                (Some(why), _) => why.to_owned(),
                (None, Some(rate)) if listed(deployment, line, rate).is_none() => {
                    "the price on demand, which its list price would be, is not known".to_owned()
                }
                _ if is_untold(deployment, line) => {
                    "no list says how much of it is due at the start of the term".to_owned()
                }
                _ => return None,
            };
            Some(format!("{}, {}: {why}", deployment.profile, line.what))
        })
    });
    lines.collect()
}

/// What a row is for.
struct Charge {
    category: &'static str,
    frequency: &'static str,
    billed: Usd,
    effective: Usd,
    quantity: Decimal,
    unit: String,
    /// Dollars a unit, without the discount of a commitment.
    list_price: Decimal,
}

/// Whether a line is of nodes that are paid for by a term.
fn is_committed(deployment: &DeploymentCost, line: &CostLine) -> bool {
    let term = deployment.payment.as_ref().and_then(|payment| payment.term_months);
    line.kind == LineKind::Nodes && term.is_some()
}

/// Whether it is not known how much of a line is paid at the start of its term.
fn is_untold(deployment: &DeploymentCost, line: &CostLine) -> bool {
    is_committed(deployment, line) && deployment.payment.as_ref().is_some_and(|paid| paid.upfront.is_none())
}

/// The list price of a unit: what it costs on demand. None where that is not known, or is of another unit.
fn listed(deployment: &DeploymentCost, line: &CostLine, rate: &Rate) -> Option<Decimal> {
    if !is_committed(deployment, line) {
        return Some(rate.usd);
    }
    let billed = deployment.deployment.as_ref()?;
    let key = PriceKey {
        service: billed.service,
        region: &billed.region,
        item: billed.node_type.as_deref()?,
        engine: Some(billed.engine),
        term: Commitment::OnDemand,
    };
    let price = Catalog::in_use().price(&key).ok()?;
    (price.unit.text() == rate.unit).then_some(price.usd)
}

/// The use of a month, and the payment at the start of its term.
fn rows(deployment: &DeploymentCost, line: &CostLine) -> Vec<Vec<String>> {
    let (Some(amount), Some(rate)) = (line.amount.known(), line.rate.known()) else { return Vec::new() };
    let Some(list_price) = listed(deployment, line, rate) else { return Vec::new() };
    if is_untold(deployment, line) {
        return Vec::new();
    }
    let term = deployment.payment.as_ref().and_then(|payment| payment.term_months);
    let upfront = line.upfront.zip(term);
    let share = upfront.map_or(Usd::ZERO, |(usd, months)| Usd((usd.0 / Decimal::from(months)).round_dp(6)));
    let recurring = Usd((amount.0 - share.0).max(Decimal::ZERO));
    let committed = is_committed(deployment, line);
    let usage = Charge {
        category: "Usage",
        frequency: if committed { "Recurring" } else { "Usage-Based" },
        billed: if upfront.is_some() { recurring } else { *amount },
        effective: *amount,
        quantity: line.quantity,
        unit: unit(&rate.unit),
        list_price,
    };
    let purchase = upfront.map(|(usd, _)| Charge {
        category: "Purchase",
        frequency: "One-Time",
        billed: usd,
        // What a purchase is worth is in the months that it covers.
        effective: Usd::ZERO,
        quantity: Decimal::ONE,
        unit: "Reservations".into(),
        list_price: usd.0,
    });
    std::iter::once(usage).chain(purchase).filter_map(|charge| row(deployment, line, rate, &charge)).collect()
}

fn row(deployment: &DeploymentCost, line: &CostLine, rate: &Rate, charge: &Charge) -> Option<Vec<String>> {
    let (start, end) = month(&deployment.as_of)?;
    let committed = is_committed(deployment, line);
    let purchase = charge.category == "Purchase";
    let list = charge.quantity * charge.list_price;
    let provider = provider(deployment.provider.as_deref().unwrap_or_default());
    let reservation = |text: String| if committed { text } else { String::new() };
    let used = |text: String| if purchase { String::new() } else { text };
    let tags: serde_json::Map<String, serde_json::Value> =
        deployment.labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    Some(vec![
        charge.billed.0.normalize().to_string(),
        ACCOUNT.into(),
        "cachefit estimate".into(),
        "USD".into(),
        end.clone(),
        start.clone(),
        charge.category.into(),
        String::new(),
        format!("{} of {}: {}", line.what, deployment.profile, line.formula),
        charge.frequency.into(),
        end,
        start,
        reservation("Usage".into()),
        reservation(format!("{}/{}", deployment.profile, line.sku)),
        if committed && !purchase { "Used".into() } else { String::new() },
        reservation("Reservation".into()),
        used(line.quantity.normalize().to_string()),
        used(charge.unit.clone()),
        list.normalize().to_string(),
        charge.list_price.normalize().to_string(),
        charge.effective.0.normalize().to_string(),
        provider.into(),
        provider.into(),
        list.normalize().to_string(),
        charge.list_price.normalize().to_string(),
        if committed { "Committed".into() } else { "Standard".into() },
        charge.quantity.normalize().to_string(),
        charge.unit.clone(),
        deployment.region.clone().unwrap_or_default(),
        deployment.profile.clone(),
        deployment.profile.clone(),
        deployment.service.clone().unwrap_or_default(),
        "Databases".into(),
        deployment.service.clone().unwrap_or_default(),
        provider.into(),
        "Caching".into(),
        line.sku.clone(),
        rate.meter.clone(),
        format!("{}/{}", rate.meter, charge.frequency),
        serde_json::Value::Object(tags).to_string(),
        if line.is_estimate() { "estimated" } else { "listed" }.into(),
        deployment.environment.clone(),
        "true".into(),
        rate.as_of.clone(),
        deployment.profile.clone(),
    ])
}

/// The calendar month of a day, its end exclusive.
fn month(day: &str) -> Option<(String, String)> {
    let first = day.parse::<Date>().ok()?.first_of_month();
    let next = first.checked_add(1.month()).ok()?;
    Some((format!("{first}T00:00:00Z"), format!("{next}T00:00:00Z")))
}

fn provider(id: &str) -> &'static str {
    match id {
        "aws" => "AWS",
        "azure" => "Microsoft",
        "gcp" => "Google Cloud",
        "upstash" => "Upstash",
        _ => "Self-hosted",
    }
}

/// Units as FOCUS spells them.
fn unit(text: &str) -> String {
    match text {
        "per node-hour" | "per hour" | "per hour for the whole cache" => "Hours",
        "per provisioned GiB-hour" => "GiB-Hours",
        "per GB-hour" => "GB-Hours",
        "per GB-month" => "GB-Months",
        "per month" => "Months",
        "per GB" | "per GB in each direction" => "GB",
        "per GiB" => "GiB",
        "per million ECPU" => "1000000 ECPU",
        "per 100,000 commands" => "100000 Commands",
        "per alarm-month" => "Alarms",
        _ => "Units",
    }
    .to_owned()
}
