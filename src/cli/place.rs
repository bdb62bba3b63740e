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
use crate::provider::Provider;
#[cfg(feature = "local")]
use crate::provider::local::{Local, Units};
use crate::units;

/// Where a deployment is, and who must be able to reach it.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "clouds read it"))]
pub struct Place {
    /// Who provides it.
    pub provider: units::Provider,
    /// Name of the profile.
    pub name: String,
    /// The provider's region.
    pub region: String,
    /// Functions whose network decides, with a region of their own; none where nothing depends on it.
    pub functions: Option<Vec<(String, Option<String>)>>,
    /// An existing subnet group that the cache goes into.
    pub subnet_group: Option<String>,
    /// Users that sign in with a password.
    pub password_users: Vec<String>,
    /// Whether a cache of this name that nobody manages is taken over.
    pub adopt: bool,
    /// Tags of the profile's own, for every resource.
    pub tags: BTreeMap<String, String>,
    /// The snapshot that a new cache is made from.
    pub restore: Option<String>,
    /// Whether what is deleted leaves a last snapshot.
    pub final_snapshot: bool,
}

impl Place {
    /// The place that a profile names.
    pub fn of_profile(profile: &Profile, provider: units::Provider) -> Self {
        let region = profile.placement.region.as_ref().map(|r| r.value.clone());
        let functions = profile.placement.functions.iter();
        let lambdas = functions
            .filter(|f| f.kind == FunctionKind::Lambda)
            .map(|f| (f.name.clone(), f.region.as_ref().map(|r| r.value.clone())));
        let users = profile.security.users.iter().filter(|u| u.auth.value == Auth::Password);
        Self {
            provider,
            name: profile.name.clone(),
            region: region.unwrap_or_else(|| reference_region(provider).to_owned()),
            functions: Some(lambdas.collect()),
            subnet_group: profile.placement.subnet_group.clone(),
            password_users: users.map(|u| u.name.clone()).collect(),
            adopt: profile.pin.adopt,
            tags: profile.tags.clone(),
            restore: None,
            final_snapshot: true,
        }
    }

    /// The place of a plan file: what it changes says where.
    pub fn of_plan(plan: &Plan) -> Self {
        let resources = || plan.desired.iter().chain(plan.observed.iter().map(|o| &o.resource));
        let region = resources().find_map(|r| r.attributes.get("region")?.as_text());
        let secrets = resources().filter(|r| r.address.kind == "secret");
        Self {
            provider: plan.provider,
            name: plan.profile.clone(),
            region: region.unwrap_or(reference_region(plan.provider)).to_owned(),
            functions: None,
            subnet_group: None,
            password_users: secrets
                .filter_map(|r| r.address.name.rsplit('/').next().map(str::to_owned))
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
        }
    }
}

/// Opens the provider of a deployment.
#[cfg_attr(not(feature = "aws"), expect(clippy::needless_pass_by_value, reason = "clouds keep it"))]
#[cfg_attr(not(feature = "local"), expect(unused_variables, reason = "it says where local servers are"))]
pub fn open(place: Place, target: &TargetArgs) -> Result<Box<dyn Provider>, Failure> {
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
                functions: place.functions.map(|all| {
                    all.into_iter()
                        .map(|(name, region)| crate::provider::aws::Caller { name, region })
                        .collect()
                }),
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
        provider => {
            let message = format!("plan and apply cannot reach the provider {provider} yet");
            let hint = "they work with `placement.provider: local` and `aws`; `recommend` and `cost` know every provider";
            Err(Failure::new("provider", message, Some(hint.to_owned())))
        }
    }
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
        Place { functions: None, adopt: false, final_snapshot, ..Place::of_profile(&input.profile, kind) };
    Ok((kind, open(place, target)?))
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
    Ok((kind, open(Place { restore, ..Place::of_profile(&input.profile, kind) }, target)?))
}

fn kind(input: &Input) -> Result<units::Provider, Failure> {
    let Some(provider) = &input.profile.placement.provider else {
        let message = format!("{} does not say who provides the cache", input.file);
        let hint = "add `provider:` to placement; `cachefit recommend` compares them".to_owned();
        return Err(Failure::new("provider", message, Some(hint)));
    };
    Ok(provider.value)
}
