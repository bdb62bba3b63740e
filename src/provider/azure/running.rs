//! What runs, as a choice, and what only a look at all of it tells.

use super::kind::{classic, database, redis_enterprise, zone_group};
use super::names;
use crate::catalog::Service;
use crate::plan::{Observed, Ownership, Value};
use crate::profile::Pin;
use crate::provider::{Finding, Verdict};
use crate::units::{Engine, Source, Sourced};

/// The choice that runs; none if nothing of ours does.
pub fn current(seen: &[Observed]) -> Option<Pin> {
    let ours =
        |kind: &str| seen.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours);
    let Some(cluster) = ours(names::REDIS_ENTERPRISE) else { return classic::rules::current(seen) };
    let attribute = |name: &str| cluster.resource.attributes.get(name);
    let sku = attribute(redis_enterprise::SKU)?.as_text()?.to_owned();
    let copies = attribute(redis_enterprise::HIGH_AVAILABILITY)?.as_flag()?;
    let policy = ours(names::DATABASE).and_then(|o| o.resource.attributes.get(database::EVICTION)?.as_text());
    Some(Pin {
        service: Some(seen_now(Service::AzureManagedRedis)),
        engine: Some(seen_now(Engine::Redis)),
        node_type: Some(seen_now(sku)),
        shards: Some(seen_now(1)),
        replicas: Some(seen_now(u32::from(copies))),
        eviction_policy: policy.and_then(database::policy).map(seen_now),
        ..Pin::default()
    })
}

fn seen_now<T>(value: T) -> Sourced<T> {
    Sourced { value, source: Source::Observed { metric: "the cache that runs".into(), window: "now".into() } }
}

/// Whose the parts of a cluster are: they have no tags, and belong to whom it belongs to.
pub fn relate(all: &mut [Observed]) {
    for (whole, parts) in [
        (names::REDIS_ENTERPRISE, [names::DATABASE, names::ASSIGNMENT]),
        (names::CLASSIC, [names::ACCESS_POLICY, names::CLASSIC_ASSIGNMENT]),
    ] {
        let whole = all.iter().find(|o| o.resource.address.kind == whole);
        let Some(owner) = whole.map(|o| o.ownership.clone()) else { continue };
        for part in all.iter_mut().filter(|o| parts.contains(&o.resource.address.kind.as_str())) {
            part.ownership = owner.clone();
        }
    }
    zone_group::relate(all);
}

/// What should be seen on a cluster beside its attributes.
pub fn findings(is: &Observed) -> Vec<Finding> {
    let attribute = |name: &str| is.resource.attributes.get(name);
    let copies = attribute(redis_enterprise::HIGH_AVAILABILITY).and_then(Value::as_flag);
    let (Some(true), Some(mode)) = (copies, is.computed.get(redis_enterprise::REDUNDANCY)) else {
        return Vec::new();
    };
    // Where a region has zones the service spreads the copies by itself; nobody can ask for it.
    let (verdict, actual) = match mode.as_str() {
        "ZR" => (Verdict::Holds, "spread over zones".to_owned()),
        "LR" => {
            (Verdict::NotChecked, "all in one place: the region has no zones, or none with room".to_owned())
        }
        other => (Verdict::Fails, other.to_owned()),
    };
    vec![Finding {
        address: Some(is.resource.address.clone()),
        check: "copies".to_owned(),
        expected: "spread over zones".to_owned(),
        actual,
        verdict,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Resource;

    fn cluster() -> Observed {
        let resource = Resource::new(names::address(names::REDIS_ENTERPRISE, "shop"))
            .with(redis_enterprise::SKU, "Balanced_B5")
            .with(redis_enterprise::HIGH_AVAILABILITY, true);
        Observed::ours(resource)
    }

    #[test]
    fn what_runs_is_a_choice() {
        let policy = Resource::new(database::address("shop")).with(database::EVICTION, "AllKeysLFU");
        let pin = current(&[cluster(), Observed::ours(policy)]).unwrap();
        assert_eq!(pin.node_type.map(|of| of.value).as_deref(), Some("Balanced_B5"));
        assert_eq!(pin.replicas.map(|of| of.value), Some(1));
        assert_eq!(pin.eviction_policy.map(|of| of.value), Some(crate::units::Policy::AllkeysLfu));
        assert!(current(&[]).is_none());
    }

    #[test]
    fn parts_belong_to_whom_the_cluster_belongs_to() {
        let mut theirs = cluster();
        theirs.ownership = Ownership::Foreign { why: "no tag".to_owned() };
        let mut all = [theirs, Observed::ours(Resource::new(database::address("shop")))];
        relate(&mut all);
        assert!(matches!(all[1].ownership, Ownership::Foreign { .. }));
    }

    #[test]
    fn copies_in_one_place_are_said() {
        let mut is = cluster();
        assert!(findings(&is).is_empty());
        for (mode, verdict) in [("ZR", Verdict::Holds), ("LR", Verdict::NotChecked), ("None", Verdict::Fails)]
        {
            is.computed.insert(redis_enterprise::REDUNDANCY.to_owned(), mode.to_owned());
            assert_eq!(findings(&is)[0].verdict, verdict, "{mode}");
        }
    }
}
