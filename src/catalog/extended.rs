//! ElastiCache's surcharge on Redis versions whose standard support has ended.

use jiff::civil::{Date, date};
use rust_decimal::{Decimal, RoundingStrategy};

use super::store::Catalog;
use super::{Price, PriceError, PriceKey, Service, items, version_at_least};
use crate::units::{Commitment, Engine};

/// The dates of one version line. Source: ElastiCache User Guide, `extended-support-versions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedSupport {
    /// First day with the surcharge of years one and two.
    pub from: Date,
    /// First day with the surcharge of the third year.
    pub third_year_from: Date,
    /// Last day of extended support; after it nothing of the version is for sale.
    pub until: Date,
}

/// Which surcharge applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SupportYear {
    /// 80 % of the on-demand price, on top of it.
    FirstAndSecond,
    /// 160 % of the on-demand price, on top of it.
    Third,
}

const REDIS_4_5: ExtendedSupport =
    ExtendedSupport { from: date(2026, 2, 1), third_year_from: date(2028, 2, 1), until: date(2029, 1, 31) };

const REDIS_6: ExtendedSupport =
    ExtendedSupport { from: date(2027, 2, 1), third_year_from: date(2029, 2, 1), until: date(2030, 1, 31) };

impl ExtendedSupport {
    /// The dates of a version; none for Valkey and for Redis 7, which have no end date.
    pub fn of(engine: Engine, version: &str) -> Option<&'static Self> {
        match engine {
            Engine::Valkey => None,
            Engine::Redis if version_at_least(version, "7") => None,
            Engine::Redis if version_at_least(version, "6") => Some(&REDIS_6),
            Engine::Redis => Some(&REDIS_4_5),
        }
    }

    /// The surcharge on a day; none while standard support lasts.
    pub fn on(&self, day: Date) -> Option<SupportYear> {
        if day >= self.third_year_from {
            Some(SupportYear::Third)
        } else if day >= self.from {
            Some(SupportYear::FirstAndSecond)
        } else {
            None
        }
    }
}

impl SupportYear {
    /// Part of the on-demand price that is added. Source: AWS extended support calculator 1.4.2.
    pub fn multiplier(self) -> Decimal {
        match self {
            Self::FirstAndSecond => Decimal::new(80, 2),
            Self::Third => Decimal::new(160, 2),
        }
    }

    /// How the AWS price list begins its usage type.
    fn usage_type(self) -> &'static str {
        match self {
            Self::FirstAndSecond => "ExtendedSupportYr1_Yr2",
            Self::Third => "ExtendedSupportYr3",
        }
    }

    /// Name of the item in the price table.
    pub fn item(self) -> &'static str {
        match self {
            Self::FirstAndSecond => items::EXTENDED_SUPPORT_YEARS_1_2,
            Self::Third => items::EXTENDED_SUPPORT_YEAR_3,
        }
    }
}

impl Catalog {
    /// The surcharge of a Redis node on ElastiCache: the listed one, or computed from the on-demand price.
    pub fn extended_support(
        &self,
        region: &str,
        node_type: &str,
        year: SupportYear,
    ) -> Result<Price, PriceError> {
        let item = items::for_node(year.item(), node_type);
        let key = PriceKey {
            service: Service::ElastiCache,
            region,
            item: &item,
            engine: Some(Engine::Redis),
            term: Commitment::OnDemand,
        };
        match self.price(&key) {
            Err(PriceError::NotFound { .. }) => {}
            found => return found,
        }
        let base = self.price(&PriceKey { item: node_type, ..key })?;
        let computed = format!("{} x {} USD on demand, rounded to 3 decimals", year.multiplier(), base.usd);
        let estimate = match &base.estimate {
            Some(why) => format!("{computed}; {why}"),
            None => computed,
        };
        Ok(Price {
            usd: (base.usd * year.multiplier())
                .round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero),
            meter: format!("{}-{}", year.usage_type(), base.meter).into(),
            estimate: Some(estimate.into()),
            note: Some("added to the price of the node".into()),
            ..base
        })
    }
}
