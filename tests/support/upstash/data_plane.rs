//! The connection of a database: a Redis server on this machine, with the users that were made over it.

use std::sync::Mutex;

use super::database::Database;
use crate::servers::{self, RunningServer};

/// The password of `default` while no database is there.
const CLOSED: &str = "nobody-knows-this-one-outside";

/// A server that stands for one database at a time.
pub struct DataPlane {
    server: RunningServer,
    /// The database's id, and the password of its user `default`.
    live: Mutex<(Option<String>, String)>,
}

impl DataPlane {
    pub fn start() -> Self {
        let binary = servers::servers_on_path().remove(0);
        let server = servers::start(&binary, &[]);
        let plane = Self { server, live: Mutex::new((None, String::new())) };
        plane.set_default(CLOSED);
        plane
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    pub fn connection(&self) -> redis::Connection {
        let password = self.live.lock().unwrap().1.clone();
        let access = if password.is_empty() { String::new() } else { format!(":{password}@") };
        redis::Client::open(format!("redis://{access}{}/", self.address())).unwrap().get_connection().unwrap()
    }

    fn set_default(&self, password: &str) {
        let mut connection = self.connection();
        let rules = ["default", "on", "resetpass", &format!(">{password}"), "~*", "&*", "+@all"];
        redis::cmd("ACL").arg("SETUSER").arg(&rules[..]).exec(&mut connection).unwrap();
        password.clone_into(&mut self.live.lock().unwrap().1);
    }

    /// Becomes the database that is there now: another one begins empty and without users.
    pub fn becomes(&self, database: Option<&Database>) {
        let (id, password) = database.map_or((None, CLOSED), |d| (Some(d.id.clone()), d.password.as_str()));
        let (was, had) = self.live.lock().unwrap().clone();
        if was != id {
            let mut connection = self.connection();
            for name in self.users().iter().filter_map(|line| line.split(' ').nth(1)) {
                redis::cmd("ACL").arg("DELUSER").arg(name).exec(&mut connection).unwrap();
            }
            redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
            self.live.lock().unwrap().0 = id;
        }
        if had != password {
            self.set_default(password);
        }
    }

    /// Lines of `ACL LIST` but for `default`.
    pub fn users(&self) -> Vec<String> {
        let mut connection = self.connection();
        let lines: Vec<String> = redis::cmd("ACL").arg("LIST").query(&mut connection).unwrap();
        lines.into_iter().filter(|line| !line.starts_with("user default ")).collect()
    }

    /// Users as they were elsewhere.
    pub fn restore(&self, users: &[String]) {
        let mut connection = self.connection();
        for line in users {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            redis::cmd("ACL").arg("SETUSER").arg(&words).exec(&mut connection).unwrap();
        }
    }
}
