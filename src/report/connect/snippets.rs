//! Code for functions, a file a client: one client outside of the handler, time-outs, back-off, TLS, fallback.

use clap::ValueEnum;

use super::ConnectReport;

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
        }
    }
}

/// The code for a deployment. The password comes from its file or the environment, never from here.
pub(super) fn render(report: &ConnectReport, client: Client) -> String {
    let connection = &report.connection;
    let (user, ca) = (report.user.as_deref(), connection.ca_file.as_deref());
    // A line is kept while all the words in front of it hold.
    let words = [
        ("@single ", !connection.cluster_mode),
        ("@cluster ", connection.cluster_mode),
        ("@user ", user.is_some()),
        ("@nobody ", user.is_none()),
        ("@ca ", ca.is_some()),
        ("@public ", ca.is_none()),
        ("@env ", user.is_some() || ca.is_some()),
    ];
    let nodes: Vec<String> =
        connection.endpoints.iter().map(|e| format!("\"{}:{}\"", e.host, e.port)).collect();
    let first = connection.endpoints.first();
    let values = [
        ("@HOST@", first.map(|e| e.host.clone()).unwrap_or_default()),
        ("@PORT@", first.map(|e| e.port.to_string()).unwrap_or_default()),
        ("@CACERT@", ca.map(|ca| format!(" --cacert \"{ca}\"")).unwrap_or_default()),
        ("@AS@", user.map(|user| format!(" --user {user} --no-auth-warning")).unwrap_or_default()),
        ("@USER@", user.unwrap_or_default().to_owned()),
        ("@CA@", ca.unwrap_or_default().to_owned()),
        ("@PROFILE@", report.file.clone()),
        ("@NAME@", connection.server_name.clone().unwrap_or_default()),
        ("@NODES@", nodes.join(", ")),
    ];
    let mut text = String::new();
    'lines: for mut line in client.template().lines() {
        while let Some((word, holds)) = words.iter().find(|(word, _)| line.starts_with(word)) {
            if !holds {
                continue 'lines;
            }
            line = &line[word.len()..];
        }
        text.push_str(&values.iter().fold(line.to_owned(), |line, (mark, value)| line.replace(mark, value)));
        text.push('\n');
    }
    text
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
        let credential = |user: &str| Credential { user: user.into(), secret: "a file".into() };
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
                users: user.map(credential).into_iter().collect(),
                max_clients: None,
            },
            user: user.map(str::to_owned),
            password: None,
            connections: Demand::of(&parse(text.as_bytes(), name).unwrap()).connections,
        }
    }

    #[test]
    fn nothing_is_asked_for_that_a_deployment_does_not_have() {
        for client in Client::value_variants() {
            for cluster in [false, true] {
                let whole = report(Some("web"), Some("/ca.crt"), cluster).snippet(*client);
                assert!(whole.contains("web") && whole.contains("/ca.crt"), "{whole}");
                let bare = report(None, None, cluster).snippet(*client);
                for text in [&whole, &bare] {
                    let marks = ["@single", "@cluster", "@user", "@nobody", "@ca", "@public", "@env"];
                    assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
                    assert!(!["@HOST@", "@CACERT@", "@AS@"].iter().any(|m| text.contains(m)), "{text}");
                    assert!(text.contains("cache.example"), "{text}");
                }
                for word in ["CACHE_PASSWORD", "username", "Username", "readFileSync", "roots()", "cacert"] {
                    assert!(!bare.contains(word), "{word}: {bare}");
                }
            }
        }
        let env = report(None, None, false).env();
        assert!(!env.contains("CACHE_USER") && !env.contains("CACHE_PASSWORD"), "{env}");
    }
}
