//! Reviews for programs, and their schema.

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::report::{ReportError, VERSION, escape};
use crate::review::Review;

#[derive(Serialize)]
struct Envelope<'a> {
    version: u32,
    report: &'static str,
    #[serde(flatten)]
    review: &'a Review,
}

/// The whole review.
pub fn render(review: &Review) -> Result<String, ReportError> {
    pretty(&Envelope { version: VERSION, report: "cost", review })
}

/// Indented, with a final newline.
pub fn pretty<T: Serialize>(value: &T) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(escape::json(&text).into_owned())
}

/// JSON Schema of the report.
pub fn schema() -> Value {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Review>().to_value();
    schema["title"] = "cachefit cost".into();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("version".into(), serde_json::json!({ "const": VERSION }));
        properties.insert("report".into(), serde_json::json!({ "const": "cost" }));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.extend(["version".into(), "report".into()]);
    }
    schema
}
