//! What is billed and how much of it, before any price is looked up.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{Billed, CostLine, LineKind, StandIn};
use crate::catalog::{Catalog, ExtendedSupport, PriceKey, Service, reference_region};
use crate::units::{Figure, HOURS_PER_MONTH, Usd};

/// A gigabyte on a bill. Where a vendor does not say which one it means, the decimal one is taken, the dearer reading. Google
/// says that it means GiB for traffic; a KB of a processing unit is taken as 1,024 bytes, which the assumptions say.
pub const GB: f64 = 1e9;

/// Why a line is unknown although its price is known.
const TOO_MUCH: &str = "the quantity is larger than any bill";

/// What is billed, with what its formula shows.
#[derive(Clone, Debug)]
pub enum Billable {
    /// Nodes or whole sizes by the hour.
    Nodes { units: u32 },
    /// Stored data of a metered service, with its minimum, in GB.
    StoredData { stored: f64, minimum: f64 },
    /// Work of a metered service: millions of simple and complex commands with the units of each; the units a second that are
    /// billed at least, where they are more.
    Work { simple: (f64, f64), complex: (f64, f64), minimum: Option<f64> },
    /// Millions of commands.
    Commands { millions: f64 },
    /// GB stored and GB free of charge.
    Storage { stored: f64, free: f64 },
    /// GB moved and GB free of charge.
    Bandwidth { moved: f64, free: f64 },
    /// A plan by the month.
    Plan,
    /// Copies of a plan in other regions, which are only read.
    ReadRegions { count: u32 },
    /// Upstash's add-on.
    ProdPack,
    /// Surcharge on an old Redis.
    ExtendedSupport { units: u32 },
    /// GB in each of so many daily backups.
    Backups { gigabytes: f64, days: u32, first_is_free: bool, by_the_hour: bool },
    /// Units between callers and cache, those that cross zones, how often each is charged, and what a unit is.
    BetweenZones { moved: f64, crossing: f64, times: u32, unit: &'static str },
    /// GB from primaries to replicas.
    Replication { moved: f64 },
    /// GB from one region to another.
    BetweenRegions { from: String, to: String, moved: f64 },
    /// Alarms on metrics.
    Alarms { count: u32 },
    /// People's time, as declared.
    Operations { declared: Option<Usd> },
    /// GB that leave the callers' cloud or the cache's.
    OtherCloud { moved: f64 },
    /// The endpoint of a private network.
    PrivateEndpoint,
    /// GB through it.
    PrivateEndpointTraffic { moved: f64 },
    /// The private DNS zone that names it.
    DnsZone,
    /// GB of node memory whose writes are kept on disk.
    AppendOnlyFile { gigabytes: f64 },
}

impl Billable {
    /// What no list has, with the reason; it makes the total unknown.
    fn unlisted(&self) -> Option<&'static str> {
        Some(match self {
            Self::Operations { declared: None } => "declare requirements.operations in the profile",
            Self::OtherCloud { .. } => {
                "traffic to the internet is billed by each cloud by volume; see its price list"
            }
            _ => return None,
        })
    }
}

/// A line without its price.
#[derive(Clone, Debug)]
pub struct Quantity<'a> {
    /// What.
    pub billable: Billable,
    /// The item in the price list; empty for what no list has.
    pub item: Cow<'a, str>,
    /// The region in the price list, `from->to` for traffic.
    pub region: Cow<'a, str>,
    /// The service in whose list the item stands.
    pub priced_as: Service,
    /// How many units; none if there are more than a bill holds.
    pub units: Option<Decimal>,
}

/// An amount without its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// From the region's own list; whether it is an estimate.
    Known(Usd, bool),
    /// Nodes at the reference region's price, for ranking only.
    Reference(Usd),
    /// At the dearest known rate of the meter, for ranking only.
    Bound(Usd),
    /// No rate of the meter is known anywhere.
    Unknown,
}

impl<'a> Quantity<'a> {
    /// A line of the billed's own service and region.
    pub fn new(billed: &Billed<'a>, billable: Billable, item: &'a str, units: f64) -> Self {
        Self {
            billable,
            item: item.into(),
            region: billed.region.into(),
            priced_as: billed.service(),
            units: Usd::quantity(units),
        }
    }

    fn key<'k>(&'k self, billed: &Billed<'_>) -> PriceKey<'k> {
        PriceKey {
            service: self.priced_as,
            region: &self.region,
            item: &self.item,
            engine: Some(billed.offering.engine),
            term: match self.billable {
                Billable::Nodes { .. } => billed.commitment,
                _ => crate::units::Commitment::OnDemand,
            },
        }
    }

    /// Dollars a month. Nothing costs nothing, whatever its rate.
    pub fn amount(&self, catalog: &Catalog, billed: &Billed<'_>) -> Amount {
        match &self.billable {
            Billable::Operations { declared: Some(usd) } => return Amount::Known(*usd, false),
            Billable::Operations { declared: None } => return Amount::Unknown,
            Billable::ExtendedSupport { .. } => {
                return self.surcharge(catalog, billed).map_or(Amount::Unknown, |line| {
                    let estimate = line.is_estimate();
                    line.amount.known().map_or(Amount::Unknown, |usd| Amount::Known(*usd, estimate))
                });
            }
            _ => {}
        }
        if self.is_nodes() && billed.ended().is_some() {
            return Amount::Unknown;
        }
        let Some(units) = self.units else { return Amount::Unknown };
        if units.is_zero() {
            return Amount::Known(Usd::ZERO, false);
        }
        if self.billable.unlisted().is_none()
            && let Some((usd, estimate)) = catalog.usd(&self.key(billed))
        {
            return Amount::Known(Usd(units * usd), estimate);
        }
        match self.stand_in_rate(catalog, billed) {
            Some((usd, _)) if self.is_nodes() => Amount::Reference(Usd(units * usd)),
            Some((usd, _)) => Amount::Bound(Usd(units * usd)),
            None => Amount::Unknown,
        }
    }

    fn is_nodes(&self) -> bool {
        matches!(self.billable, Billable::Nodes { .. })
    }

    /// The rate that stands in for one that is not known, and its region: of nodes the reference region's, of everything
    /// else the dearest of the meter.
    fn stand_in_rate<'c>(&self, catalog: &'c Catalog, billed: &Billed<'_>) -> Option<(Decimal, &'c str)> {
        let dearest = || catalog.dearest(self.priced_as, &self.item, Some(billed.offering.engine));
        if !self.is_nodes() {
            return dearest();
        }
        let region = reference_region(billed.service().provider());
        let there = catalog.usd(&PriceKey { region, ..self.key(billed) });
        there.map(|(usd, _)| (usd, region))
    }

    fn stand_in(&self, catalog: &Catalog, billed: &Billed<'_>) -> Option<StandIn> {
        let (usd, region) = self.stand_in_rate(catalog, billed)?;
        let rate = if self.is_nodes() {
            format!("the price in {region}, {usd} USD")
        } else {
            format!("the dearest known rate, {} USD in {region}", usd.normalize())
        };
        Some(StandIn { amount: Usd(self.units? * usd), rate })
    }

    /// The line as it is shown.
    pub fn line(&self, catalog: &Catalog, billed: &Billed<'_>) -> CostLine {
        let (what, formula) = (self.what(billed), self.formula(billed));
        let id = || self.identity(billed);
        let Some(units) = self.units else { return CostLine::unknown(id(), what, formula, TOO_MUCH) };
        match &self.billable {
            Billable::Nodes { .. } => {
                if let Some(why) = billed.ended() {
                    return CostLine::unknown(id(), what, formula, why);
                }
            }
            Billable::Operations { declared: Some(usd) } => {
                return CostLine::declared(id(), what, *usd, formula);
            }
            Billable::ExtendedSupport { .. } => {
                let none = || CostLine::unknown(id(), &what, &formula, "no date of this version is known");
                return self.surcharge(catalog, billed).unwrap_or_else(none);
            }
            _ => {}
        }
        let line = match self.billable.unlisted() {
            Some(why) => CostLine::unknown(id(), what, formula, why),
            None => CostLine::from_lookup(id(), what, catalog.price(&self.key(billed)), units, formula),
        };
        let known = line.amount.known().is_some();
        if !known && units.is_zero() {
            return CostLine { amount: Figure::Known(Usd::ZERO), ..line };
        }
        CostLine { stand_in: if known { None } else { self.stand_in(catalog, billed) }, ..line }
    }

    /// Kind and SKU: what the line is compared by. Traffic between regions has the way in it.
    fn identity(&self, billed: &Billed<'_>) -> (LineKind, String) {
        let kind = self.billable.kind();
        let sku = match &self.billable {
            Billable::ExtendedSupport { .. } => billed.offering.node.name.to_owned(),
            _ if self.item.is_empty() => kind.id().to_owned(),
            _ if self.region != billed.region => format!("{} {}", self.item, self.region),
            _ => self.item.clone().into_owned(),
        };
        (kind, sku)
    }

    /// The surcharge is listed for a few nodes and computed for the others.
    fn surcharge(&self, catalog: &Catalog, billed: &Billed<'_>) -> Option<CostLine> {
        let year = ExtendedSupport::of(billed.offering.engine, billed.offering.version)?.on(billed.as_of)?;
        let found = catalog.extended_support(billed.region, billed.offering.node.name, year);
        let (what, formula) = (self.what(billed), self.formula(billed));
        Some(CostLine::from_lookup(self.identity(billed), what, found, self.units?, formula))
    }

    fn what(&self, billed: &Billed<'_>) -> String {
        match &self.billable {
            Billable::Nodes { units } => format!("{units} x {}", billed.offering.node.name),
            Billable::StoredData { .. } => "stored data".into(),
            Billable::Work { .. } => "processing units".into(),
            Billable::Commands { .. } => "commands".into(),
            Billable::Storage { .. } => "storage".into(),
            Billable::Bandwidth { .. } => "bandwidth".into(),
            Billable::Plan => format!("plan {}", billed.offering.node.name),
            Billable::ReadRegions { .. } => "read regions".into(),
            Billable::ProdPack => "Prod Pack".into(),
            Billable::ExtendedSupport { .. } => {
                format!("extended support of Redis {}", billed.offering.version)
            }
            Billable::Backups { .. } => "backups".into(),
            Billable::BetweenZones { .. } => "traffic between zones".into(),
            Billable::Replication { .. } => "replication between zones".into(),
            Billable::BetweenRegions { from, to, .. } => format!("traffic {from} to {to}"),
            Billable::Alarms { .. } => "alarms".into(),
            Billable::Operations { .. } => "operations".into(),
            Billable::OtherCloud { .. } => "traffic from another cloud".into(),
            Billable::PrivateEndpoint => "private endpoint".into(),
            Billable::PrivateEndpointTraffic { .. } => "traffic of the private endpoint".into(),
            Billable::DnsZone => "private DNS zone".into(),
            Billable::AppendOnlyFile { .. } => "append-only file".into(),
        }
    }

    fn formula(&self, billed: &Billed<'_>) -> String {
        let hours = HOURS_PER_MONTH;
        match &self.billable {
            Billable::Nodes { units } => match billed.topology.replicas {
                _ if *units == 1 => format!("1 x {hours} h"),
                replicas if *units == 1 + replicas => format!("(1 + {replicas}) x {hours} h"),
                replicas => format!("{} shards x (1 + {replicas}) x {hours} h", billed.topology.shards),
            },
            Billable::StoredData { stored, minimum } if stored < minimum => {
                format!("the minimum of {minimum} GB x {hours} h ({stored:.3} GB stored)")
            }
            Billable::StoredData { stored, .. } => format!("{stored:.3} GB x {hours} h"),
            Billable::Work { minimum: Some(units), .. } => {
                format!("the minimum of {units:.0} units/s x {hours} h, which is more than is used")
            }
            Billable::Work { simple, complex, minimum: None } => {
                let one = |(millions, units): &(f64, f64)| format!("{millions:.3} M commands x {units:.2}");
                if complex.0 > 0.0 { format!("{} + {}", one(simple), one(complex)) } else { one(simple) }
            }
            Billable::Commands { millions } => format!("{millions:.3} M commands / 100,000"),
            Billable::Storage { stored, free } => format!("{stored:.3} GB stored, {free:.0} GB free"),
            Billable::Bandwidth { moved, free } => format!("{moved:.1} GB moved, {free:.0} GB free"),
            Billable::Plan | Billable::ProdPack => "1 month".into(),
            Billable::ReadRegions { count } => format!("{count} regions x 1 month"),
            Billable::ExtendedSupport { units } => format!("{units} nodes x {hours} h"),
            Billable::Backups { gigabytes, days, first_is_free, by_the_hour } => {
                let time = if *by_the_hour { format!(" x {hours} h") } else { String::new() };
                let free = if *first_is_free { ", the first is free" } else { "" };
                format!("{gigabytes:.3} GB x {days} days{time}{free}")
            }
            Billable::BetweenZones { moved, crossing, times, unit } => {
                let times = if *times > 1 { ", charged on both sides" } else { "" };
                let share = if *moved > 0.0 { crossing / moved * 100.0 } else { 0.0 };
                format!("{moved:.1} {unit}, {share:.0}% of it to callers in other zones{times}")
            }
            Billable::Replication { moved } => format!("{moved:.1} GB written, charged on both sides"),
            Billable::BetweenRegions { moved, .. } | Billable::PrivateEndpointTraffic { moved } => {
                format!("{moved:.1} GB")
            }
            Billable::Alarms { count } => format!("{count} metric alarms"),
            Billable::Operations { declared: Some(_) } => "hours per month x rate, as declared".into(),
            Billable::Operations { declared: None } => "patches, failovers, backups".into(),
            Billable::OtherCloud { moved } => {
                format!("{moved:.1} GB: the callers run on another cloud")
            }
            Billable::PrivateEndpoint => format!("1 x {hours} h"),
            Billable::DnsZone => "1 zone".into(),
            Billable::AppendOnlyFile { gigabytes } => format!("{gigabytes:.1} GB of node memory x {hours} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Offering, items};
    use crate::deployment::Topology;
    use crate::units::{Commitment, Engine};

    #[test]
    fn more_than_a_bill_holds_is_unknown_and_not_free() {
        let catalog = Catalog::embedded();
        let node = catalog.node_type(Service::ElastiCache, "cache.r7g.large").unwrap();
        let billed = Billed {
            offering: Offering::new(node, Engine::Valkey, "8.1"),
            topology: Topology::SINGLE,
            region: "us-east-1",
            commitment: Commitment::OnDemand,
            multi_az: false,
            as_of: jiff::civil::date(2026, 11, 22),
        };
        let line = |moved: f64| {
            let billable = Billable::BetweenZones { moved, crossing: moved, times: 1, unit: "GB" };
            Quantity::new(&billed, billable, items::CROSS_AZ_GB, moved)
        };
        assert!(matches!(line(1e6).amount(catalog, &billed), Amount::Known(..)));
        let huge = line(1e30);
        assert_eq!(huge.amount(catalog, &billed), Amount::Unknown);
        assert!(huge.line(catalog, &billed).amount.known().is_none());
    }
}
