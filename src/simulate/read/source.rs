//! Where a trace comes from: a file or standard input, plain or compressed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

/// Bytes that are looked at to tell the format.
const HEAD: u64 = 64 * 1024;
const BUFFER: usize = 256 * 1024;
/// Compression inside compression: once is a habit, four times is an attack.
const MOST_LAYERS: u32 = 4;

/// A stream of bytes, and what is known before it is read.
pub struct Source {
    /// The bytes, decompressed.
    pub bytes: Box<dyn BufRead + Send>,
    /// The first of them.
    pub head: Vec<u8>,
}

/// How far a trace has been read.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    /// Bytes in all, if they are known.
    pub total: Option<u64>,
}

impl Progress {
    /// Progress in steps of something else, of which there are `total`.
    #[cfg(feature = "parquet")]
    pub fn of(total: u64) -> Self {
        Self { total: Some(total), ..Self::default() }
    }

    /// Goes on by one step.
    #[cfg(feature = "parquet")]
    pub fn step(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes read so far, before decompression.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Opens a file, or standard input for `-`.
pub fn open(path: &Path) -> io::Result<(Source, Progress)> {
    let mut progress = Progress::default();
    let read = progress.read.clone();
    let raw: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(Counted { inner: io::stdin(), read })
    } else {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        progress.total = meta.is_file().then_some(meta.len());
        Box::new(Counted { inner: file, read })
    };
    Ok((decompressed(raw)?, progress))
}

/// Takes off the layers of compression.
pub fn decompressed(raw: Box<dyn Read + Send>) -> io::Result<Source> {
    let mut source = peek(raw)?;
    for _ in 0..MOST_LAYERS {
        if source.head.starts_with(&[0x1f, 0x8b]) {
            source = peek(Box::new(MultiGzDecoder::new(source.bytes)))?;
        } else if source.head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            source = peek(Box::new(Zstd::new(source.bytes)?))?;
        } else {
            return Ok(source);
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "it is compressed more than four times"))
}

fn peek(mut raw: Box<dyn Read + Send>) -> io::Result<Source> {
    let mut head = Vec::new();
    raw.by_ref().take(HEAD).read_to_end(&mut head)?;
    let all = Cursor::new(head.clone()).chain(raw);
    Ok(Source { bytes: Box::new(BufReader::with_capacity(BUFFER, all)), head })
}

/// Zstandard frames, one after another.
struct Zstd {
    frame: Option<StreamingDecoder<Box<dyn BufRead + Send>, ruzstd::decoding::FrameDecoder>>,
}

impl Zstd {
    fn new(bytes: Box<dyn BufRead + Send>) -> io::Result<Self> {
        Ok(Self { frame: Some(frame(bytes)?) })
    }
}

fn frame(
    bytes: Box<dyn BufRead + Send>,
) -> io::Result<StreamingDecoder<Box<dyn BufRead + Send>, ruzstd::decoding::FrameDecoder>> {
    StreamingDecoder::new(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("bad zstd frame: {error}")))
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(current) = &mut self.frame {
            let count = current.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let mut rest = self.frame.take().map(StreamingDecoder::into_inner);
            if let Some(mut bytes) = rest.take()
                && !bytes.fill_buf()?.is_empty()
            {
                self.frame = Some(frame(bytes)?);
            }
        }
        Ok(0)
    }
}
