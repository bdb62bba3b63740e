//! `cost --net`: what the account itself would pay, beside the list.

use serde_json::Value;

use crate::aws::{Fault, On, Trouble};
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

const JSON: &[&str] = &["cost", "PROFILE", "--net", "--as-of", "2026-11-22", "--format", "json"];

fn account(machine: &Machine) -> Value {
    let output = machine.run(JSON);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    report["results"][0]["account"].clone()
}

#[test]
fn nodes_have_the_accounts_price_and_the_rest_the_lists() {
    let machine = Machine::new(NODES);
    let account = account(&machine);
    assert_eq!(account["account"], "111122223333");
    let lines = account["lines"].as_array().unwrap();
    // Four nodes for 730 hours at 0.15 USD.
    let usd = |figure: &Value| figure["known"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((usd(&lines[0]["own"]) - 438.0).abs() < 1e-9, "{lines:#?}");
    assert!(lines[1..].iter().all(|line| line["own"]["unknown"]["why"].is_string()), "{lines:#?}");
    let total = 438.0 + lines[1..].iter().map(|line| usd(&line["list"])).sum::<f64>();
    let told = usd(&account["total"]);
    assert!((told - total).abs() < 1e-6, "{told} {total}");
    assert!(account["at_list"].as_u64().unwrap() >= 1);
    let world = machine.aws.world();
    assert!(world.estimates.is_empty(), "the estimate is taken away again");
    assert_eq!(world.estimate_tokens.len(), 1);
}

#[test]
fn what_aws_does_not_match_stays_at_the_lists_price_and_says_why() {
    let machine = Machine::new(SERVERLESS);
    let account = account(&machine);
    let why = account["lines"][0]["own"]["unknown"]["why"].as_str().unwrap();
    assert!(why.contains("AWS does not match it: no usage type with this operation"), "{why}");
    let output = machine.run(&["cost", "PROFILE", "--net", "--explain", "--as-of", "2026-11-22"]);
    let text = stdout(&output);
    assert!(text.contains("What account 111122223333 would pay"), "{text}");
    assert!(text.contains("list price") && text.contains("AWS does not match it"), "{text}");
    assert!(machine.aws.world().estimates.is_empty());
}

#[test]
fn a_bad_moment_makes_no_second_estimate_and_leaves_none() {
    let faults = [Fault::Before(Trouble::Unavailable), Fault::After(Trouble::Unavailable)];
    let calls = ["CreateWorkloadEstimate", "ListWorkloadEstimateUsage", "DeleteWorkloadEstimate"];
    for (fault, call) in faults.into_iter().flat_map(|fault| calls.map(|call| (fault.clone(), call))) {
        let machine = Machine::new(NODES);
        machine.aws.fail(On::Action(call), fault.clone(), 1);
        account(&machine);
        let world = machine.aws.world();
        assert_eq!((world.estimates.len(), world.estimate_tokens.len()), (0, 1), "{fault:?} of {call}");
    }
}

#[test]
fn without_the_right_it_says_which_and_leaves_nothing() {
    for call in ["CreateWorkloadEstimate", "BatchCreateWorkloadEstimateUsage", "GetWorkloadEstimate"] {
        let machine = Machine::new(NODES);
        machine.aws.world().denied.insert(format!("bcm-pricing-calculator:{call}"));
        let output = machine.run(JSON);
        let text = stderr(&output);
        assert_eq!(code(&output), 1, "{text}");
        let right = format!("bcm-pricing-calculator:{}", call.trim_start_matches("Batch"));
        assert!(text.contains(&format!("allow {right} to this identity")), "{text}");
        assert!(machine.aws.world().estimates.is_empty(), "{call}");
    }
}

#[test]
fn without_an_account_it_says_where_to_get_credentials() {
    let machine = Machine::new(NODES);
    let mut command = machine.command(JSON);
    let output =
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("no AWS credentials"), "{}", stderr(&output));
    assert_eq!(machine.aws.calls(), 0);
}

#[test]
fn a_bill_of_others_asks_nothing() {
    let machine = Machine::new(NODES);
    let other =
        NODES.replace("provider: aws", "provider: azure").replace("region: us-east-1", "region: eastus");
    let other = other.split("  functions:").next().unwrap().to_owned()
        + "dataset:"
        + other.split("dataset:").nth(1).unwrap();
    machine.write(other.split("security:").next().unwrap());
    let output = machine.run(JSON);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing was asked"), "{}", stderr(&output));
    assert_eq!(machine.aws.calls(), 0);
}
