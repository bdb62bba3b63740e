//! Requests of ours and answers of the fake against the documents of Google's APIs. They are strict: a field that they do not
//! know, an output-only field in a request, a word that is none of an enumeration are errors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::cloud::Recorded;

/// One operation, ready to judge.
struct Operation {
    request: Option<jsonschema::Validator>,
    query: BTreeSet<String>,
    needed: BTreeSet<String>,
    answer: jsonschema::Validator,
}

/// Operations by method and path, of one document.
struct Document {
    operations: BTreeMap<(String, String), Operation>,
    error: jsonschema::Validator,
}

/// What stands in no document: IAM of projects and subnetworks, as far as it is used.
const ELSEWHERE: &str = r#"{
  "/v3/projects/{id}": {"get": {"answer": {"required": ["name"], "properties": {"name": {"pattern": "^projects/[0-9]+$"}}}}},
  "/v3/projects/{id}:getIamPolicy": {"post": {"request": {"additionalProperties": false, "properties": {"options": {
      "additionalProperties": false, "properties": {"requestedPolicyVersion": {"enum": [3]}}}}}, "answer": {"$ref": "policy"}}},
  "/v3/projects/{id}:setIamPolicy": {"post": {"request": {"required": ["policy"], "additionalProperties": false,
      "properties": {"policy": {"$ref": "policy"}}}, "answer": {"$ref": "policy"}}},
  "/compute/v1/projects/{p}/regions/{r}/subnetworks/{s}": {"get": {"answer": {"required": ["network"]}}}
}"#;

fn policy() -> Value {
    json!({
        "type": "object", "required": ["version", "etag", "bindings"], "additionalProperties": false,
        "properties": {
            "version": { "enum": [1, 3] },
            "etag": { "type": "string", "minLength": 1 },
            "bindings": { "type": "array", "items": {
                "type": "object", "required": ["role", "members"], "additionalProperties": false,
                "properties": {
                    "role": { "type": "string", "pattern": "^(roles|projects|organizations)/" },
                    "members": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "pattern": "^(user|serviceAccount|group|domain):" } },
                    "condition": {
                        "type": "object", "required": ["title", "expression"], "additionalProperties": false,
                        "properties": {
                            "title": { "type": "string", "maxLength": 100 },
                            "description": { "type": "string", "maxLength": 256 },
                            "expression": { "type": "string" },
                        },
                    },
                },
            } },
        },
    })
}

fn read(file: &str) -> Document {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/gcp").join(file);
    let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let components = document["components"].clone();
    let validator = |schema: &Value| {
        let draft = "http://json-schema.org/draft-04/schema#";
        jsonschema::validator_for(&json!({ "$schema": draft, "allOf": [schema], "components": components }))
            .unwrap()
    };
    let content = |at: &Value| at["content"]["application/json"].get("schema").map(&validator);
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query: Vec<&Value> = parameters.filter(|p| p["in"] == "query").collect();
            let name = |p: &&Value| p["name"].as_str().unwrap().to_owned();
            let one = Operation {
                request: content(&operation["requestBody"]),
                query: query.iter().map(name).collect(),
                needed: query.iter().filter(|p| p["required"] == true).map(name).collect(),
                answer: content(&operation["responses"]["200"]).unwrap(),
            };
            operations.insert((method.to_uppercase(), path.clone()), one);
        }
    }
    Document { operations, error: validator(&json!({ "$ref": "#/components/schemas/Error" })) }
}

fn elsewhere() -> Document {
    let all: Value = serde_json::from_str(ELSEWHERE).unwrap();
    let validator = |schema: &Value| {
        let text = schema.to_string().replace("{\"$ref\":\"policy\"}", &policy().to_string());
        jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
    };
    let mut operations = BTreeMap::new();
    for (path, methods) in all.as_object().unwrap() {
        for (method, one) in methods.as_object().unwrap() {
            let one = Operation {
                request: one.get("request").map(&validator),
                query: BTreeSet::new(),
                needed: BTreeSet::new(),
                answer: validator(&one["answer"]),
            };
            operations.insert((method.to_uppercase(), path.clone()), one);
        }
    }
    Document { operations, error: validator(&json!({ "required": ["error"] })) }
}

fn document(service: &str) -> &'static Document {
    static ALL: OnceLock<[Document; 4]> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        [
            read("memorystore.openapi.json"),
            read("redis.openapi.json"),
            read("around.openapi.json"),
            elsewhere(),
        ]
    });
    match service {
        "memorystore" => &all[0],
        "redis" => &all[1],
        "cloudresourcemanager" | "compute" => &all[3],
        _ => &all[2],
    }
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let part = |template: &str, path: &str| match template.split_once(':') {
        Some((_, verb)) => path.ends_with(&format!(":{verb}")),
        None if template.starts_with('{') => !path.is_empty() && !path.contains(':'),
        None => template == path,
    };
    template.len() == path.len() && template.iter().zip(path).all(|(t, p)| part(t, p))
}

/// What is wrong with calls and their answers, each said once.
pub fn wrong(recorded: &[Recorded]) -> Vec<String> {
    let all: BTreeSet<String> = recorded.iter().flat_map(one).collect();
    all.into_iter().collect()
}

fn one(call: &Recorded) -> Vec<String> {
    let request = &call.request;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let what = format!("{} {path}", request.method);
    let Some((service, path)) = path.trim_start_matches('/').split_once('/') else {
        return vec![format!("{what}: no service")];
    };
    let path = format!("/{path}");
    let document = document(service);
    let found = document
        .operations
        .iter()
        .find(|((method, template), _)| *method == request.method && is_at(template, &path));
    let Some((_, operation)) = found else { return vec![format!("{what}: no such operation")] };
    let mut wrong = Vec::new();
    let mut say = |why: String| wrong.push(format!("{what}: {why}"));
    let given: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    // Google's own client says how it wants enumerations, in a parameter that every operation has.
    for name in given.keys().filter(|name| *name != "$alt" && !operation.query.contains(*name)) {
        say(format!("the parameter {name} is not known"));
    }
    for name in operation.needed.iter().filter(|name| !given.contains_key(*name)) {
        say(format!("the parameter {name} is missing"));
    }
    match (&operation.request, request.body.as_slice()) {
        (None, []) => {}
        (None, _) => say("it takes no body".to_owned()),
        (Some(schema), body) => match serde_json::from_slice::<Value>(body) {
            Ok(body) => {
                for why in judge(schema, &body) {
                    say(format!("request{why}"));
                }
            }
            Err(error) => say(format!("its body is no JSON: {error}")),
        },
    }
    // An answer of a status alone has no body, as from a proxy.
    let Ok(answer) = serde_json::from_slice::<Value>(&call.answer) else { return wrong };
    let (schema, name) =
        if call.status == 200 { (&operation.answer, "answer") } else { (&document.error, "error") };
    for why in judge(schema, &answer) {
        say(format!("{name}{why}"));
    }
    wrong
}

fn judge(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
