//! JSON over HTTPS, for services that have no client of their own.

mod blocking;
mod redact;

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use serde_json::Value;
use thiserror::Error;

pub use blocking::{Blocking, Body, Calls, MOST_TRIES, Pause, patiently};
pub use redact::redacted;
pub use reqwest::Method;

/// The longest answer that is read; what is longer is no answer of an API.
const LONGEST: usize = 64 << 20;
/// The longest time for a file that is read piece by piece.
const LONGEST_DOWNLOAD: Duration = Duration::from_mins(30);
/// The longest wait that a service may ask for.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// A service at one address, with the credentials for it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

/// Who asks.
#[derive(Clone)]
pub enum Credentials {
    /// Nobody in particular.
    None,
    /// A name and a password or key.
    Basic {
        /// The name.
        user: String,
        /// The password or key.
        password: String,
    },
    /// A token.
    Bearer(String),
    /// A token in a header of the service's own.
    Header(&'static str, String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(credentials)")
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

/// What a service answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status, 200 to 599.
    pub status: u16,
    /// The body: JSON, or its text where it is none.
    pub body: Value,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
    /// The version of what was read or written.
    pub etag: Option<String>,
    /// Where the rest of a list is, from the `Link` header.
    pub next: Option<String>,
    /// The service's own name of the request, for its support.
    pub request_id: Option<String>,
}

/// Why there is no answer, or what a refusal says.
#[derive(Clone, Debug, Error)]
pub enum NetError {
    /// The address is not one that credentials may be sent to.
    #[error("{0}")]
    Address(String),
    /// No answer came: whether the call was carried out is not known.
    #[error("no answer from {host}: {why}")]
    Lost {
        /// The host that was asked.
        host: String,
        /// Why.
        why: String,
    },
    /// The service refused.
    #[error("HTTP status {}: {}", .0.status, .0.text())]
    Refused(Box<Answer>),
}

impl Answer {
    /// What the body says, in one line and without secrets: the message of the usual error objects, or the text.
    pub fn text(&self) -> String {
        let of = |names: &[&str]| {
            let mut at = &self.body;
            for name in names {
                at = at.get(name)?;
            }
            at.as_str()
        };
        let paths: [&[&str]; 5] = [&["error", "message"], &["message"], &["error"], &["detail"], &["title"]];
        let said = paths.into_iter().find_map(of).or_else(|| self.body.as_str());
        let said = said.map_or_else(|| redacted(&self.body).to_string(), str::to_owned);
        said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
    }
}

impl Client {
    /// A service at an address, `https://api.upstash.com/v2`.
    ///
    /// Credentials go over TLS only, but for a server on this machine.
    pub fn new(base: &str, credentials: Credentials) -> Result<Self, NetError> {
        Self::with_headers(base, credentials, &[])
    }

    /// The same with more headers for every call.
    pub fn with_headers(
        base: &str,
        credentials: Credentials,
        more: &[(&'static str, &str)],
    ) -> Result<Self, NetError> {
        let wrong = |why: &str| NetError::Address(format!("{base}: {why}"));
        let url = reqwest::Url::parse(base).map_err(|error| wrong(&error.to_string()))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(wrong("only https is used, so that credentials cannot be read on the way"));
        }
        let own = match &credentials {
            Credentials::Header(name, value) => Some((*name, value.as_str())),
            _ => None,
        };
        let mut headers = HeaderMap::new();
        for (name, text) in more.iter().copied().chain(own) {
            let value = HeaderValue::from_str(text);
            let mut value = value.map_err(|_| wrong("a header has a character that it cannot have"))?;
            value.set_sensitive(own == Some((name, text)));
            headers.insert(HeaderName::from_static(name), value);
        }
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .user_agent(concat!("cachefit/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            // A redirect could lead the credentials elsewhere.
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| wrong(&said(&error)))?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), credentials })
    }

    /// An answer of any length, whose body is read piece by piece: it may take half an hour.
    pub async fn open(&self, path: &str) -> Result<reqwest::Response, NetError> {
        let url = self.url(path)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let request = self.http.get(url).timeout(LONGEST_DOWNLOAD);
        let answer = request.send().await.map_err(|error| NetError::Lost { host, why: said(&error) })?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let refused =
            Answer { status, body: Value::Null, retry_after: None, etag: None, next: None, request_id: None };
        Err(NetError::Refused(Box::new(refused)))
    }

    /// One call, made once. `path` begins with `/`, or is a whole address below the same host, as lists name their next page.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, NetError> {
        self.call_as(&self.credentials, method, path, body).await
    }

    /// The same with other credentials: a token that ends is replaced while the client lives.
    pub async fn call_as(
        &self,
        credentials: &Credentials,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, NetError> {
        let url = self.url(path)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let lost = |why: String| NetError::Lost { host: host.clone(), why };
        let request = self.http.request(method, url);
        let mut request = match credentials {
            Credentials::Basic { user, password } => request.basic_auth(user, Some(password)),
            Credentials::Bearer(token) => request.bearer_auth(token),
            Credentials::None | Credentials::Header(..) => request,
        };
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut answer = request.send().await.map_err(|error| lost(said(&error)))?;
        let status = answer.status().as_u16();
        let header = |name: &HeaderName| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let retry_after = header(&RETRY_AFTER).and_then(|text| wait(&text));
        let (etag, next) =
            (header(&reqwest::header::ETAG), header(&reqwest::header::LINK).and_then(|l| next(&l)));
        let request_id = header(&HeaderName::from_static("x-ms-request-id"));
        let mut bytes = Vec::new();
        while let Some(more) = answer.chunk().await.map_err(|error| lost(said(&error)))? {
            bytes.extend_from_slice(&more);
            if bytes.len() > LONGEST {
                return Err(lost(format!("its answer is longer than {} MiB", LONGEST >> 20)));
            }
        }
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        let answer = Answer { status, body, retry_after, etag, next, request_id };
        if (200..300).contains(&status) { Ok(answer) } else { Err(NetError::Refused(Box::new(answer))) }
    }

    fn url(&self, path: &str) -> Result<reqwest::Url, NetError> {
        let wrong = |why: String| NetError::Address(format!("{path}: {why}"));
        let whole = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let url = reqwest::Url::parse(&whole).map_err(|error| wrong(error.to_string()))?;
        let base = reqwest::Url::parse(&self.base).map_err(|error| wrong(error.to_string()))?;
        if url.origin() != base.origin() {
            return Err(wrong(format!("it is not below {}", self.base)));
        }
        Ok(url)
    }
}

/// An error with its causes, without the address that it repeats: the address may carry a signature.
fn said(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    if error.is_timeout() {
        causes.insert(0, "it took too long".to_owned());
    }
    causes.dedup();
    if causes.is_empty() { "the request failed".to_owned() } else { causes.join(": ") }
}

/// `Retry-After` in seconds; a date is as good as nothing, since clocks differ.
fn wait(text: &str) -> Option<Duration> {
    let seconds: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// The address with `rel="next"`.
fn next(link: &str) -> Option<String> {
    let of = |part: &str| {
        let (address, rest) = part.trim().strip_prefix('<')?.split_once('>')?;
        rest.contains("rel=\"next\"").then(|| address.to_owned())
    };
    link.split(',').find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_over_tls_or_stay_on_this_machine() {
        for base in
            ["https://api.upstash.com/v2", "http://127.0.0.1:8080", "http://[::1]:1", "http://localhost:1"]
        {
            assert!(Client::new(base, Credentials::None).is_ok(), "{base}");
        }
        for base in ["http://api.upstash.com", "http://127.0.0.1.example.org", "ftp://localhost", "nonsense"]
        {
            assert!(Client::new(base, Credentials::None).is_err(), "{base}");
        }
        let token = Credentials::Header("private-token", "two\nlines".to_owned());
        assert!(Client::new("https://a.example", token).is_err());
    }

    #[test]
    fn a_page_elsewhere_is_not_followed() {
        let client = Client::new("https://a.example/v2", Credentials::None).expect("a client");
        assert!(client.url("/redis/databases").is_ok());
        assert!(client.url("https://a.example/next?page=2").is_ok());
        for path in ["https://b.example/next", "http://a.example/next", "https://a.example:444/"] {
            assert!(client.url(path).is_err(), "{path}");
        }
    }

    #[test]
    fn waits_and_pages_are_read() {
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("99999999"), Some(LONGEST_WAIT));
        assert_eq!(wait("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(
            next(r#"<https://a/1>; rel="prev", <https://a/3>; rel="next""#).as_deref(),
            Some("https://a/3")
        );
        assert_eq!(next(r#"<https://a/1>; rel="prev""#), None);
    }

    #[test]
    fn an_error_is_one_line_without_secrets() {
        let answer = |body: Value| Answer {
            status: 400,
            body,
            retry_after: None,
            etag: None,
            next: None,
            request_id: None,
        };
        assert_eq!(answer(serde_json::json!("regional is\ndeprecated")).text(), "regional is deprecated");
        assert_eq!(answer(serde_json::json!({ "error": { "message": "busy" } })).text(), "busy");
        let text = answer(serde_json::json!({ "x": { "password": "hunter2", "name": "a" } })).text();
        assert!(text.contains("\"name\"") && !text.contains("hunter2"), "{text}");
    }
}
