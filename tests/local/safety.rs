//! Data that a change must not lose, and people who must know before it does.

use std::io::Write as _;
use std::process::{Command, Stdio};

use redis::cmd;

use crate::cli::{Site, text};
use crate::support::{USERS, kill, processes_below};

fn fill(connection: &mut redis::Connection, keys: u32, size: usize) {
    let value = vec![b'x'; size];
    for number in 0..keys {
        let _: () = cmd("SET").arg(format!("sess:{number}")).arg(&value).query(connection).unwrap();
    }
    let _: i64 = cmd("WAIT").arg(1).arg(2000).query(connection).unwrap_or_default();
}

/// Keys of the workload; `verify` leaves some of its own for a moment.
fn keys(site: &Site, node: &str) -> usize {
    let keys: Vec<String> = cmd("KEYS").arg("sess:*").query(&mut site.machine.admin(node)).unwrap();
    keys.iter().filter(|key| key["sess:".len()..].parse::<u32>().is_ok()).count()
}

fn role(site: &Site, node: &str) -> String {
    let info: String = cmd("INFO").arg("replication").query(&mut site.machine.admin(node)).unwrap();
    info.lines().find_map(|l| l.strip_prefix("role:")).unwrap().trim().to_owned()
}

/// Keys of a cluster through a client of its own, and how many of them are there.
fn through(site: &Site, write: bool, keys: u32) -> usize {
    let mut connection = crate::many::client(&site.machine).get_connection().unwrap();
    let mut found = 0;
    for number in 0..keys {
        let key = format!("sess:{number}");
        if write {
            let _: () = cmd("SET").arg(&key).arg(number).query(&mut connection).unwrap();
        }
        let value: Option<u32> = cmd("GET").arg(&key).query(&mut connection).unwrap();
        found += usize::from(value == Some(number));
    }
    found
}

#[test]
fn a_cluster_shrinks_in_place() {
    let site = Site::new();
    site.write(USERS, "deployment: { shards: 4, replicas: 1 }\n");
    site.ok(&["apply", "--yes"]);
    assert_eq!(through(&site, true, 400), 400);
    let plan = site.run(&["scale", "--shards", "3"]);
    let said = text(&plan.stderr);
    assert!(
        said.contains("its slots move to the other shards first") && !said.contains("data loss"),
        "{said}"
    );
    site.ok(&["scale", "--shards", "3", "--yes"]);
    site.ok(&["verify"]);
    assert_eq!(site.run(&["plan", "--detailed-exitcode"]).status.code(), Some(0));
    assert_eq!((processes_below(site.machine.data.path()).len(), through(&site, false, 400)), (6, 400));
    // A replica that is down leaves, too.
    kill(site.machine.pid("shop-2-1"));
    site.ok(&["scale", "--replicas", "0", "--yes"]);
    site.ok(&["verify"]);
    assert_eq!((processes_below(site.machine.data.path()).len(), through(&site, false, 400)), (3, 400));
}

#[test]
fn a_primary_that_died_gets_its_data_from_its_replica() {
    let site = Site::new();
    site.write(USERS, "deployment: { replicas: 1 }\n");
    site.ok(&["apply", "--yes"]);
    fill(&mut site.machine.connect("shop-1", "web"), 2000, 10);
    let whole = |when: &str| {
        site.ok(&["verify"]);
        assert_eq!((keys(&site, "shop-1"), keys(&site, "shop-1-1")), (2000, 2000), "{when}");
        assert_eq!((role(&site, "shop-1"), role(&site, "shop-1-1")), ("master".into(), "slave".into()));
        assert_eq!(site.run(&["plan", "--detailed-exitcode"]).status.code(), Some(0));
    };
    kill(site.machine.pid("shop-1"));
    let plan = site.ok(&["plan"]);
    assert!(plan.contains("shop-1-1 has the data and takes over"), "{plan}");
    let status = site.ok(&["status"]);
    assert!(!status.contains("engine:") && !status.contains("version:"), "{status}");
    site.ok(&["apply", "--yes"]);
    whole("killed");

    // Somebody has promoted the replica by hand, and the primary is down or empty.
    kill(site.machine.pid("shop-1"));
    let no_one = |node: &str| {
        let _: () = cmd("REPLICAOF").arg("NO").arg("ONE").query(&mut site.machine.admin(node)).unwrap();
    };
    no_one("shop-1-1");
    site.ok(&["apply", "--yes"]);
    whole("promoted by hand");
    no_one("shop-1-1");
    let _: () = cmd("FLUSHALL").query(&mut site.machine.admin("shop-1")).unwrap();
    site.ok(&["apply", "--yes"]);
    whole("emptied");

    // The only copy does not go unasked.
    kill(site.machine.pid("shop-1"));
    let refused = site.run(&["scale", "--replicas", "0", "--yes"]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    site.ok(&["apply", "--yes"]);
    whole("kept");
    // Two primaries with data: one of them is lost.
    no_one("shop-1-1");
    let stopped = site.run(&["apply", "--yes"]);
    let said = text(&stopped.stdout) + &text(&stopped.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(stopped.status.code(), Some(4), "{said}");
    assert!(said.contains("is replaced by a copy of shop-1") && said.contains("data loss"), "{said}");
    site.ok(&["apply", "--yes", "--confirm", "local.server.shop-1-1:write"]);
    whole("agreed");
}

#[test]
fn a_primary_of_a_cluster_that_died_is_replaced_by_its_replica() {
    let site = Site::new();
    site.write(USERS, "deployment: { shards: 3, replicas: 1 }\n");
    site.ok(&["apply", "--yes"]);
    assert_eq!(through(&site, true, 300), 300);
    std::thread::sleep(std::time::Duration::from_millis(300));
    // Two of three: those that are left cannot elect anybody.
    kill(site.machine.pid("shop-1"));
    kill(site.machine.pid("shop-2"));
    let said = site.ok(&["apply", "--yes"]);
    assert!(said.contains("shop-2-1 has its data and takes its place"), "{said}");
    site.ok(&["verify"]);
    assert_eq!(through(&site, false, 300), 300);
}

#[test]
fn a_limit_below_what_is_held_waits_for_people() {
    let site = Site::new();
    let host = |memory: &str| {
        site.write(USERS, "");
        let profile = std::fs::read_to_string(site.profile()).unwrap();
        let place = format!("provider: local, host: {{ memory: {memory} }} }}");
        std::fs::write(site.profile(), profile.replace("provider: local }", &place)).unwrap();
    };
    host("1GiB");
    site.ok(&["apply", "--yes"]);
    fill(&mut site.machine.connect("shop-1", "web"), 1100, 100_000);
    host("128MiB");
    let plan = site.ok(&["plan"]);
    assert!(plan.contains("the server evicts keys until it fits") && plan.contains("data loss"), "{plan}");
    let waits = site.run(&["apply", "--yes"]);
    assert_eq!((waits.status.code(), keys(&site, "shop-1")), (Some(4), 1100), "{}", text(&waits.stdout));
    host("512MiB");
    site.ok(&["apply", "--yes"]);
    assert_eq!(keys(&site, "shop-1"), 1100);
    host("128MiB");
    site.ok(&["apply", "--yes", "--confirm", "local.server.shop-1:write"]);
    assert!(keys(&site, "shop-1") < 1100);
}

#[test]
fn effects_and_errors_say_what_is_so() {
    let site = Site::new();
    site.ok(&["apply", "--yes"]);
    let without = USERS.split("    - name: worker").next().unwrap();
    site.write(without, "");
    let plan = site.ok(&["plan"]);
    assert!(plan.contains("connections drop") && plan.contains("their passwords are forgotten"), "{plan}");
    site.ok(&["apply", "--yes"]);
    let _: () = cmd("CONFIG")
        .arg("SET")
        .arg("appendonly")
        .arg("yes")
        .query(&mut site.machine.admin("shop-1"))
        .unwrap();
    let plan = site.ok(&["plan"]);
    assert!(!plan.contains("restart") && plan.contains("no interruption"), "{plan}");
    let failed = site.run(&["scale", "--shards", "2", "--yes"]);
    let said = text(&failed.stderr);
    assert!(said.contains("2 shards are pinned; a cluster has 3 or more"), "{said}");
    for args in [
        &["connect", "--client", "ioredis", "--reveal"][..],
        &["connect", "--client", "ioredis", "--format", "env"],
    ] {
        assert_eq!(site.run(args).status.code(), Some(1), "{args:?}");
    }
}

#[test]
fn the_limit_leaves_room_for_snapshots() {
    let site = Site::new();
    let profile = std::fs::read_to_string(site.profile()).unwrap();
    let profile = profile.replace("provider: local }", "provider: local, host: { memory: 8GiB } }");
    std::fs::write(site.profile(), profile.replace("ttl: 30m }", "ttl: 30m, role: state }")).unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&site.run(&["plan", "-o", "-"]).stdout).unwrap();
    let server = plan["desired"].as_array().unwrap().iter().find(|r| r["address"] == "local.server.shop-1");
    assert_eq!(server.unwrap()["attributes"]["max_memory_bytes"], 4_724_464_025_u64, "{plan}");
}

#[test]
fn a_plan_goes_through_a_pipe() {
    let site = Site::new();
    let plan = site.run(&["plan", "-o", "-"]);
    let through = |args: &[&str], input: &[u8]| {
        let mut command = site.command(&["plan"]);
        command = {
            let mut fresh = Command::new(env!("CARGO_BIN_EXE_cachefit"));
            fresh.args(args).envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
            fresh
        };
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let shown = through(&["show", "-"], &plan.stdout);
    assert!(text(&shown.stdout).contains("server shop-1"), "{}", text(&shown.stderr));
    let applied = through(&["apply", "-", "--yes"], &plan.stdout);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    assert!(!std::path::Path::new("-").exists());
    let profile = std::fs::read(site.profile()).unwrap();
    assert!(through(&["apply", "-", "--yes"], &profile).status.success());

    // The code for the command line runs as it is printed.
    let snippet = site.ok(&["connect", "--client", "redis-cli"]);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_cachefit")).parent().unwrap().to_owned();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{} PING", snippet.trim_end())])
        .env("PATH", path)
        .env("CACHEFIT_DATA_DIR", site.machine.data.path())
        .output()
        .unwrap();
    assert_eq!(text(&output.stdout).trim(), "PONG", "{}", text(&output.stderr));
}
