//! The pages of a list from its official address, all of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use super::{Kind, Page, sifted};
use crate::net::{Blocking, Calls, Client, Credentials, Method, NetError, Pause, patiently};
use crate::units::Provider;

/// More pages than any list has: one that goes on for ever is an error.
const MOST_PAGES: usize = 500;
/// The pause before a long file is asked for again.
const AGAIN: Duration = Duration::from_secs(2);
/// Services of Google's catalogue: Memorystore for Redis and Redis Cluster, and for Valkey.
const GOOGLE_SERVICES: [&str; 2] = ["5AF5-2C11-D467", "A2B5-E0F1-B0F3"];

/// Where the lists are.
#[derive(Clone)]
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
#[derive(Clone, Debug, Error)]
pub enum DownloadError {
    /// It was not given.
    #[error("{place}: {error}")]
    Net {
        /// Where.
        place: String,
        /// Why.
        error: NetError,
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

/// What is fetched, and how.
pub struct Download<'a> {
    /// Where the lists are.
    pub places: &'a Places,
    /// The regions that are wanted; all where none is named.
    pub regions: &'a [String],
    /// Whether EC2's prices are wanted, too: a long file a region.
    pub servers: bool,
    /// Waits when a service is busy.
    pub pause: Pause<'a>,
    /// Told of every page.
    pub progress: &'a dyn Fn(&str),
}

/// A service with a list.
struct List<'a> {
    download: &'a Download<'a>,
    base: &'a str,
    calls: Blocking,
}

impl Download<'_> {
    /// All pages of a list.
    pub fn pages(&self, kind: Kind) -> Result<Vec<Page>, DownloadError> {
        match kind {
            Kind::AwsJson | Kind::AwsCsv => self.open(&self.places.aws, Credentials::None)?.aws(),
            Kind::Azure => self.open(&self.places.azure, Credentials::None)?.azure(),
            Kind::Gcp => {
                let key = self.places.google_key.clone().ok_or(DownloadError::NoKey)?;
                self.open(&self.places.google, Credentials::Header("x-goog-api-key", key))?.google()
            }
        }
    }

    fn open<'a>(&'a self, base: &'a str, credentials: Credentials) -> Result<List<'a>, DownloadError> {
        let fail = |error| DownloadError::Net { place: base.to_owned(), error };
        let calls = Client::new(base, credentials).and_then(Blocking::new).map_err(fail)?;
        Ok(List { download: self, base, calls })
    }
}

impl List<'_> {
    fn aws(&self) -> Result<Vec<Page>, DownloadError> {
        let caches = self.regions_of("AmazonElastiCache")?;
        let mut pages: Vec<Page> = caches.iter().map(|url| Ok(self.get(url)?.0)).collect::<Result<_, _>>()?;
        if self.download.servers {
            for url in self.regions_of("AmazonEC2")? {
                pages.push(self.long(&url.replace("index.json", "index.csv"))?);
            }
        }
        Ok(pages)
    }

    /// Where the file of each wanted region is.
    fn regions_of(&self, offer: &str) -> Result<Vec<String>, DownloadError> {
        let (_, index) = self.get(&format!("/offers/v1.0/aws/{offer}/current/region_index.json"))?;
        let regions: BTreeMap<&str, &str> = index["regions"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(region, entry)| Some((region.as_str(), entry["currentVersionUrl"].as_str()?)))
            .collect();
        if regions.is_empty() {
            return Err(self.unexpected("the index of regions is empty"));
        }
        let wanted = &self.download.regions;
        let of_interest = |region: &str| wanted.is_empty() || wanted.iter().any(|w| w == region);
        let chosen = regions.into_iter().filter(|(region, _)| of_interest(region));
        Ok(chosen.map(|(_, url)| url.to_owned()).collect())
    }

    /// The lines that matter of a file that is too long to be held. A file that is cut is asked for once more.
    fn long(&self, path: &str) -> Result<Page, DownloadError> {
        let place = format!("{}{path}", self.base);
        (self.download.progress)(&place);
        let once = || {
            let body =
                self.calls.open(path).map_err(|error| DownloadError::Net { place: place.clone(), error })?;
            sifted(&place, body).map_err(|error| self.unexpected(&error.to_string()))
        };
        once().or_else(|_| {
            (self.download.pause)(AGAIN);
            once()
        })
    }

    fn azure(&self) -> Result<Vec<Page>, DownloadError> {
        let all = "serviceName eq 'Redis Cache'";
        // A quote within quotes is doubled.
        let of = |region: &String| format!("{all} and armRegionName eq '{}'", region.replace('\'', "''"));
        let regions = self.download.regions;
        let filters =
            if regions.is_empty() { vec![all.to_owned()] } else { regions.iter().map(of).collect() };
        let mut pages = Vec::new();
        for filter in filters {
            let first = format!(
                "/api/retail/prices?api-version=2023-01-01-preview&currencyCode='USD'&$filter={}",
                encoded(&filter)
            );
            let next = |page: &Value| page["NextPageLink"].as_str().map(str::to_owned);
            self.follow(first, next, &mut pages)?;
        }
        Ok(pages)
    }

    fn google(&self) -> Result<Vec<Page>, DownloadError> {
        let mut pages = Vec::new();
        for service in GOOGLE_SERVICES {
            let first = format!("/v1/services/{service}/skus?pageSize=5000");
            let next = |page: &Value| {
                let token = page["nextPageToken"].as_str().filter(|token| !token.is_empty())?;
                Some(format!("{first}&pageToken={}", encoded(token)))
            };
            self.follow(first.clone(), next, &mut pages)?;
        }
        Ok(pages)
    }

    /// A page and all that follow it. The client goes to no other host.
    fn follow(
        &self,
        first: String,
        next: impl Fn(&Value) -> Option<String>,
        pages: &mut Vec<Page>,
    ) -> Result<(), DownloadError> {
        let start = pages.len();
        let mut path = Some(first);
        while let Some(at) = path {
            if pages.len() - start == MOST_PAGES {
                return Err(self.unexpected(&format!("the list has more than {MOST_PAGES} pages")));
            }
            let (page, body) = self.get(&at)?;
            path = next(&body).filter(|next| !next.is_empty());
            pages.push(page);
        }
        Ok(())
    }

    fn get(&self, path: &str) -> Result<(Page, Value), DownloadError> {
        let plain = path.split('?').next().unwrap_or_default();
        let place = if plain.starts_with('/') { format!("{}{plain}", self.base) } else { plain.to_owned() };
        (self.download.progress)(&place);
        let calls: &dyn Calls = &self.calls;
        let answer = patiently(calls, self.download.pause, (&Method::GET, path), None)
            .map_err(|error| DownloadError::Net { place: place.clone(), error })?;
        Ok((Page { name: place, text: answer.body.to_string() }, answer.body))
    }

    fn unexpected(&self, why: &str) -> DownloadError {
        DownloadError::Unexpected { place: self.base.to_owned(), why: why.to_owned() }
    }
}

/// Text as a part of a query.
fn encoded(text: &str) -> String {
    let byte = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}
