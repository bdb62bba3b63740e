//! The JSON Schema of a profile, generated from the records that read it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::decode::{Given, KeyInfo};
use super::document::ProfileDoc;
use super::scalar::Scalar;

/// The JSON Schema of a profile (draft 2020-12).
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ProfileDoc>().to_value()
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

impl<T: Scalar> JsonSchema for Given<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(T::schema()).unwrap_or_default()
    }
}
