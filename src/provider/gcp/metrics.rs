//! Figures of Cloud Monitoring.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::Gcp;
use super::api::Service;
use super::product::Product;
use crate::provider::call::CallError;

/// Days that are looked back.
pub const DAYS: i64 = 14;

/// The most that a cache has shown in any minute; none where no figure is there.
pub async fn most(cloud: &Gcp, product: &Product, metric: &str) -> Result<Option<f64>, CallError> {
    let filter = product.filter(&cloud.project, &cloud.region, &cloud.profile, metric);
    let series = read(cloud, &filter, DAYS, ("3600s", "ALIGN_MAX")).await?;
    Ok(series.iter().filter_map(largest).reduce(f64::max))
}

/// The time series of a filter.
pub async fn read(
    cloud: &Gcp,
    filter: &str,
    days: i64,
    (period, aligner): (&str, &str),
) -> Result<Vec<Json>, CallError> {
    let now = Timestamp::now();
    let start = (now - SignedDuration::from_hours(24 * days)).to_string();
    let end = now.to_string();
    let path = format!("/projects/{}/timeSeries", cloud.project);
    let query = [
        ("filter", filter),
        ("interval.startTime", start.as_str()),
        ("interval.endTime", end.as_str()),
        ("aggregation.alignmentPeriod", period),
        ("aggregation.perSeriesAligner", aligner),
    ];
    cloud.api.list(Service::Monitoring, &path, "timeSeries", &query).await
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
