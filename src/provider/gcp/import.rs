//! A cache that runs already, taken over by its name: the profile's name is the cache's.

use super::kind::cache::{self, MANAGED};
use super::{Gcp, current, metrics};
use crate::plan::{Ownership, State, Value};
use crate::profile::RunningCache;
use crate::provider::{Imported, ProviderError, look};

/// What is known of the cache of a name. The next apply of the profile takes it over, by labelling it.
pub async fn import(cloud: &Gcp, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
    let name = cloud.profile.clone();
    if let Some(other) = profile.filter(|profile| *profile != name) {
        let message = format!("the profile is named {other}, the cache {id}");
        let hint =
            format!("a cache is found by the profile's name: set `name: {name}`, or write a new profile");
        return Err(ProviderError::permanent(message, Some(hint)));
    }
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        let message = format!("{id} cannot be the name of a cache at Google");
        let hint = "give the last part of its name: shop of projects/p/locations/r/instances/shop";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let seen = look::all_patiently(cloud).await?;
    let caches =
        || seen.iter().filter(|o| super::product::Product::of_kind(&o.resource.address.kind).is_some());
    if let Some(other) = caches().find(|o| o.ownership != Ownership::Ours) {
        let why = other.not_ours().unwrap_or_default();
        let message = format!("{} belongs to somebody else: {why}", other.resource.address);
        let hint = "import it under the profile that it belongs to, or take the label off";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    if let Some(two) = caches().nth(1) {
        let message =
            format!("there are two caches of the name {name}, one of them {}", two.resource.address);
        let hint = "a profile has one cache: delete the other, or give it another name";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let Some((product, is)) = current::ours(&seen) else {
        let message =
            format!("there is no cache {name} in {} of the project {}", cloud.region, cloud.project);
        let hint = "`gcloud memorystore instances list`, `gcloud redis clusters list` and `gcloud redis instances list`, each with \
                    --region, list them";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    };
    let Some(pin) = current::pin(&seen).filter(|_| is.state == State::Ready) else {
        let message = format!("{} is not ready yet", is.resource.address);
        return Err(ProviderError::permanent(message, Some("import it when it is".to_owned())));
    };
    let value = |name: &str| is.resource.attributes.get(name);
    let flag = |name: &str| value(name).and_then(Value::as_flag) == Some(true);
    let [bytes, keys] = product.usage;
    let copies = pin.replicas.as_ref().is_some_and(|replicas| replicas.value > 0);
    // The classic one spreads its copies itself.
    let several = product.is_classic() || value(cache::ZONES).and_then(Value::as_text) == Some("several");
    let environment = match (copies, several) {
        (true, true) => None,
        (true, false) => {
            Some(("staging", "production asks for copies in several zones, which it does not have"))
        }
        (false, _) => Some(("development", "it has no copy that takes over")),
    };
    Ok(Imported {
        region: cloud.region.clone(),
        cache: RunningCache {
            pin,
            tls: flag(cache::TLS),
            multi_az: copies && several,
            backup_days: value(cache::BACKUP).and_then(Value::as_number).unwrap_or(0),
            managed: flag(MANAGED),
            keys: metrics::most(cloud, product, keys).await?,
            bytes: metrics::most(cloud, product, bytes).await?,
            metrics: "the metrics of the last 14 days",
            environment,
            ..RunningCache::default()
        },
        name,
    })
}
