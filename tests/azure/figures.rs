//! How long plan and apply take against the fake, with how many calls and how much memory. For docs/benchmarks.md:
//! `cargo nextest run --release --test azure --run-ignored only --no-capture`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::azure::World;
use crate::cloud::machine::Machine;
use crate::tenant::PROFILE;

/// Runs after which a median is told.
const RUNS: usize = 11;

/// The most memory that a process has had at once, in kB, as long as it runs.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// One run: how long it took, how many calls it made, how much memory it had.
fn once(machine: &Machine<World>, args: &[&str]) -> (Duration, usize, u64) {
    let before = machine.double.calls();
    let start = Instant::now();
    let mut child = machine.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let took = start.elapsed();
    assert!(status.success(), "{args:?}");
    (took, machine.double.calls() - before, most)
}

#[expect(clippy::print_stdout, reason = "figures are for a person who asks")]
fn measure(what: &str, machine: &Machine<World>, args: &[&str]) {
    let mut runs: Vec<_> = (0..RUNS).map(|_| once(machine, args)).collect();
    runs.sort_unstable();
    let (took, calls, _) = runs[RUNS / 2];
    let memory = runs.iter().map(|(_, _, memory)| *memory).max().unwrap_or(0);
    println!("{what}: {} ms, {calls} calls, {} MB", took.as_millis(), memory / 1024);
}

#[test]
#[ignore = "prints figures"]
fn plan_and_apply_in_figures() {
    let machine = Machine::<World>::new(PROFILE);
    measure("plan of what is not there", &machine, &["plan", "PROFILE"]);
    machine.applies();
    measure("plan of what is applied", &machine, &["plan", "PROFILE"]);
    measure("apply of what is applied", &machine, &["apply", "PROFILE", "--yes"]);
}
