//! Time series of Cloud Monitoring: the requests that `observe --print-queries` prints, and their answers as files hold them.

use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use super::api::Service;
use super::{Gcp, current};
use crate::net::Method;
use crate::observe::queries::{Ask, TimeSeries, cloud_monitoring_requests};
use crate::observe::{CacheInfo, Format, Observations, answer};
use crate::plan::Observed;
use crate::provider::ProviderError;
use crate::provider::call::{CallError, absent_is_none};
use crate::provider::metrics::{monitored, refused, unreadable};
use crate::units::Provider;

/// Pages of one metric that are read at most: an answer that never ends is a defect of the service.
const MOST_PAGES: usize = 1_000;
/// Points of a page.
const PAGE: &str = "100000";

/// The cache that runs.
pub fn cache(cloud: &Gcp, seen: &[Observed]) -> Option<CacheInfo> {
    let (_, is) = current::ours(seen)?;
    let mut cache = monitored(Provider::Gcp, &cloud.profile, &current::pin(seen)?, is);
    cache.region.get_or_insert_with(|| cloud.region.clone());
    Some(cache)
}

/// All that was asked for. What a service in a bad moment does not tell is named as such, once there is something.
pub async fn read(cloud: &Gcp, ask: &Ask) -> Result<Observations, ProviderError> {
    let requests = cloud_monitoring_requests(ask);
    let answers = join_all(requests.iter().map(|request| pages(cloud, request))).await;
    let mut documents = Vec::new();
    let mut lost: Option<CallError> = None;
    for one in answers {
        match one {
            Ok(pages) => documents.extend(pages),
            Err(error) if error.is_passing() => lost = Some(error),
            Err(error) => return Err(refused(error, "monitoring.timeSeries.list")),
        }
    }
    if let Some(error) = lost {
        if documents.is_empty() {
            return Err(error.into());
        }
        documents.push(json!({ "executionErrors": [{ "message": error.message }] }));
    }
    answer(&cloud.profile, Format::CloudMonitoring, &documents, ask.to).map_err(|error| unreadable(&error))
}

/// All pages about one metric. Of a metric that nobody has written yet, there is nothing.
async fn pages(cloud: &Gcp, request: &TimeSeries) -> Result<Vec<Json>, CallError> {
    let path = format!("/projects/{}/timeSeries", cloud.project);
    let (mut all, mut token) = (Vec::new(), String::new());
    for _ in 0..MOST_PAGES {
        let query = [
            ("filter", request.filter.as_str()),
            ("interval.startTime", request.times.0.as_str()),
            ("interval.endTime", request.times.1.as_str()),
            ("aggregation.alignmentPeriod", request.period.as_str()),
            ("aggregation.perSeriesAligner", request.aligner),
            ("pageSize", PAGE),
            ("pageToken", token.as_str()),
        ];
        let query = if token.is_empty() { &query[..query.len() - 1] } else { &query[..] };
        let page = cloud.api.call(Service::Monitoring, Method::GET, &path, query, None).await;
        let Some(page) = absent_is_none(page)? else { return Ok(all) };
        let next = page.get("nextPageToken").and_then(Json::as_str).unwrap_or_default().to_owned();
        all.push(page);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
    Err(CallError::refused(format!("{path}: an answer of more than {MOST_PAGES} pages")))
}
