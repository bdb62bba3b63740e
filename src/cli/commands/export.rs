//! `cachefit export`

use clap::ValueEnum as _;

use crate::cli::Exit;
use crate::cli::args::ExportArgs;
use crate::cli::deployment;
use crate::cli::error::Failure;
use crate::cli::inputs::{self, is_standard_input};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::deployment::Configuration;
use crate::export::{ExportError, Subject, Target, export, targets};
use crate::plan::Resource;
use crate::profile::Profile;
use crate::units::Provider;

pub fn run(printer: &Printer, args: &ExportArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let chosen = deployment::chosen(&input, args.as_of)?;
    let resources = match (chosen.provider(), args.to) {
        (Provider::Aws, Target::Terraform | Target::CloudFormation) => resources(&chosen, &input.profile)?,
        _ => Vec::new(),
    };
    let subject = Subject { profile: &input.profile, deployment: &chosen, resources: &resources };
    let exported = export(&subject, args.to).map_err(|error| {
        let hint = match &error {
            ExportError::Unfit { advice, .. } => instead(&subject, *advice),
            ExportError::Written(_) => None,
        };
        Failure::new("export", error.to_string(), hint)
    })?;
    match args.output.as_deref().filter(|file| !is_standard_input(file)) {
        Some(file) => {
            output::create_with(file, &exported.text, "name another file, or remove this one")?;
            printer.note(&format!("wrote {}", file.display()));
        }
        None => printer.data(&exported.text)?,
    }
    for sentence in &exported.left_out {
        printer.note(sentence);
    }
    Ok(Exit::Done)
}

/// What takes out of the way what is in it, and the targets that describe the deployment as it is.
fn instead(subject: &Subject<'_>, advice: Option<&str>) -> Option<String> {
    let fit = targets(subject);
    let names: Vec<String> =
        fit.iter().filter_map(Target::to_possible_value).map(|v| v.get_name().to_owned()).collect();
    let others = (!names.is_empty()).then(|| format!("say --to {}", names.join(", ")));
    let parts: Vec<String> = advice.map(str::to_owned).into_iter().chain(others).collect();
    (!parts.is_empty()).then(|| parts.join(", or "))
}

#[cfg(feature = "aws")]
#[expect(clippy::unnecessary_wraps, reason = "builds without the clients of AWS have an error here")]
fn resources(deployment: &Configuration, profile: &Profile) -> Result<Vec<Resource>, Failure> {
    Ok(crate::provider::cloud::desired_anew::<crate::provider::aws::Session>(deployment, profile))
}

#[cfg(not(feature = "aws"))]
fn resources(_: &Configuration, _: &Profile) -> Result<Vec<Resource>, Failure> {
    Err(crate::cli::features::without_aws())
}
