//! Gates: what blocks, what is old, what is waived.

use crate::support::{Repository, code, stderr};

const POLICY: &str = "limits:\n  each: 100 USD per month\nrules:\n  tags: [team]\n";

#[test]
fn only_new_breaches_block() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", POLICY);
    assert_eq!(code(&repository.cost(&["svc"])), 3, "without a baseline all are new");
    repository.commit();
    let same = repository.cost(&["svc", "--baseline", "git:HEAD"]);
    assert_eq!(code(&same), 0, "{}", stderr(&same));
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.len() >= 4 && findings.iter().all(|f| f["old"] == true), "{findings:#?}");
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    let worse = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let new: Vec<&str> = worse["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["old"] == false)
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert_eq!(new, ["limit-each"], "a breach that has grown is new");
    assert_eq!(code(&repository.cost(&["svc", "--baseline", "git:HEAD"])), 3);
}

#[test]
fn waivers_hold_until_their_day_and_are_told_when_nothing_needs_them() {
    let repository = Repository::new();
    let waiver = |rule: &str, until: &str| {
        format!("{POLICY}waivers:\n  - {{ rule: {rule}, owner: jo, reason: later, until: {until} }}\n")
    };
    let rules = |repository: &Repository| -> Vec<(String, bool)> {
        let report = repository.json(&["svc/a.yaml"]);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|f| (f["rule"].as_str().unwrap().to_owned(), f["waived"].is_null())).collect()
    };
    repository.write("cachefit.yaml", &waiver("tags", "2026-11-22"));
    assert!(rules(&repository).contains(&("tags".into(), false)), "on its last day it holds");
    repository.write("cachefit.yaml", &waiver("tags", "2026-11-21"));
    let ended = rules(&repository);
    assert!(
        ended.contains(&("tags".into(), true)) && ended.contains(&("waiver-ended".into(), true)),
        "{ended:?}"
    );
    repository.write("cachefit.yaml", &waiver("passwords", "2027-01-01"));
    assert!(rules(&repository).contains(&("waiver-unused".into(), true)));
}

#[test]
fn the_report_is_written_before_the_exit_code() {
    let repository = Repository::new();
    let policy = repository.write("gates/strict.yaml", POLICY);
    let output =
        repository.cost(&["svc", "--policy", policy.to_str().unwrap(), "-o", "a.json", "--format", "json"]);
    assert_eq!(code(&output), 3);
    assert!(output.stdout.is_empty(), "--output keeps standard output quiet");
    let text = std::fs::read_to_string(repository.path().join("a.json")).unwrap();
    assert!(text.contains("\"limit-each\""));
}

#[test]
fn a_wrong_policy_says_where() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", "limits:\n  totl: 5 USD per month\n");
    let output = repository.cost(&["svc"]);
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(said.contains("cachefit.yaml:2:3") && said.contains("did you mean `total`"), "{said}");
}

#[test]
fn a_profile_of_the_same_name_is_no_policy() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", &crate::support::shipped("cart"));
    assert_eq!(code(&repository.cost(&["cachefit.yaml"])), 0);
}
