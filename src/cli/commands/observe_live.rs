//! `cachefit observe --url`: INFO of live servers.

use crate::cli::args::ObserveArgs;
use crate::cli::error::Failure;
use crate::cli::printer::Printer;
use crate::observe::Observations;

#[cfg(feature = "local")]
pub(super) fn ask(printer: &Printer, args: &ObserveArgs) -> Result<Observations, Failure> {
    use std::time::Duration;

    use jiff::Timestamp;

    use crate::observe::capture::{Server, Target, info_twice};

    let ca = args.ca.as_ref().map(std::fs::read).transpose().map_err(|error| {
        Failure::new("unreadable", format!("cannot read the file of --ca: {error}"), None)
    })?;
    let password = std::env::var("CACHEFIT_PASSWORD").ok();
    let target = |url: &String| Target { url: url.clone(), password: password.clone(), ca: ca.clone() };
    let servers = args.url.iter().map(|url| Server::new(&target(url))).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    printer.note(&format!("asks {} for INFO, and again after {}", names.join(", "), args.pause));
    let pause = Duration::from_secs_f64(args.pause.0.clamp(0.0, 86_400.0));
    let mut found = info_twice(&servers, pause, Timestamp::now().as_second())?;
    found.caveats.insert(format!(
        "the load of live servers is that of {}: ask in the busiest hour, or read what a monitoring system kept",
        args.pause
    ));
    Ok(found)
}

#[cfg(not(feature = "local"))]
pub(super) fn ask(_: &Printer, _: &ObserveArgs) -> Result<Observations, Failure> {
    Err(crate::cli::features::without("local", "talk to a live server"))
}
