//! The JSON report of `observe` keeps to its schema, and the schema in `docs/` is the program's.
//! `UPDATE_EXPECT=1 cargo test --test observe_judge` rewrites the file.

use std::path::Path;

use cachefit::fleet::{Verdict, compare};
use cachefit::observe::{CacheInfo, Member, Metric, over};
use cachefit::report::observe::{Observed, ObservedCache, schema};
use cachefit::report::{Json, Markdown, Report as _, Table};
use serde_json::Value;

use crate::profiles::{TEXT, metrics, profile};
use crate::simulator::{DAY, STEP, judged, observed};

fn outcome() -> Observed {
    let same = |value: f64| (0..14 * DAY / STEP).map(|hour| (hour * STEP, value)).collect::<Vec<_>>();
    let all = [
        (Metric::Memory, same(2e9)),
        (Metric::MemoryLimit, same(4e9)),
        (Metric::Reads, same(900.0)),
        (Metric::Writes, same(90.0)),
        (Metric::Uptime, same(9e6)),
        (Metric::Primary, same(1.0)),
    ];
    let judged = judged(&observed("shop", &all), 1);
    let limits = over(&judged, None, None);
    Observed {
        caches: vec![ObservedCache { judged, limits, declared: Vec::new(), average: None, reason: None }],
        writes: false,
    }
}

#[test]
fn the_checked_in_schema_is_the_programs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/observe.schema.json");
    let text = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == text,
        "UPDATE_EXPECT=1 rewrites {}",
        file.display()
    );
}

#[test]
fn the_report_keeps_to_the_schema_and_a_report_without_its_parts_does_not() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let report: Value = serde_json::from_str(&Json.render(&outcome()).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for part in ["figures", "limits", "declared", "window"] {
        let mut without = report.clone();
        without["results"][0].as_object_mut().unwrap().remove(part).unwrap();
        assert!(!validator.is_valid(&without), "{part}");
    }
}

#[test]
fn why_figures_are_kept_stands_once_whatever_their_number() {
    let judged = metrics(1, 0.5e9, 100.0, true);
    let declared = compare(&profile(TEXT), &judged);
    let kept = declared.iter().filter(|one| one.verdict == Verdict::Kept).count();
    assert!(kept > 2 && judged.no_shrinking.len() > 1, "{declared:#?}");
    let reasons = judged.no_shrinking.clone();
    let cache = ObservedCache { judged, limits: Vec::new(), declared, average: None, reason: None };
    let outcome = Observed { caches: vec![cache], writes: false };
    for text in [Table { color: false }.render(&outcome).unwrap(), Markdown.render(&outcome).unwrap()] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('*', "");
        for reason in &reasons {
            let reason = reason.rsplit(": ").next().unwrap();
            assert_eq!(text.matches(reason).count(), 1, "{reason}: {text}");
        }
        assert_eq!(text.matches("is kept").count(), kept, "{text}");
    }
}

#[test]
fn limits_ages_and_roles_are_no_demand() {
    for text in [Table { color: false }.render(&outcome()).unwrap(), Markdown.render(&outcome()).unwrap()] {
        let demand = text.split("If it goes over").next().unwrap();
        assert!(demand.contains("memory") && demand.contains("reads"), "{text}");
        for none in ["uptime", "primary", "memory limit"] {
            assert!(!demand.contains(none), "{none}: {text}");
        }
    }
}

#[test]
fn shards_that_nobody_told_are_not_counted() {
    let foot = |info: Option<CacheInfo>| {
        let mut outcome = outcome();
        outcome.caches[0].judged.info = info;
        let text = Table { color: false }.render(&outcome).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let ends = |info, end: &str| assert!(foot(info).ends_with(end), "{end}: {}", foot(None));
    ends(None, "; its nodes and shards are not told.");
    let told = CacheInfo { shards: Some(3), replicas: Some(1), ..CacheInfo::named("shop") };
    ends(Some(told), "; 3 shards with 1 replica each by its inventory.");
    let server = Member { id: "shop".into(), shard: "0001".into(), primary: None };
    ends(Some(CacheInfo { members: vec![server], ..CacheInfo::named("shop") }), "; 1 node in 1 shard.");
}
