//! Writing a choice into a profile without touching the rest of the file.

/// The profile's text with `section` in place of its `deployment:` section, or behind everything else. Comments in the
/// old section stay, below the new keys; the file's line ends stay too. The caller reads the result back.
pub fn replace(text: &str, section: &str) -> String {
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
            edited.extend(lines[..start].iter().map(|line| (*line).to_owned()));
            edited.extend(section.lines().map(str::to_owned));
            let comments = lines[start..end].iter().filter_map(|line| comment(line));
            edited.extend(comments.map(|comment| format!("  {comment}")));
            edited.extend(lines[end..].iter().map(|line| (*line).to_owned()));
        }
    }
    edited.join(end_of_line) + end_of_line
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
    use super::*;

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
