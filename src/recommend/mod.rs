//! From demand and catalogue to a choice: candidates, constraints, rejections, eviction policy, ranking, advice.

mod advice;
mod application;
mod bar;
mod billed_usage;
mod candidate;
mod capacity;
mod check;
mod context;
mod contradiction;
mod dated;
mod ends;
mod features;
mod fit;
mod fork;
mod gates;
mod groups;
mod inputs;
mod memory_choice;
mod memory_price;
mod metered;
mod offers;
mod outcome;
mod outlook;
mod pin;
mod policy;
mod projection;
mod rank;
mod reference_prices;
mod reselect;
mod scaled;
mod select;
mod self_hosted;
mod shape;
mod sites;
mod sweep;
mod throughput;
mod way_out;
mod what_if;

pub use candidate::Candidate;
pub use check::{Check, Constraint, Measure, Penalty, Rejected, Rejection};
pub use contradiction::{Contradiction, Contradicts, next_step};
pub use ends::{Ends, Narrows};
pub use gates::first_day;
pub use memory_choice::{MemoryChoice, MemoryOption};
pub use memory_price::{MemoryTotal, MemoryTotals, SimulatedPoint, TotalsError, memory_totals};
pub use outcome::{Advice, CHEAPER, Change, Gate, GateKind, PolicyReport, Recommendation, RejectedGroup};
pub use outlook::{CheaperFor, Outlook};
pub use policy::{PolicyAlternative, PolicyNeeds, needs};
pub use projection::{Cliff, CliffKind, MONTHS, Projection, projection};
pub use sites::{RegionChoice, Site, SiteError};
pub use sweep::{BreakEven, Course, Sweep, SweepPoint, Today, Varied, sweep};
pub use way_out::WayOut;

use jiff::civil::Date;
use thiserror::Error;

use crate::catalog::{Catalog, NodeType, Service, ServiceInfo, UnknownName};
use crate::demand::{Demand, MemoryDemand, MemoryPart, Sizer};
use crate::deployment::Topology;
use crate::memory::Server;
use crate::profile::Profile;
use crate::units::{Assumption, Interval, Provider, TextError};
use candidate::candidate;
use context::{Asked, Context, Priced, Selection, Sizers};
use select::{select, sizers};

/// How to recommend.
#[derive(Clone, Debug)]
pub struct Options {
    /// Providers to compare, instead of the profile's.
    pub providers: Option<Vec<Provider>>,
    /// Regions to compare.
    pub regions: RegionChoice,
    /// The day of the estimate.
    pub as_of: Date,
    /// Days after which a price breaches a gate.
    pub max_price_age_days: Option<u32>,
    /// Whether to list every shape.
    pub list_all: bool,
}

impl Options {
    /// Where the profile says, with the prices of a day, and nothing but the choice.
    pub fn on(day: Date) -> Self {
        Self {
            providers: None,
            regions: RegionChoice::FromProfile,
            as_of: day,
            max_price_age_days: None,
            list_all: false,
        }
    }
}

/// Why there is no recommendation at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecommendError {
    /// A region that no provider has.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A pinned name that the catalogue does not have.
    #[error("{0}")]
    Pin(UnknownName),
    /// A learned curve of a server that has no memory model.
    #[error("{}", .0.message)]
    Curve(TextError),
}

/// The answer for one profile, with the memory that its curve advises.
pub fn recommend(
    profile: &Profile,
    file: &str,
    catalog: &Catalog,
    options: &Options,
) -> Result<Recommendation, RecommendError> {
    recommend_to(profile, file, catalog, options, Depth::Full)
}

/// The choice with its bill and its gates, without what only `recommend` tells: alternatives, what would change it,
/// advice, reasons why others are out, how many there are. What cannot be the choice is not measured.
pub fn choose(
    profile: &Profile,
    file: &str,
    catalog: &Catalog,
    options: &Options,
) -> Result<Recommendation, RecommendError> {
    recommend_to(profile, file, catalog, options, Depth::Choice)
}

/// How much of an answer is worked out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Choice,
    Full,
}

fn recommend_to(
    profile: &Profile,
    file: &str,
    catalog: &Catalog,
    options: &Options,
    depth: Depth,
) -> Result<Recommendation, RecommendError> {
    pin::check_names(profile, catalog).map_err(RecommendError::Pin)?;
    if options.providers.is_none() {
        pin::check_provider(profile, catalog).map_err(RecommendError::Pin)?;
    }
    let whole = depth == Depth::Full;
    let all = Demand::of(profile);
    let mut assumptions = all.assumptions.clone();
    let sites =
        sites::sites(profile, catalog, options.providers.as_deref(), &options.regions, &mut assumptions)?;
    let host = |demand: &Demand| host_for(profile, demand, &sites);
    let policy = policy::needs(profile, &all);
    let context = Context {
        profile,
        demand: &all,
        policy: &policy,
        catalog,
        sites: &sites,
        only: None,
        as_of: options.as_of,
        host: None,
        asked: match depth {
            Depth::Full => Asked::Reasons,
            // Of a learned curve's policies some are taken out afterwards.
            Depth::Choice if profile.traffic.access.curve.is_some() => Asked::Candidates,
            Depth::Choice => Asked::Best,
        },
    };
    let chosen = memory_choice::choose(&context, &host).map_err(RecommendError::Curve)?;
    let (memory_choice, demand, learned) =
        chosen.map_or((None, all.clone(), None), |c| (c.choice, c.demand, c.assumption));
    assumptions.extend(learned);
    let (policy, host) = (policy::needs(profile, &demand), host(&demand));
    let context = Context { demand: &demand, policy: &policy, host: host.as_ref(), ..context };
    let sizers = sizers(&context);
    let mut selection = select(&context, &sizers);
    if memory_choice.is_some() {
        memory_choice::keep_simulated(&context, &mut selection);
    }
    let full = |priced: &Priced<'_>| candidate(&context, &sizers, priced);
    let first = selection.candidates.first();
    let mut choice = first.and_then(full);
    if let Some(choice) = &mut choice {
        choice.cost.notes.extend(notes(&context, &sizers, &selection, depth));
    }
    let case = first.zip(choice.as_ref()).filter(|_| whole).map(|(priced, choice)| advice::Case {
        context: &context,
        sizers: &sizers,
        shape: priced.fit.shape,
        choice,
    });
    assumptions.extend(throughput::assumptions(profile, first.map(|p| p.fit.shape.offering.node)));
    assumptions.extend(features::assumption(profile));
    assumptions.extend(first.and_then(|p| application::assumption(profile, &p.fit.shape)));
    assumptions.extend(first.map(|p| shape_assumptions(profile, &sizers, p)).unwrap_or_default());
    assumptions.sort();
    assumptions.dedup();
    let sizer = first.and_then(|p| sizers.of(&p.fit.shape.offering));
    Ok(Recommendation {
        profile: profile.name.clone(),
        file: file.to_owned(),
        as_of: options.as_of.to_string(),
        snapshot: catalog.snapshot().date.to_owned(),
        oldest_price: choice.as_ref().and_then(|c| c.cost.oldest_price().map(str::to_owned)),
        pinned_misfit: selection.pinned_misfit.as_ref().and_then(full),
        binding: choice.as_ref().and_then(binding),
        policy: choice.as_ref().map(|c| policy_report(catalog, c, &policy)),
        memory_choice,
        memory: sizer.zip(first).map(|(sizer, priced)| memory(&context, sizer, priced)),
        alternatives: if whole { alternatives(&selection).filter_map(full).collect() } else { Vec::new() },
        outlook: if whole { outlook::outlook(&context, &selection, &sizers) } else { None },
        ends: first.filter(|_| whole).and_then(|first| ends::ends(&context, first)),
        ways_out: if whole && choice.is_none() { way_out::ways_out(&context) } else { Vec::new() },
        contradicted: contradiction::kept(profile, file),
        compatibility: first.map(|p| application::judged(profile, &p.fit.shape)).unwrap_or_default(),
        changes: if whole { what_if::changes(&context, &selection, &sizers) } else { Vec::new() },
        advice: match &case {
            Some(case) => advice::advice(case),
            None if whole => advice::without_choice(&context, &selection),
            None => Vec::new(),
        },
        eligible: selection.candidates.len(),
        considered: selection.candidates.len() + selection.out.count,
        rejected: groups::group(&selection.out.told),
        gates: gates::breached(profile, choice.as_ref(), &policy, options.as_of, options.max_price_age_days),
        all_candidates: options.list_all.then(|| selection.candidates.iter().filter_map(full).collect()),
        all_rejected: options.list_all.then(|| selection.out.told.clone()),
        choice,
        defaults: crate::profile::assumed(profile),
        demand,
        assumptions,
    })
}

/// What to know beside the bill of the choice.
fn notes(context: &Context<'_>, sizers: &Sizers<'_>, selection: &Selection<'_>, depth: Depth) -> Vec<String> {
    // `cost` has a calendar of its own.
    let first = selection.candidates.first().filter(|_| depth == Depth::Full);
    let dated = first.map(|first| dated::notes(context, sizers, first)).unwrap_or_default();
    rank::budget_note(&selection.candidates).into_iter().chain(dated).collect()
}

/// A machine of one's own, as a node type, where one is looked at.
fn host_for(profile: &Profile, demand: &Demand, sites: &[Site]) -> Option<NodeType> {
    let local = sites.iter().any(|s| s.provider == Provider::Local);
    local.then(|| self_hosted::host(profile, needed_memory(profile, demand)))
}

/// Memory of the fullest shard, with what it needs outside `maxmemory`.
fn memory(context: &Context<'_>, sizer: &Sizer<'_>, priced: &Priced<'_>) -> MemoryDemand {
    let inputs = inputs::Inputs::new(context.profile, context.demand, sizer);
    let copied = fork::copied_pages(&inputs, &priced.fit.shape);
    let part =
        MemoryPart { what: "pages copied during a snapshot".into(), bytes: Interval::between(0.0, copied) };
    let outside = if copied > 0.0 { vec![part] } else { Vec::new() };
    MemoryDemand { outside, ..sizer.breakdown(priced.fit.shape.topology) }
}

/// What one server for all of the data needs, with the profile's headroom.
fn needed_memory(profile: &Profile, demand: &Demand) -> f64 {
    let default = ServiceInfo::of(Service::Local).engines.first();
    let topology = Topology { shards: 1, replicas: 0, cluster_mode: false };
    let used = default
        .and_then(|e| Server::new(&format!("{}-{}", e.engine, e.default), None).ok())
        .map_or(0.0, |server| Sizer::new(profile, demand, server).used(topology).high);
    used / (1.0 - profile.requirements.headroom.value.0).max(0.01) / capacity::self_hosted_share(profile)
}

/// What the choice rests on: the memory model, and where callers are where zones are billed.
fn shape_assumptions(profile: &Profile, sizers: &Sizers<'_>, priced: &Priced<'_>) -> Vec<Assumption> {
    let offering = &priced.fit.shape.offering;
    let mut all = sizers.of(offering).map(|s| s.server.assumptions.clone()).unwrap_or_default();
    all.extend(zones_assumption(profile, priced));
    if fork::saves_by_fork(profile, priced.service()) {
        all.push(fork::assumption());
    }
    if offering.info.metered.is_some_and(|m| m.bytes_per_unit.is_some()) {
        all.push(Assumption::new(
            "processing units",
            format!("1 for each KiB of key and payload; {:.0} at least on many elements", billed_usage::COMPLEX_UNITS),
            "AWS says KB, and not whether of 1,024 or of 1,000 bytes, which are up to 2.4% more units; its formula for complex \
             commands is not published; calibrate with the cache's own metric",
        ));
    }
    if offering.info.metered.is_some_and(|m| m.bytes_per_unit.is_some()) && profile.traffic.pubsub.is_some() {
        all.push(Assumption::new(
            "messages",
            "not metered; as many bytes a second at most as the limit of metered units would move",
            "AWS does not meter PUBLISH and SUBSCRIBE, and publishes no limit of what they move; SPUBLISH is metered",
        ));
    }
    if offering.node.is_data_tiering() {
        all.push(Assumption::new(
            "hot part of the values",
            "a fifth stays in memory",
            "AWS advises data tiering where at most 20% of the data is hot",
        ));
    }
    all
}

/// Where callers and nodes are, where traffic between zones has a price.
fn zones_assumption(profile: &Profile, priced: &Priced<'_>) -> Option<Assumption> {
    let billed = match priced.service() {
        Service::ElastiCacheServerless => {
            return Some(Assumption::new(
                "traffic between zones",
                "0 USD per GB",
                "a serverless cache is reached through an interface endpoint, for which AWS ended these charges in \
                 April 2022",
            ));
        }
        service => matches!(service.provider(), Provider::Aws | Provider::Gcp),
    };
    let placement = &profile.placement;
    (billed && !placement.zones.is_declared()).then(|| {
        Assumption::new(
            "zones of the callers",
            "spread evenly over three",
            "a caller and the primary are each in one of them by chance, so two thirds of the traffic cross zones",
        )
        .replaced_by("placement.zones")
    })
}

/// The check with the least to spare.
fn binding(choice: &Candidate) -> Option<String> {
    choice
        .checks
        .iter()
        .filter_map(|c| Some((c.used()? / c.allowed, c)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c.constraint.title().to_owned())
}

fn policy_report(catalog: &Catalog, choice: &Candidate, needs: &PolicyNeeds) -> PolicyReport {
    let policy = choice.deployment.eviction_policy;
    let info = ServiceInfo::of(choice.deployment.service);
    let node = choice.deployment.node_type.as_deref();
    let node = node.and_then(|name| catalog.node_type(info.service, name).ok());
    let allowed = info.policies(node, choice.deployment.engine, &choice.deployment.version);
    let can_set = |policy| allowed.contains(&policy);
    let first = needs.acceptable.first().copied();
    let reason = if first == Some(policy) {
        needs.reason.clone()
    } else {
        let wanted = first.map_or("", crate::units::Policy::as_str);
        let why = if first.is_some_and(can_set) {
            format!("the profile pins {policy}")
        } else {
            "the service does not offer it".to_owned()
        };
        format!("{}; {wanted} would be better, but {why}", needs.reason)
    };
    PolicyReport {
        policy,
        reason,
        how: info.eviction.how.to_owned(),
        at_the_limit: policy::at_the_limit(policy).to_owned(),
        check: policy::check(policy).to_owned(),
        alternatives: needs
            .alternatives
            .iter()
            .filter(|a| a.policy != policy && can_set(a.policy))
            .cloned()
            .collect(),
        proposal: needs.proposal.clone(),
    }
}

/// The best candidate of every other service.
fn alternatives<'a, 'b>(selection: &'b Selection<'a>) -> impl Iterator<Item = &'b Priced<'a>> {
    let mut seen: Vec<Service> = selection.candidates.first().map(Priced::service).into_iter().collect();
    selection.candidates.iter().filter(move |priced| {
        let new = !seen.contains(&priced.service());
        if new {
            seen.push(priced.service());
        }
        new
    })
}
