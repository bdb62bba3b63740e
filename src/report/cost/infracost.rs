//! infracost's JSON (0.2): caches then stand in the same comment as what infracost prices. Money is text there, and an
//! unknown cost is null.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cost::{CostLine, LineSide};
use crate::review::{DeploymentCost, Review, Status};
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

fn project(deployment: &DeploymentCost) -> Value {
    let now: Vec<Value> = deployment
        .cost
        .iter()
        .flat_map(|cost| &cost.lines)
        .map(|line| component(&line.what, unit(line), line.quantity, price(line), known(&line.amount)))
        .collect();
    let side = |of: &LineSide| component(&of.what, "units", of.quantity, of.usd_per_unit, known(&of.amount));
    let past: Vec<Value> =
        deployment.lines.iter().filter_map(|line| line.change.before.as_ref()).map(side).collect();
    let diff: Vec<Value> = deployment
        .lines
        .iter()
        .filter(|line| line.is_change())
        .map(|line| {
            let after = line.change.after.as_ref();
            let before = line.change.before.as_ref();
            let name = after.or(before).map_or("", |side| side.what.as_str());
            let quantity =
                after.map_or(Decimal::ZERO, |s| s.quantity) - before.map_or(Decimal::ZERO, |s| s.quantity);
            component(name, "units", quantity, None, known(&line.change.difference))
        })
        .collect();
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
        "diff": breakdown(deployment, &diff, if compared { difference } else { None }),
        "summary": summary(std::iter::once(deployment)),
    })
}

fn unit(line: &CostLine) -> &str {
    line.rate.known().map_or("units", |rate| rate.unit.trim_start_matches("per "))
}

fn price(line: &CostLine) -> Option<Decimal> {
    line.rate.known().map(|rate| rate.usd)
}

fn breakdown(deployment: &DeploymentCost, components: &[Value], total: Option<Usd>) -> Value {
    let resources = if components.is_empty() {
        json!([])
    } else {
        json!([{
            "name": deployment.profile,
            "resourceType": format!("cachefit_{}", deployment.service.as_deref().unwrap_or("cache").replace('-', "_")),
            "tags": deployment.labels,
            "metadata": {},
            "hourlyCost": hourly(total),
            "monthlyCost": monthly(total),
            "costComponents": components,
        }])
    };
    json!({ "resources": resources, "totalHourlyCost": hourly(total), "totalMonthlyCost": monthly(total) })
}

fn component(name: &str, unit: &str, quantity: Decimal, price: Option<Decimal>, cost: Option<Usd>) -> Value {
    let hours = Decimal::from(HOURS_PER_MONTH);
    json!({
        "name": name,
        "unit": unit,
        "hourlyQuantity": (quantity / hours).round_dp(10).normalize().to_string(),
        "monthlyQuantity": quantity.normalize().to_string(),
        "price": price.unwrap_or_default().normalize().to_string(),
        "hourlyCost": hourly(cost),
        "monthlyCost": monthly(cost),
        "priceNotFound": cost.is_none(),
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
