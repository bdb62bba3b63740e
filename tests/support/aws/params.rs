//! Parameters of a call, whatever the protocol; and refusals with the service's code.

use serde_json::Value;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub status: u16,
}

/// What an operation answers.
pub type Answer = Result<Value, Refusal>;

impl Refusal {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: 400 }
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    pub fn combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }
}

/// Reads parameters. Query protocols send text only, the others typed values.
pub trait Params {
    fn text(&self, name: &str) -> Option<String>;
    fn need(&self, name: &str) -> Result<String, Refusal>;
    fn flag(&self, name: &str) -> Option<bool>;
    fn number(&self, name: &str) -> Option<i64>;
    fn items(&self, name: &str) -> &[Value];
    fn texts(&self, name: &str) -> Vec<String>;
    fn has(&self, name: &str) -> bool;
}

impl Params for Value {
    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Self::String(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    fn need(&self, name: &str) -> Result<String, Refusal> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Refusal::value(format!("The parameter {name} must be provided.")))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text == "true")
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    fn items(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Self::as_array).map_or(&[], Vec::as_slice)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.items(name).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }
}

/// Copies parameters that come back under the same name.
pub fn copied(params: &Value, names: &[&str]) -> Value {
    let pairs = names.iter().filter_map(|name| Some(((*name).to_owned(), params.get(*name)?.clone())));
    Value::Object(pairs.collect())
}

/// The part of a list that fits on a page, and where the next one begins.
pub fn page<T>(mut all: Vec<T>, marker: Option<&str>, size: usize) -> (Vec<T>, Option<String>) {
    let start = marker.and_then(|marker| marker.parse().ok()).unwrap_or(0).min(all.len());
    let mut rest = all.split_off(start);
    let next = (rest.len() > size).then(|| (start + size).to_string());
    rest.truncate(size);
    (rest, next)
}
