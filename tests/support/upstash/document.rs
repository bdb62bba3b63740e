//! Requests of ours and answers of the fake against the `OpenAPI` document of the Developer API.
//!
//! The document is looser than a test may be: here a field that it does not know is an error, in requests and in
//! answers. What is known to be there although it is not in the document is listed, and nothing else passes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::cloud::Recorded;

/// Fields of a database that the document leaves out: secrets, and the allow-list as it is read back.
const UNDOCUMENTED: [&str; 3] = ["password", "rest_token", "read_only_rest_token"];
const ALLOWED: &str = "allowed_ip_ranges";

/// Operations that only the provider for Terraform knows, with the fields of their requests.
const ELSEWHERE: [(&str, &str); 3] = [
    (
        "/redis/update-allowlist/{id}",
        r#"{"type": "object", "required": ["allowed_ips"], "additionalProperties": false,
        "properties": {"allowed_ips": {"type": "array", "items": {"type": "string"}}}}"#,
    ),
    ("/redis/enable-prodpack/{id}", ""),
    ("/redis/disable-prodpack/{id}", ""),
];

/// One operation, ready to judge.
struct Operation {
    /// Of the body; none where there is none.
    request: Option<jsonschema::Validator>,
    query: BTreeSet<String>,
    answer: jsonschema::Validator,
}

/// The document, with its operations by method and path.
struct Document {
    operations: BTreeMap<(String, String), Operation>,
    error: jsonschema::Validator,
}

/// Objects take no fields but their own.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn read() -> Document {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/upstash/openapi.yml");
    let mut document: Value = serde_yaml::from_slice(&std::fs::read(file).unwrap()).unwrap();
    close(&mut document["components"]["schemas"]);
    let database = document["components"]["schemas"]["Database"]["properties"].as_object_mut().unwrap();
    database.extend(UNDOCUMENTED.map(|name| (name.to_owned(), json!({"type": "string"}))));
    let list = json!({"type": "array", "items": {"type": "string"}});
    database.insert(ALLOWED.to_owned(), list);
    let components = document["components"].clone();
    let validator = |schema: &Value| {
        let mut schema = schema.clone();
        close(&mut schema);
        let draft = "http://json-schema.org/draft-04/schema#";
        let whole = json!({"$schema": draft, "allOf": [schema], "components": components});
        jsonschema::validator_for(&whole).unwrap()
    };
    let content = |at: &Value| at["content"]["application/json"].get("schema").map(&validator);
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if !path.starts_with("/redis/") {
                continue;
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|p| p["in"] == "query");
            operations.insert(
                (method.to_uppercase(), path.clone()),
                Operation {
                    request: content(&operation["requestBody"]),
                    query: query.map(|p| p["name"].as_str().unwrap().to_owned()).collect(),
                    answer: content(&operation["responses"]["200"]).unwrap(),
                },
            );
        }
    }
    for (path, request) in ELSEWHERE {
        let request = (!request.is_empty()).then(|| validator(&serde_json::from_str(request).unwrap()));
        let answer = validator(&json!({"type": "string", "enum": ["OK"]}));
        let operation = Operation { request, query: BTreeSet::new(), answer };
        operations.insert(("POST".to_owned(), path.to_owned()), operation);
    }
    Document { operations, error: validator(&json!({"$ref": "#/components/schemas/Error"})) }
}

/// The operations of Redis in the document and beside it.
pub fn operations() -> Vec<(String, String)> {
    document().operations.keys().cloned().collect()
}

fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(read)
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(t, p)| if t.starts_with('{') { !p.is_empty() } else { *t == p })
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
    let Some(path) = path.strip_prefix("/v2") else { return vec![format!("{what}: it is not below /v2")] };
    let found = document()
        .operations
        .iter()
        // A path without parameters wins over one with.
        .filter(|((method, template), _)| *method == request.method && is_at(template, path))
        .min_by_key(|((_, template), _)| template.matches('{').count());
    let Some((_, operation)) = found else { return vec![format!("{what}: no such operation")] };
    let mut wrong = Vec::new();
    let mut say = |why: String| wrong.push(format!("{what}: {why}"));
    if !request.header("authorization").is_some_and(|value| value.starts_with("Basic ")) {
        say("no HTTP Basic authorization".to_owned());
    }
    for name in query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty()) {
        if !operation.query.contains(name) {
            say(format!("the parameter {name} is not known"));
        }
    }
    match (&operation.request, request.body.as_slice()) {
        (None, []) => {}
        (None, _) => say("it takes no body".to_owned()),
        (Some(schema), body) => {
            if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
                say("its body is not said to be JSON".to_owned());
            }
            match serde_json::from_slice::<Value>(body) {
                Ok(body) => judge(schema, &body).into_iter().for_each(|why| say(format!("request{why}"))),
                Err(error) => say(format!("its body is no JSON: {error}")),
            }
        }
    }
    if call.status == 200 {
        let answer: Value = serde_json::from_slice(&call.answer).unwrap_or_default();
        for why in judge(&operation.answer, &answer) {
            say(format!("answer{why}"));
        }
    } else if let Ok(answer) = serde_json::from_slice::<Value>(&call.answer) {
        // A text, as the service has it, or the object of the document.
        if !answer.is_string() {
            for why in judge(&document().error, &answer) {
                say(format!("error{why}"));
            }
        }
    }
    wrong
}

fn judge(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
