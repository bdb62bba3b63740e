//! Output of `redis-cli MONITOR`: `1339518083.107412 [0 127.0.0.1:60866] "GET" "key"`.

use super::format::LineParser;
use super::lines::billionths;
use super::{Counts, Step};
use crate::simulate::request::{Op, Request, UNKNOWN, hash_name};

/// Reads lines.
#[derive(Default)]
pub struct Monitor {
    /// Arguments of the line, unescaped, one after another.
    text: Vec<u8>,
    /// Where each argument ends.
    ends: Vec<usize>,
}

/// Lines of MONITOR as they come from a live server.
#[derive(Default)]
pub struct MonitorLines {
    monitor: Monitor,
    counts: Counts,
}

impl MonitorLines {
    /// Adds the requests of a line; nothing for commands that do not look at a key.
    pub fn line(&mut self, line: &[u8], out: &mut Vec<Request>) {
        let before = out.len();
        if matches!(self.monitor.line(line, out, &mut self.counts), Step::Bad(_)) {
            out.truncate(before);
        }
    }
}

/// Lines of MONITOR with all of their arguments, whatever the command does.
#[derive(Default)]
pub struct MonitorCommands {
    monitor: Monitor,
}

/// One command of MONITOR.
pub struct MonitorCommand<'a> {
    /// The numbered database.
    pub database: u32,
    /// The client, by its address.
    pub client: &'a [u8],
    monitor: &'a Monitor,
}

impl MonitorCommands {
    /// The command of a line; nothing if it is none.
    pub fn line<'a>(&'a mut self, line: &'a [u8]) -> Option<MonitorCommand<'a>> {
        let head = head(line).ok().or_else(|| logged_head(line))?;
        self.monitor.split(head.command).ok()?;
        let space = head.client.iter().position(|byte| *byte == b' ')?;
        let (database, client) = head.client.split_at(space);
        let database = std::str::from_utf8(database).ok()?.parse().ok()?;
        Some(MonitorCommand { database, client: client.trim_ascii(), monitor: &self.monitor })
    }
}

impl MonitorCommand<'_> {
    /// An argument; the first is the command's name.
    pub fn argument(&self, i: usize) -> Option<&[u8]> {
        self.monitor.arg(i)
    }

    /// How many arguments there are, the name among them.
    pub fn arguments(&self) -> usize {
        self.monitor.ends.len()
    }
}

/// What a command does to its keys.
#[derive(Clone, Copy)]
enum Effect {
    /// Reads the first key.
    Read,
    /// Reads all arguments.
    ReadAll,
    /// Writes the first key; the value is this argument.
    Write(usize),
    /// SET with its options.
    Set,
    /// Writes the first key; the time to live comes first, in these milliseconds, then the value.
    WriteWithTtl(u64),
    /// Keys and values in turn.
    WritePairs,
    /// Adds to a collection: the other arguments.
    Collection,
    /// Removes all arguments.
    Delete,
    /// Sets a time to live in these milliseconds.
    Expire(u64),
    /// Sets the moment of expiry in these milliseconds.
    ExpireAt(u64),
}

fn effect(name: &[u8]) -> Option<Effect> {
    let mut upper = [0; 24];
    let upper = upper.get_mut(..name.len())?;
    upper.copy_from_slice(name);
    upper.make_ascii_uppercase();
    Some(match &*upper {
        b"GET" | b"GETRANGE" | b"SUBSTR" | b"STRLEN" | b"GETBIT" | b"BITCOUNT" | b"BITPOS" | b"GETEX"
        | b"HGET" | b"HMGET" | b"HGETALL" | b"HLEN" | b"HKEYS" | b"HVALS" | b"HEXISTS" | b"HSTRLEN"
        | b"HSCAN" | b"HRANDFIELD" | b"LRANGE" | b"LLEN" | b"LINDEX" | b"LPOS" | b"SMEMBERS"
        | b"SISMEMBER" | b"SMISMEMBER" | b"SCARD" | b"SRANDMEMBER" | b"SSCAN" | b"ZSCORE" | b"ZMSCORE"
        | b"ZRANGE" | b"ZREVRANGE" | b"ZRANGEBYSCORE" | b"ZREVRANGEBYSCORE" | b"ZRANGEBYLEX" | b"ZRANK"
        | b"ZREVRANK" | b"ZCARD" | b"ZCOUNT" | b"ZSCAN" | b"XRANGE" | b"XREVRANGE" | b"XLEN" | b"DUMP" => {
            Effect::Read
        }
        b"MGET" => Effect::ReadAll,
        b"SET" => Effect::Set,
        // A counter's digits are not known, and few.
        b"SETNX" | b"GETSET" | b"APPEND" | b"INCR" | b"DECR" | b"INCRBY" | b"DECRBY" | b"INCRBYFLOAT" => {
            Effect::Write(2)
        }
        b"SETRANGE" | b"SETBIT" => Effect::Write(3),
        b"SETEX" => Effect::WriteWithTtl(1000),
        b"PSETEX" => Effect::WriteWithTtl(1),
        b"MSET" | b"MSETNX" => Effect::WritePairs,
        b"HSET" | b"HMSET" | b"HSETNX" | b"HINCRBY" | b"HINCRBYFLOAT" | b"LPUSH" | b"RPUSH" | b"LSET"
        | b"LINSERT" | b"SADD" | b"ZADD" | b"ZINCRBY" | b"XADD" | b"PFADD" | b"GEOADD" => Effect::Collection,
        b"DEL" | b"UNLINK" | b"GETDEL" => Effect::Delete,
        b"EXPIRE" => Effect::Expire(1000),
        b"PEXPIRE" => Effect::Expire(1),
        b"EXPIREAT" => Effect::ExpireAt(1000),
        b"PEXPIREAT" => Effect::ExpireAt(1),
        _ => return None,
    })
}

impl Monitor {
    /// Whether a line looks like it.
    pub fn fits(line: &[u8]) -> bool {
        is_ok(line) || head(line).is_ok() || logged_head(line).is_some()
    }

    fn arg(&self, i: usize) -> Option<&[u8]> {
        let start = if i == 0 { 0 } else { *self.ends.get(i - 1)? };
        self.text.get(start..*self.ends.get(i)?)
    }

    fn number(&self, i: usize) -> Option<u64> {
        std::str::from_utf8(self.arg(i)?).ok()?.parse().ok()
    }

    /// Unescapes the quoted arguments.
    fn split(&mut self, mut rest: &[u8]) -> Result<(), &'static str> {
        self.text.clear();
        self.ends.clear();
        while let Some(after) = rest.strip_prefix(b"\"") {
            let mut i = 0;
            loop {
                match (after.get(i), after.get(i + 1)) {
                    (Some(b'"'), _) => break,
                    (Some(b'\\'), Some(b'x')) => {
                        let hex = after.get(i + 2..i + 4).and_then(|h| std::str::from_utf8(h).ok());
                        let byte = hex.and_then(|h| u8::from_str_radix(h, 16).ok());
                        self.text.push(byte.ok_or("a bad escape")?);
                        i += 4;
                    }
                    (Some(b'\\'), Some(c)) => {
                        self.text.push(*c);
                        i += 2;
                    }
                    (Some(c), _) => {
                        self.text.push(*c);
                        i += 1;
                    }
                    (None, _) => return Err("a quote is not closed"),
                }
            }
            self.ends.push(self.text.len());
            rest = &after[i + 1..];
            rest = rest.strip_prefix(b" ").unwrap_or(rest);
        }
        if rest.is_empty() && !self.ends.is_empty() { Ok(()) } else { Err("it has no quoted command") }
    }

    /// Time to live of SET's options: seconds or milliseconds, from now or until a moment.
    fn set_ttl(&self, now_ms: u64) -> u64 {
        let option = |i: usize| self.arg(i).map(<[u8]>::to_ascii_uppercase);
        for i in 3..self.ends.len() {
            let value = self.number(i + 1).unwrap_or(0);
            match option(i).as_deref() {
                Some(b"EX") => return value.saturating_mul(1000),
                Some(b"PX") => return value,
                Some(b"EXAT") => return value.saturating_mul(1000).saturating_sub(now_ms).max(1),
                Some(b"PXAT") => return value.saturating_sub(now_ms).max(1),
                _ => {}
            }
        }
        0
    }

    fn push(&self, out: &mut Vec<Request>, time_ms: u64, effect: Effect) -> Option<()> {
        let request = |i: usize, op, value: Option<&[u8]>, ttl_ms| {
            let key = self.arg(i)?;
            let value_len = value.map_or(UNKNOWN, |v| v.len() as u32);
            let key_len = key.len() as u32;
            Some(Request { time_ms, key: hash_name(key), ttl_ms, key_len, value_len, op })
        };
        match effect {
            Effect::Read => out.push(request(1, Op::Read, None, 0)?),
            Effect::ReadAll => {
                for i in 1..self.ends.len() {
                    out.push(request(i, Op::Read, None, 0)?);
                }
            }
            Effect::Write(i) => out.push(request(1, Op::Write, self.arg(i).or(Some(b"0")), 0)?),
            Effect::Set => out.push(request(1, Op::Write, Some(self.arg(2)?), self.set_ttl(time_ms))?),
            Effect::WriteWithTtl(unit) => {
                let ttl = self.number(2)?.saturating_mul(unit);
                out.push(request(1, Op::Write, Some(self.arg(3)?), ttl)?);
            }
            Effect::WritePairs => {
                for i in (1..self.ends.len()).step_by(2) {
                    out.push(request(i, Op::Write, Some(self.arg(i + 1)?), 0)?);
                }
            }
            Effect::Collection => {
                let all = &self.text[*self.ends.get(1)?..];
                out.push(request(1, Op::Write, Some(all), 0)?);
            }
            Effect::Delete => {
                for i in 1..self.ends.len() {
                    out.push(request(i, Op::Delete, None, 0)?);
                }
            }
            Effect::Expire(unit) => {
                out.push(request(1, Op::Expire, None, self.number(2)?.saturating_mul(unit).max(1))?);
            }
            Effect::ExpireAt(unit) => {
                let ttl = self.number(2)?.saturating_mul(unit).saturating_sub(time_ms).max(1);
                out.push(request(1, Op::Expire, None, ttl)?);
            }
        }
        Some(())
    }
}

/// A line that MONITOR begins with.
fn is_ok(line: &[u8]) -> bool {
    line == b"OK" || (line.ends_with(b" OK") && !line.contains(&b'"'))
}

/// What stands before the quoted part, and that.
struct Head<'a> {
    time_ms: u64,
    /// The database and the client.
    client: &'a [u8],
    command: &'a [u8],
}

fn head(line: &[u8]) -> Result<Head<'_>, &'static str> {
    let space = line.iter().position(|b| *b == b' ').ok_or(NO_TIME)?;
    let time = billionths(&line[..space]).ok_or(NO_TIME)?;
    let rest = line.get(space + 1..).filter(|r| r.first() == Some(&b'[')).ok_or("the client is missing")?;
    // An IPv6 address has brackets of its own, and a socket's path may hold anything but this.
    let close = rest.windows(3).position(|w| w == b"] \"").ok_or("it has no quoted command")?;
    let time_ms = u64::try_from(time / 1_000_000).map_err(|_| "the time is too large")?;
    Ok(Head { time_ms, client: &rest[1..close], command: &rest[close + 2..] })
}

const NO_TIME: &str = "it does not begin with a time";
/// How far into a line a time is looked for.
const LONGEST_PREFIX: usize = 512;

/// The same for a line of a container's log: what stands before the time (a container's name, a date) is passed over.
fn logged_head(line: &[u8]) -> Option<Head<'_>> {
    let start = &line[..line.len().min(LONGEST_PREFIX)];
    let mut ends = start.windows(2).enumerate().filter(|(_, two)| two == b" [").map(|(at, _)| at);
    ends.find_map(|end| {
        let of_time = |b: &u8| b.is_ascii_digit() || *b == b'.';
        let begin = line[..end].iter().rposition(|b| !of_time(b))? + 1;
        // Servers print six digits behind the point.
        let point = line[begin..end].iter().position(|b| *b == b'.')?;
        (begin + point + 7 == end).then(|| head(&line[begin..]).ok())?
    })
}

impl LineParser for Monitor {
    fn line(&mut self, line: &[u8], out: &mut Vec<Request>, counts: &mut Counts) -> Step {
        if line.is_empty() || is_ok(line) {
            return Step::Skip;
        }
        let found = head(line).or_else(|why| {
            let found = logged_head(line).filter(|_| why == NO_TIME).ok_or(why)?;
            counts.prefixed += 1;
            Ok(found)
        });
        let parsed = found.and_then(|head| self.split(head.command).map(|()| head.time_ms));
        let time_ms = match parsed {
            Ok(time_ms) => time_ms,
            Err(why) => return Step::Bad(why),
        };
        let Some(effect) = self.arg(0).and_then(effect) else {
            counts.ignored += 1;
            return Step::Done;
        };
        if matches!(effect, Effect::Collection) {
            counts.collections += 1;
        }
        let before = out.len();
        if self.push(out, time_ms, effect).is_none() {
            out.truncate(before);
            return Step::Bad("an argument is missing or no number");
        }
        Step::Done
    }

    fn tells_operations(&self) -> bool {
        true
    }
}
