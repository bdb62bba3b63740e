//! A profile to start from, with what a sample of the keys of a live server has shown.

use super::{Draft, Value};

/// Keys of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct KeysOfType {
    /// The type, as the server names it.
    pub kind: String,
    /// Whether its size could be told.
    pub sized: bool,
    /// Keys.
    pub count: f64,
    /// Mean bytes of a name.
    pub key_size: f64,
    /// Mean number of elements.
    pub elements: f64,
    /// Mean bytes of a value, an item or a member.
    pub value_size: f64,
    /// Mean bytes of a field's name.
    pub field_size: f64,
    /// Time to live in seconds, if most keys have one.
    pub ttl_seconds: Option<f64>,
}

/// What a sample has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledProfile {
    /// Keys that were looked at.
    pub keys: u64,
    /// Whether these were all.
    pub whole: bool,
    /// By type.
    pub families: Vec<KeysOfType>,
    /// Lookups a second by commands that read.
    pub reads: f64,
    /// Commands a second.
    pub commands: f64,
}

impl SampledProfile {
    /// The profile as text; none without a type whose size can be told.
    pub fn text(&self) -> Option<String> {
        let sized: Vec<Value> = self.families.iter().filter_map(family).map(Value::Record).collect();
        if sized.is_empty() {
            return None;
        }
        let all = if self.whole { "all of them" } else { "a part; counts are in proportion" };
        let first = format!(
            "Learned from {} keys of a server ({all}) by `cachefit capture --method keys`. Sizes are means. Patterns",
            self.keys
        );
        let mut about = vec![
            first,
            "stand for types: put your own, with the role of the data. Rates are those of one second: put the peak."
                .to_owned(),
        ];
        let others = self.families.iter().filter(|f| family(f).is_none());
        about.extend(others.map(|f| format!("Not sized: about {:.0} keys of type {}.", f.count, f.kind)));
        let rate = |rate: f64| Value::plain(format!("{}/s", (rate * 100.0).ceil() / 100.0));
        let peak = Draft::default()
            .with("reads", rate(self.reads))
            .with("writes", rate((self.commands - self.reads).max(0.0)));
        let mut draft = Draft::new(&about.iter().map(String::as_str).collect::<Vec<_>>());
        draft.put("name", Value::plain("captured"));
        draft.put("dataset", Value::List(sized));
        draft.record("traffic", |traffic| _ = traffic.put("peak", Value::Inline(peak)));
        Some(draft.text())
    }
}

/// One entry of the dataset; none if the type cannot be sized.
fn family(f: &KeysOfType) -> Option<Draft> {
    let size = |bytes: f64| Value::plain(format!("{:.0}B", bytes.round().max(1.0)));
    let number = |count: f64| Value::plain(count.round().max(1.0));
    if !f.sized {
        return None;
    }
    let mut draft = Draft::default();
    draft.put("keys", Value::text(format!("{}:*", f.kind)));
    draft.put("type", Value::text(&f.kind));
    draft.put("count", number(f.count));
    draft.put("key_size", size(f.key_size));
    match f.kind.as_str() {
        "string" => _ = draft.put("value_size", size(f.value_size)),
        "hash" => {
            draft.put("fields", number(f.elements));
            draft.put("field_size", size(f.field_size));
            draft.put("value_size", size(f.value_size));
        }
        "list" => {
            draft.put("items", number(f.elements));
            draft.put("value_size", size(f.value_size));
        }
        "set" | "zset" => {
            draft.put("members", number(f.elements));
            draft.put("member_size", size(f.value_size));
        }
        _ => return None,
    }
    if let Some(seconds) = f.ttl_seconds {
        draft.put("ttl", Value::plain(format!("{:.0}s", seconds.ceil().max(1.0))));
    }
    draft.put("role", Value::plain("cache"));
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let of = |kind: &str| KeysOfType {
            kind: kind.into(),
            sized: kind != "stream",
            count: 1000.4,
            key_size: 12.5,
            elements: 3.2,
            value_size: 0.0,
            field_size: 4.0,
            ttl_seconds: (kind == "set").then_some(0.2),
        };
        let families = ["hash", "list", "set", "stream", "string", "zset"].map(of).to_vec();
        let mut sampled = SampledProfile { keys: 7, whole: true, families, reads: 10.123, commands: 5.0 };
        let text = sampled.text().unwrap();
        let profile = crate::profile::parse(text.as_bytes(), "t").unwrap();
        assert_eq!(profile.dataset.len(), 5);
        assert_eq!(profile.dataset[0].count.value.high.0, 1000.0);
        assert!(text.contains("# Not sized: about 1000 keys of type stream."), "{text}");
        sampled.families.retain(|f| f.kind == "stream");
        assert_eq!(sampled.text(), None);
    }
}
