//! A list that a service gives page by page.

use serde::de::DeserializeOwned;

use super::{ListError, Page, Read, Reading};

/// Reads pages in their order. `one` reads what a page answers on a day, and says whether another page follows it.
pub fn paged<T: DeserializeOwned>(
    pages: &[Page],
    reading: Reading<'_>,
    one: impl Fn(&Page, &T, &str, &mut Read) -> Result<bool, ListError>,
) -> Result<Read, ListError> {
    let mut read = Read::default();
    let mut cut = None;
    for page in pages {
        let day = reading.day.ok_or_else(|| ListError::NoDay { page: page.name.clone() })?;
        let answer: T = serde_json::from_str(&page.text).map_err(|error| ListError::broken(page, &error))?;
        cut = one(page, &answer, day, &mut read)?.then_some(page);
    }
    match cut {
        Some(page) => Err(ListError::Cut { page: page.name.clone() }),
        None => Ok(read),
    }
}
