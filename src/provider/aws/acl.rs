//! Access strings: from a profile's permissions, and compared by what they mean, because the service may rewrite them.

use std::collections::BTreeSet;

use crate::profile::User;
use crate::provider::access::rules;

/// The access string of the user that keeps everybody out who gives no name.
pub const NOBODY: &str = "off -@all";

/// The rules of a user.
pub fn access(user: &User) -> String {
    normal(&rules(user).join(" "))
}

/// The same rules in one spelling: on or off, patterns without order, commands from the last rule about all of them.
pub fn normal(access: &str) -> String {
    let mut on = false;
    let mut patterns = BTreeSet::new();
    let mut commands: Vec<String> = Vec::new();
    for word in access.split_whitespace() {
        match word {
            "on" => on = true,
            "off" => on = false,
            "allkeys" | "~*" => {
                patterns.retain(|p: &String| p.starts_with('&'));
                patterns.insert("~*".to_owned());
            }
            "resetkeys" => patterns.retain(|p| p.starts_with('&')),
            "allchannels" => {
                patterns.insert("&*".to_owned());
            }
            "resetchannels" => patterns.retain(|p| !p.starts_with('&')),
            "sanitize-payload" | "skip-sanitize-payload" | "clearselectors" | "nopass" | "resetpass" => {}
            "allcommands" | "+@all" => commands = vec!["+@all".into()],
            "nocommands" | "-@all" => commands = vec!["-@all".into()],
            _ if word.starts_with(['+', '-', '(']) => {
                commands.retain(|c| c != word);
                commands.push(word.to_ascii_lowercase());
            }
            _ if patterns.contains("~*") && word.starts_with('~') => {}
            _ => {
                patterns.insert(word.to_owned());
            }
        }
    }
    if commands.first().is_none_or(|c| !c.ends_with("@all")) {
        commands.insert(0, "-@all".into());
    }
    let state = if on { "on" } else { "off" }.to_owned();
    std::iter::once(state).chain(patterns).chain(commands).collect::<Vec<_>>().join(" ")
}

/// What the service refuses in an access string.
pub fn refused(access: &str) -> Option<String> {
    let forbidden = ["reset", "nopass", "resetpass"];
    access.split_whitespace().find_map(|word| {
        let bad = forbidden.contains(&word) || word.starts_with(['>', '<', '#', '!']);
        bad.then(|| format!("`{word}` may not stand in an access string"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_compared_by_meaning() {
        for (a, b) in [
            ("on ~b ~a -@all +@read", "on ~a ~b +@read"),
            ("on ~* -@all +@all", "on allkeys allcommands"),
            ("~a on resetchannels -@all +get", "on ~a +get"),
            ("off -@all", "off"),
            ("on ~a +get -@all +set", "on ~a -@all +set"),
        ] {
            assert_eq!(normal(a), normal(b), "{a} {b}");
        }
        for (a, b) in [
            ("on ~a +@read", "off ~a +@read"),
            ("on ~a +@read -get", "on ~a -get +@read"),
            ("on ~a &c +@all", "on ~a +@all"),
        ] {
            assert_ne!(normal(a), normal(b), "{a} {b}");
        }
    }
}
