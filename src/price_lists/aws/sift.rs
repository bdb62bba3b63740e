//! The part of a long offer file that is read at all. EC2's has several hundred megabytes a region, nearly all of it about
//! machines that no cache runs on; it is gone through line by line, and only lines that matter are kept.

use std::io::Read;

use super::csv::name;
use super::others::WANTED;
use crate::price_lists::{ListError, Page};

/// The offer of which only some lines are kept.
const LONG: &str = "AmazonEC2";

/// `Compute Instance`, and those of bare metal.
fn is_machine(family: Option<&str>) -> bool {
    family.is_some_and(|family| family.starts_with("Compute Instance"))
}

/// A page of an offer file in CSV, without lines of EC2 about other systems, software, tenancies and uses. Memory holds
/// what is kept, and a line.
pub fn sifted(page_name: &str, from: impl Read) -> Result<Page, ListError> {
    let broken = |error: &dyn std::fmt::Display| ListError::Broken {
        page: page_name.to_owned(),
        why: error.to_string(),
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(from);
    let mut kept = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut record = csv::StringRecord::new();
    let mut long = false;
    // Of a machine, what each column must hold; none before the line of column names.
    let mut wanted: Option<Vec<(usize, &str)>> = None;
    let mut family = None;
    while reader.read_record(&mut record).map_err(|error| broken(&error))? {
        let keep = match &wanted {
            Some(wanted) if long && is_machine(family.and_then(|at| record.get(at))) => {
                wanted.iter().all(|(at, value)| record.get(*at) == Some(*value))
            }
            _ => true,
        };
        if wanted.is_none() {
            // The names of the columns come after all that is said of the file.
            long |= record.get(0) == Some("OfferCode") && record.get(1) == Some(LONG);
            if record.get(0) == Some("SKU") {
                let columns: Vec<String> = record.iter().map(name).collect();
                let place = |column: &str| columns.iter().position(|own| own == column);
                let of = |(column, value): &(&str, &'static str)| Some((place(column)?, *value));
                family = place("productFamily");
                wanted = Some(WANTED.iter().filter_map(of).collect());
            }
        }
        if keep {
            kept.write_record(&record).map_err(|error| broken(&error))?;
        }
    }
    let bytes = kept.into_inner().map_err(|error| broken(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| broken(&error))?;
    Ok(Page { name: page_name.to_owned(), text })
}
