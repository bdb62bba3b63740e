//! The price lists of vendors, as they publish them: which of their records is the price of what.
//!
//! A record is matched exactly or not at all. What is skipped is counted by its reason, and what looks like a price but
//! cannot be one is named.

mod aws;
mod azure;
#[cfg(feature = "net")]
mod download;
mod gcp;
mod pages;
mod sort;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

pub use aws::sifted;

use crate::catalog::{LeftOut, PriceRecord};
use crate::units::Provider;
#[cfg(feature = "net")]
pub use download::{Download, DownloadError, Places, kind_of};
pub use sort::{Kind, kind};

/// A file of a list, or an answer of its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it is from, for messages.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// What was read of one vendor's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The prices.
    pub records: Vec<PriceRecord>,
    /// Records that look like prices and are none.
    pub left_out: Vec<LeftOut>,
    /// Records that are about something else, by the reason.
    pub skipped: BTreeMap<&'static str, usize>,
}

/// What was read, in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListRead {
    /// The list: `AWS Price List`.
    pub list: &'static str,
    /// Files or answers.
    pub pages: usize,
    /// Prices of caches.
    pub prices: usize,
    /// Records that are about something else, by the reason.
    pub skipped: BTreeMap<&'static str, usize>,
}

/// Why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// It is none of the lists.
    #[error(
        "{0} is no price list that cachefit reads: expected an AWS offer file (JSON or CSV), pages of Azure's Retail Prices API, or pages of Google's Cloud Billing Catalog"
    )]
    Unknown(String),
    /// It cannot be parsed.
    #[error("{page}: {why}")]
    Broken {
        /// Which page.
        page: String,
        /// Why.
        why: String,
    },
    /// A page says that there are more.
    #[error("{page} is not the last page of its list, and no page follows it")]
    Cut {
        /// Which page.
        page: String,
    },
    /// The list does not say of which day it is.
    #[error("{page} does not say on which day it was true")]
    NoDay {
        /// Which page.
        page: String,
    },
}

impl ListError {
    fn broken(page: &Page, why: &impl ToString) -> Self {
        Self::Broken { page: page.name.clone(), why: why.to_string() }
    }
}

impl Read {
    fn skip(&mut self, why: &'static str) {
        *self.skipped.entry(why).or_default() += 1;
    }

    fn leave_out(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.left_out.push(LeftOut { what: what.into(), why: why.into() });
    }
}

/// What decides how records are read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The day on which the pages were fetched; none for files of which nobody said it.
    pub day: Option<&'a str>,
    /// Whether the catalogue has a region.
    pub region: &'a dyn Fn(Provider, &str) -> bool,
}

/// Reads the pages of one vendor, in their order.
pub fn read(kind: Kind, pages: &[Page], reading: Reading<'_>) -> Result<Read, ListError> {
    match kind {
        Kind::AwsJson | Kind::AwsCsv => aws::read(pages, reading),
        Kind::Azure => azure::read(pages, reading),
        Kind::Gcp => gcp::read(pages, reading),
    }
}
