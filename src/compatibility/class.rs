//! Which commands ask for more than keys one by one.

use crate::units::terms;

terms!(
    /// Commands that not every service runs.
    Class, "a class of commands such as multi-key, scripts or blocking" {
        /// They reach numbered databases.
        Databases = "databases",
        /// They name several keys at once.
        MultiKey = "multi-key",
        /// They run a script.
        Scripts = "scripts",
        /// They keep and call functions.
        Functions = "functions",
        /// They wait for an element.
        Blocking = "blocking",
        /// They run several commands as one.
        Transactions = "transactions",
        /// They send messages to subscribers.
        PubSub = "pubsub",
        /// They work on JSON documents.
        Json = "json",
        /// They search indexes.
        Search = "search",
        /// They ask Bloom filters.
        Bloom = "bloom",
        /// They are those of another module.
        Module = "module",
    }
);

/// Commands of each class; those of modules are told by what stands before the point.
const NAMES: &[(Class, &[&str])] = &[
    (Class::Databases, &["select", "move", "swapdb"]),
    (
        Class::MultiKey,
        &[
            "bitop",
            "blmove",
            "brpoplpush",
            "copy",
            "geosearchstore",
            "lcs",
            "lmove",
            "mget",
            "mset",
            "msetex",
            "msetnx",
            "pfmerge",
            "rename",
            "renamenx",
            "rpoplpush",
            "sdiff",
            "sdiffstore",
            "sinter",
            "sintercard",
            "sinterstore",
            "smove",
            "sunion",
            "sunionstore",
            "zdiff",
            "zdiffstore",
            "zinter",
            "zintercard",
            "zinterstore",
            "zrangestore",
            "zunion",
            "zunionstore",
        ],
    ),
    (Class::Scripts, &["eval", "eval_ro", "evalsha", "evalsha_ro", "script"]),
    (Class::Functions, &["fcall", "fcall_ro", "function"]),
    (
        Class::Blocking,
        &["blmove", "blmpop", "blpop", "brpop", "brpoplpush", "bzmpop", "bzpopmax", "bzpopmin"],
    ),
    (Class::Transactions, &["discard", "exec", "multi", "unwatch", "watch"]),
    (
        Class::PubSub,
        &[
            "psubscribe",
            "publish",
            "pubsub",
            "punsubscribe",
            "spublish",
            "ssubscribe",
            "subscribe",
            "sunsubscribe",
            "unsubscribe",
        ],
    ),
];

impl Class {
    /// Whether a command is of it. Subcommands follow behind `|`; `*` at the end stands for any command that begins so.
    pub fn holds(self, command: &str) -> bool {
        let command = command.split('|').next().unwrap_or_default().to_ascii_lowercase();
        if let Some((module, _)) = command.split_once('.') {
            return self == of_module(module);
        }
        let is_it = |name: &&str| match command.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => *name == command,
        };
        NAMES.iter().any(|(class, names)| *class == self && names.iter().any(is_it))
    }
}

fn of_module(module: &str) -> Class {
    match module {
        "json" => Class::Json,
        "ft" => Class::Search,
        "bf" => Class::Bloom,
        _ => Class::Module,
    }
}

/// Whether a command is of any class: the others run on every service.
pub fn is_classed(command: &str) -> bool {
    Class::ALL.iter().any(|class| class.holds(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_of_its_classes_however_it_is_written() {
        let of = |command: &str| -> Vec<&str> {
            Class::ALL.iter().filter(|class| class.holds(command)).map(|class| class.as_str()).collect()
        };
        assert_eq!(of("BLMOVE"), ["multi-key", "blocking"]);
        assert_eq!(of("function|load"), ["functions"]);
        assert_eq!(of("JSON.GET"), ["json"]);
        assert_eq!(of("ts.add"), ["module"]);
        assert_eq!(of("get"), [""; 0]);
        assert_eq!((of("EVAL*"), of("json.*"), of("xyz*")), (vec!["scripts"], vec!["json"], Vec::new()));
        assert!(!is_classed("hset") && is_classed("Select"));
    }
}
