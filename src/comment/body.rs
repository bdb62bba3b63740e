//! The text of a comment: marked, harmless, not too long.

/// GitHub refuses more than 65,536.
pub const MOST_CHARACTERS: usize = 65_000;
/// Breaks a word for a forge, and is not seen.
const NOTHING: char = '\u{200b}';
/// Tags that a report may have; all others are shown as text.
const TAGS: [&str; 10] =
    ["<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "<br>", "<b>", "</b>", "<br/>"];
/// Of what may be kept of a long text, this part is its end.
const TAIL: usize = 3;

/// The hidden mark of a report. A reference that nothing refers to is shown by no forge; comments of HTML are, by some.
pub fn mark(tag: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    format!("[//]: # (cachefit:{}:end)", tag.chars().map(plain).collect::<String>())
}

/// The difference a month that a report says of itself: `<!-- cachefit difference: -12.34 USD -->`.
pub fn difference(body: &str) -> Option<rust_decimal::Decimal> {
    let (_, rest) = body.split_once("<!-- cachefit difference: ")?;
    rest.split_once(" USD -->")?.0.trim_start_matches('+').parse().ok()
}

/// The text as it is posted.
pub fn prepared(body: &str, tag: &str) -> String {
    let mark = mark(tag);
    let room = MOST_CHARACTERS - mark.chars().count() - 2;
    format!("{}\n\n{mark}", cut(harmless(body).trim_end(), room))
}

/// The text without what names nobody meant: people and teams, links, HTML, marks of other comments, commands of a forge.
pub fn harmless(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    for (i, line) in body.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        // A line of GitLab that begins with a slash is an order.
        if line.trim_start().starts_with('/') || line.trim_start().starts_with("[//]") {
            out.push(NOTHING);
        }
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            match c {
                '<' => match TAGS.iter().find(|tag| rest.starts_with(**tag)) {
                    Some(tag) => {
                        out.push_str(tag);
                        rest = &rest[tag.len()..];
                        continue;
                    }
                    None => out.push_str("&lt;"),
                },
                // Before people, numbers of requests, addresses, and in links.
                '@' | '#' | '!' | ':' | ']' if !after.is_empty() && !after.starts_with([' ', '|', '-']) => {
                    out.push(c);
                    out.push(NOTHING);
                }
                'w' | 'W' if rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) => {
                    out.push(c);
                    out.push(NOTHING);
                }
                c if c.is_control() && c != '\t' => out.push(' '),
                c => out.push(c),
            }
            rest = after;
        }
    }
    out
}

/// A text of at most so many characters: beginning and end are kept, what lies between is left out, and what was open is
/// closed.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    // For the sentence in the middle and what must be closed.
    let room = most.saturating_sub(600);
    let lines: Vec<&str> = text.lines().collect();
    let (mut head, mut used) = (0, 0);
    while head < lines.len() && used + lines[head].chars().count() < room * (TAIL - 1) / TAIL {
        used += lines[head].chars().count() + 1;
        head += 1;
    }
    let mut tail = lines.len();
    while tail > head && used + lines[tail - 1].chars().count() < room {
        tail -= 1;
        used += lines[tail].chars().count() + 1;
    }
    let mut out = lines[..head].join("\n");
    let fenced =
        |lines: &[&str]| lines.iter().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1;
    if fenced(&lines[..head]) {
        out.push_str("\n```");
    }
    let opened = |text: &str| {
        text.matches("<details>").count()
            - text.matches("</details>").count().min(text.matches("<details>").count())
    };
    for _ in 0..opened(&out).min(20) {
        out.push_str("\n\n</details>");
    }
    out.push_str(&format!("\n\n**{} lines are left out: the comment would be too long.**\n\n", tail - head));
    if fenced(&lines[..tail]) {
        out.push_str("```\n");
    }
    let mut depth = 0_usize;
    for line in &lines[tail..] {
        let opened = depth + line.matches("<details>").count();
        let closed = line.matches("</details>").count();
        depth = opened.saturating_sub(closed);
        if closed > opened {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out.trim_end().chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let rows: String =
            (0..3000).map(|i| format!("| cache {i} | 12.00 | 13.00 | +1.00 | because |\n")).collect();
        let body = format!(
            "**3 caches cost more**\n\n<details>\n<summary>All</summary>\n\n{rows}\n</details>\n\nTotal: 99.00 USD"
        );
        let text = prepared(&body, "cost");
        assert!(text.chars().count() <= MOST_CHARACTERS, "{}", text.chars().count());
        assert!(text.starts_with("**3 caches cost more**") && text.contains("Total:"));
        assert!(text.contains("lines are left out") && text.ends_with("[//]: # (cachefit:cost:end)"));
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn names_do_nothing() {
        let text = harmless(
            "| @team | [a](https://evil.example) | <script>x</script> | www.evil.example |\n/merge\n[//]: # (cachefit:cost:end)",
        );
        for bad in ["@team", "](", "https://", "<script", "www.", "\n/merge", "\n[//]"] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        assert_eq!(harmless("<details>\n<summary>1 of 2</summary>"), "<details>\n<summary>1 of 2</summary>");
        assert_eq!(harmless("| a | 1.00 |\n|---|---:|"), "| a | 1.00 |\n|---|---:|");
        assert_eq!(difference("x <!-- cachefit difference: -12.34 USD --> y").unwrap().to_string(), "-12.34");
    }

    proptest! {
        #[test]
        fn any_text_is_harmless_and_short_enough(parts in prop::collection::vec("(@[a-z]{1,3}|<[!a-z/]{1,4}|https?://x|\\]\\(|#1|/close|```|<details>|</details>|\n|[a-z| ]{0,9}|\\PC)", 0..60), times in 1_usize..400) {
            let body = parts.concat().repeat(times);
            let text = prepared(&body, "t");
            prop_assert!(text.chars().count() <= MOST_CHARACTERS);
            let own = text.strip_suffix(&mark("t")).unwrap();
            prop_assert!(!own.contains("cachefit:t:end"));
            let chars: Vec<char> = own.chars().collect();
            for pair in chars.windows(2) {
                prop_assert!(!(pair[0] == '@' && pair[1].is_alphanumeric()), "{own}");
                prop_assert!(!(pair[0] == ']' && pair[1] == '('));
            }
            prop_assert!(!own.contains("://") && !own.contains("<!--"));
            prop_assert!(own.lines().all(|line| !line.starts_with('/')));
        }
    }
}
