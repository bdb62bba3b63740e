//! INFO over the wire, twice with a pause: what servers did in between. Nothing else is sent.

use std::thread::sleep;
use std::time::Duration;

use super::{CaptureError, Server};
use crate::observe::Observations;
use crate::observe::read::{Dump, of_info};

/// Asks all servers, waits, and asks them again. `now` is the clock, in seconds since 1970.
pub fn info_twice(servers: &[Server], pause: Duration, now: i64) -> Result<Observations, CaptureError> {
    let mut dumps = Vec::new();
    let mut connections = servers.iter().map(Server::connect).collect::<Result<Vec<_>, _>>()?;
    for again in [false, true] {
        for (server, connection) in servers.iter().zip(&mut connections) {
            let text: String = redis::cmd("INFO")
                .arg("all")
                .query(connection)
                .map_err(|error| server.refused("INFO", &error))?;
            dumps.push(Dump::of_text(&server.name, &text));
        }
        if !again {
            sleep(pause);
        }
    }
    let mut found = of_info(dumps, now);
    found.tidy();
    Ok(found)
}
