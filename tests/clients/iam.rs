//! Sign-in by IAM, against a cache that checks the token. What takes hours at AWS takes seconds here: a token may be
//! used for two seconds instead of 15 minutes, a connection is cut after three instead of twelve hours.

use std::time::Duration;

use cachefit::profile::Auth;
use cachefit::report::connect::Client;

use crate::support::{Double, KINDS, Kind, assert_served, drive, seconds, snippet};

const KEYS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ("AWS_SESSION_TOKEN", "session+token/of=role"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

/// The code's own times, in the measure of the double: each must be there.
fn hastened(client: Client, kind: Kind, code: &str) -> String {
    let own_token = [("600_000", "1_000"), (" 60_000).unref", " 400).unref")];
    let times: &[(&str, &str)] = match client {
        Client::Glide if kind != Kind::Serverless => {
            &[("region: \"eu-west-1\" }", "region: \"eu-west-1\", refreshIntervalSeconds: 1 }")]
        }
        Client::Ioredis | Client::Glide => &own_token,
        Client::NodeRedis => &[("11 * 3_600_000", "1_500")],
        _ => &[("11 * 3600", "1.5")],
    };
    times.iter().fold(code.to_owned(), |code, (hours, seconds)| {
        assert!(code.contains(hours), "{client:?} {kind:?}: no {hours}\n{code}");
        code.replace(hours, seconds)
    })
}

/// A client signs in, stays, and comes back: after its connections were cut, after slots have moved, and after the
/// writer's port of a serverless cache was away.
fn signs_in(client: Client, kind: Kind) {
    let name = format!("{client:?} {kind:?}");
    let mut double = Double::start(kind, 2.0, 5.0);
    let code = snippet(client, kind, Some(Auth::Iam), Some(&double.ca()), double.port);
    let mut command = drive(client, &hastened(client, kind, &code), double.folder.path(), 9);
    let child = command.envs(KEYS).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    double.order(match kind {
        Kind::Single => "cut",
        Kind::Cluster => "move",
        Kind::Serverless => "cut-writer",
    });
    std::thread::sleep(Duration::from_secs(2));
    double.order("cut");
    let seconds = seconds(&name, child);

    let log = |event: &str| double.events(event);
    let refused: Vec<_> = log("auth").into_iter().filter(|auth| auth["ok"] != true).collect();
    assert!(refused.is_empty(), "{name}: {refused:?}");
    // New connections bring a new token, long after the first has expired.
    let cut = log("cut").last().unwrap()["at"].as_f64().unwrap();
    assert!(log("auth").iter().any(|auth| auth["at"].as_f64().unwrap() > cut), "{name}: {:?}", log("auth"));
    // Open ones sign in again and are not cut for their age. GLIDE's own way is to come back with a new token; where
    // the token is made for it, those connections are cut that it keeps for its own checks.
    if client != Client::Glide || kind == Kind::Serverless {
        assert!(log("auth").iter().any(|auth| auth["again"] == true), "{name}: {:?}", log("auth"));
    }
    if client != Client::Glide {
        assert!(log("session").is_empty(), "{name}: {:?}", log("session"));
    }
    let moved = log("moved").len();
    match kind {
        Kind::Single => assert_eq!(moved, 0),
        Kind::Cluster => assert!((1..100).contains(&moved), "{name}: {moved} times MOVED"),
        // Nothing goes to the port for readers while the writer's is away.
        Kind::Serverless => assert_eq!(moved, 0, "{name}"),
    }
    assert_served(&name, &seconds[seconds.len() - 2..]);
}

fn signs_in_everywhere(client: Client) {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || signs_in(client, kind));
        }
    });
}

#[test]
fn ioredis_signs_in_by_iam_and_stays() {
    signs_in_everywhere(Client::Ioredis);
}

#[test]
fn node_redis_signs_in_by_iam_and_stays() {
    signs_in_everywhere(Client::NodeRedis);
}

#[test]
fn glide_signs_in_by_iam_and_stays() {
    signs_in_everywhere(Client::Glide);
}

#[test]
fn redis_py_signs_in_by_iam_and_stays() {
    signs_in_everywhere(Client::RedisPy);
}

/// The double refuses what ElastiCache refuses: else the tests above prove nothing.
#[test]
fn a_token_for_another_kind_of_cache_is_refused() {
    let double = Double::start(Kind::Serverless, 2.0, 60.0);
    let code = snippet(Client::RedisPy, Kind::Serverless, Some(Auth::Iam), Some(&double.ca()), double.port);
    let wrong = code.replace("serverless_cache_name", "replication_group_id");
    assert_ne!(code, wrong);
    // The cache is optional: the code goes on without it.
    let mut command = drive(Client::RedisPy, &wrong, double.folder.path(), 1);
    let output = command.envs(KEYS).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let auths = double.events("auth");
    let said =
        |auth: &serde_json::Value| auth["why"].as_str().is_some_and(|why| why.contains("ResourceType"));
    assert!(!auths.is_empty() && auths.iter().all(said), "{auths:?}");
}
