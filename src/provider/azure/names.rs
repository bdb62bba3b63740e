//! Names in the resource group. All follow from the profile's name, so that a deployment is found again without a state file.

use std::collections::BTreeMap;

use crate::plan::Address;
use crate::provider::owner_tags::{TAG_MANAGED, TAG_PROFILE};
use crate::units::Provider;

/// Azure Managed Redis: the cluster.
pub const REDIS_ENTERPRISE: &str = "redis_enterprise";
/// Its one database.
pub const DATABASE: &str = "database";
/// What an Entra identity may do in it.
pub const ASSIGNMENT: &str = "access_policy_assignment";
/// Azure Cache for Redis, in retirement.
pub const CLASSIC: &str = "redis";
/// What a user may do there.
pub const ACCESS_POLICY: &str = "access_policy";
/// Which identity has which of these policies.
pub const CLASSIC_ASSIGNMENT: &str = "redis_assignment";
/// The way to it from a subnet.
pub const PRIVATE_ENDPOINT: &str = "private_endpoint";
/// The zone with the endpoint's private name.
pub const PRIVATE_DNS_ZONE: &str = "private_dns_zone";
/// The zone in a network.
pub const ZONE_LINK: &str = "zone_link";
/// The endpoint's entry in the zone.
pub const ZONE_GROUP: &str = "zone_group";
/// An alert on a metric.
pub const METRIC_ALERT: &str = "metric_alert";

/// The one database of a cluster.
pub const DEFAULT: &str = "default";

/// An address.
pub fn address(kind: &str, name: impl Into<String>) -> Address {
    Address::new(Provider::Azure, kind, name)
}

/// The cache of a profile, of either service.
pub fn caches(profile: &str) -> [Address; 2] {
    [address(REDIS_ENTERPRISE, profile), address(CLASSIC, profile)]
}

/// Tags of everything that belongs to a profile.
pub fn tags(profile: &str) -> BTreeMap<String, String> {
    let ours = [(TAG_MANAGED, "true"), (TAG_PROFILE, profile)];
    ours.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The command that puts our tags on something again.
pub fn tag_command(id: &str, profile: &str) -> String {
    let tags = format!("{TAG_MANAGED}=true {TAG_PROFILE}={profile}");
    format!(
        "if it is this profile's, `az tag update --resource-id {id} --operation Merge --tags {tags}` says so again"
    )
}

/// The longest name of an assignment.
const LONGEST: usize = 60;
/// How names of our assignments begin: letters and digits are all that Azure takes.
const OURS: &str = "cachefit";

/// The name of the assignment of an identity: `cachefit`, the user, the first part of the object id.
pub fn assignment(user: &str, object_id: &str) -> String {
    let plain =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let id: String = plain(object_id);
    let room = LONGEST - OURS.len() - id.len().min(32);
    let user: String = plain(user).chars().take(room).collect();
    format!("{OURS}{user}{}", &id[..id.len().min(32)])
}

/// Whether an assignment has a name of ours.
pub fn is_our_assignment(name: &str) -> bool {
    name.starts_with(OURS)
}

/// Why Azure does not take a profile's name for a cluster; none if it does.
pub fn refused(name: &str) -> Option<String> {
    if name.len() > LONGEST {
        return Some(format!("the name {name} is longer than the {LONGEST} characters that Azure takes"));
    }
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    (!name.split('-').all(part)).then(|| {
        format!("the name {name} is none for Azure: letters and digits, with single hyphens between them")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_has_a_name_that_azure_takes() {
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let name = assignment("check-out", id);
        assert_eq!(name, "cachefitcheckout0f8fad5bd9cb469fa16570867728950e");
        let long = assignment(&"a".repeat(99), id);
        assert!(long.len() <= LONGEST && long.ends_with("950e") && is_our_assignment(&long), "{long}");
    }

    #[test]
    fn names_of_a_cluster_are_azures() {
        assert_eq!(refused("shop-eu1"), None);
        for name in ["shop--eu", "-shop", "shop-", &"a".repeat(61)] {
            assert!(refused(name).is_some(), "{name}");
        }
    }
}
