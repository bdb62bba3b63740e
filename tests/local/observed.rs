//! `observe PROFILE` and the health that `status` tells, by INFO of real servers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::Site;
use crate::support::kill;

/// Every command that a look at a server may send.
const LOOKS: &[&str] = &[
    "acl|getuser",
    "acl|list",
    "acl|users",
    "auth",
    "client|setinfo",
    "client|setname",
    "cluster|nodes",
    "cluster|slots",
    "config|get",
    "hello",
    "info",
    "ping",
    "role",
];

fn counts(site: &Site) -> BTreeMap<String, u64> {
    let mut connection = site.machine.admin("shop-1");
    let text: String = redis::cmd("INFO").arg("commandstats").query(&mut connection).unwrap();
    let of = |line: &str| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
        Some((name.to_owned(), rest.split(',').next()?.parse().ok()?))
    };
    text.lines().filter_map(of).collect()
}

fn json(site: &Site, args: &[&str]) -> Value {
    let output = site.run(args);
    assert!(output.status.success(), "{args:?}: {}", crate::cli::text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn servers_are_asked_for_info_and_nothing_is_changed() {
    let site = Site::new();
    site.ok(&["apply", "--yes"]);
    let mut web = site.machine.connect("shop-1", "web");
    for i in 0..50 {
        redis::cmd("SET").arg(format!("sess:{i}")).arg("x".repeat(100)).exec(&mut web).unwrap();
    }
    let get = |web: &mut redis::Connection, i: u32| {
        redis::cmd("GET").arg(format!("sess:{i}")).query::<Option<String>>(web).unwrap()
    };
    // One of five is not there.
    (0..100).for_each(|i| drop(get(&mut web, if i % 5 == 0 { 99 } else { i % 50 })));

    let before = counts(&site);
    let report = json(&site, &["observe", "--pause", "1s", "--format", "json"]);
    let after = counts(&site);
    let sent: Vec<&String> = after.keys().filter(|name| after.get(*name) != before.get(*name)).collect();
    assert!(sent.iter().all(|name| LOOKS.contains(&name.as_str())), "{sent:?}");
    let cache = &report["results"][0];
    assert_eq!((&cache["cache"], &cache["nodes"]), (&"shop".into(), &serde_json::json!(["shop-1"])));
    let figures = cache["figures"].as_array().unwrap();
    let of = |metric: &str| figures.iter().find(|figure| figure["metric"] == metric).unwrap();
    let keys: u32 = redis::cmd("DBSIZE").query(&mut site.machine.admin("shop-1")).unwrap();
    assert!(keys >= 50 && of("keys")["most"] == f64::from(keys), "{keys}: {}", of("keys"));
    assert_eq!(of("reads")["step"], 1);
    assert!(!cache["no_shrinking"].as_array().unwrap().is_empty(), "a second shrinks nothing");
    let said = crate::cli::text(&site.run(&["observe", "--pause", "1s"]).stderr);
    assert!(said.contains("asks shop-1 for INFO, and again after 1 s"), "{said}");

    // Health is that since the start, without a pause.
    let status = json(&site, &["status", "--format", "json"]);
    let health = &status["results"]["health"]["known"];
    let value =
        |name: &str| health[name]["value"]["known"].as_f64().unwrap_or_else(|| panic!("{name}: {health:#}"));
    // The look that proves an apply has looked up some keys, too.
    assert!((value("hit_ratio") - 0.8).abs() < 0.01, "{health:#}");
    assert!(value("memory_limit") > 0.0 && value("memory") > 0.0 && value("connections_limit") > 0.0);
    let text = site.ok(&["status"]);
    for part in ["Health", "hit ratio", "this provider has no alarms"] {
        assert!(text.contains(part), "{part}: {text}");
    }

    // A server that is down tells nothing, and status still answers.
    kill(site.machine.pid("shop-1"));
    let status = json(&site, &["status", "--format", "json"]);
    assert!(status["results"]["health"]["unknown"]["why"].is_string(), "{status:#}");
    assert!(!site.run(&["observe", "--pause", "1s"]).status.success());
}
