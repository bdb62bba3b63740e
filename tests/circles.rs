//! No two files of a room need each other, at whatever distance: each can be read, tested and moved after those that it
//! uses. A file and its own folder of parts count as one.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms whose files are still tangled; a room leaves this list and never comes back.
const TANGLED: &[&str] = &["cost", "review"];

type Graph = BTreeMap<String, BTreeSet<String>>;

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

/// The first names of a path or of a group of paths: `a::B`, `{a::{B, C}, d}`.
fn heads(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut start, mut found) = (0_u32, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(word(group[start..at].trim()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(word(group[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// Which file of the room each name of its `mod.rs` is from: `pub use file::{A, B}`.
fn exported(room: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for line in room.split("use ").skip(1) {
        let Some((file, rest)) = line.split_once("::") else { continue };
        let rest = &rest[..rest.find(';').unwrap_or(rest.len())];
        for name in rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|n| !n.is_empty()) {
            names.insert(name.to_owned(), file.trim().to_owned());
        }
    }
    names
}

/// The code of a file, without its unit tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The files of a room, each with those that it names. A folder of parts belongs to the file of its name.
fn graph(room: &Path) -> Graph {
    let name = room.file_name().unwrap().to_str().unwrap();
    let exports = fs::read_to_string(room.join("mod.rs")).map(|text| exported(&text)).unwrap_or_default();
    let mut texts: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
    for entry in fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            for part in fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()) {
                let depth = if part.file_stem().unwrap() == "mod" { 1 } else { 2 };
                texts.entry(stem.clone()).or_default().push((depth, code(&part)));
            }
        } else if stem != "mod" && stem != "tests" {
            texts.entry(stem).or_default().push((1, code(&path)));
        }
    }
    let known: BTreeSet<String> = texts.keys().cloned().collect();
    let uses = |(depth, text): &(u32, String)| {
        let up = "super::".repeat(*depth as usize);
        let room = format!("crate::{name}::");
        let mut found = Vec::new();
        for prefix in [up.as_str(), room.as_str()] {
            for rest in text.split(prefix).skip(1) {
                found.extend(heads(rest).into_iter().map(str::to_owned));
            }
        }
        found
    };
    let resolve = |name: String| if known.contains(&name) { Some(name) } else { exports.get(&name).cloned() };
    let edges = texts.iter().map(|(file, texts)| {
        let used = texts.iter().flat_map(uses).filter_map(resolve);
        (file.clone(), used.filter(|other| other != file && known.contains(other)).collect())
    });
    edges.collect()
}

/// A way from a file back to itself.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    fn visit(graph: &Graph, file: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        if path.iter().any(|seen| seen == file) {
            path.push(file.to_owned());
            return true;
        }
        if done.contains(file) {
            return false;
        }
        path.push(file.to_owned());
        if graph[file].iter().any(|next| visit(graph, next, path, done)) {
            return true;
        }
        path.pop();
        done.insert(file.to_owned());
        false
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|file| {
        let mut path = Vec::new();
        visit(graph, file, &mut path, &mut done).then_some(path)
    })
}

#[test]
fn no_files_of_a_room_go_in_circles() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut edges = 0;
    let mut found = Vec::new();
    for room in fs::read_dir(&src).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        let name = room.file_name().unwrap().to_str().unwrap().to_owned();
        let graph = graph(&room);
        edges += graph.values().map(BTreeSet::len).sum::<usize>();
        if let Some(circle) = circle(&graph).filter(|_| !TANGLED.contains(&name.as_str())) {
            found.push(format!("{name}: {}", circle.join(" -> ")));
        }
    }
    assert!(edges > 150, "only {edges} uses between files were found: the test reads them wrongly");
    assert!(found.is_empty(), "files that need each other:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*to).to_owned()).or_default();
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    };
    assert_eq!(circle(&graph(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    assert!(circle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])).is_some());
    assert_eq!(heads("{a::{B, C}, D, e}; use super::f"), ["a", "D", "e"]);
    assert_eq!(exported("pub use a::{B, C};\npub use d::E;")["E"], "d");
}
