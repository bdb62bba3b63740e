//! The table of rooms in `docs/architecture.md` is what the sources do.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Rooms = BTreeMap<String, BTreeSet<String>>;

/// Words in backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = String> + '_ {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

/// The table: room, what it holds, what it uses.
fn documented(root: &Path) -> Rooms {
    let text = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        (quoted(cells[1]).next().unwrap(), quoted(cells[3]).collect())
    })
    .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::room` that a room names, in code and in its documentation.
fn used(root: &Path) -> Rooms {
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let mut rooms = Rooms::new();
    for file in files {
        let first = file.strip_prefix(root.join("src")).unwrap().iter().next().unwrap();
        let room = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
        if ["main", "lib"].contains(&room.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let named = text.split("crate::").skip(1).map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(rest.len());
            rest[..end].to_owned()
        });
        let others: Vec<String> = named.filter(|name| *name != room).collect();
        let plain = others.iter().all(|name| !name.is_empty());
        assert!(plain, "{}: name one room a line, not `use crate::{{a, b}}`", file.display());
        rooms.entry(room).or_default().extend(others);
    }
    rooms
}

#[test]
fn each_room_uses_what_the_table_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (documented, used) = (documented(root), used(root));
    assert!(used.len() > 10 && used.keys().eq(documented.keys()), "{:?}", used.keys());
    for (room, uses) in &used {
        let allowed = &documented[room];
        let (new, gone): (Vec<_>, Vec<_>) =
            (uses.difference(allowed).collect(), allowed.difference(uses).collect());
        assert!(
            new.is_empty() && gone.is_empty(),
            "docs/architecture.md: {room} also uses {new:?}, and no longer {gone:?}"
        );
    }
}
