//! A profile to start from, with what a sample of the keys of a live server has shown.

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
        let sized: Vec<String> = self.families.iter().filter_map(family).collect();
        if sized.is_empty() {
            return None;
        }
        let all = if self.whole { "all of them" } else { "a part; counts are in proportion" };
        let mut text = format!(
            "# Learned from {} keys of a server ({all}) by `cachefit capture --method keys`. Sizes are means. Patterns\n\
             # stand for types: put your own, with the role of the data. Rates are those of one second: put the peak.\n",
            self.keys
        );
        for other in self.families.iter().filter(|f| family(f).is_none()) {
            text.push_str(&format!("# Not sized: about {:.0} keys of type {}.\n", other.count, other.kind));
        }
        let rate = |rate: f64| (rate * 100.0).ceil() / 100.0;
        text.push_str(&format!(
            "name: captured\n\ndataset:\n{}\ntraffic:\n  peak: {{ reads: {}/s, writes: {}/s }}\n",
            sized.concat(),
            rate(self.reads),
            rate((self.commands - self.reads).max(0.0)),
        ));
        Some(text)
    }
}

/// One entry of the dataset; none if the type cannot be sized.
fn family(f: &KeysOfType) -> Option<String> {
    let size = |bytes: f64| format!("{:.0}B", bytes.round().max(1.0));
    let number = |count: f64| format!("{:.0}", count.round().max(1.0));
    let (value, elements) = (size(f.value_size), number(f.elements));
    let shape = match f.kind.as_str() {
        "string" => format!("    value_size: {value}\n"),
        "hash" => {
            format!(
                "    fields: {elements}\n    field_size: {}\n    value_size: {value}\n",
                size(f.field_size)
            )
        }
        "list" => format!("    items: {elements}\n    value_size: {value}\n"),
        "set" | "zset" => format!("    members: {elements}\n    member_size: {value}\n"),
        _ => return None,
    };
    let ttl = f.ttl_seconds.map_or_else(String::new, |s| format!("    ttl: {:.0}s\n", s.ceil().max(1.0)));
    let kind = &f.kind;
    f.sized.then(|| {
        format!(
            "  - keys: \"{kind}:*\"\n    type: {kind}\n    count: {}\n    key_size: {}\n{shape}{ttl}    role: cache\n",
            number(f.count),
            size(f.key_size),
        )
    })
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
