//! `cachefit import`

use crate::cli::Exit;
use crate::cli::args::ImportArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

/// Without the clients of AWS there is nothing to import from.
#[cfg(not(feature = "aws"))]
pub fn run(_: &Printer, _: &ImportArgs) -> Result<Exit, Failure> {
    Err(crate::cli::features::without_aws())
}

#[cfg(feature = "aws")]
pub use of_aws::run;

#[cfg(feature = "aws")]
mod of_aws {
    use jiff::Timestamp;

    use super::{Exit, Failure, ImportArgs, Printer};
    use crate::catalog::reference_region;
    use crate::cli::inputs::{self, Input};
    use crate::cli::output;
    use crate::profile::{EditError, decided, parse};
    use crate::provider::aws::{Aws, Opening};
    use crate::units::Provider;

    /// Reads the cache, writes the profile.
    pub fn run(printer: &Printer, args: &ImportArgs) -> Result<Exit, Failure> {
        let there = args.profile.exists().then(|| inputs::profile(printer, &args.profile)).transpose()?;
        let name = args.id.to_ascii_lowercase();
        if let Some(input) = there.as_ref().filter(|input| input.profile.name != name) {
            let message = format!("{} is named {}, the cache {name}", input.file, input.profile.name);
            let hint =
                format!("a cache is found by the profile's name: set `name: {name}`, or write a new profile");
            return Err(Failure::new("import", message, Some(hint)));
        }
        let of_profile =
            there.as_ref().and_then(|i| i.profile.placement.region.as_ref()).map(|r| r.value.clone());
        let region =
            args.region.clone().or(of_profile).unwrap_or_else(|| reference_region(Provider::Aws).to_owned());
        let aws = Aws::open(Opening {
            profile: name.clone(),
            region: region.clone(),
            functions: None,
            subnet_group: None,
            password_users: Vec::new(),
            adopt: true,
            tags: std::collections::BTreeMap::new(),
            restore: None,
            final_snapshot: true,
            now: Timestamp::now(),
        })?;
        let Some(cache) = aws.import()? else {
            let hint =
                "`aws elasticache describe-replication-groups` and `describe-serverless-caches` list them"
                    .to_owned();
            return Err(Failure::new("import", format!("there is no cache {name} in {region}"), Some(hint)));
        };
        let text = match &there {
            Some(input) => cache
                .pin_in(&std::fs::read_to_string(&args.profile)?, &input.profile)
                .map_err(|error| uneditable(input, &error, &decided(&cache.pinned()).text()))?,
            None => cache.text(&name, Provider::Aws, &region),
        };
        if let Err(errors) = parse(text.as_bytes(), &args.profile.to_string_lossy()) {
            return Err(Failure::Profiles(vec![errors]));
        }
        output::replace(&args.profile, &text)?;
        printer.note(&format!(
            "wrote {}; `cachefit plan {0}` shows what an apply would change, tags first",
            args.profile.display()
        ));
        if there.is_none() && !(cache.measures_data() && cache.measures_traffic()) {
            printer.note("the metrics of the last 14 days do not say it all: its comments say which figures are made up");
        }
        Ok(Exit::Done)
    }

    fn uneditable(input: &Input, error: &EditError, section: &str) -> Failure {
        let hint = format!("put this into it yourself:\n{section}");
        let message = format!("{} cannot be edited: {error}", input.file);
        Failure::new("import", message, Some(hint))
    }
}
