//! Killed, cut off and refused at every call that changes something: the next apply ends where an uninterrupted one does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::aws::{Fault, On, Trouble, World};
use crate::lifecycle::pretty_assertions;
use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

const APPLY: [&str; 5] = ["apply", "PROFILE", "--yes", "--parallel", "1"];
const DESTROY: [&str; 5] = ["destroy", "PROFILE", "--yes", "--parallel", "1"];

/// Cases done at once by as many threads as there are cores. All of them are tried, and what failed is listed.
fn each<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(case))) {
                        let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                        failed.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

/// What a run is for.
#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    /// Setting up, from nothing.
    Up,
    /// From one profile to another.
    Change(&'a str),
    /// Taking down.
    Down,
}

impl Kind<'_> {
    fn args(self) -> &'static [&'static str] {
        if matches!(self, Self::Down) { &DESTROY } else { &APPLY }
    }
}

/// The changing calls of an uninterrupted run, what it began with and where it ends.
struct Straight {
    before: World,
    changes: Vec<String>,
    calls: usize,
    end: Value,
}

/// A machine before the run.
fn ready(profile: &str, kind: Kind<'_>, before: &World) -> Machine {
    let machine = Machine::with(profile, before.clone());
    if let Kind::Change(to) = kind {
        machine.write(to);
    }
    machine
}

fn straight(profile: &str, kind: Kind<'_>) -> Straight {
    let before = match kind {
        Kind::Up => World::default(),
        Kind::Change(_) | Kind::Down => {
            let machine = Machine::new(profile);
            machine.applies();
            machine.aws.world().clone()
        }
    };
    let machine = ready(profile, kind, &before);
    let output = machine.run(kind.args());
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    let changes = machine.changes_since(0).iter().map(crate::aws::Recorded::permission).collect();
    let end = machine.aws.world().end_state();
    Straight { before, changes, calls: machine.aws.calls(), end }
}

/// Indices of changing calls; of a row of equal ones, alarms for example, the first and the last.
fn places(changes: &[String]) -> Vec<usize> {
    let differs = |a: usize, b: usize| changes.get(a) != changes.get(b);
    (0..changes.len()).filter(|i| *i == 0 || differs(*i, i - 1) || differs(*i, i + 1)).collect()
}

/// The run that is hit, then runs until one is complete.
fn survives(profile: &str, on: &On, fault: &Fault, straight: &Straight, kind: Kind<'_>) {
    let what = format!("{fault:?} at {on:?} of {}", kind.args()[0]);
    let machine = ready(profile, kind, &straight.before);
    machine.aws.fail(on.clone(), fault.clone(), 1);
    let args = kind.args();
    let first = machine.run_to_be_killed(args);
    assert_eq!(machine.aws.struck(), 1, "{what} did not happen: {}", stderr(&first));
    let killed = matches!(fault, Fault::KillBefore | Fault::KillAfter);
    assert_eq!(first.status.code().is_none(), killed, "{what}: {}", stderr(&first));
    let mut last = first;
    for _ in 0..2 {
        if code(&last) == 0 {
            break;
        }
        last = machine.run(args);
    }
    assert_eq!(code(&last), 0, "{what}: {}{}{}", stderr(&last), stdout(&last), machine.last_refusals());
    pretty_assertions(&machine.aws.world().end_state(), &straight.end, &what);
    if !matches!(kind, Kind::Down) {
        machine.made_once(&what);
        let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
        assert_eq!(code(&plan), 0, "{what}: {}", stdout(&plan));
    }
}

fn storm(profile: &str, kind: Kind<'_>) {
    let straight = straight(profile, kind);
    let mut cases = Vec::new();
    // Before a call is after the one before it, which a change need not prove once more.
    let before = (!matches!(kind, Kind::Change(_))).then_some(Fault::KillBefore);
    for index in places(&straight.changes) {
        for fault in before.iter().chain(&[Fault::KillAfter, Fault::CutAfter]) {
            cases.push((On::Change(index), fault.clone()));
        }
    }
    // A kill at a call that only looks differs little from one before the next change: every seventh must do, and of
    // many twenty.
    let every = (straight.calls / 20).max(7);
    cases.extend((1..straight.calls).step_by(every).map(|index| (On::Call(index), Fault::KillAfter)));
    assert!(cases.len() > 15, "only {} cases", cases.len());
    each(&cases, |(on, fault)| survives(profile, on, fault, &straight, kind));
}

#[test]
fn a_cache_of_nodes_survives_every_kill() {
    storm(NODES, Kind::Up);
}

/// Larger nodes, more of them, another policy, a user that goes and one that signs in another way, logs.
#[test]
fn a_change_survives_every_kill() {
    let after = NODES
        .replace("cache.r7g.large", "cache.r7g.xlarge")
        .replace("shards: 2", "shards: 4")
        .replace("replicas: 1", "replicas: 2")
        .replace("allkeys-lru", "allkeys-lfu")
        .replace("auth: password", "auth: iam")
        .replace("requirements:\n", "requirements:\n  logs: { slow: 7d }\n");
    storm(NODES, Kind::Change(&after));
}

#[test]
fn a_serverless_cache_survives_every_kill() {
    storm(SERVERLESS, Kind::Up);
}

#[test]
fn taking_it_down_survives_every_kill() {
    storm(NODES, Kind::Down);
    storm(SERVERLESS, Kind::Down);
}

/// Every operation refused twice by each kind of trouble: one apply gets through.
#[test]
fn throttling_and_trouble_at_the_other_end_are_waited_out() {
    let straight = straight(NODES, Kind::Up);
    let mut actions = straight.changes.clone();
    actions.sort();
    actions.dedup();
    let faults = [
        Fault::Before(Trouble::Throttled),
        Fault::Before(Trouble::Internal),
        Fault::After(Trouble::Unavailable),
        Fault::CutBefore,
    ];
    each(&faults, |fault| {
        let machine = Machine::new(NODES);
        for action in &actions {
            let name: &'static str = action.rsplit(':').next().unwrap().to_owned().leak();
            machine.aws.fail(On::Action(name), fault.clone(), 2);
        }
        machine.applies();
        // What has happened although the answer was an error is not asked for twice.
        assert!(machine.aws.struck() >= 10, "{fault:?} struck {} times", machine.aws.struck());
        pretty_assertions(&machine.aws.world().end_state(), &straight.end, &format!("{fault:?}"));
        machine.made_once(&format!("{fault:?}"));
    });
    // Reads, too.
    let machine = Machine::new(NODES);
    for name in ["DescribeReplicationGroups", "DescribeSubnets", "GetFunctionConfiguration", "DescribeAlarms"]
    {
        machine.aws.fail(On::Action(name), Fault::Before(Trouble::Throttled), 3);
        machine.aws.fail(On::Action(name), Fault::CutAfter, 1);
    }
    machine.applies();
    pretty_assertions(&machine.aws.world().end_state(), &straight.end, "reads");
}
