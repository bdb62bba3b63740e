//! What stands around the program: a terminal, systemd's folder, a disk without room.

use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::machine::{Machine, code};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command on a terminal of its own and types into it.
fn at_a_terminal(machine: &Machine, command: &str, typed: &str) -> Output {
    let binary = env!("CARGO_BIN_EXE_cachefit");
    let mut child = machine
        .command_of("script", &["-qec", &format!("{binary} {command}"), "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn at_a_terminal_it_asks_and_shows_running_steps() {
    let machine = Machine::new();
    let declined = at_a_terminal(&machine, "apply shop.yaml", "no\n");
    let said = text(&declined.stdout);
    assert_eq!(code(&declined), 1, "{said}");
    assert!(said.contains("Do it?") && said.contains("nothing was changed"), "{said}");
    assert!(machine.files().is_empty(), "{:?}", machine.files());

    let agreed = at_a_terminal(&machine, "apply shop.yaml", "yes\n");
    let said = text(&agreed.stdout);
    assert_eq!(code(&agreed), 0, "{said}");
    assert!(said.contains("server shop-1: creating: "), "a running step: {said}");
    assert!(said.contains("server shop-1: created in "), "{said}");
    assert!(said.contains("Apply complete: ") && said.contains("checks passed."), "{said}");
    machine.destroy();
}

#[test]
fn units_are_written_on_request_mended_and_removed() {
    let machine = Machine::new();
    let unit = machine.path("config/systemd/user/cachefit-shop-1.service");
    let link = machine.path("config/systemd/user/default.target.wants/cachefit-shop-1.service");
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    assert!(!unit.exists(), "nobody has asked for it");
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes", "--systemd"])), 0);
    let content = std::fs::read_to_string(&unit).unwrap();
    assert!(content.contains("/shop/shop-1/server.conf\""), "{content}");
    assert_eq!(std::fs::read_link(&link).unwrap(), unit);
    assert_eq!(
        code(&machine.run(&["plan", "shop.yaml", "--detailed-exitcode"])),
        0,
        "it stays without the flag"
    );

    std::fs::write(&unit, content.replace("on-failure", "no")).unwrap();
    std::fs::remove_file(&link).unwrap();
    let plan = machine.run(&["plan", "shop.yaml", "--detailed-exitcode"]);
    assert_eq!(code(&plan), 2);
    assert!(text(&plan.stdout).contains("edited by hand -> as written"), "{}", text(&plan.stdout));
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    assert_eq!(std::fs::read_to_string(&unit).unwrap(), content);
    assert!(link.exists());

    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes", "--systemd=off"])), 0);
    assert!(!unit.exists() && std::fs::symlink_metadata(&link).is_err());
    std::fs::write(&unit, "[Service]\nExecStart=/bin/true\n").unwrap();
    let refused = machine.run(&["apply", "shop.yaml", "--yes", "--systemd"]);
    assert_eq!(code(&refused), 1);
    assert!(text(&refused.stderr).contains("is not managed by cachefit"), "{}", text(&refused.stderr));
    machine.destroy();
    assert!(unit.exists(), "what is not ours stays");
}

/// A file system of 64 KiB, which only the commands see that run in it.
const SMALL_DISK: &str = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$CACHEFIT_DATA_DIR\" || exit 90
    dd if=/dev/zero of=\"$CACHEFIT_DATA_DIR/filler\" bs=1k count=$KILOBYTES 2>/dev/null
    \"$CACHEFIT\" apply shop.yaml --yes; echo \"first: $?\"
    rm \"$CACHEFIT_DATA_DIR/filler\"; mount -o remount,size=64m \"$CACHEFIT_DATA_DIR\"
    \"$CACHEFIT\" apply shop.yaml --yes; echo \"second: $?\"
    \"$CACHEFIT\" verify shop.yaml; echo \"verify: $?\"
    \"$CACHEFIT\" destroy shop.yaml --yes; echo \"destroy: $?\"";

#[test]
fn a_full_disk_is_named_and_the_next_apply_finishes() {
    for kilobytes in ["64", "52", "40", "28"] {
        let machine = Machine::new();
        std::fs::create_dir(machine.data()).unwrap();
        let output = machine
            .command_of("unshare", &["--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK])
            .env("CACHEFIT", env!("CARGO_BIN_EXE_cachefit"))
            .env("KILOBYTES", kilobytes)
            .output()
            .unwrap();
        let (said, errors) = (text(&output.stdout), text(&output.stderr));
        assert_ne!(code(&output), 90, "a small file system needs user namespaces: {errors}");
        assert!(said.contains("first: 4"), "{kilobytes} KiB taken: {said}\n{errors}");
        assert!(errors.contains("No space left on device"), "{kilobytes} KiB taken: {said}\n{errors}");
        for end in ["second: 0", "verify: 0", "destroy: 0"] {
            assert!(said.contains(end), "{kilobytes} KiB taken: {end}: {said}\n{errors}");
        }
        assert_eq!(machine.servers(), []);
    }
}
