//! A database that runs already, taken over by its id: a name is no key.

use super::Upstash;
use super::kind::database;
use super::record::{Entry, Record};
use crate::plan::Ownership;
use crate::profile::RunningCache;
use crate::provider::call::absent_is_none;
use crate::provider::{Imported, ProviderError};

/// What is known of the database of an id. The next apply of the profile takes it over: that is written down.
pub async fn import(cloud: &Upstash, id: &str, profile: Option<&str>) -> Result<Imported, ProviderError> {
    let unknown = || {
        let hint = "its page in the Upstash console has the id, and so has the address of that page";
        ProviderError::permanent(format!("there is no database with the id {id}"), Some(hint.to_owned()))
    };
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(unknown());
    }
    let shown = absent_is_none(cloud.api.get(id).await)?.ok_or_else(unknown)?;
    let name = profile.unwrap_or(&shown.name).to_owned();
    let record = Record::new(&cloud.state, &name);
    let entry = record.read()?;
    if let Some(other) = entry.id.as_deref().filter(|other| *other != id) {
        let message = format!("the profile {name} has a database already, with the id {other}");
        let hint = "take that one down by `cachefit destroy` first, or import into a profile of another name";
        return Err(ProviderError::permanent(message, Some(hint.to_owned())));
    }
    let managed = entry.is_settled();
    if entry.id.is_none() {
        record.write(&Entry { claimed: Some(id.to_owned()), ..entry })?;
    }
    let observed = database::observed(cloud, &shown, Ownership::Ours, managed);
    let has_all = shown.prod_pack_enabled;
    let cache = RunningCache {
        pin: database::current(&[observed]).unwrap_or_default(),
        tls: true,
        multi_az: has_all,
        backup_days: i64::from(shown.daily_backup_enabled),
        managed,
        environment: (!has_all)
            .then_some(("staging", "production asks for the Prod Pack, which it does not have")),
        read_regions: database::sorted(shown.read_regions.as_deref().unwrap_or_default()),
        allow_from: database::sorted(shown.allowed_ip_ranges.as_deref().unwrap_or_default()),
        ..RunningCache::default()
    };
    Ok(Imported { name, region: shown.primary_region, cache })
}
