//! Which format a trace has, from its first bytes.

use std::fmt;

use serde::Serialize;

use super::columns::Columns;
use super::monitor::Monitor;
use super::oracle::Oracle;
use super::twitter::Twitter;
use super::{Counts, Step, TraceError};
use crate::simulate::request::Request;

/// A format of traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Output of `redis-cli MONITOR`.
    Monitor,
    /// Comma- or tab-separated values with a header.
    Columns,
    /// Comma-separated numbers without a header: time, key, size.
    PlainColumns,
    /// Twitter's published cache traces.
    Twitter,
    /// libCacheSim's binary format.
    OracleGeneral,
    /// Apache Parquet with named columns.
    Parquet,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Monitor => "MONITOR output",
            Self::Columns => "values with named columns",
            Self::PlainColumns => "columns of time, key and size",
            Self::Twitter => "a Twitter cache trace",
            Self::OracleGeneral => "libCacheSim oracleGeneral",
            Self::Parquet => "Parquet with named columns",
        })
    }
}

/// The first bytes of a Parquet file.
pub(super) const PARQUET: &[u8] = b"PAR1";

/// Reads lines of one format.
pub(super) trait LineParser: Send {
    /// Adds the requests of a line.
    fn line(&mut self, line: &[u8], out: &mut Vec<Request>, counts: &mut Counts) -> Step;
    /// Whether reads are told from writes.
    fn tells_operations(&self) -> bool;
}

pub(super) enum Parser {
    Lines(Box<dyn LineParser>),
    Oracle(Oracle),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::parquet::Rows>),
}

impl Parser {
    pub fn tells_operations(&self) -> bool {
        match self {
            Self::Lines(parser) => parser.tells_operations(),
            Self::Oracle(_) => false,
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.tells_operations(),
        }
    }
}

/// The format that fits.
pub(super) fn detect(head: &[u8]) -> Result<(Format, Parser), TraceError> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(TraceError::Empty);
    }
    if head.starts_with(PARQUET) {
        // A file's name has been looked at before.
        let why = if cfg!(feature = "parquet") {
            "it is Parquet, which has its index at the end: give the name of an uncompressed file, not a stream"
        } else {
            "it is Parquet, and this cachefit was built without the feature `parquet`: write CSV with the same columns"
        };
        return Err(TraceError::Unknown { why: why.to_owned() });
    }
    let start = &head[..head.len().min(4096)];
    let controls = start.iter().filter(|b| **b < 32 && !b.is_ascii_whitespace()).count();
    if start.contains(&0) || controls * 20 > start.len() {
        return match Oracle::detect(head) {
            Ok(oracle) => Ok((Format::OracleGeneral, Parser::Oracle(oracle))),
            Err(why) => {
                Err(TraceError::Unknown { why: format!("it is binary, but not oracleGeneral ({why})") })
            }
        };
    }
    // The last line may be cut.
    let whole = start.iter().rposition(|b| *b == b'\n').map_or(start, |end| &start[..end]);
    let lines: Vec<&[u8]> = whole
        .split(|b| *b == b'\n')
        .map(|l| l.strip_suffix(b"\r").unwrap_or(l))
        .filter(|l| !l.iter().all(u8::is_ascii_whitespace))
        .collect();
    let most = |fits: &dyn Fn(&[u8]) -> bool| {
        2 * lines.iter().filter(|l| fits(l)).count() > lines.len().saturating_sub(1)
    };
    if most(&Monitor::fits) {
        return Ok((Format::Monitor, Parser::Lines(Box::new(Monitor::default()))));
    }
    if let Some(columns) = lines.first().and_then(|header| Columns::named(header)) {
        return Ok((Format::Columns, Parser::Lines(Box::new(columns))));
    }
    if most(&Twitter::fits) {
        return Ok((Format::Twitter, Parser::Lines(Box::new(Twitter))));
    }
    if most(&Columns::fits_plain) {
        return Ok((Format::PlainColumns, Parser::Lines(Box::new(Columns::plain(head)))));
    }
    if most(&|line: &[u8]| line.starts_with(b"{\"log\":")) {
        let why =
            "it is a container's log in JSON: take the lines out of it, `jq -j .log FILE`, and read those";
        return Err(TraceError::Unknown { why: why.to_owned() });
    }
    let why = "it is text, but neither MONITOR output nor values with a header that names a `key` column, \
               a Twitter cache trace, or columns of time, key and size";
    Err(TraceError::Unknown { why: why.to_owned() })
}
