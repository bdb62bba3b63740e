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
        // What would be right of one end is right of the range with that end.
        let end = |text: &str, whole: &dyn Fn(&str) -> String| {
            T::from_text(text)
                .map_err(|error| TextError { suggestion: error.suggestion.map(|s| whole(&s)), ..error })
        };
        let (low, high) = (
            end(low, &|fixed| format!("{fixed}..{}", high.trim()))?,
            end(high, &|fixed| format!("{}..{fixed}", low.trim()))?,
        );
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
