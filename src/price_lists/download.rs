//! The pages of a list from its official address, all of them.

use serde::Deserialize;
use thiserror::Error;

use super::{Kind, Page};
use crate::net::{Http, Method, NetError, Pause, Request, send};
use crate::units::Provider;

/// More pages than any list has: one that goes on for ever is an error.
const MOST_PAGES: usize = 500;
/// Services of Google's catalogue: Memorystore for Redis and Redis Cluster, and for Valkey.
const GOOGLE_SERVICES: [&str; 2] = ["5AF5-2C11-D467", "A2B5-E0F1-B0F3"];

/// Where the lists are.
#[derive(Clone, Debug)]
pub struct Places {
    /// AWS's offers.
    pub aws: String,
    /// Azure's Retail Prices API.
    pub azure: String,
    /// Google's Cloud Billing Catalog.
    pub google: String,
    /// The key that Google's catalogue wants.
    pub google_key: Option<String>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            aws: "https://pricing.us-east-1.amazonaws.com".to_owned(),
            azure: "https://prices.azure.com".to_owned(),
            google: "https://cloudbilling.googleapis.com".to_owned(),
            google_key: None,
        }
    }
}

/// Why a list cannot be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DownloadError {
    /// Nothing came back.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The service did not give it.
    #[error("{place} answered with status {status}{why}")]
    Status {
        /// Where.
        place: String,
        /// What it said.
        status: u16,
        /// The start of its words.
        why: String,
    },
    /// It is not what was expected.
    #[error("{place}: {why}")]
    Unexpected {
        /// Where.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// Google's catalogue is read with a key.
    #[error("Google's Cloud Billing Catalog is read with an API key, and GOOGLE_API_KEY is not set")]
    NoKey,
}

/// The list of a provider; none for one that publishes none.
pub fn kind_of(provider: Provider) -> Option<Kind> {
    match provider {
        Provider::Aws => Some(Kind::AwsJson),
        Provider::Azure => Some(Kind::Azure),
        Provider::Gcp => Some(Kind::Gcp),
        Provider::Upstash | Provider::Local => None,
    }
}

/// Fetches lists.
pub struct Download<'a> {
    /// Sends the requests.
    pub http: &'a dyn Http,
    /// Waits when a service is busy.
    pub pause: Pause<'a>,
    /// Where the lists are.
    pub places: &'a Places,
    /// The regions that are wanted; all where none is named.
    pub regions: &'a [String],
    /// Told of every page.
    pub progress: &'a dyn Fn(&str),
}

#[derive(Deserialize)]
struct RegionIndex {
    regions: std::collections::BTreeMap<String, RegionEntry>,
}

#[derive(Deserialize)]
struct RegionEntry {
    #[serde(rename = "currentVersionUrl")]
    url: String,
}

#[derive(Deserialize)]
struct Next {
    #[serde(rename = "NextPageLink")]
    link: Option<String>,
    #[serde(rename = "nextPageToken", default)]
    token: String,
}

impl Download<'_> {
    /// All pages of a list.
    pub fn pages(&self, kind: Kind) -> Result<Vec<Page>, DownloadError> {
        match kind {
            Kind::AwsJson | Kind::AwsCsv => self.aws(),
            Kind::Azure => self.azure(),
            Kind::Gcp => self.google(),
        }
    }

    fn aws(&self) -> Result<Vec<Page>, DownloadError> {
        let index = self.get(&format!(
            "{}/offers/v1.0/aws/AmazonElastiCache/current/region_index.json",
            self.places.aws
        ))?;
        let all: RegionIndex = parsed(&index)?;
        let mut pages = Vec::new();
        for (region, entry) in all.regions {
            if !self.regions.is_empty() && !self.regions.contains(&region) {
                continue;
            }
            if !entry.url.starts_with('/') {
                let why = format!("the offer of {region} is not below the same address");
                return Err(DownloadError::Unexpected { place: index.name, why });
            }
            pages.push(self.get(&format!("{}{}", self.places.aws, entry.url))?);
        }
        Ok(pages)
    }

    fn azure(&self) -> Result<Vec<Page>, DownloadError> {
        let base = format!(
            "{}/api/retail/prices?api-version=2023-01-01-preview&currencyCode='USD'",
            self.places.azure
        );
        let filters: Vec<String> = if self.regions.is_empty() {
            vec!["serviceName eq 'Redis Cache'".to_owned()]
        } else {
            // A quote within quotes is doubled.
            let one = |r: &String| {
                format!("serviceName eq 'Redis Cache' and armRegionName eq '{}'", r.replace('\'', "''"))
            };
            self.regions.iter().map(one).collect()
        };
        let mut pages = Vec::new();
        for filter in filters {
            let first = format!("{base}&$filter={}", encoded(&filter));
            let next = |page: &Page| -> Result<Option<String>, DownloadError> {
                let Some(link) = parsed::<Next>(page)?.link.filter(|link| !link.is_empty()) else {
                    return Ok(None);
                };
                // The service names itself with its port.
                let host = |url: &str| url.split('/').nth(2).map(|h| h.trim_end_matches(":443").to_owned());
                if host(&link) == host(&self.places.azure) {
                    return Ok(Some(link));
                }
                let why = "the next page is at another address".to_owned();
                Err(DownloadError::Unexpected { place: page.name.clone(), why })
            };
            self.follow(first, next, &mut pages)?;
        }
        Ok(pages)
    }

    fn google(&self) -> Result<Vec<Page>, DownloadError> {
        let key = self.places.google_key.as_deref().ok_or(DownloadError::NoKey)?;
        let mut pages = Vec::new();
        for service in GOOGLE_SERVICES {
            let first = format!(
                "{}/v1/services/{service}/skus?pageSize=5000&key={}",
                self.places.google,
                encoded(key)
            );
            let next = |page: &Page| -> Result<Option<String>, DownloadError> {
                let token = parsed::<Next>(page)?.token;
                Ok((!token.is_empty()).then(|| format!("{first}&pageToken={}", encoded(&token))))
            };
            self.follow(first.clone(), next, &mut pages)?;
        }
        Ok(pages)
    }

    /// A page and all that follow it.
    fn follow(
        &self,
        first: String,
        next: impl Fn(&Page) -> Result<Option<String>, DownloadError>,
        pages: &mut Vec<Page>,
    ) -> Result<(), DownloadError> {
        let mut url = Some(first);
        let start = pages.len();
        while let Some(at) = url {
            let page = self.get(&at)?;
            if pages.len() - start == MOST_PAGES {
                let why = format!("the list has more than {MOST_PAGES} pages");
                return Err(DownloadError::Unexpected { place: page.name, why });
            }
            url = next(&page)?;
            pages.push(page);
        }
        Ok(())
    }

    fn get(&self, url: &str) -> Result<Page, DownloadError> {
        let request = Request::new(Method::Get, url);
        (self.progress)(request.place());
        let answer = send(self.http, &request, self.pause)?;
        let name = request.place().to_owned();
        if !answer.is_success() {
            let words: String = answer.body.chars().take(200).collect();
            let why = if words.is_empty() { words } else { format!(": {words}") };
            return Err(DownloadError::Status { place: name, status: answer.status, why });
        }
        Ok(Page { name, text: answer.body })
    }
}

fn parsed<'a, T: Deserialize<'a>>(page: &'a Page) -> Result<T, DownloadError> {
    serde_json::from_str(&page.text)
        .map_err(|error| DownloadError::Unexpected { place: page.name.clone(), why: error.to_string() })
}

/// Text as a part of a query.
fn encoded(text: &str) -> String {
    let byte = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}
