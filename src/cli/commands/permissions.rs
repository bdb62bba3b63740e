//! `cachefit permissions`

use crate::cli::Exit;
use crate::cli::args::PermissionsArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;

/// Prints the policy; asks nobody for anything.
#[cfg(feature = "aws")]
pub fn run(printer: &Printer, args: &PermissionsArgs) -> Result<Exit, Failure> {
    use crate::cli::args::PermissionsFor;
    use crate::cli::{deployment, inputs};
    use crate::provider::aws::permissions::Purpose;
    use crate::provider::aws::policy::policy;
    use crate::report::ReportError;
    use crate::units::Provider;

    let input = inputs::profile(printer, &args.profile)?;
    let deployment = deployment::offline(&input, &args.target)?;
    if deployment.provider() != Provider::Aws {
        let message = format!("the cache is at {}, and IAM policies are of AWS", deployment.provider());
        let hint = "set `placement.provider: aws`".to_owned();
        return Err(Failure::new("provider", message, Some(hint)));
    }
    let purpose = match args.purpose {
        PermissionsFor::Plan => Purpose::Plan,
        PermissionsFor::Apply => Purpose::Apply,
        PermissionsFor::Destroy => Purpose::Destroy,
    };
    let policy = policy(purpose, &deployment, &input.profile, args.restore.as_deref());
    let mut text = serde_json::to_string_pretty(&policy).map_err(ReportError::from)?;
    text.push('\n');
    printer.data(&text)?;
    Ok(Exit::Done)
}

/// Without the clients of AWS there is no list of their calls.
#[cfg(not(feature = "aws"))]
pub fn run(_: &Printer, _: &PermissionsArgs) -> Result<Exit, Failure> {
    Err(crate::cli::features::without_aws())
}
