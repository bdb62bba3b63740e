//! What services answer where they refuse: the shapes of clouds and of monitoring systems.

use serde_json::{Map, Value};

/// What to do about it.
pub(super) const HINT: &str = "mend what the service names and ask again; `cachefit observe --print-queries` prints queries whose answers can be read";

/// Letters of a message that are told.
const TOLD: usize = 200;

/// What a service says in a document that is an error and nothing else.
pub(super) fn of(document: &Value) -> Option<String> {
    let all = match document {
        Value::Object(all) => all,
        // Google lists its only error where it streams.
        Value::Array(list) => match list.as_slice() {
            [one @ Value::Object(_)] => return of(one),
            _ => return None,
        },
        _ => return None,
    };
    let inner = ["error", "Error"].iter().find_map(|key| all.get(*key)?.as_object());
    match inner {
        // Google and Azure, and AWS behind its older interfaces.
        Some(inner) => told(inner),
        None if all.contains_key("error") => {
            // Prometheus and Upstash.
            let text = all.get("error").and_then(Value::as_str).filter(|text| !text.is_empty())?;
            joined(&[text_of(all, &["errorType"]), Some(text.to_owned())])
        }
        None if all.contains_key("errors") => {
            // Datadog.
            let first = all.get("errors").and_then(Value::as_array)?.first()?;
            let text = match first {
                Value::Object(one) => text_of(one, &["detail", "message", "title"]),
                one => one.as_str().map(str::to_owned),
            };
            joined(&[text])
        }
        // AWS, and Azure without a frame.
        None if ["__type", "code", "Code"].iter().any(|key| all.contains_key(*key)) => told(all),
        None => None,
    }
}

/// Code, state and message of one object; nothing where a code stands alone.
fn told(error: &Map<String, Value>) -> Option<String> {
    let kind = text_of(error, &["code", "Code", "__type"]);
    let said = [text_of(error, &["status"]), text_of(error, &["message", "Message"])];
    if said.iter().all(Option::is_none) && !error.contains_key("__type") {
        return None;
    }
    let [status, message] = said;
    joined(&[kind, status, message])
}

/// The first of some keys that holds a text or a number.
fn text_of(all: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match all.get(*key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Words of others: without signs that move a terminal's cursor, and not too many.
fn joined(parts: &[Option<String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).map(str::trim).collect();
    let text: String = parts.join(": ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = text.chars().count() > TOLD;
    let text: String = text.chars().take(TOLD).chain(more.then_some('…')).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_is_understood_where_it_refuses() {
        let cases = [
            (
                r#"{"error":{"code":403,"message":"Permission denied","status":"PERMISSION_DENIED"}}"#,
                Some("403: PERMISSION_DENIED: Permission denied"),
            ),
            (r#"[{"error":{"code":400,"message":"no filter"}}]"#, Some("400: no filter")),
            (
                r#"{"error":{"code":"AuthorizationFailed","message":"no authorization"}}"#,
                Some("AuthorizationFailed: no authorization"),
            ),
            (r#"{"code":"BadRequest","message":"no such metric"}"#, Some("BadRequest: no such metric")),
            (r#"{"__type":"AccessDenied","Message":"not you"}"#, Some("AccessDenied: not you")),
            (
                r#"{"Error":{"Code":"Throttling","Message":"Rate exceeded"}}"#,
                Some("Throttling: Rate exceeded"),
            ),
            (
                r#"{"status":"error","errorType":"bad_data","error":"too many points"}"#,
                Some("bad_data: too many points"),
            ),
            (r#"{"errors":["Forbidden"]}"#, Some("Forbidden")),
            (r#"{"error":{"message":"a\u001b[31m\nb"}}"#, Some("a [31m b")),
            (r#"{"__type":"AccessDenied"}"#, Some("AccessDenied")),
            (r#"{"error":""}"#, None),
            (r#"{"error":null}"#, None),
            (r#"{"code":5}"#, None),
            (r#"{"hello":1}"#, None),
            ("[]", None),
            ("{}", None),
        ];
        for (text, said) in cases {
            let document = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(of(&document).as_deref(), said, "{text}");
        }
        let long = of(&serde_json::json!({ "error": "x".repeat(5_000) })).unwrap_or_default();
        assert_eq!(long.chars().count(), TOLD + 1);
    }
}
