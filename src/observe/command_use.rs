//! Which commands clients of a cache use, whatever they do with their keys.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

/// What was seen of the commands. More may be in use: what was not seen is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CommandUse {
    /// Commands that were called, in lower case, without subcommands.
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

    /// Notes a command; subcommands follow behind `|`.
    pub fn add(&mut self, command: &str) {
        let name = command.split('|').next().unwrap_or_default().to_ascii_lowercase();
        // Longer names are no commands, and a server would not count them.
        if !name.is_empty() && name.len() <= 64 && !self.commands.contains(&name) {
            self.commands.insert(name);
        }
    }
}
