//! One profile that asks for what several caches ask for: their data and load added up, of what is required the strictest.

use crate::deployment::Pin;
use crate::profile::{
    Access, Application, Availability, DayShape, Network, Placement, Profile, Requirements, Security, Skew,
    Traffic,
};
use crate::units::{Bytes, Count, Policy, Range, Rate, ReadsFrom, Sourced, Usd, UsdPerMonth};

/// A cache that is small, and what it asks for.
pub struct Small<'a> {
    pub name: &'a str,
    pub profile: &'a Profile,
    pub monthly: Usd,
    pub policy: Option<Policy>,
}

/// All of them as one; none without any. `policy` is the one that all of them have.
pub fn joined(group: &[Small<'_>], policy: Option<Policy>) -> Option<Profile> {
    let (first, rest) = group.split_first()?;
    let mut all = first.profile.clone();
    for family in &mut all.dataset {
        family.keys = format!("{}:{}", first.name, family.keys);
    }
    for small in rest {
        let profile = small.profile;
        all.dataset.extend(profile.dataset.iter().cloned().map(|mut family| {
            family.keys = format!("{}:{}", small.name, family.keys);
            family
        }));
        take_more(&mut all.growth.rate, &profile.growth.rate, |one| one.0);
        take_more(&mut all.growth.horizon, &profile.growth.horizon, |one| one.0);
        traffic(&mut all.traffic, &profile.traffic);
        placement(&mut all.placement, &profile.placement);
        application(&mut all.application, &profile.application);
        requirements(&mut all.requirements, &profile.requirements);
        security(&mut all.security, &profile.security);
        pin(&mut all.pin, &profile.pin);
    }
    if let (Some(value), Some(family)) = (policy, all.dataset.first()) {
        let source = family.count.source.clone();
        all.pin.eviction_policy.get_or_insert(Sourced { value, source });
    }
    // Shares of families are of their own profiles.
    all.dataset.iter_mut().for_each(|family| family.share = None);
    Some(all)
}

/// What one of the profiles says that no other may say otherwise: of these there is no stricter one.
pub fn terms(profile: &Profile) -> String {
    let Requirements { engine, clustering, throughput_per_core, throughput_by_family, .. } =
        &profile.requirements;
    let families = throughput_by_family.iter();
    let families =
        families.map(|one| format!("{} {}", one.family.value, one.per_core.value)).collect::<Vec<_>>();
    format!(
        "{:?} {clustering:?} {:?} {}",
        engine.as_ref().map(|engine| engine.value),
        throughput_per_core.as_ref().map(|rate| rate.value),
        families.join(" ")
    )
}

/// The larger of two.
fn take_more<T: Clone>(one: &mut Sourced<T>, other: &Sourced<T>, size: impl Fn(&T) -> f64) {
    if size(&other.value) > size(&one.value) {
        *one = other.clone();
    }
}

/// Both added up, where both say something; else what one of them says.
fn added<T: Clone>(one: &mut Option<T>, other: Option<&T>, add: impl Fn(&mut T, &T)) {
    match (one.as_mut(), other) {
        (Some(one), Some(other)) => add(one, other),
        (None, Some(other)) => *one = Some(other.clone()),
        (_, None) => {}
    }
}

/// Texts of both, each once.
fn united(one: &mut Vec<String>, other: &[String]) {
    one.extend_from_slice(other);
    one.sort();
    one.dedup();
}

fn traffic(all: &mut Traffic, more: &Traffic) {
    add_rates(&mut all.peak.reads.value, more.peak.reads.value);
    add_rates(&mut all.peak.writes.value, more.peak.writes.value);
    match all.average.as_mut().zip(more.average.as_ref()) {
        Some((sum, more)) => {
            add_rates(&mut sum.reads.value, more.reads.value);
            add_rates(&mut sum.writes.value, more.writes.value);
        }
        None => all.average = None,
    }
    if all.shape.value != more.shape.value || all.time_zone.value != more.time_zone.value {
        // Without a common day, the mean is at most the peak.
        all.shape.value = DayShape::Flat;
    }
    let exponent = |skew: &Skew| match skew {
        Skew::Uniform => 0.0,
        Skew::Zipf(exponent) => *exponent,
    };
    let Access { skew, trace, curve, .. } = &mut all.access;
    take_more(skew, &more.access.skew, exponent);
    // What was learned of one is not what all of them do.
    (*trace, *curve) = (None, None);
    take_more(&mut all.complex, &more.complex, |one| one.0);
    take_more(&mut all.pipeline, &more.pipeline, |one| -one.0);
    added(&mut all.pubsub, more.pubsub.as_ref(), |sum, more| {
        add_rates(&mut sum.publishes.value, more.publishes.value);
        take_more(&mut sum.subscribers, &more.subscribers, |one| one.high.0);
        take_more(&mut sum.message_size, &more.message_size, |one| one.high.0);
    });
    added(&mut all.new_connections, more.new_connections.as_ref(), |sum, more| {
        sum.value = Rate(sum.value.0 + more.value.0);
    });
}

fn placement(all: &mut Placement, more: &Placement) {
    all.functions.extend(more.functions.iter().cloned());
    let sum = &mut all.worker_connections.value;
    let other = more.worker_connections.value;
    *sum = Range { low: Count(sum.low.0 + other.low.0), high: Count(sum.high.0 + other.high.0) };
    take_more(&mut all.zones, &more.zones, |zones| f64::from(zones.count()));
    if more.reads_from.value == ReadsFrom::Primary {
        all.reads_from = more.reads_from.clone();
    }
    united(&mut all.read_regions, &more.read_regions);
}

fn application(all: &mut Application, more: &Application) {
    united(&mut all.commands, &more.commands);
    added(&mut all.across_slots, more.across_slots.as_ref(), |all, more| united(all, more));
    all.databases = all.databases.max(more.databases);
}

/// What `terms` compares is the same in both.
fn requirements(all: &mut Requirements, more: &Requirements) {
    if more.availability.value == Availability::MultiAz {
        all.availability = more.availability.clone();
    }
    match (&mut all.p99_latency, &more.p99_latency) {
        (Some(one), Some(other)) => take_more(one, other, |time| -time.0),
        (None, Some(other)) => all.p99_latency = Some(other.clone()),
        (_, None) => {}
    }
    // Without a cost of misses all keys must fit: then they must for all.
    all.miss_cost = all
        .miss_cost
        .take()
        .zip(more.miss_cost.clone())
        .map(|(one, other)| if other.value.0 > one.value.0 { other } else { one });
    all.budget = all
        .budget
        .take()
        .zip(more.budget.clone())
        .map(|(one, other)| Sourced { value: UsdPerMonth(one.value.0 + other.value.0), source: one.source });
    take_more(&mut all.backup_retention, &more.backup_retention, |days| days.0);
    all.logs.slow = all.logs.slow.max(more.logs.slow);
    all.logs.engine = all.logs.engine.max(more.logs.engine);
    all.minimum.data = Bytes(all.minimum.data.0 + more.minimum.data.0);
    all.minimum.work = Rate(all.minimum.work.0 + more.minimum.work.0);
    take_more(&mut all.headroom, &more.headroom, |share| share.0);
    // Only what all of them admit.
    take_more(&mut all.allow_retiring, &more.allow_retiring, |admits| f64::from(u8::from(!admits)));
    take_more(&mut all.allow_preview, &more.allow_preview, |admits| f64::from(u8::from(!admits)));
    added(&mut all.operations, more.operations.as_ref(), |_, _| {});
}

fn security(all: &mut Security, more: &Security) {
    if more.network.value == Network::Private {
        all.network = more.network.clone();
    }
    united(&mut all.allow_from, &more.allow_from);
    all.access_keys &= more.access_keys;
    all.users.extend(more.users.iter().cloned());
}

/// What one of them holds on to, all of them do: one shard where one client does not speak the cluster protocol.
fn pin(all: &mut Pin, more: &Pin) {
    added(&mut all.shards, more.shards.as_ref(), |one, other| {
        if other.value < one.value {
            *one = other.clone();
        }
    });
    added(&mut all.replicas, more.replicas.as_ref(), |one, other| {
        if other.value > one.value {
            *one = other.clone();
        }
    });
    added(&mut all.eviction_policy, more.eviction_policy.as_ref(), |_, _| {});
}

/// Peaks add up: nothing says that they come at different times.
fn add_rates(sum: &mut Range<Rate>, more: Range<Rate>) {
    *sum = Range { low: Rate(sum.low.0 + more.low.0), high: Rate(sum.high.0 + more.high.0) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse;

    const STRICT: &str = "growth: { rate: 60% per month, horizon: 9 months }
application: { commands: [eval, mget], databases: 4 }
requirements: { headroom: 60%, backup_retention: 9 days, p99_latency: 2ms, availability: multi-az }
";
    const LAX: &str = "growth: { rate: 1% per month, horizon: 3 months }
application: { commands: [get, mget], databases: 2 }
requirements: { headroom: 10%, backup_retention: 1 day, p99_latency: 9ms, availability: single, miss_cost: 5 USD per million }
";

    fn profile(name: &str, more: &str) -> Profile {
        let text = format!(
            "name: {name}\nplacement: {{ provider: aws, region: us-east-1 }}\ndataset:\n  - {{ keys: \"a:*\", type: string, \
             count: 100k, value_size: 1KB }}\ntraffic: {{ peak: {{ reads: 40/s, writes: 10/s }} }}\n{more}"
        );
        parse(text.as_bytes(), name).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    }

    #[test]
    fn of_what_is_required_the_strictest_holds_whoever_comes_first() {
        let (strict, lax) = (profile("strict", STRICT), profile("lax", LAX));
        let small = |profile| Small { name: "any", profile, monthly: Usd::ZERO, policy: None };
        for group in [[small(&strict), small(&lax)], [small(&lax), small(&strict)]] {
            let all = joined(&group, Some(Policy::AllkeysLru)).expect("there are two");
            let (mine, theirs) = (&all.requirements, &strict.requirements);
            assert_eq!(all.growth.rate.value, strict.growth.rate.value);
            assert_eq!(all.growth.horizon.value, strict.growth.horizon.value);
            assert_eq!(mine.headroom.value, theirs.headroom.value);
            assert_eq!(mine.backup_retention.value, theirs.backup_retention.value);
            assert_eq!(mine.availability.value, Availability::MultiAz);
            let latency = |of: &Requirements| of.p99_latency.as_ref().map(|time| time.value);
            assert_eq!(latency(mine), latency(theirs));
            assert!(mine.miss_cost.is_none(), "the keys of one of them must all fit");
            assert_eq!(all.application.commands, ["eval", "get", "mget"]);
            assert_eq!(all.application.databases, Some(4));
            assert_eq!((all.traffic.peak.reads.value.high, all.dataset.len()), (Rate(80.0), 2));
            assert_eq!(all.pin.eviction_policy.map(|policy| policy.value), Some(Policy::AllkeysLru));
        }
    }
}
