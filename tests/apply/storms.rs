//! SIGKILL at step boundaries and inside steps; the next apply leads to the state of an uninterrupted run.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::{Machine, code};

const REPLICA: &str = "deployment: { replicas: 1 }\n";
const CLUSTER: &str = "deployment: { shards: 3 }\n";
const LARGER: &str = "deployment: { shards: 4 }\n";

/// An uninterrupted run.
struct Whole {
    /// Lines of its journal; the number of places where a kill at a boundary can fall.
    lines: usize,
    files: BTreeSet<String>,
    servers: usize,
}

impl Whole {
    /// Of the profile with `more` at its end.
    fn run(more: &str) -> Self {
        let machine = Machine::with(more);
        apply(&machine, "uninterrupted");
        let whole = Self {
            lines: machine.journal().lines().count(),
            files: machine.files(),
            servers: machine.servers().len(),
        };
        machine.destroy();
        whole
    }

    /// After a kill: one apply finishes, the password that was there stays, nothing is left over or left to do.
    fn is_finished_by_an_apply(&self, machine: &Machine, what: &str) {
        let before = machine.secrets();
        apply(machine, what);
        let after = machine.secrets();
        assert!(before.is_subset(&after), "{what}: a password was made twice");
        assert_eq!(machine.files(), self.files, "{what}");
        assert_eq!(machine.servers().len(), self.servers, "{what}");
        assert_eq!(code(&machine.run(&["plan", "shop.yaml", "--detailed-exitcode"])), 0, "{what}");
        assert_eq!(code(&machine.run(&["verify", "shop.yaml"])), 0, "{what}");
        machine.destroy();
    }
}

fn apply(machine: &Machine, what: &str) {
    let output = machine.run(&["apply", "shop.yaml", "--yes"]);
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(code(&output), 0, "{what}: {}{}", said(&output.stderr), said(&output.stdout));
}

/// Different places inside the steps.
fn later(line: usize) -> Duration {
    Duration::from_millis(20 + 37 * (line as u64 % 5))
}

#[test]
fn killed_at_every_step_boundary_and_inside_steps_the_next_apply_finishes() {
    let whole = Whole::run("");
    assert!(whole.lines >= 10, "{} lines", whole.lines);
    for line in 1..whole.lines {
        for (when, how) in [(Duration::ZERO, "at"), (later(line), "shortly after")] {
            let machine = Machine::new();
            machine.kill_apply_at_line(line, when);
            whole.is_finished_by_an_apply(&machine, &format!("killed {how} line {line} of the journal"));
        }
    }
}

#[test]
fn killed_while_replicas_are_made_the_next_apply_finishes() {
    let whole = Whole::run(REPLICA);
    for line in (9..whole.lines).step_by(4) {
        let machine = Machine::with(REPLICA);
        machine.kill_apply_at_line(line, later(line));
        whole.is_finished_by_an_apply(&machine, &format!("killed shortly after line {line} of the journal"));
    }
}

#[test]
fn killed_while_a_cluster_is_made_or_grows_the_next_apply_finishes() {
    let whole = Whole::run(CLUSTER);
    let last = whole.lines - 1;
    for line in [last - 9, last - 4] {
        let machine = Machine::with(CLUSTER);
        machine.kill_apply_at_line(line, later(line));
        whole.is_finished_by_an_apply(&machine, &format!("killed shortly after line {line} of the journal"));
    }
    let larger = Whole::run(LARGER);
    for line in [6, 11] {
        let machine = Machine::with(CLUSTER);
        apply(&machine, "three shards");
        machine.profile(LARGER);
        let before = machine.journal().lines().count();
        machine.kill_apply_at_line(before + line, later(line));
        larger.is_finished_by_an_apply(&machine, &format!("growing, killed after line {line}"));
    }
}

#[test]
fn killed_while_it_takes_down_the_next_destroy_finishes() {
    for line in 1..8 {
        let machine = Machine::new();
        apply(&machine, "before the destroy");
        let before = machine.journal().lines().count();
        machine.kill_at_line(&["destroy", "shop.yaml", "--yes"], before + line, Duration::from_millis(15));
        machine.destroy();
    }
}
