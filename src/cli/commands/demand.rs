//! `cachefit demand`

use crate::cli::Exit;
use crate::cli::args::{DataFormat, DemandArgs};
use crate::cli::error::Failure;
use crate::cli::inputs;
use crate::cli::printer::Printer;
use crate::demand::{Demand, Sizer};
use crate::deployment::Topology;
use crate::memory::Server;
use crate::profile::Availability;
use crate::report::demand::DemandReport;
use crate::report::{Json, Report as _, Table};

pub fn run(printer: &Printer, args: &DemandArgs) -> Result<Exit, Failure> {
    let server = Server::new(&args.server, args.allocator)?;
    let input = inputs::read(&args.profile).map_err(|errors| Failure::Profiles(vec![errors]))?;
    inputs::note_warnings(printer, &input);
    let demand = Demand::of(&input.profile);
    let replicas = match input.profile.requirements.availability.value {
        Availability::Single => 0,
        Availability::MultiAz => 1,
    };
    let layout = Topology { shards: args.shards.unwrap_or(1), replicas, cluster_mode: args.shards.is_some() };
    let sizer = Sizer::new(&input.profile, &demand, server);
    let report = DemandReport::new(&input.profile, &demand, &sizer, layout);
    let text = match args.format {
        DataFormat::Table => Table { color: printer.color() }.render(&report),
        DataFormat::Json => Json.render(&report),
    }?;
    printer.data(&text)?;
    Ok(Exit::Done)
}
