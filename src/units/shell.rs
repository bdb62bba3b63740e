//! Words of commands that people run.

/// A text as one word that a shell takes as it is.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_shell_expands_stands_bare() {
        assert_eq!(quoted("/srv/a-b_1.json"), "/srv/a-b_1.json");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        for sign in ["$", "`", "\"", "\\", "*", ";", " ", "~", "!", "{", "(", "#", "\n", "ä"] {
            assert_eq!(quoted(sign), format!("'{sign}'"));
        }
    }
}
