//! Users in words: what an access list lets each of them do, one user a line.

use std::collections::BTreeMap;

use crate::plan::{AttributeChange, Value};

/// Categories of commands in the words of a profile.
const WORDS: [(&str, &str); 4] = [
    ("+@read", "read"),
    ("+@write", "write"),
    ("+@pubsub", "publish and subscribe"),
    ("+@scripting", "run scripts"),
];
/// What every user gets, and what nobody but an administrator does: no news in a plan.
const USUAL: [&str; 9] = [
    "-@all",
    "+@connection",
    "+@transaction",
    "-@admin",
    "-@dangerous",
    "+info",
    "+cluster|slots",
    "+cluster|shards",
    "+cluster|nodes",
];

/// A label and a text for each user that an attribute is about; none if it is about no users.
pub(super) fn lines(attribute: &AttributeChange) -> Option<Vec<(String, String)>> {
    match attribute.name.as_str() {
        "users" => {
            let before = attribute.before.as_ref().map_or_else(|| Some(BTreeMap::new()), by_name)?;
            let after = attribute.after.as_ref().map_or_else(|| Some(BTreeMap::new()), by_name)?;
            let mut names: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
            names.sort_unstable();
            names.dedup();
            let changed = names.into_iter().filter(|name| before.get(name) != after.get(name));
            let line = |name: &str| {
                let text = difference(before.get(name).copied(), after.get(name).copied());
                (format!("user {name}"), text)
            };
            Some(changed.map(line).collect())
        }
        "access" => {
            let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
            let (before, after) = (text(&attribute.before), text(&attribute.after));
            let rules = |text: &Option<String>| text.as_deref().is_none_or(is_rules);
            let both = rules(&before) && rules(&after);
            both.then(|| vec![("access".to_owned(), difference(before.as_deref(), after.as_deref()))])
        }
        _ => None,
    }
}

/// `NAME: RULES` each.
fn by_name(value: &Value) -> Option<BTreeMap<&str, &str>> {
    let lines = value.as_texts()?;
    lines.into_iter().map(|line| line.split_once(": ").filter(|(_, rules)| is_rules(rules))).collect()
}

fn is_rules(text: &str) -> bool {
    matches!(text.split_whitespace().next(), Some("on" | "off"))
}

fn difference(before: Option<&str>, after: Option<&str>) -> String {
    let after_words = after.map_or_else(|| "is removed".to_owned(), words);
    match before {
        Some(before) if words(before) == after_words => {
            // The words hide what differs.
            format!("{before} -> {}", after.unwrap_or_default())
        }
        Some(before) => format!("{} -> {after_words}", words(before)),
        None => after_words,
    }
}

/// `may read and write, on the keys cart:*`.
pub(crate) fn words(rules: &str) -> String {
    let (state, rest) = rules.split_once(' ').unwrap_or((rules, ""));
    if state == "off" {
        return "cannot sign in".into();
    }
    let all: Vec<&str> = rest.split_whitespace().collect();
    let of = |sign: char| -> Vec<&str> { all.iter().filter_map(|word| word.strip_prefix(sign)).collect() };
    let may = if all.contains(&"+@all") {
        "do everything".to_owned()
    } else {
        let named = WORDS.iter().filter(|(category, _)| all.contains(category)).map(|(_, word)| *word);
        let others = all.iter().copied().filter(|word| {
            let pattern = word.starts_with(['~', '&', '%']);
            !pattern && !USUAL.contains(word) && !WORDS.iter().any(|(category, _)| category == word)
        });
        let others = others.map(|word| word.strip_prefix('+').unwrap_or(word));
        let parts: Vec<String> = named.chain(others).map(str::to_owned).collect();
        if parts.is_empty() { "sign in only".to_owned() } else { crate::report::enumerated(&parts) }
    };
    let channels = of('&');
    let channels = match channels.as_slice() {
        [] => String::new(),
        ["*"] => "; all channels".into(),
        some => format!("; channels {}", some.join(", ")),
    };
    match of('~').as_slice() {
        [] => format!("may {may}; no keys{channels}"),
        ["*"] => format!("may {may}; all keys{channels}"),
        some => format!("may {may}; keys {}{channels}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "on ~cart:* ~sess:* -@all +@connection +@transaction +@read +@write -@admin -@dangerous +info \
                       +cluster|slots +cluster|shards +cluster|nodes";

    fn change(before: Option<Vec<&str>>, after: Option<Vec<&str>>) -> AttributeChange {
        AttributeChange {
            name: "users".into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
            forces: false,
            when: crate::plan::When::Now,
            pending: false,
        }
    }

    #[test]
    fn permissions_are_words_and_keys() {
        assert_eq!(words(APP), "may read and write; keys cart:*, sess:*");
        assert_eq!(words("on ~* &* +@all"), "may do everything; all keys; all channels");
        assert_eq!(words("off -@all"), "cannot sign in");
        assert_eq!(words("on -@all +psync +ping"), "may psync and ping; no keys");
    }

    #[test]
    fn only_users_that_change_are_listed() {
        let [old, new] = [format!("app: {APP}"), format!("app: {APP} -@write")];
        let kept = "default: off -@all";
        let lines = lines(&change(Some(vec![&old, kept]), Some(vec![&new, kept]))).unwrap_or_default();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].1.contains("->") && lines[0].1.contains("-@write"), "{}", lines[0].1);
    }

    #[test]
    fn a_difference_that_words_hide_is_shown_as_rules() {
        let [old, new] = [format!("app: {APP}"), format!("app: {}", APP.replace(" +info", ""))];
        let lines = lines(&change(Some(vec![&old]), Some(vec![&new]))).unwrap_or_default();
        assert!(lines[0].1.contains("+info"), "{}", lines[0].1);
    }
}
