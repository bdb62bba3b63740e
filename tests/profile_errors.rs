//! What a person sees when a profile is wrong.
#![allow(clippy::unwrap_used, reason = "a test may panic, and need not be fast")]

use cachefit::profile::{Code, ProfileErrors, parse};

fn errors(text: &str) -> ProfileErrors {
    parse(text.as_bytes(), "checkout.yaml").unwrap_err()
}

/// A profile that is right but for what is put into its dataset entry.
fn with_entry(lines: &str) -> String {
    format!(
        "name: a\ntraffic: {{ peak: {{ reads: 1/s, writes: 1/s }} }}\ndataset:\n  - keys: \"a:*\"\n    type: string\n    count: 5\n    value_size: 10B\n{lines}\n"
    )
}

/// The same for what is added at the end of the profile.
fn with(lines: &str) -> String {
    format!("{}{lines}\n", with_entry(""))
}

#[track_caller]
fn only(text: &str, code: Code, path: &str, message: &str) {
    let errors = errors(text);
    let found: Vec<_> = errors.errors.iter().map(|e| (e.code, e.path.as_str(), e.message.as_str())).collect();
    assert_eq!(found, [(code, path, message)], "{errors}");
}

#[test]
fn a_finding_shows_the_line_and_the_caret() {
    insta::assert_snapshot!(errors(&with_entry("    tll: 30m")), @r"
    error: unknown key `tll`
     --> checkout.yaml:8:5
      |
    8 |     tll: 30m
      |     ^^^ not a key of a dataset entry
      |
      = help: did you mean `ttl`?
    ");
}

#[test]
fn all_findings_of_a_file_are_shown_in_order() {
    let errors = errors(include_str!("data/profile/many_errors.yaml"));
    insta::assert_snapshot!("many_errors", errors);
}

#[test]
fn the_machine_readable_form_has_code_place_and_hint() {
    let errors = errors(&with_entry("    tll: 30m"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&errors).unwrap(), @r#"
    {
      "file": "checkout.yaml",
      "errors": [
        {
          "code": "unknown-key",
          "kind": "error",
          "message": "unknown key `tll`",
          "file": "checkout.yaml",
          "path": "dataset[0].tll",
          "where": {
            "line": 8,
            "column": 5,
            "width": 3,
            "text": "    tll: 30m",
            "text_column": 1
          },
          "expected": "not a key of a dataset entry",
          "hint": "did you mean `ttl`?"
        }
      ],
      "stopped": false
    }
    "#);
}

/// Where the carets stand, in terminal columns, and what stands above them.
fn carets(text: &str) -> (String, usize, usize) {
    let shown = errors(text).to_string();
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|l| l.contains(" | ") && l.contains('^')).unwrap();
    let gutter = lines[at].find('|').unwrap() + 2;
    let start = lines[at].find('^').unwrap() - gutter;
    (lines[at - 1][gutter..].to_owned(), start, lines[at].matches('^').count())
}

#[test]
fn wide_characters_and_tabs_move_the_caret() {
    let (line, start, width) = carets(&with("growth: { \"日本\": 1 }"));
    assert_eq!((line.as_str(), start, width), ("growth: { \"日本\": 1 }", 10, 6));
    let (line, start, width) =
        carets(&with("growth:\t{ \"é\":\t1,\trat: 5% per month, }").replace("\"é\":\t1,", ""));
    assert_eq!((line.as_str(), start, width), ("growth:    {     rat: 5% per month, }", 17, 3));
}

#[test]
fn long_lines_are_clipped_around_the_caret() {
    let (line, start, width) =
        carets(&with(&format!("growth: {{ {}rat: 5% per month, {} }}", " ".repeat(700), " ".repeat(700))));
    assert_eq!((start, width), (41, 3));
    assert!(line.starts_with('…') && line.ends_with('…') && line.chars().count() < 100, "{line}");
    assert_eq!(&line.chars().skip(start).take(3).collect::<String>(), "rat");
}

#[test]
fn control_characters_never_reach_the_terminal() {
    for bad in ["growth: { \"\\e[31mred\": 1 }", "growth: { \"\u{202e}x\": 1 }", "growth: { x\u{200b}: 1 }"] {
        let shown = errors(&with(bad)).to_string();
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{200b}']), "{shown:?}");
    }
    let shown = parse(b"", "a\u{1b}[2J.yaml").unwrap_err().to_string();
    assert!(!shown.contains('\u{1b}') && shown.contains("\\u{1b}"), "{shown}");
}

#[test]
fn a_key_that_stands_twice_names_both_lines() {
    let errors = errors(&with_entry("    count: 6"));
    let error = &errors.errors[0];
    assert_eq!((errors.errors.len(), error.code), (1, Code::DuplicateKey));
    assert_eq!(error.location.as_ref().map(|l| (l.line, l.column)), Some((8, 5)));
    assert!(error.hint.as_deref().unwrap().contains("line 6"), "{errors}");
}

#[test]
fn contradictions_are_found() {
    let second = "  - { keys: \"a:*\", type: set, count: 1, members: 1, member_size: 1 }";
    only(
        &with_entry(second),
        Code::Conflict,
        "dataset[1].keys",
        "the key pattern `a:*` stands here a second time",
    );
    let shares =
        "    share: 60%\n  - { keys: b, type: set, count: 1, members: 1, member_size: 1, share: 50% }";
    only(&with_entry(shares), Code::Conflict, "dataset[1].share", "the shares of the dataset add up to 110%");
    only(
        &with_entry("    members: 3"),
        Code::Conflict,
        "dataset[0].members",
        "`members` says nothing about a string",
    );
    let fields =
        "  - { keys: s, type: stream, count: 1, entries: 9, fields: 1..2, field_size: 1, value_size: 1 }";
    let message = "all entries of a stream have the same number of fields: one number, no range";
    only(&with_entry(fields), Code::BadValue, "dataset[1].fields", message);
    let message = "a region needs a provider: each provider has its own names";
    only(&with("placement: { region: us-east-1 }"), Code::Conflict, "placement.region", message);
    let message = "a host is for the provider local, this is aws";
    only(
        &with("placement: { provider: aws, host: { memory: 1GB } }"),
        Code::Conflict,
        "placement.host",
        message,
    );
    let two = "placement: { functions: [{ lambda: a, cloud_run: b, peak_concurrency: 1 }] }";
    let message = "a function has one platform, this one has lambda and cloud_run";
    only(&with(two), Code::Conflict, "placement.functions[0].cloud_run", message);
    let none = "placement: { functions: [{ peak_concurrency: 1 }] }";
    only(&with(none), Code::MissingKey, "placement.functions[0].lambda", "the key `lambda` is missing");
    let average = with("").replace("} }\ndataset", "}, average: { reads: 2/s, writes: 1/s } }\ndataset");
    only(&average, Code::BadValue, "traffic.average.reads", "the average is above the peak of 1/s");
}

#[test]
fn users_are_checked() {
    let user = |keys: &str| with(&format!("security: {{ users: [{{ {keys} }}] }}"));
    let message = "a user without permissions cannot do anything";
    only(&user("name: a, can: []"), Code::BadValue, "security.users[0]", message);
    only(&user("name: a"), Code::MissingKey, "security.users[0].can", "the key `can` is missing");
    only(
        &user("name: a, can: [pubsub]"),
        Code::MissingKey,
        "security.users[0].channels",
        "the key `channels` is missing",
    );
    let message = "the user `default` is switched off by the tool and cannot be used";
    only(&user("name: default, can: [read]"), Code::BadValue, "security.users[0].name", message);
    let two = with("security: { users: [{ name: a, can: [read] }, { name: a, can: [read] }] }");
    only(&two, Code::Conflict, "security.users[1].name", "the user `a` stands here a second time");
}

#[test]
fn what_looks_wrong_but_works_is_a_warning() {
    let text = with("security: { users: [{ name: a, can: [read], keys: [\"b:*\", \"a:*\"] }] }");
    let profile = parse(text.as_bytes(), "checkout.yaml").unwrap();
    assert_eq!(profile.warnings.len(), 1);
    assert_eq!(profile.warnings[0].path, "security.users[0].keys[0]");
    insta::assert_snapshot!(profile.warnings[0], @r#"
    warning: the key pattern `b:*` matches no key of the dataset
     --> checkout.yaml:9:52
      |
    9 | security: { users: [{ name: a, can: [read], keys: ["b:*", "a:*"] }] }
      |                                                    ^^^^^ is it a slip of the pen?
      |
    "#);
    let text = with_entry("    share: 60%");
    assert_eq!(parse(text.as_bytes(), "a.yaml").unwrap().warnings[0].path, "dataset[0].share");
}

#[test]
fn yaml_that_a_profile_does_not_use_is_refused() {
    for (text, message) in [
        ("a: &x 1", "anchors and aliases"),
        ("a: *x", "anchor"),
        ("a: !!str 1", "tags"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? [a]\n: 1", "a key must be a word"),
        ("<<: 1\nname: a", "unknown key `<<`"),
        ("a:\n\tb: 1", "with spaces"),
    ] {
        let shown = errors(text).to_string();
        assert!(shown.contains(message), "{text}: {shown}");
    }
}
