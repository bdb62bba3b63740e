//! Values that only the file of gates has.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::profile::scalar::Scalar;
use crate::units::{FromText, TextError, terms};

terms!(
    /// What must be so.
    Required, "required" {
        /// Always.
        Required = "required",
    }
);

terms!(
    /// What must not be.
    Forbidden, "forbidden" {
        /// Never.
        Forbidden = "forbidden",
    }
);

/// A day.
#[derive(Clone, Copy, Debug)]
pub struct Day(pub Date);

impl FromText for Day {
    const EXPECTED: &'static str = "a day as YYYY-MM-DD";

    fn from_text(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::new(format!("expected {}", Self::EXPECTED));
        if text.trim().len() != 10 {
            return Err(wrong());
        }
        text.trim().parse().map(Self).map_err(|_| wrong())
    }
}

impl Scalar for Day {
    const NAME: &'static str = "Day";
    fn schema() -> Value {
        json!({ "description": Self::EXPECTED, "type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
    }
}

impl Scalar for Required {
    const NAME: &'static str = "Required";
    fn schema() -> Value {
        json!({ "description": Self::EXPECTED, "enum": ["required"] })
    }
}

impl Scalar for Forbidden {
    const NAME: &'static str = "Forbidden";
    fn schema() -> Value {
        json!({ "description": Self::EXPECTED, "enum": ["forbidden"] })
    }
}
