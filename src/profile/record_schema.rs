//! The JSON Schema of one record.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// One key of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyInfo {
    pub name: &'static str,
    pub required: bool,
    pub doc: &'static str,
}

/// The schema of a record whose keys have the given types.
pub(super) fn record<const N: usize>(about: &str, keys: &[KeyInfo], types: [Schema; N]) -> Schema {
    let mut properties = Map::new();
    for (key, schema) in keys.iter().zip(types) {
        let mut value = schema.to_value();
        if let Some(object) = value.as_object_mut() {
            object.insert("description".to_owned(), json!(key.doc.trim()));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    let mut schema = Map::new();
    schema.insert("description".to_owned(), json!(about.trim()));
    // A record whose keys are all commented out is left empty.
    let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    schema.insert("type".to_owned(), kind);
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    Schema::from(schema)
}
