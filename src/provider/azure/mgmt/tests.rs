//! The crate is held: no token in any log, no change sent twice, refusals as our own client reads them.

use std::fmt::{Debug, Write as _};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azure_mgmt_redis::package_2024_03::models::{
    RedisCreateParameters, RedisCreateProperties, RedisUpdateParameters, Sku, sku,
};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

use super::{Arm, send};
use crate::provider::azure::credentials::Tokens;
use crate::provider::azure::scope::Endpoints;
use crate::provider::call::{CallError, Refusal};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.the-real-token";

/// A call as the socket saw it: the first line with the headers, and the body.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// A server on this machine: gives tokens, and answers everything else alike.
fn server(answer: &'static str) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let calls = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let start = head.len();
                if reader.read_line(&mut head).unwrap() == 0 || &head[start..] == "\r\n" {
                    break;
                }
                if let Some(text) = head[start..].to_lowercase().strip_prefix("content-length:") {
                    length = text.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let gives =
                json!({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN}).to_string();
            let (status, text) = if head.contains("/oauth2/") {
                ("200 OK\r\ncontent-type: application/json", gives.as_str())
            } else {
                calls.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
                answer.split_once("\r\n\r\n").unwrap()
            };
            write!(
                reader.get_mut(),
                "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
                text.len()
            )
            .unwrap();
        }
    });
    (address, seen)
}

fn arm(address: &str) -> Arc<Arm> {
    let endpoints = Endpoints {
        arm: "https://management.azure.com".into(),
        authority: "https://login.microsoftonline.com".into(),
    };
    let tokens = Tokens::new(&endpoints, &|name| {
        let value = match name {
            "AZURE_TENANT_ID" => "11111111-2222-3333-4444-555555555555",
            "AZURE_CLIENT_ID" => "66666666-7777-8888-9999-000000000000",
            "AZURE_CLIENT_SECRET" => "hunter2hunter2",
            "AZURE_AUTHORITY_HOST" => address,
            _ => return None,
        };
        Some(value.to_owned())
    });
    Arc::new(Arm::new(address, tokens.unwrap()).unwrap())
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn create(address: &str) -> Result<(), CallError> {
    let body = RedisCreateParameters::new(
        RedisCreateProperties::new(Sku::new(sku::Name::Premium, sku::Family::P, 1)),
        "eastus".to_owned(),
    );
    let arm = arm(address);
    block(send(&arm, |client| client.redis_client().create("rg", "shop", body, "sub").send()))
}

const CREATING: &str = "201 Created\r\nretry-after: 0\r\nazure-asyncoperation: http://127.0.0.1:1/later\r\n\r\n\
    {\"properties\":{\"provisioningState\":\"Creating\"}}";

/// The service goes on saying that it is at work: asking for the state is not the crate's, and the change is sent once.
#[test]
fn a_create_that_goes_on_is_sent_once_with_our_token_and_our_version() {
    let (address, seen) = server(CREATING);
    create(&address).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1, "{seen:?}");
    let (head, body) = &seen[0];
    let path =
        "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Cache/redis/shop?api-version=2024-11-01";
    assert!(head.starts_with(&format!("PUT {path} HTTP/1.1\r\n")), "{head}");
    let bearers: Vec<&str> =
        head.lines().filter(|line| line.to_lowercase().starts_with("authorization:")).collect();
    assert_eq!(bearers.len(), 1, "{head}");
    assert!(bearers[0].ends_with(&format!("Bearer {TOKEN}")), "{head}");
    let sku = json!({"name": "Premium", "family": "P", "capacity": 1});
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({"location": "eastus", "properties": {"sku": sku}})
    );
}

/// The wait that a service asks for and the kind of its refusal come through, and nothing is tried again by the crate.
#[test]
fn refusals_keep_their_kind_and_their_wait() {
    for (answer, kind, wait) in [
        (
            "429 Too Many Requests\r\nretry-after: 17\r\n\r\n{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"slow\"}}",
            Refusal::Later,
            Some(17),
        ),
        (
            "409 Conflict\r\nx-a: b\r\n\r\n{\"error\":{\"code\":\"Conflict\",\"message\":\"busy\"}}",
            Refusal::Busy,
            None,
        ),
        (
            "404 Not Found\r\nx-a: b\r\n\r\n{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"none\"}}",
            Refusal::Absent,
            None,
        ),
    ] {
        let (address, seen) = server(answer);
        let error = create(&address).unwrap_err();
        assert_eq!(error.refusal, kind, "{answer}");
        assert_eq!(error.retry_after, wait.map(Duration::from_secs), "{answer}");
        assert!(error.message.contains("PUT Microsoft.Cache/redis/shop"), "{}", error.message);
        assert_eq!(seen.lock().unwrap().len(), 1, "{answer}");
    }
}

/// All that is logged by anybody, at the finest level, through either facade.
static LOG: Mutex<String> = Mutex::new(String::new());

struct Everything;

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(LOG.lock().unwrap(), "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(LOG.lock().unwrap(), "{field} {value:?}").unwrap();
    }
}

impl tracing::Subscriber for Everything {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Everything);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Everything);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Everything);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_trace_log_of_everything_has_no_token() {
    log::set_logger(&Everything).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::subscriber::set_global_default(Everything).unwrap();
    let (address, seen) = server(CREATING);
    create(&address).unwrap();
    let body = RedisUpdateParameters::new();
    block(send(&arm(&address), |client| client.redis_client().update("rg", "shop", body, "sub").send()))
        .unwrap();
    assert_eq!(seen.lock().unwrap().len(), 2);
    let log = LOG.lock().unwrap();
    // The crate does log what it would have sent, which shows that the log is one of everything.
    assert!(log.contains("Bearer none"), "{log}");
    for secret in [TOKEN, "the-real-token", "hunter2"] {
        assert!(!log.contains(secret), "{log}");
    }
}
