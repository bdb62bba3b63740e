//! Reserved nodes against what is there when all sizes are right: a reservation is the last decision, not the first.
//!
//! Reservations of ElastiCache are size-flexible within a family and a region: a node counts as many units as it is
//! large, one of Valkey a fifth less. Those for Redis OSS also cover Valkey; those for Valkey cover nothing else.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use crate::deployment::Configuration;
use crate::observe::Reservation;
use crate::units::{Engine, Service, Usd, several};

/// Days ahead in which an end is near.
const NEAR: i32 = 90;
/// What a node of Valkey counts against one of Redis OSS.
const VALKEY: f64 = 0.8;

/// Reserved nodes of one family in one region, in units: a `large` node of Redis OSS is four.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Portfolio {
    /// The region.
    pub region: String,
    /// The family, such as `cache.r7g`.
    pub family: String,
    /// Units that are reserved and in force.
    pub reserved: f64,
    /// Units that run today; those of caches without a known shape are not among them.
    pub needed_now: f64,
    /// Units that run after all resizes and retirements.
    pub needed: f64,
    /// Units that are reserved and used after all resizes.
    pub covered: f64,
    /// Units that are paid for and cover nothing after all resizes.
    pub unmatched: f64,
    /// Units that run on demand after all resizes.
    pub open: f64,
    /// Reservations that end within three months, soonest first.
    pub expiring: Vec<Expiring>,
    /// Dollars a month that reserving what is open would save, of the caches whose demand is steady enough.
    pub reserving_saves: Usd,
    /// What to do.
    pub advice: Vec<String>,
}

/// A reservation that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Expiring {
    /// Its name.
    pub id: String,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// Days from the day of the estimate.
    pub days: i32,
}

/// A reservation that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unread {
    /// Its name.
    pub id: String,
    /// Why.
    pub why: String,
}

/// Units by engine.
#[derive(Clone, Copy, Debug, Default)]
struct Units {
    redis: f64,
    valkey: f64,
}

impl Units {
    fn add(&mut self, engine: Engine, units: f64) {
        if engine == Engine::Valkey { self.valkey += units * VALKEY } else { self.redis += units }
    }

    fn all(self) -> f64 {
        self.redis + self.valkey
    }

    /// How much of what is needed these reservations cover.
    fn cover(self, needed: Self) -> f64 {
        let valkey = self.valkey.min(needed.valkey);
        let redis = self.redis.min(needed.redis);
        let rest = (self.redis - redis).min(needed.valkey - valkey);
        valkey + redis + rest
    }
}

#[derive(Default)]
struct Pool {
    reserved: Units,
    now: Units,
    needed: Units,
    /// Those of caches whose demand is steady enough, and what reserving them saves.
    steady: Units,
    saves: Usd,
    expiring: Vec<Expiring>,
    engine_changes: bool,
}

/// Portfolios by region and family, and the reservations that have no place in one.
pub fn portfolios(
    entries: &[Entry],
    reservations: &[Reservation],
    as_of: Date,
) -> (Vec<Portfolio>, Vec<Unread>) {
    let mut pools: BTreeMap<(String, String), Pool> = BTreeMap::new();
    let mut unread = Vec::new();
    for entry in entries {
        let now = entry.current.as_ref().and_then(|current| current.configuration.as_ref());
        if let Some((place, engine, units)) = now.and_then(units) {
            pools.entry(place).or_default().now.add(engine, units);
        }
        let after = entry.afterwards();
        if let Some((place, engine, units)) = after.and_then(units) {
            let pool = pools.entry(place).or_default();
            pool.needed.add(engine, units);
            if let Some(reserve) = &entry.reserve {
                pool.steady.add(engine, units);
                pool.saves = pool.saves + reserve.saves;
            }
            pool.engine_changes |= entry.engine().is_some_and(|before| before != engine);
        }
    }
    for reservation in reservations {
        match placed(reservation, as_of) {
            Ok((place, engine, units, end)) => {
                let pool = pools.entry(place).or_default();
                pool.reserved.add(engine, units);
                pool.expiring.extend(end);
            }
            Err(why) => unread.push(Unread { id: reservation.id.clone(), why }),
        }
    }
    unread.sort_by(|a, b| a.id.cmp(&b.id));
    // Without a reservation, and without a reason for one, there is nothing to say.
    let told = |pool: &Pool| pool.reserved.all() > 0.0 || pool.saves > Usd::ZERO;
    let all = pools.into_iter().filter(|(_, pool)| told(pool));
    (all.map(|((region, family), pool)| portfolio(region, family, pool)).collect(), unread)
}

fn portfolio(region: String, family: String, mut pool: Pool) -> Portfolio {
    pool.expiring.sort_by(|a, b| (a.days, &a.id).cmp(&(b.days, &b.id)));
    let (reserved, needed) = (pool.reserved.all(), pool.needed.all());
    let covered = pool.reserved.cover(pool.needed);
    // Tenths and fifths of units add up to what binary fractions do not show.
    let round = |units: f64| (units * 100.0).round() / 100.0;
    let (reserved, needed, covered) = (round(reserved), round(needed), round(covered));
    let (unmatched, open) = (round(reserved - covered), round(needed - covered));
    // What is covered already saves nothing a second time, and no more is committed to than is steady.
    let steady = round(pool.steady.all());
    let lasting = (steady - covered).clamp(0.0, open.max(0.0));
    let share = if steady > 0.0 { lasting / steady } else { 0.0 };
    let saves = Usd::of(share, pool.saves.0).unwrap_or(Usd::ZERO).to_cents();
    let mut advice = Vec::new();
    if unmatched > 0.01 {
        advice.push(format!(
            "{unmatched:.1} reserved units cover nothing after the resizes: keep a node of this family where that costs \
             no more, or let them end"
        ));
    }
    if saves > Usd::ZERO {
        let which = if lasting < open {
            format!("{lasting:.1} of the {open:.1} open units, as many as are steady,")
        } else {
            format!("the {open:.1} open units")
        };
        advice.push(format!(
            "after the resizes, reserving {which} for a year without an upfront payment saves about {saves} USD a month"
        ));
    }
    if pool.engine_changes && reserved > 0.0 {
        advice.push(
            "a change from Redis OSS to Valkey keeps the cover of reservations for Redis OSS and needs a fifth less of it"
                .to_owned(),
        );
    }
    if let Some(first) = pool.expiring.first() {
        advice.push(format!(
            "{} {} within {NEAR} days, the first on {}: renew what is covered, not what was bought",
            several(pool.expiring.len(), "reservation"),
            if pool.expiring.len() == 1 { "ends" } else { "end" },
            first.date
        ));
    }
    Portfolio {
        region,
        family,
        reserved,
        needed_now: round(pool.now.all()),
        needed,
        covered,
        unmatched,
        open,
        expiring: pool.expiring,
        reserving_saves: saves,
        advice,
    }
}

type Place = (String, String);

/// Where the nodes of a cache are counted, and how much.
fn units(configuration: &Configuration) -> Option<(Place, Engine, f64)> {
    if configuration.service != Service::ElastiCache {
        return None;
    }
    let (family, units) = sized(configuration.node_type.as_deref()?)?;
    let place = (configuration.region.clone(), family);
    Some((place, configuration.engine, units * f64::from(configuration.nodes())))
}

/// The family of a node type, and the units of one node.
fn sized(node_type: &str) -> Option<(String, f64)> {
    let (family, size) = node_type.rsplit_once('.')?;
    let units = match size {
        "micro" => 0.5,
        "small" => 1.0,
        "medium" => 2.0,
        "large" => 4.0,
        "xlarge" => 8.0,
        _ => 8.0 * size.strip_suffix("xlarge")?.parse::<f64>().ok()?,
    };
    Some((family.to_owned(), units))
}

type Counted = (Place, Engine, f64, Option<Expiring>);

fn placed(reservation: &Reservation, as_of: Date) -> Result<Counted, String> {
    if !reservation.active {
        return Err("it is not in force".to_owned());
    }
    let region = reservation.region.clone().ok_or("its region is not told")?;
    let (family, units) = sized(&reservation.node_type)
        .ok_or_else(|| format!("{} has no known size", reservation.node_type))?;
    let engine = match reservation.engine.to_ascii_lowercase() {
        name if name.contains("valkey") => Engine::Valkey,
        name if name.contains("redis") => Engine::Redis,
        name => return Err(format!("it is for {name}")),
    };
    let end = reservation.start.and_then(|start| end(start, reservation.years));
    let days = end.and_then(|end| Some(i64::from(as_of.until(end).ok()?.get_days()))).map(|days| days as i32);
    if days.is_some_and(|days| days < 0) {
        return Err("its term is over".to_owned());
    }
    let near = end.zip(days).filter(|(_, days)| *days <= NEAR);
    let expiring =
        near.map(|(end, days)| Expiring { id: reservation.id.clone(), date: end.to_string(), days });
    Ok(((region, family), engine, units * f64::from(reservation.count), expiring))
}

fn end(start: i64, years: u32) -> Option<Date> {
    let first = Timestamp::from_second(start).ok()?.to_zoned(TimeZone::UTC).date();
    first.checked_add(i64::from(years).years()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_count_by_their_size() {
        assert_eq!(sized("cache.r7g.large"), Some(("cache.r7g".to_owned(), 4.0)));
        assert_eq!(sized("cache.t4g.micro"), Some(("cache.t4g".to_owned(), 0.5)));
        assert_eq!(sized("cache.r7g.16xlarge").map(|s| s.1), Some(128.0));
        assert_eq!(sized("cache.r7g.huge"), None);
    }

    #[test]
    fn reservations_for_redis_cover_valkey_and_not_the_other_way_round() {
        let units = |redis: f64, valkey: f64| Units { redis, valkey };
        assert_eq!(units(10.0, 0.0).cover(units(4.0, 8.0)), 10.0);
        assert_eq!(units(0.0, 10.0).cover(units(4.0, 8.0)), 8.0);
        assert_eq!(units(4.0, 2.0).cover(units(10.0, 1.0)), 5.0);
        let mut all = Units::default();
        all.add(Engine::Valkey, 4.0);
        assert_eq!(all.all(), 3.2);
    }

    #[test]
    fn a_reservation_ends_after_its_term_and_one_without_a_region_is_not_guessed() {
        let reservation = Reservation {
            id: "r".into(),
            node_type: "cache.r7g.large".into(),
            count: 3,
            engine: "redis".into(),
            years: 1,
            start: Some(1_764_547_200), // 2025-12-01
            active: true,
            region: Some("eu-west-1".into()),
            ..Reservation::default()
        };
        let day = |y, m, d| jiff::civil::date(y, m, d);
        let (place, engine, units, end) = placed(&reservation, day(2026, 11, 28)).unwrap();
        assert_eq!((place.1.as_str(), engine, units), ("cache.r7g", Engine::Redis, 12.0));
        assert_eq!(end.map(|e| (e.date, e.days)), Some(("2026-12-01".to_owned(), 3)));
        assert!(placed(&reservation, day(2026, 12, 2)).unwrap_err().contains("over"));
        let nowhere = Reservation { region: None, ..reservation };
        assert!(placed(&nowhere, day(2026, 11, 28)).unwrap_err().contains("region"));
    }
}
