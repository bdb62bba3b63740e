//! The bill at both ends of wide intervals, and which input narrows it most.

use schemars::JsonSchema;
use serde::Serialize;

use super::context::{Context, Priced};
use super::reselect;
use super::sites::Site;
use crate::cost::Sums;
use crate::profile::{Profile, Shape};
use crate::units::{Bytes, Count, Duration, Range, Rate, Usd};

/// A range whose high end is this many times its low end is worth a closer look.
const WIDE: f64 = 2.0;

/// What the choice's service would cost at both ends of every declared range.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Ends {
    /// Today's dollars a month if every range turns out at its low end, with the shape that one would buy then; none where a
    /// line of it has no price.
    pub low: Option<Usd>,
    /// That shape.
    pub low_shape: String,
    /// The same at the high ends.
    pub high: Option<Usd>,
    /// The shape for them.
    pub high_shape: String,
    /// Whether an estimated price is in either.
    pub estimate: bool,
    /// The input that alone moves the bill most, by its key in the profile.
    pub narrows_most: Option<Narrows>,
}

/// An input whose range decides most of the bill.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Narrows {
    /// For example `dataset[0].count`.
    pub input: String,
    /// Today's bill with this input at its low end, and the others in the middle; none where a line of it has no price.
    pub low: Option<Usd>,
    /// The same at its high end.
    pub high: Option<Usd>,
}

/// Where in its range an input is put.
#[derive(Clone, Copy)]
enum At {
    Low,
    Middle,
    High,
}

/// A range of the profile, whatever it measures.
trait Span {
    fn ratio(&self) -> f64;
    fn put(&mut self, at: At);
}

macro_rules! spans {
    ($($unit:ident),+) => {$(
        impl Span for Range<$unit> {
            fn ratio(&self) -> f64 {
                let (low, high) = (self.low.0, self.high.0);
                if high > low { high / low.max(f64::MIN_POSITIVE) } else { 1.0 }
            }

            fn put(&mut self, at: At) {
                let value = match at {
                    At::Low => self.low,
                    At::Middle => $unit(f64::midpoint(self.low.0, self.high.0)),
                    At::High => self.high,
                };
                *self = Range { low: value, high: value };
            }
        }
    )+};
}

spans!(Bytes, Count, Duration, Rate);

/// The ends of a choice; none without a wide range, or where the shape is pinned and only use could differ.
pub fn ends(context: &Context<'_>, choice: &Priced<'_>) -> Option<Ends> {
    let mut profile = context.profile.clone();
    let wide: Vec<String> = ranges(&mut profile)
        .into_iter()
        .filter(|(_, span)| span.ratio() >= WIDE)
        .map(|(path, _)| path)
        .collect();
    if wide.is_empty() || context.profile.pin.node_type.is_some() {
        return None;
    }
    let here =
        [Site { provider: choice.service().provider(), regions: Some(vec![choice.region.to_owned()]) }];
    let bill = |place: &dyn Fn(&str) -> At| {
        let mut profile = context.profile.clone();
        for (path, span) in ranges(&mut profile) {
            span.put(place(&path));
        }
        reselect::best(context, &profile, &here, Some(choice.service()))
    };
    let (low, high) = (bill(&|_| At::Low)?, bill(&|_| At::High)?);
    let alone = |input: &str| {
        let at = |end: At| bill(&|path| if path == input { end } else { At::Middle });
        Some((input.to_owned(), at(At::Low)?.sums, at(At::High)?.sums))
    };
    let most = match wide.as_slice() {
        [only] => Some((only.clone(), low.sums, high.sums)),
        several => {
            // What has no price is weighed by what stands in for it, and shown as not known.
            let moves = |low: &Sums, high: &Sums| (high.ranked().0 - low.ranked().0).abs();
            let alone = several.iter().filter_map(|input| alone(input));
            alone.max_by_key(|(_, low, high)| moves(low, high))
        }
    };
    let narrows_most = most.map(|(input, low, high)| Narrows { input, low: low.total(), high: high.total() });
    (low.sums.ranked() != high.sums.ranked()).then_some(Ends {
        low: low.sums.total(),
        low_shape: low.shape,
        high: high.sums.total(),
        high_shape: high.shape,
        estimate: low.sums.estimate || high.sums.estimate,
        narrows_most,
    })
}

/// Every range of a profile with its key.
fn ranges(profile: &mut Profile) -> Vec<(String, &mut dyn Span)> {
    let mut all: Vec<(String, &mut dyn Span)> = Vec::new();
    for (i, family) in profile.dataset.iter_mut().enumerate() {
        let at = |key: &str| format!("dataset[{i}].{key}");
        all.push((at("count"), &mut family.count.value));
        all.push((at("key_size"), &mut family.key_size.value));
        match &mut family.shape {
            Shape::String { value, .. } => all.push((at("value_size"), &mut value.value)),
            Shape::Hash { fields, field, value } => {
                all.push((at("fields"), &mut fields.value));
                all.push((at("field_size"), &mut field.value));
                all.push((at("value_size"), &mut value.value));
            }
            Shape::List { items, value } => {
                all.push((at("items"), &mut items.value));
                all.push((at("value_size"), &mut value.value));
            }
            Shape::Set { members, member, .. } | Shape::Zset { members, member, .. } => {
                all.push((at("members"), &mut members.value));
                all.push((at("member_size"), &mut member.value));
            }
            Shape::Stream { entries, field, value, .. } => {
                all.push((at("entries"), &mut entries.value));
                all.push((at("field_size"), &mut field.value));
                all.push((at("value_size"), &mut value.value));
            }
        }
    }
    for (i, function) in profile.placement.functions.iter_mut().enumerate() {
        all.push((
            format!("placement.functions[{i}].peak_concurrency"),
            &mut function.peak_concurrency.value,
        ));
    }
    all.push(("placement.worker_connections".into(), &mut profile.placement.worker_connections.value));
    let traffic = &mut profile.traffic;
    all.push(("traffic.peak.reads".into(), &mut traffic.peak.reads.value));
    all.push(("traffic.peak.writes".into(), &mut traffic.peak.writes.value));
    if let Some(average) = &mut traffic.average {
        all.push(("traffic.average.reads".into(), &mut average.reads.value));
        all.push(("traffic.average.writes".into(), &mut average.writes.value));
    }
    if let Some(pubsub) = &mut traffic.pubsub {
        all.push(("traffic.pubsub.publishes".into(), &mut pubsub.publishes.value));
        all.push(("traffic.pubsub.subscribers".into(), &mut pubsub.subscribers.value));
        all.push(("traffic.pubsub.message_size".into(), &mut pubsub.message_size.value));
    }
    all
}
