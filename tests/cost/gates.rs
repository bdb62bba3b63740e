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

/// The first profile with a budget of its own.
fn budget(repository: &Repository, usd: u32) {
    let text = crate::support::shipped("web-sessions");
    let text = match text.find("requirements:\n") {
        Some(at) => {
            let (before, after) = text.split_at(at + "requirements:\n".len());
            let kept: Vec<&str> =
                after.lines().filter(|line| !line.trim_start().starts_with("budget:")).collect();
            format!("{before}  budget: {usd} USD per month\n{}\n", kept.join("\n"))
        }
        None => format!("{text}\nrequirements: {{ budget: {usd} USD per month }}\n"),
    };
    repository.write("svc/a.yaml", &text);
}

/// Rule and whether it is old, of what a profile's own gates find.
fn own(report: &serde_json::Value) -> Vec<(String, bool)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|f| (f["rule"].as_str().unwrap().to_owned(), f["old"].as_bool().unwrap())).collect()
}

#[test]
fn a_profiles_own_breach_blocks_when_it_is_new_and_is_shown_when_it_is_old() {
    let repository = Repository::new();
    budget(&repository, 100);
    assert_eq!(code(&repository.cost(&["svc"])), 3, "without a baseline it is new");
    let before = repository.json(&["svc"]);
    repository.write("before.json", &before.to_string());
    repository.commit();
    let same = ["svc", "--baseline", "git:HEAD"];
    for baseline in ["git:HEAD", "before.json"] {
        let args = ["svc", "--baseline", baseline];
        assert_eq!(code(&repository.cost(&args)), 0, "{baseline}: {}", stderr(&repository.cost(&args)));
        assert_eq!(own(&repository.json(&args)), [("budget".to_owned(), true)], "{baseline}");
        let shown = repository.text(&args);
        let words: Vec<&str> = shown.split_whitespace().collect();
        assert!(words.join(" ").contains("so in the baseline, too"), "{baseline}: {shown}");
    }
    // Not the same breach any more: a lower budget, a higher bill, another gate.
    budget(&repository, 50);
    assert_eq!(own(&repository.json(&same)), [("budget".to_owned(), false)], "a lower budget");
    assert_eq!(code(&repository.cost(&same)), 3);
    budget(&repository, 100);
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    assert_eq!(own(&repository.json(&same)), [("budget".to_owned(), false)], "a higher bill");
    // A smaller breach is an old one, and what was kept in the file is gone with it.
    budget(&repository, 120);
    assert_eq!(own(&repository.json(&same)), [("budget".to_owned(), true)], "a smaller breach");
    // A file that moved takes its old breach with it.
    repository.git(&["checkout", "-q", "svc/a.yaml"]);
    repository.git(&["mv", "svc/a.yaml", "svc/moved.yaml"]);
    assert_eq!(own(&repository.json(&same)), [("budget".to_owned(), true)], "a file that moved");
    assert_eq!(code(&repository.cost(&same)), 0);
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
fn gates_that_cannot_be_read_are_not_no_gates() {
    let repository = Repository::new();
    std::fs::write(repository.path().join("cachefit.yaml"), b"limits:\n  each: 1 USD per month # \xff\n")
        .unwrap();
    let output = repository.cost(&["svc"]);
    let said = stderr(&output);
    assert_eq!(code(&output), 1, "{said}");
    assert!(said.contains("cannot read cachefit.yaml") && said.contains("hint: "), "{said}");
    std::fs::remove_file(repository.path().join("cachefit.yaml")).unwrap();
    assert_eq!(code(&repository.cost(&["svc"])), 0);
}

#[test]
fn a_profile_of_the_same_name_is_no_policy() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", &crate::support::shipped("cart"));
    assert_eq!(code(&repository.cost(&["cachefit.yaml"])), 0);
}

#[test]
fn an_old_breach_stays_old_under_another_name() {
    let repository = Repository::new();
    budget(&repository, 100);
    let before = repository.json(&["svc"]);
    repository.write("before.json", &before.to_string());
    repository.commit();
    repository.edit("svc/a.yaml", "name: web-sessions", "name: sessions");
    for baseline in ["git:HEAD", "before.json"] {
        let report = repository.json(&["svc", "--baseline", baseline]);
        assert_eq!(own(&report), [("budget".to_owned(), true)], "{baseline}");
        assert_eq!(report["totals"]["removed"], 0, "{baseline}");
        assert_eq!(code(&repository.cost(&["svc", "--baseline", baseline])), 0, "{baseline}");
    }
}

#[test]
fn a_limit_of_what_is_not_there_is_told() {
    let repository = Repository::new();
    let policy = "limits:\n  profiles: { nosuch: 1 USD per month, cart: 9000 USD per month }\n  labels: { team=none: 5 USD per month }\n";
    repository.write("cachefit.yaml", policy);
    let report = repository.json(&["svc"]);
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "limit-unused");
    let said: Vec<&str> = findings.map(|f| f["message"].as_str().unwrap()).collect();
    assert!(said.len() == 2 && said[0].contains("`nosuch`") && said[1].contains("team=none"), "{said:?}");
    assert_eq!(code(&repository.cost(&["svc"])), 0, "a warning");
    assert!(own(&repository.json(&["svc/b.yaml"])).is_empty(), "one alone says nothing about the others");
}

#[test]
fn a_new_deployment_is_an_increase() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", "increase:\n  each: { usd: 10 USD per month }\n");
    repository.write("svc/c.yaml", &crate::support::shipped("chat"));
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let found = report["findings"].as_array().unwrap();
    assert!(
        found.len() == 1 && found[0]["rule"] == "increase-each" && found[0]["file"] == "svc/c.yaml",
        "{found:#?}"
    );
    assert!(found[0]["message"].as_str().unwrap().starts_with("it is new and adds"), "{found:#?}");
    assert_eq!(code(&repository.cost(&["svc", "--baseline", "git:HEAD"])), 3);
}

#[test]
fn a_waiver_of_a_profile_that_was_not_asked_for_is_not_called_needless() {
    let repository = Repository::new();
    let waiver = "waivers:\n  - { rule: tags, profile: cart, owner: jo, reason: later, until: 2027-01-01 }\n";
    repository.write("cachefit.yaml", waiver);
    assert!(own(&repository.json(&["svc/a.yaml"])).is_empty());
    let report = repository.json(&["svc"]);
    assert_eq!(own(&report), [("waiver-unused".to_owned(), false)]);
    assert!(
        report["findings"][0]["message"].as_str().unwrap().contains("`cart`"),
        "{:#}",
        report["findings"]
    );
}
