//! INFO over the wire, twice with a pause: what servers did in between. Nothing else is sent.

use std::thread::sleep;
use std::time::Duration;

use super::{CaptureError, Server};
use crate::observe::Observations;
use crate::observe::read::{Dump, of_info};

/// What servers are asked for.
pub const INFO: [&str; 2] = ["INFO", "all"];

/// Asks all servers, waits, and asks them again. `now` is the clock, in seconds since 1970.
pub fn info_twice(servers: &[Server], pause: Duration, now: i64) -> Result<Observations, CaptureError> {
    let mut connections = servers.iter().map(Server::connect).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = servers.iter().map(|server| server.name.as_str()).collect();
    info_of(&names, Some(pause), now, |place| {
        let answer = redis::cmd(INFO[0]).arg(INFO[1]).query(&mut connections[place]);
        answer.map_err(|error| servers[place].refused(INFO[0], &error))
    })
}

/// The same of servers that `ask` reaches by their place in the list; once, where there is no pause.
pub fn info_of<E>(
    names: &[&str],
    pause: Option<Duration>,
    now: i64,
    mut ask: impl FnMut(usize) -> Result<String, E>,
) -> Result<Observations, E> {
    let mut dumps = Vec::new();
    for again in [false, true] {
        match pause {
            Some(pause) if again => sleep(pause),
            None if again => break,
            _ => {}
        }
        for (place, name) in names.iter().enumerate() {
            dumps.push(Dump::of_text(name, &ask(place)?));
        }
    }
    Ok(of_info(dumps, now))
}
