//! The program itself, from a profile to real servers: killed at every step, stopped, locked out, searched for secrets.

#![allow(clippy::unwrap_used, reason = "tests")]

mod load;
mod machine;
mod storms;
mod surroundings;

use machine::{Machine, code};

#[test]
fn applied_twice_nothing_changes_and_a_plan_file_is_refused_when_the_world_moved() {
    let machine = Machine::new();
    assert_eq!(code(&machine.run(&["plan", "shop.yaml", "-o", "plan.json"])), 0);
    assert_eq!(code(&machine.run(&["plan", "shop.yaml", "--detailed-exitcode"])), 2);
    let refused = machine.run(&["apply", "plan.json"]);
    assert_eq!(code(&refused), 1, "nobody is there to agree");
    assert_eq!(code(&machine.run(&["apply", "plan.json", "--yes"])), 0);
    let journal = machine.journal();
    assert_eq!(code(&machine.run(&["apply", "plan.json", "--yes"])), 0);
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    assert_eq!(machine.journal(), journal);
    // The server goes down: the old plan is for another world, the profile mends it.
    machine.kill_servers();
    let refused = machine.run(&["apply", "plan.json", "--yes"]);
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(code(&refused), 1, "{stderr}");
    assert!(stderr.contains("absent -> broken: the server is down"), "{stderr}");
    let status = machine.run(&["status", "shop.yaml"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("broken: the server is down"));
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    assert_eq!(code(&machine.run(&["plan", "shop.yaml", "--detailed-exitcode"])), 0);
    machine.destroy();
}

#[test]
fn interrupted_it_ends_the_step_in_flight_says_how_to_go_on_and_exits_with_4() {
    let machine = Machine::new();
    let output = machine.interrupt_apply_at_line(4);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 4, "{stderr}");
    assert!(stderr.contains("`cachefit apply shop.yaml` continues from there"), "{stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("stopped on request"));
    let plan = machine.run(&["plan", "shop.yaml"]);
    assert!(String::from_utf8_lossy(&plan.stderr).contains("was stopped on request"));
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    machine.destroy();
}

/// D12: whoever waits hears Ctrl-C, and what is in flight stays on record.
#[test]
fn ctrl_c_is_heard_while_a_server_is_waited_for() {
    let machine = Machine::new();
    let before = std::time::Instant::now();
    let output = machine.interrupt(true, 1);
    assert!(before.elapsed().as_secs() < 20, "it waited for the server");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(code(&output), 4, "{said}");
    assert!(said.contains("stopped on request"), "{said}");
    let plan = machine.run(&["plan", "shop.yaml"]);
    let said = String::from_utf8_lossy(&plan.stderr).into_owned();
    assert!(said.contains("was stopped on request in local.server.shop-1:start"), "{said}");
    assert!(machine.files().iter().all(|file| !file.contains(".lock")), "{:?}", machine.files());
}

/// D6: the folder itself is locked, whatever folder the journals are in.
#[test]
fn two_applies_over_one_data_folder_exclude_each_other() {
    let machine = Machine::new();
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    let path = machine.data().join(".shop.lock");
    let held = std::fs::File::create(&path).unwrap();
    held.lock().unwrap();
    std::fs::write(&path, "process 4711 since noon").unwrap();
    for args in [&["apply", "shop.yaml", "--yes"][..], &["destroy", "shop.yaml", "--yes"]] {
        let output = machine
            .command_of(env!("CARGO_BIN_EXE_cachefit"), args)
            .env("CACHEFIT_STATE_DIR", machine.path("another state"))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 1, "{stderr}");
        assert!(stderr.contains("same data folder: process 4711 since noon"), "{stderr}");
    }
    drop(held);
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    assert!(!path.exists(), "it is gone with the run");
    machine.destroy();
}

/// D2: two empty data folders look the same; a plan is for one of them. D6: nor have they one record.
#[test]
fn a_plan_and_a_record_are_of_one_data_folder() {
    let machine = Machine::new();
    assert_eq!(code(&machine.run(&["plan", "shop.yaml", "-o", "plan.json"])), 0);
    let elsewhere = |args: &[&str]| {
        let mut command = machine.command_of(env!("CARGO_BIN_EXE_cachefit"), args);
        command.env("CACHEFIT_DATA_DIR", machine.path("elsewhere")).output().unwrap()
    };
    let refused = elsewhere(&["apply", "plan.json", "--yes"]);
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(code(&refused), 1, "{stderr}");
    assert!(stderr.contains("the plan was made for ") && stderr.contains("elsewhere"), "{stderr}");
    assert!(!machine.path("elsewhere").join("shop").exists() && machine.files().is_empty());
    machine.kill_apply_at_line(4, std::time::Duration::ZERO);
    let here = machine.run(&["plan", "shop.yaml"]);
    assert!(String::from_utf8_lossy(&here.stderr).contains("was cut short"), "{here:?}");
    let there = elsewhere(&["plan", "shop.yaml"]);
    assert!(!String::from_utf8_lossy(&there.stderr).contains("was cut short"), "{there:?}");
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    machine.destroy();
}

/// D3: the servers have been filled since: the file is refused with that very reason, and not for its words.
#[test]
fn a_plan_file_that_would_lose_data_by_now_says_so() {
    let machine = Machine::new();
    machine.profile_of("3M", "", "");
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    machine.profile("");
    assert_eq!(code(&machine.run(&["plan", "shop.yaml", "-o", "plan.json"])), 0);
    let plan: serde_json::Value =
        serde_json::from_slice(&std::fs::read(machine.path("plan.json")).unwrap()).unwrap();
    let desired = plan["desired"].as_array().unwrap();
    let limit = desired.iter().find_map(|r| r["attributes"]["max_memory_bytes"].as_u64()).unwrap();
    let mut connection = machine.connect("shop-1");
    let value = "x".repeat(1 << 20);
    for key in 0..=(limit >> 20) {
        redis::cmd("SET").arg(format!("sess:{key}")).arg(&value).exec(&mut connection).unwrap();
    }
    let refused = machine.run(&["apply", "plan.json", "--yes"]);
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(code(&refused), 1, "{stderr}");
    let why = "local.server.shop-1:write waits for people first: shop-1 holds more than its new limit";
    assert!(stderr.contains(why) && !stderr.contains("version of cachefit"), "{stderr}");
    machine.destroy();
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_says_what_was_in_flight() {
    let machine = Machine::new();
    let before = std::time::Instant::now();
    let output = machine.interrupt(false, 2);
    assert!(before.elapsed().as_secs() < 20, "it waited for the server");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 4, "{stderr}");
    assert!(stderr.contains("Ctrl-C again ends at once"), "{stderr}");
    let said = stderr.lines().find(|line| line.contains("in flight: ")).unwrap_or_else(|| panic!("{stderr}"));
    assert!(said.contains("server.shop-1"), "{said}");
    assert!(stderr.contains("`cachefit apply shop.yaml --server"), "{stderr}");
    let plan = machine.run(&["plan", "shop.yaml"]);
    assert!(String::from_utf8_lossy(&plan.stderr).contains("was cut short in "), "{plan:?}");
    machine.kill_servers();
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    machine.destroy();
}

#[test]
fn a_run_without_a_good_end_is_proven_by_the_next_apply() {
    let machine = Machine::new();
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    let whole = machine.journal();
    let cut = whole.lines().count() - 1;
    let killed: String = whole.lines().take(cut).map(|line| format!("{line}\n")).collect();
    let failed = whole.replace("\"how\":\"complete\"", "\"how\":\"failed\"");
    assert!(failed != whole && killed != whole);
    for (journal, said) in [(killed, "was cut short"), (failed, "failed")] {
        std::fs::write(machine.journal_file(), journal).unwrap();
        let plan = machine.run(&["plan", "shop.yaml", "--detailed-exitcode"]);
        assert_eq!(code(&plan), 0, "nothing is left to do");
        assert!(String::from_utf8_lossy(&plan.stderr).contains(said), "{said}");
        // No step, so nobody has to agree.
        let proven = machine.run(&["apply", "shop.yaml"]);
        assert_eq!(code(&proven), 0, "{}", String::from_utf8_lossy(&proven.stderr));
        let stdout = String::from_utf8_lossy(&proven.stdout).into_owned();
        assert!(stdout.contains("checks passed"), "{stdout}");
        let plan = machine.run(&["plan", "shop.yaml"]);
        assert!(!String::from_utf8_lossy(&plan.stderr).contains("continues from there"), "{said}");
    }
    // What runs is pinned although nothing is to be done.
    assert_eq!(code(&machine.run(&["scale", "shop.yaml", "--replicas", "0", "--yes"])), 0);
    let profile = std::fs::read_to_string(machine.path("shop.yaml")).unwrap();
    assert!(profile.contains("replicas: 0"), "{profile}");
    // A journal that cannot be read is no empty one.
    let journal = machine.journal_file();
    std::fs::remove_file(&journal).unwrap();
    std::fs::create_dir(&journal).unwrap();
    for command in ["plan", "status", "apply"] {
        let output = machine.run(&[command, "shop.yaml"]);
        assert_eq!(code(&output), 1, "{command}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read the journal"), "{command}");
    }
    std::fs::remove_dir(&journal).unwrap();
    machine.destroy();
}

#[test]
fn a_gate_fails_the_plan_and_is_told_by_status_and_apply() {
    let machine = Machine::new();
    machine.profile_of("1000", "  budget: 1 USD per month\n", "");
    for (args, exit) in [
        (&["plan", "shop.yaml", "--detailed-exitcode"][..], 3),
        (&["apply", "shop.yaml", "--yes"], 0),
        (&["status", "shop.yaml"], 0),
        (&["plan", "shop.yaml"], 3),
    ] {
        let output = machine.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), exit, "{args:?}: {stderr}");
        assert!(stderr.contains("shop: gate breached: ") && stderr.contains("budget"), "{args:?}: {stderr}");
    }
    machine.destroy();
}

#[test]
fn a_second_apply_hears_who_is_at_it() {
    let machine = Machine::new();
    let lock =
        cachefit::apply::Lock::take(&machine.state(), &machine.key(), jiff::Timestamp::UNIX_EPOCH).unwrap();
    let output = machine.run(&["apply", "shop.yaml", "--yes"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 1);
    let holder = format!("process {} since 1970-01-01T00:00:00Z", std::process::id());
    assert!(stderr.contains(&holder), "{stderr}");
    drop(lock);
    assert!(machine.files().is_empty());
}

#[test]
fn no_secret_is_in_any_output_file_or_process_list() {
    let machine = Machine::new();
    let mut texts = Vec::new();
    for args in [
        &["plan", "shop.yaml", "-o", "plan.json", "--format", "json"][..],
        &["apply", "plan.json", "--yes", "--format", "json"],
        &["status", "shop.yaml", "--format", "json"],
        &["show", "plan.json"],
        &["plan", "shop.yaml", "--destroy", "--format", "markdown"],
    ] {
        let output = machine.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        texts.push(String::from_utf8_lossy(&output.stdout).into_owned());
        texts.push(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    texts.push(machine.journal());
    texts.push(std::fs::read_to_string(machine.path("plan.json")).unwrap());
    texts.extend(machine.servers().into_iter().map(|(_, command)| command));
    let secrets = machine.secrets();
    assert!(secrets.len() >= 3, "{} secrets were found", secrets.len());
    for secret in &secrets {
        assert!(texts.iter().all(|text| !text.contains(secret.as_str())));
    }
    machine.destroy();
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let machine = Machine::new();
    let file = machine.data().join("shop/precious");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "mine").unwrap();
    for command in ["plan", "apply", "status"] {
        let yes = if command == "apply" { &["--yes"][..] } else { &[] };
        let output = machine.run(&[&[command, "shop.yaml"], yes].concat());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 1, "{command}: {stderr}");
        assert!(
            stderr.contains("local.folder.shop is there already and is not managed by cachefit"),
            "{stderr}"
        );
    }
    assert_eq!(code(&machine.run(&["destroy", "shop.yaml", "--yes"])), 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}
