//! The JSON report of `recommend` keeps to its schema, and the schema in `docs/` is the program's.
//! `UPDATE_EXPECT=1 cargo test --test report_schema` rewrites the file.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use cachefit::catalog::Catalog;
use cachefit::profile::{parse, shipped};
use cachefit::recommend::{Options, Recommendation, RegionChoice, recommend};
use cachefit::report::recommend::schema;
use cachefit::report::{Json, Report as _};
use cachefit::units::Provider;
use serde_json::Value;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recommend.schema.json")
}

#[test]
fn the_checked_in_schema_is_the_programs() {
    let text = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(file(), &text).unwrap();
    }
    assert!(
        fs::read_to_string(file()).unwrap() == text,
        "UPDATE_EXPECT=1 rewrites docs/recommend.schema.json"
    );
}

/// Reports of `status` are held against it where there are deployments: in the tests of the providers.
#[test]
fn the_checked_in_schema_of_status_is_the_programs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/status.schema.json");
    let text = format!("{:#}\n", cachefit::report::status::schema());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap_or_default() == text,
        "UPDATE_EXPECT=1 rewrites docs/status.schema.json"
    );
}

#[test]
fn every_report_keeps_to_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (name, text) in shipped() {
        let profile = parse(text.as_bytes(), name).unwrap();
        for providers in [None, Some(vec![Provider::Aws, Provider::Azure, Provider::Gcp, Provider::Upstash])]
        {
            let options = Options {
                providers,
                regions: RegionChoice::FromProfile,
                as_of: jiff::civil::date(2026, 11, 22),
                max_price_age_days: Some(30),
                list_all: true,
            };
            let results: Vec<Recommendation> =
                recommend(&profile, name, Catalog::embedded(), &options).into_iter().collect();
            let report: Value = serde_json::from_str(&Json.render(results.as_slice()).unwrap()).unwrap();
            let errors: Vec<String> =
                validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}");
            assert_eq!(report["version"], 1);
        }
    }
}

/// A schema that accepts anything would pass the test above.
#[test]
fn the_schema_refuses_a_report_without_its_parts() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let profile = parse(shipped()[0].1.as_bytes(), "p").unwrap();
    let options = Options {
        providers: None,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: false,
    };
    let results = vec![recommend(&profile, "p", Catalog::embedded(), &options).unwrap()];
    let report: Value = serde_json::from_str(&Json.render(results.as_slice()).unwrap()).unwrap();
    assert!(validator.is_valid(&report));
    for path in [
        "/results/0/demand/peak",
        "/results/0/choice/cost/lines/0/amount",
        "/results/0/choice/deployment/engine",
    ] {
        let mut broken = report.clone();
        *broken.pointer_mut(path).unwrap() = Value::from(-1);
        assert!(!validator.is_valid(&broken), "{path}");
    }
}
