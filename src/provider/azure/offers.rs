//! What a subscription offers: whether `Microsoft.Cache` is registered in it, and the versions of its API.

use serde_json::Value;

use super::Azure;
use super::arm::{MANAGED_REDIS, RESOURCES, WITH_ACCESS};
use super::found::text;
use crate::provider::call::{CallError, Refusal};

/// What it offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// The registration of `Microsoft.Cache`: `Registered`, `NotRegistered`; none where it could not be read.
    pub registration: Option<String>,
    /// Versions of the API of `redisEnterprise` that the subscription is served.
    pub versions: Vec<String>,
}

impl Offers {
    /// Whether an assignment may say what an identity may do.
    pub fn has_access(&self) -> bool {
        self.versions.iter().any(|version| version == WITH_ACCESS)
    }

    /// The version that assignments are read and written in.
    pub fn version(&self) -> &'static str {
        if self.has_access() { WITH_ACCESS } else { MANAGED_REDIS }
    }
}

/// What the subscription offers; nothing is known where the identity may not see it.
pub async fn read(cloud: &Azure) -> Result<Offers, CallError> {
    let mut known = cloud.offers.lock().await;
    if let Some(offers) = &*known {
        return Ok(offers.clone());
    }
    let path = format!("/subscriptions/{}/providers/Microsoft.Cache", cloud.place.subscription);
    let offers = match cloud.arm.get(&path, RESOURCES).await {
        Ok(answer) => of(&answer),
        Err(error) if error.refusal == Refusal::Denied => Offers::default(),
        Err(error) => return Err(error),
    };
    *known = Some(offers.clone());
    Ok(offers)
}

fn of(answer: &Value) -> Offers {
    let types = answer.get("resourceTypes").and_then(Value::as_array);
    let ours = types.into_iter().flatten().find(|of| {
        text(of, "/resourceType").eq_ignore_ascii_case("redisEnterprise/databases/accessPolicyAssignments")
            || text(of, "/resourceType").eq_ignore_ascii_case("redisEnterprise")
    });
    let versions = ours.and_then(|of| of.get("apiVersions")?.as_array());
    let versions = versions.into_iter().flatten().filter_map(|version| Some(version.as_str()?.to_owned()));
    let registration = text(answer, "/registrationState");
    Offers {
        registration: (!registration.is_empty()).then(|| registration.to_owned()),
        versions: versions.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rights_for_each_identity_need_the_version_that_has_them() {
        let answer = |versions: &[&str]| {
            of(&json!({
                "registrationState": "Registered",
                "resourceTypes": [
                    { "resourceType": "Redis", "apiVersions": ["2026-09-01"] },
                    { "resourceType": "redisEnterprise", "apiVersions": versions },
                ],
            }))
        };
        assert_eq!(answer(&["2026-09-01", "2025-07-01"]).version(), "2026-09-01");
        assert_eq!(answer(&["2026-06-01-preview", "2025-07-01"]).version(), "2025-07-01");
        assert_eq!(answer(&[]).registration.as_deref(), Some("Registered"));
        assert!(!Offers::default().has_access());
    }
}
