//! Each user may do what the profile says, and nothing else: asked of the server, and tried.

use redis::Connection;

use super::super::client;
use super::super::conf::NodeSpec;
use super::super::error::LocalError;
use super::super::node::Node;
use super::super::secrets::{ADMIN, Credentials, REPLICATION};
use super::Findings;

/// A key that no workload has.
const MARK: &str = "cachefit-verify";

/// One thing to try.
struct Attempt {
    words: Vec<String>,
    allowed: bool,
}

pub(super) fn check(
    node: &Node<'_>,
    spec: &NodeSpec,
    credentials: &Credentials,
    admin: &mut Connection,
    findings: &mut Findings<'_>,
) -> Result<(), LocalError> {
    let own = ["default", ADMIN, REPLICATION];
    for (name, rules) in spec.users.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
        let attempts = attempts(rules);
        let (mut may, mut may_not) = (Vec::new(), Vec::new());
        let mut wrong = Vec::new();
        for attempt in &attempts {
            let words: Vec<&str> = attempt.words.iter().map(String::as_str).collect();
            let answer: redis::Value =
                node.ask(admin, &[&["ACL", "DRYRUN", name], words.as_slice()].concat())?;
            let allowed = matches!(answer, redis::Value::Okay);
            let text = attempt.words.join(" ");
            if allowed != attempt.allowed {
                wrong.push(text.clone());
            }
            if attempt.allowed { may.push(text) } else { may_not.push(text) }
        }
        let check = format!("ACL of {name}");
        let expected = format!("may {}; refused {}", may.join(", "), none_if_empty(&may_not));
        let actual = if wrong.is_empty() {
            "as in the profile".into()
        } else {
            format!("differs: {}", wrong.join(", "))
        };
        findings.add(&check, expected, actual, wrong.is_empty());
        let (actual, holds) = tried(node, name, &attempts, credentials)?;
        findings.add(
            &format!("{name} signs in"),
            "test commands are allowed and refused as its permissions say",
            actual,
            holds,
        );
    }
    Ok(())
}

fn none_if_empty(texts: &[String]) -> String {
    if texts.is_empty() { "nothing".into() } else { texts.join(", ") }
}

/// What follows from the rules, in commands.
fn attempts(rules: &str) -> Vec<Attempt> {
    let words: Vec<&str> = rules.split(' ').collect();
    let all = words.contains(&"+@all");
    let can = |category: &str| all || words.contains(&category);
    let patterns: Vec<&str> = words.iter().filter_map(|w| w.strip_prefix('~')).collect();
    let key = patterns.first().map(|pattern| example(pattern));
    let attempt =
        |words: &[&str], allowed| Attempt { words: words.iter().map(|w| (*w).to_owned()).collect(), allowed };
    let mut all_attempts = vec![attempt(&["PING"], true), attempt(&["FLUSHALL"], all)];
    all_attempts.push(attempt(&["CONFIG", "GET", "maxmemory"], all));
    if let Some(key) = &key {
        all_attempts.push(attempt(&["SET", key, "1", "EX", "5"], can("+@write")));
        all_attempts.push(attempt(&["GET", key], can("+@read")));
    }
    let outside = format!("{MARK}-outside");
    if !patterns.iter().any(|pattern| matches(pattern, &outside)) {
        all_attempts.push(attempt(&["GET", &outside], false));
    }
    all_attempts.push(attempt(&["SCRIPT", "EXISTS", "x"], can("+@scripting")));
    all_attempts
}

/// A key that a pattern allows: its wildcards filled in.
fn example(pattern: &str) -> String {
    let mut key = String::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => key.push_str(MARK),
            '?' => key.push('x'),
            '\\' => key.extend(rest.next()),
            '[' => {
                let class: String = rest.by_ref().take_while(|c| *c != ']').collect();
                key.extend(class.chars().find(|c| *c != '^'));
            }
            _ => key.push(c),
        }
    }
    key
}

/// Whether a pattern surely allows a key, by what stands before its first wildcard.
fn matches(pattern: &str, key: &str) -> bool {
    let fixed = pattern.find(['*', '?', '[', '\\']).unwrap_or(pattern.len());
    key.starts_with(&pattern[..fixed])
}

/// Signs in as the user and really tries what does no harm. The key that is written lives for five seconds.
fn tried(
    node: &Node<'_>,
    name: &str,
    attempts: &[Attempt],
    credentials: &Credentials,
) -> Result<(String, bool), LocalError> {
    let password = credentials.need(node.layout, name)?;
    let mut connection = match client::connect(node.port()?, &node.layout.ca_cert(), name, password) {
        Ok(connection) => connection,
        Err(error) => return Ok((format!("cannot sign in: {error}"), false)),
    };
    let mut done = 0;
    for attempt in attempts {
        // Nothing that could harm is tried, whatever its right: no flush, no write to a key of the workload.
        let harmless = match attempt.words[0].as_str() {
            "FLUSHALL" => false,
            "SET" => attempt.words[1].contains(MARK),
            _ => true,
        };
        if !harmless {
            continue;
        }
        let mut command = redis::Cmd::new();
        command.arg(&attempt.words);
        let answer = command.query::<redis::Value>(&mut connection);
        let refused = match &answer {
            Err(error) if error.code() == Some("NOPERM") => true,
            // In a cluster the key may live elsewhere, on a full or read-only server the answer is no, too: but the
            // user was let through.
            Ok(_) => false,
            Err(error) if error.code().is_some() => false,
            Err(error) => return Ok((error.to_string(), false)),
        };
        if refused == attempt.allowed {
            let text = attempt.words.join(" ");
            let verb = if refused { "was refused" } else { "was allowed" };
            return Ok((format!("{text} {verb}"), false));
        }
        done += 1;
    }
    Ok((format!("{done} test commands allowed and refused as its permissions say"), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_fit_their_patterns() {
        assert_eq!(example("sess:*"), "sess:cachefit-verify");
        assert_eq!(example("a?[xy]\\*"), "axx*");
        assert!(matches("*", "x"));
        assert!(!matches("sess:*", "cachefit"));
    }
}
