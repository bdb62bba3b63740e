//! The JSON Schema of a profile, generated from the records that read it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::document::ProfileDoc;

/// The JSON Schema of a profile (draft 2020-12).
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ProfileDoc>().to_value()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::application::ApplicationDoc;
    use super::super::dataset::FamilyDoc;
    use super::super::deployment::DeploymentDoc;
    use super::super::document::ProfileDoc;
    use super::super::placement::{FunctionDoc, HostDoc, PlacementDoc};
    use super::super::requirements::{
        FamilyThroughputDoc, LogsDoc, MinimumDoc, OperationsCostDoc, RequirementsDoc,
    };
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
            ("/$defs/Application", ApplicationDoc::KEYS),
            ("/$defs/Requirements", RequirementsDoc::KEYS),
            ("/$defs/FamilyThroughput", FamilyThroughputDoc::KEYS),
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
