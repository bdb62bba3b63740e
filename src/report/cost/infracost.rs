//! infracost's JSON (0.2): caches then stand in the same comment as what infracost prices. Money is text there, and an
//! unknown cost is null.
//!
//! Its readers subtract what was from what is, take a null that stands alone for nothing, and add the sums of files one by
//! one (`internal/output/markdown.go`, `combined.go`): where a difference is not known, both sums are null, so that nothing
//! is shown as a saving or as a new cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cost::{CostLine, Driver, LineKind, LineSide};
use crate::review::{DeploymentCost, Review, ReviewedLine, Status};
use crate::units::{Figure, HOURS_PER_MONTH, Usd};

/// The output: a project a deployment.
pub fn output(review: &Review) -> Value {
    let projects: Vec<Value> = review.results.iter().map(project).collect();
    let sums: Vec<Sums> = review.results.iter().map(Sums::of).collect();
    let sum = |of: fn(&Sums) -> Option<Usd>| {
        let known: Vec<Usd> = sums.iter().filter_map(of).collect();
        (!known.is_empty() || sums.is_empty()).then(|| known.into_iter().sum::<Usd>())
    };
    let (past, now) = (sum(|s| s.before), sum(|s| s.after));
    let past = past.filter(|_| review.totals.both.before.is_some());
    let diff = past.zip(now).map(|(past, now)| now - past);
    json!({
        "version": "0.2",
        "metadata": { "infracostCommand": "diff", "vcsBranch": "", "vcsCommitSha": "", "vcsCommitAuthorName": "",
            "vcsCommitAuthorEmail": "", "vcsCommitTimestamp": format!("{}T00:00:00Z", review.as_of),
            "vcsCommitMessage": "", "vcsRepositoryUrl": "" },
        "currency": "USD",
        "projects": projects,
        "totalHourlyCost": hourly(now),
        "totalMonthlyCost": monthly(now),
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

/// The sums of a deployment before and after, as far as they can be compared.
struct Sums {
    before: Option<Usd>,
    after: Option<Usd>,
}

impl Sums {
    fn of(deployment: &DeploymentCost) -> Self {
        let after = known(&deployment.total());
        if deployment.status == Status::Estimated {
            return Self { before: None, after };
        }
        let before = deployment.before.as_ref().map_or(Some(Usd::ZERO), |was| known(&was.total));
        match before.zip(after) {
            Some((before, after)) => Self { before: Some(before), after: Some(after) },
            None => Self { before: None, after: None },
        }
    }

    fn difference(&self) -> Option<Usd> {
        self.before.zip(self.after).map(|(before, after)| after - before)
    }
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
        unit: line.rate.known().map_or_else(|| usual_unit(line.kind), |rate| unit(&rate.unit)),
        kind: line.kind,
        quantity: line.quantity,
        price: line.rate.known().map(|rate| rate.usd),
        cost: known(&line.amount),
    }
}

/// `node-hour` of `per node-hour`.
fn unit(text: &str) -> &str {
    text.trim_start_matches("per ")
}

/// The unit of a line as it was: that of the line as it is, or the usual one of its kind. A baseline knows none.
fn unit_of<'a>(deployment: &'a DeploymentCost, line: &ReviewedLine) -> &'a str {
    let lines = || deployment.cost.iter().flat_map(|cost| &cost.lines).filter(|l| l.kind == line.change.kind);
    let sku = line.change.after.as_ref().map(|side| side.sku.as_str());
    let found = lines().find(|l| Some(l.sku.as_str()) == sku).or_else(|| lines().next());
    found.and_then(|l| l.rate.known()).map_or_else(|| usual_unit(line.change.kind), |rate| unit(&rate.unit))
}

/// What lines of a kind are counted in, where no price says it.
fn usual_unit(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Nodes | LineKind::ExtendedSupport => "node-hour",
        LineKind::StoredData | LineKind::AppendOnlyFile => "GB-hour",
        LineKind::Work => "million ECPU",
        LineKind::Commands => "100,000 commands",
        LineKind::Storage | LineKind::Backups => "GB-month",
        LineKind::Plan
        | LineKind::ReadRegions
        | LineKind::ProdPack
        | LineKind::Operations
        | LineKind::DnsZone => "month",
        LineKind::Alarms => "alarm-month",
        LineKind::PrivateEndpoint => "hour",
        LineKind::Bandwidth
        | LineKind::BetweenZones
        | LineKind::Replication
        | LineKind::BetweenRegions
        | LineKind::OtherCloud
        | LineKind::PrivateEndpointTraffic => "GB",
    }
}

fn past<'a>(deployment: &'a DeploymentCost, line: &'a ReviewedLine) -> Option<Component<'a>> {
    let side = line.change.before.as_ref()?;
    Some(Component {
        name: &side.what,
        unit: unit_of(deployment, line),
        kind: line.change.kind,
        quantity: side.quantity,
        price: side.usd_per_unit,
        cost: known(&side.amount),
    })
}

/// Quantity and price are after less before, as infracost has them; a side that is not there counts as nothing.
fn diff<'a>(deployment: &'a DeploymentCost, line: &'a ReviewedLine) -> Component<'a> {
    let (before, after) = (line.change.before.as_ref(), line.change.after.as_ref());
    let quantity = |side: Option<&LineSide>| side.map_or(Decimal::ZERO, |side| side.quantity);
    let price = |side: Option<&LineSide>| side.map_or(Some(Decimal::ZERO), |side| side.usd_per_unit);
    Component {
        name: after.or(before).map_or("", |side| side.what.as_str()),
        unit: unit_of(deployment, line),
        kind: line.change.kind,
        quantity: quantity(after) - quantity(before),
        price: price(after).zip(price(before)).map(|(after, before)| after - before),
        cost: known(&line.change.difference),
    }
}

fn project(deployment: &DeploymentCost) -> Value {
    let now: Vec<Component<'_>> = deployment.cost.iter().flat_map(|cost| &cost.lines).map(now).collect();
    let lines = || deployment.lines.iter();
    let past: Vec<Component<'_>> = lines().filter_map(|line| past(deployment, line)).collect();
    let changed: Vec<Component<'_>> =
        lines().filter(|line| line.is_change()).map(|line| diff(deployment, line)).collect();
    let sums = Sums::of(deployment);
    json!({
        "name": deployment.file,
        "displayName": deployment.profile,
        "metadata": { "path": deployment.file, "type": "cachefit_profile" },
        "pastBreakdown": breakdown(deployment, &past, sums.before),
        "breakdown": breakdown(deployment, &now, sums.after),
        "diff": breakdown(deployment, &changed, sums.difference()),
        "summary": summary(std::iter::once(deployment)),
    })
}

/// The type of a resource, as breakdown and summary name it.
fn resource_type(deployment: &DeploymentCost) -> String {
    format!("cachefit_{}", deployment.service.as_deref().unwrap_or("cache").replace('-', "_"))
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
            "resourceType": resource_type(deployment),
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
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for deployment in there.iter().filter(|d| d.total().known().is_none()) {
        *unknown.entry(resource_type(deployment)).or_default() += 1;
    }
    json!({
        "totalDetectedResources": there.len(),
        "totalSupportedResources": there.len(),
        "totalUnsupportedResources": 0,
        "totalUsageBasedResources": there.len(),
        "totalNoPriceResources": unknown.values().sum::<usize>(),
        "unsupportedResourceCounts": {},
        "noPriceResourceCounts": unknown,
    })
}
