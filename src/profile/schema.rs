//! The JSON Schema of a profile, generated from the records that read it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::decode::{Given, KeyInfo, Named};
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

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let each = generator.subschema_for::<T>().to_value();
        let schema = json!({ "type": ["object", "null"], "additionalProperties": each });
        Schema::try_from(schema).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::dataset::FamilyDoc;
    use super::super::deployment::DeploymentDoc;
    use super::super::document::ProfileDoc;
    use super::super::placement::{FunctionDoc, HostDoc, PlacementDoc};
    use super::super::requirements::{LogsDoc, MinimumDoc, OperationsCostDoc, RequirementsDoc};
    use super::super::security::{SecurityDoc, UserDoc};
    use super::super::traffic::{
        AccessDoc, CurveDoc, GrowthDoc, HitsDoc, OperationsDoc, PubSubDoc, TrafficDoc,
    };
    use super::*;

    #[test]
    fn the_reader_and_the_schema_know_the_same_keys() {
        let root = schema();
        let records = [
            ("", ProfileDoc::KEYS),
            ("/$defs/Placement", PlacementDoc::KEYS),
            ("/$defs/Function", FunctionDoc::KEYS),
            ("/$defs/Host", HostDoc::KEYS),
            ("/$defs/Family", FamilyDoc::KEYS),
            ("/$defs/Growth", GrowthDoc::KEYS),
            ("/$defs/Traffic", TrafficDoc::KEYS),
            ("/$defs/Operations", OperationsDoc::KEYS),
            ("/$defs/Access", AccessDoc::KEYS),
            ("/$defs/Curve", CurveDoc::KEYS),
            ("/$defs/Hits", HitsDoc::KEYS),
            ("/$defs/PubSub", PubSubDoc::KEYS),
            ("/$defs/Requirements", RequirementsDoc::KEYS),
            ("/$defs/Logs", LogsDoc::KEYS),
            ("/$defs/Minimum", MinimumDoc::KEYS),
            ("/$defs/OperationsCost", OperationsCostDoc::KEYS),
            ("/$defs/Security", SecurityDoc::KEYS),
            ("/$defs/User", UserDoc::KEYS),
            ("/$defs/Deployment", DeploymentDoc::KEYS),
        ];
        for (pointer, keys) in records {
            let record = root.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is not in the schema"));
            let described: Vec<&str> =
                record["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let read: Vec<&str> = keys.iter().map(|key| key.name).collect();
            assert_eq!(described, read, "{pointer}");
            let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            let described = record.get("required").cloned().unwrap_or_else(|| json!([]));
            assert_eq!(described, json!(required), "{pointer}");
            assert_eq!(record["additionalProperties"], json!(false), "{pointer}");
        }
        let in_schema =
            root["$defs"].as_object().unwrap().values().filter(|d| d.get("properties").is_some()).count();
        assert_eq!(in_schema + 1, records.len(), "a record is missing in this test");
    }

    #[test]
    fn every_key_is_described() {
        for key in FamilyDoc::KEYS.iter().chain(ProfileDoc::KEYS).chain(RequirementsDoc::KEYS) {
            assert!(key.doc.trim().ends_with('.'), "{}: {}", key.name, key.doc);
        }
    }
}
