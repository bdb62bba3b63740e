//! Where a deployment is, and its provider, open.

use std::collections::BTreeMap;

#[cfg(any(feature = "aws", feature = "local"))]
use jiff::Timestamp;

#[cfg(feature = "local")]
use super::args::OnOff;
use super::args::TargetArgs;
use super::error::Failure;
use super::inputs::Input;
#[cfg(feature = "local")]
use crate::apply::{data_root, unit_root};
use crate::catalog::reference_region;
use crate::plan::Plan;
use crate::profile::{Auth, FunctionKind, Profile};
#[cfg(feature = "local")]
use crate::provider::local::{Local, Units};
use crate::provider::{Caller, Provider};
use crate::units;

/// Where a deployment is, and who must be able to reach it.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(all(feature = "aws", feature = "azure", feature = "gcp", feature = "upstash")),
    allow(dead_code, reason = "each cloud reads its own part")
)]
pub struct Target {
    /// Who provides it.
    pub provider: units::Provider,
    /// Name of the profile.
    pub name: String,
    /// The provider's region.
    pub region: String,
    /// The provider's functions, whose network decides; none where nothing depends on it.
    pub functions: Option<Vec<Caller>>,
    /// The subscription, where it is not the environment's.
    pub subscription: Option<String>,
    /// The resource group, where it is not the environment's.
    pub resource_group: Option<String>,
    /// An existing subnet group that the cache goes into.
    pub subnet_group: Option<String>,
    /// Users that sign in with a password.
    pub password_users: Vec<String>,
    /// All users.
    pub users: Vec<String>,
    /// Whether a cache of this name that nobody manages is taken over.
    pub adopt: bool,
    /// Tags of the profile's own, for every resource.
    pub tags: BTreeMap<String, String>,
    /// The snapshot that a new cache is made from.
    pub restore: Option<String>,
    /// Whether what is deleted leaves a last snapshot.
    pub final_snapshot: bool,
    /// The project, at Google Cloud.
    pub project: Option<String>,
}

impl Target {
    /// The place that a profile names.
    pub fn of_profile(profile: &Profile, provider: units::Provider) -> Self {
        let region = profile.placement.region.as_ref().map(|r| r.value.clone());
        let of_the_provider = |kind: FunctionKind| match provider {
            units::Provider::Azure => kind == FunctionKind::FunctionApp,
            units::Provider::Gcp => matches!(kind, FunctionKind::CloudRun | FunctionKind::CloudFunction),
            _ => kind == FunctionKind::Lambda,
        };
        let functions = profile.placement.functions.iter().filter(|f| of_the_provider(f.kind));
        let functions = functions.map(|f| Caller {
            kind: f.kind,
            name: f.name.clone(),
            region: f.region.as_ref().map(|r| r.value.clone()),
        });
        let users = profile.security.users.iter().filter(|u| u.auth.value == Auth::Password);
        Self {
            provider,
            name: profile.name.clone(),
            region: region.unwrap_or_else(|| reference_region(provider).to_owned()),
            functions: Some(functions.collect()),
            subscription: profile.placement.subscription.clone(),
            resource_group: profile.placement.resource_group.clone(),
            subnet_group: profile.placement.subnet_group.clone(),
            password_users: users.map(|u| u.name.clone()).collect(),
            users: profile.security.users.iter().map(|u| u.name.clone()).collect(),
            adopt: profile.pin.adopt,
            tags: profile.tags.clone(),
            restore: None,
            final_snapshot: true,
            project: profile.placement.project.clone(),
        }
    }

    /// The place of a plan file: what it changes says where.
    pub fn of_plan(plan: &Plan) -> Self {
        let resources = || plan.desired.iter().chain(plan.observed.iter().map(|o| &o.resource));
        let region = resources().find_map(|r| r.attributes.get("region")?.as_text());
        let of_users = ["secret", "token_user", "cluster_token_user"];
        let secrets = resources().filter(|r| of_users.contains(&r.address.kind.as_str()));
        // Azure's account is a subscription with a resource group in it.
        let account = plan.scope.account.as_deref().and_then(|account| account.split_once('/'));
        Self {
            provider: plan.provider,
            name: plan.profile.clone(),
            region: region.unwrap_or(reference_region(plan.provider)).to_owned(),
            functions: None,
            subscription: account.map(|(subscription, _)| subscription.to_owned()),
            resource_group: account.map(|(_, group)| group.to_owned()),
            subnet_group: None,
            password_users: secrets
                .filter_map(|r| r.address.name.rsplit('/').next().map(str::to_owned))
                .collect(),
            users: resources()
                .filter(|r| r.address.kind == "acl_user")
                .map(|r| r.address.name.clone())
                .collect(),
            // A plan that takes a cache over says so by the attribute that it sets.
            adopt: plan
                .work()
                .any(|c| c.attributes.iter().any(|a| a.name == "managed" && a.before.is_some())),
            // Every resource that takes tags has all of them.
            tags: resources()
                .find_map(|r| r.attributes.get("tags")?.as_texts())
                .unwrap_or_default()
                .into_iter()
                .filter_map(|tag| tag.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            restore: plan
                .steps
                .iter()
                .find_map(|step| step.argument.get("context")?.get("restore")?.as_str())
                .map(str::to_owned),
            final_snapshot: true,
            project: plan.scope.account.clone(),
        }
    }
}

/// Opens the provider of a deployment.
#[cfg_attr(not(feature = "cloud"), expect(clippy::needless_pass_by_value, reason = "clouds keep it"))]
#[cfg_attr(not(feature = "local"), expect(unused_variables, reason = "it says where local servers are"))]
pub fn open(place: Target, target: &TargetArgs) -> Result<Box<dyn Provider>, Failure> {
    match place.provider {
        units::Provider::Local if place.restore.is_some() => {
            let message = "the provider local keeps no snapshots to restore from";
            Err(Failure::new("restore", message, None))
        }
        #[cfg(feature = "local")]
        units::Provider::Local => local(&place.name, target),
        #[cfg(not(feature = "local"))]
        units::Provider::Local => Err(super::features::without("local", "run servers on this machine")),
        #[cfg(feature = "aws")]
        units::Provider::Aws => {
            let opening = crate::provider::aws::Opening {
                profile: place.name,
                region: place.region,
                functions: place.functions,
                subnet_group: place.subnet_group,
                password_users: place.password_users,
                adopt: place.adopt,
                tags: place.tags,
                restore: place.restore,
                final_snapshot: place.final_snapshot,
                now: Timestamp::now(),
            };
            Ok(Box::new(crate::provider::aws::Aws::open(opening)?))
        }
        #[cfg(not(feature = "aws"))]
        units::Provider::Aws => Err(super::features::without_aws()),
        #[cfg(feature = "azure")]
        units::Provider::Azure => azure(place),
        #[cfg(not(feature = "azure"))]
        units::Provider::Azure => Err(super::features::without("azure", "reach Azure")),
        #[cfg(feature = "gcp")]
        units::Provider::Gcp => gcp(place),
        #[cfg(not(feature = "gcp"))]
        units::Provider::Gcp => Err(super::features::without("gcp", "reach Google Cloud")),
        #[cfg(feature = "upstash")]
        units::Provider::Upstash => upstash(place),
        #[cfg(not(feature = "upstash"))]
        units::Provider::Upstash => Err(super::features::without("upstash", "reach Upstash")),
    }
}

#[cfg(feature = "azure")]
fn azure(place: Target) -> Result<Box<dyn Provider>, Failure> {
    use crate::provider::azure::{Opening, Place, open};
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if place.restore.is_some() {
        let message =
            "Azure Managed Redis keeps no snapshots to restore from: its files on disk cannot be read";
        return Err(Failure::new("restore", message, None));
    }
    let subscription = place.subscription.or_else(|| variable("AZURE_SUBSCRIPTION_ID"));
    let resource_group = place.resource_group.or_else(|| variable("AZURE_RESOURCE_GROUP"));
    let arm = match variable("CACHEFIT_AZURE_ARM") {
        Some(address) => Some(server_on_this_machine("CACHEFIT_AZURE_ARM", address)?),
        None => None,
    };
    let opening = Opening {
        place: Place::new(subscription, resource_group, &place.region)?,
        profile: place.name,
        functions: place.functions,
        adopt: place.adopt,
        tags: place.tags,
        arm,
    };
    Ok(Box::new(open(opening, &variable)?))
}

/// `http://127.0.0.1:8080`: what stands for a cloud in tests is on this machine.
#[cfg(any(feature = "azure", feature = "gcp"))]
fn server_on_this_machine(variable: &str, address: String) -> Result<String, Failure> {
    let host = address.strip_prefix("http://").unwrap_or_default();
    if host.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback()) {
        return Ok(address);
    }
    let message = format!("{variable} is {address}, and only an address of this machine is taken");
    Err(Failure::new("address", message, None))
}

#[cfg(feature = "gcp")]
fn gcp(place: Target) -> Result<Box<dyn Provider>, Failure> {
    use crate::provider::gcp::{Identity, Opening, open};
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if place.restore.is_some() {
        let message = "a cache of Memorystore is restored from a backup in the console or with gcloud";
        return Err(Failure::new("restore", message, None));
    }
    let identity = Identity::of_environment(variable);
    let named = place.project.or_else(|| variable("GOOGLE_CLOUD_PROJECT"));
    let named = named.or_else(|| variable("CLOUDSDK_CORE_PROJECT")).or_else(|| identity.project());
    let Some(project) = named else {
        let message = "no project of Google Cloud is named, and the credentials belong to none";
        let hint = "set `placement.project` in the profile, or GOOGLE_CLOUD_PROJECT";
        return Err(Failure::new("project", message, Some(hint.to_owned())));
    };
    let endpoint = match variable("CACHEFIT_GCP_ENDPOINT") {
        Some(address) => Some(server_on_this_machine("CACHEFIT_GCP_ENDPOINT", address)?),
        None => None,
    };
    // Tests look often, and have short minutes.
    let minute = std::time::Duration::from_mins(1);
    let poll = variable("CACHEFIT_POLL_MS").and_then(|text| text.parse::<u32>().ok());
    let opening = Opening {
        profile: place.name,
        project,
        region: place.region,
        functions: place.functions,
        adopt: place.adopt,
        token_users: place.password_users,
        tags: place.tags,
        identity,
        endpoint,
        minute: poll.map_or(minute, |poll| minute * poll / 5000),
        data: crate::apply::data_root(|name| std::env::var_os(name))?.join("gcp"),
    };
    Ok(Box::new(open(opening)?))
}

#[cfg(feature = "upstash")]
fn upstash(place: Target) -> Result<Box<dyn Provider>, Failure> {
    use crate::provider::upstash::{API, Opening, open};
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if place.restore.is_some() {
        let message = "a database of Upstash is restored in place, from its backups in the console";
        return Err(Failure::new("restore", message, None));
    }
    let (Some(email), Some(key)) = (variable("UPSTASH_EMAIL"), variable("UPSTASH_API_KEY")) else {
        let message = "no credentials for Upstash: UPSTASH_EMAIL and UPSTASH_API_KEY are not both set";
        let hint = "make a key under Account, Management API in the Upstash console; accounts that were made through a \
                    cloud's marketplace have none";
        return Err(Failure::new("credentials", message, Some(hint.to_owned())));
    };
    let redis = match variable("CACHEFIT_UPSTASH_REDIS") {
        Some(address) => Some(on_this_machine(&address)?),
        None => None,
    };
    let pace = crate::provider::Pace::default();
    let poll = variable("CACHEFIT_POLL_MS").and_then(|text| text.parse().ok());
    let pace = poll.map_or(pace, |poll| pace.from_first_look(std::time::Duration::from_millis(poll)));
    let opening = Opening {
        shows_within: pace.settle,
        profile: place.name,
        adopt: place.adopt,
        users: place.users,
        api: variable("UPSTASH_API_URL").unwrap_or_else(|| API.to_owned()),
        redis,
        email,
        key,
        state: crate::apply::state_root(|name| std::env::var_os(name))?.join("upstash"),
        data: crate::apply::data_root(|name| std::env::var_os(name))?.join("upstash"),
    };
    Ok(Box::new(open(opening)?))
}

/// `127.0.0.1:6379`: a connection without TLS stays on this machine.
#[cfg(feature = "upstash")]
fn on_this_machine(address: &str) -> Result<crate::provider::Endpoint, Failure> {
    let parsed = address.parse::<std::net::SocketAddr>().ok().filter(|address| address.ip().is_loopback());
    let parsed = parsed.ok_or_else(|| {
        let message =
            format!("CACHEFIT_UPSTASH_REDIS is {address}, and only an address of this machine is taken");
        Failure::new("address", message, None)
    })?;
    Ok(crate::provider::Endpoint { host: parsed.ip().to_string(), port: parsed.port() })
}

#[cfg(feature = "local")]
fn local(name: &str, target: &TargetArgs) -> Result<Box<dyn Provider>, Failure> {
    let data = data_root(|name| std::env::var_os(name))?;
    let local = Local::open(&data, name, target.server.clone(), Timestamp::now());
    let wanted = target.systemd.map(|switch| switch == OnOff::On);
    match (unit_root(|name| std::env::var_os(name)), wanted) {
        (Some(units), _) => Ok(Box::new(local.with_units(Units::new(units, wanted)))),
        (None, Some(true)) => {
            let message = "there is no folder for units of systemd: neither XDG_CONFIG_HOME nor HOME is set";
            Err(Failure::new("state", message.to_owned(), None))
        }
        (None, _) => Ok(Box::new(local)),
    }
}

/// The provider of a profile, open, for a look at all that it has; where its functions are does not matter.
pub fn provider_alone(
    input: &Input,
    target: &TargetArgs,
    final_snapshot: bool,
) -> Result<(units::Provider, Box<dyn Provider>), Failure> {
    let kind = kind(input)?;
    // Only what carries our tags: taking something down takes nothing over.
    let place =
        Target { functions: None, adopt: false, final_snapshot, ..Target::of_profile(&input.profile, kind) };
    Ok((kind, open(place, target)?))
}

/// The provider of a profile, open, for what is there alone; where its functions are does not matter.
pub fn provider_to_read(input: &Input, target: &TargetArgs) -> Result<Box<dyn Provider>, Failure> {
    let kind = kind(input)?;
    open(Target { functions: None, ..Target::of_profile(&input.profile, kind) }, target)
}

/// The provider of a profile, open.
pub fn provider(input: &Input, target: &TargetArgs) -> Result<(units::Provider, Box<dyn Provider>), Failure> {
    provider_from(input, target, None)
}

/// The provider of a profile, open; a new cache is made from a snapshot, if one is named.
pub fn provider_from(
    input: &Input,
    target: &TargetArgs,
    restore: Option<&str>,
) -> Result<(units::Provider, Box<dyn Provider>), Failure> {
    let kind = kind(input)?;
    let restore = restore.map(str::to_owned);
    Ok((kind, open(Target { restore, ..Target::of_profile(&input.profile, kind) }, target)?))
}

fn kind(input: &Input) -> Result<units::Provider, Failure> {
    let Some(provider) = &input.profile.placement.provider else {
        let message = format!("{} does not say who provides the cache", input.file);
        let hint = "add `provider:` to placement; `cachefit recommend` compares them".to_owned();
        return Err(Failure::new("provider", message, Some(hint)));
    };
    Ok(provider.value)
}
