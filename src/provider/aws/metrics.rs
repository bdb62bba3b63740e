//! Metrics of `CloudWatch`: the queries that `observe --print-queries` prints, and their answer as files hold it.

use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use serde_json::{Value, json};

use super::actions::Action;
use super::error::AwsError;
use super::kind::alarms::read::RAISED;
use super::session::Session;
use super::{names, relate, running};
use crate::observe::queries::{Ask, cloudwatch_requests};
use crate::observe::{CacheInfo, Format, Member, Observations, answer, of_name};
use crate::plan::{Observed, Ownership, Value as Attribute};
use crate::provider::ProviderError;
use crate::provider::metrics::{monitored, unreadable};
use crate::units::{Figure, Provider};

/// Pages of one call that are read at most: an answer that never ends is a defect of the service.
const MOST_PAGES: usize = 1_000;

/// The cache with the members that report metrics; none while none does.
pub fn cache(session: &Session, seen: &[Observed]) -> Option<CacheInfo> {
    let ours =
        |kind: &str| seen.iter().find(|o| o.resource.address.kind == kind && o.ownership == Ownership::Ours);
    let serverless = ours(names::SERVERLESS_CACHE);
    let is = ours(names::REPLICATION_GROUP).or(serverless)?;
    let member = |id: String| {
        let shard = if serverless.is_some() { "0001".to_owned() } else { of_name(&id).1 };
        Member { id, shard, primary: None }
    };
    let members: Vec<Member> = relate::members(seen).into_iter().map(member).collect();
    let mut cache = monitored(Provider::Aws, session.name(), &running::pin(seen)?, is);
    if serverless.is_some() {
        let most = is.resource.attributes.get("data_maximum_gb").and_then(Attribute::as_number);
        cache.memory_limit = most.filter(|gb| *gb > 0).map(|gb| gb as f64 * 1e9);
    }
    cache.autoscaled = Some(ours(names::SCALING).is_some());
    cache.members = members;
    (!cache.members.is_empty()).then_some(cache)
}

/// All that was asked for. What a service in a bad moment does not tell is named as such, once there is something.
pub async fn read(session: &Session, ask: &Ask) -> Result<Observations, ProviderError> {
    let mut pages = Vec::new();
    let mut said = Vec::new();
    for call in cloudwatch_requests(ask) {
        let queries: Vec<MetricDataQuery> = items(&call).iter().map(query).collect();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = || {
                let request =
                    session.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
                let request = request.start_time(DateTime::from_secs(ask.begin()));
                request.end_time(DateTime::from_secs(ask.to)).set_next_token(token.clone()).send()
            };
            match session.read(Action::GetMetricData, request).await {
                Ok(page) => {
                    token = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
                    said.extend(page.messages().iter().filter_map(|m| m.value().map(str::to_owned)));
                    pages.push(document(&page));
                }
                Err(error) if error.is_passing() && !pages.is_empty() => {
                    said.push(error.message);
                    pages.push(failed(&call));
                    token = None;
                }
                Err(error) => return Err(error.into()),
            }
            if token.is_none() {
                break;
            }
        }
        if token.is_some() {
            return Err(AwsError::refused(format!("an answer of more than {MOST_PAGES} pages")).into());
        }
    }
    let found = answer(session.name(), Format::CloudWatchData, &pages, ask.to);
    let mut found = found.map_err(|error| unreadable(&error))?;
    found.caveats.extend(said.into_iter().map(|text| format!("CloudWatch says: {text}")));
    Ok(found)
}

fn items(call: &Value) -> &[Value] {
    call.as_array().map_or(&[], Vec::as_slice)
}

/// A query as the service takes it.
fn query(query: &Value) -> MetricDataQuery {
    let text = |at: &str| query.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let dimension = Dimension::builder()
        .name(text("/MetricStat/Metric/Dimensions/0/Name"))
        .value(text("/MetricStat/Metric/Dimensions/0/Value"));
    let metric = Metric::builder()
        .namespace(text("/MetricStat/Metric/Namespace"))
        .metric_name(text("/MetricStat/Metric/MetricName"))
        .dimensions(dimension.build());
    let period = query.pointer("/MetricStat/Period").and_then(Value::as_i64);
    let stat = MetricStat::builder()
        .metric(metric.build())
        .period(period.and_then(|seconds| i32::try_from(seconds).ok()).unwrap_or(300))
        .stat(text("/MetricStat/Stat"));
    let query = MetricDataQuery::builder().id(text("/Id")).label(text("/Label"));
    query.metric_stat(stat.build()).return_data(true).build()
}

/// A page as the command-line tool of AWS writes it.
fn document(page: &GetMetricDataOutput) -> Value {
    let results = page.metric_data_results().iter().map(|result| {
        json!({
            "Id": result.id(),
            "Label": result.label(),
            "Timestamps": result.timestamps().iter().map(DateTime::secs).collect::<Vec<i64>>(),
            "Values": result.values(),
            "StatusCode": result.status_code().map(StatusCode::as_str),
        })
    });
    // The next page follows, or all of the call is told as failed.
    json!({ "MetricDataResults": results.collect::<Vec<Value>>() })
}

/// What stands for the rest of an answer that did not come.
fn failed(call: &Value) -> Value {
    let results = items(call).iter().map(|query| {
        json!({ "Id": query["Id"], "Label": query["Label"], "Timestamps": [], "Values": [], "StatusCode": "InternalError" })
    });
    json!({ "MetricDataResults": results.collect::<Vec<Value>>() })
}

/// The alarms that are raised, by member and kind.
pub fn alarms(seen: &[Observed]) -> Figure<Vec<String>> {
    let Some(alarms) = seen.iter().find(|o| o.resource.address.kind == names::ALARMS) else {
        return Figure::unknown("it has no alarms of cachefit's");
    };
    let raised = alarms.computed.get(RAISED).map(String::as_str).unwrap_or_default();
    Figure::Known(raised.split_whitespace().map(str::to_owned).collect())
}
