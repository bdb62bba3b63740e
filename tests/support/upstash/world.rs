//! All that the account holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::data_plane::DataPlane;
use super::database::Database;
use super::plans;

pub const EMAIL: &str = "ops@example.com";
pub const KEY: &str = "the-key-of-the-caller";

/// How the account was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Native,
    /// Through a cloud's marketplace: the API refuses it with this status.
    Marketplace(u16),
}

/// The account.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "habits of the service, each on or off by itself")]
pub struct World {
    pub account: Account,
    /// Databases that it may have.
    pub most: usize,
    /// Looks until a new database is at rest, and one with another plan or other regions.
    pub create: u32,
    pub change: u32,
    /// Errors are objects, as the document says; otherwise texts, as they are.
    pub errors_are_objects: bool,
    /// Endpoints are whole host names, otherwise slugs.
    pub whole_hosts: bool,
    /// A plan by the command is called `paid`.
    pub old_names: bool,
    /// Fields of a request that are accepted and then not set.
    pub dropped: BTreeSet<String>,
    /// By id.
    pub databases: BTreeMap<String, Database>,
    pub made: Vec<(String, String)>,
    pub secrets: Vec<(String, String)>,
    pub serial: u32,
    /// Rules of the users in the data plane, when they were last looked at.
    pub users: Vec<String>,
    pub data: Option<Arc<DataPlane>>,
    /// The data plane speaks TLS, as the real one does; otherwise it is reached by another address, in the clear.
    pub over_tls: bool,
}

impl Default for World {
    fn default() -> Self {
        Self {
            account: Account::Native,
            most: 100,
            create: 1,
            change: 1,
            errors_are_objects: false,
            whole_hosts: false,
            old_names: false,
            dropped: BTreeSet::new(),
            databases: BTreeMap::new(),
            made: Vec::new(),
            secrets: Vec::new(),
            serial: 0,
            users: Vec::new(),
            data: None,
            over_tls: false,
        }
    }
}

impl World {
    /// A new database, by the name of its plan; at rest, and with a password of its own.
    pub fn add(&mut self, name: &str, plan: &str) -> &mut Database {
        self.serial += 1;
        let serial = self.serial;
        let id = format!("{serial:08x}-03b1-4ee7-9666-e81abd0349e1");
        let password = format!("Pw{serial:04}{:x}abcdef0123456789", u64::from(serial) * 0x9E37_79B9);
        let database = Database {
            id: id.clone(),
            name: name.to_owned(),
            serial,
            created: 1_752_649_602 + i64::from(serial),
            platform: "aws".to_owned(),
            region: "us-east-1".to_owned(),
            read_regions: Vec::new(),
            plan: plans::find(plan).unwrap(),
            budget: 20,
            eviction: false,
            tls: true,
            auto_upgrade: false,
            prod_pack: false,
            daily_backup: false,
            allowed: Vec::new(),
            backups: Vec::new(),
            password: password.clone(),
            protected: false,
            state: "active".to_owned(),
            modifying: ("", 0),
            is_ours: false,
        };
        self.secrets.push((format!("database {id}"), password));
        self.databases.entry(id).or_insert(database)
    }

    /// The first database of a name.
    pub fn named(&mut self, name: &str) -> Option<&mut Database> {
        self.databases.values_mut().find(|database| database.name == name)
    }

    /// The next number, for ids.
    pub fn next(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    /// The database that the data plane stands for: the newest that was made by a call.
    pub fn live(&self) -> Option<&Database> {
        self.databases.values().filter(|database| database.is_ours).max_by_key(|database| database.serial)
    }

    pub fn end_state(&self) -> Value {
        let mut databases: Vec<Value> = self.databases.values().map(Database::summary).collect();
        databases.sort_by_key(Value::to_string);
        let users: Vec<Vec<&str>> = self.users.iter().map(|line| rules(line)).collect();
        json!({ "databases": databases, "users": users })
    }
}

/// The words of a line of `ACL LIST`, without hashes of passwords. Each server lists rules of commands in an order of its
/// own.
fn rules(line: &str) -> Vec<&str> {
    let mut words: Vec<&str> = line.split_whitespace().filter(|word| !word.starts_with('#')).collect();
    words[2..].sort_unstable();
    words
}
