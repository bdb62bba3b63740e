//! Answers without the secrets in them, for messages and logs.

use serde_json::Value;

/// Parts of the names of fields whose values are secrets.
const SECRET: &[&str] = &[
    "password",
    "token",
    "secret",
    "primarykey",
    "secondarykey",
    "authorization",
    "apikey",
    "connectionstring",
];

/// The same JSON, with the value of every field that names a secret replaced.
pub fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = |(name, value): (&String, &Value)| {
                let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                let hides = SECRET.iter().any(|part| plain.to_ascii_lowercase().contains(part));
                let value = if hides { Value::String("(not shown)".to_owned()) } else { redacted(value) };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(shown).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(redacted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_their_names_at_any_depth() {
        let answer = serde_json::json!({
            "database_name": "shop",
            "list": [{ "rest_token": "s1", "read_only_rest_token": "s2" }],
            "keys": { "primaryKey": "s3", "api-key": "s4" },
            "password": { "of": "s5" },
        });
        let text = redacted(&answer).to_string();
        assert!(text.contains("shop"));
        for secret in ["s1", "s2", "s3", "s4", "s5"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
