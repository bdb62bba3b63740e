//! The place that a deployment is in: a subscription, a resource group, a region, and the cloud that has it.

use crate::plan::Scope;
use crate::provider::ProviderError;

/// Where a deployment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Id of the subscription.
    pub subscription: String,
    /// Name of the resource group.
    pub resource_group: String,
    /// The region, `westeurope`.
    pub region: String,
}

/// Addresses of one of Azure's clouds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Azure Resource Manager.
    pub arm: String,
    /// Who gives tokens.
    pub authority: String,
}

/// Where tokens of Entra for a cache are asked for; the same for every cache of the public cloud.
pub const REDIS_SCOPE: &str = "https://redis.azure.com/.default";

impl Place {
    /// A place by what the profile and the environment say; an error that says where to name what is missing.
    pub fn new(
        subscription: Option<String>,
        resource_group: Option<String>,
        region: &str,
    ) -> Result<Self, ProviderError> {
        let missing = |what: &str, key: &str, variable: &str| {
            let message = format!("no {what} is named: neither `placement.{key}` nor {variable} says it");
            let hint = format!("add `{key}:` to `placement` in the profile, or set {variable}");
            ProviderError::permanent(message, Some(hint))
        };
        let subscription =
            subscription.ok_or_else(|| missing("subscription", "subscription", "AZURE_SUBSCRIPTION_ID"))?;
        let resource_group = resource_group
            .ok_or_else(|| missing("resource group", "resource_group", "AZURE_RESOURCE_GROUP"))?;
        let refused =
            |message: String, hint: &str| Err(ProviderError::permanent(message, Some(hint.to_owned())));
        if !is_uuid(&subscription) {
            return refused(
                format!("`{subscription}` is no id of a subscription, which is a UUID"),
                "`az account list -o table` prints the ids: give one by `placement.subscription` or AZURE_SUBSCRIPTION_ID",
            );
        }
        if resource_group.is_empty() || resource_group.contains(['/', '?', '#', '%', ' ']) {
            return refused(
                format!("`{resource_group}` is no name of a resource group"),
                "`az group list -o table` prints the names: give one by `placement.resource_group` or AZURE_RESOURCE_GROUP",
            );
        }
        Ok(Self { subscription, resource_group, region: plain(region) })
    }

    /// The place that a plan file is bound to.
    pub fn parts(scope: &Scope) -> (Option<String>, Option<String>) {
        match scope.account.as_deref().and_then(|account| account.split_once('/')) {
            Some((subscription, group)) => (Some(subscription.to_owned()), Some(group.to_owned())),
            None => (None, None),
        }
    }

    /// What plan, journal and lock are bound to. Azure does not tell upper case from lower case.
    pub fn scope(&self) -> Scope {
        let account = format!("{}/{}", self.subscription, self.resource_group).to_lowercase();
        Scope::new(Some(account), Some(self.region.clone()))
    }

    /// The path of the resource group.
    pub fn group(&self) -> String {
        format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.resource_group)
    }

    /// The path of a resource in the group: `Microsoft.Cache/redisEnterprise`, `shop`.
    pub fn path(&self, of: &str, name: &str) -> String {
        format!("{}/providers/{of}/{name}", self.group())
    }

    /// The addresses of the cloud that has the region: the public one, the Government's or China's.
    pub fn endpoints(&self) -> Endpoints {
        let (arm, authority) = if ["usgov", "usdod"].iter().any(|of| self.region.starts_with(of)) {
            ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us")
        } else if self.region.starts_with("china") {
            ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn")
        } else {
            ("https://management.azure.com", "https://login.microsoftonline.com")
        };
        Endpoints { arm: arm.to_owned(), authority: authority.to_owned() }
    }
}

/// A region by its plain name: answers say "West Europe" where requests say `westeurope`.
pub fn plain(region: &str) -> String {
    region.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// Whether a text is a UUID, as ids of subscriptions and of identities are.
pub fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Whether two ids name the same resource: Azure does not tell upper case from lower case.
pub fn same_id(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0F8fad5b-d9cb-469f-a165-70867728950e";

    fn place(region: &str) -> Place {
        Place::new(Some(ID.into()), Some("rg-Shop".into()), region).unwrap()
    }

    #[test]
    fn a_region_tells_its_cloud() {
        for (region, host) in [
            ("westeurope", "management.azure.com"),
            ("usgovvirginia", "management.usgovcloudapi.net"),
            ("chinanorth3", "management.chinacloudapi.cn"),
        ] {
            assert!(place(region).endpoints().arm.ends_with(host), "{region}");
        }
        assert_eq!(place("West Europe").region, "westeurope");
    }

    #[test]
    fn a_place_comes_back_from_what_a_plan_is_bound_to() {
        let scope = place("eastus").scope();
        assert_eq!(scope.to_string(), format!("account {}/rg-shop, eastus", ID.to_lowercase()));
        assert_eq!(Place::parts(&scope), (Some(ID.to_lowercase()), Some("rg-shop".into())));
    }

    #[test]
    fn what_is_missing_is_named_with_the_place_to_name_it() {
        let error = Place::new(Some(ID.into()), None, "eastus").unwrap_err();
        let hint = error.hint().unwrap_or_default();
        assert!(error.to_string().contains("AZURE_RESOURCE_GROUP") && hint.contains("resource_group"));
        assert!(Place::new(Some(ID.into()), Some("a/b".into()), "eastus").is_err());
    }

    #[test]
    fn a_subscription_is_named_by_its_id() {
        for other in ["Pay-As-You-Go", "0f8fad5b-d9cb-469f-a165", "0f8fad5b-d9cb-469f-a165-70867728950z"] {
            let error = Place::new(Some(other.into()), Some("g".into()), "eastus").unwrap_err();
            assert!(error.to_string().contains(other) && !is_uuid(other), "{error}");
        }
    }
}
