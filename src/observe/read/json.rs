//! JSON of exports: documents one after another, numbers and times in the shapes that people's tools write.

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::error::ReadError;
use super::format::Format;
use super::{Source, time};

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
    let all = serde_json::Deserializer::from_reader(content).into_iter::<T>();
    for (i, document) in all.enumerate() {
        each(document.map_err(|error| ReadError::json(source.name, format, i, &error))?);
    }
    Ok(())
}
