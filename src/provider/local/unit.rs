//! systemd units of the user: servers that start with the machine, written only on request.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LocalError;
use super::files;
use super::layout::{Layout, NodeFolder};
use super::spec::{SERVER, address, position};
use crate::plan::{Action, Change, Observed, Ownership, PlannedStep, Resource, Step, Value};

/// A unit that starts one server.
pub const UNIT: &str = "systemd_unit";
const WRITTEN: &str = "as written";
const RESTART: &str = "Restart=on-failure\n";

/// Where units of the user are, and whether some are asked for.
#[derive(Clone, Debug)]
pub struct Units {
    folder: PathBuf,
    wanted: Option<bool>,
}

/// What a unit is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Unit {
    program: PathBuf,
    /// Whether data outlives the server.
    persistence: bool,
    /// Whether systemd starts it again after a crash: without its data it would empty its replicas.
    restart: bool,
}

impl Units {
    /// Units in `folder`, `~/.config/systemd/user`. Without a wish those that are there stay.
    pub fn new(folder: PathBuf, wanted: Option<bool>) -> Self {
        Self { folder, wanted }
    }

    fn file(&self, node: &str) -> PathBuf {
        self.folder.join(name(node))
    }

    /// What systemd makes when a unit is enabled.
    fn link(&self, node: &str) -> PathBuf {
        self.folder.join("default.target.wants").join(name(node))
    }

    /// The nodes of a deployment with a file of a unit's name.
    fn nodes(&self, deployment: &str) -> Result<Vec<String>, LocalError> {
        let nodes = files::names(&self.folder)?.into_iter().filter_map(|file| {
            let node = file.strip_prefix("cachefit-")?.strip_suffix(".service")?.to_owned();
            position(deployment, &node).map(|_| node)
        });
        Ok(nodes.collect())
    }

    /// The units for the servers of a deployment, if they are asked for or there already.
    pub fn desired(&self, layout: &Layout, servers: &[Resource]) -> Result<Vec<Resource>, LocalError> {
        let wanted = match self.wanted {
            Some(wanted) => wanted,
            None => self.observe(layout)?.iter().any(|o| o.ownership == Ownership::Ours),
        };
        let shard = |server: &Resource| position(layout.name(), &server.address.name).map(|(shard, _)| shard);
        let all: Vec<&Resource> = servers.iter().filter(|r| wanted && r.address.kind == SERVER).collect();
        Ok(all
            .iter()
            .filter_map(|server| {
                let program = server.attributes.get("program")?.as_text()?;
                let persistence = server.attributes.get("persistence")?.as_flag()?;
                let restart = persistence || all.iter().filter(|r| shard(r) == shard(server)).count() < 2;
                let unit = Unit { program: program.into(), persistence, restart };
                Some(unit.resource(&server.address.name).with("content", WRITTEN).with("enabled", true))
            })
            .collect())
    }

    /// Every file with the name of a unit of ours.
    pub fn observe(&self, layout: &Layout) -> Result<Vec<Observed>, LocalError> {
        self.nodes(layout.name())?.iter().map(|node| self.observe_one(layout, node)).collect()
    }

    fn observe_one(&self, layout: &Layout, node: &str) -> Result<Observed, LocalError> {
        let text = files::read(&self.file(node))?.unwrap_or_default();
        if text.lines().next() != Some(marker(layout.name()).as_str()) {
            let mut other = Observed::ours(Resource::new(address(UNIT, node)));
            let why = format!("{} does not begin with our mark", self.file(node).display());
            other.ownership = Ownership::Foreign { why };
            return Ok(other);
        }
        let program = text.lines().find_map(|line| line.strip_prefix("# program: ")).unwrap_or_default();
        let persistence = !text.contains("\nExecStartPre=");
        let restart = text.contains(RESTART);
        let unit = Unit { program: program.into(), persistence, restart };
        let same = unit.render(layout.name(), &layout.node(node)) == text;
        let content = if same { WRITTEN } else { "edited by hand" };
        let enabled = std::fs::symlink_metadata(self.link(node)).is_ok();
        Ok(Observed::ours(unit.resource(node).with("content", content).with("enabled", enabled)))
    }

    /// Carries out one step.
    pub fn execute(&self, layout: &Layout, step: &Step) -> Result<(), LocalError> {
        let node = step.address.name.as_str();
        if let Some(there) = self.nodes(layout.name())?.iter().find(|n| *n == node)
            && let Ownership::Foreign { why } = self.observe_one(layout, there)?.ownership
        {
            return Err(LocalError::Foreign { path: self.file(node), why });
        }
        let (file, link) = (self.file(node), self.link(node));
        if step.verb == "remove" {
            files::remove(&link)?;
            return files::remove(&file);
        }
        let unit: Unit = serde_json::from_value(step.argument.clone())
            .map_err(|error| LocalError::state(node, format!("the plan's unit cannot be read: {error}")))?;
        let wants = self.folder.join("default.target.wants");
        files::make_dir(&wants)?;
        files::write(&file, unit.render(layout.name(), &layout.node(node)).as_bytes())?;
        if std::fs::read_link(&link).ok().as_deref() != Some(file.as_path()) {
            files::remove(&link)?;
            symlink(&file, &link).map_err(LocalError::file("make", &link))?;
        }
        Ok(())
    }
}

/// The steps of a change.
pub fn steps(change: &Change, desired: Option<&Resource>) -> Result<Vec<PlannedStep>, LocalError> {
    let node = change.address.name.as_str();
    if change.action == Action::Delete {
        return Ok(vec![PlannedStep::new("remove", "disable the unit and remove it")]);
    }
    let text = |name: &str| desired?.attributes.get(name)?.as_text().map(PathBuf::from);
    let persistence = desired.and_then(|r| r.attributes.get("persistence")).and_then(Value::as_flag);
    let restart = desired.and_then(|r| r.attributes.get("restart")).and_then(Value::as_flag);
    let (Some(program), Some(persistence), Some(restart)) = (text("program"), persistence, restart) else {
        return Err(LocalError::state(node, "the plan does not say what its unit starts"));
    };
    let mut write =
        PlannedStep::new("write", "write the unit and enable it for the next start of the machine");
    // A path and a flag cannot fail.
    write.argument = serde_json::to_value(Unit { program, persistence, restart }).unwrap_or_default();
    Ok(vec![write])
}

impl Unit {
    fn resource(&self, node: &str) -> Resource {
        Resource::new(address(UNIT, node))
            .with("program", self.program.to_string_lossy().into_owned())
            .with("persistence", self.persistence)
            .with("restart", self.restart)
            .after(address(SERVER, node))
    }

    fn render(&self, profile: &str, folder: &NodeFolder) -> String {
        // A snapshot of a cache that is not kept is old: better empty than wrong.
        let stale = "ExecStartPre=/bin/sh -c 'test -e ../restarting || rm -f dump.rdb'\n";
        format!(
            "{}
# program: {}
[Unit]
Description=cachefit: {} of {profile}
After=network.target

[Service]
WorkingDirectory={}
{}ExecStart={} {}
{}UMask=0077

[Install]
WantedBy=default.target
",
            marker(profile),
            self.program.display(),
            folder.name,
            folder.data().display().to_string().replace('%', "%%"),
            if self.persistence { "" } else { stale },
            quoted(&self.program),
            quoted(&folder.conf()),
            if self.restart { RESTART } else { "" },
        )
    }
}

fn name(node: &str) -> String {
    format!("cachefit-{node}.service")
}

fn marker(profile: &str) -> String {
    format!("# cachefit:managed cachefit:profile={profile}; changes by hand are undone by `cachefit apply`")
}

/// A path as one word of a command in a unit.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    format!("\"{escaped}\"")
}
