//! How `azure_identity` reaches the network: through `reqwest`, as everything else does.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, StatusCode};

/// The address of a virtual machine's own metadata: nothing answers there outside of Azure.
const METADATA: &str = "169.254.169.254";

/// A transport, which may lead logins to a server on this machine.
#[derive(Debug)]
pub struct Http {
    usual: reqwest::Client,
    metadata: reqwest::Client,
    /// Where logins go instead of the authority, in tests.
    login: Option<Login>,
}

/// From an authority to a server on this machine.
#[derive(Clone, Debug)]
pub struct Login {
    /// The host of the authority.
    pub host: String,
    /// The server, `http://127.0.0.1:8080`.
    pub server: reqwest::Url,
}

impl Login {
    /// A server on this machine; none where the address is another's or no address.
    pub fn here(authority: &str, server: &str) -> Option<Self> {
        let server = reqwest::Url::parse(server).ok()?;
        let host = server.host_str()?.trim_matches(['[', ']']).to_owned();
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let authority = reqwest::Url::parse(authority).ok()?;
        here.then(|| Self { host: authority.host_str().unwrap_or_default().to_owned(), server })
    }
}

impl Http {
    /// A transport.
    pub fn new(login: Option<Login>) -> Result<Self, reqwest::Error> {
        let usual = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(5))
                .timeout(Duration::from_secs(30))
        };
        // Outside of Azure the first packet is lost: the wait is short, and no proxy may answer instead.
        let metadata =
            usual().no_proxy().connect_timeout(Duration::from_secs(1)).timeout(Duration::from_secs(5));
        Ok(Self { usual: usual().build()?, metadata: metadata.build()?, login })
    }

    async fn send(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut url = request.url().clone();
        if let Some(login) = &self.login
            && url.host_str() == Some(login.host.as_str())
        {
            let path = url.path().to_owned();
            let query = url.query().map(str::to_owned);
            url = login.server.clone();
            url.set_path(&path);
            url.set_query(query.as_deref());
        }
        let client = if url.host_str() == Some(METADATA) { &self.metadata } else { &self.usual };
        let method = reqwest::Method::from_bytes(request.method().as_ref().as_bytes())
            .map_err(|error| Error::with_error(ErrorKind::Other, error, "no method of HTTP"))?;
        let mut call = client.request(method, url);
        for (name, value) in request.headers().iter() {
            call = call.header(name.as_str(), value.as_str());
        }
        if let Body::Bytes(bytes) = request.body() {
            call = call.body(bytes.clone());
        }
        let lost = |error: reqwest::Error| {
            let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
            // The address is the authority's; a body with a secret is in no message of reqwest.
            Error::with_error(kind, error.without_url(), "no answer")
        };
        let answer = call.send().await.map_err(lost)?;
        let status = StatusCode::from(answer.status().as_u16());
        let mut headers = Headers::new();
        for (name, value) in answer.headers() {
            if let Ok(value) = value.to_str() {
                let (name, value) = (name.as_str().to_owned(), value.to_owned());
                headers.insert(HeaderName::from(name), HeaderValue::from(value));
            }
        }
        let bytes = answer.bytes().await.map_err(lost)?;
        Ok(AsyncRawResponse::from_bytes(status, headers, bytes))
    }
}

// Written as the macro `async_trait` would, which is not needed for one function.
impl HttpClient for Http {
    fn execute_request<'life0, 'life1, 'async_trait>(
        &'life0 self,
        request: &'life1 Request,
    ) -> Pin<Box<dyn Future<Output = azure_core::Result<AsyncRawResponse>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_led_to_this_machine_only() {
        let authority = "https://login.microsoftonline.com";
        assert!(Login::here(authority, "http://127.0.0.1:8080").is_some());
        assert!(Login::here(authority, "http://localhost:8080").is_some());
        for other in
            ["https://login.example.org", "http://10.0.0.1", "http://127.0.0.1.example.org", "nonsense"]
        {
            assert!(Login::here(authority, other).is_none(), "{other}");
        }
    }
}
