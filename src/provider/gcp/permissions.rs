//! What a custom role must allow, as `gcloud iam roles create ROLE --project=PROJECT --file=FILE` reads it.

use std::collections::BTreeSet;

/// Permissions of what belongs to no kind alone: where the functions are, and as whom they run.
pub const CALLERS: &[&str] = &[
    "cloudfunctions.functions.get",
    "compute.subnetworks.get",
    "resourcemanager.projects.get",
    "run.jobs.get",
    "run.services.get",
    "vpcaccess.connectors.get",
];

/// A role with some permissions.
pub fn role(profile: &str, purpose: &str, permissions: &BTreeSet<&str>) -> String {
    let mut text = format!(
        "title: cachefit {profile} {purpose}\ndescription: What cachefit needs to {purpose} the cache of the profile {profile}.\n\
         stage: GA\nincludedPermissions:\n"
    );
    for permission in permissions {
        text.push_str(&format!("- {permission}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_lists_each_permission_once() {
        let all: BTreeSet<&str> = CALLERS.iter().copied().chain(["run.services.get"]).collect();
        let role = role("shop", "plan", &all);
        assert_eq!(role.matches("run.services.get").count(), 1);
        assert!(
            role.starts_with("title: cachefit shop plan\n") && role.ends_with("- vpcaccess.connectors.get\n"),
            "{role}"
        );
    }
}
