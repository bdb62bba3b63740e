//! A writer keeps writing through every change in place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::cmd;

use crate::machine::{Machine, code};

/// Keys, requirements, and what else the profile says behind its first user.
const CHANGES: [(&str, &str, &str); 8] = [
    ("1000", "", "deployment: { eviction_policy: volatile-ttl }\n"),
    ("1000", "", "deployment: { eviction_policy: volatile-ttl, replicas: 1 }\n"),
    (
        "1000",
        "",
        "    - { name: worker, can: [read, write], keys: [\"sess:*\"] }\ndeployment: { replicas: 2 }\n",
    ),
    ("3M", "", "deployment: { replicas: 1 }\n"),
    ("1000", "", "deployment: { replicas: 1, eviction_policy: noeviction }\n"),
    ("1000", "  backup_retention: 1d\n", ""),
    ("1000", "  backup_retention: 1d\n", "deployment: { replicas: 1 }\n"),
    ("1000", "", ""),
];

#[test]
fn no_acknowledged_write_is_lost_in_any_change_in_place() {
    let machine = Machine::new();
    assert_eq!(code(&machine.run(&["apply", "shop.yaml", "--yes"])), 0);
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (mut connection, stop) = (machine.connect("shop-1"), Arc::clone(&stop));
        std::thread::spawn(move || {
            let mut written = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                let key = format!("sess:{written}");
                // In place means that even the connection stays.
                cmd("SET").arg(key).arg(written).exec(&mut connection).unwrap();
                written += 1;
                std::thread::sleep(Duration::from_micros(200));
            }
            written
        })
    };
    for (keys, requirements, more) in CHANGES {
        machine.profile_of(keys, requirements, more);
        let output = machine.run(&["apply", "shop.yaml", "--yes"]);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            code(&output),
            0,
            "{keys} {requirements}{more}: {}{}",
            said(&output.stderr),
            said(&output.stdout)
        );
        assert!(!writer.is_finished(), "{more}: the writer's connection was closed");
    }
    stop.store(true, Ordering::Relaxed);
    let written = writer.join().unwrap();
    assert!(written > 500, "{written} writes");
    let mut connection = machine.connect("shop-1");
    for number in 0..written {
        let value: Option<u64> = cmd("GET").arg(format!("sess:{number}")).query(&mut connection).unwrap();
        assert_eq!(value, Some(number), "sess:{number} of {written}");
    }
    println!("{written} acknowledged writes, none lost");
    machine.destroy();
}
