//! What a change is compared with.

use crate::support::{Repository, code, shipped, stderr};

/// The status of each profile by its name.
fn statuses(report: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let results = report["results"].as_array().unwrap();
    let mut all: Vec<(String, String)> =
        results.iter().map(|r| (text(&r["profile"]), text(&r["status"]))).collect();
    all.sort();
    all
}

#[test]
fn a_commit_is_read_without_a_checkout_and_nothing_is_written() {
    let repository = Repository::new();
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    repository.git(&["mv", "svc/b.yaml", "svc/moved.yaml"]);
    repository.write("svc/c.yaml", &shipped("chat"));
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let expected = [("cart", "same"), ("chat", "new"), ("web-sessions", "changed")];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(statuses(&report), expected, "a file that moved is the same deployment");
    let changed = report["results"].as_array().unwrap().iter().find(|r| r["status"] == "changed").unwrap();
    let reasons: Vec<&serde_json::Value> =
        changed["lines"].as_array().unwrap().iter().map(|l| &l["reason"]).filter(|r| !r.is_null()).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|r| *r == "profile"), "{reasons:?}");
    assert!(changed["lines"][0]["why"].as_str().unwrap().contains("dataset[0].count 2M..3M -> 9M"));
    std::fs::remove_file(repository.path().join("svc/a.yaml")).unwrap();
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    assert!(statuses(&report).contains(&("web-sessions".into(), "removed".into())));
}

#[test]
fn the_difference_is_after_less_before_line_by_line() {
    let repository = Repository::new();
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let decimal = |v: &serde_json::Value| v.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    let mut total = rust_decimal::Decimal::ZERO;
    for result in report["results"].as_array().unwrap() {
        let lines: rust_decimal::Decimal =
            result["lines"].as_array().unwrap().iter().map(|l| decimal(&l["difference"]["known"])).sum();
        assert_eq!(lines, decimal(&result["difference"]["known"]), "{}", result["profile"]);
        total += lines;
        for parts in ["by_family", "by_command"] {
            let sum: rust_decimal::Decimal =
                result[parts].as_array().unwrap().iter().map(|s| decimal(&s["amount"])).sum();
            assert_eq!(sum, decimal(&result["cost"]["known"]), "{parts} of {}", result["profile"]);
        }
    }
    assert_eq!(total, decimal(&report["totals"]["difference"]));
}

#[test]
fn growth_alone_is_the_reason_where_it_is() {
    let repository = Repository::new();
    let text = shipped("web-sessions").replace("growth:", "growth_was:");
    let growth = |rate: &str| {
        let kept: Vec<&str> = text.lines().filter(|l| !l.starts_with("growth_was:")).collect();
        format!(
            "{}\ngrowth: {{ rate: {rate}, horizon: 12 months }}\ndeployment: {{ service: elasticache }}\n",
            kept.join("\n")
        )
    };
    repository.write("svc/a.yaml", &growth("1% per month"));
    repository.commit();
    repository.write("svc/a.yaml", &growth("40% per month"));
    let report = repository.json(&["svc/a.yaml", "--baseline", "git:HEAD"]);
    assert_eq!(report["results"][0]["status"], "changed", "{report:#}");
    let lines = report["results"][0]["lines"].as_array().unwrap();
    let nodes = lines.iter().find(|l| l["kind"] == "nodes").unwrap();
    assert_eq!(nodes["reason"], "growth", "{nodes:#}");
}

#[test]
fn an_earlier_report_names_the_price_list() {
    let repository = Repository::new();
    let mut report = repository.json(&["svc"]);
    report["results"][0]["snapshot"] = "2025-01-01".into();
    let line = &mut report["results"][0]["cost"]["lines"][0];
    line["rate"]["known"]["usd"] = "9".into();
    line["amount"]["known"] = "9000".into();
    repository.write("before.json", &report.to_string());
    let after = repository.json(&["svc", "--baseline", "before.json"]);
    let line = &after["results"][0]["lines"][0];
    assert_eq!((&line["reason"], &line["status"]), (&"price-list".into(), &"changed".into()), "{line:#}");
    assert!(line["why"].as_str().unwrap().contains("2025-01-01"));
}

#[test]
fn what_git_is_given_is_never_an_option() {
    let repository = Repository::new();
    for rev in ["git:--output=/tmp/x", "git:-h", "git:", "git:no-such-branch", "git:HEAD\nx"] {
        let output = repository.cost(&["svc", "--baseline", rev]);
        assert_eq!(code(&output), 1, "{rev}");
        assert!(stderr(&output).contains("commit"), "{rev}: {}", stderr(&output));
    }
    let nowhere = repository.cost(&["svc", "--baseline", "nowhere.yaml"]);
    assert_eq!(code(&nowhere), 1);
    assert!(stderr(&nowhere).contains("git:REV"), "{}", stderr(&nowhere));
}

#[test]
fn a_baseline_that_cannot_be_read_is_no_saving() {
    let repository = Repository::new();
    repository.write("svc/a.yaml", "name: web-sessions\ndataset: [\n");
    repository.commit();
    repository.write("svc/a.yaml", &shipped("web-sessions"));
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    let a = report["results"].as_array().unwrap().iter().find(|r| r["profile"] == "web-sessions").unwrap();
    assert_eq!(a["status"], "changed");
    assert!(a["difference"]["unknown"]["why"].is_string(), "{}", a["difference"]);
    assert_eq!(report["totals"]["unknown_differences"], 1);
}

#[test]
fn what_is_named_and_gone_was_removed() {
    let repository = Repository::new();
    std::fs::remove_file(repository.path().join("svc/b.yaml")).unwrap();
    let report = repository.json(&["svc/b.yaml", "--baseline", "git:HEAD"]);
    assert_eq!(statuses(&report), [("cart".to_owned(), "removed".to_owned())]);
    assert_eq!(code(&repository.cost(&["svc/b.yaml", "--baseline", "git:HEAD"])), 0);
    let both = repository.json(&["svc/a.yaml", "svc/b.yaml", "--baseline", "git:HEAD"]);
    assert_eq!(
        statuses(&both),
        [("cart".to_owned(), "removed".to_owned()), ("web-sessions".to_owned(), "same".to_owned())]
    );
    std::fs::remove_dir_all(repository.path().join("svc")).unwrap();
    let report = repository.json(&["svc", "--baseline", "git:HEAD"]);
    assert_eq!(report["totals"]["removed"], 2, "a folder: {}", report["totals"]);
    // What never was there is no removal.
    let output = repository.cost(&["svc/never.yaml", "--baseline", "git:HEAD"]);
    assert!(code(&output) == 1 && stderr(&output).contains("svc/never.yaml"), "{}", stderr(&output));
}

#[test]
fn a_profile_that_is_named_twice_counts_once() {
    let repository = Repository::new();
    let once = repository.json(&["svc"]);
    for args in [
        &["svc", "svc/a.yaml"][..],
        &["svc/a.yaml", "svc"],
        &["svc", "./svc"],
        &["svc/b.yaml", "svc", "svc/b.yaml"],
    ] {
        let report = repository.json(args);
        assert_eq!(report["totals"], once["totals"], "{args:?}");
    }
}
