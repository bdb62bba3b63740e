//! A choice over the months ahead: what each of them costs, and what will change the bill on a known day.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::context::{self, Asked, Context};
use super::scaled::grown;
use super::select::{select, sizers};
use super::{Candidate, Check, Options, Recommendation, Site, billed_usage, policy};
use crate::catalog::{Catalog, ExtendedSupport, Offering, Service, ServiceInfo};
use crate::cost::{Billed, Ends, Usage, sums};
use crate::demand::{Demand, Growth, Sizer};
use crate::memory::Server;
use crate::profile::{Availability, Profile};
use crate::units::{Commitment, Figure, Usd};

/// Months of the calendar.
pub const MONTHS: u32 = 24;
/// Months whose bills are known: the longest term.
const BILLS: u32 = 36;
/// So many larger shapes one after another are looked for.
const STEPS: u32 = 8;

/// The months ahead of one choice.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// What each month costs, with the upfront payment spread over the term; the first one begins on the day of the
    /// estimate.
    pub months: Vec<Figure<Usd>>,
    /// What changes the bill, soonest first.
    pub cliffs: Vec<Cliff>,
    /// The month, from 0, from which a larger shape is billed.
    pub resized: Option<u32>,
    /// Bytes of each key family today, with the server's overhead, in the order of the profile.
    pub family_bytes: Vec<f64>,
}

/// A day on which the bill or the choice changes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cliff {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// Days from the day of the estimate; below 0 for what has begun already.
    pub days: i32,
    /// What happens.
    pub kind: CliffKind,
    /// In words, with what to do about it.
    pub text: String,
    /// Dollars a month more, from that day; none where that is not known.
    pub monthly: Option<Usd>,
}

/// Kinds of dated changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CliffKind {
    /// Standard support of the engine version ends, and a surcharge begins or rises.
    ExtendedSupport,
    /// The service, the node type or the support of the version ends: after it nothing is for sale.
    Retirement,
    /// The reservation ends, if it begins on the day of the estimate.
    ReservationEnd,
    /// Growth fills the shape.
    Growth,
}

impl CliffKind {
    /// As reports spell it.
    pub fn id(self) -> &'static str {
        match self {
            Self::ExtendedSupport => "extended-support",
            Self::Retirement => "retirement",
            Self::ReservationEnd => "reservation-end",
            Self::Growth => "growth",
        }
    }
}

/// What the months are computed from.
struct Course<'a> {
    profile: &'a Profile,
    catalog: &'a Catalog,
    candidate: &'a Candidate,
    demand: &'a Demand,
    as_of: Date,
    subject: Billed<'a>,
    usage: Usage,
}

/// The months ahead of the choice, or of a pinned shape that does not fit; none for a machine of one's own.
pub fn projection(
    profile: &Profile,
    catalog: &Catalog,
    options: &Options,
    answer: &Recommendation,
) -> Option<Projection> {
    let candidate = answer.choice.as_ref().or(answer.pinned_misfit.as_ref())?;
    let deployment = &candidate.deployment;
    let service = deployment.service;
    let node = catalog.node_type(service, deployment.node_type.as_deref()?).ok()?;
    let subject = Billed {
        offering: Offering::new(node, deployment.engine, &deployment.version),
        topology: candidate.layout,
        region: &deployment.region,
        commitment: deployment.commitment,
        multi_az: profile.requirements.availability.value == Availability::MultiAz,
        as_of: options.as_of,
    };
    let minor = if deployment.version.contains('.') { "" } else { ".0" };
    let server = Server::new(&format!("{}-{}{minor}", deployment.engine, deployment.version), None).ok()?;
    let sizer = Sizer::new(profile, &answer.demand, server);
    let metered = ServiceInfo::of(service).metered.as_ref();
    let usage = billed_usage::usage(profile, &answer.demand, &sizer, metered, &deployment.region);
    let family_bytes = sizer.families().iter().map(|f| f.total_now.likely).collect();
    let course =
        Course { profile, catalog, candidate, demand: &answer.demand, as_of: options.as_of, subject, usage };
    let mut cliffs: Vec<Cliff> = course.support().into_iter().chain(course.last_day()).collect();
    let Grown { months, resized, at_end } = course.grow(&mut cliffs);
    cliffs.extend(course.reservation(at_end));
    cliffs.sort_by(|a, b| (&a.date, a.kind).cmp(&(&b.date, b.kind)));
    Some(Projection { months, cliffs, resized, family_bytes })
}

/// A shape from the month on in which it takes over.
struct Stage {
    from: u32,
    shape: String,
    checks: Vec<Check>,
    growth: Growth,
    /// Its bills, from that month on.
    months: Vec<Figure<Usd>>,
    /// Dollars a month more once a reservation of it has ended.
    unreserved: Option<Usd>,
}

/// The months ahead, with one shape after another.
struct Grown {
    months: Vec<Figure<Usd>>,
    /// The month, from 0, from which a larger shape is billed.
    resized: Option<u32>,
    /// The shape in force when the reservation ends.
    at_end: AtEnd,
}

/// What a reservation's end means for the shape that is in force then.
struct AtEnd {
    /// The shape; none if it is today's.
    shape: Option<String>,
    /// Dollars a month more on demand; none where that is not known.
    monthly: Option<Usd>,
}

impl Stage {
    /// The first month whose demand is more than the shape may use; what does not grow with the data is left out.
    fn full(&self) -> Option<u32> {
        let fits = |month: u32| {
            let more = self.growth.after(f64::from(month)) / self.growth.factor;
            self.checks.iter().filter(|check| check.constraint.grows()).all(|check| {
                let capacity = check.capacity.known().copied().unwrap_or(f64::INFINITY);
                check.demand * more <= capacity * check.allowed
            })
        };
        // A shape that does not fit today is told by a gate.
        fits(0).then(|| (1..BILLS - self.from).find(|month| !fits(*month)))?.map(|month| self.from + month)
    }
}

/// The days on which a surcharge begins or rises, with the verb.
fn surcharges(subject: &Billed<'_>) -> impl Iterator<Item = (Date, &'static str)> + use<> {
    let dates = (subject.service() == Service::ElastiCache)
        .then(|| ExtendedSupport::of(subject.offering.engine, subject.offering.version))
        .flatten();
    dates.into_iter().flat_map(|dates| [(dates.from, "begins"), (dates.third_year_from, "doubles")])
}

/// Dollars a month more where a reservation has ended: on demand less reserved.
fn unreserved(catalog: &Catalog, subject: &Billed<'_>, usage: &Usage) -> Option<Usd> {
    let on_demand = Billed { commitment: Commitment::OnDemand, ..*subject };
    let total = |subject: &Billed<'_>| sums(catalog, subject, usage).total();
    Some(total(&on_demand)? - total(subject)?)
}

/// A month's bill, from a day to the one before `to`: where a surcharge begins in it, each part by its days.
fn bill_of_month(
    catalog: &Catalog,
    subject: &Billed<'_>,
    (from, to): (Date, Date),
    usage: &Usage,
) -> Figure<Usd> {
    let on = |as_of| bill(catalog, &Billed { as_of, ..*subject }, usage);
    let before = on(from);
    let Some((step, _)) = surcharges(subject).find(|(day, _)| from < *day && *day < to) else {
        return before;
    };
    let days = |to: Date| from.until(to).map_or(0, |span| span.get_days());
    match (before, on(step)) {
        (Figure::Known(before), Figure::Known(after)) => {
            let share = Decimal::from(days(to) - days(step)) / Decimal::from(days(to).max(1));
            Figure::Known(Usd(before.0 + ((after - before).0 * share).round_dp(6)))
        }
        (Figure::Known(_), unknown) | (unknown, _) => unknown,
    }
}

fn bill(catalog: &Catalog, subject: &Billed<'_>, usage: &Usage) -> Figure<Usd> {
    if let Some(why) = subject.ended() {
        return Figure::unknown(why);
    }
    sums(catalog, subject, usage)
        .total()
        .map_or_else(|| Figure::unknown("a line has no price"), Figure::Known)
}

impl Course<'_> {
    fn day(&self, month: u32) -> Date {
        self.as_of.checked_add(i64::from(month).months()).unwrap_or(self.as_of)
    }

    fn after(&self, month: u32) -> f64 {
        if self.demand.held.is_some() { 1.0 } else { self.demand.growth.after(f64::from(month)) }
    }

    fn bill(&self, month: u32) -> Figure<Usd> {
        bill_of_month(self.catalog, &self.subject, self.month(month), &self.usage.scaled(self.after(month)))
    }

    /// The first day of a month, and that of the next.
    fn month(&self, month: u32) -> (Date, Date) {
        (self.day(month), self.day(month + 1))
    }

    /// The month, from 0, at whose start the reservation ends, as far as the calendar goes.
    fn term_end(&self) -> Option<u32> {
        self.subject.commitment.years().map(|years| years * 12).filter(|months| *months <= MONTHS)
    }

    /// Every month's bill, with the next shape from each month on in which growth has filled the one before.
    fn grow(&self, cliffs: &mut Vec<Cliff>) -> Grown {
        let growth = self.demand.growth;
        let mut months: Vec<Figure<Usd>> = (0..BILLS).map(|month| self.bill(month)).collect();
        let mut resized = None;
        let today = unreserved(self.catalog, &self.subject, &self.usage);
        let mut at_end = AtEnd { shape: None, monthly: today };
        if growth.factor <= 1.0 || self.demand.held.is_some() {
            return Grown { months, resized, at_end };
        }
        let (shape, checks) = (self.candidate.shape.clone(), self.candidate.checks.clone());
        let mut stage = Stage { from: 0, shape, checks, growth, months: Vec::new(), unreserved: today };
        for step in 0..=STEPS {
            let Some(month) = stage.full() else { break };
            resized.get_or_insert(month);
            let at = month as usize;
            let next = (step < STEPS).then(|| self.larger(month)).flatten();
            let before = months[at - 1].known().copied();
            let why = if step < STEPS {
                "growth fills the shape, and no larger one fits the profile"
            } else {
                "growth fills one shape after another; so far ahead none is looked for"
            };
            for (later, usd) in months.iter_mut().skip(at).enumerate() {
                let then = next.as_ref().and_then(|next| next.months.get(later));
                *usd = then.cloned().unwrap_or_else(|| Figure::unknown(why));
            }
            if month <= MONTHS {
                let monthly = months[at].known().zip(before).map(|(after, before)| *after - before);
                cliffs.push(self.filled(month, &stage.shape, next.as_ref(), step < STEPS, monthly));
            }
            if self.term_end().is_some_and(|end| month <= end) {
                let shape = next
                    .as_ref()
                    .map_or_else(|| "a shape that is not known".into(), |next| next.shape.clone());
                at_end =
                    AtEnd { shape: Some(shape), monthly: next.as_ref().and_then(|next| next.unreserved) };
            }
            match next {
                Some(next) => stage = next,
                None => break,
            }
        }
        Grown { months, resized, at_end }
    }

    /// The best shape of the same service for the profile as it will be then.
    fn larger(&self, month: u32) -> Option<Stage> {
        let mut profile = grown(self.profile, self.after(month));
        profile.pin.node_type = None;
        profile.pin.shards = None;
        let demand = Demand::of(&profile);
        let needs = policy::needs(&profile, &demand);
        let sites = [Site {
            provider: self.subject.offering.service().provider(),
            regions: Some(vec![self.subject.region.to_owned()]),
        }];
        let context = Context {
            profile: &profile,
            demand: &demand,
            policy: &needs,
            catalog: self.catalog,
            sites: &sites,
            only: Some(self.subject.offering.service()),
            as_of: self.day(month),
            host: None,
            asked: Asked::Best,
        };
        let sizers = sizers(&context);
        let selection = select(&context, &sizers);
        let first = selection.candidates.first()?;
        let shape = &first.fit.shape;
        let usage = context::usage_of(&context, sizers.of(&shape.offering)?, &shape.offering, first.region);
        let subject = context::billed(&context, shape, first.region, first.commitment);
        let growth = demand.growth;
        let bill = |later: u32| {
            let usage = usage.scaled(growth.after(f64::from(later)));
            bill_of_month(self.catalog, &subject, self.month(month + later), &usage)
        };
        let months = (0..BILLS - month).map(bill).collect();
        let unreserved = unreserved(self.catalog, &subject, &usage);
        let (shape, checks) = (shape.summary(), first.fit.checks.clone());
        Some(Stage { from: month, shape, checks, growth, months, unreserved })
    }

    fn days(&self, date: Date) -> i32 {
        self.as_of.until(date).map_or(0, |span| span.get_days())
    }

    fn cliff(&self, date: Date, kind: CliffKind, text: String, monthly: Option<Usd>) -> Cliff {
        Cliff { date: date.to_string(), days: self.days(date), kind, text, monthly }
    }

    /// What a day changes in the bill of today's use.
    fn rise(&self, from: Date, to: Date) -> Option<Usd> {
        let on = |day| sums(self.catalog, &Billed { as_of: day, ..self.subject }, &self.usage).total();
        Some(on(to)? - on(from)?)
    }

    fn support(&self) -> Vec<Cliff> {
        let version = self.subject.offering.version;
        let ahead =
            surcharges(&self.subject).filter(|(date, _)| *date > self.as_of && *date <= self.day(MONTHS));
        ahead
            .map(|(date, what)| {
                let before = date.yesterday().unwrap_or(date);
                let text = format!(
                    "the surcharge for extended support of Redis {version} {what}; an upgrade to Valkey or Redis 7 avoids it"
                );
                self.cliff(date, CliffKind::ExtendedSupport, text, self.rise(before, date))
            })
            .collect()
    }

    /// The last day of the service, of the node type, or of the version.
    fn last_day(&self) -> Option<Cliff> {
        let (day, what) = self.subject.last_day()?;
        let text = match (what, day < self.as_of) {
            (Ends::Sale(name), false) => format!("{name} is retired; move the data before"),
            (Ends::Sale(name), true) => format!("{name} was retired; move the data"),
            (Ends::Support(version), false) => format!(
                "extended support of Redis {version} ends, and it is for sale no longer; upgrade before to Valkey or Redis 7"
            ),
            (Ends::Support(version), true) => {
                format!("extended support of Redis {version} has ended; upgrade to Valkey or Redis 7")
            }
        };
        (day <= self.day(MONTHS)).then(|| self.cliff(day, CliffKind::Retirement, text, None))
    }

    fn reservation(&self, at_end: AtEnd) -> Option<Cliff> {
        let (term, months) = (self.subject.commitment, self.term_end()?);
        let then = at_end.shape.map_or_else(String::new, |shape| format!(", when growth has led to {shape}"));
        let text =
            format!("the {term} reservation ends if it begins today{then}; renew it, or pay on demand");
        Some(self.cliff(self.day(months), CliffKind::ReservationEnd, text, at_end.monthly))
    }

    fn filled(
        &self,
        month: u32,
        shape: &str,
        next: Option<&Stage>,
        looked: bool,
        monthly: Option<Usd>,
    ) -> Cliff {
        let text = match next {
            Some(next) => format!("growth fills {shape}; {} is next", next.shape),
            None if looked => format!("growth fills {shape}, and no larger shape of the service fits"),
            None => format!("growth fills {shape}; so far ahead no larger shape is looked for"),
        };
        self.cliff(self.day(month), CliffKind::Growth, text, monthly)
    }
}
