//! Output of MONITOR: which commands clients send to which databases, and whether the keys of one command lie in one hash
//! slot. It tells no demand: `cachefit simulate` reads the same file for that. No key is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read as _};

use super::error::ReadError;
use super::format::Format;
use super::{Kind, Source, kind_of, slots};
use crate::observe::{CacheInfo, CommandUse, Observations};
use crate::simulate::{MonitorCommand, MonitorCommands};

/// Longer lines hold values that nobody needs here; what follows is passed over.
const LONGEST: u64 = 1 << 20;
/// Clients with an open transaction that are followed; a server has no more connections.
const MOST_CLIENTS: usize = 65_536;

/// Whether a line is of it.
pub(super) fn fits(line: &str) -> bool {
    MonitorCommands::default().line(line.trim_end().as_bytes()).is_some()
}

pub(super) fn read(source: &Source<'_>, mut content: impl BufRead) -> Result<Observations, ReadError> {
    let mut seen = Seen { across: Some(BTreeSet::new()), ..Seen::default() };
    let (mut commands, mut bad, mut line) = (MonitorCommands::default(), 0_u64, Vec::new());
    let mut shortened = false;
    loop {
        line.clear();
        let read = (&mut content).take(LONGEST).read_until(b'\n', &mut line);
        let read = read.map_err(|error| ReadError::unreadable(source.name, &error).of(Format::Monitor))?;
        if read == 0 {
            break;
        }
        let whole = line.ends_with(b"\n");
        // The rest of a line that is too long is no line of its own.
        if std::mem::replace(&mut shortened, !whole && read as u64 == LONGEST) {
            continue;
        }
        let text = line.trim_ascii();
        match commands.line(text) {
            Some(command) => seen.add(&command),
            None if text.is_empty() || text.ends_with(b"OK") => {}
            None => bad += 1,
        }
    }
    let mut found = Observations::default();
    if seen.used.commands.is_empty() {
        return Err(ReadError::new(source.name, "holds no command").of(Format::Monitor));
    }
    if bad > 0 {
        found.caveats.insert(format!("{bad} lines of {} are no commands and are left out", source.name));
    }
    let mut used = seen.used;
    used.across_slots = seen.across;
    used.sources.insert("MONITOR".to_owned());
    found.caches.push(CacheInfo { command_use: Some(used), ..CacheInfo::named(source.stem()) });
    Ok(found)
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    used: CommandUse,
    across: Option<BTreeSet<String>>,
    /// The slot of the keys of each open transaction, by client.
    open: BTreeMap<Vec<u8>, Option<u16>>,
}

impl Seen {
    fn add(&mut self, command: &MonitorCommand<'_>) {
        let Some(name) = command.argument(0).and_then(|name| std::str::from_utf8(name).ok()) else { return };
        let name = name.to_ascii_lowercase();
        self.used.add(&name);
        if let Some(above) = command.database.checked_add(1) {
            self.used.databases = self.used.databases.max(Some(above));
        }
        let mut slots = slots::keys(&name, command).into_iter().map(slots::slot);
        let first = slots.next();
        if first.is_some_and(|first| slots.any(|slot| slot != first)) {
            self.crosses(&name);
        }
        let single =
            || (kind_of(&name) != Kind::Neither).then(|| command.argument(1).map(slots::slot)).flatten();
        match name.as_str() {
            "multi" if self.open.len() < MOST_CLIENTS => {
                self.open.insert(command.client.to_vec(), None);
            }
            "exec" | "discard" => _ = self.open.remove(command.client),
            _ => {
                let Some(slot) = first.or_else(single) else { return };
                let Some(kept) = self.open.get_mut(command.client) else { return };
                if *kept.get_or_insert(slot) != slot {
                    self.crosses("exec");
                }
            }
        }
    }

    fn crosses(&mut self, name: &str) {
        if let Some(across) = &mut self.across
            && !across.contains(name)
        {
            across.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &str) -> CommandUse {
        let source = Source { name: "shop.txt", now: 0 };
        let found = read(&source, lines.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        found.caches.into_iter().next().and_then(|cache| cache.command_use).unwrap_or_default()
    }

    fn line(database: u32, client: &str, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("1339518083.107412 [{database} {client}] {}\n", words.join(" "))
    }

    #[test]
    fn keys_of_one_tag_lie_in_one_slot_and_others_do_not() {
        let together = [
            line(0, "a:1", &["MGET", "{u1}.name", "{u1}.mail"]),
            line(0, "a:1", &["EVAL", "return 1", "2", "{u1}a", "{u1}b", "other"]),
            line(0, "a:1", &["BLPOP", "q", "5"]),
            line(0, "a:1", &["SET", "k", "v"]),
        ]
        .concat();
        let use_of = seen(&together);
        assert_eq!(use_of.across_slots, Some(BTreeSet::new()));
        assert_eq!(use_of.databases, Some(1));
        assert!(use_of.commands.contains("eval") && use_of.commands.contains("set"));
        for (words, name) in [
            (&["MGET", "a", "b"][..], "mget"),
            (&["del", "a", "b"], "del"),
            (&["MSET", "a", "1", "b", "2"], "mset"),
            (&["EVALSHA", "abc", "2", "a", "b"], "evalsha"),
            (&["BLPOP", "a", "b", "5"], "blpop"),
            (&["ZUNIONSTORE", "a", "1", "b"], "zunionstore"),
            (&["BITOP", "AND", "a", "b"], "bitop"),
            (&["RENAME", "a", "b"], "rename"),
        ] {
            let across = seen(&format!("{together}{}", line(0, "a:1", words))).across_slots;
            assert_eq!(across, Some(BTreeSet::from([name.to_owned()])), "{words:?}");
        }
    }

    #[test]
    fn a_transaction_is_that_of_one_client() {
        let of = |second: &str| {
            let lines = [
                line(0, "a:1", &["MULTI"]),
                line(0, "a:1", &["SET", "x", "1"]),
                line(0, second, &["SET", "y", "1"]),
                line(0, "a:1", &["EXEC"]),
                line(0, "a:1", &["SET", "z", "1"]),
            ];
            seen(&lines.concat()).across_slots.unwrap_or_default().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(of("a:1"), ["exec"]);
        assert_eq!(of("b:2"), [""; 0]);
    }

    #[test]
    fn the_highest_database_counts_and_what_is_no_command_is_passed_over() {
        let long = format!("1339518083.107412 [0 a:1] \"SET\" \"k\" \"{}\"\n", "x".repeat(3 << 20));
        let use_of = seen(&format!(
            "OK\n{}garbage\n{long}{}",
            line(3, "a:1", &["GET", "k"]),
            line(0, "a:1", &["PING"])
        ));
        assert_eq!(use_of.databases, Some(4));
        assert_eq!(use_of.commands.into_iter().collect::<Vec<_>>(), ["get", "ping"]);
    }
}
