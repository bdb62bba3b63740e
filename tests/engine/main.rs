//! Plan and apply against a provider in memory: what is promised must hold wherever a run is cut short.

#![allow(clippy::unwrap_used, reason = "tests")]

mod agreed;
#[path = "../support/fake/mod.rs"]
mod fake;
mod late;
mod shared;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use cachefit::apply::{Ended, Options, Refusal, Silent, Stop, run, still_holds};
use cachefit::plan::{Action, Change, Plan, PlanError, Resource, StepId};
use cachefit::provider::{PlanFailure, plan};
use fake::{Fake, Fault, Still, address, is_immutable};
use proptest::prelude::*;
use shared::{apply, apply_with, deployment, intent, last, make, root, state};
use tempfile::TempDir;

/// One kill, then applies until one is not killed.
fn survive(fake: &Fake, root: &TempDir, desired: &[Resource], options: &Options) {
    for _ in 0..3 {
        let run = catch_unwind(AssertUnwindSafe(|| apply_with(fake, root, desired, options)));
        if run.is_ok_and(|applied| applied.complete) {
            return;
        }
    }
    panic!("three applies did not finish");
}

/// M9: the plan of an applied state is empty; applying twice changes nothing.
#[test]
fn an_applied_plan_leaves_nothing_to_do() {
    let (fake, root) = (Fake { slow: 3, ..Fake::default() }, root());
    let applied = apply(&fake, &root, &deployment("allkeys-lru"));
    assert!(applied.complete, "{applied:?}");
    let (calls, before) = (fake.calls(), state(&fake));
    assert!(make(&fake, &deployment("allkeys-lru")).is_empty());
    assert!(apply(&fake, &root, &deployment("allkeys-lru")).complete);
    assert_eq!((fake.calls(), state(&fake)), (calls, before));
    assert_eq!(last(&root).unwrap().ended, Some(Ended::Complete));
}

/// M10: killed at any call and applied again, the end is that of an uninterrupted run; nothing is made twice.
#[test]
fn killed_anywhere_the_next_apply_finishes() {
    let straight = Fake { slow: 2, ..Fake::default() };
    let stages = [deployment("allkeys-lru"), deployment("noeviction"), Vec::new()];
    let mut ends = Vec::new();
    let mut counts = Vec::new();
    for stage in &stages {
        let before = straight.calls();
        assert!(apply(&straight, &root(), stage).complete);
        counts.push(straight.calls() - before);
        ends.push(state(&straight));
    }
    let mut storms = 0;
    for parallel in [1, 8] {
        for fault in
            [Fault::KilledBefore, Fault::KilledAfter, Fault::Before, Fault::After, Fault::Cut, Fault::Never]
        {
            for (index, stage) in stages.iter().enumerate() {
                for call in 0..counts[index] {
                    let (fake, root) = (Fake { slow: 2, ..Fake::default() }, root());
                    let options = Options { parallel, ..Options::default() };
                    for earlier in &stages[..index] {
                        assert!(apply(&fake, &root, earlier).complete);
                    }
                    fake.fail(fake.calls() + call, fault);
                    survive(&fake, &root, stage, &options);
                    let what = format!("{fault:?} at call {call} of stage {index}, {parallel} at once");
                    assert_eq!(state(&fake), ends[index], "{what}");
                    let world = fake.world.lock().unwrap();
                    assert!(world.creates.values().all(|n| *n == 1), "{what}: {:?}", world.creates);
                    let last = last(&root).unwrap();
                    assert_eq!((last.ended, last.in_flight.len()), (Some(Ended::Complete), 0), "{what}");
                    storms += 1;
                }
            }
        }
    }
    assert!(storms > 150, "only {storms} cases");
}

/// The order: what is needed comes first, what goes leaves last; independent steps run at once.
#[test]
fn steps_respect_dependencies_and_run_at_once() {
    let (fake, root) = (Fake { in_pairs: ["server".to_owned()].into(), ..Fake::default() }, root());
    let steps = |plan: &Plan| plan.steps.iter().map(|s| s.id.0.clone()).collect::<Vec<_>>();
    let up = make(&fake, &deployment("noeviction"));
    assert_eq!(
        steps(&up),
        [
            "local.folder.shop:create",
            "local.server.shop-1:create",
            "local.server.shop-2:create",
            "local.cluster.shop:create",
            "local.user.app:secret",
            "local.user.app:create",
        ]
    );
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    assert!(fake.at_once.load(Ordering::SeqCst) > 1);
    // Without the second server: the cluster lets go of it before it goes.
    let mut smaller = deployment("noeviction");
    smaller.retain(|r| r.address.name != "shop-2");
    smaller[0] =
        Resource::new(address("cluster", "shop")).with("slots", 1_i64).after(address("server", "shop-1"));
    assert_eq!(steps(&make(&fake, &smaller)), ["local.cluster.shop:set-slots", "local.server.shop-2:delete"]);
    let down = steps(&make(&fake, &[]));
    assert_eq!(down.last().unwrap(), "local.folder.shop:delete");
    assert_eq!(down[0], "local.cluster.shop:delete");
}

#[test]
fn what_is_not_ours_is_never_touched() {
    let fake = Fake::default();
    fake.put_foreign(Resource::new(address("server", "shop-1")));
    fake.put_foreign(Resource::new(address("server", "other")));
    let error = plan(&fake, &intent(deployment("x")), &state(&fake)).unwrap_err();
    assert!(matches!(&error, PlanFailure::Plan(PlanError::Foreign(all)) if all.len() == 1), "{error}");
    // Destroying leaves both.
    assert!(make(&fake, &[]).is_empty());
    assert_eq!(fake.world.lock().unwrap().trespasses, 0);
}

/// What is not ours keeps what it uses, also by way of something else: nothing is deleted then.
#[test]
fn what_stays_keeps_what_it_uses() {
    let fake = Fake::default();
    let root = TempDir::new().unwrap();
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    fake.put_foreign(Resource::new(address("cluster", "theirs")).after(address("server", "shop-1")));
    let error = plan(&fake, &intent(Vec::new()), &state(&fake)).unwrap_err();
    let PlanFailure::Plan(PlanError::InUse(all)) = &error else { panic!("{error}") };
    assert_eq!(all[0].0, address("cluster", "theirs"));
    assert!(all[0].2.contains(&address("server", "shop-1")), "{error}");
    // What does not go may be used by anybody.
    assert!(make(&fake, &deployment("noeviction")).is_empty());
}

#[test]
fn a_value_that_waits_for_the_window_is_no_endless_difference() {
    let mut fake = Fake::default();
    fake.in_window.insert("policy".into());
    let root = root();
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let applied = apply(&fake, &root, &deployment("allkeys-lru"));
    assert!(applied.complete);
    assert_eq!(applied.pending.len(), 2);
    assert_eq!(applied.pending[0].until, "Sunday 03:00");
    let plan = make(&fake, &deployment("allkeys-lru"));
    assert!(plan.is_empty());
    assert_eq!(plan.changes.iter().flat_map(|c| &c.attributes).filter(|a| a.pending).count(), 2);
    fake.window_passes();
    let plan = make(&fake, &deployment("allkeys-lru"));
    assert!(plan.changes.iter().all(|c| c.action == Action::None && c.attributes.is_empty()));
}

#[test]
fn a_step_that_waits_for_people_ends_the_run_and_goes_on_when_confirmed() {
    let mut fake = Fake::default();
    fake.gated.insert("policy".into());
    let root = root();
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let applied = apply(&fake, &root, &deployment("allkeys-lru"));
    assert!(!applied.complete);
    assert!(matches!(&applied.stops[0], Stop::Waiting { gate, .. } if gate.what == "move every client"));
    assert_eq!(last(&root).unwrap().ended, Some(Ended::Waiting));
    let confirmed: BTreeSet<StepId> = applied.left.into_iter().collect();
    let options = Options { confirmed, ..Options::default() };
    assert!(apply_with(&fake, &root, &deployment("allkeys-lru"), &options).complete);
}

#[test]
fn success_that_is_not_there_is_a_failure_that_names_the_attribute() {
    let mut fake = Fake::default();
    let root = root();
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    fake.ignored.insert("policy".into());
    let applied = apply(&fake, &root, &deployment("allkeys-lru"));
    let Stop::Failed { error, .. } = &applied.stops[0] else { panic!("{applied:?}") };
    assert!(error.contains("policy should be allkeys-lru, but is noeviction"), "{error}");
}

#[test]
fn drift_and_breakdown_are_seen_and_mended() {
    let (fake, root) = (Fake::default(), root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let server = address("server", "shop-1");
    fake.edit(&server, "policy", "allkeys-random");
    fake.break_down(&address("server", "shop-2"));
    // What is down cannot say its version: that is no reason to replace it.
    fake.forget(&address("server", "shop-2"), "fixed_version");
    let plan = make(&fake, &deployment("noeviction"));
    let reasons: Vec<_> = plan.work().map(|c| (c.address.name.as_str(), c.reason.as_str())).collect();
    assert_eq!(reasons, [("shop-1", "policy differs from the profile"), ("shop-2", "it is down")]);
    assert_eq!(plan.work().map(Change::is_plain).collect::<Vec<_>>(), [true, false]);
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    assert!(make(&fake, &deployment("noeviction")).is_empty());
}

#[test]
fn stopped_on_request_the_step_in_flight_ends_and_the_rest_waits() {
    let (fake, root) = (Fake::default(), root());
    let plan = make(&fake, &deployment("noeviction"));
    let clock = Still::default();
    clock.stop_after.store(2, Ordering::SeqCst);
    let options = Options { parallel: 1, ..Options::default() };
    let applied = run(&plan, &plan.id(), &fake, root.path(), &clock, &Silent, &options).unwrap();
    assert_eq!((applied.done.len(), applied.left.len()), (1, 5));
    assert_eq!(applied.stops, [Stop::Interrupted]);
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
}

#[test]
fn an_error_that_stays_ends_after_the_budget_and_nothing_new_begins() {
    let (fake, root) = (Fake::default(), root());
    for call in 1..200 {
        fake.fail(call, Fault::Before);
    }
    let applied = apply(&fake, &root, &deployment("noeviction"));
    assert!(matches!(&applied.stops[0], Stop::Failed { error, .. } if error == "throttled"));
    assert_eq!(applied.done.len(), 1);
    // Two servers with a budget of three minutes each, and waits of up to twenty seconds.
    assert!((20..80).contains(&fake.calls()), "{}", fake.calls());
}

#[test]
fn a_plan_file_holds_only_for_the_world_it_was_made_for() {
    let (fake, root) = (Fake::default(), root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let written = make(&fake, &deployment("allkeys-lru"));
    let read = Plan::from_json(&written.to_json().unwrap()).unwrap();
    assert_eq!(read, written);
    let holds = |fake: &Fake| {
        let last = last(&root);
        still_holds(&read, &make(fake, &read.desired), &state(fake), last.as_ref())
    };
    assert_eq!(holds(&fake), Ok(()));
    fake.edit(&address("server", "shop-1"), "policy", "allkeys-random");
    let Err(Refusal::Moved(drift)) = holds(&fake) else { panic!("it must be refused") };
    assert_eq!(drift.len(), 1);
    assert_eq!(drift[0].now.as_deref(), Some("allkeys-random"));
    fake.edit(&address("server", "shop-1"), "policy", "noeviction");
    assert_eq!(holds(&fake), Ok(()));
    // Killed in the second step: the same file goes on.
    fake.fail(fake.calls() + 1, Fault::KilledBefore);
    let options = Options { parallel: 1, ..Options::default() };
    let carry_out = || {
        let fresh = make(&fake, &read.desired);
        run(&fresh, &read.id(), &fake, root.path(), &Still::default(), &Silent, &options)
    };
    assert!(catch_unwind(AssertUnwindSafe(carry_out)).is_err());
    assert!(!read.drift(&state(&fake)).is_empty());
    assert_eq!(holds(&fake), Ok(()));
    assert!(carry_out().unwrap().complete);
    // Carried out, it changes nothing.
    assert_eq!(holds(&fake), Ok(()));
    let tampered = written.to_json().unwrap().replace("shop-2", "shop-3");
    assert!(Plan::from_json(&tampered).is_err());
}

#[test]
fn checks_that_cannot_run_are_on_record_as_a_failure() {
    let (mut fake, root) = (Fake { unverifiable: true, ..Fake::default() }, root());
    let plan = make(&fake, &deployment("noeviction"));
    let clock = Still::default();
    let error = run(&plan, &plan.id(), &fake, root.path(), &clock, &Silent, &Options::default()).unwrap_err();
    assert!(error.to_string().contains("cannot be checked: the name cannot be resolved"), "{error}");
    assert_eq!(last(&root).unwrap().ended, Some(Ended::Failed));
    // With nothing left to do, the next run makes good for it.
    fake.unverifiable = false;
    assert!(make(&fake, &deployment("noeviction")).is_empty());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    assert_eq!(last(&root).unwrap().ended, Some(Ended::Complete));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// M17: an immutable attribute always means replacement, by its name; a mutable one never does.
    #[test]
    fn only_immutable_attributes_force_a_replacement(
        before in proptest::collection::btree_map("(fixed|free)_[a-d]", 0_i64..4, 1..6),
        after in proptest::collection::btree_map("(fixed|free)_[a-d]", 0_i64..4, 1..6),
    ) {
        let (fake, root) = (Fake::default(), root());
        let resource = |values: &std::collections::BTreeMap<String, i64>| {
            values.iter().fold(Resource::new(address("server", "a")), |r, (k, v)| r.with(k, *v))
        };
        prop_assert!(apply(&fake, &root, &[resource(&before)]).complete);
        let plan = make(&fake, &[resource(&after)]);
        let differ: Vec<&String> =
            after.iter().filter(|(k, v)| before.get(*k) != Some(*v)).map(|(k, _)| k).collect();
        let forced: Vec<String> = differ.iter().filter(|k| is_immutable(k)).map(|k| (*k).clone()).collect();
        let expected = match (differ.is_empty(), forced.is_empty()) {
            (true, _) => Action::None,
            (false, true) => Action::Update,
            (false, false) => Action::Replace { forced_by: forced },
        };
        prop_assert_eq!(&plan.changes[0].action, &expected);
        let dangerous = matches!(expected, Action::Replace { .. });
        prop_assert_eq!(plan.dangerous().count(), usize::from(dangerous));
        prop_assert!(apply(&fake, &root, &[resource(&after)]).complete);
        prop_assert!(make(&fake, &[resource(&after)]).is_empty());
    }

    /// The order of what the provider lists does not matter.
    #[test]
    fn a_plan_does_not_depend_on_the_order_of_the_lists(seed in 0_usize..120) {
        let fake = Fake::default();
        let straight = make(&fake, &deployment("x"));
        let mut shuffled = deployment("x");
        let mut rest = seed;
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, rest % (index + 1));
            rest /= index + 1;
        }
        prop_assert_eq!(make(&fake, &shuffled), straight);
    }
}
