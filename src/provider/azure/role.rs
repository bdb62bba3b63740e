//! A custom role with what is asked for, as `az role definition create --role-definition FILE` reads it.

use std::collections::BTreeSet;

use serde_json::json;

use crate::provider::permissions::{Asked, Purpose};

/// The role. It can be assigned anywhere in the subscription: networks and function apps may be in groups of their own.
pub fn role(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
    let purpose = match asked.purpose {
        Purpose::Plan => "plan",
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let name = &asked.profile.name;
    let subscription = asked.profile.placement.subscription.as_deref().unwrap_or("SUBSCRIPTION-ID");
    let role = json!({
        "Name": format!("cachefit {name} {purpose}"),
        "IsCustom": true,
        "Description": format!("What `cachefit {purpose}` needs for the profile {name}."),
        "Actions": permissions,
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [format!("/subscriptions/{subscription}")],
    });
    format!("{role:#}\n")
}
