//! JSON of exports: documents one after another, numbers and times in the shapes that people's tools write.

use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::error::ReadError;
use super::format::Format;
use super::{Source, service_error, time};

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1024;

/// A number, a number as a text, or nothing. What is no finite number is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Number(pub Option<f64>);

/// A time in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(pub i64);

impl Number {
    fn of(value: f64) -> Self {
        Self(Some(value).filter(|value| value.is_finite()))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl Visitor<'_> for Of {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::of(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::of(value as f64))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::of(value as f64))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let text = text.trim();
                match text.parse::<f64>() {
                    Ok(value) => Ok(Number::of(value)),
                    Err(_) if text.is_empty() || text.eq_ignore_ascii_case("null") => Ok(Number(None)),
                    Err(_) => Err(E::custom(format!("`{}` is no number", time::clip(text)))),
                }
            }
            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number(None))
            }
        }
        deserializer.deserialize_any(Of)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl Visitor<'_> for Of {
            type Value = Stamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Stamp, E> {
                time::of_number(value).map(Stamp).ok_or_else(|| E::custom(format!("{value} is no time")))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Stamp, E> {
                self.visit_f64(value as f64)
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Stamp, E> {
                self.visit_f64(value as f64)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Stamp, E> {
                let no_time = || E::custom(format!("`{}` is no time", time::clip(text)));
                time::of_text(text).map(Stamp).ok_or_else(no_time)
            }
        }
        deserializer.deserialize_any(Of)
    }
}

/// Calls `each` with every document of a file: pages of one answer often stand one after another.
pub(super) fn documents<T: DeserializeOwned>(
    source: &Source<'_>,
    format: Format,
    content: impl BufRead,
    mut each: impl FnMut(T),
) -> Result<(), ReadError> {
    let mut content = BufReader::with_capacity(BLOCK, content);
    for i in 0.. {
        if is_at_end(source, format, &mut content)? {
            break;
        }
        let wrong = |error: serde_json::Error| ReadError::json(source.name, format, i, &error);
        let mut document = serde_json::Deserializer::from_reader(&mut content);
        if i == 0 {
            each(T::deserialize(&mut document).map_err(wrong)?);
            continue;
        }
        // The first one told the format; others may have another, of which nothing would be found.
        let value = Value::deserialize(&mut document).map_err(wrong)?;
        if says_nothing(format, &value) {
            // It may end the pages of an answer; a format that needs more of it has nothing there.
            if let Ok(document) = serde_json::from_value(value) {
                each(document);
            }
            continue;
        }
        same_format(source, format, i, &value)?;
        each(serde_json::from_value(value).map_err(wrong)?);
    }
    Ok(())
}

/// An error if a document is none of the format: another one, what a service answers where it refuses, or what nobody knows.
fn same_format(source: &Source<'_>, format: Format, i: usize, document: &Value) -> Result<(), ReadError> {
    let place = i + 1;
    let wrong = |what: String, hint: &str| Err(ReadError::new(source.name, &what).hint(hint));
    match (Format::of(document.to_string().as_bytes()), service_error::of(document)) {
        (Ok(other), _) if other == format => Ok(()),
        (Ok(other), _) => {
            wrong(format!("has {other} in document {place}, behind {format}"), super::error::APART)
        }
        (Err(_), Some(said)) => {
            let what =
                format!("has an error that a service answered in document {place}, behind {format}: {said}");
            wrong(what, service_error::HINT)
        }
        (Err(_), None) => {
            let what = format!("has JSON of a kind that is not known in document {place}, behind {format}");
            wrong(what, super::error::APART)
        }
    }
}

/// Whether a document is an answer in which there is nothing: no list, or an empty one, beside what a format has there.
fn says_nothing(format: Format, document: &Value) -> bool {
    match document {
        Value::Object(all) => {
            all.iter().all(|(key, value)| format.tells_beside(key) || says_nothing(format, value))
        }
        Value::Array(all) => all.iter().all(|value| says_nothing(format, value)),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Calls `each` with every element of the list that stands at `path` in every document, one at a time, so that a large
/// answer is never in memory as a whole. At the end of a document, `rest` gets what stands beside the list.
pub(super) fn elements<T: DeserializeOwned>(
    source: &Source<'_>,
    format: Format,
    content: impl BufRead,
    path: &[&str],
    mut each: impl FnMut(T),
    mut rest: impl FnMut(&Map<String, Value>),
) -> Result<(), ReadError> {
    let mut content = BufReader::with_capacity(BLOCK, content);
    for i in 0.. {
        if is_at_end(source, format, &mut content)? {
            break;
        }
        let (mut beside, mut seen) = (Map::new(), false);
        let list = List { path, each: &mut each, beside: &mut beside, seen: &mut seen, element: PhantomData };
        let mut document = serde_json::Deserializer::from_reader(&mut content);
        list.deserialize(&mut document).map_err(|error| ReadError::json(source.name, format, i, &error))?;
        rest(&beside);
        let beside = Value::Object(beside);
        if !seen && !says_nothing(format, &beside) {
            same_format(source, format, i, &beside)?;
        }
    }
    Ok(())
}

/// Skips space between documents.
fn is_at_end(source: &Source<'_>, format: Format, content: &mut impl BufRead) -> Result<bool, ReadError> {
    loop {
        let block = content
            .fill_buf()
            .map_err(|error: io::Error| ReadError::unreadable(source.name, &error).of(format))?;
        if block.is_empty() {
            return Ok(true);
        }
        let (spaces, all) = (block.iter().take_while(|byte| byte.is_ascii_whitespace()).count(), block.len());
        content.consume(spaces);
        if spaces < all {
            return Ok(false);
        }
    }
}

/// The list at a path of a document.
struct List<'a, T, F> {
    path: &'a [&'a str],
    each: &'a mut F,
    beside: &'a mut Map<String, Value>,
    /// Whether there is a list at all.
    seen: &'a mut bool,
    element: PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> DeserializeSeed<'de> for List<'_, T, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> Visitor<'de> for List<'_, T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path {
            [] => f.write_str("a list"),
            [name, ..] => write!(f, "a list at `{name}`"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        *self.seen = true;
        while let Some(element) = list.next_element::<T>()? {
            (self.each)(element);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, deeper)) = self.path.split_first() else {
            return Err(A::Error::custom("expected a list, found an object"));
        };
        while let Some(key) = map.next_key::<String>()? {
            if key == *name {
                let (each, beside, seen) = (&mut *self.each, &mut *self.beside, &mut *self.seen);
                map.next_value_seed(List { path: deeper, each, beside, seen, element: PhantomData })?;
            } else {
                self.beside.insert(key, map.next_value()?);
            }
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_several_documents_come_one_by_one_and_the_rest_at_the_end_of_each() {
        let text = "{\"a\": {\"list\": [1, \"2\"], \"x\": 3}, \"y\": 4}\n{\"a\": {\"list\": null}} {\"unit\": \"By\"}\n";
        let source = Source { name: "test", now: 0 };
        let (mut found, mut rests) = (Vec::new(), Vec::new());
        let each = |number: Number| found.push(number.0);
        let rest = |beside: &Map<String, Value>| rests.push(Value::from(beside.clone()).to_string());
        elements(&source, Format::CloudMonitoring, text.as_bytes(), &["a", "list"], each, rest).unwrap();
        assert_eq!(found, [Some(1.0), Some(2.0)]);
        assert_eq!(rests, [r#"{"x":3,"y":4}"#, "{}", r#"{"unit":"By"}"#]);
        let cut = elements::<Number>(
            &source,
            Format::Datadog,
            &text.as_bytes()[..20],
            &["a", "list"],
            |_| (),
            |_| (),
        );
        assert!(cut.unwrap_err().to_string().contains("EOF"));
    }
}
