//! The client of real runs: reqwest on rustls, one request at a time.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};

use super::{Answer, Http, Method, NetError, Request};

/// Whoever does not answer in this time is not waited for.
const CONNECT: Duration = Duration::from_secs(10);
/// The largest list takes seconds; a whole minute means that it hangs.
const WHOLE: Duration = Duration::from_mins(2);
/// No list is larger.
const MOST_BYTES: usize = 512 << 20;

/// Sends requests over HTTPS. Plain HTTP goes to this machine only.
pub struct Client {
    http: reqwest::Client,
    runtime: Runtime,
}

impl Client {
    /// A client; none if the system gives no randomness or no threads.
    pub fn new() -> Result<Self, NetError> {
        let refused = |why: &dyn std::fmt::Display| NetError::Refused(format!("no HTTPS client: {why}"));
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| refused(&error))?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("cachefit/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            // A token must not follow to another place.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| refused(&error))?;
        Ok(Self { http, runtime })
    }
}

impl Http for Client {
    fn send(&self, request: &Request) -> Result<Answer, NetError> {
        let refused = |why: String| NetError::Refused(format!("{}: {why}", request.place()));
        let url: reqwest::Url =
            request.url.parse().map_err(|error| refused(format!("no address: {error}")))?;
        let here = url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(refused("only https leaves this machine".to_owned()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str())
                .map_err(|_| refused("a header's name is wrong".into()))?;
            // The value may be a token: it is in no message.
            let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| {
                refused(format!("the value of the header {name} has characters that no header can have"))
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let mut sent = self.http.request(method(request.method), url).headers(headers);
        if let Some(body) = &request.body {
            sent = sent.body(body.clone());
        }
        self.runtime.block_on(async {
            let unreachable = |error: reqwest::Error| NetError::Unreachable {
                place: request.place().to_owned(),
                why: why(&error.without_url()),
            };
            let mut answer = sent.send().await.map_err(unreachable)?;
            let status = answer.status().as_u16();
            let text = |(name, value): (&HeaderName, &HeaderValue)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            };
            let headers = answer.headers().iter().map(text).collect();
            let mut body = Vec::new();
            while let Some(part) = answer.chunk().await.map_err(unreachable)? {
                body.extend_from_slice(&part);
                if body.len() > MOST_BYTES {
                    return Err(refused(format!("the answer has more than {MOST_BYTES} bytes")));
                }
            }
            Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
        })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// The last cause, which says more than the first.
fn why(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() }
}
