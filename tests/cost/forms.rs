//! Every form against its published schema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cachefit::report::cost::schema;
use serde_json::{Value, json};

use crate::support::{self, Repository, code, stderr};

/// A change with findings of every state.
fn changed() -> Repository {
    let repository = Repository::new();
    repository.write(
        "cachefit.yaml",
        "limits: { total: 100 USD per month, each: 100 USD per month }\nrules: { tags: [team], regions: [eu-west-1] }\n\
         waivers:\n  - { rule: tags, owner: jo, reason: later, until: 2027-01-01 }\n",
    );
    repository.commit();
    repository.edit("svc/a.yaml", "count: 2M..3M", "count: 9M");
    repository
}

fn valid(schema: &Value, report: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).take(5).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn schemas_in_docs_are_the_programs() {
    for (file, schema) in [("cost", schema()), ("gates", cachefit::profile::gate_schema())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{file}.schema.json"));
        let text = format!("{schema:#}\n");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap() == text, "UPDATE_EXPECT=1 rewrites {}", path.display());
    }
}

#[test]
fn json_keeps_to_its_schema() {
    let repository = changed();
    for args in [&["svc"][..], &["svc", "--baseline", "git:HEAD"], &["svc/a.yaml"]] {
        valid(&schema(), &repository.json(args));
    }
    assert!(jsonschema::validator_for(&schema()).unwrap().validate(&json!({ "version": 1 })).is_err());
}

#[test]
fn sarif_is_valid_and_each_result_has_a_place_and_a_stable_name() {
    let repository = changed();
    let log = |repository: &Repository| -> Value {
        let args = ["svc", "--baseline", "git:HEAD", "--format", "sarif"];
        serde_json::from_str(&repository.text(&args)).unwrap()
    };
    let first = log(&repository);
    valid(&support::schema("sarif-2.1.0.json"), &first);
    let prints = |log: &Value| -> Vec<Value> {
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(results.len() >= 5);
        for result in results {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains([':', '\\']), "{uri}");
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
            assert!(place["region"]["startColumn"].as_u64().unwrap() >= 1);
        }
        results.iter().map(|r| r["partialFingerprints"]["cachefit/v1"].clone()).collect()
    };
    let text = fs::read_to_string(repository.path().join("svc/a.yaml")).unwrap();
    repository.write("svc/a.yaml", &format!("# a line more\n{text}"));
    assert_eq!(prints(&first), prints(&log(&repository)), "lines do not name a finding");
    fs::remove_file(repository.path().join("cachefit.yaml")).unwrap();
    let empty: Value = serde_json::from_str(&repository.text(&["svc", "--format", "sarif"])).unwrap();
    valid(&support::schema("sarif-2.1.0.json"), &empty);
    assert_eq!(empty["runs"][0]["results"], json!([]), "written even when there is nothing to say");
}

#[test]
fn a_profile_that_cannot_be_read_is_a_finding_too() {
    let repository = Repository::new();
    repository.write("svc/bad.yaml", "name: bad\ndataset:\n  - keys: x\n    cuont: 5\n");
    let output = repository.cost(&["svc/bad.yaml", "--format", "sarif"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|r| r["ruleId"] == "profile-unknown-key"), "{results:#?}");
}

/// What GitLab's documentation asks of a report.
#[test]
fn code_quality_has_what_gitlab_asks_for() {
    let schema = json!({ "type": "array", "items": {
        "type": "object", "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": { "type": "string", "minLength": 1 },
            "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": { "required": ["path", "lines"], "properties": {
                "path": { "type": "string", "pattern": "^[^/.]" },
                "lines": { "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } },
            } },
        },
    } });
    let repository = changed();
    let issues: Value = serde_json::from_str(&repository.text(&["svc", "--format", "code-quality"])).unwrap();
    valid(&schema, &issues);
    for issue in issues.as_array().unwrap() {
        valid(&support::schema("gitlab-codeclimate.json"), issue);
    }
    let mut prints: Vec<&str> =
        issues.as_array().unwrap().iter().map(|i| i["fingerprint"].as_str().unwrap()).collect();
    let count = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert!(count >= 4 && prints.len() == count, "each finding has a name of its own");
}

#[test]
fn infracost_gets_what_it_merges() {
    let repository = changed();
    for args in [&["svc"][..], &["svc", "--baseline", "git:HEAD"]] {
        let text = repository.text(&[args, &["--format", "infracost"]].concat());
        let output: Value = serde_json::from_str(&text).unwrap();
        valid(&support::schema("infracost.json"), &output);
        let report = repository.json(args);
        let sum = |v: &Value| v.as_str().map(|v| v.parse::<rust_decimal::Decimal>().unwrap());
        assert_eq!(sum(&output["totalMonthlyCost"]), sum(&report["totals"]["after"]["known"]));
        assert_eq!(sum(&output["diffTotalMonthlyCost"]), sum(&report["totals"]["difference"]));
        for project in output["projects"].as_array().unwrap() {
            for part in ["pastBreakdown", "breakdown", "diff"] {
                let Some(resource) = project[part]["resources"].get(0) else { continue };
                let rows = resource["costComponents"].as_array().unwrap();
                let all: rust_decimal::Decimal = rows.iter().filter_map(|row| sum(&row["monthlyCost"])).sum();
                assert_eq!(
                    Some(all),
                    sum(&project[part]["totalMonthlyCost"]),
                    "{part} of {}",
                    project["name"]
                );
                let used = rows.iter().filter(|row| row["usageBased"] == true);
                let used: rust_decimal::Decimal = used.filter_map(|row| sum(&row["monthlyCost"])).sum();
                assert_eq!(Some(used), sum(&project[part]["totalMonthlyUsageCost"]), "{part}");
            }
        }
    }
}

/// The output, held against the schema of infracost.
fn infracost(repository: &Repository, args: &[&str]) -> Value {
    let text = repository.text(&[args, &["--format", "infracost"]].concat());
    let output: Value = serde_json::from_str(&text).unwrap();
    valid(&support::schema("infracost.json"), &output);
    output
}

#[test]
fn infracost_shows_no_saving_where_a_price_becomes_unknown_and_no_cost_where_one_becomes_known() {
    for unknown_is_after in [true, false] {
        let repository = Repository::new();
        let known = "deployment: { service: elasticache, engine: redis, node_type: cache.r6g.large }\n";
        let web = support::shipped("web-sessions");
        // AWS's prices in China are in no list that there is.
        let unknown = web.replace("region: us-east-1", "region: cn-north-1");
        assert_ne!(web, unknown);
        let (before, after) = if unknown_is_after { (&web, &unknown) } else { (&unknown, &web) };
        repository.write("svc/a.yaml", &format!("{before}\n{known}"));
        repository.commit();
        repository.write("svc/a.yaml", &format!("{after}\n{known}"));
        let output = infracost(&repository, &["svc", "--baseline", "git:HEAD"]);
        let [a, b] = &output["projects"].as_array().unwrap()[..] else { panic!("{output}") };
        for part in ["pastBreakdown", "breakdown", "diff"] {
            for sum in ["totalHourlyCost", "totalMonthlyCost"] {
                assert_eq!(a[part][sum], Value::Null, "{unknown_is_after} {part} {sum}");
                assert!(b[part][sum].is_string(), "{part} {sum}");
            }
            let resource = &a[part]["resources"][0];
            assert_eq!(resource["monthlyCost"], Value::Null, "{part}");
            let rows = resource["costComponents"].as_array().unwrap();
            let nodes = rows.iter().find(|row| row["unit"] == "node-hour").unwrap();
            let is_known = part != "diff" && (part == "pastBreakdown") == unknown_is_after;
            assert_eq!(nodes["monthlyCost"].is_string(), is_known, "{part} {nodes}");
        }
        // What cannot be compared is in no sum of the file.
        for (sum, part) in [
            ("totalMonthlyCost", "breakdown"),
            ("pastTotalMonthlyCost", "pastBreakdown"),
            ("diffTotalMonthlyCost", "diff"),
        ] {
            assert_eq!(output[sum], b[part]["totalMonthlyCost"], "{sum}");
        }
        let alone = infracost(&repository, &["svc/a.yaml", "--baseline", "git:HEAD"]);
        for sum in ["totalMonthlyCost", "pastTotalMonthlyCost", "diffTotalMonthlyCost", "totalHourlyCost"] {
            assert_eq!(alone[sum], Value::Null, "{sum}");
        }
        let estimate = infracost(&repository, &["svc/a.yaml"]);
        assert_eq!(estimate["totalMonthlyCost"].is_string(), !unknown_is_after);
        if unknown_is_after {
            let kind = &a["breakdown"]["resources"][0]["resourceType"];
            assert_eq!(kind, "cachefit_elasticache");
            for counts in [&alone["summary"], &a["summary"]] {
                assert_eq!(counts["noPriceResourceCounts"], json!({ "cachefit_elasticache": 1 }));
                assert_eq!(counts["totalNoPriceResources"], 1);
            }
        }
    }
}

#[test]
fn infracost_has_the_same_units_before_and_after() {
    let repository = Repository::new();
    let of = |node: &str| {
        let web = support::shipped("web-sessions");
        format!("{web}\ndeployment: {{ service: elasticache, engine: redis, node_type: {node} }}\n")
    };
    repository.write("svc/a.yaml", &of("cache.r6g.large"));
    repository.commit();
    repository.write("svc/a.yaml", &of("cache.r6g.xlarge"));
    fs::remove_file(repository.path().join("svc/b.yaml")).unwrap();
    let output = infracost(&repository, &["svc", "--baseline", "git:HEAD"]);
    let (mut compared, mut gone) = (0, 0);
    for project in output["projects"].as_array().unwrap() {
        let units = |part: &str| -> BTreeSet<String> {
            let rows =
                project[part]["resources"][0]["costComponents"].as_array().cloned().unwrap_or_default();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            rows.iter().map(|row| text(&row["unit"])).collect()
        };
        let all = [units("pastBreakdown"), units("breakdown"), units("diff")];
        assert!(all.iter().flatten().all(|unit| unit != "units" && !unit.is_empty()), "{all:?}");
        if project["breakdown"]["resources"] == json!([]) {
            gone += 1;
            assert!(!all[0].is_empty());
        } else {
            compared += 1;
            assert_eq!(all[0], all[1]);
            assert!(all[0].contains("node-hour") && all[2].contains("node-hour"), "{all:?}");
        }
    }
    assert!(compared >= 1 && gone == 1, "{compared} {gone}");
}

#[test]
fn focus_lists_reserved_nodes_at_their_price_on_demand() {
    let repository = Repository::new();
    let shape = "service: elasticache, engine: redis, node_type: cache.r6g.xlarge";
    for (commitment, purchases) in
        [("1y-all-upfront", 1), ("1y-partial-upfront", 1), ("1y-no-upfront", 0), ("on-demand", 0)]
    {
        let profile = support::shipped("web-sessions");
        repository.write(
            "svc/a.yaml",
            &format!("{profile}\ndeployment: {{ {shape}, commitment: {commitment} }}\n"),
        );
        let csv = repository.text(&["svc/a.yaml", "--format", "focus"]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let cell = |row: &csv::StringRecord, name: &str| -> rust_decimal::Decimal {
            let text = &row[headers.iter().position(|h| h == name).unwrap()];
            text.parse().unwrap_or_else(|_| panic!("{name}: {text}"))
        };
        let of = |category: &str, sku: &str| -> Vec<&csv::StringRecord> {
            let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
            let is =
                |row: &&csv::StringRecord| &row[at("ChargeCategory")] == category && &row[at("SkuId")] == sku;
            rows.iter().filter(is).collect()
        };
        let [nodes] = of("Usage", "cache.r6g.xlarge")[..] else { panic!("{csv}") };
        let key = cachefit::catalog::PriceKey {
            service: cachefit::catalog::Service::ElastiCache,
            region: "us-east-1",
            item: "cache.r6g.xlarge",
            engine: Some(cachefit::units::Engine::Redis),
            term: cachefit::units::Commitment::OnDemand,
        };
        let on_demand = cachefit::catalog::Catalog::embedded().price(&key).unwrap().usd;
        assert_eq!(
            (cell(nodes, "ListUnitPrice"), cell(nodes, "ContractedUnitPrice")),
            (on_demand, on_demand)
        );
        let list = on_demand * cell(nodes, "PricingQuantity");
        assert_eq!((cell(nodes, "ListCost"), cell(nodes, "ContractedCost")), (list, list), "{commitment}");
        let saves = cell(nodes, "EffectiveCost") < list;
        assert_eq!(saves, commitment != "on-demand", "{commitment}");
        assert!(cell(nodes, "BilledCost") <= cell(nodes, "EffectiveCost"));
        let bought = of("Purchase", "cache.r6g.xlarge");
        assert_eq!(bought.len(), purchases, "{commitment}");
        for purchase in bought {
            assert_eq!(cell(purchase, "ListCost"), cell(purchase, "BilledCost"));
            assert_eq!(cell(purchase, "EffectiveCost"), rust_decimal::Decimal::ZERO);
        }
    }
}

#[test]
fn a_profile_that_cannot_be_read_is_told_once() {
    let repository = Repository::new();
    repository.write("svc/bad.yaml", "name: bad\ndataset:\n  - keys: x\n    cuont: 5\n");
    for form in ["csv", "focus", "infracost", "table", "markdown"] {
        let output = repository.cost(&["svc", "--format", form]);
        let said = stderr(&output);
        assert_eq!((code(&output), said.matches("`cuont`").count()), (1, 1), "{form}: {said}");
        assert!(!said.contains("gate breached"), "{form}: {said}");
    }
    repository.write("cachefit.yaml", "limits: { each: 1 USD per month }\n");
    for form in ["csv", "focus", "infracost"] {
        let said = stderr(&repository.cost(&["svc/a.yaml", "--format", form]));
        assert!(said.contains("web-sessions: gate breached: "), "{form}: {said}");
    }
}

#[test]
fn a_form_that_there_is_not_and_two_reports_in_one_file_are_refused() {
    let repository = Repository::new();
    let there = |file: &str| repository.path().join(file).exists();
    for typo in ["foo=x", "sarf=x", "=x", "out/a=b.md"] {
        let output = repository.cost(&["svc", "-o", typo]);
        let said = stderr(&output);
        assert!(code(&output) == 1 && !there(typo) && !there("x"), "{typo}: {said}");
        for part in ["is no form", "table, ", "sarif", &format!("table={typo}")] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    assert_eq!(code(&repository.cost(&["svc", "-o", "table=foo=x"])), 0);
    assert!(there("foo=x"));
    let absolute = format!("markdown={}", repository.path().join("a.json").display());
    for second in ["markdown=a.json", "markdown=./a.json", &absolute, "a.json"] {
        let output = repository.cost(&["svc", "-o", "json=a.json", "-o", second]);
        let said = stderr(&output);
        assert!(code(&output) == 1 && said.contains("two reports") && !there("a.json"), "{second}: {said}");
    }
    assert_eq!(code(&repository.cost(&["svc", "-o", "json=a.json", "-o", "markdown=a.md"])), 0);
}

#[test]
fn junit_keeps_to_the_schema_of_jenkins() {
    let repository = changed();
    let text = repository.text(&["svc", "--baseline", "git:HEAD", "--format", "junit"]);
    assert!(text.contains("<failure type=\"limit-each\"") && text.contains("<skipped"), "{text}");
    let file = repository.write("junit.xml", &text);
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schemas/junit-10.xsd");
    let script = "import sys\nfrom lxml import etree\netree.XMLSchema(etree.parse(sys.argv[1])).assertValid(etree.parse(sys.argv[2]))";
    let done = support::python("lxml").args(["-c", script]).arg(schema).arg(file).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn focus_has_a_cost_in_every_row_and_a_purchase_for_what_is_paid_upfront() {
    let repository = Repository::new();
    let profile = support::shipped("web-sessions");
    let text = format!(
        "{profile}\ndeployment: {{ service: elasticache, engine: redis, node_type: cache.r6g.xlarge, commitment: 1y-all-upfront }}\n"
    );
    repository.write("svc/a.yaml", &text);
    let csv = repository.text(&["svc/a.yaml", "--format", "focus"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|h| h == name).unwrap_or_else(|| panic!("{name}"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(!rows.is_empty());
    for row in &rows {
        for name in [
            "BilledCost",
            "EffectiveCost",
            "ListCost",
            "ContractedCost",
            "BillingCurrency",
            "ServiceCategory",
        ] {
            assert!(!row[column(name)].is_empty(), "{name}");
        }
        assert_eq!(
            (&row[column("ServiceCategory")], &row[column("ServiceSubcategory")]),
            ("Databases", "Caching")
        );
    }
    let own = headers.iter().filter(|h| !h.starts_with(|c: char| c.is_ascii_uppercase()));
    assert!(own.clone().all(|h| h.starts_with("x_")), "own columns begin with x_");
    let script = "import csv,sys\nfrom focus_data_toolkit.model.validator import lint_focus_1_4_structure as lint\n\
                  r=lint('Cost and Usage', list(csv.DictReader(open(sys.argv[1]))))\nprint('\\n'.join(r.messages()[:9]))\nsys.exit(not r.ok)";
    let file = repository.write("focus.csv", &csv);
    let done = support::python("focus_data_toolkit").args(["-c", script]).arg(file).output().unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn forges_get_paths_below_the_root_of_the_repository() {
    let repository = Repository::new();
    repository.write("gates.yaml", "limits: { total: 1 USD per month, each: 1 USD per month }\n");
    for form in ["github", "sarif", "code-quality"] {
        let args = [".", "../svc/a.yaml", "--policy", "../gates.yaml", "--format", form];
        let output = repository.within("svc", &[&args[..], &crate::support::DAY].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("svc/a.yaml") && text.contains("svc/b.yaml"), "{form}: {text}");
        assert!(!text.contains("svc/gates.yaml") && text.contains("gates.yaml"), "{form}: {text}");
    }
    let output =
        repository.within("svc", &[&["."][..], &crate::support::DAY, &["--format", "json"]].concat());
    assert!(
        String::from_utf8(output.stdout).unwrap().contains("\"file\": \"a.yaml\""),
        "people are told where it is here"
    );
}

#[test]
fn annotations_say_what_is_waived_and_what_is_old() {
    let repository = Repository::new();
    let waiver = "waivers:\n  - { rule: tags, profile: cart, owner: jo, reason: later, until: 2027-01-01 }\n";
    repository.write("cachefit.yaml", &format!("rules: {{ tags: [team] }}\n{waiver}"));
    repository.commit();
    let text = repository.text(&["svc", "--baseline", "git:HEAD", "--format", "github"]);
    assert!(text.contains("(waived by jo until 2027-01-01: later)"), "{text}");
    assert!(text.contains("(so in the baseline, too)"), "{text}");
}

#[test]
fn the_same_report_can_be_made_again_by_what_it_says() {
    let repository = Repository::new();
    repository.write("my gates.yaml", "limits: { total: 9000 USD per month }\n");
    let said = |args: &[&str]| {
        let text = repository.text(args);
        let (_, rest) =
            text.split_once("The same again: `cachefit cost ").unwrap_or_else(|| panic!("{text}"));
        rest.split('`').next().unwrap().split_whitespace().collect::<Vec<&str>>().join(" ")
    };
    let args = ["svc", "--baseline", "git:HEAD", "--policy", "my gates.yaml", "--format", "markdown"];
    assert_eq!(
        said(&args),
        "svc --baseline git:HEAD --policy 'my gates.yaml' --format markdown --as-of 2026-11-22"
    );
}

#[test]
fn the_file_of_gates_is_not_named_as_no_profile() {
    let repository = Repository::new();
    repository.write("cachefit.yaml", "limits: { total: 9000 USD per month }\n");
    repository.write("other.yaml", "a: 1\n");
    let said = stderr(&repository.cost(&["."]));
    assert!(said.contains("1 YAML file without a `dataset:` is no profile: other.yaml"), "{said}");
}
