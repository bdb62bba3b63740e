//! libCacheSim's oracleGeneral: records of 24 bytes: seconds (4), key (8), size (4), next use (8), little-endian.

use std::io::{self, BufRead};

use super::Step;
use crate::simulate::request::{Op, Request, mix};

const RECORD: usize = 24;
/// Keys are numbers here; their names had some length.
const KEY_LEN: u32 = 16;

/// Reads records.
pub struct Oracle {
    cut: bool,
}

struct Record {
    seconds: u32,
    key: u64,
    size: u32,
    next: i64,
}

#[inline]
fn record(bytes: &[u8]) -> Option<Record> {
    let (seconds, rest) = bytes.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_first_chunk::<8>()?;
    let (size, rest) = rest.split_first_chunk::<4>()?;
    let (next, _) = rest.split_first_chunk::<8>()?;
    Some(Record {
        seconds: u32::from_le_bytes(*seconds),
        key: u64::from_le_bytes(*key),
        size: u32::from_le_bytes(*size),
        next: i64::from_le_bytes(*next),
    })
}

impl Oracle {
    /// Whether the first records look like it.
    pub fn detect(head: &[u8]) -> Result<Self, &'static str> {
        let records: Vec<Record> = head.chunks_exact(RECORD).take(100).filter_map(record).collect();
        if records.is_empty() {
            return Err("it is shorter than one record");
        }
        if records.windows(2).any(|pair| pair[1].seconds < pair[0].seconds) {
            return Err("times run backwards in the first records");
        }
        if records.iter().any(|r| r.size > 1 << 30) {
            return Err("a value of more than 1 GiB");
        }
        if records.iter().any(|r| r.next < -2) {
            return Err("a next use before the start");
        }
        Ok(Self { cut: false })
    }

    /// Reads the records that lie whole in the buffer, at most so many, up to one that is bad; how many it read.
    pub fn buffered(source: &mut dyn BufRead, most: usize, out: &mut Vec<Request>) -> io::Result<usize> {
        let before = out.len();
        let records = source.fill_buf()?.chunks_exact(RECORD).take(most);
        out.extend(records.map_while(|bytes| record(bytes).as_ref().and_then(request)));
        let count = out.len() - before;
        source.consume(count * RECORD);
        Ok(count)
    }

    /// Reads one record.
    pub fn next(&mut self, source: &mut dyn BufRead, out: &mut Vec<Request>) -> io::Result<Step> {
        let bytes = source.fill_buf()?;
        if let Some(record) = bytes.get(..RECORD).and_then(record) {
            source.consume(RECORD);
            return Ok(push(&record, out));
        }
        // A record at the edge of the buffer.
        let mut whole = [0; RECORD];
        let mut filled = 0;
        while filled < RECORD {
            let count = source.read(&mut whole[filled..])?;
            if count == 0 {
                break;
            }
            filled += count;
        }
        match filled {
            0 => Ok(Step::End),
            RECORD => Ok(record(&whole).map_or(Step::Bad("it is no record"), |r| push(&r, out))),
            _ if self.cut => Ok(Step::End),
            _ => {
                self.cut = true;
                Ok(Step::Bad("the last record is cut off"))
            }
        }
    }
}

fn push(record: &Record, out: &mut Vec<Request>) -> Step {
    let Some(request) = request(record) else { return Step::Bad("a value of more than 1 GiB") };
    out.push(request);
    Step::Done
}

/// What a record says; none if its size cannot be.
#[inline]
fn request(record: &Record) -> Option<Request> {
    (record.size <= 1 << 30).then(|| Request {
        time_ms: u64::from(record.seconds) * 1000,
        key: mix(record.key),
        ttl_ms: 0,
        key_len: KEY_LEN,
        value_len: record.size,
        op: Op::Read,
    })
}
