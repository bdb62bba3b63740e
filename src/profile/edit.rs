//! Writing a choice into a profile without touching the rest of the file.

use serde_yaml::{Mapping, Value};

/// The profile's text with `section` in place of its `deployment:` section, or behind everything else. Keys of the old
/// section that are none of `decides` stay, and so do its comments, below the new keys; the file's line ends stay too.
/// None if the old section cannot be read by itself. The caller reads the result back.
pub fn replace(text: &str, section: &str, decides: &[&str]) -> Option<String> {
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.lines().collect();
    let mut edited: Vec<String> = Vec::new();
    match lines.iter().position(|line| is_section(line)) {
        None => {
            edited.extend(lines.iter().map(|line| (*line).to_owned()));
            if lines.last().is_some_and(|line| !line.is_empty()) {
                edited.push(String::new());
            }
            edited.extend(section.lines().map(str::to_owned));
        }
        Some(start) => {
            let end = end_of_section(&lines, start);
            let kept = undecided(&lines[start..end].join("\n"), decides)?;
            edited.extend(lines[..start].iter().map(|line| (*line).to_owned()));
            edited.extend(section.lines().map(str::to_owned));
            edited.extend(kept.lines().map(|line| format!("  {line}")));
            let comments = lines[start..end].iter().filter_map(|line| comment(line));
            edited.extend(comments.map(|comment| format!("  {comment}")));
            edited.extend(lines[end..].iter().map(|line| (*line).to_owned()));
        }
    }
    Some(edited.join(end_of_line) + end_of_line)
}

/// The keys of a section that a choice leaves open, as YAML.
fn undecided(section: &str, decides: &[&str]) -> Option<String> {
    let whole: Mapping = serde_yaml::from_str(section).ok()?;
    let (_, Value::Mapping(mut keys)) = whole.into_iter().next()? else { return Some(String::new()) };
    keys.retain(|key, _| key.as_str().is_none_or(|key| !decides.contains(&key)));
    if keys.is_empty() { Some(String::new()) } else { serde_yaml::to_string(&keys).ok() }
}

fn is_section(line: &str) -> bool {
    let key = line.split(':').next().unwrap_or_default().trim_end();
    line.contains(':') && matches!(key, "deployment" | "\"deployment\"" | "'deployment'")
}

/// Behind the last line that belongs to the section: blank lines and comments before the next key belong to that.
fn end_of_section(lines: &[&str], start: usize) -> usize {
    let inside = |line: &&str| line.starts_with([' ', '\t', '}']) && !line.trim().is_empty();
    let mut end = start + 1;
    for (i, line) in lines.iter().enumerate().skip(start + 1) {
        if inside(line) {
            end = i + 1;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    end
}

/// The comment of a line. No value of the section holds a `#`.
fn comment(line: &str) -> Option<&str> {
    line.find('#').filter(|at| *at == 0 || line[..*at].ends_with([' ', '\t'])).map(|at| line[at..].trim_end())
}

#[cfg(test)]
mod tests {

    fn replace(text: &str, section: &str) -> String {
        super::replace(text, section, &["service", "shards", "node_type"]).unwrap()
    }

    const NEW: &str = "deployment:\n  shards: 2\n";

    #[test]
    fn a_missing_section_goes_to_the_end() {
        assert_eq!(replace("name: a\n", NEW), "name: a\n\ndeployment:\n  shards: 2\n");
        assert_eq!(replace("name: a", NEW), "name: a\n\ndeployment:\n  shards: 2\n");
    }

    #[test]
    fn a_section_is_replaced_and_its_comments_stay() {
        let text =
            "name: a\ndeployment:\n  # agreed with Ann\n  shards: 1   # for now\n\n# next\ngrowth: {}\n";
        let edited =
            "name: a\ndeployment:\n  shards: 2\n  # agreed with Ann\n  # for now\n\n# next\ngrowth: {}\n";
        assert_eq!(replace(text, NEW), edited);
        assert_eq!(replace(edited, NEW), edited);
    }

    #[test]
    fn what_the_choice_does_not_decide_stays() {
        let new = "deployment:\n  shards: 2\n  adopt: true\n";
        for old in [
            "deployment: { adopt: true }\n",
            "deployment: { shards: 1, adopt: true, node_type: x }\n",
            "deployment: {\n  adopt: true,\n  shards: 1\n}\n",
            "deployment:\n  node_type: x\n  adopt: true\n  shards: 1\n",
            "deployment:\n    adopt: true\n    service: y\n",
            "'deployment':\n  \"adopt\": true\n",
            new,
        ] {
            let edited = replace(&format!("name: a\n{old}growth: {{}}\n"), NEW);
            assert_eq!(edited, format!("name: a\n{new}growth: {{}}\n"), "{old}");
        }
        let commented = "deployment:\n  adopt: true # agreed with Ann\n  shards: 1\n";
        assert_eq!(replace(commented, NEW), format!("{new}  # agreed with Ann\n"));
        let unknown = "deployment:\n  later:\n  - a: 1\n    b: [2]\n";
        assert_eq!(replace(unknown, NEW), "deployment:\n  shards: 2\n  later:\n  - a: 1\n    b:\n    - 2\n");
        assert_eq!(replace("deployment:\nname: a\n", NEW), "deployment:\n  shards: 2\nname: a\n");
    }

    #[test]
    fn a_section_that_cannot_be_read_is_not_replaced() {
        assert_eq!(super::replace("x: &a {}\ndeployment: *a\n", NEW, &["shards"]), None);
    }

    #[test]
    fn line_ends_and_spellings_stay() {
        assert_eq!(
            replace("name: a\r\ndeployment: {}\r\n", NEW),
            "name: a\r\ndeployment:\r\n  shards: 2\r\n"
        );
        assert_eq!(
            replace("\"deployment\" : {\n  shards: 1\n}\nname: a\n", NEW),
            "deployment:\n  shards: 2\nname: a\n"
        );
    }
}
