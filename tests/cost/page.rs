//! The page: one small file that asks for nothing, and whose figures are those of the JSON.

use std::fs;

use serde_json::Value;

use crate::support::{self, Repository};

/// The page and the JSON of one run.
fn page() -> (Repository, String, Value) {
    let repository = Repository::new();
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    repository.cost(&["svc", "--baseline", "git:HEAD", "-o", "html=page.html", "-o", "json=page.json"]);
    let read = |file: &str| fs::read_to_string(repository.path().join(file)).unwrap();
    let (page, json) = (read("page.html"), read("page.json"));
    let json = serde_json::from_str(&json).unwrap();
    (repository, page, json)
}

/// Every `<data>` with its place in the JSON and its exact value.
fn figures(page: &str) -> Vec<(String, String)> {
    let part = |text: &str, from: &str| {
        let rest = text.split_once(from).unwrap().1;
        rest[..rest.find('"').unwrap()].to_owned()
    };
    page.split("<data ").skip(1).map(|rest| (part(rest, "data-at=\""), part(rest, "value=\""))).collect()
}

fn hold(page: &str, json: &Value) {
    let figures = figures(page);
    assert!(figures.len() > 100, "{} figures", figures.len());
    for part in ["/sweeps/", "/months/", "/by_family/", "/cost/lines/", "/payment/", "/totals/"] {
        assert!(figures.iter().any(|(at, _)| at.contains(part)), "no figure of {part}");
    }
    for (at, value) in figures {
        let exact = json.pointer(&at).unwrap_or_else(|| panic!("{at} is not in the JSON"));
        assert_eq!(exact.as_str(), Some(value.as_str()), "{at}");
    }
}

#[test]
fn it_is_one_small_file_whose_figures_are_those_of_the_json() {
    let (_, page, json) = page();
    assert!(page.len() <= 200_000, "{} bytes", page.len());
    assert!(
        !page.contains("<script")
            && !page.contains("src=")
            && !page.contains("@import")
            && !page.contains("url(")
    );
    assert!(
        page.contains("prefers-color-scheme:dark")
            && page.contains("@media print")
            && page.contains("role=\"img\"")
    );
    // The icon keeps a browser from asking for one; the page must allow itself to show it.
    assert!(page.contains("<link rel=\"icon\" href=\"data:,\">") && page.contains(";img-src data:\""));
    hold(&page, &json);
}

#[test]
fn a_learned_curve_is_a_picture_with_its_costs_and_todays_range_is_shaded() {
    let repository = Repository::new();
    let scenarios = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let learned = fs::read_to_string(scenarios.join("recommend-learned/learned.yaml")).unwrap();
    repository.write("learned.yaml", &learned);
    repository.cost(&["learned.yaml", "-o", "html=learned.html", "-o", "json=learned.json"]);
    let read = |file: &str| fs::read_to_string(repository.path().join(file)).unwrap();
    let (page, json) = (read("learned.html"), read("learned.json"));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(page.contains("<title id=\"h0\">") && page.contains("<title id=\"t0\">"), "both charts");
    let options = json["results"][0]["memory_choice"]["options"].as_array().unwrap();
    for i in 0..options.len() {
        assert!(page.contains(&format!("/results/0/memory_choice/options/{i}/cache/known")), "{i}");
        assert!(page.contains(&format!("/results/0/memory_choice/options/{i}/misses\"")), "{i}");
    }
    // The range of the shipped web-sessions: its count and its traffic are ranges.
    let (_, page, json) = self::page();
    let sweep = &json["results"][0]["sweeps"][1];
    let (low, high) = (sweep["today"]["low"].as_f64().unwrap(), sweep["today"]["high"].as_f64().unwrap());
    assert!(low <= 1.0 && high >= 1.0 && page.contains("Shaded is today"), "{sweep:#}");
    assert!(page.contains("fill=\"#00000A\""));
}

/// Contrast as WCAG counts it.
fn contrast(a: &str, b: &str) -> f64 {
    let light = |hex: &str| {
        let full = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
        let part = |i: usize| {
            let value = f64::from(u8::from_str_radix(&full[i..i + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_lines_have_enough_contrast_in_light_dark_and_print() {
    let (_, page, _) = page();
    let blocks: Vec<&str> =
        page.split(":root{").skip(1).map(|rest| &rest[..rest.find('}').unwrap()]).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let color = |name: &str| {
            let rest = block.split_once(&format!("{name}:#")).unwrap_or_else(|| panic!("{name}")).1;
            rest.split([';', '}']).next().unwrap().trim().to_owned()
        };
        for name in
            ["--ink", "--soft", "--bad", "--good", "--mark", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6"]
        {
            let found = contrast(&color(name), &color("--bg"));
            assert!(found >= 4.5, "{name}: {found:.1} in {block}");
        }
        assert!(contrast(&color("--ink"), &color("--box")) >= 4.5);
    }
}

/// Opened in a browser: it renders, says nothing on its console, and asks for nothing.
#[test]
fn a_browser_renders_it_without_a_word_or_a_request() {
    let (repository, _, json) = page();
    let file = format!("file://{}", repository.path().join("page.html").display());
    let log = repository.path().join("net.json");
    let run = support::browser()
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=390,2000",
            "--enable-logging=stderr",
            "--v=0",
        ])
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("--user-data-dir={}", repository.path().join("browser").display()))
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom", &file])
        .output();
    let output = run.unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(dom.contains("</html>"), "{}", String::from_utf8_lossy(&output.stderr));
    hold(&dom, &json);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains(":CONSOLE("), "{said}");
    let net = fs::read_to_string(log).unwrap_or_default();
    let asked: Vec<&str> =
        net.lines().filter(|l| l.contains("\"url\":\"http") && l.contains("page")).collect();
    assert!(asked.is_empty(), "{asked:?}");
}
