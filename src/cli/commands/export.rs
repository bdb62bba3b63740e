//! `cachefit export`

use crate::cli::Exit;
use crate::cli::args::ExportArgs;
use crate::cli::deployment;
use crate::cli::error::Failure;
use crate::cli::inputs::{self, is_standard_input};
use crate::cli::output;
use crate::cli::printer::Printer;
use crate::deployment::Configuration;
use crate::export::{ExportError, Subject, Target, export};
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
            ExportError::Unfit { instead, .. } => Some(format!("say --to {instead}")),
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

#[cfg(feature = "aws")]
#[expect(clippy::unnecessary_wraps, reason = "builds without the clients of AWS have an error here")]
fn resources(deployment: &Configuration, profile: &Profile) -> Result<Vec<Resource>, Failure> {
    Ok(crate::provider::cloud::desired_anew::<crate::provider::aws::Session>(deployment, profile))
}

#[cfg(not(feature = "aws"))]
fn resources(_: &Configuration, _: &Profile) -> Result<Vec<Resource>, Failure> {
    Err(crate::cli::features::without_aws())
}
