//! The connection of a database: a Redis server on this machine, with the users that were made over it.

use std::sync::Mutex;

use tempfile::TempDir;

use super::database::Database;
use crate::servers::{self, RunningServer};

/// The password of `default` while no database is there.
const CLOSED: &str = "nobody-knows-this-one-outside";

/// A server that stands for one database at a time.
pub struct DataPlane {
    server: RunningServer,
    /// Its port for connections with TLS, with the certificates of their folder.
    pub tls_port: Option<u16>,
    certificates: Option<TempDir>,
    /// The database's id, and the password of its user `default`.
    live: Mutex<(Option<String>, String)>,
}

impl DataPlane {
    pub fn start() -> Self {
        Self::started(&[], None, None)
    }

    /// One that also speaks TLS, with a certificate that is its own authority.
    #[cfg(feature = "local")]
    pub fn with_tls() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = TempDir::new().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(file("tls.crt"), certificate.pem()).unwrap();
        std::fs::write(file("tls.key"), key.serialize_pem()).unwrap();
        let port = servers::free_port();
        let args = [
            "--tls-port".to_owned(),
            port.to_string(),
            "--tls-cert-file".to_owned(),
            file("tls.crt"),
            "--tls-key-file".to_owned(),
            file("tls.key"),
            "--tls-ca-cert-file".to_owned(),
            file("tls.crt"),
            "--tls-auth-clients".to_owned(),
            "no".to_owned(),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Self::started(&args, Some(port), Some(folder))
    }

    #[cfg(not(feature = "local"))]
    pub fn with_tls() -> Self {
        unimplemented!("certificates are made with the feature `local`")
    }

    fn started(args: &[&str], tls_port: Option<u16>, certificates: Option<TempDir>) -> Self {
        let binary = servers::servers_on_path().remove(0);
        let server = servers::start(&binary, args);
        let plane = Self { server, tls_port, certificates, live: Mutex::new((None, String::new())) };
        plane.set_default(CLOSED);
        plane
    }

    /// The file of the authority that its certificate is from.
    pub fn authority(&self) -> Option<String> {
        let folder = self.certificates.as_ref()?;
        Some(folder.path().join("tls.crt").to_str().unwrap().to_owned())
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
