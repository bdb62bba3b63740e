//! Plans and platforms: what a profile wants, and what a database has.

use super::Upstash;
use super::api::Database;
use crate::catalog::{Catalog, Service};
use crate::provider::cloud::Wanted;
use crate::units::Provider;

/// The plan that the choice names.
pub fn wanted(wanted: &Wanted<'_, Upstash>) -> String {
    match wanted.deployment.node_type.as_deref() {
        Some(plan) if wanted.deployment.service == Service::UpstashFixed => plan.to_owned(),
        _ => "payg".to_owned(),
    }
}

/// The add-on comes with a promised service level, with several zones and with backups.
pub fn has_prod_pack(wanted: &Wanted<'_, Upstash>) -> bool {
    wanted.profile.needs_service_level()
        || wanted.profile.is_multi_az()
        || wanted.deployment.backup_retention_days > 0
}

/// The platform that has a region.
pub fn platform(region: &str) -> &'static str {
    let google = Catalog::embedded().regions_of(Provider::Gcp).contains(&region);
    if google { "gcp" } else { "aws" }
}

/// Commands a second from the fixed plan of 100 GB on; all others have 10,000 (Upstash's price list of 2026-08-21).
const LARGE_PLANS_COMMANDS: i64 = 16_000;

/// The plan, as the catalogue names it: the fixed ones differ by how much they hold.
pub fn of(shown: &Database) -> String {
    if ["free", "payg"].contains(&shown.plan_type.as_str()) {
        return shown.plan_type.clone();
    }
    let holds = shown.db_disk_threshold.unwrap_or(0) as f64;
    // The documents' own example of a plan by the command is called `paid`: the data of the fixed plan of 100 GB, with the
    // commands a second of a smaller one.
    let few = shown.db_max_commands_per_second.is_some_and(|most| most < LARGE_PLANS_COMMANDS);
    if shown.plan_type == "paid" && few && holds >= 100e9 {
        return "payg".to_owned();
    }
    let mut plans = Catalog::embedded().node_types(Service::UpstashFixed).iter();
    // A GB may be 10^9 bytes or 2^30.
    let plan = plans.find(|plan| plan.name != "free" && (0.99..1.08).contains(&(holds / plan.memory.0)));
    plan.map_or_else(|| format!("{} of {holds} B", shown.plan_type), |plan| plan.name.to_owned())
}
