//! What is not known is no saving, no rise and no "no change".

use serde_json::Value;

use crate::support::{Repository, code, pinned, shipped, stderr};

fn of<'r>(report: &'r Value, name: &str) -> &'r Value {
    let results = report["results"].as_array().unwrap();
    results.iter().find(|result| result["profile"] == name).unwrap_or_else(|| panic!("{name}: {report:#}"))
}

#[test]
fn a_profile_that_a_change_breaks_is_not_known_and_named() {
    let repository = Repository::new();
    let whole = repository.json(&["svc"]);
    repository.edit("svc/a.yaml", "traffic:", "trafic:");
    for (paths, others) in [("svc", 1), ("svc/a.yaml", 0)] {
        let args = [paths, "--baseline", "git:HEAD"];
        let output = repository.cost(&args);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        let report = repository.json(&args);
        let broken = of(&report, "web-sessions");
        assert_eq!(broken["status"], "changed");
        assert_eq!(broken["before"]["known"], of(&whole, "web-sessions")["cost"]["known"]);
        assert!(broken["difference"]["unknown"].is_object() && broken["cost"].is_null(), "{broken:#}");
        assert!(broken["unreadable"].as_str().unwrap().starts_with("svc/a.yaml:"), "{broken:#}");
        let lines = broken["lines"].as_array().unwrap();
        assert!(
            !lines.is_empty() && lines.iter().all(|l| l["difference"]["unknown"].is_object()),
            "{lines:#?}"
        );
        let totals = &report["totals"];
        assert_eq!((&totals["changed"], &totals["same"]), (&1.into(), &others.into()));
        assert_eq!(totals["after"]["unknown"], 1);
        if others == 1 {
            assert_eq!(totals["before"]["known"], whole["totals"]["after"]["known"]);
        }
        for form in ["markdown", "table"] {
            let text = repository.text(&[&args[..], &["--format", form]].concat());
            assert!(text.contains("cannot be read") && text.contains("svc/a.yaml:"), "{form}: {text}");
            assert!(
                !text.contains("gate breached") && !text.contains("no change of the bill"),
                "{form}: {text}"
            );
            assert!(!text.contains("0.00 USD a month of what has a price"), "{form}: {text}");
        }
        let markdown = repository.text(&[&args[..], &["--format", "markdown"]].concat());
        assert!(markdown.starts_with("<!-- cachefit difference: unknown; 1 changed; "), "{markdown}");
        repository.cost(&[&args[..], &["-o", "html=page.html"]].concat());
        let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
        assert!(page.contains("the profile cannot be read: svc/a.yaml:"), "{paths}");
        assert!(page.contains("<strong>not known</strong>"), "{paths}");
    }
    // Without a baseline the sum of the others is no sum of all.
    let alone = repository.json(&["svc"]);
    assert_eq!(alone["totals"]["after"]["unknown"], 1, "{}", alone["totals"]);
    assert!(repository.text(&["svc"]).contains("at least"));
}

#[test]
fn a_broken_baseline_says_why_and_where() {
    let repository = Repository::new();
    repository.write("was.yaml", "name: web-sessions\ndataset: [\n");
    let args = ["svc/a.yaml", "--baseline", "was.yaml"];
    let report = repository.json(&args);
    let result = of(&report, "web-sessions");
    assert!(
        result["before"]["unreadable"].as_str().unwrap().starts_with("was.yaml:"),
        "{:#}",
        result["before"]
    );
    for line in result["lines"].as_array().unwrap() {
        assert_eq!(line["status"], "unknown", "{line:#}");
        assert!(line["difference"]["unknown"].is_object() && line["reason"].is_null(), "{line:#}");
    }
    for form in ["table", "markdown"] {
        let text = repository.text(&[&args[..], &["--format", form]].concat());
        assert!(text.contains("the baseline cannot be read: was.yaml:"), "{form}: {text}");
        assert!(!text.contains(" new "), "{form}: {text}");
        assert!(text.contains("not known,") && !text.contains("0.00 USD a month"), "{form}: {text}");
    }
}

#[test]
fn alarms_without_a_price_are_neither_gone_nor_a_reason_for_a_region() {
    let repository = Repository::new();
    let text = pinned("a", "valkey", "8.0", "cache.r7g.large", "");
    repository.write("svc/a.yaml", &text);
    repository.commit();
    repository.edit("svc/a.yaml", "region: us-east-1", "region: us-east-2");
    let report = repository.json(&["svc/a.yaml", "--baseline", "git:HEAD"]);
    let result = of(&report, "a");
    let alarms = result["lines"].as_array().unwrap().iter().find(|l| l["kind"] == "alarms").unwrap();
    assert_eq!(alarms["status"], "unknown", "{alarms:#}");
    assert!(alarms["difference"]["unknown"].is_object() && alarms["after"].is_null());
    // Both regions ask the same for the nodes.
    assert_eq!(result["difference"]["known"].as_str().unwrap().parse::<f64>().unwrap(), 0.0);
    assert!(!repository.text(&["svc/a.yaml", "--baseline", "git:HEAD"]).contains("removed"));
    let everywhere = repository.json(&["svc/a.yaml", "--region", "all"]);
    assert_eq!(of(&everywhere, "a")["region"], "us-east-1", "no region wins for lacking a price");
}

#[test]
fn where_nothing_fits_any_more_no_line_is_a_saving() {
    let repository = Repository::new();
    repository.write("svc/a.yaml", UPSTASH);
    repository.commit();
    repository.edit("svc/a.yaml", "count: 20k", "count: 9000M");
    let args = ["svc/a.yaml", "--baseline", "git:HEAD"];
    let report = repository.json(&args);
    for line in of(&report, "y")["lines"].as_array().unwrap() {
        assert!(line["difference"]["unknown"].is_object(), "{line:#}");
    }
    let text = repository.text(&args);
    assert!(!text.contains("removed") && text.contains("Cost change: not known,"), "{text}");
    assert!(text.contains("1 of the changed deployments has no price"), "{text}");
    repository.cost(&[&args[..], &["-o", "html=page.html"]].concat());
    let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
    assert!(!page.contains("at least <strong>") && !page.contains("changes by"), "{page}");
    assert!(page.contains("is <strong>not known</strong>"));
}

/// What has a price and what has none, in the sums of a page as in those of the table.
#[test]
fn a_page_says_in_its_sums_what_is_not_known() {
    let repository = Repository::new();
    repository.write("svc/y.yaml", UPSTASH);
    repository.commit();
    repository.edit("svc/y.yaml", "count: 20k", "count: 9000M");
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    repository.cost(&["svc", "--baseline", "git:HEAD", "-o", "html=page.html"]);
    let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
    let (_, rest) = page.split_once("<tr class=\"sum\"><td>total</td>").unwrap();
    let total = rest.split("</tr>").next().unwrap();
    assert!(total.contains("at least <data") && total.contains("1 not known"), "{total}");
    assert!(total.contains(">+<data"), "{total}");
    let group = page.lines().find(|line| line.contains("provider: upstash")).unwrap();
    assert!(group.contains("<em>not known</em>"), "{group}");
    let alone = repository.path().join("alone.html");
    repository.cost(&["svc", "-o", "html=alone.html"]);
    let page = std::fs::read_to_string(alone).unwrap();
    let (_, rest) = page.split_once("<tr class=\"sum\"><td>total</td>").unwrap();
    assert!(rest.split("</tr>").next().unwrap().contains("at least"));
}

#[test]
fn a_sum_of_estimated_prices_says_so() {
    let repository = Repository::new();
    let report = repository.json(&["svc"]);
    let estimated = |result: &Value| {
        let lines = result["cost"]["lines"].as_array().unwrap();
        lines.iter().any(|line| line["rate"]["known"]["estimate"].is_string())
    };
    let any = report["results"].as_array().unwrap().iter().any(estimated);
    assert_eq!(repository.text(&["svc"]).contains("2 deployments: ~"), any);
    repository.write("one/a.yaml", &shipped("web-sessions"));
    repository.write("cachefit.yaml", "limits: { total: 1 USD per month }\n");
    let text = repository.text(&["one"]);
    assert!(text.contains("\n1 deployment: "), "{text}");
    repository.write("cachefit.yaml", "prices: { estimated: 0% }\n");
    repository.write("one/a.yaml", &shipped("chat"));
    let text = repository.text(&["one", "--format", "github"]);
    assert!(text.contains("estimated prices; at most 0.0 %25 may rest on them"), "{text}");
}

/// The share of a rise is of what it is the rise of: what has no price on one side is in neither.
#[test]
fn a_percent_is_of_what_can_be_compared() {
    let repository = Repository::new();
    repository.write("svc/a.yaml", &pinned("a", "valkey", "8.0", "cache.r7g.large", ""));
    repository.write("svc/b.yaml", UPSTASH);
    repository.commit();
    // AWS's prices in China are in no list that there is.
    repository.edit("svc/a.yaml", "region: us-east-1", "region: cn-north-1");
    repository.edit("svc/b.yaml", "writes: 3k/s", "writes: 6k/s");
    let args = ["svc", "--baseline", "git:HEAD"];
    let report = repository.json(&args);
    let usd = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let (totals, y) = (&report["totals"], of(&report, "y"));
    let rise = usd(&totals["difference"]) / usd(&y["before"]["known"]);
    assert!(totals["unknown_differences"] == 1 && rise > 0.2, "{totals:#}");
    assert_eq!(totals["compared"], y["before"]["known"], "{totals:#}");
    let percent = format!("(+{:.1} %)", rise * 100.0);
    assert!(repository.text(&args).contains(&percent), "{percent}: {}", repository.text(&args));
    repository.cost(&[&args[..], &["-o", "html=page.html"]].concat());
    let page = std::fs::read_to_string(repository.path().join("page.html")).unwrap();
    assert!(page.contains(&percent), "{percent}");
    // A gate holds the same share.
    for (most, breached) in [(rise - 0.01, true), (rise + 0.01, false)] {
        let gate = format!("increase: {{ total: {{ percent: {:.1}% }} }}\n", most * 100.0);
        repository.write("cachefit.yaml", &gate);
        let findings = repository.json(&args)["findings"].clone();
        let found = findings.as_array().unwrap().iter().any(|finding| finding["rule"] == "increase-total");
        assert_eq!(found, breached, "{gate}: {findings:#}");
    }
}

const UPSTASH: &str = "name: y\nenvironment: production\nplacement: { provider: upstash, region: us-east-1 }\ndataset:\n  \
- keys: \"sess:*\"\n    type: string\n    count: 20k\n    key_size: 41B\n    value_size: 600B\n    ttl: 30m\ntraffic:\n  \
peak: { reads: 100/s, writes: 3k/s }\nrequirements:\n  availability: multi-az\n";
