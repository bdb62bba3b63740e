//! Requests of ours and answers of the fake against strict `OpenAPI` documents of the API: a field that they do not know, a
//! read-only one in a request, a word outside an enumeration are errors.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Value, json};

use crate::cloud::Recorded;

const FILES: [&str; 2] = ["arm.openapi.json", "redisenterprise-2026-09-01.openapi.json"];

/// Parameters of a query that every list has.
const PAGING: &str = "$skiptoken";

/// What a body must be. Made ready when something is first held against it: a test needs few of them.
struct Schema {
    text: Value,
    components: Arc<Value>,
    ready: OnceLock<jsonschema::Validator>,
}

impl Schema {
    fn new(schema: &Value, components: &Arc<Value>) -> Self {
        Self { text: schema.clone(), components: Arc::clone(components), ready: OnceLock::new() }
    }

    fn judge(&self, value: &Value) -> Vec<String> {
        let ready = self.ready.get_or_init(|| {
            let mut needed = serde_json::Map::new();
            self.collect(&self.text, &mut needed);
            let draft = "http://json-schema.org/draft-04/schema#";
            let whole = json!({"$schema": draft, "allOf": [self.text], "components": {"schemas": needed}});
            jsonschema::validator_for(&whole).unwrap()
        });
        ready.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// The schemas that one refers to, and those that they refer to.
    fn collect(&self, value: &Value, into: &mut serde_json::Map<String, Value>) {
        match value {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str);
                if let Some(name) = name.and_then(|name| name.strip_prefix("#/components/schemas/"))
                    && !into.contains_key(name)
                {
                    let schema = &self.components["schemas"][name];
                    into.insert(name.to_owned(), schema.clone());
                    self.collect(schema, into);
                }
                fields.values().for_each(|field| self.collect(field, into));
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, into)),
            _ => {}
        }
    }
}

/// One operation of one version.
struct Operation {
    method: String,
    template: Vec<String>,
    version: String,
    query: BTreeSet<String>,
    /// Of the body; none where there is none.
    request: Option<Schema>,
    /// By status; none where no body comes.
    answers: BTreeMap<u16, Option<Schema>>,
}

struct Documents {
    operations: Vec<Operation>,
    error: Schema,
    /// Calls with their answers that were held against them and are right: a test makes many of them again and again.
    right: Mutex<HashSet<u64>>,
}

fn read() -> Documents {
    let mut operations = Vec::new();
    let mut error = None;
    for file in FILES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/azure").join(file);
        let mut document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let components = Arc::new(document["components"].take());
        error.get_or_insert_with(|| Schema::new(&json!({"$ref": "#/components/schemas/Error"}), &components));
        let content = |at: &Value| {
            at["content"]["application/json"].get("schema").map(|schema| Schema::new(schema, &components))
        };
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let parameters = operation["parameters"].as_array().unwrap();
                let version = parameters.iter().find(|p| p["name"] == "api-version").unwrap();
                let names = parameters.iter().map(|p| p["name"].as_str().unwrap().to_owned());
                let answers = operation["responses"].as_object().unwrap().iter();
                operations.push(Operation {
                    method: method.to_uppercase(),
                    template: path.to_lowercase().split('/').map(str::to_owned).collect(),
                    version: version["schema"]["enum"][0].as_str().unwrap().to_owned(),
                    query: names.chain([PAGING.to_owned()]).collect(),
                    request: content(&operation["requestBody"]),
                    answers: answers.map(|(status, a)| (status.parse().unwrap(), content(a))).collect(),
                });
            }
        }
    }
    Documents { operations, error: error.unwrap(), right: Mutex::default() }
}

fn documents() -> &'static Documents {
    static DOCUMENTS: OnceLock<Documents> = OnceLock::new();
    DOCUMENTS.get_or_init(read)
}

impl Operation {
    fn is_at(&self, path: &[String]) -> bool {
        self.template.len() == path.len()
            && self
                .template
                .iter()
                .zip(path)
                .all(|(t, p)| if t.starts_with('{') { !p.is_empty() } else { t == p })
    }
}

/// What is wrong with calls and their answers, each said once.
pub fn wrong(recorded: &[Recorded]) -> Vec<String> {
    let mut all = BTreeSet::new();
    for call in recorded.iter().filter(|call| call.service != "sign-in") {
        let key = key(call);
        if documents().right.lock().unwrap().contains(&key) {
            continue;
        }
        let wrong = one(call);
        if wrong.is_empty() {
            documents().right.lock().unwrap().insert(key);
        }
        all.extend(wrong);
    }
    all.into_iter().collect()
}

/// All of a call that is judged.
fn key(call: &Recorded) -> u64 {
    let request = &call.request;
    let headers = ["authorization", "content-type"].map(|name| request.header(name));
    let mut hasher = DefaultHasher::new();
    (&request.method, &request.path, headers, &request.body, call.status, &call.answer).hash(&mut hasher);
    hasher.finish()
}

fn one(call: &Recorded) -> Vec<String> {
    let request = &call.request;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let what = format!("{} {path}", request.method);
    let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let version = query.get("api-version").map_or("", String::as_str);
    let parts: Vec<String> = path.to_lowercase().split('/').map(str::to_owned).collect();
    let found = documents()
        .operations
        .iter()
        .filter(|o| o.method == request.method && o.version == version && o.is_at(&parts))
        .min_by_key(|o| o.template.iter().filter(|part| part.starts_with('{')).count());
    let Some(operation) = found else {
        return vec![format!("{what}: no such operation of version {version}")];
    };
    let mut wrong = Vec::new();
    let mut say = |why: String| wrong.push(format!("{what}: {why}"));
    if !request.header("authorization").is_some_and(|value| value.starts_with("Bearer ")) {
        say("no bearer token".to_owned());
    }
    let signed = path.contains("/operations") || path.contains("Operation");
    for name in query.keys().filter(|name| !operation.query.contains(*name) && !signed) {
        say(format!("the parameter {name} is not known"));
    }
    match (&operation.request, request.body.as_slice()) {
        (None, []) => {}
        (None, _) => say("it takes no body".to_owned()),
        (Some(schema), body) => {
            if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
                say("its body is not said to be JSON".to_owned());
            }
            match serde_json::from_slice::<Value>(body) {
                Ok(body) => schema.judge(&body).into_iter().for_each(|why| say(format!("request{why}"))),
                Err(error) => say(format!("its body is no JSON: {error}")),
            }
        }
    }
    let answer = serde_json::from_slice::<Value>(&call.answer).ok().map(folded);
    match (operation.answers.get(&call.status), answer) {
        (Some(Some(schema)), Some(answer)) => {
            for why in schema.judge(&answer) {
                say(format!("answer{why}"));
            }
        }
        // A resource that was accepted may come with its body or without it.
        (Some(_), _) => {}
        (None, Some(answer)) if call.status >= 400 => {
            for why in documents().error.judge(&answer) {
                say(format!("error{why}"));
            }
        }
        (None, None) if call.status >= 400 => {}
        (None, _) => say(format!("the status {} is not one of its own", call.status)),
    }
    wrong
}

/// An answer without what is recorded of the service and is in no document: `null` for what is not set, and classic caches
/// under another spelling of their type.
fn folded(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(name, value)| (name, folded(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(folded).collect()),
        Value::String(text) if text == "Microsoft.Cache/Redis" => json!("Microsoft.Cache/redis"),
        other => other,
    }
}
