//! Asking again: when a service says that it is busy, or does not answer.

use std::time::Duration;

use super::{Answer, Http, NetError, Request};

/// Requests that are sent at most for one.
pub const MOST_TRIES: u32 = 5;
/// The first pause; each one after it is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// A service that asks for more is not waited for.
const LONGEST: Duration = Duration::from_mins(1);

/// Waits.
pub type Pause<'a> = &'a dyn Fn(Duration);

/// Sends a request until it is answered with something else than 429 or 5xx, or for the last time. What is not
/// repeatable is sent again only after 429 and 503, which say that nothing was done.
pub fn send(http: &dyn Http, request: &Request, pause: Pause<'_>) -> Result<Answer, NetError> {
    let mut wait = FIRST;
    for _ in 1..MOST_TRIES {
        let (again, asked) = match http.send(request) {
            Ok(answer) => {
                let again = match answer.status {
                    429 | 503 => true,
                    500..=599 => request.method.is_repeatable(),
                    _ => false,
                };
                let asked = retry_after(&answer);
                if !again || asked.is_some_and(|asked| asked > LONGEST) {
                    return Ok(answer);
                }
                (again, asked)
            }
            Err(NetError::Unreachable { .. }) if request.method.is_repeatable() => (true, None),
            Err(error) => return Err(error),
        };
        if again {
            pause(asked.unwrap_or(wait));
            wait = (wait * 2).min(LONGEST);
        }
    }
    http.send(request)
}

/// The seconds that a service asks to wait; a date there is answered by a pause of our own.
fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::net::Method;

    struct Script {
        answers: RefCell<Vec<Result<Answer, NetError>>>,
        sent: Cell<u32>,
    }

    impl Http for Script {
        fn send(&self, _: &Request) -> Result<Answer, NetError> {
            self.sent.set(self.sent.get() + 1);
            self.answers.borrow_mut().remove(0)
        }
    }

    fn answer(status: u16, wait: Option<&str>) -> Result<Answer, NetError> {
        let headers = wait.map(|wait| ("retry-after".to_owned(), wait.to_owned())).into_iter().collect();
        Ok(Answer { status, headers, body: String::new() })
    }

    fn unreachable() -> Result<Answer, NetError> {
        Err(NetError::Unreachable { place: "x".into(), why: "refused".into() })
    }

    /// Status of the end, requests sent, seconds waited.
    fn run(method: Method, answers: Vec<Result<Answer, NetError>>) -> (Option<u16>, u32, Vec<u64>) {
        let script = Script { answers: RefCell::new(answers), sent: Cell::new(0) };
        let waited = RefCell::new(Vec::new());
        let end = send(&script, &Request::new(method, "http://127.0.0.1/"), &|time| {
            waited.borrow_mut().push(time.as_secs());
        });
        (end.ok().map(|answer| answer.status), script.sent.get(), waited.into_inner())
    }

    #[test]
    fn waits_as_long_as_it_is_asked_to_and_then_twice_as_long() {
        let busy = || answer(429, None);
        let end = run(
            Method::Get,
            vec![answer(429, Some("7")), answer(502, None), unreachable(), answer(200, None)],
        );
        assert_eq!(end, (Some(200), 4, vec![7, 2, 4]));
        let end = run(Method::Get, vec![busy(), busy(), busy(), busy(), busy()]);
        assert_eq!(end, (Some(429), MOST_TRIES, vec![1, 2, 4, 8]));
        assert_eq!(run(Method::Get, vec![answer(429, Some("3600"))]), (Some(429), 1, vec![]));
    }

    #[test]
    fn what_may_have_been_done_is_not_done_twice() {
        assert_eq!(run(Method::Post, vec![answer(502, None)]), (Some(502), 1, vec![]));
        assert_eq!(run(Method::Post, vec![unreachable()]), (None, 1, vec![]));
        assert_eq!(run(Method::Post, vec![answer(503, None), answer(201, None)]), (Some(201), 2, vec![1]));
        assert_eq!(run(Method::Patch, vec![answer(500, None), answer(200, None)]), (Some(200), 2, vec![1]));
        assert_eq!(run(Method::Get, vec![answer(404, None)]), (Some(404), 1, vec![]));
    }
}
