//! Which commands clients of a cache use, whatever they do with their keys.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

/// What was seen of the commands. More may be in use: what was not seen is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommandUse {
    /// Commands that were called, in lower case, without subcommands; `*` at the end stands for any that begins so.
    pub commands: BTreeSet<String>,
    /// Commands whose keys lay in several hash slots; none where the source tells no keys.
    pub across_slots: Option<BTreeSet<String>>,
    /// The highest database with keys or commands, and one; none where the source tells no databases.
    pub databases: Option<u32>,
    /// What told it.
    pub sources: BTreeSet<String>,
}

impl CommandUse {
    /// Adds what another source saw.
    pub fn merge(&mut self, other: Self) {
        self.commands.extend(other.commands);
        if let Some(across) = other.across_slots {
            self.across_slots.get_or_insert_default().extend(across);
        }
        self.databases = self.databases.max(other.databases);
        self.sources.extend(other.sources);
    }

    /// Notes a command; subcommands follow behind `|`. What only asks about the server is left out.
    pub fn add(&mut self, command: &str) {
        // Longer names are no commands, and a server would not count them.
        if command.len() > 64 {
            return;
        }
        let whole = command.to_ascii_lowercase();
        let name = whole.split('|').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let is_name = !name.is_empty() && name.chars().all(plain);
        let asks = ASKING.iter().any(|asking| *asking == whole || *asking == name);
        if is_name && !asks && !self.commands.contains(name) {
            self.commands.insert(name.to_owned());
        }
    }

    /// Notes that one of the commands was called that begin so.
    pub fn add_any(&mut self, begin: &str) {
        self.commands.insert(format!("{begin}*"));
    }

    /// Takes away what a replica counts without its clients: the stream from its primary selects databases, and what a script
    /// wrote comes as a transaction.
    pub fn leave_out_replication(&mut self) {
        for name in ["exec", "multi", "select"] {
            self.commands.remove(name);
        }
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.across_slots.is_none() && self.databases.is_none()
    }
}

/// Commands that monitoring calls, of classes whose others the application calls if it uses them at all.
const ASKING: &[&str] =
    &["ft._list", "ft.info", "function|dump", "function|help", "function|list", "function|stats", "pubsub"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_about_the_server_and_what_is_no_name_is_left_out() {
        let mut seen = CommandUse::default();
        let long = "x".repeat(65);
        for command in [
            "FUNCTION|LOAD",
            "function|list",
            "PubSub|channels",
            "ft.info",
            "FT.SEARCH",
            "a.b]: {x",
            "eval*",
            "a\nb.c",
            "",
            &long,
        ] {
            seen.add(command);
        }
        assert_eq!(seen.commands.iter().collect::<Vec<_>>(), ["ft.search", "function"]);
    }
}
