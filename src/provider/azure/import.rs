//! A cluster that runs already, taken over by its name: the profile's name is the cluster's.

use super::kind::redis_enterprise::{self, REDUNDANCY};
use super::running::current;
use super::{Azure, found, names};
use crate::plan::{Observed, Value};
use crate::profile::RunningCache;
use crate::provider::{Imported, ProviderError, look};

/// What is known of the cluster of a name. The next apply of the profile takes it over, by tagging it.
pub async fn import(cloud: &Azure, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
    let name = id.to_ascii_lowercase();
    if let Some(other) = profile.filter(|profile| *profile != name) {
        let message = format!("the profile is named {other}, the cache {name}");
        let hint =
            format!("a cache is found by the profile's name: set `name: {name}`, or write a new profile");
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    let seen = look::all(cloud).await?;
    let is_cache =
        |o: &&Observed| [names::REDIS_ENTERPRISE, names::CLASSIC].contains(&o.resource.address.kind.as_str());
    let Some(cache) = seen.iter().find(is_cache) else {
        let message =
            format!("there is no cache {name} in the resource group {}", cloud.place.resource_group);
        let hint =
            "`az redisenterprise list -o table` and `az redis list -o table` list them with their groups";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    };
    if let Some(why) = cache.not_ours() {
        let message = format!("{} belongs to somebody else: {why}", cache.resource.address);
        return Err(ProviderError::permanent(message, None));
    }
    let attribute = |name: &str| cache.resource.attributes.get(name);
    let Some(pin) = current(&seen) else {
        let message = format!("{} does not run yet", cache.resource.address);
        return Err(ProviderError::permanent(message, Some("import it when it does".to_owned())));
    };
    let copies = attribute(redis_enterprise::HIGH_AVAILABILITY).and_then(Value::as_flag);
    let copies = copies.unwrap_or_else(|| pin.replicas.as_ref().is_some_and(|replicas| replicas.value > 0));
    let zones = cache.computed.get(REDUNDANCY).is_none_or(|mode| mode == "ZR");
    let environment = match (copies, zones) {
        (true, true) => None,
        (true, false) => {
            Some(("staging", "production asks for copies in several zones, which it does not have"))
        }
        (false, _) => Some(("development", "it has no copy that takes over")),
    };
    let protocol = seen.iter().find_map(|o| o.resource.attributes.get("client_protocol")?.as_text());
    Ok(Imported {
        region: cloud.place.region.clone(),
        cache: RunningCache {
            pin,
            tls: protocol != Some("Plaintext"),
            multi_az: copies,
            managed: !cache.computed.contains_key(found::ADOPTED)
                && attribute("managed").and_then(Value::as_flag) != Some(false),
            environment,
            ..RunningCache::default()
        },
        name,
    })
}
