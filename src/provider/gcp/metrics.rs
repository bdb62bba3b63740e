//! Time series of Cloud Monitoring: the requests that `observe --print-queries` prints with their answers as files hold them,
//! and single figures of the last days.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::api::{Service, entries, text, texts};
use super::product::Product;
use super::{Gcp, current};
use crate::net::Method;
use crate::observe::queries::{Ask, TimeSeries, cloud_monitoring_requests};
use crate::observe::{CacheInfo, Format, Observations, answer};
use crate::plan::Observed;
use crate::provider::ProviderError;
use crate::provider::call::{CallError, Refusal, absent_is_none};
use crate::provider::metrics::{monitored, refused, unreadable};
use crate::units::Provider;

/// Days that are looked back for a single figure.
pub const DAYS: i64 = 14;

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

/// The most that a cache has shown in any minute; none where no figure is there.
pub async fn most(cloud: &Gcp, product: &Product, metric: &str) -> Result<Option<f64>, CallError> {
    let filter = product.filter(&cloud.project, &cloud.region, &cloud.profile, metric);
    let series = maxima(cloud, filter, DAYS).await?;
    Ok(series.iter().filter_map(largest).reduce(f64::max))
}

/// The maxima by the hour of a filter's time series. Where a part of them is missing, nothing is told of them.
pub async fn maxima(cloud: &Gcp, filter: String, days: i64) -> Result<Vec<Json>, CallError> {
    let now = Timestamp::now();
    let start = now - SignedDuration::from_hours(24 * days);
    let request = TimeSeries {
        filter,
        times: (start.to_string(), now.to_string()),
        period: "3600s".to_owned(),
        aligner: "ALIGN_MAX",
    };
    let mut all = Vec::new();
    for mut page in pages(cloud, &request).await? {
        let error = page.pointer("/executionErrors/0").map(|error| text(error, "/message").to_owned());
        let place = texts(&page, "unreachable").first().map(|place| format!("{place} cannot be reached"));
        if let Some(why) = place.or(error) {
            let message = format!("the time series of {} are not complete: {why}", request.filter);
            return Err(CallError::new(Refusal::Later, message));
        }
        all.extend(entries(&mut page, "timeSeries", &path(cloud))?);
    }
    Ok(all)
}

/// The largest value of a series.
pub fn largest(series: &Json) -> Option<f64> {
    let value = |point: &Json| {
        let value = point.get("value")?;
        let whole = value.get("int64Value").and_then(Json::as_str).and_then(|text| text.parse::<f64>().ok());
        whole.or_else(|| value.get("doubleValue")?.as_f64())
    };
    series.get("points")?.as_array()?.iter().filter_map(value).reduce(f64::max)
}

fn path(cloud: &Gcp) -> String {
    format!("/projects/{}/timeSeries", cloud.project)
}

/// All pages about one metric. Of a metric that nobody has written yet, there is nothing.
async fn pages(cloud: &Gcp, request: &TimeSeries) -> Result<Vec<Json>, CallError> {
    let path = path(cloud);
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
