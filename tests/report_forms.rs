//! Forms of a report: the short one fits a screen, and no form knows less than another.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

const DAY: [&str; 2] = ["--as-of", "2026-11-22"];

fn cachefit(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    assert!(!output.stdout.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn profiles() -> Vec<String> {
    cachefit::profile::shipped().iter().map(|(name, _)| format!("profiles/{name}.yaml")).collect()
}

/// Profiles whose reports have parts that no shipped one has: learned, pinned, too small a pin.
fn special() -> Vec<String> {
    let path = |scenario: &str, file: &str| format!("tests/scenarios/{scenario}/{file}");
    let all = vec![
        path("recommend-learned", "learned.yaml"),
        path("recommend-pinned", "mine.yaml"),
        path("recommend-pin-too-small", "mine.yaml"),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(all.iter().all(|file| root.join(file).exists()), "{all:?}");
    all
}

/// The default report is what a person reads at once: 45 lines of 80 columns, wherever it looks.
#[test]
fn a_recommendation_fits_one_screen() {
    for profile in profiles() {
        for scope in
            [&[][..], &["--provider", "all"], &["--region", "all"], &["--provider", "all", "--region", "all"]]
        {
            let args = [&["recommend", profile.as_str()], scope, &DAY].concat();
            let report = cachefit(&args);
            assert!(report.lines().count() <= 45, "{args:?}: {} lines\n{report}", report.lines().count());
            for line in report.lines() {
                assert!(line.chars().count() <= 80, "{args:?}: {line}");
            }
            assert!(report.contains("--explain"), "{args:?} does not say where the rest is");
        }
    }
}

/// Words with their number; what only lays a text out is left away.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let plain = text.replace("<details><summary>", " ").replace("</summary>", " ");
    for word in plain.split(|c: char| !(c.is_alphanumeric() || ".,~+-_/:%".contains(c))) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            *all.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    all
}

/// Every word of the long report for people stands in the Markdown, as often as there.
#[test]
fn markdown_says_all_that_the_explained_table_says() {
    for command in ["recommend", "cost"] {
        for profile in profiles().into_iter().chain(special()) {
            let args = [&[command, profile.as_str()], &DAY[..]].concat();
            let table = words(&cachefit(&[&args[..], &["--explain"]].concat()));
            let text = cachefit(&[&args[..], &["--format", "markdown"]].concat());
            let markdown = words(&text);
            for (word, count) in &table {
                let there = markdown.get(word).copied().unwrap_or(0);
                // A table breaks what is longer than its line.
                let broken = text.split_whitespace().any(|chunk| chunk.len() > 60 && chunk.contains(word));
                assert!(
                    there >= *count || broken,
                    "{command} {profile}: `{word}` {count} times, in Markdown {there}"
                );
            }
        }
    }
}

/// The texts of a list, and of these keys of its members.
fn listed<'v>(list: &'v Value, keys: &'v [&str]) -> impl Iterator<Item = String> + 'v {
    let of = move |one: &'v Value| {
        keys.iter().map(move |key| &one[*key]).chain([one]).filter_map(Value::as_str).map(str::to_owned)
    };
    list.as_array().into_iter().flatten().flat_map(of)
}

/// The texts of the JSON report that say something beyond names and numbers.
fn texts(result: &Value) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(listed(&result["gates"], &["text"]));
    all.extend(listed(&result["changes"], &["what", "text"]));
    all.extend(listed(&result["advice"], &["what", "text"]));
    all.extend(listed(&result["assumptions"], &["subject", "value", "why", "replace_with"]));
    all.extend(listed(&result["ways_out"], &["change", "shape"]));
    all.extend(listed(&result["policy"]["alternatives"], &["policy", "why"]));
    for candidate in [&result["choice"], &result["pinned_misfit"]] {
        all.extend(listed(&candidate["cost"]["lines"], &["what", "formula"]));
        all.extend(listed(&candidate["cost"]["notes"], &[]));
        all.extend(listed(&candidate["cost"]["not_included"], &[]));
        all.extend(candidate["shape"].as_str().map(str::to_owned));
    }
    let policy = ["reason", "how", "at_the_limit", "check", "proposal"];
    all.extend(policy.iter().filter_map(|key| result["policy"][*key].as_str()).map(str::to_owned));
    all
}

/// What a reader of Markdown sees: its escapes taken back.
fn read(markdown: &str) -> String {
    let mut text = markdown.replace("&lt;", "<").replace("&gt;", ">");
    for (escape, plain) in
        [("&#64;", "@"), ("&#58;", ":"), ("&#35;", "#"), ("&#33;", "!"), ("&#46;", "."), ("&amp;", "&")]
    {
        text = text.replace(escape, plain);
    }
    for mark in ['*', '[', ']', '|', '_', '`', '\\'] {
        text = text.replace(&format!("\\{mark}"), &mark.to_string());
    }
    text
}

/// What the outcome knows, Markdown tells.
#[test]
fn markdown_says_every_text_of_the_outcome() {
    for profile in profiles().into_iter().chain(special()) {
        let args = [&["recommend", profile.as_str()], &DAY[..]].concat();
        let json: Value =
            serde_json::from_str(&cachefit(&[&args[..], &["--format", "json"]].concat())).unwrap();
        let markdown = cachefit(&[&args[..], &["--format", "markdown"]].concat());
        let markdown = read(&markdown);
        let texts = texts(&json["results"][0]);
        assert!(texts.len() > 20, "{profile}: {texts:?}");
        for text in texts {
            assert!(markdown.contains(&text), "{profile}: Markdown does not say: {text}");
        }
    }
}

/// The cents at the end of a line of a bill; none for a line that goes on with the one above, or without an amount.
fn cents(line: &str) -> Option<i64> {
    let begins = line.starts_with("  ") && !line.starts_with("   ");
    let amount = line.split_whitespace().last().filter(|_| begins)?.trim_start_matches('~');
    let decimals = amount.rsplit_once('.').map_or(0, |(_, cents)| cents.len());
    if decimals == 2 { amount.replace([',', '.'], "").parse().ok() } else { None }
}

/// Rounding is a matter of display, and what is displayed adds up.
#[test]
fn shown_lines_of_a_bill_add_up_to_the_shown_total() {
    for profile in profiles() {
        let report = cachefit(&[&["cost", profile.as_str()], &DAY[..]].concat());
        let bill: Vec<&str> = report.lines().skip_while(|line| !line.starts_with("Bill")).skip(1).collect();
        let length = bill.iter().position(|line| line.starts_with("  total")).unwrap();
        let lines: i64 = bill[..length].iter().filter_map(|line| cents(line)).sum();
        assert_eq!(Some(lines), cents(bill[length]), "{profile}\n{report}");
    }
}

/// A reader that has seen enough ends nothing with a panic.
#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(["recommend", "profiles/web-sessions.yaml", "--all", "--explain"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}
