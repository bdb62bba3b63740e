//! What the application asks for rules offers out, and never lets more of them in.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use cachefit::catalog::Catalog;
use cachefit::compatibility::Verdict;
use cachefit::profile::{Profile, parse, shipped};
use cachefit::recommend::{Constraint, Options, Recommendation, RegionChoice, recommend};
use cachefit::units::Provider;

fn answer(profile: &Profile, providers: Option<Vec<Provider>>) -> Recommendation {
    let options = Options {
        providers,
        regions: RegionChoice::FromProfile,
        as_of: jiff::civil::date(2026, 11, 22),
        max_price_age_days: None,
        list_all: true,
    };
    recommend(profile, "a.yaml", Catalog::embedded(), &options).unwrap_or_else(|error| panic!("{error}"))
}

fn with(text: &str, application: &str) -> Profile {
    let text = format!("{text}\napplication: {application}\n");
    parse(text.as_bytes(), "a.yaml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn plain(count: &str, rest: &str) -> String {
    format!(
        "name: shop\nplacement: {{ provider: aws, region: us-east-1 }}\ndataset:\n  - {{ keys: \"a:*\", type: string, count: {count}, value_size: 1000B, ttl: 1d }}\ntraffic:\n  peak: {{ reads: 2k/s, writes: 500/s }}\n{rest}"
    )
}

/// What fits, by what one would order.
fn fitting(answer: &Recommendation) -> Vec<String> {
    let all = answer.all_candidates.iter().flatten();
    all.map(|one| format!("{} {} {}", one.deployment.service, one.shape, one.deployment.region)).collect()
}

#[test]
fn one_more_command_never_makes_more_offers_fit() {
    let (name, text) = &shipped()[0];
    let steps = [
        "{}",
        "{ commands: [mget] }",
        "{ commands: [eval, mget] }",
        "{ commands: [eval, mget], across_slots: [mget] }",
        "{ commands: [eval, mget, select], across_slots: [mget] }",
        "{ commands: [eval, mget, select], across_slots: [mget], databases: 3 }",
        "{ commands: [eval, ft.search, mget, select], across_slots: [mget], databases: 3 }",
    ];
    let mut before: Option<Vec<String>> = None;
    for application in steps {
        let after = fitting(&answer(&with(text, application), Some(Provider::CLOUDS.to_vec())));
        if let Some(before) = &before {
            let new: Vec<&String> = after.iter().filter(|one| !before.contains(one)).collect();
            assert!(new.is_empty(), "{name} {application}: {new:?}");
        }
        before = Some(after);
    }
    assert!(before.is_some_and(|last| !last.is_empty()), "one server runs all of it");
}

#[test]
fn several_databases_need_one_server_and_the_others_say_why_not() {
    let text = plain("3M", "");
    let serverless = answer(&with(&text, "{ databases: 1 }"), None);
    assert!(fitting(&serverless).iter().any(|one| one.starts_with("elasticache-serverless")));
    let several = answer(&with(&text, "{ commands: [select], databases: 3 }"), None);
    for candidate in several.all_candidates.iter().flatten() {
        assert!(!candidate.deployment.cluster_mode, "{}", candidate.shape);
    }
    let out = several.all_rejected.as_ref().unwrap();
    let why = out.iter().find(|one| one.service == "elasticache-serverless").unwrap();
    let first = &why.rejections[0];
    assert_eq!(first.constraint, Constraint::Commands);
    assert!(first.why.contains("SELECT") && first.why.contains("User Guide"), "{}", first.why);
    assert!(several.choice.is_some() && several.compatibility.iter().all(|one| one.verdict == Verdict::Runs));
}

#[test]
fn what_is_too_large_for_one_server_says_that_shards_would_not_run_it() {
    let large = plain("3000M", "");
    let free = answer(&with(&large, "{ commands: [mget] }"), None);
    let choice = free.choice.as_ref().unwrap();
    assert!(choice.deployment.cluster_mode, "{}", choice.shape);
    // Whether MGET runs depends on its keys: a note, and no rejection.
    assert!(free.compatibility.iter().any(|one| one.verdict == Verdict::Depends && one.names() == "MGET"));
    let tied = answer(&with(&large, "{ commands: [mget], across_slots: [mget] }"), None);
    assert!(tied.choice.is_none());
    let out = tied.all_rejected.as_ref().unwrap();
    let elasticache =
        out.iter().find(|one| one.service == "elasticache" && one.node_type == "cache.r7g.large");
    let constraints: Vec<Constraint> =
        elasticache.unwrap().rejections.iter().map(|one| one.constraint).collect();
    assert_eq!(constraints.first(), Some(&Constraint::Memory));
    assert_eq!(constraints.last(), Some(&Constraint::Commands));
    assert!(tied.ways_out.iter().any(|way| way.change.contains("{tag}")), "{:?}", tied.ways_out);
    // Told that no keys lie apart, it is the same as before.
    let together = answer(&with(&large, "{ commands: [mget], across_slots: [] }"), None);
    assert_eq!(together.choice.as_ref().map(|choice| &choice.shape), Some(&choice.shape));
    assert!(together.compatibility.iter().all(|one| one.verdict == Verdict::Runs));
}

#[test]
fn pinned_shards_that_commands_rule_out_say_so() {
    let pinned = plain("3M", "deployment: { service: elasticache, node_type: cache.r7g.large, shards: 3 }");
    let fits = answer(&with(&pinned, "{ commands: [mget] }"), None);
    assert!(fits.choice.is_some());
    let out = answer(&with(&pinned, "{ databases: 2 }"), None);
    assert!(out.choice.is_none());
    let all = out.all_rejected.unwrap();
    let of = all.iter().find(|one| one.node_type == "cache.r7g.large" && one.service == "elasticache");
    let found = of.unwrap().rejections.iter().any(|one| one.constraint == Constraint::Commands);
    assert!(found, "{of:?}");
}

#[test]
fn what_was_written_from_metrics_and_changed_below_them_is_contradicted() {
    let written = |reads: &str| {
        let text = plain("3M", "").replace(
            "peak: { reads: 2k/s, writes: 500/s }",
            &format!("peak:\n    reads: {reads}  # cachefit: reads at least 1900/s, reads, maximum of CloudWatch, confidence high\n    writes: 500/s"),
        );
        answer(&parse(text.as_bytes(), "shop.yaml").unwrap_or_else(|errors| panic!("{errors}")), None)
    };
    let mut told = usize::MAX;
    // Raising a figure never adds that it is too low.
    for reads in ["100/s", "1k/s..1899/s", "1899.5/s", "1k/s..1900/s", "9k/s"] {
        let found = written(reads).contradicted;
        assert!(found.len() <= told, "{reads}: {found:?}");
        told = found.len();
        for one in found {
            assert_eq!(one.keys, ["traffic.peak.reads"]);
            assert!(
                one.at_least && one.text.contains("1900/s") && one.source.contains("CloudWatch"),
                "{one:?}"
            );
            assert!(one.next.contains("cachefit observe a.yaml --from METRICS --write"), "{}", one.next);
        }
    }
    assert_eq!((written("100/s").contradicted.len(), told), (1, 0));
    // The profile is the truth of intent all the same.
    assert_eq!(
        written("2k/s").choice.map(|c| c.shape),
        answer(&with(&plain("3M", ""), "{}"), None).choice.map(|c| c.shape)
    );
}

#[test]
fn a_bad_application_is_an_error_with_its_place() {
    for (bad, why) in [
        ("{ databases: 0 }", "whole number"),
        ("{ databases: 1.5 }", "whole number"),
        ("{ commands: [\"get it\"] }", "one word"),
        ("{ commands: [\"\"] }", "empty"),
        ("{ command: [get] }", "commands"),
        ("{ across_slots: many }", "list"),
    ] {
        let text = format!("{}\napplication: {bad}\n", plain("3M", ""));
        let errors = parse(text.as_bytes(), "a.yaml").unwrap_err().to_string();
        assert!(errors.contains("a.yaml:8:") && errors.contains(why), "{errors}");
    }
}
