//! Twitter's cache traces: seconds, key, key size, value size, client, operation, time to live; no header.

use super::format::LineParser;
use super::lines::number;
use super::{Counts, Step};
use crate::simulate::request::{Op, Request, UNKNOWN, hash_name};

/// Reads lines.
pub struct Twitter;

fn operation(name: &[u8]) -> Option<Op> {
    Some(match name {
        b"get" | b"gets" => Op::Read,
        b"set" | b"add" | b"replace" | b"cas" | b"append" | b"prepend" | b"incr" | b"decr" => Op::Write,
        b"delete" => Op::Delete,
        _ => return None,
    })
}

impl Twitter {
    /// Whether a line looks like it.
    pub fn fits(line: &[u8]) -> bool {
        request(line).is_ok()
    }
}

impl LineParser for Twitter {
    fn line(&mut self, line: &[u8], out: &mut Vec<Request>, _: &mut Counts) -> Step {
        if line.is_empty() {
            return Step::Skip;
        }
        match request(line) {
            Ok(request) => {
                out.push(request);
                Step::Done
            }
            Err(why) => Step::Bad(why),
        }
    }

    fn tells_operations(&self) -> bool {
        true
    }
}

fn request(line: &[u8]) -> Result<Request, &'static str> {
    // Keys may contain commas: count from both ends.
    let (seconds, rest) = split(line, false)?;
    let (rest, ttl) = split(rest, true)?;
    let (rest, op) = split(rest, true)?;
    let (rest, _client) = split(rest, true)?;
    let (rest, value_len) = split(rest, true)?;
    let (key, key_len) = split(rest, true)?;
    let op = operation(op).ok_or("the operation is unknown")?;
    let length = |text| number(text).filter(|n| *n <= 1 << 30).map(|n| n as u32);
    let value_len = length(value_len).ok_or("the value size is no number")?;
    Ok(Request {
        time_ms: number(seconds).and_then(|s| s.checked_mul(1000)).ok_or("the time is no number")?,
        key: hash_name(key),
        ttl_ms: number(ttl).ok_or("the time to live is no number")?.saturating_mul(1000),
        key_len: length(key_len).ok_or("the key size is no number")?,
        // A read that missed there has no size.
        value_len: if value_len == 0 && op != Op::Write { UNKNOWN } else { value_len },
        op,
    })
}

fn split(line: &[u8], last: bool) -> Result<(&[u8], &[u8]), &'static str> {
    let comma = |b: &u8| *b == b',';
    let at = if last { line.iter().rposition(comma) } else { line.iter().position(comma) };
    let at = at.ok_or("it has fewer than seven values")?;
    Ok((&line[..at], &line[at + 1..]))
}
