//! One server: made, changed in place, mended, removed.

use cachefit::plan::State;
use cachefit::provider::Provider as _;
use cachefit::units::Policy;
use redis::cmd;

use crate::support::{
    MIB, Machine, USERS, converge, converge_at, destroy, kill, processes_below, profile, single, walk,
};

fn verified(machine: &Machine, deployment: &cachefit::deployment::Configuration, users: &str) {
    let local = machine.local();
    let desired = local.desired(deployment, &profile(users)).unwrap();
    let findings = local.verify(&desired).unwrap();
    assert!(findings.len() > 10);
    let failed: Vec<_> =
        findings.iter().filter(|f| f.verdict != cachefit::provider::Verdict::Holds).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_server_is_made_verified_and_removed() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    verified(&machine, &single(), USERS);
    assert_eq!(converge(&machine, &single(), &profile(USERS)), Vec::<String>::new());
    let mut web = machine.connect("shop-1", "web");
    let _: () = cmd("SET").arg("sess:1").arg("x").query(&mut web).unwrap();
    let refused = cmd("SET").arg("cart:1").arg("x").query::<()>(&mut web).unwrap_err();
    assert_eq!(refused.code(), Some("NOPERM"));
    assert_eq!(processes_below(machine.data.path()).len(), 1);
    destroy(&machine);
    assert!(processes_below(machine.data.path()).is_empty());
    assert!(walk(machine.data.path()).is_empty());
}

#[test]
fn changes_take_hold_in_place_and_keep_connections_and_data() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    let pid = machine.pid("shop-1");
    let mut web = machine.connect("shop-1", "web");
    let _: () = cmd("SET").arg("sess:1").arg("kept").query(&mut web).unwrap();

    let mut larger = single();
    larger.max_memory = 128 * MIB;
    larger.eviction_policy = Policy::VolatileTtl;
    larger.backup_retention_days = 1;
    let users = &USERS.replace("reports", "analysts");
    let changes = converge(&machine, &larger, &profile(users));
    assert_eq!(
        changes,
        [
            "local.folder.shop credentials",
            "local.server.shop-1 eviction_policy max_memory_bytes persistence users"
        ]
    );
    verified(&machine, &larger, users);
    assert_eq!(converge(&machine, &larger, &profile(users)), Vec::<String>::new());
    let kept: String = cmd("GET").arg("sess:1").query(&mut web).unwrap();
    assert_eq!((kept.as_str(), machine.pid("shop-1")), ("kept", pid));
    assert!(machine.local().secret("reports").unwrap().is_none());

    // What is persistent survives a crash.
    written_out(&mut machine.admin("shop-1"));
    kill(pid);
    let broken = machine.local().observe().unwrap();
    assert!(broken.iter().any(|o| matches!(&o.state, State::Broken { why } if why == "the server is down")));
    converge(&machine, &larger, &profile(users));
    let kept: String = cmd("GET").arg("sess:1").query(&mut machine.connect("shop-1", "web")).unwrap();
    assert_eq!(kept, "kept");

    converge(&machine, &single(), &profile(USERS));
    verified(&machine, &single(), USERS);
}

/// Waits until the append-only file has everything.
fn written_out(admin: &mut redis::Connection) {
    let done =
        ["aof_enabled:1", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0", "aof_buffer_length:0"];
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    loop {
        let info: String = cmd("INFO").arg("persistence").query(admin).unwrap();
        if done.iter().all(|line| info.lines().any(|l| l == *line)) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{info}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn edits_by_hand_are_seen_and_undone() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    let conf = machine.data.path().join("shop/shop-1/server.conf");
    let text = std::fs::read_to_string(&conf).unwrap();
    std::fs::write(&conf, text.replace("allkeys-lru", "noeviction")).unwrap();
    let mut admin = machine.admin("shop-1");
    let _: () = cmd("CONFIG").arg("SET").arg("maxmemory").arg(MIB).query(&mut admin).unwrap();
    let _: () = cmd("ACL").arg("SETUSER").arg("intruder").arg("on").arg("+@all").query(&mut admin).unwrap();
    let _: () = cmd("ACL").arg("SETUSER").arg("web").arg(">changed").query(&mut admin).unwrap();
    let changes = converge(&machine, &single(), &profile(USERS));
    assert_eq!(changes, ["local.server.shop-1 configuration max_memory_bytes users"]);
    assert_eq!(converge(&machine, &single(), &profile(USERS)), Vec::<String>::new());
    verified(&machine, &single(), USERS);
}

#[test]
fn a_directive_that_needs_it_is_mended_by_a_restart_with_all_data() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    let _: () = cmd("SET").arg("sess:1").arg("kept").query(&mut machine.connect("shop-1", "web")).unwrap();
    // Somebody opened a plain port in the file and restarted the server, with its data.
    let conf = machine.data.path().join("shop/shop-1/server.conf");
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let text = std::fs::read_to_string(&conf).unwrap();
    std::fs::write(&conf, text.replace("\nport 0\n", &format!("\nport {port}\n"))).unwrap();
    let pid = machine.pid("shop-1");
    let _ = cmd("SHUTDOWN").arg("SAVE").query::<()>(&mut machine.admin("shop-1"));
    kill(pid);
    let server = machine.local().observe().unwrap();
    let program = server.iter().find_map(|o| o.resource.attributes.get("program")).unwrap().to_string();
    let data = machine.data.path().join("shop/shop-1/data");
    let mut child = std::process::Command::new(program).arg(&conf).current_dir(data).spawn().unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let changes = converge(&machine, &single(), &profile(USERS));
    let _ = child.wait();
    assert_eq!(changes, ["local.server.shop-1 configuration"]);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    let kept: String = cmd("GET").arg("sess:1").query(&mut machine.connect("shop-1", "web")).unwrap();
    assert_eq!(kept, "kept");
    verified(&machine, &single(), USERS);
}

/// A killed server holds its port until its last thread has ended.
fn listen(port: u16) -> std::net::TcpListener {
    (0..500)
        .find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            std::net::TcpListener::bind(("127.0.0.1", port)).ok()
        })
        .unwrap()
}

#[test]
fn a_taken_port_and_a_foreign_folder_are_named() {
    let machine = Machine::new();
    converge(&machine, &single(), &profile(USERS));
    let port = machine.port("shop-1");
    kill(machine.pid("shop-1"));
    let taken = listen(port);
    let said = std::panic::catch_unwind(|| converge(&machine, &single(), &profile(USERS))).unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert!(said.contains(&format!("port {port} of shop-1 is taken by another process")), "{said}");
    drop(taken);
    converge(&machine, &single(), &profile(USERS));
    verified(&machine, &single(), USERS);

    let other = Machine::new();
    std::fs::create_dir(other.data.path().join("shop")).unwrap();
    std::fs::write(other.data.path().join("shop/holiday.jpg"), "x").unwrap();
    let said = std::panic::catch_unwind(|| converge(&other, &single(), &profile(USERS))).unwrap_err();
    assert!(said.downcast_ref::<String>().unwrap().contains("not managed by cachefit"));
    assert_eq!(walk(other.data.path()).len(), 1);
}

#[test]
fn an_expired_certificate_is_replaced_while_the_server_runs() {
    let machine = Machine::new();
    let long_ago = jiff::Timestamp::now() - jiff::Span::new().hours(24 * 400);
    converge_at(&machine, &single(), &profile(USERS), long_ago);
    let pid = machine.pid("shop-1");
    let changes = converge(&machine, &single(), &profile(USERS));
    assert_eq!(changes, ["local.server.shop-1 certificate"]);
    assert_eq!(machine.pid("shop-1"), pid);
    verified(&machine, &single(), USERS);
}
