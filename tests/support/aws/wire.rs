//! From a request to a call, and from an answer to bytes, in the protocol of each service.

use serde_json::{Map, Value, json};

use super::form;
use super::params::{Answer, Refusal};
use crate::cloud::http::{Delivery, Reply, Request};

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Query(&'static str),
    Ec2,
    Json,
    Rest,
    Cbor,
}

/// An operation with its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    /// By its name in signatures and policies.
    pub service: String,
    pub action: String,
    pub params: Value,
}

/// What an operation needs by its name alone: the rest only looks.
pub fn is_mutating(action: &str) -> bool {
    !["Describe", "List", "Get", "Simulate"].iter().any(|prefix| action.starts_with(prefix))
}

/// The service of a signed request, from the credential's scope.
pub fn service(request: &Request) -> Option<String> {
    let scope = request.header("authorization")?.split("Credential=").nth(1)?;
    scope.split(',').next()?.split('/').nth(3).map(str::to_owned)
}

/// The region of a signed request.
pub fn region(request: &Request) -> Option<String> {
    let scope = request.header("authorization")?.split("Credential=").nth(1)?;
    scope.split(',').next()?.split('/').nth(2).map(str::to_owned)
}

/// How a client speaks to a service. `CloudWatch` takes JSON, too.
pub fn protocol(service: &str, request: &Request) -> Option<Protocol> {
    Some(match service {
        "monitoring" if request.header("x-amz-target").is_some() => Protocol::Json,
        "elasticache" => Protocol::Query("http://elasticache.amazonaws.com/doc/2015-02-02/"),
        "iam" => Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
        "sts" => Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
        "ec2" => Protocol::Ec2,
        "lambda" => Protocol::Rest,
        "secretsmanager"
        | "application-autoscaling"
        | "servicequotas"
        | "logs"
        | "bcm-pricing-calculator" => Protocol::Json,
        "monitoring" => Protocol::Cbor,
        _ => return None,
    })
}

/// The call in a request.
pub fn decode(request: &Request, service: &str, protocol: Protocol) -> Result<Call, String> {
    let (action, params) = match protocol {
        Protocol::Query(_) | Protocol::Ec2 => {
            let mut params = form::nested(&request.body, protocol != Protocol::Ec2);
            let fields = params.as_object_mut().ok_or("no form")?;
            fields.shift_remove("Version");
            let action = fields.shift_remove("Action").and_then(|a| a.as_str().map(str::to_owned));
            (action.ok_or("no Action")?, params)
        }
        Protocol::Json => {
            let target = request.header("x-amz-target").ok_or("no x-amz-target")?;
            let action = target.rsplit('.').next().unwrap_or_default().to_owned();
            (action, serde_json::from_slice(&request.body).map_err(|error| error.to_string())?)
        }
        Protocol::Rest => lambda(request)?,
        Protocol::Cbor => {
            let action = request.path.rsplit('/').next().unwrap_or_default().to_owned();
            let params = if request.body.is_empty() { json!({}) } else { from_cbor(&request.body)? };
            (action, params)
        }
    };
    Ok(Call { service: service.to_owned(), action, params })
}

/// Lambda's operations are in the path.
fn lambda(request: &Request) -> Result<(String, Value), String> {
    let path = request.path.split('?').next().unwrap_or_default();
    let parts: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|part| form_urlencoded::parse(part.as_bytes()).map(|(name, _)| name.into_owned()).collect())
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let name = |name: &str| json!({"FunctionName": name});
    Ok(match (request.method.as_str(), &parts[1..]) {
        ("GET", ["functions"]) => ("ListFunctions".to_owned(), json!({})),
        ("GET", ["functions", function]) => ("GetFunction".to_owned(), name(function)),
        ("GET", ["functions", function, "configuration"]) => {
            ("GetFunctionConfiguration".to_owned(), name(function))
        }
        ("GET", ["functions", function, "concurrency"]) => {
            ("GetFunctionConcurrency".to_owned(), name(function))
        }
        ("GET", ["account-settings"]) => ("GetAccountSettings".to_owned(), json!({})),
        ("GET", ["capacity-providers", provider]) => {
            ("GetCapacityProvider".to_owned(), json!({"CapacityProviderName": provider}))
        }
        (method, _) => return Err(format!("no operation of Lambda at {method} {path}")),
    })
}

/// The reply to a call.
pub fn encode(protocol: Protocol, action: &str, answer: &Answer, id: &str) -> Reply {
    let (status, body) = match answer {
        Ok(value) => (200, success(protocol, action, value, id)),
        Err(refusal) => (refusal.status, failure(protocol, refusal, id)),
    };
    let mut headers = vec![("x-amzn-requestid", id.to_owned())];
    headers.push((
        "content-type",
        match protocol {
            Protocol::Query(_) | Protocol::Ec2 => "text/xml",
            Protocol::Json => "application/x-amz-json-1.1",
            Protocol::Rest => "application/json",
            Protocol::Cbor => "application/cbor",
        }
        .to_owned(),
    ));
    if protocol == Protocol::Cbor {
        headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
    }
    if let (Protocol::Rest, Err(refusal)) = (protocol, answer) {
        headers.push(("x-amzn-errortype", refusal.code.clone()));
    }
    Reply { status, headers, body, delivery: Delivery::Whole }
}

fn success(protocol: Protocol, action: &str, value: &Value, id: &str) -> Vec<u8> {
    match protocol {
        Protocol::Query(namespace) => {
            let result = format!("{action}Result");
            let inner = xml(&json!({ result: value, "ResponseMetadata": {"RequestId": id} }));
            format!("<{action}Response xmlns=\"{namespace}\">{inner}</{action}Response>").into_bytes()
        }
        Protocol::Ec2 => {
            let namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";
            let inner = format!("{}{}", xml(&json!({ "requestId": id })), xml(value));
            format!("<{action}Response xmlns=\"{namespace}\">{inner}</{action}Response>").into_bytes()
        }
        Protocol::Json | Protocol::Rest => plain(value).to_string().into_bytes(),
        Protocol::Cbor => to_cbor(value),
    }
}

fn failure(protocol: Protocol, refusal: &Refusal, id: &str) -> Vec<u8> {
    let (code, message) = (&refusal.code, &refusal.message);
    match protocol {
        Protocol::Query(namespace) => {
            let kind = if refusal.status < 500 { "Sender" } else { "Receiver" };
            let error = json!({"Error": {"Type": kind, "Code": code, "Message": message}, "RequestId": id});
            format!("<ErrorResponse xmlns=\"{namespace}\">{}</ErrorResponse>", xml(&error)).into_bytes()
        }
        Protocol::Ec2 => {
            let error = json!({"Response": {
                "Errors": {"Error": {"Code": code, "Message": message}}, "RequestID": id
            }});
            xml(&error).into_bytes()
        }
        Protocol::Json | Protocol::Rest => {
            json!({"__type": code, "message": message}).to_string().into_bytes()
        }
        Protocol::Cbor => to_cbor(&json!({"__type": code, "message": message})),
    }
}

/// Objects are elements, lists repeat the element that they are in, null is left out.
fn xml(value: &Value) -> String {
    let Value::Object(fields) = value else { return escaped(value) };
    let mut text = String::new();
    for (name, value) in fields {
        let items =
            if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
        for item in items.iter().filter(|item| !item.is_null()) {
            text.push_str(&format!("<{name}>{}</{name}>", xml(item)));
        }
    }
    text
}

fn escaped(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Marks a moment in an answer of a CBOR service.
pub const MOMENT: &str = "$seconds";

/// Moments are plain numbers in JSON.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => match fields.get(MOMENT) {
            Some(seconds) => seconds.clone(),
            None => Value::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect()),
        },
        other => other.clone(),
    }
}

fn to_cbor(value: &Value) -> Vec<u8> {
    fn convert(value: &Value) -> ciborium::Value {
        match value {
            Value::Null => ciborium::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::String(text) => text.as_str().into(),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => whole.into(),
                None => number.as_f64().unwrap_or_default().into(),
            },
            Value::Array(items) => ciborium::Value::Array(items.iter().map(convert).collect()),
            Value::Object(fields) => match fields.get(MOMENT) {
                Some(seconds) => {
                    ciborium::Value::Tag(1, Box::new(seconds.as_f64().unwrap_or_default().into()))
                }
                None => ciborium::Value::Map(
                    fields.iter().map(|(name, value)| (name.as_str().into(), convert(value))).collect(),
                ),
            },
        }
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&convert(value), &mut bytes).unwrap();
    bytes
}

fn from_cbor(bytes: &[u8]) -> Result<Value, String> {
    fn convert(value: ciborium::Value) -> Result<Value, String> {
        use ciborium::Value as Cbor;
        Ok(match value {
            Cbor::Null => Value::Null,
            Cbor::Bool(flag) => flag.into(),
            Cbor::Text(text) => text.into(),
            Cbor::Integer(number) => i64::try_from(number).map_err(|error| error.to_string())?.into(),
            Cbor::Float(number) => number.into(),
            Cbor::Tag(_, inner) => convert(*inner)?,
            Cbor::Array(items) => Value::Array(items.into_iter().map(convert).collect::<Result<_, _>>()?),
            Cbor::Map(fields) => {
                let mut map = Map::new();
                for (name, value) in fields {
                    map.insert(name.into_text().map_err(|_| "a key is no text")?, convert(value)?);
                }
                Value::Object(map)
            }
            other => return Err(format!("{other:?} is not expected")),
        })
    }
    convert(ciborium::from_reader(bytes).map_err(|error: ciborium::de::Error<_>| error.to_string())?)
}
