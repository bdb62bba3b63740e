//! What is paid when: at the start of a term, and in its months.

use serde_json::Value;

use crate::support::{Repository, code, pinned, stderr};

fn usd(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no amount")).parse().unwrap()
}

fn cached(commitment: &str) -> String {
    format!("{}  commitment: {commitment}\n", pinned("up", "valkey", "8.1", "cache.r8g.large", ""))
}

/// One of one's own, whose price list has an hour of a term and no sum.
fn own(commitment: &str) -> String {
    format!(
        "name: own\nplacement: {{ provider: aws, region: us-east-1, worker_connections: 50 }}\ndataset:\n  - {{ keys: \"c:*\", \
type: string, count: 9M, value_size: 600B, ttl: 1d }}\ntraffic: {{ peak: {{ reads: 1k/s, writes: 100/s }} }}\nrequirements: \
{{ commitment: {commitment}, operations: {{ hours_per_month: 2, rate: 100 USD per hour }} }}\ndeployment: {{ service: ec2, \
node_type: r6g.xlarge }}\n"
    )
}

#[test]
fn an_all_upfront_term_is_due_at_its_start_whether_a_list_has_the_sum_or_not() {
    let repository = Repository::new();
    for (profile, months) in [(cached("1y-all-upfront"), 12), (own("3y-all-upfront"), 36)] {
        repository.write("up.yaml", &profile);
        let report = repository.json(&["up.yaml"]);
        let result = &report["results"][0];
        let lines = result["cost"]["lines"].as_array().unwrap();
        let nodes = lines.iter().find(|line| line["kind"] == "nodes").unwrap();
        let (month, due) = (usd(&nodes["amount"]["known"]), usd(&nodes["upfront"]));
        assert!(nodes["rate"]["known"]["upfront"].is_null(), "the list has the hour alone: {nodes:#}");
        assert!(month > 10.0 && (due - month * f64::from(months)).abs() < 0.005, "{nodes:#}");
        assert_eq!(result["payment"]["upfront"], nodes["upfront"]);
        // In each month what is beside the nodes, and the whole term in the first and after its end.
        for (i, paid) in result["months"].as_array().unwrap().iter().enumerate() {
            let beside = usd(&paid["amortised"]["known"]) - month;
            let is_start = i.is_multiple_of(months as usize);
            let cash = beside + if is_start { due } else { 0.0 };
            assert!((usd(&paid["cash"]["known"]) - cash).abs() < 0.01, "month {i}: {paid:#}");
        }
        let term = if months == 12 { &result["payment"]["months_12"] } else { &result["payment"]["term"] };
        assert!((usd(&term["cash"]["known"]) - usd(&term["amortised"]["known"])).abs() < 0.01, "{term:#}");
        // FOCUS has it as a purchase, and the use of the month as paid.
        let csv = repository.text(&["up.yaml", "--format", "focus"]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let of = |category: &str| {
            let is = |row: &&csv::StringRecord| {
                &row[at("ChargeCategory")] == category && row[at("SkuId")] == *nodes["sku"].as_str().unwrap()
            };
            rows.iter().find(is).unwrap_or_else(|| panic!("{category}: {csv}"))
        };
        let cell = |row: &csv::StringRecord, name: &str| row[at(name)].parse::<f64>().unwrap();
        assert!((cell(of("Purchase"), "BilledCost") - due).abs() < 0.005, "{csv}");
        assert!(cell(of("Usage"), "BilledCost") < 0.005, "{csv}");
        assert!((cell(of("Usage"), "EffectiveCost") - month).abs() < 0.005, "{csv}");
    }
}

#[test]
fn the_cash_of_a_term_whose_part_at_the_start_no_list_names_is_not_known_until_it_is_over() {
    let repository = Repository::new();
    repository.write("up.yaml", &cached("3y-partial-upfront"));
    let report = repository.json(&["up.yaml"]);
    let payment = &report["results"][0]["payment"];
    assert!(payment["upfront"].is_null(), "{payment:#}");
    for span in ["month_1", "months_12"] {
        assert!(payment[span]["cash"]["unknown"]["why"].is_string(), "{payment:#}");
        assert!(payment[span]["amortised"]["known"].is_string(), "{payment:#}");
    }
    assert_eq!(payment["term"]["cash"], payment["term"]["amortised"]);
    let shown = repository.text(&["up.yaml"]);
    let row = shown.lines().find(|line| line.trim_start().starts_with("upfront ")).unwrap();
    assert!(row.contains("not known"), "{shown}");
    let lines = report["results"][0]["cost"]["lines"].as_array().unwrap();
    let nodes = lines.iter().find(|line| line["kind"] == "nodes").unwrap();
    let formula = nodes["formula"].as_str().unwrap();
    assert!(formula.ends_with("; a part, which no list names, is due at the start"), "{formula}");
    repository.cost(&["up.yaml", "-o", "html=up.html"]);
    let page = std::fs::read_to_string(repository.path().join("up.html")).unwrap();
    assert!(page.contains("<td>upfront</td><td class=\"n\"><em>not known</em>"), "{page}");
    let output = repository.cost(&["up.yaml", "--format", "focus"]);
    let csv = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(code(&output) == 3 && !csv.contains("cache.r8g.large,"), "{csv}");
    assert!(stderr(&output).contains("due at the start of the term"), "{}", stderr(&output));
    // A report of it is a baseline.
    repository.write("before.json", &report.to_string());
    let same = repository.json(&["up.yaml", "--baseline", "before.json"]);
    assert_eq!(same["results"][0]["status"], "same", "{same:#}");
    assert_eq!(same["results"][0]["before"]["payment"], *payment);
}
