//! Servers in containers start: their version has every option, their image exists, and a real server takes the command.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cachefit::catalog::{ServiceInfo, version_at_least};
use cachefit::deployment::Configuration;
use cachefit::export::{ExportError, Subject};
use cachefit::export::{Exported, Target, export, targets};
use cachefit::profile::Profile;
use cachefit::units::{Engine, Policy, Service};
use serde_json::Value;

use super::{aws, chosen, profile};

/// Options of servers, and the version of Redis that they came with: the comments of its `redis.conf` and release notes.
const SINCE: [(&str, &str); 17] = [
    ("maxmemory", "1.0"),
    ("maxmemory-policy", "2.0"),
    ("maxmemory-clients", "7.0"),
    ("save", "1.0"),
    ("appendonly", "1.1"),
    ("port", "1.0"),
    ("tls-port", "6.0"),
    ("tls-cert-file", "6.0"),
    ("tls-key-file", "6.0"),
    ("tls-ca-cert-file", "6.0"),
    ("tls-auth-clients", "6.0"),
    ("tls-replication", "6.0"),
    ("tls-cluster", "6.0"),
    ("cluster-enabled", "3.0"),
    ("requirepass", "1.0"),
    ("masterauth", "1.0"),
    ("replicaof", "5.0"),
];
const CONTAINERS: [Target; 3] = [Target::Compose, Target::Kubernetes, Target::HelmValues];

fn exported(profile: &Profile, deployment: &Configuration, target: Target) -> Result<Exported, ExportError> {
    export(&Subject { profile, deployment, resources: &[] }, target)
}

/// The commands of the servers of a file for Compose, and their image.
fn commands(text: &str) -> Vec<(String, String)> {
    let file: Value = serde_yaml::from_str(text).unwrap();
    let services = file["services"].as_object().unwrap().iter().filter(|(name, _)| *name != "cluster");
    let of = |service: &Value| {
        let command = service["command"][2].as_str().unwrap().replace("$$", "$");
        (command, service["image"].as_str().unwrap().to_owned())
    };
    services.map(|(_, service)| of(service)).collect()
}

/// Every engine and version that a service has.
fn versions() -> Vec<(Engine, &'static str)> {
    let engines = Service::ALL.iter().flat_map(|service| ServiceInfo::of(*service).engines);
    let mut all: Vec<(Engine, &str)> =
        engines.flat_map(|offer| offer.versions.iter().map(|version| (offer.engine, *version))).collect();
    all.sort_unstable_by_key(|(engine, version)| (engine.as_str(), *version));
    all.dedup();
    all
}

#[test]
fn every_version_of_a_service_has_the_options_and_the_image_of_its_server() {
    let mut profile = aws("ours", "app:*");
    profile.security.users[0].channels = vec!["news".to_owned()];
    let base = chosen(&profile);
    let published = |engine| ServiceInfo::of(Service::Ec2).engine(engine).unwrap().versions;
    let (mut taken, mut refused) = (0, 0);
    for (engine, version) in versions() {
        for (tls, shards) in [(true, 1), (false, 1), (true, 3), (false, 3)] {
            let deployment = Configuration {
                engine,
                version: version.into(),
                tls,
                shards,
                cluster_mode: shards > 1,
                ..base.clone()
            };
            let valkey = engine == Engine::Valkey;
            let has = |since: &str| valkey || version_at_least(version, since);
            let exported = exported(&profile, &deployment, Target::Compose);
            if !has("5.0") || tls && !has("6.0") {
                let why = exported.unwrap_err().to_string();
                assert!(why.contains(version), "{engine} {version} {tls}: {why}");
                refused += 1;
                continue;
            }
            taken += 1;
            let exported = exported.unwrap();
            for (command, image) in commands(&exported.text) {
                for option in command.split(" --").skip(1).map(|rest| rest.split(' ').next().unwrap()) {
                    if option == "user" {
                        assert!(has("6.0"), "{engine} {version}: {command}");
                        continue;
                    }
                    let since = SINCE.iter().find(|(name, _)| *name == option);
                    let since = since.unwrap_or_else(|| panic!("of which version is {option}?")).1;
                    assert!(has(since), "{engine} {version}: {option} came with {since}");
                }
                assert_eq!(command.contains("--maxmemory-clients"), has("7.0"), "{engine} {version}");
                assert_eq!(command.contains(" --user app "), has("6.0"), "{engine} {version}");
                let tag = image.rsplit_once(':').unwrap().1;
                let there = published(engine).contains(&tag);
                let before = !valkey && !version_at_least(version, "7.0");
                assert!(there || before && !tag.contains('x') || valkey && version.len() == 1, "{image}");
                let said = exported.left_out.iter().any(|left| left.contains("There is no image of"));
                assert_eq!(said, tag != version.trim_end_matches(".x"), "{engine} {version} {image}");
            }
            let left_out = exported.left_out.iter().any(|left| left.starts_with("Users of the profile"));
            assert_eq!(left_out, !has("6.0"), "{engine} {version}");
            let channels = exported.left_out.iter().any(|left| left.starts_with("Rules about channels"));
            assert_eq!(channels, has("6.0") && !has("6.2"), "{engine} {version}");
            assert_eq!(exported.text.contains("&news"), has("6.2"), "{engine} {version}");
        }
    }
    assert!(taken >= 60 && refused >= 6, "{taken} {refused}");
}

#[test]
fn a_version_that_only_a_service_has_is_the_one_before_it() {
    let profile = aws("ours", "app:*");
    for (engine, version, image) in [
        (Engine::Redis, "7.1", "redis:7.0"),
        (Engine::Redis, "7.2", "redis:7.2"),
        (Engine::Redis, "7.2.4", "redis:7.2.4"),
        (Engine::Redis, "6.x", "redis:6"),
        (Engine::Redis, "5.0.6", "redis:5.0.6"),
        (Engine::Valkey, "8.2", "valkey/valkey:8.1"),
        (Engine::Valkey, "8.1", "valkey/valkey:8.1"),
    ] {
        let deployment = Configuration { engine, version: version.into(), tls: false, ..chosen(&profile) };
        let text = exported(&profile, &deployment, Target::Compose).unwrap().text;
        assert!(commands(&text).iter().all(|(_, of)| of == image), "{version}: {text}");
    }
}

#[test]
fn a_policy_that_servers_do_not_have_is_the_nearest_and_is_told() {
    let profile = aws("ours", "app:*");
    let deployment = Configuration { eviction_policy: Policy::OptimisticVolatile, ..chosen(&profile) };
    for target in CONTAINERS {
        let exported = exported(&profile, &deployment, target).unwrap();
        assert!(exported.text.contains("maxmemory-policy allkeys-random"), "{}", exported.text);
        assert!(!exported.text.contains("optimistic"), "{}", exported.text);
        let told =
            exported.left_out.iter().any(|s| s.contains("optimistic-volatile: allkeys-random stands in"));
        assert!(told, "{:?}", exported.left_out);
    }
    for target in CONTAINERS {
        let exported = exported(&profile, &chosen(&profile), target).unwrap();
        assert!(!exported.left_out.iter().any(|s| s.contains("stands in")), "{:?}", exported.left_out);
    }
}

#[test]
fn a_refusal_names_what_is_in_the_way_and_no_target_that_refuses_too() {
    let google = profile("gcp", "us-central1", "deployment:\n  service: memorystore-valkey\n", "ours", "*");
    let two = Configuration { shards: 2, cluster_mode: true, ..chosen(&google) };
    for target in CONTAINERS {
        let ExportError::Unfit { why, advice, .. } = exported(&google, &two, target).unwrap_err() else {
            panic!("another error")
        };
        assert!(why.unwrap().contains("two shards") && advice.unwrap().contains("one shard or three"));
    }
    assert_eq!(targets(&Subject { profile: &google, deployment: &two, resources: &[] }), [Target::Terraform]);
    let three = Configuration { shards: 3, ..two.clone() };
    let error = exported(&google, &three, Target::HelmValues).unwrap_err().to_string();
    assert!(error.contains("3 shards") && error.contains("no cluster mode"), "{error}");
    assert_eq!(
        targets(&Subject { profile: &google, deployment: &three, resources: &[] }),
        [Target::Terraform, Target::Compose, Target::Kubernetes]
    );
    let sizeless = Configuration { node_type: None, ..two };
    let error = exported(&google, &sizeless, Target::Compose).unwrap_err().to_string();
    assert!(error.contains("no node type"), "{error}");
}

/// `redis-server` and `valkey-server` of the path, with the version of each.
fn servers() -> Vec<(Engine, PathBuf, String)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = [(Engine::Redis, "redis-server"), (Engine::Valkey, "valkey-server")];
    let found =
        |name: &str| std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
    let version = |file: &PathBuf| {
        let said = Command::new(file).arg("--version").output().unwrap().stdout;
        let said = String::from_utf8(said).unwrap();
        said.split("v=").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    };
    names
        .iter()
        .filter_map(|(engine, name)| Some((*engine, found(name)?)))
        .map(|(engine, file)| {
            let version = version(&file);
            (engine, file, version)
        })
        .collect()
}

#[test]
fn a_real_server_takes_its_command() {
    let profile = aws("ours", "it's:*");
    for (engine, _, version) in servers() {
        for policy in
            [Policy::NoEviction, Policy::VolatileTtl, Policy::AllkeysLfu, Policy::OptimisticVolatile]
        {
            for (backup_retention_days, shards) in [(0, 1), (7, 3)] {
                let deployment = Configuration {
                    engine,
                    version: version.clone(),
                    tls: false,
                    eviction_policy: policy,
                    shards,
                    cluster_mode: shards > 1,
                    backup_retention_days,
                    ..chosen(&profile)
                };
                let text = exported(&profile, &deployment, Target::Compose).unwrap().text;
                let folder = tempfile::tempdir().unwrap();
                for secret in ["admin", "user-app"] {
                    std::fs::write(folder.path().join(secret), "secret").unwrap();
                }
                let (command, _) =
                    commands(&text).into_iter().find(|(c, _)| !c.contains("--replicaof")).unwrap();
                let command = command.replace("/run/secrets", folder.path().to_str().unwrap());
                starts(&format!("{command} --port {} --bind 127.0.0.1", free_port()), folder.path());
            }
        }
    }
}

/// A free port whose tenth thousandth successor is one as well: the nodes of a cluster meet there.
fn free_port() -> u16 {
    let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::iter::repeat_with(port).find(|port| *port < 50_000).unwrap()
}

/// Whether a server says that it is ready; what it says instead is the error.
fn starts(command: &str, folder: &std::path::Path) {
    let mut server = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let ready = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok).any(|line| {
        said.push(line);
        said.last().unwrap().contains("eady to accept connections")
    });
    let _ = server.kill();
    let output = server.wait_with_output().unwrap();
    assert!(ready, "{command}\n{}\n{}", said.join("\n"), String::from_utf8_lossy(&output.stderr));
}
