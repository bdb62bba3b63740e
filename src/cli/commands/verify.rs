//! `cachefit verify`

use crate::cli::Exit;
use crate::cli::args::{DataFormat, VerifyArgs};
use crate::cli::deployment::wanted;
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::cli::reach;
use crate::cli::target::provider;
use crate::report::verify::VerifyReport;
use crate::report::{Json, Report as _, Table};
use crate::units;

pub fn run(printer: &Printer, args: &VerifyArgs) -> Result<Exit, Failure> {
    let input = inputs::profile(printer, &args.profile)?;
    let (kind, provider) = provider(&input, &args.target)?;
    let wanted = wanted(&input, &args.target, kind, provider.as_ref(), provider.observe()?)?;
    let mut findings = provider.verify(&wanted.intent.desired)?;
    // The provider local is asked on the spot already.
    if kind != units::Provider::Local
        && let Some(connection) = provider.connection()?
    {
        findings.extend(connection.endpoints.iter().flat_map(reach::findings));
    }
    let report = VerifyReport { profile: input.profile.name, findings };
    let text = match args.format {
        DataFormat::Table => Table { color: printer.color() }.render(&report),
        DataFormat::Json => Json.render(&report),
    }?;
    printer.data(&text)?;
    Ok(if report.failed() == 0 { Exit::Done } else { Exit::Gate })
}
