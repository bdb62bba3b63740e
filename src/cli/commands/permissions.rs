//! `cachefit permissions`

use crate::cli::args::{PermissionsArgs, PermissionsFor};
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::cli::{Exit, deployment, inputs};
#[cfg(feature = "cloud")]
use crate::provider::permissions::document;
use crate::provider::permissions::{Asked, Purpose};
use crate::units::Provider;

/// Prints the policy, the role or the scope of a key; asks nobody for anything.
pub fn run(printer: &Printer, args: &PermissionsArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let deployment = deployment::offline(&input, &args.target)?;
    let purpose = match args.purpose {
        PermissionsFor::Plan => Purpose::Plan,
        PermissionsFor::Apply => Purpose::Apply,
        PermissionsFor::Destroy => Purpose::Destroy,
    };
    let asked =
        Asked { purpose, deployment: &deployment, profile: &input.profile, restore: args.restore.as_deref() };
    printer.data(&of_provider(&asked)?)?;
    Ok(Exit::Done)
}

fn of_provider(asked: &Asked<'_>) -> Result<String, Failure> {
    match asked.deployment.provider() {
        #[cfg(feature = "aws")]
        Provider::Aws => Ok(document::<crate::provider::aws::Session>(asked)),
        #[cfg(not(feature = "aws"))]
        Provider::Aws => Err(crate::cli::features::without_aws()),
        #[cfg(feature = "azure")]
        Provider::Azure => Ok(document::<crate::provider::azure::Azure>(asked)),
        #[cfg(not(feature = "azure"))]
        Provider::Azure => Err(crate::cli::features::without("azure", "reach Azure")),
        #[cfg(feature = "gcp")]
        Provider::Gcp => Ok(document::<crate::provider::gcp::Gcp>(asked)),
        #[cfg(not(feature = "gcp"))]
        Provider::Gcp => Err(crate::cli::features::without("gcp", "reach Google Cloud")),
        #[cfg(feature = "upstash")]
        Provider::Upstash => Ok(document::<crate::provider::upstash::Upstash>(asked)),
        #[cfg(not(feature = "upstash"))]
        Provider::Upstash => Err(crate::cli::features::without("upstash", "reach Upstash")),
        Provider::Local => {
            let message = "the provider local asks for no permissions: servers are started as the user who runs cachefit";
            Err(Failure::new("provider", message, None))
        }
    }
}
