//! A deployment in memory, planned and applied.

use cachefit::apply::{Applied, Journal, Key, Last, Options, Silent, run};
use cachefit::plan::{Observed, Plan, Purpose, Resource, Scope, Value};
use cachefit::provider::{Intent, Provider, plan};
use cachefit::units::{self, Figure, Usd};
use tempfile::TempDir;

use crate::fake::{Fake, Still, address};

/// A folder, two servers, a user, and a cluster of all of them.
pub fn deployment(policy: &str) -> Vec<Resource> {
    let folder = address("folder", "shop");
    let server = |name: &str| {
        Resource::new(address("server", name))
            .with("policy", policy)
            .with("fixed_version", "8.1")
            .after(folder.clone())
    };
    vec![
        Resource::new(address("cluster", "shop"))
            .with("slots", 16384_i64)
            .after(address("server", "shop-1"))
            .after(address("server", "shop-2")),
        Resource::new(address("user", "app"))
            .with("password", Value::secret("shop/app"))
            .with("keys", vec!["sess:*"])
            .after(address("server", "shop-1")),
        server("shop-1"),
        server("shop-2"),
        Resource::new(folder),
    ]
}

pub fn intent(desired: Vec<Resource>) -> Intent {
    Intent {
        profile: "shop".into(),
        provider: units::Provider::Local,
        purpose: if desired.is_empty() { Purpose::Destroy } else { Purpose::Apply },
        deployment: "two servers".into(),
        monthly_before: Figure::Known(Usd::ZERO),
        monthly: Figure::Known(Usd::ZERO),
        desired,
    }
}

pub fn make(fake: &Fake, desired: &[Resource]) -> Plan {
    plan(fake, &intent(desired.to_vec()), &fake.observe().unwrap()).unwrap()
}

pub fn apply_with(fake: &Fake, root: &TempDir, desired: &[Resource], options: &Options) -> Applied {
    let plan = make(fake, desired);
    run(&plan, &plan.id(), fake, root.path(), &Still::default(), &Silent, options).unwrap()
}

pub fn apply(fake: &Fake, root: &TempDir, desired: &[Resource]) -> Applied {
    apply_with(fake, root, desired, &Options::default())
}

pub fn root() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The last run on record.
pub fn last(root: &TempDir) -> Option<Last> {
    let key = Key::new(units::Provider::Local, Scope::default(), "shop");
    Journal::last(root.path(), &key).unwrap()
}

pub fn state(fake: &Fake) -> Vec<Observed> {
    fake.observe().unwrap()
}
