//! What the profile leaves out and the tool fills in: every such value is printed, with its reason.

use super::model::{DayShape, Profile};
use crate::units::{Assumption, Bytes, Source, Sourced};

/// Defaults that the answer rests on, in the order of the profile's keys.
pub fn assumed(profile: &Profile) -> Vec<Assumption> {
    let mut all = List(Vec::new());
    let p = profile;
    all.add("growth.rate", &p.growth.rate, |v| format!("{:.1}% per month", v.0 * 100.0));
    all.add("growth.horizon", &p.growth.horizon, |v| format!("{:.0} months", v.months()));
    all.add("traffic.shape", &p.traffic.shape, |v| {
        let known = *v == DayShape::Flat;
        if known { "flat".into() } else { "as declared".into() }
    });
    all.add("traffic.access.pattern", &p.traffic.access.pattern, ToString::to_string);
    all.add("traffic.complex", &p.traffic.complex, ToString::to_string);
    all.add("traffic.pipeline", &p.traffic.pipeline, ToString::to_string);
    let requirements = &p.requirements;
    all.add("requirements.availability", &requirements.availability, ToString::to_string);
    all.add("requirements.headroom", &requirements.headroom, ToString::to_string);
    all.add("requirements.commitment", &requirements.commitment, ToString::to_string);
    all.add("requirements.backup_retention", &requirements.backup_retention, |v| format!("{v} days"));
    all.add("security.tls", &p.security.tls, |v| if *v { "required".into() } else { "off".into() });
    all.add("security.network", &p.security.network, ToString::to_string);
    for (i, user) in p.security.users.iter().enumerate() {
        all.add(&format!("security.users[{i}].auth"), &user.auth, ToString::to_string);
    }
    for (i, family) in p.dataset.iter().enumerate() {
        all.add(&format!("dataset[{i}].role"), &family.role, ToString::to_string);
        all.add(&format!("dataset[{i}].reads"), &family.reads, ToString::to_string);
        all.add(&format!("dataset[{i}].key_size"), &family.key_size, |v| Bytes(v.high.0).to_string());
    }
    for (i, function) in p.placement.functions.iter().enumerate() {
        let key = |name: &str| format!("placement.functions[{i}].{name}");
        all.add(&key("connections_per_instance"), &function.connections_per_instance, ToString::to_string);
        all.add(&key("reuses_connections"), &function.reuses_connections, ToString::to_string);
    }
    all.0
}

struct List(Vec<Assumption>);

impl List {
    fn add<T>(&mut self, key: &str, value: &Sourced<T>, show: impl Fn(&T) -> String) {
        if let Source::Assumed { why } = &value.source {
            self.0.push(Assumption::new(key, show(&value.value), why.clone()).replaced_by(key));
        }
    }
}
