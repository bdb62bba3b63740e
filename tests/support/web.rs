//! A small HTTP server on loopback for doubles of services: one handler, a thread for each connection.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    #[allow(dead_code, reason = "not every double looks at it")]
    pub method: String,
    /// Path with query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    #[allow(dead_code, reason = "not every double looks at it")]
    pub body: String,
}

impl Received {
    /// A header's value, by its name in lower case.
    #[allow(dead_code, reason = "not every double looks at headers")]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string() }
    }
}

/// A running server; ends when it is dropped.
pub struct Web {
    pub url: String,
    stop: Arc<AtomicBool>,
}

impl Web {
    pub fn start(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (ended, handler) = (Arc::clone(&stop), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let handler = Arc::clone(&handler);
                thread::spawn(move || serve(stream.unwrap(), &*handler));
            }
        });
        Self { url: format!("http://{address}"), stop }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The listener wakes up to see it.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn serve(mut stream: TcpStream, handler: &(impl Fn(&Received) -> Reply + ?Sized)) {
    let Some(request) = read(&mut stream) else { return };
    let reply = handler(&request);
    let mut text = format!(
        "HTTP/1.1 {} x\r\ncontent-length: {}\r\nconnection: close\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{text}\r\n{}", reply.body).as_bytes());
}

fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut part = [0; 8192];
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        if let Ok(httparse::Status::Complete(start)) = parsed.parse(&bytes) {
            let headers: Vec<(String, String)> = parsed
                .headers
                .iter()
                .map(|h| (h.name.to_ascii_lowercase(), String::from_utf8_lossy(h.value).into_owned()))
                .collect();
            let length =
                headers.iter().find(|(n, _)| n == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
            if bytes.len() >= start + length {
                return Some(Received {
                    method: parsed.method?.to_owned(),
                    target: parsed.path?.to_owned(),
                    body: String::from_utf8_lossy(&bytes[start..start + length]).into_owned(),
                    headers,
                });
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&part[..n]),
        }
    }
}
