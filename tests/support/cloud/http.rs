//! A small HTTP/1.1 server on loopback: keep-alive, `content-length` and chunked bodies, answers that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// One request, read to its end.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What goes back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub delivery: Delivery,
}

/// How much of the reply arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Whole,
    /// Half of the body, then the connection is closed.
    Half,
    /// The connection is closed without a byte.
    Nothing,
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server that ends with this value.
pub struct Server {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free port; each connection has a thread.
    pub fn start(handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let handler = Arc::clone(&handler);
                std::thread::spawn(move || serve(stream, &*handler));
            }
        });
        Self { address, stop, listener: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The listener looks at the flag when somebody calls.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.listener.take() {
            let _ = thread.join();
        }
    }
}

/// Answers requests of one connection until it ends, breaks, or an answer is cut.
fn serve(mut stream: TcpStream, handler: &Handler) {
    // A client that was killed closes its connections; this is for one that hangs.
    let _ = stream.set_read_timeout(Some(Duration::from_mins(1)));
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer) {
        let reply = handler(&request);
        let sent = write(&mut stream, &reply);
        if sent.is_err() || reply.delivery != Delivery::Whole {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16 * 1024];
    let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
    buffer.extend_from_slice(&piece[..count]);
    Some(())
}

/// The next request; none when the connection has ended.
fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let (mut request, head) = loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(head) = parsed.parse(buffer).ok()? {
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers =
                parsed.headers.iter().map(|h| (h.name.to_ascii_lowercase(), text(h.value))).collect();
            let (method, path) = (parsed.method?.to_owned(), parsed.path?.to_owned());
            break (Request { method, path, headers, body: Vec::new() }, head);
        }
        more(stream, buffer)?;
    };
    buffer.drain(..head);
    if request.header("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
        request.body = chunks(stream, buffer)?;
    } else {
        let length = request.header("content-length").map_or(Some(0), |text| text.parse().ok())?;
        while buffer.len() < length {
            more(stream, buffer)?;
        }
        request.body = buffer.drain(..length).collect();
    }
    Some(request)
}

fn chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (head, size) = loop {
            if let httparse::Status::Complete((head, size)) = httparse::parse_chunk_size(buffer).ok()? {
                break (head, size as usize);
            }
            more(stream, buffer)?;
        };
        while buffer.len() < head + size + 2 {
            more(stream, buffer)?;
        }
        body.extend_from_slice(&buffer[head..head + size]);
        buffer.drain(..head + size + 2);
        if size == 0 {
            return Some(body);
        }
    }
}

fn write(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    if reply.delivery == Delivery::Nothing {
        return Ok(());
    }
    let mut head = format!("HTTP/1.1 {} x\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    let sent = if reply.delivery == Delivery::Half { reply.body.len() / 2 } else { reply.body.len() };
    bytes.extend_from_slice(&reply.body[..sent]);
    stream.write_all(&bytes)?;
    stream.flush()
}
