//! Reading a profile: what is accepted, and what follows from it.

use cachefit::profile::{
    Auth, Availability, DayShape, Environment, Network, Permission, Profile, Reads, Role, Shape, Skew, parse,
    shipped, template,
};
use cachefit::units::{Commitment, Engine, Provider, Source};

/// The profile of the design document.
const DESIGN: &str = include_str!("data/profile/design.yaml");

/// The least that a profile says.
const LEAST: &str = "name: a
traffic: { peak: { reads: 10/s, writes: 1/s } }
dataset:
  - { keys: \"a:*\", type: string, count: 5, value_size: 10B }
";

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

#[test]
fn a_declared_value_knows_its_key_and_line() {
    let source = read(DESIGN).dataset[0].count.source.clone();
    let line = 1 + DESIGN.lines().position(|l| l.contains("count:")).unwrap() as u32;
    assert_eq!(source, Source::Declared { path: "dataset[0].count".to_owned(), line });
}

#[test]
fn what_is_left_out_is_assumed_with_a_reason() {
    let profile = read(LEAST);
    let family = &profile.dataset[0];
    assert_eq!(family.role.value, Role::Cache);
    assert_eq!(family.reads.value, Reads::Whole);
    assert_eq!(family.key_size.value.high.0, 18.0, "a: and 16 bytes for the star");
    assert!(family.ttl.is_none() && family.share.is_none());
    assert_eq!(profile.traffic.access.skew.value, Skew::Zipf(0.9));
    assert_eq!(profile.growth.rate.value.0, 0.0);
    assert!((profile.growth.horizon.value.months() - 6.0).abs() < 1e-9);
    assert!(profile.placement.provider.is_none() && profile.placement.functions.is_empty());
    for source in [&family.role.source, &family.key_size.source, &profile.requirements.headroom.source] {
        let Source::Assumed { why } = source else {
            panic!("{source:?}");
        };
        assert!(!why.is_empty());
    }
}

#[test]
fn the_environment_picks_defaults_and_the_profile_overrides_them() {
    for (environment, availability, headroom, network, months) in [
        ("production", Availability::MultiAz, 0.25, Network::Private, 6.0),
        ("staging", Availability::Single, 0.15, Network::Private, 6.0),
        ("development", Availability::Single, 0.10, Network::Any, 1.0),
    ] {
        let profile = read(&format!("{LEAST}environment: {environment}\n"));
        assert_eq!(profile.requirements.availability.value, availability, "{environment}");
        assert_eq!(profile.requirements.headroom.value.0, headroom, "{environment}");
        assert_eq!(profile.security.network.value, network, "{environment}");
        assert!((profile.growth.horizon.value.months() - months).abs() < 1e-9, "{environment}");
        assert!(profile.security.tls.value && !profile.security.tls.is_declared(), "{environment}");
    }
    let profile = read(&format!("{LEAST}requirements: {{ headroom: 5%, availability: single }}\n"));
    assert_eq!(profile.requirements.headroom.value.0, 0.05);
    assert!(profile.requirements.availability.is_declared());
    for provider in ["upstash", "local"] {
        let profile = read(&format!("{LEAST}placement: {{ provider: {provider} }}\n"));
        assert_eq!(profile.security.network.value, Network::Any, "{provider}");
    }
}

#[test]
fn backups_are_kept_where_data_may_not_be_lost() {
    let days = |text: &str| read(text).requirements.backup_retention.value.0;
    assert_eq!(days(LEAST), 0.0);
    assert_eq!(days(&LEAST.replace("10B }", "10B, role: state }")), 7.0);
    let stream =
        "  - { keys: q, type: stream, count: 1, entries: 9, fields: 1, field_size: 1, value_size: 1 }\n";
    let profile = read(&format!("{LEAST}{stream}"));
    assert_eq!(profile.dataset[1].role.value, Role::Queue);
    assert_eq!(profile.dataset[1].reads.value, Reads::Element);
    assert_eq!(profile.requirements.backup_retention.value.0, 7.0);
    assert_eq!(days(&format!("{LEAST}requirements: {{ backup_retention: 2 weeks }}\n")), 14.0);
    assert_eq!(days(&format!("{LEAST}{stream}requirements: {{ backup_retention: none }}\n")), 0.0);
}

#[test]
fn a_pin_keeps_the_text_as_it_is_written() {
    let pin = "deployment: { version: 8.10, engine: valkey, shards: 2, replicas: 0, commitment: 3y }\n";
    let pin = read(&format!("{LEAST}{pin}")).pin;
    assert_eq!(pin.version.map(|v| v.value).as_deref(), Some("8.10"));
    assert_eq!(pin.engine.map(|e| e.value), Some(Engine::Valkey));
    assert_eq!(pin.commitment.map(|c| c.value), Some(Commitment::ThreeYearsNoUpfront));
    assert_eq!(pin.replicas.map(|r| r.value), Some(0));
    assert!(read(&format!("{LEAST}deployment:\n")).pin.is_empty());
}

#[test]
fn users_get_the_patterns_of_the_dataset_unless_they_name_their_own() {
    let users = "security: { users: [{ name: b, can: [write, read, read] }, { name: c, can: [read], keys: [\"a:1*\"] }] }\n";
    let users = read(&format!("{LEAST}{users}")).security.users;
    assert_eq!(
        (users[0].keys.as_slice(), users[1].keys.as_slice()),
        (&["a:*".to_owned()][..], &["a:1*".to_owned()][..])
    );
    assert_eq!(users[0].can, [Permission::Read, Permission::Write]);
    assert_eq!(users[0].auth.value, Auth::Password);
}

/// Block and flow style, quotes, comments, the order of keys and the ends of lines say nothing.
#[test]
fn style_and_order_do_not_matter() {
    let other = "---\ndataset:\r\n- type: 'string'\r\n  value_size: \"10B\" # ten\r\n  keys: a:*\r\n  count: 5\r\ntraffic:\r\n  peak:\r\n    writes: 1/s\r\n    reads: 10/s\r\n\"name\": a\r\n...\n";
    let (a, b) = (read(LEAST), read(other));
    assert_eq!((a.name, a.traffic.peak.reads.value), (b.name, b.traffic.peak.reads.value));
    assert_eq!(a.dataset[0].keys, b.dataset[0].keys);
    assert_eq!(a.dataset[0].count.value, b.dataset[0].count.value);
    assert_eq!(b.dataset[0].line, 3);
}

#[test]
fn every_shipped_profile_is_read_without_a_warning() {
    assert!(shipped().len() >= 12);
    for (name, text) in shipped() {
        let profile = read(text);
        assert_eq!(&profile.name, name);
        assert!(profile.warnings.is_empty(), "{name}: {:?}", profile.warnings);
        assert!(text.starts_with("# "), "{name} says nothing about itself");
        assert!((25..=60).contains(&text.lines().count()), "{name} has {} lines", text.lines().count());
        assert_eq!(template(Some(name)), Some(*text));
    }
    assert_eq!(template(Some("nothing")), None);
}

/// The comments of the template hold right YAML: what is behind `#` can be switched on, all at once.
#[test]
fn the_template_can_be_switched_on_in_full() {
    let template = template(None).unwrap();
    let body = &template[template.find("\nname:").unwrap()..];
    let on: String = body
        .lines()
        .map(|line| match line.trim_start().strip_prefix("# ") {
            Some(rest) => format!("{}{rest}\n", &line[..line.len() - line.trim_start().len()]),
            None => format!("{line}\n"),
        })
        .collect();
    let on = on.replace("  host: {", "  #host: {").replace("share: 100%", "share: 10%");
    let profile = read(&on);
    assert_eq!(profile.dataset.len(), 6);
    assert!(!profile.pin.is_empty() && profile.traffic.pubsub.is_some() && profile.traffic.average.is_some());
    assert_eq!(profile.description.as_deref(), Some("Sessions of the checkout"));
    assert!(profile.warnings.is_empty(), "{:?}", profile.warnings);
    assert_eq!(profile.traffic.access.curve.as_ref().map(|c| c.points.len()), Some(1));
    // A trace from which nothing was learned is not read, and the reader says so.
    let unlearned = read(
        "name: a\ndataset: [{ keys: a, type: string, count: 1, value_size: 1B }]\n\
                          traffic: { peak: { reads: 1/s, writes: 1/s }, access: { trace: t.csv } }\n",
    );
    let warnings: Vec<&str> = unlearned.warnings.iter().map(|w| w.path.as_str()).collect();
    assert_eq!(warnings, ["traffic.access.trace"]);
}
