//! Query-string bodies (`Tags.Tag.1.Key=a`) to nested values.

use serde_json::{Map, Value};

/// Nests a form. `wrapped` names lists by a level of their own (`SubnetIds.SubnetIdentifier.1`); EC2 does not.
pub fn nested(body: &[u8], wrapped: bool) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, value) in form_urlencoded::parse(body) {
        let mut place = &mut root;
        for part in name.split('.') {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = place.as_object_mut().unwrap().entry(part).or_insert(Value::Null);
        }
        *place = Value::String(value.into_owned());
    }
    let Value::Object(fields) = root else { return root };
    Value::Object(fields.into_iter().map(|(name, value)| (name, lists(value, wrapped))).collect())
}

fn is_list(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !map.is_empty() && map.keys().all(|key| key.parse::<u32>().is_ok()))
}

fn lists(value: Value, wrapped: bool) -> Value {
    let Value::Object(map) = value else { return value };
    if wrapped && map.len() == 1 && map.values().all(is_list) {
        let inner = map.into_iter().next().map(|(_, value)| value).unwrap_or_default();
        return lists(inner, wrapped);
    }
    if is_list(&Value::Object(map.clone())) {
        let mut items: Vec<(u32, Value)> =
            map.into_iter().map(|(key, value)| (key.parse().unwrap(), lists(value, wrapped))).collect();
        items.sort_by_key(|(index, _)| *index);
        return Value::Array(items.into_iter().map(|(_, value)| value).collect());
    }
    Value::Object(map.into_iter().map(|(key, value)| (key, lists(value, wrapped))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_are_nested() {
        let body = b"Action=X&Tags.Tag.1.Key=a&Tags.Tag.1.Value=b%20c&R.R.1.Zones.Zone.1=z&Ids.member.2=y&Ids.member.1=x";
        assert_eq!(
            nested(body, true),
            json!({"Action": "X", "Tags": [{"Key": "a", "Value": "b c"}], "R": [{"Zones": ["z"]}], "Ids": ["x", "y"]})
        );
        let body = b"Filter.1.Name=vpc-id&Filter.1.Value.1=v&GroupId.1=g";
        assert_eq!(
            nested(body, false),
            json!({"Filter": [{"Name": "vpc-id", "Value": ["v"]}], "GroupId": ["g"]})
        );
    }
}
