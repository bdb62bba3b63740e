//! Puts a bill together, service by service.

use rust_decimal::Decimal;

use super::estimate::ALARMS;
use super::quantity::{Amount, Billable, Quantity};
use super::{Billed, Estimate, LineKind, Usage, extras, metered};
use crate::catalog::{Catalog, Service, reference_region};
use crate::units::{Commitment, HOURS_PER_MONTH, Provider, Usd};

/// The monthly bill of a shape under a usage.
pub fn bill(catalog: &Catalog, billed: &Billed<'_>, usage: &Usage) -> Estimate {
    let quantities = quantities(billed, usage);
    let priced = quantities.iter().filter(|q| !is_aside(q, catalog, billed));
    let lines: Vec<super::CostLine> =
        priced.map(|q| with_upfront(q.line(catalog, billed), q, billed.commitment)).collect();
    let not_included = not_included(&lines, billed, usage);
    Estimate::of(lines, not_included)
}

/// The same sums without texts, for comparing many shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The known lines.
    pub known: Usd,
    /// The nodes at the reference region's price, where their own region has none.
    pub reference: Usd,
    /// Whether that is so.
    pub by_reference: bool,
    /// Other lines without a price, at the dearest known rate of their meter.
    pub bound: Usd,
    /// How many those are.
    pub bounded: u32,
    /// Alarms without a price, at the dearest known rate: a region does not win for lacking their price, and its total is
    /// known without them.
    pub aside: Usd,
    /// Lines whose meter has no known rate anywhere.
    pub unknown: u32,
    /// Whether a known line rests on an estimated price.
    pub estimate: bool,
}

impl Sums {
    /// The total; none if a line has no price of its own region.
    pub fn total(&self) -> Option<Usd> {
        (!self.by_reference && self.bounded == 0 && self.unknown == 0).then_some(self.known)
    }

    /// The mean of several months.
    #[must_use]
    pub fn mean(first: Self, others: impl Iterator<Item = Self>) -> Self {
        let mut count = Decimal::ONE;
        let all = others.fold(first, |sum, month| {
            count += Decimal::ONE;
            Self {
                known: sum.known + month.known,
                reference: sum.reference + month.reference,
                bound: sum.bound + month.bound,
                aside: sum.aside + month.aside,
                ..sum
            }
        });
        let part = |usd: Usd| Usd((usd.0 / count).round_dp(6));
        Self {
            known: part(all.known),
            reference: part(all.reference),
            bound: part(all.bound),
            aside: part(all.aside),
            ..all
        }
    }

    /// What is known and what stands in for the rest.
    pub fn ranked(&self) -> Usd {
        self.known + self.reference + self.bound + self.aside
    }
}

/// Sums a bill without building it.
pub fn sums(catalog: &Catalog, billed: &Billed<'_>, usage: &Usage) -> Sums {
    quantities(billed, usage).iter().fold(Sums::default(), |mut sums, quantity| {
        match quantity.amount(catalog, billed) {
            Amount::Known(usd, estimate) => {
                sums.known = sums.known + usd;
                sums.estimate |= estimate;
            }
            Amount::Reference(usd) => {
                sums.reference = sums.reference + usd;
                sums.by_reference = true;
            }
            Amount::Bound(usd) if is_alarms(quantity) => sums.aside = sums.aside + usd,
            Amount::Unknown if is_alarms(quantity) => {}
            Amount::Bound(usd) => {
                sums.bound = sums.bound + usd;
                sums.bounded += 1;
            }
            Amount::Unknown => sums.unknown += 1,
        }
        sums
    })
}

/// Whether the node, size or plan itself has a price under the billed's commitment.
pub fn has_node_price(catalog: &Catalog, billed: &Billed<'_>) -> bool {
    let region = |region| Billed { region, ..*billed };
    let priced = |s: &Billed<'_>| matches!(nodes(s).amount(catalog, s), Amount::Known(..));
    priced(billed) || priced(&region(reference_region(billed.service().provider())))
}

/// What the nodes alone cost at their own region's price: no bill of the shape is less. None where there are no nodes, or no
/// price of them.
pub fn of_nodes(catalog: &Catalog, billed: &Billed<'_>) -> Option<Usd> {
    let line = quantity_of_nodes(billed)?;
    match line.amount(catalog, billed) {
        Amount::Known(usd, _) => Some(usd),
        Amount::Reference(_) | Amount::Bound(_) | Amount::Unknown => None,
    }
}

/// The line of the nodes, where the service has them.
fn quantity_of_nodes<'a>(billed: &Billed<'a>) -> Option<Quantity<'a>> {
    let without =
        [Service::ElastiCacheServerless, Service::UpstashPayg, Service::UpstashFixed, Service::Local];
    (!without.contains(&billed.service())).then(|| nodes(billed))
}

/// Lines of a usual bill; more are no fault.
const MOST_LINES: usize = 8;

fn is_alarms(quantity: &Quantity<'_>) -> bool {
    matches!(quantity.billable, Billable::Alarms { .. })
}

/// Alarms are advice: where they have no price, they stand beside the total.
fn is_aside(quantity: &Quantity<'_>, catalog: &Catalog, billed: &Billed<'_>) -> bool {
    is_alarms(quantity) && !matches!(quantity.amount(catalog, billed), Amount::Known(..))
}

/// Everything that is billed for a shape.
fn quantities<'a>(billed: &Billed<'a>, usage: &Usage) -> Vec<Quantity<'a>> {
    let mut all = Vec::with_capacity(MOST_LINES);
    match billed.service() {
        Service::ElastiCacheServerless => all.extend(metered::elasticache_serverless(billed, usage)),
        Service::UpstashPayg | Service::UpstashFixed => all.extend(metered::upstash(billed, usage)),
        _ => all.extend(quantity_of_nodes(billed)),
    }
    all.extend(extras::extended_support(billed));
    all.extend(extras::backups(billed, usage));
    all.extend(extras::between_zones(billed, usage));
    all.extend(extras::append_only_file(billed, usage));
    all.extend(extras::private_endpoint(billed, usage));
    all.extend(extras::between_regions(billed, usage));
    all.extend(extras::other_cloud(billed, usage));
    all.extend(extras::alarms(billed));
    all.extend(extras::operations(billed, usage));
    all
}

/// Nodes or sizes by the hour, at the effective price of the commitment.
fn nodes<'a>(billed: &Billed<'a>) -> Quantity<'a> {
    let units = billed.offering.node.billed_units(billed.topology.shards, billed.topology.replicas);
    let hours = f64::from(units) * f64::from(HOURS_PER_MONTH);
    Quantity::new(billed, Billable::Nodes { units }, billed.offering.node.name, hours)
}

/// Names the payment at the start of the term: as the list has it, or all of it where that is how it is paid.
fn with_upfront(
    mut line: super::CostLine,
    quantity: &Quantity<'_>,
    commitment: Commitment,
) -> super::CostLine {
    let (Billable::Nodes { units }, Some(rate), Some(amount)) =
        (&quantity.billable, line.rate.known(), line.amount.known())
    else {
        return line;
    };
    let listed = rate.upfront.filter(|usd| !usd.is_zero()).map(|usd| Usd(usd * Decimal::from(*units)));
    let months = commitment.years().filter(|_| commitment.is_all_upfront()).map(|years| years * 12);
    let upfront = listed.or_else(|| Some(Usd(amount.0 * Decimal::from(months?))));
    if let Some(total) = upfront {
        let tilde = if line.is_estimate() { "~" } else { "" };
        line.formula = format!("{}; {tilde}{total} USD upfront, spread over the term", line.formula);
    } else if commitment.is_partial_upfront() {
        line.formula = format!("{}; a part, which no list names, is due at the start", line.formula);
    }
    line.upfront = upfront;
    line
}

/// What each service may bill beside the lines.
fn not_included(lines: &[super::CostLine], billed: &Billed<'_>, usage: &Usage) -> Vec<String> {
    let info = billed.offering.info;
    let mut all: Vec<String> = info.not_included.iter().map(|t| (*t).to_owned()).collect();
    let zones = !matches!(billed.service().provider(), Provider::Upstash | Provider::Local);
    if zones && usage.callers.is_none() {
        all.push(
            "traffic between zones (no callers are declared: placement.functions or placement.zones)".into(),
        );
    }
    let alarms = lines.iter().any(|line| line.kind == LineKind::Alarms);
    if !alarms && billed.service() != Service::Local {
        all.push(ALARMS.into());
    }
    if billed.service() == Service::ElastiCache && billed.topology.replicas > 0 {
        all.push("replication between zones (AWS's own texts disagree whether it is billed)".into());
    }
    if billed.service() == Service::Ec2 && billed.topology.replicas > 0 && billed.topology.shards < 3 {
        all.push("three small Sentinel processes, without which nothing fails over by itself".into());
    }
    all.push("taxes and support plans".into());
    all
}
