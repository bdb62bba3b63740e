//! A sample of the keys: SCAN, then type, size and time to live of each. MEMORY USAGE is not asked for sizes: it
//! estimates collections from five elements and leaves out what tables cost.

use std::collections::BTreeMap;
use std::time::Instant;

use redis::{Connection, Pipeline, RedisError, Value};

use super::server::Reading;
use super::{CaptureError, Captured, End, Limits, Load, Server};

/// Keys of one step.
const STEP: usize = 100;

/// What keys of one type are like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeySample {
    /// Keys that were looked at.
    pub keys: u64,
    /// Those whose size could be told.
    pub measured: u64,
    /// Keys of the type in the whole database, by proportion.
    pub all: f64,
    /// Mean bytes of a name.
    pub key_size: f64,
    /// Mean number of elements; 1 for strings.
    pub elements: f64,
    /// Mean bytes of a value, an item or a member.
    pub value_size: f64,
    /// Mean bytes of a field's name; hashes only.
    pub field_size: f64,
    /// Share of the keys with a time to live.
    pub ttl_share: f64,
    /// Ninetieth percentile of the seconds that they have left.
    pub ttl_left: f64,
}

#[derive(Default)]
struct Sums {
    keys: u64,
    names: u64,
    elements: u64,
    measured: u64,
    values: u64,
    fields: u64,
    left: Vec<u64>,
}

/// Looks at keys until a limit is reached, with pauses as long as the work; by type.
pub fn sample_keys(
    server: &Server,
    limits: &Limits,
    progress: &dyn Fn(u64, u64),
) -> Result<(BTreeMap<String, KeySample>, Captured), CaptureError> {
    let mut connection = server.connect()?;
    let refused = |command| move |error: RedisError| server.refused(command, &error);
    // From 7.2 on this keeps the sample from counting as use; older servers do not know it.
    let _: Result<Value, RedisError> = redis::cmd("CLIENT").arg("NO-TOUCH").arg("ON").query(&mut connection);
    let all: u64 = redis::cmd("DBSIZE").query(&mut connection).map_err(refused("DBSIZE"))?;
    let start = Instant::now();
    let mut last = Reading::take(&mut connection).map_err(refused("INFO"))?;
    let mut looked = Instant::now();
    let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
    let (mut cursor, mut count, mut bytes) = (0_u64, 0_u64, 0_u64);
    let end = loop {
        let step = Instant::now();
        let (next, keys): (u64, Vec<Vec<u8>>) = redis::cmd("SCAN")
            .arg(cursor)
            .arg("COUNT")
            .arg(STEP)
            .query(&mut connection)
            .map_err(refused("SCAN"))?;
        bytes += look(&mut connection, &keys, &mut sums).map_err(refused("TYPE, STRLEN and their kin"))?;
        count += keys.len() as u64;
        cursor = next;
        progress(count, bytes);
        if cursor == 0 {
            break End::Whole;
        }
        if count >= limits.count {
            break End::Count;
        }
        if bytes >= limits.bytes {
            break End::Bytes;
        }
        if start.elapsed() >= limits.time {
            break End::Time;
        }
        if looked.elapsed().as_secs() >= 1 {
            let now = Reading::take(&mut connection).map_err(refused("INFO"))?;
            let load: Load = now.since(&last);
            (last, looked) = (now, Instant::now());
            if load.cpu > limits.cpu {
                break End::Busy;
            }
        }
        std::thread::sleep(step.elapsed());
    };
    let samples = sums.into_iter().map(|(kind, sums)| (kind, sums.sample(all, count))).collect();
    Ok((samples, Captured { count, bytes, time: start.elapsed(), end }))
}

/// Types, then sizes and times to live; bytes that were sent.
fn look(
    connection: &mut Connection,
    keys: &[Vec<u8>],
    sums: &mut BTreeMap<String, Sums>,
) -> Result<u64, RedisError> {
    if keys.is_empty() {
        return Ok(0);
    }
    let mut types = redis::pipe();
    for key in keys {
        types.cmd("TYPE").arg(key);
    }
    let types: Vec<String> = types.query(connection)?;
    let mut pipe = redis::pipe();
    for (key, kind) in keys.iter().zip(&types) {
        pipe.cmd("PTTL").arg(key);
        measure(&mut pipe, kind, key);
    }
    // A key may be gone, or have become another type, since it was seen.
    let answers: Vec<Result<Value, RedisError>> = pipe.ignore_errors().query(connection)?;
    let answers: Vec<Value> = answers.into_iter().map(|answer| answer.unwrap_or(Value::Nil)).collect();
    let mut bytes = 0;
    for ((key, kind), answer) in keys.iter().zip(&types).zip(answers.chunks(3)) {
        bytes += key.len() as u64 + 64;
        if kind == "none" {
            continue;
        }
        let sum = sums.entry(kind.clone()).or_default();
        sum.keys += 1;
        let [Value::Int(left), Value::Int(elements), element] = answer else { continue };
        sum.names += key.len() as u64;
        if *left >= 0 {
            sum.left.push(left.unsigned_abs());
        }
        if kind == "string" {
            sum.elements += 1;
            sum.values += elements.unsigned_abs();
            sum.measured += 1;
            continue;
        }
        sum.elements += elements.unsigned_abs();
        let mut lengths = Vec::new();
        text_lengths(element, &mut lengths);
        if let [first, rest @ ..] = lengths.as_slice() {
            sum.measured += 1;
            let (field, value) =
                if kind == "hash" { (*first, rest.first().copied()) } else { (0, Some(*first)) };
            sum.fields += field;
            sum.values += value.unwrap_or(0);
            bytes += lengths.iter().sum::<u64>();
        }
    }
    Ok(bytes)
}

/// Number of elements, and one of them.
fn measure(pipe: &mut Pipeline, kind: &str, key: &[u8]) {
    let (number, element): (&str, &[&str]) = match kind {
        "hash" => ("HLEN", &["HRANDFIELD", "1", "WITHVALUES"]),
        "list" => ("LLEN", &["LINDEX", "0"]),
        "set" => ("SCARD", &["SRANDMEMBER"]),
        "zset" => ("ZCARD", &["ZRANDMEMBER"]),
        // A type that is not sized answers with an error here, and is only counted.
        _ => ("STRLEN", &["EXISTS"]),
    };
    pipe.cmd(number).arg(key);
    let command = pipe.cmd(element[0]).arg(key);
    for arg in &element[1..] {
        command.arg(*arg);
    }
}

/// Lengths of all texts in an answer.
fn text_lengths(value: &Value, lengths: &mut Vec<u64>) {
    match value {
        Value::BulkString(text) => lengths.push(text.len() as u64),
        Value::SimpleString(text) => lengths.push(text.len() as u64),
        Value::Array(all) => all.iter().for_each(|v| text_lengths(v, lengths)),
        _ => {}
    }
}

impl Sums {
    fn sample(mut self, all: u64, looked_at: u64) -> KeySample {
        let mean = |sum: u64, of: u64| sum as f64 / (of as f64).max(1.0);
        self.left.sort_unstable();
        let left = self.left.get(self.left.len() * 9 / 10).map_or(0.0, |ms| *ms as f64 / 1000.0);
        KeySample {
            keys: self.keys,
            measured: self.measured,
            all: all as f64 * mean(self.keys, looked_at),
            key_size: mean(self.names, self.keys),
            elements: mean(self.elements, self.keys),
            value_size: mean(self.values, self.measured),
            field_size: mean(self.fields, self.measured),
            ttl_share: mean(self.left.len() as u64, self.keys),
            ttl_left: left,
        }
    }
}
