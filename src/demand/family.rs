//! One key family: how many keys, how large, how often used.

use serde::Serialize;

use super::growth::Growth;
use super::operations::count;
use super::share::{Share, shares};
use crate::profile::{Family, Profile, Reads, Role, Shape};
use crate::units::{Assumption, Bytes, Interval, Range};

/// A family's numbers that do not depend on the server.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FamilyDemand {
    /// The key pattern.
    pub keys: String,
    /// Keys today.
    pub count_now: Interval,
    /// Keys at the horizon.
    pub count: Interval,
    /// Whether every key has a time to live.
    pub has_ttl: bool,
    /// Whether the keys may be lost.
    pub role: Role,
    /// Share of all reads and writes, from 0 to 1.
    pub share: Interval,
    /// Length of a key.
    pub key_size: Interval,
    /// Share of all reads and writes that the hottest key of the family takes at most, from 0 to 1.
    pub hottest_key: f64,
    /// Bytes of payload that one command moves, without protocol.
    pub payload_per_command: Interval,
    /// Bytes of the smallest whole value in the declared ranges.
    pub smallest_value: f64,
    /// Bytes of the largest whole value in the declared ranges.
    pub largest_value: f64,
    /// Bytes of its largest element; of a string, the value.
    pub largest_element: f64,
    /// Bytes of payload of the largest single command.
    pub largest_command: f64,
    /// Bytes of payload in the whole family today: what a service meters that does not show `used_memory`.
    pub payload_now: Interval,
}

/// Every family with its share of the traffic.
pub fn families(profile: &Profile, growth: Growth, assumptions: &mut Vec<Assumption>) -> Vec<FamilyDemand> {
    if profile.dataset.len() > 1 && profile.dataset.iter().any(|f| f.share.is_none()) {
        assumptions.push(
            Assumption::new(
                "traffic by family",
                "in proportion to the number of keys",
                "no share is declared for at least one family",
            )
            .replaced_by("dataset[].share"),
        );
    }
    profile
        .dataset
        .iter()
        .zip(shares(profile))
        .map(|(family, share)| family_demand(family, share, growth))
        .collect()
}

fn family_demand(family: &Family, share: Share, growth: Growth) -> FamilyDemand {
    let count_now = count(family.count.value);
    let (whole, element) = payload(&family.shape);
    let key = bytes(family.key_size.value);
    FamilyDemand {
        keys: family.keys.clone(),
        count_now,
        count: growth.at_horizon(count_now),
        has_ttl: family.ttl.is_some(),
        role: family.role.value,
        share: share.share,
        key_size: key,
        hottest_key: share.hottest,
        payload_per_command: match family.reads.value {
            Reads::Whole => whole,
            Reads::Element => element,
        },
        smallest_value: whole.low,
        largest_value: whole.high,
        largest_element: element.high,
        largest_command: match family.reads.value {
            Reads::Whole => whole.high,
            Reads::Element => element.high,
        },
        payload_now: count_now * (whole + key),
    }
}

/// Payload of a whole value and of one of its elements.
fn payload(shape: &Shape) -> (Interval, Interval) {
    /// Length of a decimal score on the wire.
    const SCORE: f64 = 8.0;
    match shape {
        Shape::String { value, .. } => (bytes(value.value), bytes(value.value)),
        Shape::Hash { fields, field, value } => {
            let element = bytes(field.value) + bytes(value.value);
            (count(fields.value) * element, element)
        }
        Shape::List { items, value } => (count(items.value) * bytes(value.value), bytes(value.value)),
        Shape::Set { members, member, .. } => {
            (count(members.value) * bytes(member.value), bytes(member.value))
        }
        Shape::Zset { members, member, .. } => {
            let element = bytes(member.value) + Interval::exact(SCORE);
            (count(members.value) * element, element)
        }
        Shape::Stream { entries, fields, field, value } => {
            let element = (bytes(field.value) + bytes(value.value)) * fields.value.0;
            (count(entries.value) * element, element)
        }
    }
}

pub(super) fn bytes(range: Range<Bytes>) -> Interval {
    Interval::between(range.low.0, range.high.0)
}

/// The mean of a figure over the commands of all families. Where shares are open, the ends are the least and the most
/// that any division of the traffic makes of it.
pub fn over_shares(families: &[FamilyDemand], figure: impl Fn(&FamilyDemand) -> Interval) -> Interval {
    let figures: Vec<(Interval, Interval)> = families.iter().map(|f| (f.share, figure(f))).collect();
    let likely = figures.iter().map(|(share, figure)| share.likely * figure.likely).sum();
    let divided: f64 = figures.iter().map(|(share, _)| share.likely).sum();
    let end = |of: &dyn Fn(&Interval) -> f64, up: f64| {
        let mut order: Vec<(Interval, f64)> = figures.iter().map(|(share, f)| (*share, of(f))).collect();
        order.sort_by(|a, b| (up * b.1).total_cmp(&(up * a.1)));
        // Everybody has the least; what is left goes to those who weigh most, up to their most.
        let least: f64 = order.iter().map(|(share, _)| share.low).sum();
        let mut left = (divided - least).max(0.0);
        let mut sum = 0.0;
        for (share, figure) in order {
            let more = left.min(share.high - share.low);
            left -= more;
            sum += (share.low + more) * figure;
        }
        sum
    };
    Interval::new(end(&|f| f.low, -1.0), likely, end(&|f| f.high, 1.0))
}
