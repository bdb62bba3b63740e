//! How clients reach a deployment: endpoint, settings, code, and whether there are connections enough.

mod snippets;

use serde::Serialize;

pub use snippets::Client;

use super::json::envelope;
use super::text::{Align, columns};
use super::{Json, Report, ReportError, Table};
use crate::demand::Connections;
use crate::profile::Auth;
use crate::provider::{Connection, Credential, RestAccess};

/// Share of the limit from which there is a warning.
const WARN: f64 = 0.8;

/// All that a client must know.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectReport {
    /// Name of the profile.
    pub profile: String,
    /// Its file, as a shell takes it.
    #[serde(skip)]
    pub file: String,
    /// Endpoints, TLS, users.
    pub connection: Connection,
    /// The user that signs in; none where nobody has to.
    pub user: Option<String>,
    /// Its password, only when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The same data over HTTPS, where the provider has that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<RestAccess>,
    /// The token of that, only when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest_token: Option<String>,
    /// The worst case, by the profile.
    pub connections: Connections,
}

impl ConnectReport {
    /// Connections at the worst moment.
    fn peak(&self) -> f64 {
        self.connections.peak.high.ceil()
    }

    /// How the peak stands against the limit.
    fn verdict(&self) -> String {
        let Some(limit) = self.connection.max_clients.map(f64::from) else {
            return "the limit is not known".into();
        };
        let share = self.peak() / limit;
        let share_text = format!("{:.0} of {limit:.0}, {:.0} %", self.peak(), share * 100.0);
        match share {
            s if s >= 1.0 => format!("{share_text}: too many, use smaller pools or fewer instances"),
            s if s >= WARN => format!("{share_text}: close to the limit"),
            _ => share_text,
        }
    }

    /// Code for a client.
    pub fn snippet(&self, client: Client) -> String {
        snippets::render(self, client)
    }

    /// The user that signs in, with where its password is.
    fn credential(&self) -> Option<&Credential> {
        self.connection.users.iter().find(|u| Some(&u.user) == self.user.as_ref())
    }

    /// Lines of an environment file for clients over HTTPS, by the names that Upstash's own clients read.
    fn rest_env(&self) -> Vec<(&'static str, String)> {
        let Some(rest) = &self.rest else { return Vec::new() };
        let token = match &self.rest_token {
            Some(token) => ("UPSTASH_REDIS_REST_TOKEN", token.clone()),
            None => (
                "UPSTASH_REDIS_REST_TOKEN_FROM",
                format!("cachefit connect {} --user {} --format env --reveal", self.file, rest.user),
            ),
        };
        vec![("UPSTASH_REDIS_REST_URL", rest.url.clone()), token]
    }

    /// Lines of an environment file.
    pub fn env(&self) -> Result<String, ReportError> {
        let connection = &self.connection;
        let list = |endpoints: &[crate::provider::Endpoint]| {
            let texts: Vec<String> = endpoints.iter().map(|e| format!("{}:{}", e.host, e.port)).collect();
            texts.join(",")
        };
        let first = connection.endpoints.first();
        let credential = self.credential();
        let mut lines = vec![
            ("CACHE_HOST", first.map(|e| e.host.clone()).unwrap_or_default()),
            ("CACHE_PORT", first.map(|e| e.port.to_string()).unwrap_or_default()),
            ("CACHE_NODES", list(&connection.endpoints)),
            ("CACHE_READERS", list(&connection.readers)),
            ("CACHE_CLUSTER", connection.cluster_mode.to_string()),
            ("CACHE_TLS", connection.tls.to_string()),
            ("CACHE_CA_FILE", connection.ca_file.clone().unwrap_or_default()),
            ("CACHE_SERVER_NAME", connection.server_name.clone().unwrap_or_default()),
            ("CACHE_CONNECT_TIMEOUT_MS", snippets::connect_timeout(connection).to_string()),
            ("CACHE_COMMAND_TIMEOUT_MS", "500".into()),
            ("CACHE_MAX_RETRIES", "1".into()),
        ];
        if let Some(user) = &self.user {
            lines.push(("CACHE_USER", user.clone()));
        }
        match (&self.password, credential, &connection.iam) {
            (Some(password), ..) => lines.push(("CACHE_PASSWORD", password.clone())),
            // What a token is signed for.
            (None, Some(Credential { auth: Auth::Iam, .. }), Some(target)) => {
                lines.push(("CACHE_AUTH", "iam".into()));
                lines.push(("CACHE_IAM_NAME", target.cache.clone()));
                lines.push(("CACHE_IAM_SERVERLESS", connection.serverless.to_string()));
                lines.push(("CACHE_REGION", target.region.clone()));
            }
            (None, Some(credential), _) => lines.push(("CACHE_PASSWORD_FROM", credential.secret.clone())),
            (None, None, _) => {}
        }
        if self.user.is_none() && self.rest.is_some() {
            lines.clear();
        }
        lines.extend(self.rest_env());
        lines.iter().map(|(name, value)| assignment(name, value)).collect()
    }
}

/// A line that gives a shell, and what else reads such files, this value and no other.
fn assignment(name: &'static str, value: &str) -> Result<String, ReportError> {
    if value.contains(char::is_control) {
        return Err(ReportError::Line(name));
    }
    let is_special = |c: char| matches!(c, '"' | '\\' | '$' | '`');
    if value.contains(is_special) && !value.contains('\'') {
        // Nothing has a meaning in it, for shells and for readers that know no escapes.
        return Ok(format!("{name}='{value}'\n"));
    }
    let mut line = format!("{name}=\"");
    for c in value.chars() {
        if is_special(c) {
            line.push('\\');
        }
        line.push(c);
    }
    line.push_str("\"\n");
    Ok(line)
}

impl Report<ConnectReport> for Json {
    fn render(&self, report: &ConnectReport) -> Result<String, ReportError> {
        envelope("connect", report)
    }
}

impl Report<ConnectReport> for Table {
    fn render(&self, report: &ConnectReport) -> Result<String, ReportError> {
        let mut text = format!("{}\n\n", self.strong(&report.profile));
        text.push_str(&report.env()?);
        if report.connection.serverless {
            text.push_str(
                "\nOne name, two ports: the first for all commands, that of CACHE_READERS for reads from replicas, \
                 which may be a moment old. Clients learn of both: let functions reach both.\n",
            );
        }
        text.push_str(&self.heading("Connections to each node at peak"));
        let mut rows: Vec<Vec<String>> = report
            .connections
            .fleets
            .iter()
            .map(|f| vec![f.function.clone(), format!("{:.0}", f.connections.high)])
            .collect();
        rows.push(vec!["workers and operators".into(), format!("{:.0}", report.connections.others.high)]);
        rows.push(vec!["peak, while a new version is rolled out".into(), report.verdict()]);
        text.push_str(&columns(&["", "connections"], &[Align::Left, Align::Right], &rows));
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_the_value_and_nothing_is_done_by_it() {
        for (value, line) in [
            ("plain words, a.b:6379", "X=\"plain words, a.b:6379\"\n"),
            ("it's", "X=\"it's\"\n"),
            ("a\"b $(touch x) `id` \\", "X='a\"b $(touch x) `id` \\'\n"),
            ("'$HOME' \"\\`", "X=\"'\\$HOME' \\\"\\\\\\`\"\n"),
        ] {
            assert_eq!(assignment("X", value).unwrap(), line, "{value}");
        }
        for value in ["one\ntwo", "one\rtwo", "\0", "\u{1b}[1m"] {
            let error = assignment("CACHE_PASSWORD", value).unwrap_err().to_string();
            assert!(error.contains("CACHE_PASSWORD") && !error.contains("two"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_what_was_written() {
        for value in ["plain", "it's", "a\"b $(touch x) `id` \\ \\n", "'$HOME' \"\\`!", "", "ü €"] {
            let script = format!("{}printf %s \"$X\"", assignment("X", value).unwrap());
            let output = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
