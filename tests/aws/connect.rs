//! What `connect` says of users that sign in by IAM, and of a cache without nodes.

use crate::machine::{Machine, NODES, SERVERLESS, code, stderr, stdout};

fn said(machine: &Machine, args: &[&str]) -> String {
    let output = machine.run(&[&["connect", "PROFILE"], args].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn a_user_of_iam_gets_code_that_signs_a_token() {
    let machine = Machine::new(NODES);
    machine.applies();
    let iam = said(&machine, &["--user", "shop-web", "--client", "ioredis"]);
    for part in
        ["hostname: \"shop\"", "User: \"shop-web\"", "region: \"us-east-1\"", "expiresIn: 900", "Cluster("]
    {
        assert!(iam.contains(part), "{part}: {iam}");
    }
    assert!(!iam.contains("CACHE_PASSWORD") && !iam.contains("ServerlessCache"), "{iam}");
    let env = said(&machine, &["--user", "shop-web", "--format", "env"]);
    assert!(env.contains("CACHE_AUTH=\"iam\"") && env.contains("CACHE_IAM_NAME=\"shop\""), "{env}");
    assert!(!env.contains("CACHE_PASSWORD"), "{env}");

    // The other user has a password, which is named and not shown.
    let password = said(&machine, &["--user", "worker", "--client", "ioredis"]);
    assert!(password.contains("CACHE_PASSWORD, // Secrets Manager, cachefit/shop/worker"), "{password}");
    assert!(!password.contains("presign"), "{password}");
}

#[test]
fn code_for_a_serverless_cache_signs_for_one_and_knows_both_ports() {
    let machine = Machine::new(SERVERLESS);
    machine.applies();
    let code = said(&machine, &["--client", "node-redis"]);
    for part in ["ResourceType: \"ServerlessCache\"", "hostname: \"burst\"", "createCluster", "6380"] {
        assert!(code.contains(part), "{part}: {code}");
    }
    let json: serde_json::Value = serde_json::from_str(&said(&machine, &["--format", "json"])).unwrap();
    let text = json.to_string();
    assert!(text.contains("\"serverless\":true") && text.contains("\"auth\":\"iam\""), "{text}");
    let env = said(&machine, &["--format", "env"]);
    let line = |name: &str| env.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("CACHE_NODES=").contains(":6379") && line("CACHE_READERS=").contains(":6380"), "{env}");
    assert_eq!(line("CACHE_IAM_SERVERLESS="), "CACHE_IAM_SERVERLESS=\"true\"");
    assert_eq!(line("CACHE_CONNECT_TIMEOUT_MS="), "CACHE_CONNECT_TIMEOUT_MS=\"5000\"");
}
