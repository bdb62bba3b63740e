//! A server that nobody uses: blocked, given back, blocked again and deleted, each with its evidence.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::cli::{Site, text};
use crate::support::processes_below;

/// Two weeks of metrics that end now, in which nobody came, or somebody every hour.
fn metrics(site: &Site, commands: f64) -> PathBuf {
    let now = jiff::Timestamp::now().as_second();
    let mut rows = "time,resource,metric,stat,value\n".to_owned();
    for hour in (0..14 * 24).rev() {
        let at = now - hour * 3600;
        for (metric, value) in [
            ("memory", 2e6),
            ("keys", 10.0),
            ("reads", commands),
            ("writes", commands),
            ("connections", commands),
        ] {
            writeln!(rows, "{at},shop,{metric},maximum,{value}").unwrap();
        }
    }
    let file = site.profile().with_extension(format!("{commands}.csv"));
    std::fs::write(&file, rows).unwrap();
    file
}

fn get(site: &Site) -> redis::RedisResult<Option<String>> {
    redis::cmd("GET").arg("sess:1").query(&mut site.machine.connect("shop-1", "web"))
}

#[test]
fn a_server_that_nobody_uses_is_blocked_given_back_and_deleted() {
    let site = Site::new();
    site.ok(&["apply", "--yes"]);
    assert!(get(&site).is_ok());
    let (idle, used) = (metrics(&site, 0.0), metrics(&site, 25.0));
    let (idle, used) = (idle.to_str().unwrap(), used.to_str().unwrap());
    let refused = |args: &[&str], why: &str| {
        let output = site.run(args);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains(why), "{args:?}: {said}");
    };

    // Nothing is known, or somebody comes: neither blocks it, and nothing is deleted that was not blocked.
    refused(&["retire", "--quarantine", "--yes"], "nothing says that nobody uses it");
    refused(&["retire", "--from", used, "--quarantine", "--yes"], "somebody uses it");
    refused(&["retire", "--from", idle, "--delete", "--yes"], "it was not blocked first");
    refused(&["retire", "--undo", "--yes"], "it is not blocked");
    assert!(get(&site).is_ok());

    assert!(site.ok(&["retire", "--from", idle]).contains("idle"));
    // Who is asked to agree reads what it does to the users, and the whole command.
    let asked = text(&site.run(&["retire", "--from", idle, "--quarantine"]).stderr);
    assert!(
        asked.contains("users that may do nothing any more: reports, web, worker.")
            && !asked.contains("no interruption"),
        "{asked}"
    );
    assert!(asked.contains(&format!("--from {idle} --quarantine --yes")), "{asked}");
    assert!(get(&site).is_ok());
    site.ok(&["retire", "--from", idle, "--quarantine", "--yes"]);
    let error = get(&site).unwrap_err().to_string();
    assert!(error.to_lowercase().contains("perm"), "{error}");
    let steps = site.ok(&["retire"]);
    assert!(
        steps.contains("blocked since") && steps.contains("--undo") && !steps.contains("… off"),
        "{steps}"
    );
    let status = site.ok(&["status"]);
    assert!(status.contains("blocked since") && status.contains("retirement: `cachefit retire"), "{status}");
    let report = site.run(&["status", "--format", "json"]).stdout;
    let status: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert!(status["results"]["blocked_since"].is_i64(), "{status}");
    refused(&["retire", "--from", idle, "--delete", "--yes"], "it is blocked for 0 of 14 days");

    // As before, with the same password.
    site.ok(&["retire", "--undo", "--yes"]);
    assert!(get(&site).is_ok());
    refused(&["retire", "--from", idle, "--delete", "--wait-days", "0", "--yes"], "it was not blocked first");

    // Somebody applies the profile meanwhile: then it is not blocked, whatever is on record.
    site.ok(&["retire", "--from", idle, "--quarantine", "--yes"]);
    site.ok(&["apply", "--yes"]);
    let gone = ["retire", "--from", idle, "--delete", "--wait-days", "0", "--no-final-snapshot", "--yes"];
    refused(&gone, "it is not blocked any more");
    let given_back = site.ok(&["retire"]);
    assert!(given_back.contains("somebody has applied its profile since"), "{given_back}");
    assert!(!given_back.contains("blocked since"), "{given_back}");
    assert!(!site.ok(&["status"]).contains("blocked since"));

    // Blocked anew, it needs evidence again, and its waiting time begins again.
    refused(&["retire", "--quarantine", "--yes"], "nothing says that nobody uses it");

    site.ok(&["retire", "--undo", "--yes"]);
    site.ok(&["retire", "--from", idle, "--quarantine", "--yes"]);
    refused(&["retire", "--from", idle, "--delete", "--wait-days", "0", "--yes"], "leave no last snapshot");
    site.ok(&gone);
    assert!(processes_below(site.machine.data.path()).is_empty());
    refused(&gone, "it is deleted already");
    assert!(site.ok(&["retire"]).contains("deleted"));
}
