//! Reading units as people write them: a strict number, then a unit.

use thiserror::Error;

/// Why a text is not a value of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TextError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// The nearest text that would be right.
    pub suggestion: Option<String>,
}

impl TextError {
    /// An error without a suggestion.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None }
    }

    /// Adds the nearest right text.
    #[must_use]
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// A value that people write as a number with a unit.
pub trait FromText: Sized {
    /// What to write, for error messages: `a size such as 64KiB`.
    const EXPECTED: &'static str;
    /// Reads the whole of `text`.
    fn from_text(text: &str) -> Result<Self, TextError>;
}

/// `low..high`, or one value for both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range<T> {
    /// The lower end.
    pub low: T,
    /// The upper end.
    pub high: T,
}

impl<T: FromText + PartialOrd + Copy> FromText for Range<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_text(text: &str) -> Result<Self, TextError> {
        let Some((low, high)) = text.split_once("..") else {
            let value = T::from_text(text)?;
            return Ok(Self { low: value, high: value });
        };
        // What would be right of the ends is right of the range.
        let fixed = |text: &str| {
            let fixed = T::from_text(text).err().and_then(|error| error.suggestion);
            fixed.unwrap_or_else(|| text.trim().to_owned())
        };
        let whole = |error: TextError| {
            let suggestion = error.suggestion.map(|_| format!("{}..{}", fixed(low), fixed(high)));
            TextError { suggestion, ..error }
        };
        let (low, high) = (T::from_text(low).map_err(whole)?, T::from_text(high).map_err(whole)?);
        if low > high {
            let (left, right) = text.split_once("..").unwrap_or((text, text));
            return Err(TextError::new("the range runs backwards: the lower end comes first")
                .suggest(format!("{}..{}", right.trim(), left.trim())));
        }
        Ok(Self { low, high })
    }
}

/// A number and what follows it.
pub(super) struct Parts<'a> {
    pub number: f64,
    pub unit: &'a str,
}

/// Splits `12.5 k/s` into 12.5 and `k/s`. Digits may be grouped with `_`; exponents are allowed; signs are not.
pub(super) fn split<'a>(text: &'a str, expected: &str) -> Result<Parts<'a>, TextError> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('-') {
        return Err(TextError::new(format!("a negative value is not possible here: expected {expected}"))
            .suggest(rest.trim().to_owned()));
    }
    if let Some(error) = grouped(text) {
        return Err(error);
    }
    let end = number_end(text);
    let whole = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if !whole(text.chars().next()) || !whole(text[..end].chars().next_back()) {
        return Err(TextError::new(format!("expected {expected}, found `{}`", clip(text))));
    }
    let digits: String = text[..end].chars().filter(|c| *c != '_').collect();
    let number: f64 =
        digits.parse().map_err(|_| TextError::new(format!("expected {expected}, found `{}`", clip(text))))?;
    if !number.is_finite() || number > 1e24 {
        return Err(TextError::new(format!("`{}` is too large: expected {expected}", clip(text))));
    }
    Ok(Parts { number, unit: text[end..].trim() })
}

/// The error about digits that are grouped as people do by hand: `10,000`, `10 000`, `10'000`, `1.000.000`. Whether
/// `1,5` is one and a half or fifteen is a matter of country, so that it is not guessed.
fn grouped(text: &str) -> Option<TextError> {
    const BETWEEN: &[char] = &[',', '.', ' ', '\'', '’', '\u{a0}', '\u{2009}', '\u{202f}'];
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != '_' && !BETWEEN.contains(&c)).unwrap_or(text.len());
    let written = text[..end].trim_end_matches(BETWEEN);
    let groups: Vec<&str> = written.split(BETWEEN).collect();
    let points = written.matches('.').count();
    let plain = written.contains(|c| BETWEEN.contains(&c) && c != '.') || points > 1;
    if !plain
        || groups.iter().any(|group| group.is_empty())
        || !written.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let rest = text[written.len()..].trim_start();
    let error = TextError::new(format!(
        "`{}` is no number here: digits are grouped by `_` or not at all, and a fraction follows a point",
        clip(written)
    ));
    let (first, others) = groups.split_first()?;
    // `10,000.5` has a fraction, `1.000.000` has none.
    let (others, fraction) = match others.split_last() {
        Some((last, whole)) if points == 1 && written.ends_with(&format!(".{last}")) => (whole, Some(last)),
        _ => (others, None),
    };
    if first.len() <= 3 && others.iter().all(|group| group.len() == 3) {
        let whole: Vec<&str> = std::iter::once(first).chain(others).copied().collect();
        let fraction = fraction.map_or_else(String::new, |digits| format!(".{digits}"));
        return Some(error.suggest(format!("{}{fraction}{rest}", whole.join("_"))));
    }
    Some(match (others, fraction) {
        ([decimals], None) => error.suggest(format!("{first}.{decimals}{rest}")),
        _ => error,
    })
}

/// Where the number ends. `1e6` is a number, the `e` of `1 each` is not.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() && (bytes[i].is_ascii_digit() || matches!(bytes[i], b'.' | b'_')) {
        i += 1;
    }
    if i > 0 && i < bytes.len() && matches!(bytes[i], b'e' | b'E') {
        let mut j = i + 1;
        if j < bytes.len() && matches!(bytes[j], b'+' | b'-') {
            j += 1;
        }
        let digits = j;
        while j < bytes.len() && bytes[j].is_ascii_digit() {
            j += 1;
        }
        if j > digits {
            i = j;
        }
    }
    i
}

/// Finds `unit` in a table of names and factors; otherwise an error that names the nearest one.
pub(super) fn factor(
    unit: &str,
    table: &[(&str, f64)],
    number: f64,
    expected: &str,
) -> Result<f64, TextError> {
    if let Some((_, factor)) = table.iter().find(|(name, _)| *name == unit) {
        return Ok(*factor);
    }
    let shown = if unit.is_empty() {
        format!("a unit is missing: expected {expected}")
    } else {
        format!("unknown unit `{}`: expected {expected}", clip(unit))
    };
    // The first letter is the size of the unit: `EB` is not `kB`.
    let alike = |name: &&str| {
        let first = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
        !name.is_empty() && first(name) == first(unit)
    };
    let nearest = nearest(unit, table.iter().map(|(name, _)| *name).filter(alike));
    let error = TextError::new(shown);
    Err(match nearest {
        Some(name) if !unit.is_empty() => error.suggest(format!("{}{name}", plain(number))),
        _ => error,
    })
}

/// The name nearest to `wanted`, if one is near enough to be meant: other letters only in case, or a slip or two.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: String = wanted.chars().take(40).collect::<String>().to_lowercase();
    let slips = 1 + wanted.chars().count() / 5;
    names
        .map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= slips && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Cuts a text that is too long to be quoted in a message.
pub(super) fn clip(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}

/// A number without trailing zeros, for suggestions and reports.
pub(super) fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        let text = format!("{number:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Three significant digits: `1.23`, `12.3`, `123`.
pub(super) fn short(number: f64) -> String {
    let text = if number.abs() < 9.995 {
        format!("{number:.2}")
    } else if number.abs() < 99.95 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::{Bytes, Count, Rate};
    use super::*;

    #[test]
    fn numbers_as_people_type_them_are_told_how_to_write() {
        fn fixed<T: FromText>(text: &str) -> Option<String> {
            let error = T::from_text(text).err()?;
            assert!(error.message.contains("no number here"), "{text}: {error}");
            assert!(!error.message.contains("unknown unit"), "{text}: {error}");
            // What is suggested is right.
            error.suggestion.inspect(|right| assert!(T::from_text(right).is_ok(), "{text}: {right}"))
        }
        for (typed, right) in [
            ("10,000", "10_000"),
            ("10 000", "10_000"),
            ("10'000", "10_000"),
            ("10\u{202f}000", "10_000"),
            ("1,234,567", "1_234_567"),
            ("1.234.567", "1_234_567"),
            ("2,5M", "2.5M"),
        ] {
            assert_eq!(fixed::<Count>(typed).as_deref(), Some(right), "{typed}");
        }
        assert_eq!(fixed::<Rate>("12 000/s").as_deref(), Some("12_000/s"));
        assert_eq!(fixed::<Rate>("1,234.5/s").as_deref(), Some("1_234.5/s"));
        assert_eq!(fixed::<Bytes>("1,5 GiB").as_deref(), Some("1.5GiB"));
        assert_eq!(fixed::<Range<Count>>("10,000..20,000").as_deref(), Some("10_000..20_000"));
        assert_eq!(fixed::<Range<Count>>("10,000..20k").as_deref(), Some("10_000..20k"));
        assert_eq!(fixed::<Count>("1,2,3"), None);
        for (text, number) in
            [("10_000", 1e4), ("1e4", 1e4), ("10 k", 1e4), ("2.5M", 2.5e6), ("1 000e0", 0.0)]
        {
            match Count::from_text(text) {
                Ok(count) => assert_eq!(count.0, number),
                Err(error) => assert!(error.message.contains("no number here"), "{text}: {error}"),
            }
        }
    }
}
