//! Connections to the server, and what it says about its own load.

use std::sync::Once;
use std::thread::sleep;
use std::time::{Duration, Instant};

use redis::{Client, Connection, ErrorKind, IntoConnectionInfo as _, RedisError, TlsCertificates};

use super::CaptureError;

/// Time for a connection, with its TLS handshake.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the load is looked at before a capture.
const PROBE: Duration = Duration::from_secs(1);

/// Where a server is, and how to sign in.
#[derive(Clone, Default)]
pub struct Target {
    /// `redis://` or `rediss://`.
    pub url: String,
    /// A password that is not in the address.
    pub password: Option<String>,
    /// PEM of the authority that its certificate is checked against; those of the system otherwise.
    pub ca: Option<Vec<u8>>,
}

/// A server that can be connected to.
pub struct Server {
    client: Client,
    /// Host and port.
    pub name: String,
    /// Whether TLS is spoken.
    tls: bool,
}

/// What a server does in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Commands.
    pub commands: f64,
    /// Lookups of keys by commands that read.
    pub reads: f64,
    /// Bytes received and sent.
    pub bytes: f64,
    /// Share of its main thread, from 0 to 1.
    pub cpu: f64,
}

impl Server {
    /// Understands an address. Nothing is connected yet.
    pub fn new(target: &Target) -> Result<Self, CaptureError> {
        // rustls wants one provider of cryptography for the process, chosen before the first connection.
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // An error means that somebody was faster with the same choice.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        });
        let wrong = |error: RedisError| CaptureError::Address(error.to_string());
        let mut info = target.url.as_str().into_connection_info().map_err(wrong)?;
        if let Some(password) = &target.password {
            let settings = info.redis_settings().clone().set_password(password);
            info = info.set_redis_settings(settings);
        }
        let name = info.addr().to_string();
        let tls = target.url.starts_with("rediss");
        let client = match &target.ca {
            Some(ca) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(ca.clone()) };
                Client::build_with_tls(info, certificates)
            }
            None => Client::open(info),
        };
        Ok(Self { client: client.map_err(wrong)?, name, tls })
    }

    /// A new connection.
    pub fn connect(&self) -> Result<Connection, CaptureError> {
        let failed =
            |error: RedisError| CaptureError::Connect { server: self.name.clone(), why: self.why(&error) };
        let connection = self.client.get_connection_with_timeout(CONNECT).map_err(failed)?;
        connection.set_read_timeout(Some(ANSWER)).map_err(failed)?;
        connection.set_write_timeout(Some(ANSWER)).map_err(failed)?;
        Ok(connection)
    }

    /// Why there is no connection. A system calls a time that ran out by many names.
    fn why(&self, error: &RedisError) -> String {
        let text = error.to_string();
        let late =
            error.is_timeout() || text.contains("temporarily unavailable") || text.contains("timed out");
        match (late, self.tls) {
            (true, true) => format!(
                "no answer to TLS within {} s: the port may be one without TLS, which redis:// is for",
                CONNECT.as_secs()
            ),
            (true, false) => format!("no answer within {} s", CONNECT.as_secs()),
            (false, _) => text,
        }
    }

    /// The error of a command.
    pub(super) fn refused(&self, command: &'static str, error: &RedisError) -> CaptureError {
        CaptureError::Refused { server: self.name.clone(), command, why: error.to_string() }
    }

    /// Looks at the server for a second.
    pub fn load(&self) -> Result<Load, CaptureError> {
        let mut connection = self.connect()?;
        let refused = |error| self.refused("INFO", &error);
        let before = Reading::take(&mut connection).map_err(refused)?;
        sleep(PROBE);
        let after = Reading::take(&mut connection).map_err(refused)?;
        Ok(after.since(&before))
    }
}

/// Counters of INFO.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    at: Instant,
    commands: f64,
    lookups: f64,
    bytes: f64,
    cpu: f64,
}

impl Reading {
    /// Reads them.
    pub fn take(connection: &mut Connection) -> Result<Self, RedisError> {
        let text: String = redis::cmd("INFO").query(connection)?;
        Self::of(&text, Instant::now())
    }

    /// A counter that the server keeps to itself is an error: taken as 0, it would switch off the limit on it.
    fn of(text: &str, at: Instant) -> Result<Self, RedisError> {
        let find = |name: &str| -> Option<f64> {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok())
        };
        let number = |name: &str| {
            find(name).ok_or_else(|| {
                RedisError::from((ErrorKind::UnexpectedReturnType, "INFO does not tell", name.to_owned()))
            })
        };
        // Before 6.2 there is only the sum of all threads.
        let cpu = match find("used_cpu_user_main_thread").zip(find("used_cpu_sys_main_thread")) {
            Some((user, system)) => user + system,
            None => number("used_cpu_user")? + number("used_cpu_sys")?,
        };
        Ok(Self {
            at,
            commands: number("total_commands_processed")?,
            lookups: number("keyspace_hits")? + number("keyspace_misses")?,
            bytes: number("total_net_input_bytes")? + number("total_net_output_bytes")?,
            cpu,
        })
    }

    /// What happened in between, a second. The reading itself is one of the commands.
    pub fn since(&self, before: &Self) -> Load {
        let seconds = self.at.duration_since(before.at).as_secs_f64().max(0.001);
        let rate = |now: f64, then: f64| ((now - then) / seconds).max(0.0);
        Load {
            commands: rate(self.commands - 1.0, before.commands),
            reads: rate(self.lookups, before.lookups),
            bytes: rate(self.bytes, before.bytes),
            cpu: rate(self.cpu, before.cpu),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_is_not_told_is_not_0() {
        let all = "total_commands_processed:10\r\nkeyspace_hits:3\r\nkeyspace_misses:1\r\n\
            total_net_input_bytes:100\r\ntotal_net_output_bytes:200\r\nused_cpu_user:1.5\r\nused_cpu_sys:0.5\r\n";
        let reading = Reading::of(all, Instant::now()).unwrap();
        assert_eq!((reading.commands, reading.lookups, reading.bytes, reading.cpu), (10.0, 4.0, 300.0, 2.0));
        for line in all.lines() {
            let less = all.replace(&format!("{line}\r\n"), "");
            let error = Reading::of(&less, Instant::now()).err().map(|e| e.to_string()).unwrap_or_default();
            let name = line.split(':').next().unwrap();
            assert!(error.contains("INFO does not tell") && error.contains(name), "{line}: {error}");
        }
    }
}
