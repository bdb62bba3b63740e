//! What the embedded tables are: their date, their row counts, their hashes.

use super::table::{DataError, Table};

/// The embedded tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Newest date of any row, `YYYY-MM-DD`.
    pub date: &'static str,
    /// The tables that the importer made.
    pub files: Vec<SnapshotFile>,
}

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Its name.
    pub name: &'static str,
    /// Rows without the header.
    pub rows: usize,
    /// SHA-256 of the file, hexadecimal; checked by `tools/import_catalog.py --check`.
    pub sha256: &'static str,
}

const TABLE: Table = Table { file: "SNAPSHOT", header: "file\trows\tsha256_or_date" };

/// Reads the manifest.
pub(super) fn parse(text: &'static str) -> Result<Snapshot, DataError> {
    let mut date = None;
    let mut files = Vec::new();
    for mut row in TABLE.rows(text)? {
        let (name, rows, last) = (row.text()?, row.required()?, row.text()?);
        if name == "snapshot" {
            date = Some(last);
        } else {
            files.push(SnapshotFile { name, rows, sha256: last });
        }
    }
    let date = date.ok_or_else(|| TABLE.error(1, "there is no snapshot date"))?;
    Ok(Snapshot { date, files })
}
