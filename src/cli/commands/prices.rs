//! `cachefit prices`

use crate::catalog::{Catalog, Offer, Service, reference_region};
use crate::cli::Exit;
use crate::cli::args::{DataFormat, PricesArgs, PricesCommand};
use crate::cli::error::{Failure, unknown_name};
use crate::cli::printer::Printer;
use crate::report::{Json, Report as _, Table};
use crate::units::nearest;

pub fn run(printer: &Printer, args: &PricesArgs) -> Result<Exit, Failure> {
    if let Some(PricesCommand::Update(args)) = &args.command {
        return super::prices_update::run(printer, args);
    }
    let catalog = Catalog::in_use();
    let offer = find(catalog, args)?;
    let text = match args.format {
        DataFormat::Table => Table { color: printer.color() }.render(&offer),
        DataFormat::Json => Json.render(&offer),
    }?;
    printer.data(&text)?;
    Ok(if offer.has_a_price() { Exit::Done } else { Exit::Gate })
}

/// The offer of the named service, or of the one service that has the name.
fn find<'a>(catalog: &'a Catalog, args: &PricesArgs) -> Result<Offer<'a>, Failure> {
    let services: Vec<Service> = match args.service {
        Some(service) => vec![service],
        None => Service::ALL.to_vec(),
    };
    let mut found = Vec::new();
    for service in services {
        let region = region(catalog, service, args);
        let offer = match region {
            Ok(region) => {
                catalog.offer(service, args.name(), region).map_err(|e| unknown_name("unknown-offer", &e))
            }
            Err(failure) => Err(failure),
        };
        match offer {
            Ok(offer) => found.push(offer),
            Err(failure) if args.service.is_some() => return Err(failure),
            Err(_) => {}
        }
    }
    if found.len() > 1 {
        let names: Vec<&str> = found.iter().map(|o| o.service.service.id()).collect();
        let hint = format!("name one of them with --service: {}", names.join(", "));
        return Err(Failure::new(
            "ambiguous-offer",
            format!("`{}` is sold by several services", args.name()),
            Some(hint),
        ));
    }
    found.pop().ok_or_else(|| nothing(catalog, args))
}

fn region<'a>(catalog: &'a Catalog, service: Service, args: &'a PricesArgs) -> Result<&'a str, Failure> {
    match &args.region {
        None => Ok(reference_region(service.provider())),
        Some(region) => catalog
            .known_region(service.provider(), region)
            .map_err(|error| unknown_name("unknown-region", &error)),
    }
}

fn nothing(catalog: &Catalog, args: &PricesArgs) -> Failure {
    let sold_by = |s: &Service| catalog.node_types(*s).iter().any(|n| n.name == args.name());
    if let (Some(service), Some(region)) = (Service::ALL.iter().copied().find(sold_by), &args.region) {
        let hint = format!("regions of {}: {}", service.provider(), catalog.regions(service).join(", "));
        let message =
            format!("`{}` is sold by {}, which has no region `{region}`", args.name(), service.title());
        return Failure::new("unknown-region", message, Some(hint));
    }
    let names = Service::ALL.iter().flat_map(|s| catalog.node_types(*s)).map(|n| n.name);
    let place =
        args.region.as_ref().map_or_else(String::new, |r| format!(" in a provider with the region `{r}`"));
    let hint = nearest(args.name(), names).map(|n| format!("did you mean `{n}`?"));
    let shown: String = args.name().chars().take(40).collect();
    Failure::new("unknown-offer", format!("no service offers `{shown}`{place}"), hint)
}
