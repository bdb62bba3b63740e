//! Whether an endpoint answers from this machine. A cache in a private network need not, so that no answer proves nothing.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use crate::provider::{Endpoint, Finding, Verdict};

/// A name is looked up, and a connection waited for, no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen of an endpoint: whether its name has an address, and whether that answers. It fails nothing.
pub fn findings(endpoint: &Endpoint) -> [Finding; 2] {
    let Endpoint { host, port } = endpoint;
    let finding = |check: String, expected: &str, (verdict, actual): (Verdict, String)| Finding {
        address: None,
        check,
        expected: expected.to_owned(),
        actual,
        verdict,
    };
    let open = |why: String| (Verdict::NotChecked, why);
    let (name, answer) = match resolved(host, *port) {
        Ok(address) => {
            let answer = match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(_) => (Verdict::Holds, format!("answers at {address}")),
                Err(error) => open(format!("{address} cannot be reached from here ({error})")),
            };
            ((Verdict::Holds, address.ip().to_string()), answer)
        }
        Err(why) => {
            let why = format!("the name cannot be looked up here ({why})");
            (open(why.clone()), open(why))
        }
    };
    let here = "answers, where this machine is in the cache's network";
    [
        finding(format!("{host} has an address"), "an address", name),
        finding(format!("{host}:{port} from this machine"), here, answer),
    ]
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
        let at = |port: u16| findings(&Endpoint { host: "127.0.0.1".to_owned(), port });
        let port = server.local_addr().unwrap().port();
        let [name, answer] = at(port);
        assert_eq!((name.verdict, name.actual.as_str()), (Verdict::Holds, "127.0.0.1"));
        assert_eq!(answer.actual, format!("answers at 127.0.0.1:{port}"));
        drop(server);
        let [name, gone] = at(port);
        assert_eq!((name.verdict, gone.verdict), (Verdict::Holds, Verdict::NotChecked), "{gone:?}");
        let nowhere = findings(&Endpoint { host: "cache.invalid".to_owned(), port });
        assert!(nowhere.iter().all(|finding| finding.verdict == Verdict::NotChecked), "{nowhere:?}");
    }
}
