//! Calls that a command makes one after another: waiting for each, and asking again when a service is busy.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::{Answer, Client, Method, NetError};

/// Calls that are made at most for one.
pub const MOST_TRIES: u32 = 5;
/// The first pause; each one after it is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// A service that asks for more is not waited for.
const LONGEST: Duration = Duration::from_mins(1);

/// Something that answers calls; in tests, something else than the network.
pub trait Calls {
    /// One call, made once; what is refused is an error.
    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, NetError>;
}

/// Waits.
pub type Pause<'a> = &'a dyn Fn(Duration);

/// A client for one call at a time.
pub struct Blocking {
    client: Client,
    runtime: Runtime,
}

impl Blocking {
    /// The same client, waiting for every answer.
    pub fn new(client: Client) -> Result<Self, NetError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| NetError::Address(format!("no runtime for calls: {error}")))?;
        Ok(Self { client, runtime })
    }
}

impl Blocking {
    /// A file of any length, to be read piece by piece.
    pub fn open(&self, path: &str) -> Result<Body<'_>, NetError> {
        let answer = self.runtime.block_on(self.client.open(path))?;
        Ok(Body { runtime: &self.runtime, answer, piece: Vec::new(), read: 0 })
    }
}

/// The body of an answer, as it comes.
pub struct Body<'a> {
    runtime: &'a Runtime,
    answer: reqwest::Response,
    piece: Vec<u8>,
    /// Bytes of the piece that were read.
    read: usize,
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.read == self.piece.len() {
            let next = self.runtime.block_on(self.answer.chunk());
            match next.map_err(|error| std::io::Error::other(super::said(&error)))? {
                Some(next) => (self.piece, self.read) = (next.to_vec(), 0),
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.piece.len() - self.read);
        into[..count].copy_from_slice(&self.piece[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

impl Calls for Blocking {
    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, NetError> {
        self.runtime.block_on(self.client.call(method.clone(), path, body))
    }
}

/// Calls until it is answered with something else than 429 or 5xx, or for the last time. What may not be done twice is
/// asked for again only after 429 and 503, which say that nothing was done.
pub fn patiently(
    calls: &dyn Calls,
    pause: Pause<'_>,
    (method, path): (&Method, &str),
    body: Option<&Value>,
) -> Result<Answer, NetError> {
    let repeatable = *method != Method::POST;
    let mut wait = FIRST;
    for _ in 1..MOST_TRIES {
        let error = match calls.call(method, path, body) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let asked = match &error {
            NetError::Refused(answer) => match answer.status {
                429 | 503 => answer.retry_after,
                500..=599 if repeatable => answer.retry_after,
                _ => return Err(error),
            },
            NetError::Lost { .. } if repeatable => None,
            _ => return Err(error),
        };
        if asked.is_some_and(|asked| asked > LONGEST) {
            return Err(error);
        }
        pause(asked.unwrap_or(wait));
        wait = (wait * 2).min(LONGEST);
    }
    calls.call(method, path, body)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    struct Script {
        answers: RefCell<Vec<Result<u16, NetError>>>,
        waits: Option<u64>,
        sent: Cell<u32>,
    }

    impl Calls for Script {
        fn call(&self, _: &Method, _: &str, _: Option<&Value>) -> Result<Answer, NetError> {
            self.sent.set(self.sent.get() + 1);
            let status = self.answers.borrow_mut().remove(0)?;
            let retry_after = self.waits.filter(|_| status == 429).map(Duration::from_secs);
            let answer =
                Answer { status, body: Value::Null, retry_after, etag: None, next: None, request_id: None };
            if status < 300 { Ok(answer) } else { Err(NetError::Refused(Box::new(answer))) }
        }
    }

    fn lost() -> Result<u16, NetError> {
        Err(NetError::Lost { host: "x".into(), why: "cut".into() })
    }

    /// Status of the end, calls made, seconds waited.
    fn run(method: &Method, waits: Option<u64>, answers: Vec<Result<u16, NetError>>) -> (u16, u32, Vec<u64>) {
        let script = Script { answers: RefCell::new(answers), waits, sent: Cell::new(0) };
        let waited = RefCell::new(Vec::new());
        let end = patiently(&script, &|time| waited.borrow_mut().push(time.as_secs()), (method, "/"), None);
        let status = match end {
            Ok(answer) => answer.status,
            Err(NetError::Refused(answer)) => answer.status,
            Err(_) => 0,
        };
        (status, script.sent.get(), waited.into_inner())
    }

    #[test]
    fn waits_as_long_as_it_is_asked_to_and_then_twice_as_long() {
        assert_eq!(
            run(&Method::GET, Some(7), vec![Ok(429), Ok(502), lost(), Ok(200)]),
            (200, 4, vec![7, 2, 4])
        );
        let busy = || vec![Ok(429), Ok(429), Ok(429), Ok(429), Ok(429)];
        assert_eq!(run(&Method::GET, None, busy()), (429, MOST_TRIES, vec![1, 2, 4, 8]));
        assert_eq!(run(&Method::GET, Some(3600), busy()), (429, 1, vec![]));
    }

    #[test]
    fn what_may_have_been_done_is_not_done_twice() {
        assert_eq!(run(&Method::POST, None, vec![Ok(502)]), (502, 1, vec![]));
        assert_eq!(run(&Method::POST, None, vec![lost()]), (0, 1, vec![]));
        assert_eq!(run(&Method::POST, None, vec![Ok(503), Ok(201)]), (201, 2, vec![1]));
        assert_eq!(run(&Method::PATCH, None, vec![Ok(500), Ok(200)]), (200, 2, vec![1]));
        assert_eq!(run(&Method::GET, None, vec![Ok(404)]), (404, 1, vec![]));
    }
}
