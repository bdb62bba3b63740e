//! A client of nobody's: HTTP over a socket, one call a connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::azure::{Azure, GROUP, SUBSCRIPTION, TOKEN};

/// An answer: its status, its headers in small letters, its body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Value,
}

impl Answer {
    /// The code of an error.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let line = self.headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))?;
        Some(line.trim().to_owned())
    }
}

/// The path of a resource in the usual group.
pub fn at(rest: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{rest}")
}

/// One call; the path has its query.
pub fn call(fake: &Azure, method: &str, path: &str, body: Option<&Value>) -> Answer {
    send(fake, method, path, body.map(Value::to_string).as_deref(), "application/json", TOKEN)
}

/// The same with another token, or a body of another form.
pub fn send(fake: &Azure, method: &str, path: &str, body: Option<&str>, kind: &str, token: &str) -> Answer {
    let url = fake.url();
    let host = url.trim_start_matches("http://");
    let path = path.trim_start_matches(&url);
    let mut stream = TcpStream::connect(host).unwrap();
    let body = body.unwrap_or_default();
    let kind = if body.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{kind}connection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    Answer { status, headers: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
}
