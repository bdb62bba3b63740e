//! What is written for every client: what cannot be run here is parsed by the grammar of its language.

use std::process::Command;

use cachefit::profile::Auth;
use cachefit::report::connect::Client;
use clap::ValueEnum as _;

use crate::support::{KINDS, Kind, python, snippet};

fn all() -> impl Iterator<Item = (Client, Kind, Option<Auth>, String)> {
    let auths = [None, Some(Auth::Password), Some(Auth::Iam)];
    Client::value_variants().iter().flat_map(move |client| {
        KINDS.iter().flat_map(move |kind| {
            auths
                .into_iter()
                .map(move |auth| (*client, *kind, auth, snippet(*client, *kind, auth, None, 6379)))
        })
    })
}

#[test]
fn every_language_parses() {
    let folder = tempfile::tempdir().unwrap();
    for (client, kind, auth, code) in all() {
        let end = match client {
            Client::GoRedis => "go",
            Client::Lettuce => "java",
            Client::StackExchange => "cs",
            Client::RedisPy => "py",
            Client::RedisCli => "sh",
            Client::Ioredis | Client::NodeRedis | Client::Glide | Client::UpstashRedis => "mjs",
        };
        std::fs::write(folder.path().join(format!("{client:?}-{kind:?}-{auth:?}.{end}")), code).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/parse.py");
    let output = Command::new(python()).arg(script).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.lines().count(), Client::value_variants().len() * 9, "{said}");
}

/// Short enough to paste, wide enough to read; the versions come first.
#[test]
fn snippets_are_short_and_name_the_least_versions() {
    for (client, kind, auth, code) in all() {
        let name = format!("{client:?} {kind:?} {auth:?}");
        assert!(code.lines().count() <= 90, "{name}: {}", code.lines().count());
        assert!(code.lines().all(|line| line.len() <= 130), "{name}: {code}");
        if client != Client::RedisCli {
            let first = code.lines().next().unwrap();
            assert!(first.contains(" or later") && first.contains(char::is_numeric), "{name}: {first}");
        }
    }
}

/// By IAM nobody reads a password, and tokens are for this cache, this user and this kind.
#[test]
fn a_user_of_iam_has_no_password() {
    for (client, kind, auth, code) in all().filter(|(client, ..)| !client.is_over_https()) {
        let name = format!("{client:?} {kind:?} {auth:?}");
        let iam = auth == Some(Auth::Iam);
        assert_eq!(code.contains("CACHE_PASSWORD"), auth == Some(Auth::Password), "{name}: {code}");
        assert_eq!(code.contains("eu-west-1"), iam, "{name}: {code}");
        let serverless = ["ServerlessCache", "serverless_cache_name", "serverless-cache-name"];
        let signed = serverless.iter().any(|word| code.contains(word));
        assert_eq!(signed, iam && kind == Kind::Serverless, "{name}: {code}");
        if client != Client::RedisCli && kind == Kind::Serverless {
            assert!(code.contains("6380"), "{name}: {code}");
        }
    }
}
