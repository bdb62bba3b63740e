//! Figures for docs/benchmarks.md: `benches/gcp.sh` prints them. They prove nothing, so that no usual run makes them.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::cloud::machine::Machine;
use crate::google::World;
use crate::{classic, cluster, tenant};

/// The most memory that a process has had, in KiB; looked at until it ends.
fn most_memory(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(most);
        std::thread::sleep(Duration::from_millis(1));
    }
    most
}

#[test]
#[ignore = "prints figures"]
fn figures() {
    println!("| product | command | ms | calls | MiB |\n|---|---|---|---|---|");
    let cluster = cluster::profile();
    let products =
        [("Valkey", tenant::PROFILE), ("Redis Cluster", cluster.as_str()), ("Redis", classic::PROFILE)];
    for (product, profile) in products {
        let machine = Machine::<World>::new(profile);
        let measure = |command: &str, args: &[&str]| {
            let before = machine.double.calls();
            let mut command_line = machine.command(args);
            command_line.stdout(Stdio::null()).stderr(Stdio::null());
            let begin = Instant::now();
            let mut child = command_line.spawn().unwrap();
            let memory = most_memory(&mut child);
            let (time, calls) = (begin.elapsed().as_millis(), machine.double.calls() - before);
            println!("| {product} | {command} | {time} | {calls} | {} |", memory / 1024);
        };
        measure("plan, of nothing", &["plan", "PROFILE"]);
        measure("apply", &["apply", "PROFILE", "--yes"]);
        measure("plan, of what is there", &["plan", "PROFILE"]);
        measure("apply, nothing to do", &["apply", "PROFILE", "--yes"]);
        measure("destroy", &["destroy", "PROFILE", "--yes"]);
    }
}
