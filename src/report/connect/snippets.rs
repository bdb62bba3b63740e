//! Code for functions, a file a client: one client outside of the handler, time-outs, back-off, TLS, fallback.

use clap::ValueEnum;

use super::ConnectReport;
use crate::profile::Auth;
use crate::provider::Connection;

/// Client libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// The command line of Redis and Valkey
    RedisCli,
    /// Node.js, ioredis
    Ioredis,
    /// Python, redis-py
    RedisPy,
    /// Node.js, node-redis
    NodeRedis,
    /// Go, go-redis
    GoRedis,
    /// Java, Lettuce
    Lettuce,
    /// .NET, StackExchange.Redis
    #[value(name = "stackexchange")]
    StackExchange,
    /// Node.js, Valkey GLIDE
    Glide,
    /// JavaScript, @upstash/redis: commands over HTTPS, for Upstash only
    UpstashRedis,
}

impl Client {
    fn template(self) -> &'static str {
        match self {
            Self::RedisCli => include_str!("snippets/redis-cli.sh"),
            Self::Ioredis => include_str!("snippets/ioredis.mjs"),
            Self::RedisPy => include_str!("snippets/redis-py.py"),
            Self::NodeRedis => include_str!("snippets/node-redis.mjs"),
            Self::GoRedis => include_str!("snippets/go-redis.go"),
            Self::Lettuce => include_str!("snippets/lettuce.java"),
            Self::StackExchange => include_str!("snippets/stackexchange.cs"),
            Self::Glide => include_str!("snippets/glide.mjs"),
            Self::UpstashRedis => include_str!("snippets/upstash-redis.mjs"),
        }
    }

    /// Whether it sends its commands over HTTPS, with a token; all others speak the protocol of Redis.
    pub fn is_over_https(self) -> bool {
        self == Self::UpstashRedis
    }
}

/// How a token of IAM is signed in JavaScript.
const TOKEN: &str = include_str!("snippets/token.mjs");

/// Milliseconds to wait for a connection: the front of a serverless cache takes longer than a node.
pub(super) fn connect_timeout(connection: &Connection) -> u32 {
    if connection.serverless { 5000 } else { 1500 }
}

/// The code for a deployment. The password comes from its file or the environment, never from here.
pub(super) fn render(report: &ConnectReport, client: Client) -> String {
    let connection = &report.connection;
    let (user, ca) = (report.user.as_deref(), connection.ca_file.as_deref());
    let credential = report.credential();
    let iam = credential.is_some_and(|c| c.auth == Auth::Iam);
    // A line is kept while all the words in front of it hold.
    let words = [
        ("@single", !connection.cluster_mode),
        ("@cluster", connection.cluster_mode),
        ("@serverless", connection.serverless),
        ("@nodes", !connection.serverless),
        ("@user", user.is_some()),
        ("@iam", iam),
        ("@password", user.is_some() && !iam),
        ("@nobody", user.is_none()),
        ("@tls", connection.tls),
        ("@plain", !connection.tls),
        ("@ca", connection.tls && ca.is_some()),
        ("@public", connection.tls && ca.is_none()),
        ("@env", user.is_some() && !iam || connection.tls && ca.is_some()),
    ];
    let nodes: Vec<String> =
        connection.endpoints.iter().map(|e| format!("\"{}:{}\"", e.host, e.port)).collect();
    let first = connection.endpoints.first();
    let target = connection.iam.as_ref();
    let timeout = connect_timeout(connection);
    let values = [
        ("@HOST@", first.map(|e| e.host.clone()).unwrap_or_default()),
        ("@PORT@", first.map(|e| e.port.to_string()).unwrap_or_default()),
        ("@CACERT@", ca.map(|ca| format!(" --cacert \"{ca}\"")).unwrap_or_default()),
        ("@AS@", user.map(|user| format!(" --user {user} --no-auth-warning")).unwrap_or_default()),
        ("@USER@", user.unwrap_or_default().to_owned()),
        ("@SECRET@", credential.map(|c| c.secret.clone()).unwrap_or_default()),
        ("@CACHE@", target.map(|t| t.cache.clone()).unwrap_or_default()),
        ("@REGION@", target.map(|t| t.region.clone()).unwrap_or_default()),
        ("@CONNECT@", timeout.to_string()),
        ("@CONNECT_S@", format!("{:.1}", f64::from(timeout) / 1000.0)),
        ("@CA@", ca.unwrap_or_default().to_owned()),
        ("@PROFILE@", report.file.clone()),
        ("@NAME@", connection.server_name.clone().unwrap_or_default()),
        ("@NODES@", nodes.join(", ")),
        ("@REST@", report.rest.as_ref().map(|rest| rest.url.clone()).unwrap_or_default()),
    ];
    let mut text = String::new();
    for line in client.template().lines() {
        let Some(line) = kept(line, &words) else { continue };
        // Code that several clients share.
        let lines: Vec<&str> = match line {
            "@TOKEN@" => TOKEN.lines().filter_map(|line| kept(line, &words)).collect(),
            line => vec![line],
        };
        for line in lines {
            let line = values.iter().fold(line.to_owned(), |line, (mark, value)| line.replace(mark, value));
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// What is left of a line without the words in front of it; none if one of them does not hold.
fn kept<'a>(mut line: &'a str, words: &[(&str, bool)]) -> Option<&'a str> {
    loop {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match words.iter().find(|(known, _)| *known == word) {
            Some((_, true)) => line = rest,
            Some((_, false)) => return None,
            None => return Some(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::Demand;
    use crate::profile::{parse, shipped};
    use crate::provider::{Connection, Credential, Endpoint};

    fn report(user: Option<&str>, ca: Option<&str>, cluster_mode: bool) -> ConnectReport {
        let (name, text) = shipped()[0];
        let endpoint = Endpoint { host: "cache.example".into(), port: 6379 };
        let credential =
            |user: &str| Credential { user: user.into(), auth: Auth::Password, secret: "a file".into() };
        ConnectReport {
            profile: "shop".into(),
            file: "shop.yaml".into(),
            connection: Connection {
                endpoints: vec![endpoint],
                readers: Vec::new(),
                tls: true,
                ca_file: ca.map(str::to_owned),
                server_name: Some("cache.example".into()),
                cluster_mode,
                serverless: false,
                iam: None,
                users: user.map(credential).into_iter().collect(),
                max_clients: None,
            },
            user: user.map(str::to_owned),
            password: None,
            rest: None,
            rest_token: None,
            connections: Demand::of(&parse(text.as_bytes(), name).unwrap()).connections,
        }
    }

    #[test]
    fn nothing_is_asked_for_that_a_deployment_does_not_have() {
        for client in Client::value_variants().iter().filter(|client| !client.is_over_https()) {
            for cluster in [false, true] {
                let whole = report(Some("web"), Some("/ca.crt"), cluster).snippet(*client);
                assert!(whole.contains("web") && whole.contains("/ca.crt"), "{whole}");
                let bare = report(None, None, cluster).snippet(*client);
                for text in [&whole, &bare] {
                    let marks =
                        ["@single", "@cluster", "@serverless", "@nodes", "@user", "@iam", "@password"];
                    assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
                    let marks = ["@nobody", "@tls", "@plain", "@ca", "@public", "@env", "@TOKEN@", "@HOST@"];
                    assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
                    assert!(text.contains("cache.example"), "{text}");
                }
                for word in ["CACHE_PASSWORD", "username", "Username", "readFileSync", "roots()", "cacert"] {
                    assert!(!bare.contains(word), "{word}: {bare}");
                }
            }
        }
        let url = "https://cache.example".to_owned();
        let rest = Some(crate::provider::RestAccess { url, user: "rest-token" });
        let over_https = ConnectReport { rest, ..report(None, None, false) };
        let code = over_https.snippet(Client::UpstashRedis);
        assert!(code.contains("https://cache.example"), "{code}");
        assert!(!code.contains("@REST@") && !code.contains("@PROFILE@"), "{code}");
        let env = report(None, None, false).env().unwrap();
        assert!(!env.contains("CACHE_USER") && !env.contains("CACHE_PASSWORD"), "{env}");
    }
}
