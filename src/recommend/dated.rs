//! What a known day changes in a bill, in a sentence beside it.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::context::{Context, Priced, Sizers, billed, usage_of};
use super::projection::MONTHS;
use crate::catalog::ExtendedSupport;
use crate::cost::{Billed, Ends, Usage, sums};
use crate::units::{Service, Usd};

/// The next surcharge and the last day, as far ahead as the calendar of `cost` looks.
pub fn notes(context: &Context<'_>, sizers: &Sizers<'_>, priced: &Priced<'_>) -> Vec<String> {
    let shape = &priced.fit.shape;
    let billed = billed(context, shape, priced.region, priced.commitment);
    let usage = sizers.of(&shape.offering).map(|s| usage_of(context, s, &shape.offering, priced.region));
    let (Ok(until), Some(usage)) = (context.as_of.checked_add(i64::from(MONTHS).months()), usage) else {
        return Vec::new();
    };
    surcharge(context, &billed, &usage, until).into_iter().chain(last_day(&billed, until)).collect()
}

fn surcharge(context: &Context<'_>, billed: &Billed<'_>, usage: &Usage, until: Date) -> Option<String> {
    let version = billed.offering.version;
    let dates = (billed.service() == Service::ElastiCache)
        .then(|| ExtendedSupport::of(billed.offering.engine, version))
        .flatten()?;
    let mut steps = [(dates.from, "begins"), (dates.third_year_from, "doubles")].into_iter();
    let (day, what) = steps.find(|(day, _)| *day > context.as_of && *day <= until)?;
    let on = |as_of| sums(context.catalog, &Billed { as_of, ..*billed }, usage).total();
    let more = on(day).zip(day.yesterday().ok().and_then(on)).map(|(after, before)| after - before);
    let more = more.filter(|usd| *usd > Usd::ZERO).map_or_else(
        || "by an amount that is not known".to_owned(),
        |usd| format!("by {usd} USD a month, which the total leaves out"),
    );
    Some(format!(
        "Dearer from {day} on {more}: the surcharge for extended support of Redis {version} {what}; Valkey or Redis 7 avoids it."
    ))
}

fn last_day(billed: &Billed<'_>, until: Date) -> Option<String> {
    let (day, what) = billed.last_day().filter(|(day, _)| *day >= billed.as_of && *day <= until)?;
    Some(match what {
        Ends::Sale(name) => format!("{name} is retired on {day}: move the data before."),
        Ends::Support(version) => {
            format!("Extended support of Redis {version} ends on {day}: upgrade to Valkey or Redis 7 before.")
        }
    })
}
