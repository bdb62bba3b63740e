//! Passwords are where they belong and nowhere else.

use crate::machine::{Machine, NODES, code, stderr, stdout};

#[test]
fn no_secret_is_in_a_file_an_output_or_a_call_that_is_not_for_it() {
    let machine = Machine::new(NODES);
    let mut texts = Vec::new();
    for args in [
        &["plan", "PROFILE", "-o", "plan.json", "--format", "json"][..],
        &["apply", "plan.json", "--yes", "--format", "json"],
        &["status", "PROFILE", "--format", "json"],
        &["show", "plan.json"],
        &["connect", "PROFILE", "--format", "env"],
        &["plan", "PROFILE", "--destroy", "--format", "markdown"],
    ] {
        let output = machine.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}{}", stderr(&output), machine.last_refusals());
        texts.push((format!("{args:?}"), format!("{}{}", stdout(&output), stderr(&output))));
    }
    texts.extend(machine.files().into_iter().map(|(path, text)| (path.display().to_string(), text)));
    let calls = machine.aws.recorded();
    for call in calls.iter().filter(|call| !call.carries_secret()) {
        let answer = String::from_utf8_lossy(&call.answer);
        texts.push((call.permission(), format!("{}{answer}", call.params)));
    }
    let world = machine.aws.world();
    let mut passwords: Vec<String> = Vec::new();
    for (place, value) in &world.secret_values {
        let parsed = serde_json::from_str::<serde_json::Value>(value).ok();
        let password = parsed.and_then(|v| v["password"].as_str().map(str::to_owned));
        passwords.push(password.unwrap_or_else(|| value.clone()));
        assert!(place.starts_with("secret ") || place.starts_with("user "));
    }
    passwords.sort();
    passwords.dedup();
    assert_eq!(passwords.len(), 1, "the user and its secret have the same password");
    assert!(passwords[0].len() >= 32);
    for secret in passwords.iter().map(String::as_str).chain(["the-secret-of-the-caller"]) {
        for (place, text) in &texts {
            assert!(!text.contains(secret), "a secret is in {place}");
        }
    }
}
