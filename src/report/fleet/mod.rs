//! Fleets in every form, all of text made from one document.

mod csv;
mod document;
mod json;

use clap::ValueEnum;

pub use json::schema;

use super::{ReportError, Table};
use crate::fleet::Fleet;

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a person
    Table,
    /// For a program
    Json,
    /// For a ticket or a pull request
    Markdown,
    /// For a spreadsheet
    Csv,
    /// A page in one file
    Html,
}

/// The fleet in a form; `explain` adds the proofs to the text for a terminal, which all others have.
pub fn emit(fleet: &Fleet, form: Form, table: &Table, explain: bool) -> Result<String, ReportError> {
    match form {
        Form::Table => Ok(table.document(&document::document(fleet), explain)),
        Form::Markdown => Ok(document::document(fleet).markdown()),
        Form::Html => Ok(document::document(fleet).html()),
        Form::Json => json::render(fleet),
        Form::Csv => csv::render(fleet),
    }
}
