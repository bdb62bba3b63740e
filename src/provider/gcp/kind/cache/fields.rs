//! Attributes as fields of Google's resource, and back.

use serde_json::{Map, Value as Json, json};

use super::{
    ACL, BACKUP, BACKUP_HOUR, CLUSTER, EVICTION, MODE, NETWORK, NODE_TYPE, PERSISTENCE, PROTECTION, REPLICAS,
    SHARDS, SIGN_IN, TLS, VERSION, WINDOW,
};
use crate::provider::call::CallError;
use crate::provider::gcp::Gcp;
use crate::provider::gcp::api::{short, text};
use crate::provider::gcp::product::Product;
use crate::provider::kind::Work;
use crate::units::DAY;

/// The setting of the server that says what goes when memory is full.
pub const POLICY: &str = "maxmemory-policy";

const DAYS: [(&str, &str); 7] = [
    ("mon", "MONDAY"),
    ("tue", "TUESDAY"),
    ("wed", "WEDNESDAY"),
    ("thu", "THURSDAY"),
    ("fri", "FRIDAY"),
    ("sat", "SATURDAY"),
    ("sun", "SUNDAY"),
];

/// The field that holds an attribute, with the value for it.
pub fn field(
    product: &Product,
    work: &Work<'_, Gcp>,
    attribute: &str,
) -> Result<(&'static str, Json), CallError> {
    Ok(match attribute {
        NODE_TYPE => ("nodeType", work.text(NODE_TYPE).into()),
        SHARDS => ("shardCount", work.number::<i64>(SHARDS)?.into()),
        REPLICAS => ("replicaCount", work.number::<i64>(REPLICAS)?.into()),
        VERSION => ("engineVersion", version(work.text(VERSION)).into()),
        EVICTION => (product.configs, configs(work)),
        PERSISTENCE => ("persistenceConfig", persistence(product, work.text(PERSISTENCE))),
        BACKUP | BACKUP_HOUR => ("automatedBackupConfig", backups(work)?),
        WINDOW => ("maintenancePolicy", window(work.text(WINDOW))),
        PROTECTION => ("deletionProtectionEnabled", work.flag(PROTECTION).into()),
        ACL => ("aclPolicy", format!("{}/aclPolicies/{}", &work.cloud.place()[1..], work.text(ACL)).into()),
        other => return Err(work.refused(&format!("nothing sets {other}"))),
    })
}

/// Fields that are set when it is made and never again.
pub fn for_life(product: &Product, work: &Work<'_, Gcp>) -> Map<String, Json> {
    let auth = product.auth
        [["none", "iam", "token"].iter().position(|word| *word == work.text(SIGN_IN)).unwrap_or(0)];
    let mut body = Map::new();
    body.insert("authorizationMode".into(), auth.into());
    body.insert("transitEncryptionMode".into(), product.tls[usize::from(work.flag(TLS))].into());
    body.insert("zoneDistributionConfig".into(), json!({ "mode": "MULTI_ZONE" }));
    let network = work.text(NETWORK);
    if product.is_valkey() {
        let mode = if work.text(MODE) == CLUSTER { "CLUSTER" } else { "CLUSTER_DISABLED" };
        body.insert("mode".into(), mode.into());
        // The project of the connection is that of the instance, also in a network of another one.
        let connection =
            json!({ "pscAutoConnection": { "projectId": work.cloud.project, "network": network } });
        body.insert("endpoints".into(), json!([{ "connections": [connection] }]));
    } else {
        body.insert("pscConfigs".into(), json!([{ "network": network }]));
    }
    body
}

/// `VALKEY_8_0`
fn version(version: &str) -> String {
    format!("VALKEY_{}", version.replace('.', "_"))
}

/// The settings that it has, with the policy: a map is set as a whole.
pub fn configs(work: &Work<'_, Gcp>) -> Json {
    let has = work.fact(super::CONFIGS).and_then(|text| serde_json::from_str(text).ok());
    let mut all: Map<String, Json> = has.unwrap_or_default();
    all.insert(POLICY.to_owned(), work.text(EVICTION).into());
    Json::Object(all)
}

fn persistence(product: &Product, wanted: &str) -> Json {
    if wanted == "off" {
        return json!({ "mode": "DISABLED" });
    }
    json!({ "mode": "AOF", "aofConfig": { "appendFsync": product.every_second } })
}

fn backups(work: &Work<'_, Gcp>) -> Result<Json, CallError> {
    let days: i64 = work.number(BACKUP)?;
    if days == 0 {
        return Ok(json!({ "automatedBackupMode": "DISABLED" }));
    }
    let hour: i64 = work.number(BACKUP_HOUR)?;
    Ok(json!({
        "automatedBackupMode": "ENABLED",
        "fixedFrequencySchedule": { "startTime": { "hours": hour } },
        "retention": format!("{}s", days * DAY),
    }))
}

/// `sun 03:00`
pub fn window(wanted: &str) -> Json {
    let (day, time) = wanted.split_once(' ').unwrap_or((wanted, "00:00"));
    let day = DAYS.iter().find(|(short, _)| *short == day).map_or("SUNDAY", |(_, long)| long);
    let mut parts = time.split(':').map(|part| part.parse::<i64>().unwrap_or(0));
    let (hours, minutes) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let start =
        if minutes == 0 { json!({ "hours": hours }) } else { json!({ "hours": hours, "minutes": minutes }) };
    json!({ "weeklyMaintenanceWindow": [{ "day": day, "startTime": start }] })
}

/// `VALKEY_8_0` as `8.0`.
pub fn version_of(shown: &Json) -> String {
    text(shown, "/engineVersion").trim_start_matches("VALKEY_").replace('_', ".")
}

/// A position in a list of words, as our word for it; the service's own word where it has another.
pub fn word<'a>(shown: &'a str, theirs: &[&str], ours: &[&'a str]) -> &'a str {
    theirs.iter().position(|word| *word == shown).map_or(shown, |at| ours[at])
}

/// What goes to disk.
pub fn persistence_of(product: &Product, shown: &Json) -> String {
    let mode = text(shown, "/persistenceConfig/mode");
    let fsync = text(shown, "/persistenceConfig/aofConfig/appendFsync");
    match mode {
        "" | "DISABLED" => "off".to_owned(),
        "AOF" if fsync == product.every_second => "every second".to_owned(),
        other => format!("{other} {fsync}{}", text(shown, "/persistenceConfig/rdbConfig/rdbSnapshotPeriod")),
    }
}

/// Days for which backups are kept, and the hour at which they are taken.
pub fn backups_of(shown: &Json) -> (i64, i64) {
    let backups = shown.get("automatedBackupConfig").unwrap_or(&Json::Null);
    if text(backups, "/automatedBackupMode") != "ENABLED" {
        return (0, 0);
    }
    let seconds = text(backups, "/retention").trim_end_matches('s').split('.').next().unwrap_or_default();
    let days = seconds.parse::<i64>().unwrap_or(0) / DAY;
    // Zero is left out.
    (days, backups.pointer("/fixedFrequencySchedule/startTime/hours").and_then(Json::as_i64).unwrap_or(0))
}

/// The window of maintenance; none if Google chooses.
pub fn window_of(shown: &Json) -> Option<String> {
    let window = shown.pointer("/maintenancePolicy/weeklyMaintenanceWindow/0")?;
    let day = DAYS.iter().find(|(_, long)| *long == text(window, "/day"))?.0;
    let part = |name: &str| window.pointer(&format!("/startTime/{name}")).and_then(Json::as_i64).unwrap_or(0);
    Some(format!("{day} {:02}:{:02}", part("hours"), part("minutes")))
}

/// The access list that is attached.
pub fn acl_of(shown: &Json) -> Option<&str> {
    Some(short(text(shown, "/aclPolicy"))).filter(|name| !name.is_empty())
}

/// How nodes lie in zones.
pub fn zones_of(shown: &Json) -> String {
    match text(shown, "/zoneDistributionConfig/mode") {
        "" | "MULTI_ZONE" => "several".to_owned(),
        _ => format!("one: {}", text(shown, "/zoneDistributionConfig/zone")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::gcp::product::VALKEY;

    #[test]
    fn windows_and_persistence_are_read_as_they_are_written() {
        for text in ["sun 03:00", "mon 23:30", "wed 00:00"] {
            let shown = json!({ "maintenancePolicy": window(text) });
            assert_eq!(window_of(&shown).as_deref(), Some(text));
        }
        for text in ["off", "every second"] {
            let shown = json!({ "persistenceConfig": persistence(&VALKEY, text) });
            assert_eq!(persistence_of(&VALKEY, &shown), text);
        }
        let shown = json!({ "engineVersion": version("8.0"), "automatedBackupConfig": {
            "automatedBackupMode": "ENABLED", "retention": "604800s", "fixedFrequencySchedule": { "startTime": {} } } });
        assert_eq!((version_of(&shown).as_str(), backups_of(&shown)), ("8.0", (7, 0)));
    }
}
