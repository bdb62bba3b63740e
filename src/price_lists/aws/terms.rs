//! On which terms a product is sold, and for how much.

use rust_decimal::Decimal;

use super::meter::Meter;
use super::{PriceLine, Product, Term};
use crate::catalog::{Paid, PriceRecord, Unit};
use crate::price_lists::Read;
use crate::units::Commitment;

/// A processing unit costs some billionths of a dollar; what costs more is the price of many.
const MOST_FOR_A_UNIT: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// The records of a product, one for each of its terms.
pub fn records(product: &Product, meter: &Meter, region: &str, day: &str, read: &mut Read) {
    for term in &product.terms {
        match one(term, meter) {
            Ok(Some((commitment, paid))) => read.records.push(PriceRecord {
                service: meter.service,
                region: region.to_owned(),
                item: meter.item.clone(),
                engine: meter.engine,
                term: commitment,
                paid,
                unit: meter.unit,
                meter: meter.text.into(),
                source: "AWS Price List",
                as_of: day.to_owned(),
                discounts: false,
                doubt: None,
                note: meter.note,
            }),
            Ok(None) => read.skip("a reservation of a kind that is not sold any more"),
            Err(why) => {
                read.leave_out(format!("{} in {region}, SKU {}", meter.item, product.sku), why);
            }
        }
    }
}

fn one(term: &Term, meter: &Meter) -> Result<Option<(Commitment, Paid)>, String> {
    if !term.reserved {
        let counts = |line: &&PriceLine| !meter.first_tier || line.begin == "0";
        let lines: Vec<&PriceLine> = term.lines.iter().filter(counts).collect();
        let [line] = lines[..] else {
            let tier = if meter.first_tier { " from 0 on" } else { "" };
            return Err(format!("it has {} prices on demand{tier}, and one was expected", lines.len()));
        };
        let usd = number(line.usd.as_ref())?;
        if meter.unit == Unit::MillionEcpu && usd > MOST_FOR_A_UNIT {
            return Err(format!("{usd} USD is not the price of one processing unit"));
        }
        return Ok(Some((Commitment::OnDemand, Paid::Rate((usd * Decimal::from(meter.times)).normalize()))));
    }
    let attribute = |name: &str| term.attributes.get(name).map_or("", String::as_str);
    let years = attribute("LeaseContractLength").trim_end_matches("yr").trim();
    let commitment = match (years, attribute("PurchaseOption")) {
        ("1", "No Upfront") => Commitment::OneYearNoUpfront,
        ("1", "Partial Upfront") => Commitment::OneYearPartialUpfront,
        ("1", "All Upfront") => Commitment::OneYearAllUpfront,
        ("3", "No Upfront") => Commitment::ThreeYearsNoUpfront,
        ("3", "Partial Upfront") => Commitment::ThreeYearsPartialUpfront,
        ("3", "All Upfront") => Commitment::ThreeYearsAllUpfront,
        // Heavy, medium and light utilization.
        _ => return Ok(None),
    };
    if !matches!(attribute("OfferingClass"), "standard" | "") {
        return Ok(None);
    }
    // An hourly line of 0 is not the price of a reservation that is paid upfront.
    let of = |unit: &str| {
        let mut lines = term.lines.iter().filter(|line| line.unit.eq_ignore_ascii_case(unit));
        match (lines.next(), lines.next()) {
            (Some(line), None) => number(line.usd.as_ref()).map(Some),
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(format!("the term {commitment} has several lines by {unit}")),
        }
    };
    let (hourly, start) = (of("Hrs")?, of("Quantity")?);
    let all_upfront = matches!(commitment, Commitment::OneYearAllUpfront | Commitment::ThreeYearsAllUpfront);
    let none_upfront = matches!(commitment, Commitment::OneYearNoUpfront | Commitment::ThreeYearsNoUpfront);
    match (hourly, start.filter(|start| !start.is_zero())) {
        (Some(hourly), None) if none_upfront => Ok(Some((commitment, Paid::Rate(hourly)))),
        (Some(hourly), Some(start)) if !none_upfront => {
            Ok(Some((commitment, Paid::Upfront { start, hourly })))
        }
        // Only what is paid at once may have no hourly line.
        (None, Some(start)) if all_upfront => {
            Ok(Some((commitment, Paid::Upfront { start, hourly: Decimal::ZERO })))
        }
        _ => Err(format!("the term {commitment} does not have the lines that it must have")),
    }
}

fn number(text: Option<&String>) -> Result<Decimal, String> {
    let text = text.ok_or("it has no price in USD")?;
    let number = text.parse().or_else(|_| Decimal::from_scientific(text));
    number.map(|usd| usd.normalize()).map_err(|_| format!("`{text}` is not a price"))
}
