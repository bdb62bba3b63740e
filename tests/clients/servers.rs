//! Sign-in by password, against real servers with TLS and users, while a cluster gets another shard.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::machine::Machine;
use crate::support::{RUN, assert_served, drive, seconds};

/// A profile and the servers that it becomes.
struct Site {
    machine: Machine,
    files: tempfile::TempDir,
}

impl Site {
    fn apply(deployment: &str) -> Self {
        let site = Self { machine: Machine::new(), files: tempfile::tempdir().unwrap() };
        let text = format!(
            "name: shop
environment: development
placement: {{ provider: local }}
dataset:
  - {{ keys: \"sess:*\", type: string, count: 1000, value_size: 100B, ttl: 30m }}
traffic:
  peak: {{ reads: 100/s, writes: 10/s }}
security:
  users:
    - {{ name: web, can: [read, write], keys: [\"sess:*\"] }}
{deployment}"
        );
        std::fs::write(site.profile(), text).unwrap();
        site.run(&["apply", "--yes"]);
        site
    }

    fn profile(&self) -> std::path::PathBuf {
        self.files.path().join("shop.yaml")
    }

    fn run(&self, args: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_cachefit"))
            .arg(args[0])
            .arg(self.profile())
            .args(&args[1..])
            .stdin(Stdio::null())
            .env("CACHEFIT_DATA_DIR", self.machine.data.path())
            .env("CACHEFIT_STATE_DIR", self.files.path().join("state"))
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{args:?}: {}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// All clients at once, while `meanwhile` happens.
    fn clients(&self, duration: u32, meanwhile: impl FnOnce()) {
        let password = self.machine.password("web");
        let running: Vec<_> = RUN
            .iter()
            .map(|client| {
                let name = clap::ValueEnum::to_possible_value(client).unwrap().get_name().to_owned();
                let code = self.run(&["connect", "--client", &name]);
                assert!(!code.contains(&password), "{name}");
                let folder = self.files.path().join(&name);
                std::fs::create_dir(&folder).unwrap();
                let mut command = drive(*client, &code, Path::new(&folder), duration);
                (name, command.env("CACHE_PASSWORD", &password).spawn().unwrap())
            })
            .collect();
        meanwhile();
        for (name, child) in running {
            let seconds = seconds(&name, child);
            // Errors on the way go to the source and are few; at the end the cache answers.
            assert_served(&name, &seconds[1..]);
            assert_served(&name, &seconds[seconds.len() - 2..]);
        }
    }
}

#[test]
fn clients_sign_in_by_password() {
    Site::apply("").clients(5, || {});
}

#[test]
fn clients_follow_a_cluster_that_gets_another_shard() {
    let site = Site::apply("deployment: { shards: 3 }\n");
    site.clients(15, || {
        std::thread::sleep(Duration::from_secs(3));
        site.run(&["scale", "--shards", "4", "--yes"]);
    });
    assert!(site.run(&["connect", "--format", "env"]).matches(':').count() >= 4);
}
