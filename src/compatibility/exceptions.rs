//! Commands that do not run, or of which nobody says it, where the others of their class do. Each with its source.

use super::class::Class;
use super::place::Place;
use super::table::{ELASTICACHE_COMMANDS, MEMORYSTORE};
use super::verdict::Verdict;

/// What a source says of single commands of a class, where it is not what holds for the others.
pub struct Exception {
    pub class: Class,
    pub places: &'static [Place],
    pub commands: &'static [&'static str],
    pub verdict: Verdict,
    /// Why; for people.
    pub why: &'static str,
    pub source: &'static str,
}

/// At most one tells of a command in a place.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        class: Class::PubSub,
        places: &[Place::Serverless],
        commands: &["psubscribe", "punsubscribe"],
        verdict: Verdict::DoesNotRun,
        why: "a serverless cache has no subscriptions to patterns",
        source: ELASTICACHE_COMMANDS,
    },
    Exception {
        class: Class::Transactions,
        places: &[Place::Serverless],
        commands: &["unwatch", "watch"],
        verdict: Verdict::Unknown,
        why: "they are neither among the supported nor among the restricted commands: try them in a test",
        source: ELASTICACHE_COMMANDS,
    },
    Exception {
        class: Class::Databases,
        places: &[Place::ValkeySingle],
        commands: &["move", "swapdb"],
        verdict: Verdict::Unknown,
        why: "SELECT is among the supported commands, and they are not: try them in a test",
        source: MEMORYSTORE,
    },
];

/// What is different for some commands of a class in a place, and for which of them.
pub fn find(class: Class, place: Place, commands: &[String]) -> Option<(&'static Exception, Vec<String>)> {
    EXCEPTIONS.iter().filter(|one| one.class == class && one.places.contains(&place)).find_map(|one| {
        let named = |command: &&String| one.commands.contains(&command.split('|').next().unwrap_or_default());
        let named: Vec<String> = commands.iter().filter(named).cloned().collect();
        (!named.is_empty()).then_some((one, named))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compatibility::table;

    #[test]
    fn an_exception_is_one_to_a_row_and_has_its_source() {
        for one in EXCEPTIONS {
            assert!(!one.why.is_empty() && !one.source.is_empty() && one.verdict != Verdict::Runs);
            assert!(one.commands.iter().all(|command| one.class.holds(command)), "{:?}", one.commands);
            for place in one.places {
                assert!(table::find(one.class, *place).is_some(), "{} {place}", one.class);
                for command in one.commands {
                    let same = |other: &&Exception| {
                        other.class == one.class
                            && other.places.contains(place)
                            && other.commands.contains(command)
                    };
                    assert_eq!(EXCEPTIONS.iter().filter(same).count(), 1, "{command} {place}");
                }
            }
        }
    }
}
