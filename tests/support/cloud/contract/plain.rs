//! From nothing to a cache and back, and nothing said that should not be.

use std::os::unix::fs::PermissionsExt as _;

use super::{Tenant, applied, machine, names, nothing_to_do};
use crate::cloud::Api;
use crate::cloud::machine::{code, said, stderr, stdout};
use crate::cloud::storm::same_end;

pub fn create<T: Tenant>() {
    let machine = applied::<T>();
    T::check(&machine.double.world());
    machine.made_once("create");
    let verify = machine.run(&["verify", "PROFILE"]);
    assert_eq!(code(&verify), 0, "{}", said(&verify));
    let status = machine.run(&["status", "PROFILE"]);
    assert_eq!(code(&status), 0, "{}", said(&status));
}

pub fn no_op<T: Tenant>() {
    let machine = applied::<T>();
    nothing_to_do(&machine, "after apply");
    let before = machine.double.calls();
    machine.applies();
    let changes = machine.changes_since(before);
    assert!(changes.is_empty(), "{:?}", names(&changes));
}

pub fn drift<T: Tenant>() {
    let machine = applied::<T>();
    let was = machine.double.saved().end_state();
    let word = T::drift(&mut machine.double.world());
    assert_ne!(machine.double.saved().end_state(), was, "nothing has changed");
    let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2, "{}", said(&plan));
    assert!(said(&plan).contains(word), "{word} is not in: {}", said(&plan));
    machine.applies();
    same_end(&machine.double.saved().end_state(), &was, "mended");
    nothing_to_do(&machine, "mended");
}

pub fn destroy<T: Tenant>() {
    let machine = applied::<T>();
    let gone = machine.destroy();
    assert_eq!(code(&gone), 0, "{}{}", said(&gone), machine.last_refusals());
    let plan = machine.run(&["plan", "PROFILE", "--destroy", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 0, "{}", said(&plan));
    let before = machine.double.calls();
    assert_eq!(code(&machine.destroy()), 0, "a second time");
    assert!(machine.changes_since(before).is_empty());
    // The names are free again.
    machine.applies();
    T::check(&machine.double.world());
}

/// Passwords are where they belong and nowhere else: not in outputs, files, calls for other things, or command lines.
pub fn no_secret_anywhere<T: Tenant>() {
    let machine = machine::<T>();
    machine.double.watch_processes();
    let mut texts = Vec::new();
    for args in [
        &["plan", "PROFILE", "-o", "plan.json", "--format", "json"][..],
        &["apply", "plan.json", "--yes", "--format", "json"],
        &["verify", "PROFILE", "--format", "json"],
        &["status", "PROFILE", "--format", "json"],
        &["show", "plan.json"],
        &["connect", "PROFILE", "--format", "env"],
        &["plan", "PROFILE", "--destroy", "--format", "markdown"],
    ] {
        let output = machine.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}{}", stderr(&output), machine.last_refusals());
        texts.push((format!("{args:?}"), format!("{}{}", stdout(&output), stderr(&output))));
    }
    // A password of a user may be in a file of its own, for its owner only, and nowhere else.
    let (kept, files): (Vec<_>, Vec<_>) =
        machine.files().into_iter().partition(|(path, _)| path.extension().is_some_and(|e| e == "password"));
    for (path, _) in &kept {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
    }
    let kept = kept.into_iter().map(|(path, text)| (path.display().to_string(), text.trim().to_owned()));
    texts.extend(files.into_iter().map(|(path, text)| (path.display().to_string(), text)));
    for call in machine.double.recorded().iter().filter(|call| !call.carries_secret()) {
        let answer = String::from_utf8_lossy(&call.answer);
        texts.push((call.permission(), format!("{}{}{answer}", call.request.path, call.params)));
    }
    let lines = machine.double.command_lines();
    assert!(lines.iter().any(|line| line.contains("apply plan.json")), "{lines:?}");
    texts.extend(lines.into_iter().map(|line| ("the process list".to_owned(), line)));
    let world = machine.double.world();
    let secrets = world.secrets();
    assert!(!secrets.is_empty(), "there is no secret to look for");
    let credentials = world.environment("").into_iter();
    let credentials =
        credentials.filter(|(name, _)| name.ends_with("KEY")).map(|(name, v)| (name.to_owned(), v));
    for (whose, secret) in secrets.into_iter().chain(credentials).chain(kept) {
        assert!(secret.len() >= 8, "{whose} is too short to be looked for");
        for (place, text) in &texts {
            assert!(!text.contains(&secret), "the secret of {whose} is in {place}");
        }
    }
}
