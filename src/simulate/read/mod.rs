//! Traces of any known format, chosen by content, request by request.

mod columns;
mod format;
mod lines;
mod monitor;
mod oracle;
#[cfg(feature = "parquet")]
mod parquet;
mod source;
mod twitter;

use std::io;
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

pub use format::Format;
pub use monitor::{MonitorCommand, MonitorCommands, MonitorLines};
pub use source::Progress;

use super::request::Request;
use format::Parser;
use oracle::Oracle;
use source::Source;

/// Lines after which a trace with too many bad ones is given up.
const ENOUGH: u64 = 10_000;
/// Lines or records that are read before requests are handed on.
pub(super) const BATCH: usize = 4096;
/// Bad lines that are shown.
const SHOWN: usize = 5;

/// Why a trace cannot be used.
#[derive(Debug, Error)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("cannot read the trace {file}: {why}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the system says.
        why: io::Error,
    },
    /// The input ended or broke in the middle.
    #[error("the trace breaks off after {requests} requests: {why}")]
    Broken {
        /// Requests before it.
        requests: u64,
        /// What the system or the decompressor says.
        why: io::Error,
    },
    /// Nothing is in it.
    #[error("the trace is empty")]
    Empty,
    /// No format fits its first bytes.
    #[error("this is no trace of a known format: {why}")]
    Unknown {
        /// What was found.
        why: String,
    },
    /// Too many lines could not be read.
    #[error("{bad} of {lines} lines cannot be read as {format}, the first is line {first}: {why}")]
    Bad {
        /// The format it was taken for.
        format: Format,
        /// Bad lines.
        bad: u64,
        /// Lines so far.
        lines: u64,
        /// The first bad line.
        first: u64,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A line that could not be read. Its text is not kept: it holds a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Its number, from 1; for binary traces the number of the record.
    pub line: u64,
    /// What is wrong.
    pub why: &'static str,
}

/// What was read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    /// Lines, or records of a binary trace.
    pub lines: u64,
    /// Those that could not be read.
    pub bad: u64,
    /// The first few of them.
    pub first_bad: Vec<BadLine>,
    /// Commands that do not look at a key, or only at what is kept beside it.
    pub ignored: u64,
    /// Writes to collections, whose size is taken from the last write alone.
    pub collections: u64,
    /// Lines with something before the time, as a container's log puts it, which was passed over.
    pub prefixed: u64,
}

/// A trace that is being read.
pub struct Trace {
    source: Source,
    format: Format,
    parser: Parser,
    counts: Counts,
    max_bad: f64,
    buffer: Vec<u8>,
    requests: u64,
    /// Lines or records so far, empty ones and comments too.
    line: u64,
}

impl Trace {
    /// Opens a file, or standard input for `-`. More than the share `max_bad` of bad lines is an error.
    pub fn open(path: &Path, max_bad: f64) -> Result<(Self, Progress), TraceError> {
        let unreadable = |why| TraceError::Unreadable { file: path.display().to_string(), why };
        let (source, progress) = source::open(path).map_err(unreadable)?;
        #[cfg(feature = "parquet")]
        if source.head.starts_with(format::PARQUET) && path != Path::new("-") {
            let (rows, progress) = parquet::open(path)?;
            return Ok((
                Self::with(source, Format::Parquet, Parser::Parquet(Box::new(rows)), max_bad),
                progress,
            ));
        }
        Ok((Self::new(source, max_bad)?, progress))
    }

    /// A trace from any stream of bytes.
    pub fn from_reader(raw: Box<dyn io::Read + Send>, max_bad: f64) -> Result<Self, TraceError> {
        let source = source::decompressed(raw).map_err(|why| TraceError::Broken { requests: 0, why })?;
        Self::new(source, max_bad)
    }

    fn new(source: Source, max_bad: f64) -> Result<Self, TraceError> {
        let (format, parser) = format::detect(&source.head)?;
        Ok(Self::with(source, format, parser, max_bad))
    }

    fn with(source: Source, format: Format, parser: Parser, max_bad: f64) -> Self {
        let (counts, buffer) = (Counts::default(), Vec::new());
        Self { source, format, parser, counts, max_bad, buffer, requests: 0, line: 0 }
    }

    /// The format that was found.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What was read so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether the format tells reads from writes.
    pub fn tells_operations(&self) -> bool {
        self.parser.tells_operations()
    }

    /// Replaces `out` by the next requests; false at the end.
    pub fn next(&mut self, out: &mut Vec<Request>) -> Result<bool, TraceError> {
        out.clear();
        let broken = |why, requests| TraceError::Broken { requests, why };
        let mut lines = 0;
        while lines < BATCH {
            if matches!(self.parser, Parser::Oracle(_)) {
                let read = Oracle::buffered(&mut *self.source.bytes, BATCH - lines, out);
                let read = read.map_err(|why| broken(why, self.requests + out.len() as u64))?;
                self.line += read as u64;
                self.counts.lines += read as u64;
                lines += read;
                if lines == BATCH {
                    break;
                }
            }
            lines += 1;
            self.line += 1;
            let step = match &mut self.parser {
                #[cfg(feature = "parquet")]
                Parser::Parquet(rows) => rows.next(out),
                Parser::Oracle(oracle) => oracle.next(&mut *self.source.bytes, out),
                Parser::Lines(parser) => match lines::next(&mut *self.source.bytes, &mut self.buffer) {
                    Ok(lines::Line::Whole) => Ok(parser.line(&self.buffer, out, &mut self.counts)),
                    Ok(lines::Line::TooLong) => Ok(Step::Bad("it is longer than 1 MiB")),
                    Ok(lines::Line::End) => Ok(Step::End),
                    Err(why) => Err(why),
                },
            };
            match step.map_err(|why| broken(why, self.requests + out.len() as u64))? {
                Step::Done => self.counts.lines += 1,
                Step::Bad(why) => self.bad(why)?,
                Step::Skip => {}
                Step::End => {
                    self.requests += out.len() as u64;
                    self.check(1)?;
                    return Ok(!out.is_empty());
                }
            }
        }
        self.requests += out.len() as u64;
        // Nothing but bad or ignored lines is no end.
        Ok(true)
    }

    fn bad(&mut self, why: &'static str) -> Result<(), TraceError> {
        self.counts.lines += 1;
        self.counts.bad += 1;
        if self.counts.first_bad.len() < SHOWN {
            self.counts.first_bad.push(BadLine { line: self.line, why });
        }
        self.check(ENOUGH)
    }

    /// An error if at least `enough` lines were read and too many of them were bad.
    fn check(&self, enough: u64) -> Result<(), TraceError> {
        let Counts { lines, bad, .. } = self.counts;
        match self.counts.first_bad.first() {
            Some(first) if lines >= enough && bad as f64 > self.max_bad * lines as f64 => {
                Err(TraceError::Bad { format: self.format, bad, lines, first: first.line, why: first.why })
            }
            _ => Ok(()),
        }
    }
}

/// What became of a line.
enum Step {
    /// It was read.
    Done,
    /// It could not be read.
    Bad(&'static str),
    /// It is empty or a comment.
    Skip,
    /// There are no more.
    End,
}
