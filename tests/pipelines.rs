//! The action and the snippets of docs/ci.md are what the forges' schemas want, and use flags that there are.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The snippets of docs/ci.md with the file that each is for.
fn snippets() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0.to_owned());
    blocks
        .map(|block| {
            let name = block.lines().next().unwrap().trim_start_matches("# ").to_owned();
            (name, block)
        })
        .collect()
}

#[test]
fn each_forge_takes_its_file() {
    let checker =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("export/bin/check-jsonschema");
    assert!(checker.exists(), "{} is missing: run tests/run, which installs it", checker.display());
    let mut all = snippets();
    assert!(all.len() >= 5, "only {} snippets", all.len());
    all.push(("action.yml".to_owned(), fs::read_to_string(root().join("action.yml")).unwrap()));
    for (name, text) in all {
        let schema = match name.as_str() {
            "action.yml" => "vendor.github-actions",
            ".gitlab-ci.yml" => "vendor.gitlab-ci",
            "azure-pipelines.yml" => "vendor.azure-pipelines",
            name if name.starts_with(".github/workflows/") => "vendor.github-workflows",
            other => panic!("no forge has a file {other}"),
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name.rsplit('/').next().unwrap());
        fs::write(&file, &text).unwrap();
        let output = Command::new(&checker).args(["--builtin-schema", schema]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Every call of the program, as words: the command and its flags.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for line in text.lines() {
        let Some((before, rest)) = line.split_once("cachefit ") else { continue };
        if before.contains("install") || before.contains('#') || before.ends_with('/') {
            continue;
        }
        let end = rest.find(['>', '|', '`', ';']).unwrap_or(rest.len());
        all.push(rest[..end].split_whitespace().map(str::to_owned).collect());
    }
    all
}

#[test]
fn every_flag_of_a_snippet_is_there() {
    let mut seen = 0;
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    for text in snippets().into_iter().map(|(_, text)| text).chain([action]) {
        for call in calls(&text)
            .iter()
            .filter(|call| ["cost", "comment", "plan", "apply"].contains(&call[0].as_str()))
        {
            let help = Command::new(env!("CARGO_BIN_EXE_cachefit"))
                .args([call[0].as_str(), "--help"])
                .output()
                .unwrap();
            let help = String::from_utf8(help.stdout).unwrap();
            for flag in call.iter().filter(|word| word.starts_with("--")) {
                assert!(help.split([' ', '\n', ',']).any(|word| word == flag), "{} has no {flag}", call[0]);
                seen += 1;
            }
        }
    }
    assert!(seen >= 12, "only {seen} flags were found");
}
