//! The JSON Schema and the reference: both follow from the records that read a profile, and are checked in.
#![allow(clippy::unwrap_used, reason = "a test may panic, and need not be fast")]

use std::fmt::Write as _;
use std::path::Path;

use cachefit::profile::{schema, shipped, template};
use serde_json::Value;

/// Compares with a checked-in file; `UPDATE_EXPECT=1` writes it.
fn expect(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} is out of date: run the test with UPDATE_EXPECT=1", path.display());
}

fn as_json(yaml: &str) -> Value {
    serde_yaml::from_str(yaml).unwrap()
}

#[test]
fn the_schema_is_checked_in() {
    expect("docs/profile.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_shipped_profiles_and_the_template_follow_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let design = include_str!("data/profile/design.yaml");
    let template = [("template", template(None).unwrap()), ("design", design)];
    for (name, text) in shipped().iter().chain(&template) {
        let errors: Vec<String> =
            validator.iter_errors(&as_json(text)).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let good = include_str!("data/profile/design.yaml");
    for (from, to) in [
        ("ttl: 30m", "tll: 30m"),
        ("ttl: 30m", "ttl: 30"),
        ("key_size: 41B", "key_size: 41 Kib"),
        ("key_size: 41B", "key_size: -1"),
        ("type: hash", "type: hsh"),
        ("count: 2M..3M", "count: 2M..3X"),
        ("engine: any", "engine: keydb"),
        ("commitment: on-demand", "commitment: 2y"),
        ("skew: zipf 0.9", "skew: zipf"),
        ("name: checkout-sessions", "name: Checkout"),
        ("budget: 500 USD per month", "budget: $500"),
        ("can: [read, write]", "can: [read, wirte]"),
        ("traffic:", "trafic:"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert!(!validator.is_valid(&as_json(&bad)), "the schema accepts `{to}`");
        assert!(cachefit::profile::parse(bad.as_bytes(), "bad.yaml").is_err(), "the reader accepts `{to}`");
    }
}

#[test]
fn the_examples_of_the_schema_can_be_read() {
    let schema = schema();
    let defs = schema["$defs"].as_object().unwrap();
    let mut seen = 0;
    for (name, def) in defs {
        let validator = jsonschema::draft202012::new(def);
        for example in def.get("examples").and_then(Value::as_array).into_iter().flatten() {
            assert!(validator.as_ref().unwrap().is_valid(example), "{name}: {example}");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} examples");
}

#[test]
fn the_template_explains_every_key() {
    let template = template(None).unwrap();
    for (record, def) in records(&schema()) {
        for key in def["properties"].as_object().unwrap().keys() {
            assert!(template.contains(&format!("{key}:")), "{record}.{key} is not in the template");
        }
    }
}

#[test]
fn the_reference_is_checked_in() {
    expect("docs/profile.md", &reference(&schema()));
}

/// The records of the schema, the profile itself first.
fn records(schema: &Value) -> Vec<(String, Value)> {
    let defs = schema["$defs"].as_object().unwrap();
    let records = defs.iter().filter(|(_, def)| def.get("properties").is_some());
    let mut all = vec![("Profile".to_owned(), schema.clone())];
    all.extend(records.map(|(name, def)| (name.clone(), def.clone())));
    all
}

/// The reference as Markdown.
fn reference(schema: &Value) -> String {
    let mut out = String::from(
        "# The profile\n\n<!-- Made from the JSON Schema by `UPDATE_EXPECT=1 cargo test --test profile_schema`. -->\n\n\
         A profile is a YAML file: what is stored, how it is used, what is asked of the cache. `cachefit init` writes a \
         commented one, `profiles/` holds real cases, [profile.schema.json](profile.schema.json) serves editors.\n\n\
         What is not known exactly is written as `low..high`. Keys that a profile leaves out take the default; each default \
         is shown as an assumption in the reports. Unknown keys, keys that stand twice, anchors, aliases and tags are errors.\n",
    );
    for (name, def) in records(schema) {
        let _ = write!(
            out,
            "\n## {name}\n{}\n\n| key | meaning and default | value | example |\n|---|---|---|---|\n",
            text(&def, "description")
        );
        let required = def.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (key, value) in def["properties"].as_object().unwrap() {
            let needed = if required.contains(&Value::from(key.as_str())) { " **Required.**" } else { "" };
            let (kind, example) = describe(schema, value);
            let _ =
                writeln!(out, "| `{key}` | {}{needed} | {kind} | {example} |", text(value, "description"));
        }
    }
    out
}

/// What a value is, and an example of it.
fn describe(schema: &Value, value: &Value) -> (String, String) {
    if let Some(items) = value.get("items") {
        let (kind, example) = describe(schema, items);
        return (format!("a list: {kind}"), example);
    }
    if let Some(each) = value.get("additionalProperties").filter(|each| each.is_object()) {
        return (format!("names, each with {}", describe(schema, each).0), String::new());
    }
    let Some(name) = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/$defs/"))
    else {
        return (text(value, "description"), String::new());
    };
    let def = &schema["$defs"][name];
    if def.get("properties").is_some() {
        return (format!("[{name}](#{})", name.to_lowercase()), String::new());
    }
    let examples = def.get("examples").or_else(|| def.get("enum"));
    let example = examples.and_then(|e| e.get(0)).and_then(Value::as_str).map(|e| format!("`{e}`"));
    (text(def, "description"), example.unwrap_or_default())
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}
