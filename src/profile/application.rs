//! `application`: what the application asks of a server beyond keys one by one.

use super::checks;
use super::decode::{Cx, Given, record};
use super::model::Application;
use crate::units::Count;

record! {
    /// What the application asks of a server beyond keys one by one.
    ApplicationDoc, "application" {
        /// Commands that it uses, such as mget, eval or blpop: a service on which one of them does not run is ruled out.
        /// Those on one key run everywhere and need not be named. `json.*` stands for any that begins so. Written by
        /// `cachefit observe --write`. Default: not known.
        optional commands: Vec<Given<String>>,
        /// Commands whose keys lie in several hash slots, which a cluster refuses; an empty list says that there are none.
        /// Default: not known.
        optional across_slots: Vec<Given<String>>,
        /// Numbered databases that SELECT goes through: the highest number and one. Default: not known.
        optional databases: Given<Count>,
    }
}

/// No server has more databases by default, and none needs nearly as many.
const MOST_DATABASES: f64 = 10_000.0;

impl ApplicationDoc {
    /// Checks the record.
    pub fn lower(self, cx: &mut Cx) -> Application {
        let whole = |v: &Count| v.0.fract() == 0.0 && (1.0..=MOST_DATABASES).contains(&v.0);
        checks::require(cx, self.databases.as_ref(), whole, "databases are a whole number from 1 to 10,000");
        Application {
            commands: names(self.commands.unwrap_or_default(), cx),
            across_slots: self.across_slots.map(|commands| names(commands, cx)),
            databases: self.databases.map(|databases| databases.value.0 as u32),
        }
    }
}

/// Names in lower case, each once, in the order of the alphabet.
fn names(given: Vec<Given<String>>, cx: &mut Cx) -> Vec<String> {
    let plain = |name: &String| {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '|');
        let begin = name.strip_suffix('*').unwrap_or(name);
        !begin.is_empty() && name.len() <= 64 && begin.chars().all(known)
    };
    for name in &given {
        checks::require(cx, Some(name), plain, "the name of a command is one word, such as mget or json.get");
    }
    let mut names: Vec<String> = given.into_iter().map(|name| name.value.to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}
