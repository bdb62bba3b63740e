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
/// A line of a long text that is longer loses its middle: it would leave no room for the others.
const LONGEST_LINE: usize = 16_000;
/// Within so many characters a cut looks for a blank: tags and written characters have none, and stay whole.
const TO_BLANK: usize = 200;

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

/// Whether the ending of a text is our mark, on a line of its own. A reply that quotes us has it behind a `>`.
pub fn is_marked(body: &str, tag: &str) -> bool {
    body.trim_end().lines().next_back() == Some(mark(tag).as_str())
}

/// Whether a report has nothing to show.
pub fn is_empty(body: &str) -> bool {
    let body = first_line(body).map_or(body, |(_, rest)| rest);
    body.chars().all(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | NOTHING))
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
    let shortened: Vec<String> = text.lines().map(shortened).collect();
    let lines: Vec<&str> = shortened.iter().map(String::as_str).collect();
    let whole = lines.iter().map(|line| line.chars().count() + 1).sum::<usize>() < room;
    let first = if whole { room } else { room * (TAIL - 1) / TAIL };
    let (mut head, mut used) = (0, 0);
    while head < lines.len() && used + lines[head].chars().count() < first {
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
    if tail > head {
        out.push_str(&format!(
            "\n\n**{} lines are left out: the comment would be too long.**\n\n",
            tail - head
        ));
    }
    if tail < lines.len() && fenced(&lines[..tail]) {
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

/// A line that leaves room for others: a long one keeps its beginning and its end.
fn shortened(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= LONGEST_LINE {
        return line.to_owned();
    }
    let (mut head, mut tail) = (LONGEST_LINE * (TAIL - 1) / TAIL, chars.len() - LONGEST_LINE / TAIL);
    if let Some(back) = chars[head - TO_BLANK..head].iter().rev().position(|c| c.is_whitespace()) {
        head -= back;
    } else if let Some(back) = chars[head - TO_BLANK..head].iter().rev().position(|c| matches!(c, '<' | '&'))
    {
        head -= back + 1;
    }
    if let Some(on) = chars[tail..tail + TO_BLANK].iter().position(|c| c.is_whitespace()) {
        tail += on;
    } else if let Some(on) = chars[tail..tail + TO_BLANK].iter().position(|c| matches!(c, '>' | ';')) {
        tail += on + 1;
    }
    let (first, last): (String, String) = (chars[..head].iter().collect(), chars[tail..].iter().collect());
    format!("{} … {} characters are left out … {}", first.trim_end(), tail - head, last.trim_start())
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
    fn a_long_line_loses_its_middle_and_no_other_line() {
        let long = format!("**verdict** {}| Total | 99.00 USD |", "word <br> ".repeat(20_000));
        let body = format!("## Cost change\n\n{long}\n\n<details>\n\nwhy\n\n</details>\n\nTotal: 99.00 USD");
        let text = prepared(&body, "cost");
        assert!(text.chars().count() <= MOST_CHARACTERS, "{}", text.chars().count());
        for kept in ["## Cost change\n\n**verdict** word", "99.00 USD |\n", "why", "\nTotal: 99.00 USD\n"] {
            assert!(text.contains(kept), "{kept}: {}", text.chars().take(300).collect::<String>());
        }
        assert!(text.contains("characters are left out") && !text.contains("lines are left out"));
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        // What has no blank is cut as well, and no tag or written character in two.
        for (unit, whole) in [("x", "x"), ("<br>", "<br>"), ("&amp;", "&amp;"), ("🦀", "🦀")] {
            let text = prepared(&format!("verdict\n\n{}\n\nTotal", unit.repeat(70_000)), "cost");
            assert!(text.starts_with("verdict\n\n") && text.contains("\n\nTotal\n"), "{unit}");
            let line = text.lines().nth(2).unwrap();
            let (first, rest) = line.split_once(" … ").unwrap();
            let (_, last) = rest.split_once(" … ").unwrap();
            assert!(first.len() > 8_000 && first.replace(whole, "").is_empty(), "{unit}");
            assert!(last.len() > 4_000 && last.replace(whole, "").is_empty(), "{unit}");
        }
        // Many long lines are lines that do not fit.
        let many =
            prepared(&format!("verdict\n{}\nTotal", format!("{}\n", "y ".repeat(12_000)).repeat(9)), "cost");
        assert!(
            many.starts_with("verdict") && many.contains("lines are left out") && many.contains("\nTotal\n")
        );
        assert!(many.chars().count() <= MOST_CHARACTERS);
    }

    #[test]
    fn a_mark_is_ours_on_a_line_of_its_own_at_the_end() {
        let text = prepared("x", "cost");
        assert!(
            is_marked(&text, "cost") && is_marked(&format!("{}\r\n", text.replace('\n', "\r\n")), "cost")
        );
        for other in [
            text.lines().map(|line| format!("> {line}\n")).collect::<String>(),
            format!("{text}\n\nwhat is this?"),
            "what is [//]: # (cachefit:cost:end)".to_owned(),
            format!("    {}", mark("cost")),
            prepared("x", "other"),
            String::new(),
        ] {
            assert!(!is_marked(&other, "cost"), "{other}");
        }
    }

    #[test]
    fn a_report_without_a_word_is_empty() {
        let line = "<!-- cachefit difference: 0.00 USD; 0 changed; 0 breached -->";
        for empty in ["", " \n\t\n", "\u{feff}\n", "\u{200b}", line, &format!("{line}\n\n")] {
            assert!(is_empty(empty), "{empty:?}");
        }
        for full in ["x", &format!("{line}\n## Cost"), "-"] {
            assert!(!is_empty(full), "{full:?}");
        }
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
