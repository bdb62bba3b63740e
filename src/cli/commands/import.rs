//! `cachefit import`

use std::collections::BTreeMap;

use crate::catalog::reference_region;
use crate::cli::Exit;
use crate::cli::args::{ImportArgs, TargetArgs};
use crate::cli::error::Failure;
use crate::cli::inputs::{Input, profile};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::cli::target::{Target, open};
use crate::profile::{EditError, Placement, decided, parse};
use crate::units::Provider;

/// Reads the cache, writes the profile.
pub fn run(printer: &Printer, args: &ImportArgs) -> Result<Exit, Failure> {
    let there = args.profile.exists().then(|| profile(printer, &args.profile)).transpose()?;
    let placement = there.as_ref().map(|input| &input.profile.placement);
    let of_profile = placement.and_then(|p| p.provider.as_ref()).map(|provider| provider.value);
    let provider = match (args.provider, of_profile) {
        (Some(asked), Some(said)) if asked != said => {
            let message = format!("{} is for the provider {said}, not {asked}", args.profile.display());
            let hint = format!("leave `--provider` out, or set `placement.provider: {asked}`");
            return Err(Failure::new("import", message, Some(hint)));
        }
        (asked, said) => asked.or(said).unwrap_or(Provider::Aws),
    };
    let region = placement.and_then(|p| p.region.as_ref()).map(|region| region.value.clone());
    let region = args.region.clone().or(region).unwrap_or_else(|| reference_region(provider).to_owned());
    let name = there.as_ref().map(|input| input.profile.name.as_str());
    let opened = open(target(args, placement, provider, region), &TargetArgs::default())?;
    let imported = opened.import(&args.id, name)?;
    let cache = &imported.cache;
    let text = match &there {
        Some(input) => cache
            .pin_in(&std::fs::read_to_string(&args.profile)?, &input.profile)
            .map_err(|error| uneditable(input, &error, &decided(&cache.pinned()).text()))?,
        None => cache.text("import", &imported.name, provider, &imported.region),
    };
    if let Err(errors) = parse(text.as_bytes(), &args.profile.to_string_lossy()) {
        return Err(Failure::Profiles(vec![errors]));
    }
    output::replace(&args.profile, &text)?;
    let file = args.profile.display();
    printer.note(&format!("wrote {file}; `cachefit plan {file}` shows what an apply would change"));
    if there.is_none() && !(cache.measures_data() && cache.measures_traffic()) {
        printer.note("no metrics say it all: the comments of the profile say which figures are made up");
    }
    Ok(Exit::Done)
}

/// Where it is looked for: under its id, which is its name at most providers.
fn target(args: &ImportArgs, placement: Option<&Placement>, provider: Provider, region: String) -> Target {
    Target {
        subscription: placement.and_then(|placement| placement.subscription.clone()),
        resource_group: placement.and_then(|placement| placement.resource_group.clone()),
        project: placement.and_then(|placement| placement.project.clone()),
        provider,
        name: args.id.to_ascii_lowercase(),
        region,
        functions: None,
        subnet_group: None,
        password_users: Vec::new(),
        users: Vec::new(),
        adopt: true,
        tags: BTreeMap::new(),
        restore: None,
        final_snapshot: true,
    }
}

fn uneditable(input: &Input, error: &EditError, section: &str) -> Failure {
    let hint = format!("put this into it yourself:\n{section}");
    let message = format!("{} cannot be edited: {error}", input.file);
    Failure::new("import", message, Some(hint))
}
