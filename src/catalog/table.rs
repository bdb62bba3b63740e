//! Reading the embedded tables: tab-separated, one header line, an empty field means unknown.

use std::str::FromStr;

use thiserror::Error;

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}, line {line}: {message}")]
pub struct DataError {
    /// The table.
    pub file: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// What was found and what was expected.
    pub message: String,
}

/// A table with its columns in a fixed order.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub file: &'static str,
    pub header: &'static str,
}

/// One line of a table; fields are taken from left to right.
pub(super) struct Row {
    file: &'static str,
    line: usize,
    /// What was not taken yet; none after the last field.
    rest: Option<&'static str>,
}

impl Table {
    /// The rows of `text`, after the header was compared.
    pub fn rows(self, text: &'static str) -> Result<impl Iterator<Item = Row>, DataError> {
        Ok(self.body(text)?.lines().enumerate().map(move |(i, line)| self.row(i + 2, line)))
    }

    /// What follows the header, after it was compared.
    pub fn body(self, text: &'static str) -> Result<&'static str, DataError> {
        let (header, body) = text.split_once('\n').unwrap_or((text, ""));
        if header != self.header {
            return Err(self.error(1, format!("the columns are `{header}`, expected `{}`", self.header)));
        }
        Ok(body)
    }

    /// One line of the table.
    pub fn row(self, line: usize, text: &'static str) -> Row {
        Row { file: self.file, line, rest: Some(text) }
    }

    /// An error on a line.
    pub fn error(self, line: usize, message: impl Into<String>) -> DataError {
        DataError { file: self.file, line, message: message.into() }
    }
}

impl Row {
    /// The next field, empty or not.
    pub fn text(&mut self) -> Result<&'static str, DataError> {
        self.next().ok_or_else(|| self.error("a field is missing"))
    }

    /// The next field; none after the last.
    pub fn next(&mut self) -> Option<&'static str> {
        let rest = self.rest?;
        // Fields are a few bytes long: a plain scan beats the searchers of the standard library.
        let (field, rest) = match rest.bytes().position(|byte| byte == b'\t') {
            Some(tab) => (&rest[..tab], Some(&rest[tab + 1..])),
            None => (rest, None),
        };
        self.rest = rest;
        Some(field)
    }

    /// The next field as text; none if it is empty.
    pub fn optional(&mut self) -> Result<Option<&'static str>, DataError> {
        self.text().map(|text| (!text.is_empty()).then_some(text))
    }

    /// The next field as a value; none if it is empty.
    pub fn value<T: FromStr>(&mut self) -> Result<Option<T>, DataError> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.error(&format!("`{text}` is not a value of this column")))
    }

    /// The next field as a value that must be there.
    pub fn required<T: FromStr>(&mut self) -> Result<T, DataError> {
        self.value()?.ok_or_else(|| self.error("a field is empty"))
    }

    /// The next field as one of a list of words.
    pub fn word<T: Copy>(&mut self, words: &[(&str, T)]) -> Result<T, DataError> {
        let text = self.text()?;
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| self.error(&format!("`{text}` is not a word of this column")))
    }

    /// An error on this line.
    pub fn error(&self, message: &str) -> DataError {
        DataError { file: self.file, line: self.line, message: message.to_owned() }
    }
}

/// Sentences that many rows share, by id.
pub(super) struct Texts(Vec<(&'static str, &'static str)>);

impl Texts {
    const TABLE: Table = Table { file: "texts.tsv", header: "id\ttext" };

    /// Reads the table, in any order of lines.
    pub fn parse(text: &'static str) -> Result<Self, DataError> {
        let mut entries = Vec::new();
        for mut row in Self::TABLE.rows(text)? {
            entries.push((row.text()?, row.text()?));
        }
        entries.sort_unstable();
        match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Self::TABLE.error(1, format!("`{}` is there twice", pair[0].0))),
            None => Ok(Self(entries)),
        }
    }

    /// The text that the next field of a row names; none if it is empty.
    pub fn optional(&self, row: &mut Row) -> Result<Option<&'static str>, DataError> {
        let id = row.text()?;
        if id.is_empty() {
            return Ok(None);
        }
        match self.0.binary_search_by_key(&id, |entry| entry.0) {
            Ok(i) => Ok(Some(self.0[i].1)),
            Err(_) => Err(row.error(&format!("there is no text `{id}`"))),
        }
    }

    /// The text that the next field of a row must name.
    pub fn required(&self, row: &mut Row) -> Result<&'static str, DataError> {
        self.optional(row)?.ok_or_else(|| row.error("a text is missing"))
    }
}
