//! Whether an endpoint answers from this machine. A cache in a private network need not, so that no answer proves nothing.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use crate::provider::{Endpoint, Finding};

/// A name is looked up, and a connection waited for, no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen of an endpoint. It fails nothing.
pub fn finding(endpoint: &Endpoint) -> Finding {
    let Endpoint { host, port } = endpoint;
    Finding {
        address: None,
        check: format!("{host}:{port} from this machine"),
        expected: "answers, where this machine is in the cache's network".to_owned(),
        actual: seen(host, *port),
        holds: true,
    }
}

fn seen(host: &str, port: u16) -> String {
    let address = match resolved(host, port) {
        Ok(address) => address,
        Err(why) => return format!("not checked: the name cannot be looked up here ({why})"),
    };
    match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(_) => format!("answers at {address}"),
        Err(error) => format!("not checked: {address} cannot be reached from here ({error})"),
    }
}

/// The first address of a name. The system's look-up knows no time-out of its own.
fn resolved(host: &str, port: u16) -> Result<SocketAddr, String> {
    let (sender, answer) = mpsc::channel();
    let place = (host.to_owned(), port);
    std::thread::spawn(move || {
        let found = place.to_socket_addrs().map(|mut all| all.next());
        // Whoever asked may have stopped waiting.
        drop(sender.send(found.map_err(|error| error.to_string())));
    });
    match answer.recv_timeout(PATIENCE) {
        Ok(Ok(Some(address))) => Ok(address),
        Ok(Ok(None)) => Err("no address".to_owned()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_is_told_from_what_does_not() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = |port: u16| finding(&Endpoint { host: "127.0.0.1".to_owned(), port });
        let port = server.local_addr().unwrap().port();
        assert_eq!(at(port).actual, format!("answers at 127.0.0.1:{port}"));
        drop(server);
        let gone = at(port);
        assert!(gone.actual.starts_with("not checked: ") && gone.holds, "{gone:?}");
    }
}
