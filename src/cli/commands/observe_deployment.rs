//! `cachefit observe PROFILE`: the monitoring of the deployment itself.

use std::time::Duration;

use jiff::Timestamp;

use crate::cli::args::ObserveArgs;
use crate::cli::error::Failure;
use crate::cli::inputs::Input;
use crate::cli::printer::Printer;
use crate::cli::target;
use crate::observe::Observations;
use crate::observe::queries::Purpose;
use crate::provider::MetricsAsked;
use crate::units::DAY;

pub(super) fn ask(printer: &Printer, args: &ObserveArgs, input: &Input) -> Result<Observations, Failure> {
    let provider = target::provider_to_read(input, &args.target)?;
    let asked = MetricsAsked {
        now: Timestamp::now().as_second(),
        seconds: i64::from(args.days) * DAY,
        purpose: Purpose::Size,
        pause: Duration::from_secs_f64(args.pause.0.clamp(0.0, 86_400.0)),
    };
    Ok(provider.metrics(&asked, &|text| printer.note(text))?)
}
