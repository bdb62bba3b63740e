//! Lines of a text, with a limit on their length.

use std::io::{self, BufRead};

/// A longer line is no line of a trace.
const LONGEST: usize = 1 << 20;

/// The next line without its end.
pub enum Line {
    /// It is in the buffer.
    Whole,
    /// It was too long and is skipped.
    TooLong,
    /// There is none.
    End,
}

/// Reads one line into `buffer`.
pub fn next(source: &mut dyn BufRead, buffer: &mut Vec<u8>) -> io::Result<Line> {
    buffer.clear();
    let mut too_long = false;
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(match (too_long, buffer.is_empty()) {
                (true, _) => Line::TooLong,
                (false, true) => Line::End,
                (false, false) => Line::Whole,
            });
        }
        let end = memchr(bytes);
        let part = end.unwrap_or(bytes.len());
        if buffer.len() + part > LONGEST {
            too_long = true;
        } else if !too_long {
            buffer.extend_from_slice(&bytes[..part]);
        }
        source.consume(part + usize::from(end.is_some()));
        if end.is_some() {
            if buffer.last() == Some(&b'\r') {
                buffer.pop();
            }
            return Ok(if too_long { Line::TooLong } else { Line::Whole });
        }
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    // Eight at a time is enough: the parsers cost more.
    bytes.iter().position(|b| *b == b'\n')
}

/// A whole number without sign.
pub fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    text.iter().try_fold(0_u64, |n, b| {
        let digit = b.wrapping_sub(b'0');
        (digit < 10).then_some(())?;
        n.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// A number with up to nine places after the point, in billionths.
pub fn billionths(text: &[u8]) -> Option<u128> {
    let point = text.iter().position(|b| *b == b'.').unwrap_or(text.len());
    let whole = u128::from(number(&text[..point])?) * 1_000_000_000;
    let places = text.get(point + 1..).unwrap_or_default();
    let kept = &places[..places.len().min(9)];
    if places.iter().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    let fraction = if kept.is_empty() { 0 } else { u128::from(number(kept)?) };
    Some(whole + fraction * 10_u128.pow(9 - kept.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers() {
        assert_eq!(number(b"0042"), Some(42));
        for bad in [&b""[..], b"-1", b"1e3", b"18446744073709551616", b" 1"] {
            assert_eq!(number(bad), None);
        }
        assert_eq!(billionths(b"12.5"), Some(12_500_000_000));
        assert_eq!(billionths(b"1.1234567891234"), Some(1_123_456_789));
        assert_eq!(billionths(b"1.x"), None);
    }

    #[test]
    fn lines_end_in_any_way_and_have_a_limit() {
        let mut text = b"a\r\nb\n\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', LONGEST + 1));
        text.extend(b"\nlast");
        let (mut source, mut buffer) = (io::Cursor::new(text), Vec::new());
        let mut seen = Vec::new();
        loop {
            match next(&mut source, &mut buffer).unwrap() {
                Line::Whole => seen.push(String::from_utf8(buffer.clone()).unwrap()),
                Line::TooLong => seen.push("too long".into()),
                Line::End => break,
            }
        }
        assert_eq!(seen, ["a", "b", "", "too long", "last"]);
    }
}
