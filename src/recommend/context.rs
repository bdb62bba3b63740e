//! What a selection works on, and what it works out of it: the types that selecting, ranking and explaining share.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::civil::Date;

use super::billed_usage;
use super::check::{Penalty, Rejected, Rejection};
use super::fit::Fit;
use super::policy::PolicyNeeds;
use super::shape::Shape;
use super::sites::Site;
use crate::catalog::{Catalog, NodeType, Offering};
use crate::cost::{Billed, Sums, Usage, has_node_price, sums};
use crate::demand::{Demand, Sizer};
use crate::memory::Server;
use crate::profile::{Availability, Profile};
use crate::units::{Commitment, Engine, Service, Usd};

/// What a selection works on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Its numbers.
    pub demand: &'a Demand,
    /// What may be done when memory is full.
    pub policy: &'a PolicyNeeds,
    /// What can be bought.
    pub catalog: &'a Catalog,
    /// Where.
    pub sites: &'a [Site],
    /// The only service to look at, for what-if questions.
    pub only: Option<Service>,
    /// The day of the estimate.
    pub as_of: Date,
    /// A machine of one's own, as a node type.
    pub host: Option<&'a NodeType>,
    /// What of a selection is asked for.
    pub asked: Asked,
}

/// What of a selection is asked for: the less, the less is measured. The best is the same in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Every candidate, and why the others are out.
    Reasons,
    /// Every candidate.
    Candidates,
    /// The best candidate of each service; others may be missing.
    BestOfEach,
    /// The best candidate; others may be missing.
    Best,
}

/// A fit in a region with its sums; texts are made for those that are shown.
pub struct Priced<'a> {
    /// The shape with its checks.
    pub fit: Rc<Fit<'a>>,
    /// Where.
    pub region: &'a str,
    /// How it is paid for: what was asked for, where it can be had.
    pub commitment: Commitment,
    /// Its sums at the region's own prices, with today's use.
    pub sums: Sums,
    /// The mean of its monthly sums until the horizon.
    pub mean: Sums,
    /// What it is ranked by.
    pub ranked_by: Usd,
    /// Whether what it is ranked by is above the budget.
    pub over_budget: bool,
    /// What moves it down.
    pub penalties: Vec<Penalty>,
    /// `ranked_by` with the penalties.
    pub score: Usd,
}

/// All candidates in order, and all that are out.
pub struct Selection<'a> {
    /// Best first.
    pub candidates: Vec<Priced<'a>>,
    /// What is out.
    pub out: RuledOut,
    /// The pinned shape, if it does not fit.
    pub pinned_misfit: Option<Priced<'a>>,
}

/// What is out: counted, and where somebody asks, told.
#[derive(Default)]
pub struct RuledOut {
    /// How many.
    pub count: usize,
    /// Sorted by service, node type, engine, region; empty where nobody asks for reasons.
    pub told: Vec<Rejected>,
}

impl RuledOut {
    /// One more.
    pub fn add(&mut self, context: &Context<'_>, rejected: impl FnOnce() -> Rejected) {
        self.count += 1;
        if context.asked == Asked::Reasons {
            self.told.push(rejected());
        }
    }

    /// Puts them in order.
    pub fn sort(&mut self) {
        let key = |r: &Rejected| (r.service, r.node_type, r.engine);
        self.told.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.region.cmp(&b.region)));
    }
}

/// A month's use today, and in the months that its bill is the mean of.
pub struct Use {
    /// Today's.
    pub today: Usage,
    later: Later,
}

/// How the use goes on until the horizon.
enum Later {
    /// As it is.
    Same,
    /// Billed in proportion: the mean of the months has it at the mean use.
    Mean(Box<Usage>),
    /// Minimums and free allowances want each of the other months by itself.
    Months(Vec<Usage>),
}

/// Memory on every server that is offered.
#[derive(Default)]
pub struct Sizers<'a> {
    by_version: BTreeMap<(Engine, &'a str), Sizer<'a>>,
}

impl<'a> Sizers<'a> {
    /// On the server of an offering; none where there is no model of it.
    pub fn of<'s>(&'s self, offering: &Offering<'s>) -> Option<&'s Sizer<'a>> {
        self.by_version.get(&release(offering))
    }

    /// On the servers of all offerings of a selection.
    pub fn on(context: &Context<'a>, offerings: &[Offering<'a>]) -> Self {
        let mut all = Self::default();
        let mut seen = BTreeSet::new();
        for offering in offerings.iter().filter(|offering| seen.insert(release(offering))) {
            if let Ok(server) = Server::new(&offering.server(), None) {
                let like = all.by_version.values().find_map(|sizer| sizer.on(&server));
                let sizer = like.unwrap_or_else(|| Sizer::new(context.profile, context.demand, server));
                all.by_version.insert(release(offering), sizer);
            }
        }
        all
    }
}

/// Serverless names major versions only, and has the same formulas as their first minor one.
fn release<'a>(offering: &Offering<'a>) -> (Engine, &'a str) {
    (offering.engine, offering.version.strip_suffix(".0").unwrap_or(offering.version))
}

impl Priced<'_> {
    /// Memory for keys of all primaries.
    pub fn usable_memory(&self) -> f64 {
        let shape = &self.fit.shape;
        let nodes = if shape.is_whole_cluster() { 1.0 } else { f64::from(shape.topology.shards) };
        shape.offering.node.usable.0 * nodes
    }

    /// Who sells it.
    pub fn service(&self) -> Service {
        self.fit.shape.offering.service()
    }

    /// Lines for whose meter no rate is known anywhere: what has one cannot be compared with what has none.
    pub fn unpriced(&self) -> u32 {
        self.sums.unknown
    }
}

/// An offering that is out, everywhere or in a region.
pub fn out(
    offering: &Offering<'_>,
    region: Option<&str>,
    shards: u32,
    rejections: Vec<Rejection>,
) -> Rejected {
    Rejected {
        service: offering.service().id(),
        node_type: offering.node.name,
        engine: offering.engine,
        version: offering.version.to_owned(),
        region: region.map(str::to_owned),
        shards,
        rejections,
    }
}

/// A month of likely use on an offering's service.
pub fn usage_of(context: &Context<'_>, sizer: &Sizer<'_>, offering: &Offering<'_>, region: &str) -> Usage {
    billed_usage::usage(context.profile, context.demand, sizer, offering.info.metered.as_ref(), region)
}

impl Use {
    /// Of an offering's service in a region.
    pub fn of(context: &Context<'_>, sizer: &Sizer<'_>, offering: &Offering<'_>, region: &str) -> Self {
        let today = usage_of(context, sizer, offering, region);
        let growth = context.demand.growth;
        let later = if growth.factor == 1.0 || context.demand.held.is_some() {
            Later::Same
        } else if offering.service().is_metered() {
            let month = |month| today.scaled(growth.after(f64::from(month)));
            Later::Months((1..growth.bills()).map(month).collect())
        } else {
            Later::Mean(Box::new(today.scaled(growth.mean())))
        };
        Self { today, later }
    }

    /// The sums of today, and the mean of the monthly ones until the horizon.
    pub fn sums(&self, catalog: &Catalog, billed: &Billed<'_>) -> (Sums, Sums) {
        let today = sums(catalog, billed, &self.today);
        let mean = match &self.later {
            Later::Same => today,
            Later::Mean(usage) => sums(catalog, billed, usage),
            Later::Months(all) => Sums::mean(today, all.iter().map(|usage| sums(catalog, billed, usage))),
        };
        (today, mean)
    }
}

/// A shape in a region as the cost room sees it.
pub fn billed<'a>(
    context: &Context<'a>,
    shape: &Shape<'a>,
    region: &'a str,
    commitment: Commitment,
) -> Billed<'a> {
    Billed {
        offering: shape.offering,
        topology: shape.topology,
        region,
        commitment,
        multi_az: context.profile.requirements.availability.value == Availability::MultiAz,
        as_of: context.as_of,
    }
}

/// The commitment that was asked for, pinned or required.
pub fn wanted(context: &Context<'_>) -> Commitment {
    let pinned = context.profile.pin.commitment.as_ref().map(|c| c.value);
    pinned.unwrap_or(context.profile.requirements.commitment.value)
}

/// What was asked for where the node has a price under it, on demand otherwise.
pub fn commitment<'a>(context: &Context<'a>, shape: &Shape<'a>, region: &'a str) -> Commitment {
    let wanted = wanted(context);
    let offered = wanted == Commitment::OnDemand
        || shape.offering.info.behaviour.commitments
            && has_node_price(context.catalog, &billed(context, shape, region, wanted));
    if offered { wanted } else { Commitment::OnDemand }
}
