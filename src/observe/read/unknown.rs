//! Files of which no format is known: what they are, and what to do with them.

use serde_json::Value;

use super::format::{HINT, first_document};
use super::service_error;

/// Why a file has no format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// What it is.
    pub what: String,
    /// What to do with it.
    pub hint: String,
}

/// How files that are packed begin, by what, and the command that unpacks them.
const PACKED: &[(&[u8], &str, &str)] = &[
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -dc FILE"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz", "xz -dc FILE"),
    (b"BZh", "bzip2", "bzip2 -dc FILE"),
    (b"PK\x03\x04", "zip", "unzip -p FILE"),
];
/// Bytes that an answer without anything in it may have.
const SHORT: usize = 200;
/// Bytes by which UTF-16 without a mark is told.
const FIRST: usize = 64;

impl Unknown {
    pub(super) fn new(what: &str, hint: &str) -> Self {
        Self { what: what.to_owned(), hint: hint.to_owned() }
    }

    /// Text that is packed or written in another way than as UTF-8.
    pub(super) fn encoded(head: &[u8]) -> Option<Self> {
        let packed = PACKED.iter().find(|(begin, ..)| head.starts_with(begin));
        if let Some((_, packer, unpack)) = packed {
            let hint =
                format!("unpack it: `{unpack} | cachefit observe --from -`; only gzip is unpacked here");
            return Some(Self { what: format!("is packed with {packer}"), hint });
        }
        let first = &head[..head.len().min(FIRST) / 2 * 2];
        // Letters of ASCII have a zero beside them.
        let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let zeros = |at: usize| {
            !first.is_empty() && first.chunks_exact(2).all(|pair| pair[at] == 0 && is_text(pair[1 - at]))
        };
        let byte_order = match () {
            () if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) => "UTF-16",
            () if zeros(1) && !zeros(0) => "UTF-16LE",
            () if zeros(0) && !zeros(1) => "UTF-16BE",
            () => return None,
        };
        let hint = format!(
            "save it as UTF-8: `iconv -f {byte_order} -t UTF-8 FILE > NEW`, or in PowerShell `Get-Content FILE | Set-Content -Encoding \
             utf8 NEW`"
        );
        Some(Self { what: "is UTF-16, as PowerShell writes it".to_owned(), hint })
    }

    /// JSON that is no export.
    pub(super) fn json(document: &str) -> Self {
        let said = serde_json::from_str::<Value>(document).ok().as_ref().and_then(service_error::of);
        match said {
            Some(said) => {
                Self::new(&format!("holds an error that a service answered: {said}"), service_error::HINT)
            }
            None => Self::new("is JSON of a kind that is not known", HINT),
        }
    }
}

/// Whether a document has nothing but the unit that Google tells of a metric without points.
fn holds_nothing(document: &Value) -> bool {
    match document {
        Value::Object(all) => all.keys().all(|key| key == "unit"),
        Value::Array(all) => all.is_empty(),
        _ => false,
    }
}

/// What stands behind empty answers at the beginning of a file, such as `{}` and `[]`; and whether there are any.
pub(super) fn behind_empty(text: &str) -> (&str, bool) {
    let (mut rest, mut any) = (text.trim_start(), false);
    loop {
        let document = first_document(rest);
        let is_empty =
            document.len() < SHORT && serde_json::from_str(document).is_ok_and(|it| holds_nothing(&it));
        if !is_empty {
            return (rest, any);
        }
        (rest, any) = (rest[document.len()..].trim_start(), true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_answers_at_the_beginning_are_passed_over() {
        assert_eq!(behind_empty("{}\n[ ] {\"a\": 1}{}"), ("{\"a\": 1}{}", true));
        assert_eq!(behind_empty(" {}\n"), ("", true));
        assert_eq!(behind_empty("{\"unit\": \"By\"} {\"a\": 1}"), ("{\"a\": 1}", true));
        for none in ["", "time,value", "{\"a\": {}}", "{", "[1]"] {
            assert_eq!(behind_empty(none), (none, false));
        }
    }

    #[test]
    fn text_in_another_code_is_named() {
        let what = |head: &[u8]| Unknown::encoded(head).map(|found| found.hint).unwrap_or_default();
        assert!(what(b"\xff\xfe{\0").contains("iconv -f UTF-16 "));
        assert!(what(b"{\0}\0").contains("UTF-16LE") && what(b"\0{\0}").contains("UTF-16BE"));
        assert!(what(b"\x28\xb5\x2f\xfd\x04").contains("zstd -dc FILE |"));
        for none in [b"".as_slice(), b"\0\0\0\0", b"{}", b"\x1f\x8b", b"\0\x01\x02"] {
            assert_eq!(Unknown::encoded(none), None, "{none:?}");
        }
    }
}
