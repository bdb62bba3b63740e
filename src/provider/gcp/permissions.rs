//! What a custom role must allow, as `gcloud iam roles create ROLE --project=PROJECT --file=FILE` reads it.

use std::collections::BTreeSet;

use super::raised;
use crate::provider::permissions::{Asked, Purpose};

/// Permissions of what belongs to no kind alone: where the functions are, and as whom they run.
pub const CALLERS: &[&str] = &[
    "cloudfunctions.functions.get",
    "compute.subnetworks.get",
    "resourcemanager.projects.get",
    "run.jobs.get",
    "run.services.get",
    "vpcaccess.connectors.get",
];

/// What no kind asks for by itself.
pub fn beside(asked: &Asked<'_>) -> Vec<&'static str> {
    let mut all = if asked.profile.placement.functions.is_empty() { Vec::new() } else { CALLERS.to_vec() };
    if asked.purpose == Purpose::Plan {
        // `status` asks which alerts are open.
        all.push(raised::RIGHT);
    }
    all
}

/// A role with what is asked for.
pub fn role(asked: &Asked<'_>, permissions: &BTreeSet<&'static str>) -> String {
    let purpose = match asked.purpose {
        Purpose::Plan => "plan",
        Purpose::Apply => "apply",
        Purpose::Destroy => "destroy",
    };
    let name = &asked.profile.name;
    let mut text = format!(
        "title: cachefit {name} {purpose}\ndescription: What `cachefit {purpose}` needs for the profile {name}.\nstage: GA\n\
         includedPermissions:\n"
    );
    for permission in permissions {
        text.push_str(&format!("- {permission}\n"));
    }
    text
}
