//! The rejected, grouped by what decides it.

use std::collections::BTreeMap;

use super::check::Rejected;
use super::check::{Constraint, Rejection};
use super::outcome::RejectedGroup;

/// One group a service and deciding constraint, the largest first.
pub fn group(rejected: &[Rejected]) -> Vec<RejectedGroup> {
    let mut groups: BTreeMap<(&str, Constraint), Vec<&Rejected>> = BTreeMap::new();
    for one in rejected {
        if let Some(rejection) = one.rejections.first() {
            groups.entry((one.service, rejection.constraint)).or_default().push(one);
        }
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|((service, constraint), members)| RejectedGroup {
            constraint,
            service: service.to_owned(),
            count: members.len(),
            nearest: nearest(&members),
        })
        .collect();
    groups.sort_by(|a, b| {
        // What is pinned elsewhere says nothing about fit.
        let pinned = |g: &RejectedGroup| g.constraint == Constraint::Pin;
        (pinned(a).cmp(&pinned(b)))
            .then_with(|| b.count.cmp(&a.count))
            .then_with(|| (&a.service, a.constraint).cmp(&(&b.service, b.constraint)))
    });
    groups
}

/// The member that misses by the smallest factor.
fn nearest(members: &[&Rejected]) -> String {
    let missing = |rejection: &Rejection| match (rejection.demand, rejection.capacity) {
        (Some(demand), Some(capacity)) if capacity > 0.0 => demand / capacity,
        _ => f64::INFINITY,
    };
    let of = |r: &Rejected| r.rejections.first().map_or(f64::INFINITY, missing);
    let best =
        members.iter().min_by(|a, b| of(a).total_cmp(&of(b)).then_with(|| a.node_type.cmp(b.node_type)));
    best.map_or_else(String::new, |r| {
        let why = r.rejections.first().map_or("", |e| e.why.as_str());
        let shards = if r.shards > 1 { format!(" at {} shards", r.shards) } else { String::new() };
        format!("{}{shards}: {why}", r.node_type)
    })
}
