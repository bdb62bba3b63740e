//! Text that others have written, made harmless for each form: it cannot break a table, ping people, open links, or be
//! taken for a formula, a tag or a command.

use std::borrow::Cow;
use std::fmt::Write as _;

/// For HTML and XML, inside elements and inside quoted attributes.
pub fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            // XML 1.0 has no other control characters, and none of its non-characters.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c if turns(c) => {}
            c => safe.push(c),
        }
    }
    safe
}

/// Characters that turn a text around or that nobody sees: what is read is no longer what is written.
fn turns(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// For a terminal, whose colours stay: what would turn a text around is named in it.
pub fn terminal(text: &str) -> Cow<'_, str> {
    spelled_out(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// For JSON that was written already: such characters stand in its strings only, where their escape says the same.
pub fn json(text: &str) -> Cow<'_, str> {
    spelled_out(text, |c| format!("\\u{:04x}", u32::from(c)))
}

fn spelled_out(text: &str, spell: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(turns) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if turns(c) { safe.push_str(&spell(c)) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// A cell of a spreadsheet: what begins like a formula is quoted. Numbers stay numbers.
pub fn csv(cell: &str) -> Cow<'_, str> {
    if cell.contains(turns) {
        let plain: String = cell.chars().filter(|c| !turns(*c)).collect();
        return Cow::Owned(csv(&plain).into_owned());
    }
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let number = cell.parse::<rust_decimal::Decimal>().is_ok();
    if formula && !number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Markdown of a forge. Our own texts have code in single backquotes; it stays code.
pub fn markdown(text: &str) -> String {
    let text = single_backquotes(text);
    let parts: Vec<&str> = text.split('`').collect();
    let mut safe = String::with_capacity(text.len() + 16);
    let mut i = 0;
    while let Some(part) = parts.get(i) {
        prose(part, &mut safe);
        match (parts.get(i + 1), parts.get(i + 2)) {
            // Code of our own has no tags in it, and no bar behind a backslash, which no escape keeps out of a table's lines;
            // what has is somebody's text.
            (Some(inside), Some(_)) if !inside.contains(['<', '>']) && !inside.contains("\\|") => {
                safe.push('`');
                code(inside, &mut safe);
                safe.push('`');
                i += 2;
            }
            (Some(_), _) => {
                safe.push_str("\\`");
                i += 1;
            }
            (None, _) => break,
        }
    }
    safe
}

/// Runs of backquotes pair differently; they and line ends become something plain.
fn single_backquotes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '`' if plain.ends_with('`') => {
                plain.pop();
                plain.push('\'');
            }
            c if c.is_control() => plain.push(' '),
            c if turns(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

fn code(part: &str, safe: &mut String) {
    safe.push_str(&part.replace('|', "\\|"));
}

fn prose(part: &str, safe: &mut String) {
    let mut before = '\0';
    let mut rest = part.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | '*' | '[' | ']' | '|' => safe.extend(['\\', c]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            // `://` and `www.` become links by themselves, `#1` and `!1` references.
            ':' if rest.peek() == Some(&'/') => safe.push_str("&#58;"),
            '.' if before.eq_ignore_ascii_case(&'w') => safe.push_str("&#46;"),
            '#' | '!' | '~' if rest.peek().is_some_and(|c| !c.is_whitespace() && (*c != '~')) && c != '~' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            '~' if rest.peek() == Some(&'~') => safe.push_str("&#126;"),
            '_' if !before.is_alphanumeric() => safe.push_str("\\_"),
            c => safe.push(c),
        }
        before = c;
    }
}

/// The message of a workflow command of GitHub.
pub fn command(text: &str) -> String {
    let text: String = text.chars().filter(|c| !turns(*c)).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
pub fn property(text: &str) -> String {
    command(text).replace(':', "%3A").replace(',', "%2C")
}

/// A relative path as a URI.
pub fn uri(path: &str) -> String {
    let mut safe = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        assert_eq!(csv("=1+1"), "'=1+1");
        assert_eq!(csv("-12.50"), "-12.50", "a number is no formula");
        assert_eq!(
            markdown("@all [x](http://e) <b> #1 a|b"),
            "&#64;all \\[x\\](http&#58;//e) &lt;b&gt; &#35;1 a\\|b"
        );
        assert_eq!(markdown("take `a|b` and `c"), "take `a\\|b` and \\`c");
        assert_eq!(markdown("``x`` y"), "'x' y");
        assert_eq!(property("a:b,c\n"), "a%3Ab%2Cc%0A");
        assert_eq!(uri("a b/ü.yaml"), "a%20b/%C3%BC.yaml");
        assert_eq!(csv("\u{202e}=1"), "'=1");
        assert_eq!(terminal("\u{1b}[1ma\u{202e}b\u{1b}[0m"), "\u{1b}[1ma\\u{202e}b\u{1b}[0m");
        assert_eq!(json("{\"a\":\"\u{202e}\"}"), "{\"a\":\"\\u202e\"}");
        assert_eq!(markup("<a onclick='x'>\u{202e}"), "&lt;a onclick=&#39;x&#39;&gt;");
    }

    /// What of a text is outside of code, after Markdown has taken the escapes.
    fn outside_code(markdown: &str) -> (String, bool) {
        let mut plain = String::new();
        let mut chars = markdown.chars();
        let mut code = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if !code => {
                    chars.next();
                    // What stands around it does not meet.
                    plain.push(' ');
                }
                '`' => code = !code,
                c if !code => plain.push(c),
                _ => {}
            }
        }
        (plain, !code)
    }

    proptest! {
        #[test]
        fn nothing_of_a_name_is_markdown(text in "[ -~\\n`|<>@\\[\\]#:/wé\u{202e}]{0,60}") {
            let safe = markdown(&text);
            prop_assert!(!safe.contains('\n'));
            let (plain, closed) = outside_code(&safe);
            for taken in ["<", ">", "@", "[", "]", "|", "://", "www.", "*", "~~"] {
                prop_assert!(!plain.contains(taken), "{taken} in {safe}");
            }
            let cells = safe.replace("\\\\", "").replace("\\|", "");
            prop_assert!(!cells.contains('|'), "{safe}");
            prop_assert!(closed, "code is left open: {safe}");
        }

        #[test]
        fn nothing_of_a_name_is_a_command(text in "\\PC{0,40}|[\\r\\n:%,]{0,9}") {
            prop_assert!(!command(&text).contains(['\n', '\r']));
            prop_assert!(!property(&text).contains(['\n', '\r', ':', ',']));
            let markup = markup(&text);
            prop_assert!(!markup.contains(['<', '>', '"', '\'']));
        }
    }
}
