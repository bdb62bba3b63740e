//! Users in words: what an access list lets each of them do, one user a line.

use std::collections::BTreeMap;

use crate::plan::{AttributeChange, Value};

/// Categories of commands in the words of a profile.
const WORDS: [(&str, &str); 4] = [
    ("+@read", "read"),
    ("+@write", "write"),
    ("+@pubsub", "publish, subscribe"),
    ("+@scripting", "scripts"),
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
                (format!("users.{name}"), text)
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

/// The users that a change takes everything from: they may do nothing, or are gone. `of` is the resource's name.
pub(super) fn locked_out(attribute: &AttributeChange, of: &str) -> Vec<String> {
    let may = |rules: Option<&str>| {
        rules.is_some_and(|rules| !matches!(access(rules).may.as_str(), SIGN_IN_ONLY | CANNOT_SIGN_IN))
    };
    match attribute.name.as_str() {
        "users" => {
            let side = |value: &Option<Value>| value.as_ref().and_then(by_name).map(owned);
            let (Some(before), Some(after)) = (side(&attribute.before), side(&attribute.after)) else {
                return Vec::new();
            };
            let out = |name: &&String| {
                may(before.get(*name).map(String::as_str)) && !may(after.get(*name).map(String::as_str))
            };
            before.keys().filter(out).cloned().collect()
        }
        "access" => {
            let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).map(str::to_owned);
            let (before, after) = (text(&attribute.before), text(&attribute.after));
            let rules = before.as_deref().is_some_and(is_rules) && after.as_deref().is_some_and(is_rules);
            let out = rules && may(before.as_deref()) && !may(after.as_deref());
            if out { vec![of.to_owned()] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn owned(rules: BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    rules.into_iter().map(|(name, rules)| (name.to_owned(), rules.to_owned())).collect()
}

/// `NAME: RULES` each.
fn by_name(value: &Value) -> Option<BTreeMap<&str, &str>> {
    let lines = value.as_texts()?;
    lines.into_iter().map(|line| line.split_once(": ").filter(|(_, rules)| is_rules(rules))).collect()
}

fn is_rules(text: &str) -> bool {
    matches!(text.split_whitespace().next(), Some("on" | "off"))
}

/// What a user may, in words.
#[derive(PartialEq, Eq)]
struct Access {
    may: String,
    keys: String,
    channels: String,
}

/// What changes for a user, and nothing else.
fn difference(before: Option<&str>, after: Option<&str>) -> String {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (Some(before), None) => return format!("{} -> removed", words(before)),
        (None, after) => return after.map(words).unwrap_or_default(),
    };
    let (was, is) = (access(before), access(after));
    if was.keys.is_empty() != is.keys.is_empty() {
        // One of them cannot sign in.
        return format!("{} -> {}", words(before), words(after));
    }
    let parts = [(&was.may, &is.may), (&was.keys, &is.keys), (&was.channels, &is.channels)];
    let changed: Vec<String> =
        parts.iter().filter(|(was, is)| was != is).map(|(was, is)| format!("{was} -> {is}")).collect();
    if changed.is_empty() {
        // The words hide what differs.
        return format!("{before} -> {after}");
    }
    changed.join("; ")
}

/// `read, write; keys cart:*`.
fn words(rules: &str) -> String {
    let Access { may, keys, channels } = access(rules);
    let channels = if channels == NO_CHANNELS { None } else { Some(channels) };
    [Some(may), Some(keys), channels]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

const NO_CHANNELS: &str = "no channels";
const SIGN_IN_ONLY: &str = "sign in only";
const CANNOT_SIGN_IN: &str = "cannot sign in";

fn access(rules: &str) -> Access {
    let (state, rest) = rules.split_once(' ').unwrap_or((rules, ""));
    if state == "off" {
        return Access { may: CANNOT_SIGN_IN.to_owned(), keys: String::new(), channels: String::new() };
    }
    let all: Vec<&str> = rest.split_whitespace().collect();
    let patterns = |sign: char, what: &str| {
        let patterns: Vec<&str> = all.iter().filter_map(|word| word.strip_prefix(sign)).collect();
        match patterns.as_slice() {
            [] => format!("no {what}"),
            ["*"] => format!("all {what}"),
            some => format!("{what} {}", some.join(", ")),
        }
    };
    let may = if all.contains(&"+@all") {
        "everything".to_owned()
    } else {
        let named = WORDS.iter().filter(|(category, _)| all.contains(category)).map(|(_, word)| *word);
        let others = all.iter().copied().filter(|word| {
            let pattern = word.starts_with(['~', '&', '%']);
            !pattern && !USUAL.contains(word) && !WORDS.iter().any(|(category, _)| category == word)
        });
        let others = others.map(|word| word.strip_prefix('+').unwrap_or(word));
        let parts: Vec<&str> = named.chain(others).collect();
        if parts.is_empty() { SIGN_IN_ONLY.to_owned() } else { parts.join(", ") }
    };
    Access { may, keys: patterns('~', "keys"), channels: patterns('&', "channels") }
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
    fn who_may_do_nothing_any_more_is_named() {
        let (app, none) = (format!("app: {APP}"), "app: on ~cart:* -@all +@connection +@transaction");
        let out = |before: &str, after: &str| locked_out(&change(Some(vec![before]), Some(vec![after])), "s");
        assert_eq!(out(&app, none), ["app"]);
        assert_eq!(out(&app, "app: off -@all"), ["app"]);
        assert_eq!(out(&app, "other: off -@all"), ["app"]);
        assert!(
            out(none, &app).is_empty()
                && out(none, "app: off -@all").is_empty()
                && out(&app, &app).is_empty()
        );
    }

    #[test]
    fn permissions_are_words_and_keys() {
        assert_eq!(words(APP), "read, write; keys cart:*, sess:*");
        assert_eq!(words("on ~* &* +@all"), "everything; all keys; all channels");
        assert_eq!(words("off -@all"), "cannot sign in");
        assert_eq!(words("on -@all +psync +ping"), "psync, ping; no keys");
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
    fn only_what_changes_for_a_user_is_told() {
        let [old, new] = [format!("app: {APP}"), format!("app: {}", APP.replace("+@write ", ""))];
        let told = |old: &str, new: &str| {
            lines(&change(Some(vec![old]), Some(vec![new]))).unwrap_or_default().remove(0)
        };
        assert_eq!(told(&old, &new), ("users.app".to_owned(), "read, write -> read".to_owned()));
        let other = old.replace("~sess:*", "~user:*");
        assert_eq!(told(&old, &other).1, "keys cart:*, sess:* -> keys cart:*, user:*");
        let off = "read, write; keys cart:*, sess:* -> cannot sign in";
        assert_eq!(told(&old, "app: off -@all").1, off);
    }

    #[test]
    fn a_difference_that_words_hide_is_shown_as_rules() {
        let [old, new] = [format!("app: {APP}"), format!("app: {}", APP.replace(" +info", ""))];
        let lines = lines(&change(Some(vec![&old]), Some(vec![&new]))).unwrap_or_default();
        assert!(lines[0].1.contains("+info"), "{}", lines[0].1);
    }
}
