//! A client of nobody's: HTTP over a socket, one call a connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::upstash::{EMAIL, KEY, Upstash};

/// Status and body of an answer; the body is null where there is none or half of one.
pub fn call(fake: &Upstash, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let credentials = format!("{EMAIL}:{KEY}");
    call_as(fake, &credentials, method, path, body)
}

/// The same with other credentials: `user:password`.
pub fn call_as(
    fake: &Upstash,
    credentials: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let (user, password) = credentials.split_once(':').unwrap();
    let url = fake.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
    let authorization = crate::upstash::basic(user, password);
    write!(
        stream,
        "{method} /v2{path} HTTP/1.1\r\nhost: api\r\nauthorization: {authorization}\r\n{kind}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).unwrap_or(0);
        answer.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let whole = text.split_once("\r\n\r\n").map(|(head, body)| {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            (
                head.split(' ').nth(1).unwrap().parse().unwrap(),
                length.unwrap().parse::<usize>().unwrap(),
                body.to_owned(),
            )
        });
        match whole {
            Some((status, length, body)) if body.len() == length || count == 0 => {
                return (status, serde_json::from_str(&body).unwrap_or_default());
            }
            _ if count == 0 => return (0, Value::Null),
            _ => {}
        }
    }
}
