//! A service that is late with what it shows, or with its end: it is waited for, and nothing is made twice or taken.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use cachefit::apply::{Applied, Options, Silent, Stop, run};
use cachefit::plan::{Action, Ownership, Resource};
use cachefit::provider::{Pace, Provider, plan};
use tempfile::TempDir;

use crate::fake::{Fake, Fault, Lateness, Operations, Still, address};
use crate::shared::{apply, apply_with, deployment, intent, make, root, state};

/// An apply with a clock that tells what was waited.
fn timed(fake: &Fake, root: &TempDir, desired: &[Resource]) -> (Applied, Still) {
    let (plan, clock) = (make(fake, desired), Still::default());
    let options = Options { parallel: 1, ..Options::default() };
    let applied = run(&plan, &plan.id(), fake, root.path(), &clock, &Silent, &options).unwrap();
    (applied, clock)
}

fn one_server(policy: &str) -> Vec<Resource> {
    vec![Resource::new(address("server", "shop-1")).with("policy", policy)]
}

/// D1: what is done may show later, whether it is made, changed or still at work.
#[test]
fn success_that_shows_late_is_waited_for() {
    for late in [
        Lateness { hides: 3, ..Lateness::default() },
        Lateness { stale: 3, ..Lateness::default() },
        Lateness { early: 20, ..Lateness::default() },
        Lateness { unread: 3, ..Lateness::default() },
    ] {
        let (fake, root) = (Fake { late, ..Fake::default() }, root());
        for policy in ["noeviction", "allkeys-lru"] {
            let applied = apply(&fake, &root, &deployment(policy));
            assert!(applied.complete, "{late:?}, {policy}: {:?} {:?}", applied.stops, applied.differs);
        }
        let world = fake.world.lock().unwrap();
        assert!(world.creates.values().all(|n| *n == 1), "{late:?}: {:?}", world.creates);
    }
}

/// D1: a window, not a wait for ever; and what goes on is no matter of the window.
#[test]
fn success_that_never_shows_fails_when_the_window_ends() {
    let settle = Pace::default().settle;
    let (fake, root) =
        (Fake { late: Lateness { stale: u32::MAX, ..Lateness::default() }, ..Fake::default() }, root());
    assert!(apply(&fake, &root, &one_server("noeviction")).complete);
    let (applied, clock) = timed(&fake, &root, &one_server("allkeys-lru"));
    let Stop::Failed { error, .. } = &applied.stops[0] else { panic!("{applied:?}") };
    assert!(error.contains("policy should be allkeys-lru, but is noeviction"), "{error}");
    let waited: Duration = clock.waits.lock().unwrap().iter().sum();
    assert!(waited >= settle && waited < settle + Pace::default().slowest, "{waited:?}");
}

/// D5: the answer to a create is lost and nothing shows: asked again it exists, and that is ours.
#[test]
fn a_create_whose_answer_was_lost_is_found_when_it_shows() {
    for hides in [1, 3, 8] {
        let (fake, root) =
            (Fake { late: Lateness { hides, ..Lateness::default() }, ..Fake::default() }, root());
        fake.fail(0, Fault::Cut);
        let (applied, _) = timed(&fake, &root, &one_server("noeviction"));
        assert!(applied.complete, "{hides}: {:?}", applied.stops);
        assert_eq!(fake.world.lock().unwrap().creates[&address("server", "shop-1")], 1, "{hides}");
    }
    // What never shows is somebody else's for all that can be known.
    let (fake, root) =
        (Fake { late: Lateness { hides: u32::MAX, ..Lateness::default() }, ..Fake::default() }, root());
    fake.fail(0, Fault::Cut);
    let (applied, _) = timed(&fake, &root, &one_server("noeviction"));
    let [Stop::Failed { error, hint: Some(hint), .. }] = &applied.stops[..] else { panic!("{applied:?}") };
    assert!(error.contains("exists") && hint.contains("another name"), "{error}; {hint}");
}

/// D8: the budget of three minutes is for calls that fail in a row, not for all of a long step.
#[test]
fn a_long_step_may_be_throttled_now_and_then() {
    let (fake, root) = (Fake { slow: 20, ..Fake::default() }, root());
    for call in (1..40).filter(|call| call % 2 == 1) {
        fake.fail(call, Fault::Later(12));
    }
    let (applied, clock) = timed(&fake, &root, &one_server("noeviction"));
    assert!(applied.complete, "{:?}", applied.stops);
    let asked = clock.waits.lock().unwrap().iter().filter(|wait| **wait >= Duration::from_secs(12)).count();
    assert!(asked >= 18, "the service's own time is kept: {asked}");
}

/// The provider's word on when to look counts; else looks come more and more seldom.
#[test]
fn looks_come_when_the_provider_asks_for_them() {
    let look_after = Some(Duration::from_secs(30));
    let operations = Some(Operations { keep: true, polls: 4, fails: None, look_after });
    let (fake, root) = (Fake { operations, ..Fake::default() }, root());
    let (applied, clock) = timed(&fake, &root, &one_server("noeviction"));
    assert!(applied.complete, "{:?}", applied.stops);
    assert_eq!(*clock.waits.lock().unwrap(), [Duration::from_secs(30); 4]);
}

/// An operation that may be kept is asked about by the run that goes on; a signed one is on no record.
#[test]
fn an_operation_outlives_the_run_that_began_it() {
    for keep in [true, false] {
        let operations = Some(Operations { keep, polls: 3, fails: None, look_after: None });
        let (fake, root) = (Fake { operations, slow: 1, ..Fake::default() }, root());
        fake.fail(1, Fault::KilledBefore);
        let killed = || apply_with(&fake, &root, &one_server("noeviction"), &Options::default());
        assert!(catch_unwind(AssertUnwindSafe(killed)).is_err());
        let (applied, _) = timed(&fake, &root, &one_server("noeviction"));
        assert!(applied.complete, "{keep}: {:?}", applied.stops);
        let world = fake.world.lock().unwrap();
        assert_eq!(world.operations, 1, "{keep}: it was begun once");
        assert_eq!(world.polls.values().sum::<u32>() > 0, keep, "{keep}: {:?}", world.polls);
        let record: String = walk(&root);
        assert_eq!(record.contains("operation of"), keep, "{record}");
    }
}

/// Everything below a folder, as text.
fn walk(root: &TempDir) -> String {
    let mut text = String::new();
    let mut open = vec![root.path().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

#[test]
fn an_operation_that_fails_at_its_end_fails_the_step_and_is_not_asked_about_again() {
    let operations = |fails| Some(Operations { keep: true, polls: 3, fails, look_after: None });
    let (mut fake, root) = (Fake { operations: operations(Some("no capacity")), ..Fake::default() }, root());
    let applied = apply(&fake, &root, &one_server("noeviction"));
    assert!(
        matches!(&applied.stops[..], [Stop::Failed { error, .. }] if error == "no capacity"),
        "{applied:?}"
    );
    fake.operations = None;
    assert!(apply(&fake, &root, &one_server("noeviction")).complete);
}

/// The token of a step stays over retries and over a run that goes on, and is another one when the step is begun anew.
#[test]
fn a_token_lasts_as_long_as_its_step() {
    let (fake, root) = (Fake::default(), root());
    fake.fail(0, Fault::Cut);
    fake.fail(1, Fault::KilledAfter);
    let killed = || apply_with(&fake, &root, &one_server("noeviction"), &Options::default());
    assert!(catch_unwind(AssertUnwindSafe(killed)).is_err());
    fake.remove(&address("server", "shop-1"));
    fake.fail(2, Fault::Cut);
    assert!(apply(&fake, &root, &one_server("noeviction")).complete);
    fake.remove(&address("server", "shop-1"));
    assert!(apply(&fake, &root, &one_server("noeviction")).complete);
    let tokens: Vec<String> =
        fake.world.lock().unwrap().tokens.iter().map(|(_, token)| token.clone()).collect();
    let (last, same) = tokens.split_last().unwrap();
    assert!(same.len() >= 3 && same.iter().all(|token| *token == same[0]), "{tokens:?}");
    assert_ne!(*last, same[0]);
    assert!(same[0].len() == 36 && same[0].matches('-').count() == 4, "{tokens:?}");
}

/// D4: whose it is cannot be read. Asked for, it is waited for; not asked for, it is not deleted; and what turns out to be
/// somebody else's is not touched.
#[test]
fn an_owner_that_cannot_be_read_is_waited_for_and_nothing_of_it_deleted() {
    let (fake, root) = (Fake::default(), root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let user = address("user", "app");
    fake.unread(&user, u32::MAX);
    let others: Vec<Resource> =
        deployment("noeviction").into_iter().filter(|r| r.address.kind != "user").collect();
    assert!(make(&fake, &others).is_empty());
    // Nor is anything that it uses.
    let error = plan(&fake, &intent(Vec::new()), &state(&fake)).unwrap_err().to_string();
    assert!(error.contains("local.user.app uses local.folder.shop, local.server.shop-1"), "{error}");
    assert!(error.contains("whose it is cannot be read now"), "{error}");
    fake.unread(&user, 5);
    let mut changed = deployment("noeviction");
    changed[1] = changed[1].clone().with("keys", vec!["other:*"]);
    let plan = make(&fake, &changed);
    let change = plan.work().next().unwrap();
    assert_eq!((&change.address, &change.action), (&user, &Action::Update));
    assert!(change.reason.contains("whose it is must be known first"), "{}", change.reason);
    let applied = apply(&fake, &root, &changed);
    assert!(applied.complete, "{:?}", applied.stops);
    assert_eq!(fake.world.lock().unwrap().trespasses, 0);
}

/// D4: while nobody knows, the step waits; when it is a stranger's after all, it ends.
#[test]
fn what_turns_out_to_be_a_strangers_is_left_alone() {
    let (fake, root) = (Fake::default(), root());
    fake.put_foreign(Resource::new(address("server", "shop-1")).with("policy", "theirs"));
    fake.unread(&address("server", "shop-1"), 4);
    let applied = apply(&fake, &root, &one_server("noeviction"));
    assert!(matches!(&applied.stops[..], [Stop::Failed { error, .. }] if error == "not ours"), "{applied:?}");
    let is = state(&fake).remove(0);
    assert!(matches!(is.ownership, Ownership::Foreign { .. }));
    assert_eq!(is.resource.attributes["policy"], "theirs".into());
}

/// A second client between two calls: what it takes away is an error that names it, and the next apply makes it anew.
#[test]
fn what_others_take_away_meanwhile_is_made_anew_by_the_next_apply() {
    let (fake, root) = (Fake { slow: 2, ..Fake::default() }, root());
    assert!(apply(&fake, &root, &deployment("noeviction")).complete);
    let gone = |fake: &Fake| fake.remove(&address("server", "shop-2"));
    fake.others.lock().unwrap().insert(fake.calls() + 1, gone);
    let options = Options { parallel: 1, ..Options::default() };
    let applied = apply_with(&fake, &root, &deployment("allkeys-lru"), &options);
    assert!(
        matches!(&applied.stops[..], [Stop::Failed { error, .. }] if error == "it is gone"),
        "{applied:?}"
    );
    assert!(apply(&fake, &root, &deployment("allkeys-lru")).complete);
    assert!(fake.observe().unwrap().iter().all(|o| o.not_ours().is_none()));
}
