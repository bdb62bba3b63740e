//! What each service would cost with more or less load, or with more or less data: the best shape at every point.

use schemars::JsonSchema;
use serde::Serialize;

use super::context::{Asked, Context};
use super::scaled::{with_data, with_traffic};
use super::select::{select, sizers};
use super::sites::sites;
use super::{Options, RecommendError, host_for, policy};
use crate::catalog::{Catalog, Service};
use crate::demand::Demand;
use crate::parallel;
use crate::profile::Profile;
use crate::units::{Interval, Usd};

/// Halvings with which a crossing is found: to about three parts in a hundred.
const HALVINGS: u32 = 5;

/// What is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Varied {
    /// Commands.
    Load,
    /// Keys.
    Data,
}

/// Costs over a range.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sweep {
    /// What is varied.
    pub varied: Varied,
    /// What 1 stands for: commands a second at the peak, or bytes of keys and values, today.
    pub unit: f64,
    /// Today's range, as the profile declares it, in times of the unit.
    pub today: Today,
    /// One entry a service.
    pub courses: Vec<Course>,
    /// Where the cheapest service changes.
    pub break_even: Vec<BreakEven>,
}

/// From where to where today's load or data may lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Today {
    /// At least so many times the unit.
    pub low: f64,
    /// At most so many times the unit.
    pub high: f64,
}

impl Today {
    fn of(range: Interval) -> Self {
        if range.likely > 0.0 {
            Self { low: range.low / range.likely, high: range.high / range.likely }
        } else {
            Self { low: 1.0, high: 1.0 }
        }
    }
}

/// The costs of one service.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Course {
    /// The service, by its catalogue id.
    pub service: String,
    /// Its best shape at each point, smallest first.
    pub points: Vec<SweepPoint>,
}

/// One point of a course.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SweepPoint {
    /// How many times today's.
    pub factor: f64,
    /// The best shape there; none if nothing fits.
    pub shape: Option<String>,
    /// Dollars a month; none where nothing fits or a line has no price.
    pub monthly: Option<Usd>,
}

/// A load or size from which another service is the cheaper one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BreakEven {
    /// How many times today's.
    pub factor: f64,
    /// The cheapest below.
    pub below: String,
    /// The cheapest above.
    pub above: String,
    /// Dollars a month there.
    pub monthly: Usd,
}

/// One point of all services: what each costs with its best shape.
type Costs = Vec<(Service, String, Option<Usd>)>;

/// Costs at each factor. Shapes are chosen anew at each; what is pinned stays pinned, but for its size.
pub fn sweep(
    profile: &Profile,
    catalog: &Catalog,
    options: &Options,
    varied: Varied,
    factors: &[f64],
) -> Result<Sweep, RecommendError> {
    let mut free = profile.clone();
    (free.pin.node_type, free.pin.shards, free.pin.service) = (None, None, None);
    let sites = sites(&free, catalog, options.providers.as_deref(), &options.regions, &mut Vec::new())?;
    let at = |factor: f64| costs(&free, catalog, options, &sites, varied, factor);
    let all: Vec<Costs> = parallel::map(factors, |factor| at(*factor));
    let mut services: Vec<Service> = all.iter().flatten().map(|(service, ..)| *service).collect();
    services.sort_unstable();
    services.dedup();
    let course = |service: Service| Course {
        service: service.id().to_owned(),
        points: factors.iter().zip(&all).map(|(factor, costs)| point(*factor, costs, service)).collect(),
    };
    let known: Vec<(f64, &Costs)> = factors.iter().copied().zip(&all).collect();
    let pairs: Vec<&[(f64, &Costs)]> = known.windows(2).collect();
    let break_even = parallel::map(&pairs, |pair| crossing(&at, pair[0], pair[1]));
    let demand = Demand::of(profile);
    let (range, growth) = match varied {
        Varied::Load => (demand.peak.commands(), demand.growth.factor),
        Varied::Data => (demand.payload_now, 1.0),
    };
    Ok(Sweep {
        varied,
        unit: range.likely / growth,
        today: Today::of(range),
        courses: services.into_iter().map(course).collect(),
        break_even: break_even.into_iter().flatten().collect(),
    })
}

fn point(factor: f64, costs: &Costs, service: Service) -> SweepPoint {
    let found = costs.iter().find(|(other, ..)| *other == service);
    SweepPoint {
        factor,
        shape: found.map(|(_, shape, _)| shape.clone()),
        monthly: found.and_then(|(.., monthly)| *monthly),
    }
}

fn costs(
    profile: &Profile,
    catalog: &Catalog,
    options: &Options,
    sites: &[super::Site],
    varied: Varied,
    factor: f64,
) -> Costs {
    let profile = match varied {
        Varied::Load => with_traffic(profile, factor),
        Varied::Data => with_data(profile, factor),
    };
    let demand = Demand::of(&profile);
    let needs = policy::needs(&profile, &demand);
    let host = host_for(&profile, &demand, sites);
    let context = Context {
        profile: &profile,
        demand: &demand,
        policy: &needs,
        catalog,
        sites,
        only: None,
        as_of: options.as_of,
        host: host.as_ref(),
        asked: Asked::BestOfEach,
    };
    let sizers = sizers(&context);
    let mut costs: Costs = Vec::new();
    for priced in select(&context, &sizers).candidates {
        // The best of each service comes first.
        if costs.iter().all(|(service, ..)| *service != priced.service()) {
            costs.push((priced.service(), priced.fit.shape.summary(), priced.sums.total()));
        }
    }
    costs
}

fn cheapest(costs: &Costs) -> Option<(Service, Usd)> {
    costs.iter().filter_map(|(service, _, usd)| Some((*service, (*usd)?))).min_by_key(|(_, usd)| *usd)
}

/// Where between two factors the cheapest service changes, if it does once.
fn crossing(
    at: &impl Fn(f64) -> Costs,
    (low, costs_low): (f64, &Costs),
    (high, costs_high): (f64, &Costs),
) -> Option<BreakEven> {
    let (below, above) = (cheapest(costs_low)?, cheapest(costs_high)?);
    if below.0 == above.0 {
        return None;
    }
    let (mut from, mut to, mut there) = (low, high, above.1);
    for _ in 0..HALVINGS {
        let middle = (from * to).sqrt();
        let (service, usd) = cheapest(&at(middle))?;
        if service == below.0 {
            from = middle;
        } else {
            (to, there) = (middle, usd);
        }
    }
    Some(BreakEven {
        factor: to,
        below: below.0.id().to_owned(),
        above: above.0.id().to_owned(),
        monthly: there,
    })
}
