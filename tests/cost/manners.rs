//! How `cost` behaves beside its report: on a terminal, in a pipe, when it is told to be quiet, when something is wrong.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DAY, Repository, code, shipped, stderr};

/// Runs `cost` on a terminal, by `script`; both streams come as one.
fn on_a_terminal(repository: &Repository, args: &[&str], set: &[(&str, &str)]) -> String {
    let program = env!("CARGO_BIN_EXE_cachefit");
    let line = [&[program, "cost"], args, &DAY[..]].concat().join(" ");
    let output = Command::new("script")
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .envs(set.iter().copied())
        .current_dir(repository.path())
        .output()
        .expect("`script` of util-linux");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_for_terminals_and_for_those_who_want_it() {
    let repository = Repository::new();
    assert!(on_a_terminal(&repository, &["svc"], &[]).contains(ESCAPE), "a terminal has colour");
    assert!(!on_a_terminal(&repository, &["svc"], &[("NO_COLOR", "1")]).contains(ESCAPE));
    assert!(on_a_terminal(&repository, &["svc"], &[("NO_COLOR", "")]).contains(ESCAPE), "empty is not set");
    assert!(!repository.text(&["svc"]).contains(ESCAPE), "a pipe has none");
    on_a_terminal(&repository, &["svc", "--output", "out.txt"], &[]);
    let file = std::fs::read_to_string(repository.path().join("out.txt")).unwrap();
    assert!(!file.contains(ESCAPE), "a file has none");
}

#[test]
fn what_takes_longer_than_a_second_shows_its_progress_to_people_alone() {
    let repository = Repository::new();
    let args = ["many", "--format", "csv"];
    let (mut many, mut took) = (0, Duration::ZERO);
    // As many as this machine needs more than two seconds for.
    while took < Duration::from_secs(2) {
        for i in many..(2 * many).max(300) {
            let text = shipped("web-sessions").replace("name: web-sessions", &format!("name: web-{i}"));
            repository.write(&format!("many/{i}.yaml"), &text);
        }
        many = (2 * many).max(300);
        let began = Instant::now();
        assert!(!stderr(&repository.cost(&args)).contains("pricing"), "a pipe is not drawn on");
        took = began.elapsed();
    }
    let of_all = format!(" of {many}");
    // Each step redraws the line.
    let drawn = on_a_terminal(&repository, &args, &[]);
    assert!(drawn.contains("pricing") && drawn.contains(&of_all), "nothing was drawn of {many}");
    let quiet = on_a_terminal(&repository, &["many", "--format", "csv", "--quiet"], &[]);
    assert!(!quiet.contains(&of_all), "--quiet draws nothing");
    // What is over at once shows nothing.
    assert!(!on_a_terminal(&repository, &["svc/a.yaml", "--format", "csv"], &[]).contains(" of 1,"));
}

#[test]
fn quiet_leaves_errors_and_exit_codes_alone() {
    let repository = Repository::new();
    repository.write("svc/other.yaml", "a: 1\n");
    repository.write("cachefit.yaml", "limits: { each: 1 USD per month }\n");
    let said = |args: &[&str]| -> (i32, String) {
        let output: Output = repository.cost(args);
        (code(&output), stderr(&output))
    };
    let (end, text) = said(&["svc", "--format", "csv"]);
    assert!(end == 3 && text.contains("svc/other.yaml") && text.contains("gate breached"), "{text}");
    assert_eq!(said(&["svc", "--format", "csv", "--quiet"]), (3, String::new()));
    repository.write("svc/bad.yaml", "name: bad\ndataset: [\n");
    let (end, text) = said(&["svc", "--quiet"]);
    assert!(end == 1 && text.contains("svc/bad.yaml"), "{text}");
}

#[test]
fn errors_are_json_where_the_report_is() {
    let repository = Repository::new();
    repository.write("svc/bad.yaml", "name: bad\ndataset:\n  - keys: x\n    cuont: 5\n");
    for args in [
        &["svc"][..],
        &["nowhere.yaml"],
        &["svc/a.yaml", "--baseline", "git:none"],
        &["svc/a.yaml", "--policy", "none.yaml"],
    ] {
        let output = repository.cost(&[args, &["--format", "json", "--quiet"]].concat());
        assert_eq!(code(&output), 1, "{args:?}");
        let errors: Value = serde_json::from_slice(&output.stderr)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", stderr(&output)));
        let errors = errors["errors"].as_array().unwrap();
        for error in errors {
            assert!(error["code"].is_string() && error["message"].is_string(), "{error:#}");
        }
        assert!(errors.iter().any(|error| error["hint"].is_string()), "{args:?}: {errors:#?}");
    }
    // The others are priced all the same.
    let output = repository.cost(&["svc", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = report["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|result| result["cost"].is_object()).count(), 2);
    assert!(results.len() == 3 && results[2]["unreadable"].is_string(), "and the other is there");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let repository = Repository::new();
    repository.write("out.json", "as it was");
    assert_eq!(code(&repository.cost(&["svc", "--baseline", "git:none", "-o", "out.json"])), 1);
    assert_eq!(std::fs::read_to_string(repository.path().join("out.json")).unwrap(), "as it was");
    let output = repository.cost(&["svc", "-o", "no/such/folder.json"]);
    assert!(code(&output) == 1 && stderr(&output).contains("no/such/folder.json"), "{}", stderr(&output));
    let output = repository.cost(&["svc", "-o", "json=out.json", "-o", "csv=out.csv"]);
    assert!(output.stdout.is_empty() && code(&output) == 0, "{}", stderr(&output));
    for file in ["out.json", "out.csv"] {
        assert!(std::fs::read_to_string(repository.path().join(file)).unwrap().len() > 100, "{file}");
    }
}
