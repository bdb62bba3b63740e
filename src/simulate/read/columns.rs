//! Comma-, tab- or semicolon-separated values, with named columns or as time, key, size.

use super::format::LineParser;
use super::lines::{billionths, number};
use super::{Counts, Step};
use crate::simulate::request::{Op, Request, UNKNOWN, hash_name};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Time(Unit),
    Key,
    Op,
    Size,
    KeySize,
    Ttl(u64),
    Other,
}

/// Unit of a time column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// By the size of the first value.
    Guess,
    /// Billionths of a second in one.
    Nanoseconds(u128),
}

const SECOND: u128 = 1_000_000_000;

/// Reads lines.
pub struct Columns {
    delimiter: u8,
    roles: Vec<Role>,
    header: bool,
    line: u64,
    /// Billionths of a second in a unit of time, once it is known.
    unit: Option<u128>,
    buffer: Vec<u8>,
}

fn role(name: &str) -> Role {
    let name = name.trim().trim_matches('"').to_ascii_lowercase().replace([' ', '-'], "_");
    match name.as_str() {
        "time" | "timestamp" | "ts" | "clock_time" => Role::Time(Unit::Guess),
        "time_s" | "timestamp_s" | "seconds" => Role::Time(Unit::Nanoseconds(SECOND)),
        "time_ms" | "timestamp_ms" | "ts_ms" => Role::Time(Unit::Nanoseconds(1_000_000)),
        "time_us" | "timestamp_us" | "ts_us" => Role::Time(Unit::Nanoseconds(1_000)),
        "time_ns" | "timestamp_ns" | "ts_ns" => Role::Time(Unit::Nanoseconds(1)),
        "key" | "obj_id" | "object" | "object_id" | "id" | "obj" | "lbn" => Role::Key,
        "op" | "operation" | "command" | "cmd" => Role::Op,
        "size" | "value_size" | "obj_size" | "object_size" | "bytes" | "value_len" => Role::Size,
        "key_size" | "key_len" => Role::KeySize,
        "ttl" | "ttl_s" => Role::Ttl(1000),
        "ttl_ms" => Role::Ttl(1),
        _ => Role::Other,
    }
}

fn roles<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for name in names {
        let role = role(name);
        // The first column of a kind counts: `size` before `bytes`.
        let same = |other: &Role| std::mem::discriminant(other) == std::mem::discriminant(&role);
        roles.push(if roles.iter().any(same) { Role::Other } else { role });
    }
    roles
}

fn operation(word: &[u8]) -> Option<Op> {
    let mut lower = [0; 16];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        // The numbers are the SCSI commands of block traces.
        b"28" | b"88" | b"get" | b"gets" | b"read" | b"r" | b"mget" | b"hget" | b"hgetall" => Op::Read,
        b"2a" | b"8a" | b"set" | b"put" | b"write" | b"w" | b"add" | b"replace" | b"setex" | b"cas"
        | b"hset" | b"incr" | b"decr" | b"append" | b"insert" | b"update" => Op::Write,
        b"del" | b"delete" | b"unlink" | b"remove" => Op::Delete,
        b"expire" | b"pexpire" | b"touch" => Op::Expire,
        _ => return None,
    })
}

impl Columns {
    /// From a header line, if it names a key column.
    pub fn named(header: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(header).ok()?.trim_start_matches('\u{feff}').trim_start_matches('#');
        let delimiter = [b'\t', b',', b';'].into_iter().find(|d| text.bytes().any(|b| b == *d));
        let delimiter = delimiter.unwrap_or(b',');
        let roles = roles(text.split(char::from(delimiter)));
        if roles.contains(&Role::Key) { Some(Self::with(delimiter, roles, true)) } else { None }
    }

    /// Whether a line has a time, a key and a size.
    pub fn fits_plain(line: &[u8]) -> bool {
        let fields: Vec<&[u8]> = line.split(|b| matches!(b, b',' | b'\t')).map(<[u8]>::trim_ascii).collect();
        fields.len() >= 3 && billionths(fields[0]).is_some() && number(fields[2]).is_some()
    }

    /// Time, key, size.
    pub fn plain(head: &[u8]) -> Self {
        let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        let delimiter = if line.contains(&b'\t') { b'\t' } else { b',' };
        Self::with(delimiter, vec![Role::Time(Unit::Guess), Role::Key, Role::Size], false)
    }

    /// Columns of a table that has no lines: of its names, those that say something, by their places.
    #[cfg(feature = "parquet")]
    pub fn of_table(names: &[&str]) -> Option<(Self, Vec<usize>)> {
        let roles = roles(names.iter().copied());
        let places: Vec<usize> = (0..roles.len()).filter(|i| roles[*i] != Role::Other).collect();
        let kept = places.iter().map(|i| roles[*i]).collect();
        roles.contains(&Role::Key).then(|| (Self::with(b',', kept, false), places))
    }

    /// Says what a unit of the time column is, in billionths of a second.
    #[cfg(feature = "parquet")]
    pub fn time_in(&mut self, nanoseconds: u128) {
        self.unit = Some(nanoseconds);
    }

    /// A request from the fields of a table, in the order of its columns.
    #[cfg(feature = "parquet")]
    pub fn fields(
        &mut self,
        mut field: impl FnMut(usize, &mut Vec<u8>) -> Result<(), &'static str>,
    ) -> Result<Request, &'static str> {
        self.line += 1;
        let mut row = self.row();
        let mut buffer = std::mem::take(&mut self.buffer);
        let result = (0..self.roles.len()).try_for_each(|i| {
            buffer.clear();
            field(i, &mut buffer)?;
            self.put(i, &buffer, &mut row)
        });
        self.buffer = buffer;
        result?;
        row.request()
    }

    fn with(delimiter: u8, roles: Vec<Role>, header: bool) -> Self {
        let unit = roles.iter().find_map(|role| match role {
            Role::Time(Unit::Nanoseconds(unit)) => Some(*unit),
            _ => None,
        });
        Self { delimiter, roles, header, line: 0, unit, buffer: Vec::new() }
    }

    fn time_ms(&mut self, text: &[u8]) -> Option<u64> {
        let value = billionths(text)?;
        let unit = *self.unit.get_or_insert(match value / SECOND {
            0..100_000_000_000 => SECOND,
            100_000_000_000..100_000_000_000_000 => 1_000_000,
            100_000_000_000_000..100_000_000_000_000_000 => 1_000,
            _ => 1,
        });
        // Billionths of the unit times billionths of a second, to milliseconds.
        u64::try_from(value.checked_mul(unit)? / SECOND / 1_000_000).ok()
    }

    /// A request of which nothing is known yet.
    fn row(&self) -> Row {
        let request = Request {
            // Without a time column, a thousand requests a second.
            time_ms: self.line,
            key: 0,
            ttl_ms: 0,
            key_len: 0,
            value_len: UNKNOWN,
            op: Op::Read,
        };
        Row { request, key: false, size: None, key_size: None }
    }

    /// Puts what column `i` holds into a row.
    fn put(&mut self, i: usize, field: &[u8], row: &mut Row) -> Result<(), &'static str> {
        let request = &mut row.request;
        match self.roles[i] {
            Role::Time(_) => request.time_ms = self.time_ms(field).ok_or("the time is no number")?,
            Role::Key => {
                (request.key, request.key_len, row.key) =
                    (hash_name(field), field.len() as u32, !field.is_empty());
            }
            Role::Op => request.op = operation(field).ok_or("the operation is unknown")?,
            Role::Size if !field.is_empty() => {
                row.size = Some(length(field).ok_or("the size is no number up to 1 GiB")?);
            }
            Role::KeySize if !field.is_empty() => {
                row.key_size = Some(length(field).ok_or("the key size is no number")?);
            }
            Role::Ttl(unit) if !field.is_empty() => {
                let ttl = billionths(field).ok_or("the time to live is no number")?;
                request.ttl_ms = u64::try_from(ttl * u128::from(unit) / SECOND).unwrap_or(u64::MAX);
            }
            _ => {}
        }
        Ok(())
    }

    fn request(&mut self, line: &[u8]) -> Result<Request, &'static str> {
        let (mut rest, mut last) = (line, false);
        let mut row = self.row();
        for i in 0..self.roles.len() {
            if last {
                // Columns at the end may be left out, all but the key.
                break;
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            let field = field(&mut rest, &mut last, self.delimiter, &mut buffer);
            let result = field.and_then(|field| self.put(i, field, &mut row));
            self.buffer = buffer;
            result?;
        }
        row.request()
    }
}

/// A request that is being read.
struct Row {
    request: Request,
    key: bool,
    size: Option<u32>,
    key_size: Option<u32>,
}

impl Row {
    fn request(self) -> Result<Request, &'static str> {
        let Self { request, key, size, key_size } = self;
        if !key {
            return Err("the key is missing");
        }
        let key_len = key_size.unwrap_or(request.key_len);
        Ok(Request { key_len, value_len: size.unwrap_or(UNKNOWN), ..request })
    }
}

fn length(text: &[u8]) -> Option<u32> {
    // Sizes may be written as 512.0.
    let whole = text.strip_suffix(b".0").unwrap_or(text);
    number(whole).filter(|n| *n <= 1 << 30).map(|n| n as u32)
}

/// The next field without spaces around it; quoted ones are unpacked into `buffer`.
fn field<'line: 'field, 'field>(
    rest: &mut &'line [u8],
    last: &mut bool,
    delimiter: u8,
    buffer: &'field mut Vec<u8>,
) -> Result<&'field [u8], &'static str> {
    let line = *rest;
    if line.first() != Some(&b'"') {
        let end = line.iter().position(|b| *b == delimiter);
        *last = end.is_none();
        let end = end.unwrap_or(line.len());
        *rest = line.get(end + 1..).unwrap_or_default();
        return Ok(line[..end].trim_ascii());
    }
    buffer.clear();
    let mut i = 1;
    loop {
        match (line.get(i), line.get(i + 1)) {
            (Some(b'"'), Some(b'"')) => i += 1,
            (Some(b'"'), None) => {
                *last = true;
                *rest = &[];
                return Ok(buffer);
            }
            (Some(b'"'), Some(next)) if *next == delimiter => {
                *rest = &line[i + 2..];
                return Ok(buffer);
            }
            (Some(b'"'), _) => return Err("text follows a closing quote"),
            (None, _) => return Err("a quote is not closed"),
            _ => {}
        }
        buffer.push(line[i]);
        i += 1;
    }
}

impl LineParser for Columns {
    fn line(&mut self, line: &[u8], out: &mut Vec<Request>, _: &mut Counts) -> Step {
        self.line += 1;
        if std::mem::take(&mut self.header) || line.trim_ascii().is_empty() || line[0] == b'#' {
            return Step::Skip;
        }
        match self.request(line) {
            Ok(request) => {
                out.push(request);
                Step::Done
            }
            Err(why) => Step::Bad(why),
        }
    }

    fn tells_operations(&self) -> bool {
        self.roles.contains(&Role::Op)
    }
}
