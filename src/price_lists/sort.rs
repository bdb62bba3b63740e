//! Which list a file belongs to.

use super::{ListError, Page};
use crate::units::Provider;

/// A list that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An offer file of AWS as JSON, or an answer of its `GetProducts`.
    AwsJson,
    /// An offer file of AWS as CSV.
    AwsCsv,
    /// Pages of Azure's Retail Prices API.
    Azure,
    /// Pages of Google's Cloud Billing Catalog.
    Gcp,
}

impl Kind {
    /// Whose list it is.
    pub fn provider(self) -> Provider {
        match self {
            Self::AwsJson | Self::AwsCsv => Provider::Aws,
            Self::Azure => Provider::Azure,
            Self::Gcp => Provider::Gcp,
        }
    }

    /// The name of the list, as reports call it.
    pub fn list(self) -> &'static str {
        match self {
            Self::AwsJson | Self::AwsCsv => "AWS Price List",
            Self::Azure => "Azure Retail Prices API",
            Self::Gcp => "Cloud Billing Catalog",
        }
    }
}

/// The names that tell a JSON list: they stand on its first level.
#[derive(serde::Deserialize)]
struct Names {
    #[serde(rename = "offerCode")]
    offer: Option<serde::de::IgnoredAny>,
    #[serde(rename = "PriceList")]
    products: Option<serde::de::IgnoredAny>,
    #[serde(rename = "Items")]
    items: Option<serde::de::IgnoredAny>,
    skus: Option<serde::de::IgnoredAny>,
}

/// The list that a page is of.
pub fn kind(page: &Page) -> Result<Kind, ListError> {
    let text = page.text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("\"FormatVersion\"") || text.starts_with("FormatVersion") {
        return Ok(Kind::AwsCsv);
    }
    let names: Names = match serde_json::from_str(text) {
        Ok(names) => names,
        Err(error) if text.starts_with('{') => return Err(ListError::broken(page, &error)),
        Err(_) => return Err(ListError::Unknown(page.name.clone())),
    };
    match names {
        Names { offer: Some(_), .. } | Names { products: Some(_), .. } => Ok(Kind::AwsJson),
        Names { items: Some(_), .. } => Ok(Kind::Azure),
        Names { skus: Some(_), .. } => Ok(Kind::Gcp),
        _ => Err(ListError::Unknown(page.name.clone())),
    }
}
