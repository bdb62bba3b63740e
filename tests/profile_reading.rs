//! Reading a profile: what is accepted, what follows from it.

use cachefit::profile::{
    Auth, Availability, DayShape, Environment, Network, Permission, Profile, Reads, Role, Shape, Skew, parse,
    template,
};
use cachefit::units::{Commitment, Engine, Provider, Source};

/// The profile of the design document.
const DESIGN: &str = include_str!("data/profile/design.yaml");

fn read(text: &str) -> Profile {
    parse(text.as_bytes(), "test.yaml").unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn the_profile_of_the_design_is_read_in_full() {
    let profile = read(DESIGN);
    assert_eq!(profile.name, "checkout-sessions");
    assert_eq!(profile.environment, Environment::Production);
    assert_eq!(profile.placement.provider.as_ref().map(|p| p.value), Some(Provider::Aws));
    assert_eq!(profile.placement.functions[0].name, "checkout-api");
    assert_eq!(profile.placement.functions[0].peak_concurrency.value.high.0, 400.0);
    let family = &profile.dataset[0];
    assert_eq!((family.count.value.low.0, family.count.value.high.0), (2e6, 3e6));
    let Shape::Hash { fields, field, value } = &family.shape else {
        panic!("not a hash");
    };
    assert_eq!((fields.value.high.0, field.value.high.0, value.value.high.0), (8.0, 12.0, 60.0));
    assert_eq!(family.ttl.as_ref().map(|t| t.value.low.0), Some(1800.0));
    assert_eq!(profile.traffic.peak.reads.value.high.0, 12_000.0);
    assert_eq!(profile.traffic.shape.value, DayShape::OfficeHours);
    assert_eq!(profile.traffic.access.skew.value, Skew::Zipf(0.9));
    assert!(profile.requirements.engine.is_none());
    assert_eq!(profile.requirements.commitment.value, Commitment::OnDemand);
    assert_eq!(profile.security.users[0].auth.value, Auth::Iam);
    assert_eq!(profile.security.users[0].can, [Permission::Read, Permission::Write]);
    assert!(profile.pin.is_empty());
    assert!(profile.warnings.is_empty());
}
