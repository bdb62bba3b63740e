//! Killed, cut off and refused at every call that changes something: the next apply ends where an uninterrupted one does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::machine::{Machine, code, said, stderr, stdout};
use super::{Api, Fault, On, Recorded};

const APPLY: [&str; 5] = ["apply", "PROFILE", "--yes", "--parallel", "1"];
const DESTROY: [&str; 5] = ["destroy", "PROFILE", "--yes", "--parallel", "1"];

/// Cases done at once by as many threads as there are cores. All of them are tried, and what failed is listed.
pub fn each<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(case))) {
                        let text = panic.downcast_ref::<String>().cloned();
                        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
                        failed.lock().unwrap().push(text.unwrap_or_default());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

/// Compares, and shows only the parts that differ.
pub fn same_end(is: &Value, should: &Value, what: &str) {
    let (is, should) = (is.as_object().unwrap(), should.as_object().unwrap());
    for (name, value) in should {
        assert_eq!(is.get(name), Some(value), "{what}: {name}");
    }
}

/// What a run is for.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// Setting up, from nothing.
    Up,
    /// From one profile to another.
    Change(&'a str),
    /// The same, with consent to make this resource anew.
    Replace(&'a str, &'a str),
    /// Taking down.
    Down,
}

impl<'a> Kind<'a> {
    fn args(self) -> Vec<&'a str> {
        match self {
            Self::Down => DESTROY.to_vec(),
            Self::Replace(_, address) => [&APPLY[..], &["--allow-replace", address]].concat(),
            Self::Up | Self::Change(_) => APPLY.to_vec(),
        }
    }
}

/// The changing calls of an uninterrupted run, what it began with and where it ends.
pub struct Straight<A> {
    before: A,
    /// The program's own files before the run.
    files: Vec<(std::path::PathBuf, Vec<u8>)>,
    pub changes: Vec<String>,
    /// The place of each among all calls.
    pub places: Vec<usize>,
    pub calls: usize,
    pub end: Value,
}

/// A machine before the run.
fn ready<A: Api>(profile: &str, kind: Kind<'_>, straight: &Straight<A>) -> Machine<A> {
    let machine = Machine::with(profile, straight.before.saved());
    machine.restore(&straight.files);
    if let Kind::Change(to) | Kind::Replace(to, _) = kind {
        machine.write(to);
    }
    machine
}

/// A run that nothing disturbs.
pub fn straight<A: Api>(profile: &str, kind: Kind<'_>) -> Straight<A> {
    let mut straight = Straight {
        before: A::default(),
        files: Vec::new(),
        changes: Vec::new(),
        places: Vec::new(),
        calls: 0,
        end: Value::Null,
    };
    if !matches!(kind, Kind::Up) {
        let machine = Machine::<A>::new(profile);
        machine.applies();
        straight.before = machine.double.saved();
        straight.files = machine.contents();
    }
    let machine = ready(profile, kind, &straight);
    let output = machine.run(&kind.args());
    assert_eq!(code(&output), 0, "{}{}", stderr(&output), machine.last_refusals());
    let recorded = machine.double.recorded();
    let changes = recorded.iter().enumerate().filter(|(_, call)| call.is_mutating());
    straight.places = changes.clone().map(|(index, _)| index).collect();
    straight.changes = changes.map(|(_, call)| Recorded::permission(call)).collect();
    straight.calls = machine.double.calls();
    straight.end = machine.double.saved().end_state();
    straight
}

/// Indices of changing calls; of a row of equal ones, alarms for example, the first and the last.
pub fn places(changes: &[String]) -> Vec<usize> {
    let differs = |a: usize, b: usize| changes.get(a) != changes.get(b);
    (0..changes.len()).filter(|i| *i == 0 || differs(*i, i - 1) || differs(*i, i + 1)).collect()
}

/// The run that is hit, then runs until one is complete: at the same end, with nothing made twice.
pub fn survives<A: Api>(profile: &str, faults: &[(On, Fault)], straight: &Straight<A>, kind: Kind<'_>) {
    let what = format!("{faults:?} of {}", kind.args()[0]);
    let machine = ready(profile, kind, straight);
    for (on, fault) in faults {
        machine.double.fail(on.clone(), fault.clone(), 1);
    }
    let args = kind.args();
    let first = machine.run_to_be_killed(&args);
    assert_eq!(machine.double.struck(), faults.len(), "{what} did not happen: {}", said(&first));
    let killed = faults.iter().any(|(_, fault)| fault.kills());
    assert_eq!(first.status.code().is_none(), killed, "{what}: {}", stderr(&first));
    let mut last = first;
    for _ in 0..2 {
        if code(&last) == 0 {
            break;
        }
        last = machine.run(&args);
    }
    assert_eq!(code(&last), 0, "{what}: {}{}{}", stderr(&last), stdout(&last), machine.last_refusals());
    same_end(&machine.double.saved().end_state(), &straight.end, &what);
    if !matches!(kind, Kind::Down) {
        machine.made_once(&what);
        let plan = machine.run(&["plan", "PROFILE", "--detailed-exitcode"]);
        assert_eq!(code(&plan), 0, "{what}: {}", said(&plan));
    }
}

/// Every place and every way of being cut short; says how many cases there were.
#[expect(clippy::print_stdout, reason = "a person who asks wants the count")]
pub fn storm<A: Api + Sync>(profile: &str, kind: Kind<'_>) -> usize {
    let straight = straight::<A>(profile, kind);
    let mut cases = Vec::new();
    let places = places(&straight.changes);
    // Before a call is after the one before it: only the first has none.
    cases.extend(places.first().map(|first| (On::Change(*first), Fault::KillBefore)));
    for index in places {
        cases.extend([Fault::KillAfter, Fault::CutAfter].map(|fault| (On::Change(index), fault)));
    }
    assert!(cases.len() >= 2, "nothing is changed");
    // A kill at a call that only looks differs little from one before the next change: every seventh must do, and of
    // many twenty. Where there are few calls, all of them.
    let every = if straight.calls > 60 { (straight.calls / 20).max(7) } else { 1 };
    cases.extend((1..straight.calls).step_by(every).map(|index| (On::Call(index), Fault::KillAfter)));
    each(&cases, |case| survives(profile, std::slice::from_ref(case), &straight, kind));
    println!("{} cases of {} at {} changes", cases.len(), kind.args()[0], straight.changes.len());
    cases.len()
}

/// What an uninterrupted apply leaves.
pub fn end<A: Api>(profile: &str) -> Value {
    let machine = Machine::<A>::new(profile);
    machine.applies();
    machine.double.saved().end_state()
}
