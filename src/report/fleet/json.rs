//! Fleets for programs, and their schema.

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::fleet::Fleet;
use crate::report::{ReportError, VERSION, escape};

#[derive(Serialize)]
struct Envelope<'a> {
    version: u32,
    report: &'static str,
    #[serde(flatten)]
    fleet: &'a Fleet,
}

/// The whole fleet.
pub fn render(fleet: &Fleet) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(&Envelope { version: VERSION, report: "fleet", fleet })?;
    text.push('\n');
    Ok(escape::json(&text).into_owned())
}

/// JSON Schema of the report.
pub fn schema() -> Value {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Fleet>().to_value();
    schema["title"] = "cachefit fleet".into();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("version".into(), serde_json::json!({ "const": VERSION }));
        properties.insert("report".into(), serde_json::json!({ "const": "fleet" }));
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.extend(["version".into(), "report".into()]);
    }
    schema
}
