//! The months ahead: growth, reservations, and what ends.

use serde_json::Value;

use crate::support::{Repository, code, pinned, stderr};

fn results(report: &Value) -> &Vec<Value> {
    report["results"].as_array().unwrap()
}

/// The dated changes of a kind.
fn cliffs<'r>(of: &'r Value, kind: &str) -> Vec<&'r Value> {
    of["cliffs"].as_array().unwrap().iter().filter(|cliff| cliff["kind"] == kind).collect()
}

fn grown(rate: &str) -> String {
    pinned(
        "gp",
        "valkey",
        "8.0",
        "cache.r7g.large",
        &format!("growth: {{ rate: {rate} per month, horizon: 3 months }}\n"),
    )
}

#[test]
fn a_change_of_growth_alone_is_a_change() {
    let repository = Repository::new();
    repository.write("svc/a.yaml", &grown("1%"));
    repository.commit();
    repository.write("svc/a.yaml", &grown("9%"));
    let args = ["svc/a.yaml", "--baseline", "git:HEAD"];
    let report = repository.json(&args);
    let result = &results(&report)[0];
    assert_eq!(result["status"], "changed", "{result:#}");
    assert_eq!(result["difference"]["known"], "0", "today's bill is as before");
    let months = |side: &Value| side["payment"]["months_12"]["cash"]["known"].as_str().unwrap().to_owned();
    assert_ne!(months(&result["before"]), months(result));
    assert!(cliffs(&result["before"], "growth").is_empty() && !cliffs(result, "growth").is_empty());
    let markdown = repository.text(&[&args[..], &["--format", "markdown"]].concat());
    assert!(markdown.lines().next().unwrap().contains("; 1 changed;"), "{markdown}");
    assert!(markdown.contains("12 months, cash"), "{markdown}");
    // Every form agrees, whether it tells the months or not.
    let csv = repository.text(&[&args[..], &["--format", "csv"]].concat());
    assert!(csv.contains("gp"), "{csv}");
    repository.write("before.json", &repository.json(&["svc/a.yaml"]).to_string());
    repository.write("svc/a.yaml", &grown("1%"));
    let report = repository.json(&["svc/a.yaml", "--baseline", "before.json"]);
    assert_eq!(results(&report)[0]["status"], "changed", "an earlier report of the same day and list");
    // A comment in the profile changes nothing.
    repository.commit();
    repository.write("svc/a.yaml", &format!("# why\n{}", grown("1%")));
    assert_eq!(results(&repository.json(&args))[0]["status"], "same");
}

#[test]
fn growth_fills_one_shape_after_another() {
    let repository = Repository::new();
    repository.write("svc/a.yaml", &grown("12%"));
    let report = repository.json(&["svc/a.yaml"]);
    let result = &results(&report)[0];
    let filled = cliffs(result, "growth");
    assert!(filled.len() > 1, "{filled:#?}");
    let dates: Vec<&str> = filled.iter().map(|cliff| cliff["date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted(), "{dates:?}");
    // What is next is what is filled then.
    for pair in filled.windows(2) {
        let (next, full) = (pair[0]["text"].as_str().unwrap(), pair[1]["text"].as_str().unwrap());
        let next = next.split_once("; ").unwrap().1.strip_suffix(" is next").unwrap();
        assert!(full.starts_with(&format!("growth fills {next}")), "{next}: {full}");
    }
    // From each of these months on the bill is that of the next shape.
    let usd = |month: &Value| month["amortised"]["known"].as_str().unwrap().parse::<f64>().unwrap();
    let months = result["months"].as_array().unwrap();
    let at = |date: &str| months.iter().position(|month| date.starts_with(month["month"].as_str().unwrap()));
    let rises: Vec<bool> = dates
        .iter()
        .filter_map(|date| at(date))
        .map(|month| usd(&months[month]) > usd(&months[month - 1]))
        .collect();
    assert!(rises.len() > 1 && rises.iter().all(|rise| *rise), "{rises:?}");
}

#[test]
fn what_is_paid_is_told_of_every_deployment_on_both_sides() {
    let repository = Repository::new();
    let text =
        |name: &str, more: &str| format!("{}{more}", pinned(name, "redis", "7.1", "cache.r7g.large", ""));
    for name in ["one", "two"] {
        repository.write(&format!("svc/{name}.yaml"), &text(name, "  commitment: 1y-no-upfront\n"));
    }
    repository.commit();
    for name in ["one", "two"] {
        repository.write(&format!("svc/{name}.yaml"), &text(name, "  commitment: 1y-all-upfront\n"));
    }
    let args = ["svc/one.yaml", "svc/two.yaml", "--baseline", "git:HEAD"];
    let shown = repository.text(&args);
    let rows = |name: &str| shown.lines().filter(|line| line.trim_start().starts_with(name)).count();
    for name in ["upfront ", "month 1, cash ", "12 months, cash "] {
        assert_eq!(rows(name), 2, "{name}: {shown}");
    }
    let report = repository.json(&args);
    for result in results(&report) {
        let upfront = |side: &Value| side["payment"]["upfront"].as_str().unwrap().parse::<f64>().unwrap();
        assert!(upfront(&result["before"]) == 0.0 && upfront(result) > 0.0, "{result:#}");
    }
    let (_, dated) = shown.split_once("Dated changes ahead").unwrap();
    assert!(
        dated.contains("one: the 1y-all-upfront") && dated.contains("two: the 1y-all-upfront"),
        "{dated}"
    );
    let one = repository.text(&["svc/one.yaml", "--baseline", "git:HEAD"]);
    let words: Vec<&str> =
        one.lines().find(|l| l.trim_start().starts_with("upfront ")).unwrap().split_whitespace().collect();
    assert_eq!(words[1], "0.00", "before and after: {one}");
    let explained = repository.text(&["svc/one.yaml", "--baseline", "git:HEAD", "--explain"]);
    assert!(explained.contains("1 line is unchanged"), "{explained}");
    let json = ["svc/one.yaml", "--baseline", "git:HEAD", "-o", "html=p.html"];
    repository.cost(&json);
    let page = std::fs::read_to_string(repository.path().join("p.html")).unwrap();
    assert!(page.contains("/results/0/before/payment/months_12/cash/known"));
}

#[test]
fn dated_changes_of_several_deployments_are_sorted_by_day() {
    let repository = Repository::new();
    let text = |name: &str, version: &str, more: &str| {
        format!("{}{more}", pinned(name, "redis", version, "cache.r6g.large", ""))
    };
    repository.write("svc/one.yaml", &text("one", "6.2", "  commitment: 1y-no-upfront\n"));
    repository.write("svc/two.yaml", &text("two", "6.2", "  commitment: 1y-no-upfront\n"));
    let shown = repository.text(&["svc/one.yaml", "svc/two.yaml", "--baseline", "git:HEAD"]);
    let (_, dated) = shown.split_once("Dated changes ahead").unwrap();
    let days: Vec<&str> = dated
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- 20"))
        .map(|line| &line[..8])
        .collect();
    assert!(days.len() >= 4 && days.is_sorted(), "{dated}");
}

#[test]
fn after_the_end_of_a_version_or_a_service_nothing_is_for_sale() {
    let repository = Repository::new();
    repository.write("old.yaml", &pinned("old", "redis", "5.0.6", "cache.r5.large", ""));
    repository.write("classic.yaml", AZURE);
    repository.write("near.yaml", "cliffs: { within: 800d }\n");
    for (file, before, after, named) in [
        ("old.yaml", "2027-06-01", "2029-03-01", "2029-01-31"),
        ("classic.yaml", "2026-11-29", "2028-10-15", "2028-09-30"),
    ] {
        let run = |day: &str| repository.on(day, &[file, "--policy", "near.yaml", "--format", "json"]);
        let output = run(before);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let result = &results(&report)[0];
        assert!(result["cost"]["total"]["known"].is_string(), "{file}: {}", result["cost"]["total"]);
        let end = cliffs(result, "retirement");
        assert!(end.len() == 1 && end[0]["date"] == named, "{file}: {end:#?}");
        let months = result["months"].as_array().unwrap();
        for month in months {
            let (name, known) = (month["month"].as_str().unwrap(), month["amortised"]["known"].is_string());
            // A month begins on the day of the estimate.
            assert_eq!(known, name <= &named[..7], "{file}: {month:#}");
            if !known {
                assert!(month["amortised"]["unknown"]["why"].as_str().unwrap().contains(named), "{month:#}");
            }
        }
        assert!(report["findings"].as_array().unwrap().iter().any(|f| f["rule"] == "cliff"), "{file}");
        let output = run(after);
        assert_eq!(code(&output), 3, "{file}: {}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(results(&report)[0]["cost"]["total"]["unknown"].is_object(), "{file}");
        let rules: Vec<&str> =
            report["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
        assert!(rules.contains(&"unknown-price") && rules.contains(&"cliff"), "{file}: {rules:?}");
        let shown = repository.on(after, &[file]);
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.contains("past and in the next 24 months"), "{shown}");
    }
}

#[test]
fn a_month_in_which_a_surcharge_begins_bears_its_days() {
    let repository = Repository::new();
    repository.write("old.yaml", &pinned("old", "redis", "6.2", "cache.r6g.large", ""));
    let report = repository.json(&["old.yaml"]);
    let result = &results(&report)[0];
    let begins = cliffs(result, "extended-support");
    assert!(begins.len() == 1 && begins[0]["date"] == "2027-02-01", "{begins:#?}");
    let usd = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let rise = usd(&begins[0]["monthly"]);
    let month = |i: usize| usd(&result["months"][i]["amortised"]["known"]);
    assert!(rise > 100.0 && (month(1) - month(0)).abs() < 1e-6, "before it");
    // From 2027-01-22 to 2027-02-21 are 31 days, 21 of them with the surcharge.
    assert!((month(2) - month(0) - rise * 21.0 / 31.0).abs() < 1e-5, "{} {}", month(0), month(2));
    assert!((month(3) - month(0) - rise).abs() < 1e-6, "from then on");
    let year = usd(&result["payment"]["months_12"]["cash"]["known"]);
    assert!((year - 12.0 * month(0) - rise * (9.0 + 21.0 / 31.0)).abs() < 1e-4, "{year}");
}

#[test]
fn the_end_of_a_reservation_is_priced_with_the_shape_of_its_day() {
    let repository = Repository::new();
    let reserved = |node: &str, growth: &str| {
        format!("{}  commitment: 1y-no-upfront\n", pinned("grows", "redis", "7.1", node, growth))
    };
    let end = |text: &str| {
        repository.write("grows.yaml", text);
        let report = repository.json(&["grows.yaml"]);
        let ends = cliffs(&results(&report)[0], "reservation-end");
        (ends[0]["text"].as_str().unwrap().to_owned(), ends[0]["monthly"].clone())
    };
    let (text, today) = end(&reserved("cache.r6g.large", ""));
    assert!(!text.contains("growth"), "{text}");
    let (text, then) =
        end(&reserved("cache.r6g.large", "growth: { rate: 9% per month, horizon: 3 months }\n"));
    let (_, shape) = text.split_once("growth has led to 2 x ").unwrap_or_else(|| panic!("{text}"));
    let node = shape.split(' ').next().unwrap();
    let (_, of_next) = end(&reserved(node, ""));
    assert!(then == of_next && then != today && then.is_string(), "{text}: {then}, {of_next}, {today}");
}

const AZURE: &str = "name: az-classic\nenvironment: production\nplacement: { provider: azure, region: eastus }\ndataset:\n  \
- keys: \"sess:*\"\n    type: string\n    count: 1M\n    key_size: 41B\n    value_size: 600B\n    ttl: 30m\ntraffic:\n  \
peak: { reads: 12k/s, writes: 3k/s }\nrequirements:\n  availability: multi-az\n  allow_retiring: true\ndeployment:\n  \
service: azure-cache-for-redis\n  node_type: Standard_C3\n";
