//! HTTPS requests to services that have no SDK here. What asks knows this trait only, so tests answer in its place.

#[cfg(feature = "net")]
mod client;
mod retry;

use std::collections::BTreeMap;

use thiserror::Error;

#[cfg(feature = "net")]
pub use client::Client;
pub use retry::{MOST_TRIES, Pause, send};

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a second request does no more than the first.
    pub fn is_repeatable(self) -> bool {
        !matches!(self, Self::Post)
    }
}

/// A request. It is never shown: headers and address may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Where.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: Option<String>,
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &serde_json::Value) -> Self {
        let with_type = self.header("content-type", "application/json");
        Self { body: Some(body.to_string()), ..with_type }
    }

    /// The address without its query, which may hold a key.
    pub fn place(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case, with their values.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// Whether the service did what it was asked to.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NetError {
    /// The request must not be sent.
    #[error("{0}")]
    Refused(String),
    /// Nothing came back.
    #[error("{place} cannot be reached: {why}")]
    Unreachable {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
}

/// Something that sends requests.
pub trait Http {
    /// Sends one request, once.
    fn send(&self, request: &Request) -> Result<Answer, NetError>;
}
