//! Plans, with the limits that a database shows, and regions.

/// Limits of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub name: &'static str,
    /// `type` of a database.
    pub shown: &'static str,
    /// Bytes.
    pub data: i64,
    pub request: i64,
    pub record: i64,
    pub commands: i64,
}

const MB: i64 = 1 << 20;
const GB: i64 = 1 << 30;

const fn plan(
    name: &'static str,
    shown: &'static str,
    data: i64,
    request: i64,
    record: i64,
    commands: i64,
) -> Plan {
    Plan { name, shown, data, request: request * MB, record: record * MB, commands }
}

pub const PLANS: [Plan; 9] = [
    plan("free", "free", 256 * MB, 10, 100, 10_000),
    plan("payg", "payg", 100 * GB, 10, 100, 10_000),
    plan("fixed_250mb", "pro", 250 * MB, 10, 100, 10_000),
    plan("fixed_1gb", "pro", GB, 10, 200, 10_000),
    plan("fixed_5gb", "pro", 5 * GB, 20, 300, 10_000),
    plan("fixed_10gb", "pro", 10 * GB, 30, 400, 10_000),
    plan("fixed_50gb", "pro", 50 * GB, 50, 500, 10_000),
    plan("fixed_100gb", "pro", 100 * GB, 75, 1000, 16_000),
    plan("fixed_500gb", "pro", 500 * GB, 100, 5000, 16_000),
];

pub fn find(name: &str) -> Option<Plan> {
    PLANS.into_iter().find(|plan| plan.name == name)
}

/// Regions that can have copies to read from.
pub const READ_REGIONS: [&str; 13] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
];

const GOOGLE: [&str; 4] = ["us-central1", "us-east4", "europe-west1", "asia-northeast1"];

/// Whether a platform has a region.
pub fn is_at(platform: &str, region: &str) -> bool {
    match platform {
        "aws" => READ_REGIONS.contains(&region) || region == "af-south-1",
        "gcp" => GOOGLE.contains(&region),
        _ => false,
    }
}
