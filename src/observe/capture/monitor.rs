//! MONITOR for a bounded time, watched from a second connection that can end it at any moment.

use std::hash::{BuildHasher as _, RandomState};
use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Connection, ErrorKind, RedisError, Value};

use super::server::Reading;
use super::{CaptureError, Captured, End, Limits, Server};
use crate::simulate::{MonitorLines, Op, Request, UNKNOWN};

/// How often the server is looked at.
const WATCH: Duration = Duration::from_millis(50);
/// The load is a mean of at least so long.
const LOAD: Duration = Duration::from_secs(1);
/// The connection ends by itself so long after the limit, if the watch could not end it.
const GRACE: Duration = Duration::from_secs(2);
/// Columns of the trace.
const HEADER: &str = "time_ms,key,op,size,key_size,ttl_ms";

/// Writes the commands of a bounded time as a trace with named columns.
pub fn record(
    server: &Server,
    limits: &Limits,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
) -> Result<Captured, CaptureError> {
    let mut control = server.connect()?;
    let mut monitor = server.connect()?;
    let id: u64 = redis::cmd("CLIENT")
        .arg("ID")
        .query(&mut monitor)
        .map_err(|error| server.refused("CLIENT ID", &error))?;
    // What cannot be watched is not begun.
    let list = waiting(&mut control, id).map_err(|error| server.refused("CLIENT LIST", &error))?;
    if list.is_none() {
        let why = "it does not list this client".to_owned();
        return Err(CaptureError::Refused { server: server.name.clone(), command: "CLIENT LIST", why });
    }
    let first = Reading::take(&mut control).map_err(|error| server.refused("INFO", &error))?;
    let patience = limits.time + GRACE;
    let refused = |error: RedisError| server.refused("MONITOR", &error);
    monitor.send_packed_command(&redis::cmd("MONITOR").get_packed_command()).map_err(refused)?;
    // A refusal arrives as a value.
    monitor.recv_response().and_then(Value::extract_error).map_err(refused)?;
    monitor.set_read_timeout(Some(patience)).map_err(refused)?;

    let start = Instant::now();
    let watch = Watch { limits, start, id, done: AtomicBool::new(false), end: Mutex::new(None) };
    let (count, bytes, end) = thread::scope(|scope| {
        scope.spawn(|| watch.run(control, first));
        let read = read(&mut monitor, limits, &watch, out, progress);
        watch.done.store(true, Ordering::Relaxed);
        read
    })?;
    Ok(Captured { count, bytes, time: start.elapsed(), end })
}

/// Reads lines until a limit is reached or the watch has ended it.
fn read(
    monitor: &mut Connection,
    limits: &Limits,
    watch: &Watch<'_>,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
) -> Result<(u64, u64, End), CaptureError> {
    let secret = RandomState::new();
    let mut parser = MonitorLines::default();
    let (mut count, mut bytes) = (0_u64, 0_u64);
    let mut requests = Vec::new();
    writeln!(out, "{HEADER}")?;
    let end = loop {
        let line = match monitor.recv_response() {
            Ok(Value::SimpleString(line)) => line.into_bytes(),
            Ok(Value::BulkString(line)) => line,
            Ok(Value::ServerError(_)) => break watch.ended().unwrap_or(End::Closed),
            Ok(_) => continue,
            Err(error) => {
                break watch.ended().unwrap_or(if error.is_timeout() { End::Time } else { End::Closed });
            }
        };
        bytes += line.len() as u64 + 3;
        requests.clear();
        parser.line(&line, &mut requests);
        for request in &requests {
            write(out, request, &secret)?;
        }
        count += requests.len() as u64;
        progress(count, bytes);
        if let Some(end) = watch.ended() {
            break end;
        }
        if count >= limits.count {
            break End::Count;
        }
        if bytes >= limits.bytes {
            break End::Bytes;
        }
    };
    out.flush()?;
    Ok((count, bytes, end))
}

fn write(out: &mut dyn Write, request: &Request, secret: &RandomState) -> std::io::Result<()> {
    // The hash of a name could be found by trying names; with a secret it cannot.
    let key = secret.hash_one(request.key);
    let op = match request.op {
        Op::Read => "get",
        Op::Write => "set",
        Op::Delete => "del",
        Op::Expire => "expire",
    };
    write!(out, "{},{key:016x},{op},", request.time_ms)?;
    if request.value_len != UNKNOWN {
        write!(out, "{}", request.value_len)?;
    }
    write!(out, ",{},", request.key_len)?;
    if request.ttl_ms != 0 {
        write!(out, "{}", request.ttl_ms)?;
    }
    writeln!(out)
}

/// The watch over a running MONITOR.
struct Watch<'a> {
    limits: &'a Limits,
    start: Instant,
    id: u64,
    done: AtomicBool,
    end: Mutex<Option<End>>,
}

impl Watch<'_> {
    fn ended(&self) -> Option<End> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the server until it is done; a limit ends the other connection from the server's side.
    fn run(&self, mut control: Connection, mut last: Reading) {
        let mut looked = Instant::now();
        while !self.done.load(Ordering::Relaxed) {
            thread::sleep(WATCH);
            let end = if self.start.elapsed() >= self.limits.time {
                Some(End::Time)
            } else {
                let load = if looked.elapsed() >= LOAD {
                    looked = Instant::now();
                    self.busy(&mut control, &mut last)
                } else {
                    Ok(None)
                };
                match (waiting(&mut control, self.id), load) {
                    (Ok(Some(waiting)), _) if waiting > self.limits.buffer => Some(End::Buffer),
                    (Ok(Some(_)), Ok(end)) => end,
                    (Ok(None), _) => Some(End::Closed),
                    _ => Some(End::Unwatched),
                }
            };
            if end.is_some() && !self.done.load(Ordering::Relaxed) {
                *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
                // Without the right to do it, the reader ends at the next command.
                let _: Result<i64, RedisError> =
                    redis::cmd("CLIENT").arg("KILL").arg("ID").arg(self.id).query(&mut control);
                return;
            }
        }
    }

    fn busy(&self, control: &mut Connection, last: &mut Reading) -> Result<Option<End>, RedisError> {
        let now = Reading::take(control)?;
        let load = now.since(last);
        *last = now;
        Ok((load.cpu > self.limits.cpu).then_some(End::Busy))
    }
}

/// Bytes that wait in the server for a client; none if the server no longer has it.
fn waiting(control: &mut Connection, id: u64) -> Result<Option<u64>, RedisError> {
    let list: String = redis::cmd("CLIENT").arg("LIST").query(control)?;
    waiting_in(&list, id)
}

fn waiting_in(list: &str, id: u64) -> Result<Option<u64>, RedisError> {
    let own = format!("id={id} ");
    let Some(line) = list.lines().find(|line| line.starts_with(&own)) else { return Ok(None) };
    let bytes = line.split(' ').find_map(|field| field.strip_prefix("omem=")?.parse().ok());
    let error = || RedisError::from((ErrorKind::UnexpectedReturnType, "CLIENT LIST does not tell omem"));
    bytes.map(Some).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_is_not_told_is_not_empty() {
        let list = "id=7 addr=127.0.0.1:1 omem=20504 cmd=monitor\nid=71 addr=127.0.0.1:2 cmd=get\n";
        assert_eq!(waiting_in(list, 7).unwrap(), Some(20_504));
        assert_eq!(waiting_in(list, 8).unwrap(), None);
        assert!(waiting_in(list, 71).is_err());
    }
}
