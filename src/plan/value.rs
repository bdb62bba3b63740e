//! The value of an attribute.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an attribute is set to. A secret is only ever named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// On or off.
    Flag(bool),
    /// A whole number; bytes, seconds and counts say so in the attribute's name.
    Number(i64),
    /// Text.
    Text(String),
    /// Several, in an order that means something or is sorted.
    List(Vec<Value>),
    /// The secret of this name. Its value is never here.
    Secret {
        /// Name in the provider's secret store.
        secret: String,
    },
}

impl Value {
    /// A reference to a secret.
    pub fn secret(name: impl Into<String>) -> Self {
        Self::Secret { secret: name.into() }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The flag, if it is one.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The texts of a list of texts.
    pub fn as_texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::List(values) => values.iter().map(Self::as_text).collect(),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) if text.is_empty() => f.write_str("\"\""),
            Self::Text(text) => f.write_str(text),
            Self::List(values) if values.is_empty() => f.write_str("none"),
            Self::List(values) => {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(", "))
            }
            Self::Secret { secret } => write!(f, "secret {secret}"),
        }
    }
}
