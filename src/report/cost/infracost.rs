//! infracost's JSON (0.2): caches then stand in the same comment as what infracost prices. Money is text there, and an
//! unknown cost is null.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cost::{CostLine, Driver, LineKind, LineSide};
use crate::review::{DeploymentCost, Review, ReviewedLine, Status};
use crate::units::{Figure, HOURS_PER_MONTH, Usd};

/// The output: a project a deployment.
pub fn output(review: &Review) -> Value {
    let projects: Vec<Value> = review.results.iter().map(project).collect();
    let both = &review.totals.both;
    let past = both.before.as_ref().map(|sum| sum.known);
    let diff = both.difference;
    json!({
        "version": "0.2",
        "metadata": { "infracostCommand": "diff", "vcsBranch": "", "vcsCommitSha": "", "vcsCommitAuthorName": "",
            "vcsCommitAuthorEmail": "", "vcsCommitTimestamp": format!("{}T00:00:00Z", review.as_of),
            "vcsCommitMessage": "", "vcsRepositoryUrl": "" },
        "currency": "USD",
        "projects": projects,
        "totalHourlyCost": hourly(Some(both.after.known)),
        "totalMonthlyCost": monthly(Some(both.after.known)),
        "pastTotalHourlyCost": hourly(past),
        "pastTotalMonthlyCost": monthly(past),
        "diffTotalHourlyCost": hourly(diff),
        "diffTotalMonthlyCost": monthly(diff),
        "timeGenerated": format!("{}T00:00:00Z", review.as_of),
        "summary": summary(review.results.iter()),
    })
}

fn monthly(usd: Option<Usd>) -> Value {
    usd.map_or(Value::Null, |usd| json!(usd.0.normalize().to_string()))
}

fn hourly(usd: Option<Usd>) -> Value {
    let hours = Decimal::from(HOURS_PER_MONTH);
    usd.map_or(Value::Null, |usd| json!((usd.0 / hours).round_dp(10).normalize().to_string()))
}

fn known(figure: &Figure<Usd>) -> Option<Usd> {
    figure.known().copied()
}

/// A row of a breakdown.
struct Component<'a> {
    name: &'a str,
    unit: &'a str,
    kind: LineKind,
    quantity: Decimal,
    price: Option<Decimal>,
    cost: Option<Usd>,
}

impl Component<'_> {
    /// Whether use makes it larger, and not what is bought.
    fn is_usage(&self) -> bool {
        !matches!(self.kind.driver(), Driver::Capacity)
    }

    fn json(&self) -> Value {
        let hours = Decimal::from(HOURS_PER_MONTH);
        json!({
            "name": self.name,
            "unit": self.unit,
            "hourlyQuantity": (self.quantity / hours).round_dp(10).normalize().to_string(),
            "monthlyQuantity": self.quantity.normalize().to_string(),
            "price": self.price.map(|price| price.normalize().to_string()),
            "hourlyCost": hourly(self.cost),
            "monthlyCost": monthly(self.cost),
            "usageBased": self.is_usage(),
            "priceNotFound": self.cost.is_none(),
        })
    }
}

fn now(line: &CostLine) -> Component<'_> {
    Component {
        name: &line.what,
        unit: line.rate.known().map_or("units", |rate| rate.unit.trim_start_matches("per ")),
        kind: line.kind,
        quantity: line.quantity,
        price: line.rate.known().map(|rate| rate.usd),
        cost: known(&line.amount),
    }
}

fn past(line: &ReviewedLine) -> Option<Component<'_>> {
    let side = line.change.before.as_ref()?;
    Some(Component {
        name: &side.what,
        unit: "units",
        kind: line.change.kind,
        quantity: side.quantity,
        price: side.usd_per_unit,
        cost: known(&side.amount),
    })
}

/// Quantity and price are after less before, as infracost has them; a side that is not there counts as nothing.
fn diff(line: &ReviewedLine) -> Component<'_> {
    let (before, after) = (line.change.before.as_ref(), line.change.after.as_ref());
    let quantity = |side: Option<&LineSide>| side.map_or(Decimal::ZERO, |side| side.quantity);
    let price = |side: Option<&LineSide>| side.map_or(Some(Decimal::ZERO), |side| side.usd_per_unit);
    Component {
        name: after.or(before).map_or("", |side| side.what.as_str()),
        unit: "units",
        kind: line.change.kind,
        quantity: quantity(after) - quantity(before),
        price: price(after).zip(price(before)).map(|(after, before)| after - before),
        cost: known(&line.change.difference),
    }
}

fn project(deployment: &DeploymentCost) -> Value {
    let now: Vec<Component<'_>> = deployment.cost.iter().flat_map(|cost| &cost.lines).map(now).collect();
    let past: Vec<Component<'_>> = deployment.lines.iter().filter_map(past).collect();
    let changed: Vec<Component<'_>> =
        deployment.lines.iter().filter(|line| line.is_change()).map(diff).collect();
    let before = deployment.before.as_ref().map(|was| was.known);
    let after = (deployment.status != Status::Removed).then(|| deployment.known());
    let difference = deployment.difference.as_ref().and_then(known);
    let compared = deployment.status != Status::Estimated;
    json!({
        "name": deployment.file,
        "displayName": deployment.profile,
        "metadata": { "path": deployment.file, "type": "cachefit_profile" },
        "pastBreakdown": breakdown(deployment, &past, if compared { before.or(Some(Usd::ZERO)) } else { None }),
        "breakdown": breakdown(deployment, &now, after.or(Some(Usd::ZERO))),
        "diff": breakdown(deployment, &changed, if compared { difference } else { None }),
        "summary": summary(std::iter::once(deployment)),
    })
}

fn breakdown(deployment: &DeploymentCost, components: &[Component<'_>], total: Option<Usd>) -> Value {
    let usage: Usd = components.iter().filter(|c| c.is_usage()).filter_map(|c| c.cost).sum();
    let usage = total.map(|_| usage);
    let rows: Vec<Value> = components.iter().map(Component::json).collect();
    let resources = if rows.is_empty() {
        json!([])
    } else {
        json!([{
            "name": deployment.profile,
            "resourceType": format!("cachefit_{}", deployment.service.as_deref().unwrap_or("cache").replace('-', "_")),
            "tags": deployment.labels,
            "metadata": {},
            "hourlyCost": hourly(total),
            "monthlyCost": monthly(total),
            "monthlyUsageCost": monthly(usage),
            "costComponents": rows,
        }])
    };
    json!({
        "resources": resources,
        "totalHourlyCost": hourly(total),
        "totalMonthlyCost": monthly(total),
        "totalMonthlyUsageCost": monthly(usage),
    })
}

fn summary<'d>(deployments: impl Iterator<Item = &'d DeploymentCost>) -> Value {
    let there: Vec<&DeploymentCost> = deployments.filter(|d| d.status != Status::Removed).collect();
    let unknown = there.iter().filter(|d| d.total().known().is_none()).count();
    json!({
        "totalDetectedResources": there.len(),
        "totalSupportedResources": there.len(),
        "totalUnsupportedResources": 0,
        "totalUsageBasedResources": there.len(),
        "totalNoPriceResources": unknown,
        "unsupportedResourceCounts": {},
        "noPriceResourceCounts": if unknown > 0 { json!({ "cachefit_cache": unknown }) } else { json!({}) },
    })
}
