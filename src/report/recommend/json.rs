//! Recommendations for programs.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::recommend::Recommendation;
use crate::report::json::envelope;
use crate::report::{Json, Report, ReportError, VERSION};

impl Report<[Recommendation]> for Json {
    fn render(&self, outcome: &[Recommendation]) -> Result<String, ReportError> {
        envelope("recommend", outcome)
    }
}

/// JSON Schema of the report.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let results = generator.into_root_schema_for::<Vec<Recommendation>>();
    let mut schema = results.to_value();
    let definitions = schema.get_mut("$defs").map(Value::take).unwrap_or_default();
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cachefit recommend",
        "type": "object",
        "required": ["version", "report", "results"],
        "properties": {
            "version": { "const": VERSION },
            "report": { "const": "recommend" },
            "results": { "type": "array", "items": { "$ref": "#/$defs/Recommendation" } },
        },
        "$defs": definitions,
    })
}
