//! The text of a comment: marked, harmless, not too long.

use rust_decimal::Decimal;

/// So begins what a report says of itself.
const BEGIN: &str = "<!-- cachefit difference: ";
/// GitHub refuses more than 65,536.
pub const MOST_CHARACTERS: usize = 65_000;
/// Breaks a word for a forge, and is not seen.
const NOTHING: char = '\u{200b}';
/// Tags that a report may have; all others are shown as text.
const TAGS: [&str; 10] =
    ["<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "<br>", "<b>", "</b>", "<br/>"];
/// How reports write characters that mean something to a forge.
const WRITTEN: [(&str, char); 6] =
    [("&#64;", '@'), ("&#35;", '#'), ("&#33;", '!'), ("&#58;", ':'), ("&#46;", '.'), ("&#126;", '~')];
/// Characters with a name that mean nothing to a forge.
const NAMED: [&str; 4] = ["&amp;", "&lt;", "&gt;", "&quot;"];
/// Of what may be kept of a long text, this part is its end.
const TAIL: usize = 3;

/// The hidden mark of a report. A reference that nothing refers to is shown by no forge; comments of HTML are, by some.
pub fn mark(tag: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    format!("[//]: # (cachefit:{}:end)", tag.chars().map(plain).collect::<String>())
}

/// What a report against a baseline says of itself in its first line, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Dollars a month, after less before; none where a difference is not known.
    pub difference: Option<Decimal>,
    /// Deployments that are new, removed or changed.
    pub changed: u32,
    /// Gates that are breached.
    pub breached: u32,
}

/// Reads the first line of a report: `<!-- cachefit difference: -12.34 USD; 2 changed; 0 breached -->`. Nothing that stands
/// further down counts: names in profiles stand there.
pub fn said(body: &str) -> Option<Said> {
    let (line, _) = first_line(body)?;
    let mut parts = line.split("; ");
    let difference = match parts.next()? {
        "unknown" => None,
        usd => Some(usd.strip_suffix(" USD")?.trim_start_matches('+').parse().ok()?),
    };
    let mut count = |what: &str| parts.next()?.strip_suffix(what)?.parse().ok();
    Some(Said { difference, changed: count(" changed")?, breached: count(" breached")? })
}

/// What the first line says, and all that follows it.
fn first_line(body: &str) -> Option<(&str, &str)> {
    let rest = body.trim_start_matches('\u{feff}').strip_prefix(BEGIN)?;
    let (line, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    Some((line.trim_end().strip_suffix(" -->")?, rest))
}

/// The text as it is posted.
pub fn prepared(body: &str, tag: &str) -> String {
    let mark = mark(tag);
    let room = MOST_CHARACTERS - mark.chars().count() - 2;
    // It is for programs, and not every forge hides comments of HTML.
    let body = first_line(body).map_or(body, |(_, rest)| rest.trim_start());
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
        words(line, &mut out);
    }
    out
}

/// A line, word by word. What a forge makes of a text is decided on what is shown, so that a character written as `&#64;` is
/// as good as the character: it is written plainly, and broken like it.
fn words(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let mut after = &rest[c.len_utf8()..];
        match c {
            '<' => match TAGS.iter().find(|tag| rest.starts_with(**tag)) {
                Some(tag) => {
                    out.push_str(tag);
                    after = &rest[tag.len()..];
                }
                None => out.push_str("&lt;"),
            },
            '&' => match WRITTEN.iter().find(|(written, _)| rest.starts_with(written)) {
                Some((written, plain)) => {
                    out.extend([*plain, NOTHING]);
                    after = &rest[written.len()..];
                }
                None if NAMED.iter().any(|name| rest.starts_with(name)) => out.push('&'),
                None => out.push_str("&amp;"),
            },
            'w' | 'W' if rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) => {
                out.extend([c, NOTHING]);
            }
            c if c.is_control() && c != '\t' => out.push(' '),
            c => {
                out.push(c);
                if after.chars().next().is_some_and(|next| means(c, next)) {
                    out.push(NOTHING);
                }
            }
        }
        rest = after;
    }
}

/// Whether two characters are the beginning of a mention, a reference, an image or a link.
fn means(c: char, next: char) -> bool {
    match c {
        '@' => !next.is_whitespace() && next != '|',
        '#' => next.is_alphanumeric(),
        '!' => next.is_alphanumeric() || next == '[',
        ':' => next == '/',
        ']' => matches!(next, '(' | '[' | ':'),
        _ => false,
    }
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
        for own in [
            "| a | 1.00 |\n|---|---:|",
            "### A heading",
            "take `cachefit cost PATHS --baseline git:main --as-of 2026-11-22`: once!",
            "1 &lt; 2 &amp; 3",
        ] {
            assert_eq!(harmless(own), own);
        }
        for (written, shown) in [
            ("&#64;team", "@\u{200b}team"),
            ("&#35;1", "#\u{200b}1"),
            ("&commat;team", "&amp;commat;team"),
            ("&#x40;team", "&amp;#\u{200b}x40;team"),
            ("http&#58;//e", "http:\u{200b}//e"),
        ] {
            assert_eq!(harmless(written), shown);
        }
    }

    #[test]
    fn only_the_first_line_says_what_changed() {
        let line = |usd: &str| {
            format!("<!-- cachefit difference: {usd}; 2 changed; 1 breached -->\n## Cost change\n")
        };
        let found = said(&line("-12.34 USD")).unwrap();
        assert_eq!(found, Said { difference: Some(Decimal::new(-1234, 2)), changed: 2, breached: 1 });
        assert_eq!(said(&line("+12.34 USD")).unwrap().difference, Some(Decimal::new(1234, 2)));
        assert_eq!(said(&line("unknown")).unwrap().difference, None);
        assert_eq!(said(&format!("## x\n{}", line("0.00 USD"))), None);
        assert_eq!(said("<!-- cachefit difference: 0.00 USD; 0 changed; 0 breached\n-->"), None);
        assert_eq!(prepared(&line("0.00 USD"), "t"), "## Cost change\n\n[//]: # (cachefit:t:end)");
    }

    proptest! {
        #[test]
        fn any_text_is_harmless_and_short_enough(parts in prop::collection::vec("(@[a-z]{1,3}|&#64;[a-z]|&#[0-9x]{1,3};|&[a-z]{2,6};|<!-- cachefit difference: 1 USD; 1 changed; 1 breached -->|<[!a-z/]{1,4}|https?://x|\\]\\(|#1|/close|```|<details>|</details>|\n|[a-z| ]{0,9}|\\PC)", 0..60), times in 1_usize..400) {
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
