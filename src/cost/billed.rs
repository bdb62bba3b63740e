//! What is bought and how much it is used: the input of every bill.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::catalog::{Creation, ExtendedSupport, Offering, Stage};
use crate::deployment::Topology;
use crate::units::{CallerZones, Commitment, Provider, ReadsFrom, Service, Usd};

/// What a bill is made for: an offering in some number, in a region.
#[derive(Clone, Copy, Debug)]
pub struct Billed<'a> {
    /// What is bought.
    pub offering: Offering<'a>,
    /// How much of it.
    pub topology: Topology,
    /// Where.
    pub region: &'a str,
    /// How it is paid for.
    pub commitment: Commitment,
    /// Whether it must survive a zone.
    pub multi_az: bool,
    /// The day of the estimate, for surcharges with a date.
    pub as_of: Date,
}

/// What has a last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends<'a> {
    /// A service or a node type, by its name.
    Sale(&'a str),
    /// Extended support of a version of Redis.
    Support(&'a str),
}

/// Where the callers in the cache's own region are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callers {
    /// Their zones.
    pub zones: CallerZones,
    /// The nodes that they read from.
    pub reads_from: ReadsFrom,
}

/// Callers in one other region of the same cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherRegion {
    /// Where they are.
    pub region: String,
    /// Bytes that they send to the cache in a month.
    pub sent: f64,
    /// Bytes that the cache sends them.
    pub received: f64,
}

/// How much is used in a month, at the likely value.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Mean bytes stored, with the server's overhead.
    pub stored: f64,
    /// Bytes of keys and values alone.
    pub payload: f64,
    /// Commands that work on one element or value.
    pub simple: f64,
    /// Commands that work on many elements.
    pub complex: f64,
    /// Messages published.
    pub publishes: f64,
    /// Metered units of a simple and of a complex command; 1 where the size does not matter.
    pub units_per_command: (f64, f64),
    /// Bytes between callers in the cache's region and the cache, both directions.
    pub traffic: f64,
    /// The part of it that reads move.
    pub read_traffic: f64,
    /// Where those callers are; none where the profile declares nobody that calls.
    pub callers: Option<Callers>,
    /// Bytes written, which every replica receives once more.
    pub written: f64,
    /// Bytes that a service without nodes keeps ready and bills at least.
    pub minimum_stored: f64,
    /// Units of work a second that it keeps ready and bills at least.
    pub minimum_work: f64,
    /// Daily backups that are kept.
    pub backups: u32,
    /// Callers in other regions.
    pub other_regions: Vec<OtherRegion>,
    /// Clouds that the callers run on.
    pub clouds: Vec<Provider>,
    /// Of the simple and complex commands, those that write.
    pub writes: f64,
    /// Regions with copies that are only read.
    pub read_regions: u32,
    /// Whether the vendor must promise a service level, by whatever add-on gives it.
    pub service_level: bool,
    /// Whether the cache must be reached by a private network alone.
    pub private: bool,
    /// Whether some of the data may not be lost, so that each write goes to disk where the service can do that.
    pub durable: bool,
    /// People's time for a server of one's own, if the profile gives it.
    pub operations: Option<Usd>,
}

impl<'a> Billed<'a> {
    /// Who sells it.
    pub fn service(&self) -> Service {
        self.offering.service()
    }

    /// The last day on which it can be bought, and what ends then: the service, the node type, or the extended support of
    /// the version, whichever is first.
    pub fn last_day(&self) -> Option<(Date, Ends<'a>)> {
        let support = (self.service() == Service::ElastiCache)
            .then(|| ExtendedSupport::of(self.offering.engine, self.offering.version))
            .flatten()
            .map(|dates| (dates.until, Ends::Support(self.offering.version)));
        self.retired()
            .map(|(day, name)| (day, Ends::Sale(name)))
            .into_iter()
            .chain(support)
            .min_by_key(|(day, _)| *day)
    }

    /// The last day of the service or of the node type, and its name.
    fn retired(&self) -> Option<(Date, &'a str)> {
        let service = match &self.offering.info.creation {
            Creation::ExistingCustomers { retires, .. } => {
                retires.parse().ok().map(|day| (day, self.service().title()))
            }
            Creation::Open => None,
        };
        let node = match &self.offering.node.stage {
            Stage::Retiring { date } => date.parse().ok().map(|day| (day, self.offering.node.name)),
            Stage::Ga | Stage::Preview => None,
        };
        service.into_iter().chain(node).min_by_key(|(day, _)| *day)
    }

    /// Why nobody should buy a term of so many years on the day of the estimate: what it is for is retired before its end.
    /// A version whose support ends is none of that, since nodes stay what they are with another one.
    pub fn outlasts(&self, years: u32) -> Option<String> {
        let end = self.as_of.checked_add(i64::from(years).years()).ok()?;
        let (day, name) = self.retired().filter(|(day, _)| day.tomorrow().is_ok_and(|after| after < end))?;
        Some(format!("it would end on {end}, and {name} is retired on {day}"))
    }

    /// Why nothing of it is for sale on the day of the estimate.
    pub fn ended(&self) -> Option<String> {
        let (day, what) = self.last_day().filter(|(day, _)| *day < self.as_of)?;
        Some(match what {
            Ends::Sale(name) => format!("{name} was retired on {day}: it is not for sale any more"),
            Ends::Support(version) => {
                format!("extended support of Redis {version} ended on {day}: it is not for sale any more")
            }
        })
    }

    /// Zones that the nodes of a shard are in: a replica is put into another one where a zone may be lost.
    fn zones(&self) -> u32 {
        if self.multi_az { (1 + self.topology.replicas).min(3) } else { 1 }
    }
}

impl Usage {
    /// Bytes between callers and cache that cross zones. The caller and the primary are each in one of the zones that
    /// callers or nodes are in, by chance; a read from a node in the caller's zone crosses where there is none.
    pub fn between_zones(&self, billed: &Billed<'_>) -> Option<f64> {
        let callers = self.callers?;
        if callers.zones == CallerZones::WithCache {
            return Some(0.0);
        }
        let (from, to) = (f64::from(callers.zones.count()), f64::from(billed.zones()));
        let primary = 1.0 - 1.0 / from.max(to);
        let reads = match callers.reads_from {
            ReadsFrom::Primary => primary,
            ReadsFrom::SameZone => 1.0 - (to / from).min(1.0),
        };
        Some(self.read_traffic * reads + (self.traffic - self.read_traffic) * primary)
    }

    /// Bytes between callers and cache, both directions, wherever the callers are.
    pub fn moved(&self) -> f64 {
        self.traffic + self.other_regions.iter().map(|other| other.sent + other.received).sum::<f64>()
    }

    /// The same use with everything multiplied, for another point in time.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |o: &OtherRegion| OtherRegion {
            region: o.region.clone(),
            sent: o.sent * factor,
            received: o.received * factor,
        };
        Self {
            stored: self.stored * factor,
            payload: self.payload * factor,
            simple: self.simple * factor,
            complex: self.complex * factor,
            publishes: self.publishes * factor,
            traffic: self.traffic * factor,
            read_traffic: self.read_traffic * factor,
            written: self.written * factor,
            other_regions: self.other_regions.iter().map(scale).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::units::Engine;
    use CallerZones::{One, Three, Two, WithCache};
    use ReadsFrom::{Primary, SameZone};

    #[test]
    fn after_the_end_of_extended_support_nothing_is_for_sale() {
        let catalog = Catalog::embedded();
        let node = catalog.node_type(Service::ElastiCache, "cache.r6g.large").unwrap();
        let bill = |engine, version, as_of| {
            let billed = Billed {
                offering: Offering::new(node, engine, version),
                topology: Topology::SINGLE,
                region: "us-east-1",
                commitment: Commitment::OnDemand,
                multi_az: false,
                as_of,
            };
            let usage = Usage::default();
            let total = crate::cost::bill(catalog, &billed, &usage).total;
            assert_eq!(crate::cost::sums(catalog, &billed, &usage).total(), total.known().copied());
            (total, billed.ended())
        };
        let (total, ended) = bill(Engine::Redis, "5.0.6", jiff::civil::date(2029, 1, 31));
        assert!(total.known().is_some() && ended.is_none(), "the last day: {total:?}");
        let (total, ended) = bill(Engine::Redis, "5.0.6", jiff::civil::date(2029, 2, 1));
        assert!(total.known().is_none() && ended.unwrap().contains("2029-01-31"), "{total:?}");
        let (total, ended) = bill(Engine::Valkey, "8.1", jiff::civil::date(2031, 1, 1));
        assert!(total.known().is_some() && ended.is_none(), "no date is known of Valkey: {total:?}");
    }

    #[test]
    fn a_term_that_outlasts_what_it_is_for_says_so() {
        let catalog = Catalog::embedded();
        let node = catalog.node_type(Service::AzureCacheForRedis, "Premium_P2").unwrap();
        let outlasts = |as_of, years| {
            let billed = Billed {
                offering: Offering::new(node, Engine::Redis, "6.0"),
                topology: Topology::SINGLE,
                region: "eastus",
                commitment: Commitment::OnDemand,
                multi_az: false,
                as_of,
            };
            billed.outlasts(years)
        };
        let day = jiff::civil::date;
        let why = outlasts(day(2026, 11, 22), 3).unwrap();
        assert!(why.contains("2029-11-22") && why.contains("2028-09-30"), "{why}");
        assert_eq!(outlasts(day(2026, 11, 22), 1), None);
        assert_eq!(outlasts(day(2027, 10, 1), 1), None, "its last day is the last day of the service");
        assert!(outlasts(day(2027, 10, 2), 1).is_some());
    }

    #[test]
    fn zones_of_callers_and_nodes_decide_what_crosses() {
        let node = Catalog::embedded().node_type(Service::ElastiCache, "cache.r7g.large").unwrap();
        let crossing = |zones, reads_from, replicas| {
            let billed = Billed {
                offering: Offering::new(node, Engine::Valkey, "8.1"),
                topology: Topology { replicas, ..Topology::SINGLE },
                region: "us-east-1",
                commitment: Commitment::OnDemand,
                multi_az: true,
                as_of: jiff::civil::date(2026, 11, 22),
            };
            let callers = Some(Callers { zones, reads_from });
            let usage = Usage { traffic: 100.0, read_traffic: 60.0, callers, ..Usage::default() };
            usage.between_zones(&billed).unwrap().round()
        };
        assert_eq!(crossing(Three, Primary, 0), 67.0);
        assert_eq!(crossing(Two, Primary, 1), 50.0);
        assert_eq!(crossing(One, Primary, 0), 0.0, "one node stands where it is put");
        assert_eq!(crossing(One, Primary, 1), 50.0, "after a failover the primary stays in the other zone");
        assert_eq!(crossing(WithCache, Primary, 1), 0.0);
        assert_eq!(crossing(Three, SameZone, 2), 27.0, "only what writes move crosses: 40 x 2/3");
        assert_eq!(
            crossing(Three, SameZone, 1),
            47.0,
            "a third of the callers has no node near: 60/3 + 40 x 2/3"
        );
    }
}
