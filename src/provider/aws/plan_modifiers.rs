//! What a cache that runs keeps whatever the choice says, because AWS has no way back or changes it by itself.

use crate::catalog::version_at_least;
use crate::deployment::Configuration;
use crate::plan::{Observed, Value};
use crate::provider::aws::names;

/// The choice as far as what runs allows it, and what people should know of that.
pub fn settled(deployment: &Configuration, observed: &[Observed]) -> (Configuration, Vec<String>) {
    let mut settled = deployment.clone();
    let mut notes = Vec::new();
    let Some(group) = observed.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP) else {
        return (settled, notes);
    };
    let text = |name: &str| group.resource.attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    if text("cluster_mode") == "enabled" && !settled.cluster_mode {
        settled.cluster_mode = true;
        notes.push("the cache stays in cluster mode: there is no way back from it".to_owned());
    }
    let runs = text("engine_version");
    let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    if text("engine") == settled.engine.as_str()
        && major(runs) == major(&settled.version)
        && runs != settled.version
        && version_at_least(runs, &settled.version)
    {
        notes.push(format!(
            "{} {runs} runs, newer than {}: AWS brings minor versions up to date by itself, and does not go back",
            settled.engine, settled.version
        ));
        runs.clone_into(&mut settled.version);
    }
    (settled, notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Resource;

    fn running(version: &str, mode: &str) -> Vec<Observed> {
        let group = Resource::new(names::address(names::REPLICATION_GROUP, "shop"));
        vec![Observed::ours(
            group.with("engine", "valkey").with("engine_version", version).with("cluster_mode", mode),
        )]
    }

    fn deployment(version: &str) -> Configuration {
        Configuration {
            service: crate::units::Service::ElastiCache,
            region: "us-east-1".to_owned(),
            engine: crate::units::Engine::Valkey,
            version: version.to_owned(),
            node_type: Some("cache.r7g.large".to_owned()),
            shards: 1,
            replicas: 1,
            cluster_mode: false,
            max_memory: 0,
            eviction_policy: crate::units::Policy::AllkeysLru,
            tls: true,
            commitment: crate::units::Commitment::OnDemand,
            backup_retention_days: 0,
        }
    }

    #[test]
    fn a_newer_minor_version_stays_and_an_older_one_goes_up() {
        let version = |runs: &str, wanted: &str| {
            let (settled, notes) = settled(&deployment(wanted), &running(runs, "disabled"));
            (settled.version, notes.len())
        };
        assert_eq!(version("8.1", "8.0"), ("8.1".to_owned(), 1));
        assert_eq!(version("8.0", "8.1"), ("8.1".to_owned(), 0));
        assert_eq!(version("9.0", "8.1"), ("8.1".to_owned(), 0), "another major version is another matter");
    }

    #[test]
    fn cluster_mode_stays() {
        let mode = |runs: &str| settled(&deployment("8.1"), &running("8.1", runs)).0.cluster_mode;
        assert!(mode("enabled") && !mode("compatible") && !mode("disabled"));
    }
}
