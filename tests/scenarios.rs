//! What a user sees: exit code, stdout and stderr of the real program, one folder a scenario.
//!
//! `tests/scenarios/NAME/args` is the command line. Other files of the folder lie in the working directory, beside
//! `profiles/`. `stdin` is fed to the program. Files named in `show` are part of the result. A scenario with a file `needs`
//! is for builds with the feature that it names, or without it: `local`, `not local`, `not aws`.
//! Each folder is a test of its own name: `cargo test --test scenarios recommend-pin`. `UPDATE_EXPECT=1` rewrites `expected`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use std::io::Write as _;

use libtest_mimic::{Arguments, Failed, Trial};

const SPECIAL: &[&str] = &["args", "stdin", "show", "expected", "needs"];

/// Whether a scenario is for this build.
fn is_for_this_build(scenario: &Path) -> bool {
    let needs = fs::read_to_string(scenario.join("needs")).unwrap_or_default();
    match needs.trim() {
        "" => true,
        "local" => cfg!(feature = "local"),
        "not local" => !cfg!(feature = "local"),
        "not aws" => !cfg!(feature = "aws"),
        other => panic!("{}: no such feature: {other}", scenario.display()),
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_file() && !SPECIAL.contains(&name.to_string_lossy().as_ref()) {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn run(scenario: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    copy(scenario, folder.path());
    fs::create_dir(folder.path().join("profiles")).unwrap();
    copy(&root.join("profiles"), &folder.path().join("profiles"));
    let args = fs::read_to_string(scenario.join("args")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(args.split_whitespace())
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        // Whatever servers this machine has.
        .env("PATH", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = fs::read(scenario.join("stdin")).unwrap_or_default();
    // A program that ends before it reads all is no fault of the test.
    let _ = child.stdin.take().unwrap().write_all(&input);
    let output = child.wait_with_output().unwrap();
    let mut text = format!("$ cachefit {}\nexit {}\n", args.trim(), output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            text.push_str(&format!("--- {name}\n{}", String::from_utf8_lossy(bytes)));
        }
    }
    for file in fs::read_to_string(scenario.join("show")).unwrap_or_default().split_whitespace() {
        let content =
            fs::read_to_string(folder.path().join(file)).unwrap_or_else(|error| format!("{error}\n"));
        text.push_str(&format!("--- {file}\n{content}"));
    }
    text
}

/// One scenario against what is expected of it; how they differ, line by line.
fn check(folder: &Path) -> Result<(), Failed> {
    let actual = run(folder);
    let file = folder.join("expected");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &actual).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if actual == expected {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    let diff = diff.unified_diff().context_radius(2).header("expected", "is").to_string();
    Err(format!("{diff}\nUPDATE_EXPECT=1 cargo test --test scenarios rewrites what is expected").into())
}

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 30, "only {} scenarios were found", folders.len());
    let mut trials: Vec<Trial> = folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let ignored = !is_for_this_build(&folder);
            Trial::test(name, move || check(&folder)).with_kind("scenario").with_ignored_flag(ignored)
        })
        .collect();
    let others: [(&str, fn()); 3] = [
        ("tables_stay_within_80_columns", tables_stay_within_80_columns),
        ("completions_and_manual_are_written", completions_and_manual_are_written),
        ("the_readme_shows_real_output", the_readme_shows_real_output),
    ];
    trials.extend(others.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    }));
    libtest_mimic::run(&args, trials).exit();
}

/// Every text report stays within 80 columns, whatever the profile.
fn tables_stay_within_80_columns() {
    for (name, text) in cachefit::profile::shipped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.yaml");
        fs::write(&file, text).unwrap();
        for command in ["recommend", "cost", "demand"] {
            let output =
                Command::new(env!("CARGO_BIN_EXE_cachefit")).arg(command).arg(&file).output().unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            assert!(!stdout.is_empty(), "{name} {command}");
            for line in stdout.lines() {
                assert!(line.chars().count() <= 80, "{name} {command}: {line}");
                assert!(!line.contains('\u{1b}'), "{name} {command} uses colour in a pipe");
            }
        }
    }
}

/// The other shells and the manual have their own readers; here they only must not be empty.
fn completions_and_manual_are_written() {
    for args in
        [vec!["completions", "bash"], vec!["completions", "zsh"], vec!["completions", "fish"], vec!["man"]]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_cachefit")).args(&args).output().unwrap();
        assert!(output.status.success(), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("recommend"), "{args:?}");
    }
}

/// The output in the README is what the program prints.
fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, after) = readme.split_once("```text\n").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
        .args(["recommend", "profiles/web-sessions.yaml", "--as-of", "2026-11-22"])
        .current_dir(root)
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let mut rest = stdout.lines();
    for line in block.lines().filter(|l| *l != "…") {
        assert!(
            rest.any(|printed| printed == line),
            "README.md shows a line that is not printed there: {line}"
        );
    }
}
