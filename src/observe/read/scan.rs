//! Plain JSON in memory, read without a library: large exports consist of little else.
//!
//! Whatever is not plain (escapes, odd numbers, an error) is `None`: the caller then reads the same bytes with the library,
//! which knows all rules and says what is wrong. What is read here is what the library would read, to the last bit.

/// Digits that make an exact number, whichever way they are read.
const EXACT_DIGITS: usize = 15;
/// Powers of ten, which are all exact.
const TENS: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A place in a document.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    /// At the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte that is no space.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Goes behind this byte, if it is the next one.
    pub fn skip(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Whether nothing but space is left.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// A text without escapes.
    pub fn text(&mut self) -> Option<&'a str> {
        self.skip(b'"')?;
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        if rest[length] != b'"' {
            return None;
        }
        self.at += length + 1;
        std::str::from_utf8(&rest[..length]).ok()
    }

    /// What `of` makes of a text of exactly so many bytes. Where it makes nothing of it, the place stays.
    pub fn text_of<T>(&mut self, length: usize, of: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        self.peek()?;
        let text = self.bytes.get(self.at..self.at + length + 2)?;
        let (Some(b'"'), Some(b'"')) = (text.first(), text.last()) else { return None };
        let value = of(&text[1..=length])?;
        self.at += length + 2;
        Some(value)
    }

    /// A number.
    pub fn number(&mut self) -> Option<f64> {
        self.peek()?;
        let rest = &self.bytes[self.at..];
        let mut significand = 0_u64;
        let mut digits = |from: usize| {
            let mut to = from;
            while let Some(byte @ b'0'..=b'9') = rest.get(to) {
                significand = significand.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                to += 1;
            }
            to
        };
        let begin = usize::from(rest.first() == Some(&b'-'));
        let point = digits(begin);
        let whole = point - begin;
        let (end, places) = match rest.get(point) {
            Some(b'.') => {
                let end = digits(point + 1);
                (end, end - point - 1)
            }
            _ => (point, 0),
        };
        let is_plain = match rest.get(end)? {
            b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t' => {
                whole > 0 && (whole == 1 || rest[begin] != b'0') && (places > 0 || end == point)
            }
            _ => false,
        };
        if is_plain && whole + places <= EXACT_DIGITS {
            self.at += end;
            let value = significand as f64 / TENS[places];
            return Some(if begin == 1 { -value } else { value });
        }
        let end =
            rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))?;
        let value = serde_json::from_slice(&rest[..end]).ok()?;
        self.at += end;
        Some(value)
    }

    /// Every element of a list.
    pub fn list(&mut self, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.skip(b'[')?;
        if self.skip(b']').is_some() {
            return Some(());
        }
        loop {
            each(self)?;
            if self.skip(b']').is_some() {
                return Some(());
            }
            self.skip(b',')?;
        }
    }

    /// Every key of an object, with the place before its value.
    pub fn object(&mut self, mut each: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.skip(b'{')?;
        if self.skip(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.text()?;
            self.skip(b':')?;
            each(self, key)?;
            if self.skip(b'}').is_some() {
                return Some(());
            }
            self.skip(b',')?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_the_library_reads_or_left_to_it() {
        for text in [
            "0",
            "-0",
            "7",
            "-12",
            "0.5",
            "-0.25",
            "123456.7",
            "0.1",
            "1.0",
            "999999999999999",
            "0.000000000000001",
            "12345678.12345678",
            "0.16666666666666666",
            "18446744073709551615",
            "18446744073709551616",
            "1e5",
            "2.5E-3",
            "1234567890123456789.5",
            "-3.0e+2",
        ] {
            let list = format!("[{text} ]");
            let mut scan = Scan { bytes: list.as_bytes(), at: 1 };
            let library: f64 = serde_json::from_str(text).unwrap();
            assert_eq!(scan.number().map(f64::to_bits), Some(library.to_bits()), "{text}");
            assert!(scan.skip(b']').is_some() && scan.is_at_end(), "{text}");
        }
        for text in [
            "01]", "-]", ".5]", "1.]", "+1]", "1e]", "1e999]", "NaN]", "--1]", "\"1\"]", "1", "null]",
            "1.2.3]",
        ] {
            assert_eq!(Scan::new(text.as_bytes()).number(), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_library() {
        let whole = |text: &str| {
            let mut scan = Scan::new(text.as_bytes());
            let mut found = Vec::new();
            scan.object(|scan, key| {
                found.push(key.to_owned());
                scan.list(|scan| scan.text().map(|text| found.push(text.to_owned())))
            })?;
            scan.is_at_end().then_some(found)
        };
        assert_eq!(whole(" { \"a\" : [ \"b\" , \"é\" ] , \"c\":[]}\n").unwrap(), ["a", "b", "é", "c"]);
        for text in [
            "{\"a\": [\"\\n\"]}",
            "{\"a\": [\"b\",]}",
            "{\"a\": [\"b\"",
            "{\"a\": [\"b\"]} x",
            "{\"a\": [\"\u{1}\"]}",
            "{,}",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert!(Scan::new(b"\"\xff\"").text().is_none());
    }
}
