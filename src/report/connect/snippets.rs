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
    let (keep, drop) =
        if connection.cluster_mode { ("@cluster ", "@single ") } else { ("@single ", "@cluster ") };
    let nodes: Vec<String> =
        connection.endpoints.iter().map(|e| format!("\"{}:{}\"", e.host, e.port)).collect();
    let first = connection.endpoints.first();
    let values = [
        ("@HOST@", first.map(|e| e.host.clone()).unwrap_or_default()),
        ("@PORT@", first.map(|e| e.port.to_string()).unwrap_or_default()),
        ("@USER@", report.user.clone()),
        ("@PROFILE@", report.file.clone()),
        ("@CA@", connection.ca_file.clone().unwrap_or_default()),
        ("@NAME@", connection.server_name.clone().unwrap_or_default()),
        ("@NODES@", nodes.join(", ")),
    ];
    let mut text = String::new();
    for line in client.template().lines().filter(|line| !line.starts_with(drop)) {
        let line = line.strip_prefix(keep).unwrap_or(line);
        text.push_str(&values.iter().fold(line.to_owned(), |line, (mark, value)| line.replace(mark, value)));
        text.push('\n');
    }
    text
}
