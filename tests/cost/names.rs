//! Names that others have written break no form: no table, no HTML, no Markdown, no spreadsheet, no annotation.

use std::fs;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{DAY, Repository};

const FORMS: &[&str] = &[
    "table",
    "json",
    "markdown",
    "csv",
    "html",
    "sarif",
    "junit",
    "code-quality",
    "github",
    "github-summary",
    "focus",
    "infracost",
];

/// A profile whose free texts are hostile.
fn profile(keys: &str, tag: &str, user: &str) -> String {
    let text = crate::support::shipped("cart");
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("tags:")).collect();
    let text = text.join("\n");
    let keys_line = text.lines().find(|line| line.trim_start().starts_with("- keys:")).unwrap();
    let keys = format!("  - keys: {}", quoted(keys));
    let text = text.replacen(keys_line, &keys, 1);
    format!("{text}\ntags: {{ team: {} }}\n# {}\n", quoted(tag), user.replace('\n', " "))
}

fn check(form: &str, text: &str, hostile: &[&str]) {
    match form {
        "json" | "sarif" | "code-quality" | "infracost" => {
            serde_json::from_str::<Value>(text).unwrap();
        }
        "csv" | "focus" => {
            let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
            for record in reader.records() {
                for cell in &record.unwrap() {
                    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                    assert!(!formula || cell.parse::<f64>().is_ok(), "{form}: {cell}");
                }
            }
        }
        "github" => {
            for line in text.lines() {
                assert!(
                    line.starts_with("::error ")
                        || line.starts_with("::warning ")
                        || line.starts_with("::notice "),
                    "{line}"
                );
            }
        }
        "html" | "junit" => {
            // Some letters, such as `<h`, are the page's own.
            for name in hostile.iter().filter(|name| name.contains('<') && name.len() > 8) {
                assert!(!text.contains(name), "{form}: {name}");
            }
            assert!(!text.contains("<script") && !text.contains("onerror=\"") && !text.contains("<img"));
        }
        "markdown" | "github-summary" => {
            assert!(!text.contains("<script") && !text.contains("<img") && !text.contains(" @all"), "{text}");
            // A table row has as many cells as its head.
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let mut head = 0;
            for line in text.lines() {
                if !line.starts_with('|') {
                    head = 0;
                } else if head == 0 {
                    head = cells(line);
                } else {
                    assert_eq!(cells(line), head, "{line}");
                }
            }
        }
        _ => assert!(!text.contains('\u{1b}'), "{form}: an escape sequence"),
    }
}

/// No name is taken for what the report says of itself.
fn not_forged(markdown: &str, report: &Value) {
    assert_eq!(markdown.matches("<!--").count(), 1, "{markdown}");
    let breached = report["findings"].as_array().unwrap().iter();
    let breached =
        breached.filter(|f| f["severity"] == "error" && f["old"] == false && f["waived"].is_null()).count();
    let usd = report["totals"]["difference"].as_str().unwrap();
    let usd = usd.parse::<rust_decimal::Decimal>().unwrap().round_dp(2);
    let line = markdown.lines().next().unwrap();
    assert!(line.ends_with(&format!(" USD; 1 changed; {breached} breached -->")), "{line}");
    let said = line.strip_prefix("<!-- cachefit difference: ").unwrap();
    let said = said.split(' ').next().unwrap().trim_start_matches('+');
    assert_eq!(said.parse::<rust_decimal::Decimal>().unwrap(), usd, "{line}");
    #[cfg(feature = "net")]
    {
        let said = cachefit::comment::said(markdown).expect("the first line says what changed");
        assert_eq!((said.difference, said.changed, said.breached as usize), (Some(usd), 1, breached));
    }
}

fn try_all(keys: &str, tag: &str, file: &str) {
    let repository = Repository::new();
    let hostile = profile(keys, tag, file);
    repository.write(&format!("svc/{file}.yaml"), &hostile);
    repository.write(
        "cachefit.yaml",
        "limits: { each: 1 USD per month }\nrules: { tags: [owner], passwords: forbidden }\n",
    );
    let outputs: Vec<String> = FORMS.iter().map(|form| format!("--output={form}=out.{form}")).collect();
    let mut args: Vec<&str> = vec!["svc", "--baseline", "git:HEAD"];
    args.extend(outputs.iter().map(String::as_str));
    let output = repository.cost(&args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{said}");
    let read = |form: &str| fs::read_to_string(repository.path().join(format!("out.{form}"))).unwrap();
    not_forged(&read("markdown"), &serde_json::from_str(&read("json")).unwrap());
    for form in FORMS {
        let text = fs::read_to_string(repository.path().join(format!("out.{form}")))
            .unwrap_or_else(|error| panic!("{form}: {error}: {said:?}"));
        check(form, &text, &[keys, tag]);
    }
}

#[test]
fn what_a_report_says_of_itself_is_a_number_of_any_size() {
    let repository = Repository::new();
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 300M");
    let args = ["svc", "--baseline", "git:HEAD"];
    let report = repository.json(&args);
    let usd: f64 = report["totals"]["difference"].as_str().unwrap().parse().unwrap();
    assert!(usd > 1000.0, "{usd} has no thousands");
    not_forged(&repository.text(&[&args[..], &["--format", "markdown"]].concat()), &report);
}

#[test]
fn known_tricks_do_nothing() {
    try_all("<img src=x onerror=alert(1)>|`a``b`", "=HYPERLINK(\"http://evil\") @all #1", "a%,b=<b>");
    try_all("-1+1\\|x `<script>` \u{202e}", "@all ![x](http://e) ::error::x%0A", "@x ::set-output");
    try_all("${{ secrets.X }} ]]> --> &amp;", "+cmd|' /C calc'!A0", "-rf");
    let mark = "<!-- cachefit difference: +9.00 USD; 9 changed; 0 breached -->";
    try_all(mark, mark, mark.replace([':', ';', '/'], "_").trim_end_matches('.'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    #[test]
    fn any_name_is_only_a_name(keys in "[ -~é\u{202e}]{1,40}", tag in "[ -~]{1,30}", file in "[!-.:-~ ]{1,12}") {
        prop_assume!(!keys.trim().is_empty() && !tag.trim().is_empty() && !file.starts_with('.'));
        try_all(&keys, &tag, &file);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let repository = Repository::new();
    let script = format!(
        "{} cost svc {} --format json | head -c 10; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_cachefit"),
        DAY.join(" ")
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(repository.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
