//! Requests to Azure Cache for Redis as `azure_mgmt_redis` makes them: its paths and typed bodies, and nothing else of it.
//! That crate logs the token that it is given, hides `Retry-After` and sends a change again instead of asking for its state.
//! So it is given no token, its requests leave through our own client, once each, and the state is read from the resource.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use azure_core_0_21::auth::{AccessToken, TokenCredential};
use azure_core_0_21::error::{Error, ErrorKind};
use azure_core_0_21::headers::Headers;
use azure_core_0_21::{
    Body, HttpClient, Request, Response, Result as Sent, RetryOptions, StatusCode, TransportOptions, Url,
};
use azure_mgmt_redis::package_2024_03::Client;
pub use azure_mgmt_redis::package_2024_03::models;
use serde_json::Value;

use super::arm::{Arm, CLASSIC_REDIS};
use crate::net::Method;
use crate::provider::call::CallError;

type Answering<'a, T> = Pin<Box<dyn Future<Output = Sent<T>> + Send + 'a>>;

/// Sends one request of the crate. Of its requests only `send` is used: awaiting them sends the change again and again.
/// What the service says is not kept: the answer to a change has the access keys in it.
pub async fn send<T, F>(arm: &Arc<Arm>, request: impl FnOnce(&Client) -> F) -> Result<(), CallError>
where
    F: Future<Output = Sent<T>>,
{
    let wrong = |why: &dyn std::fmt::Display| CallError::refused(format!("no request could be made: {why}"));
    let transport = Arc::new(Transport { arm: Arc::clone(arm), refused: Mutex::default() });
    let client = Client::builder(Arc::new(Nobody))
        .endpoint(Url::parse(arm.base()).map_err(|error| wrong(&error))?)
        .scopes(&["-"])
        .retry(RetryOptions::none())
        .transport(TransportOptions::new(transport.clone()))
        .build()
        .map_err(|error| wrong(&error))?;
    let Err(error) = request(&client).await else { return Ok(()) };
    // The crate's own error has lost the wait that the service asks for: ours is what counts.
    let refused = transport.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
    Err(refused.unwrap_or_else(|| wrong(&error)))
}

/// The credential that the crate insists on: the word that it may log.
#[derive(Debug)]
struct Nobody;

impl TokenCredential for Nobody {
    fn get_token<'s, 'l, 't, 'a>(&'s self, _: &'l [&'t str]) -> Answering<'a, AccessToken>
    where
        's: 'a,
        'l: 'a,
        't: 'a,
        Self: 'a,
    {
        Box::pin(async { Ok(AccessToken::new("none", SystemTime::now().into())) })
    }

    fn clear_cache<'s, 'a>(&'s self) -> Answering<'a, ()>
    where
        's: 'a,
        Self: 'a,
    {
        Box::pin(async { Ok(()) })
    }
}

/// The way out: through our client, with its token, its version of the API and its errors. No header of the crate is sent.
#[derive(Debug)]
struct Transport {
    arm: Arc<Arm>,
    refused: Mutex<Option<CallError>>,
}

impl Transport {
    async fn pass(&self, request: &Request) -> Sent<Response> {
        let failed = |why: String| Error::message(ErrorKind::Io, why);
        let method = Method::from_bytes(request.method().as_ref().as_bytes())
            .map_err(|error| failed(error.to_string()))?;
        let body: Option<Value> = match request.body() {
            Body::Bytes(bytes) if bytes.is_empty() => None,
            Body::Bytes(bytes) => Some(serde_json::from_slice(bytes)?),
            Body::SeekableStream(_) => return Err(failed("a stream is no JSON".to_owned())),
        };
        match self.arm.call(method, request.url().path(), CLASSIC_REDIS, body.as_ref()).await {
            Ok(answer) => {
                let status = StatusCode::try_from(answer.status).unwrap_or(StatusCode::Ok);
                Ok(Response::new(status, Headers::new(), Box::pin(futures_util::stream::empty())))
            }
            Err(error) => {
                let why = error.message.clone();
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(failed(why))
            }
        }
    }
}

impl HttpClient for Transport {
    fn execute_request<'s, 'r, 'a>(&'s self, request: &'r Request) -> Answering<'a, Response>
    where
        's: 'a,
        'r: 'a,
        Self: 'a,
    {
        Box::pin(self.pass(request))
    }
}

#[cfg(test)]
mod tests;
