//! The logs that a group delivers, each to a log group.

use crate::plan::{Resource, Value};
use crate::provider::aws::kind::log_group;
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use crate::provider::cloud::Wanted;
use crate::provider::kind::Work;
use aws_sdk_elasticache::types::{
    CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType, LogDeliveryConfiguration,
    LogDeliveryConfigurationRequest, LogDeliveryConfigurationStatus, LogFormat, LogType, ReplicationGroup,
};
use std::collections::BTreeMap;

/// Value of a log that is not delivered.
pub const OFF: &str = "off";

/// The log types that a cache can deliver, with the attribute of each.
pub const TYPES: [(&str, LogType); 2] = [("slow_log", LogType::SlowLog), ("engine_log", LogType::EngineLog)];

/// Where a log of a group goes: a log group's name, or what it is otherwise.
pub fn destination(group: &ReplicationGroup, log: &LogType) -> String {
    let Some(delivery) = group.log_delivery_configurations().iter().find(|d| d.log_type() == Some(log))
    else {
        return OFF.to_owned();
    };
    let details = delivery.destination_details();
    let name = match delivery.destination_type() {
        Some(DestinationType::KinesisFirehose) => details
            .and_then(|d| d.kinesis_firehose_details()?.delivery_stream())
            .map(|stream| format!("kinesis-firehose {stream}")),
        _ => details.and_then(|d| d.cloud_watch_logs_details()?.log_group()).map(str::to_owned),
    };
    let name = name.unwrap_or_else(|| "an unknown destination".to_owned());
    match delivery.status() {
        Some(LogDeliveryConfigurationStatus::Error) => {
            format!("{name}, with an error: {}", delivery.message().unwrap_or("none is named"))
        }
        _ => name,
    }
}

/// Whether a delivery is being set up or ended.
pub fn is_changing(delivery: &LogDeliveryConfiguration) -> bool {
    use LogDeliveryConfigurationStatus::{Active, Error};
    !matches!(delivery.status(), None | Some(Active | Error))
}

/// The logs that a new cache delivers.
pub fn wanted(all: &BTreeMap<String, Value>) -> Option<Vec<LogDeliveryConfigurationRequest>> {
    let on = all.iter().filter(|(_, value)| value.as_text() != Some(OFF));
    delivery(&on.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The part of a change that says which logs go where, those that stay with those that change; none where nothing changes.
pub fn changed(work: &Work<'_, Session>) -> Option<Vec<LogDeliveryConfigurationRequest>> {
    let of_logs = |name: &&str| work.set.contains_key(*name);
    TYPES.iter().map(|(attribute, _)| *attribute).find(of_logs)?;
    let on = |name: &str| work.all.get(name).filter(|value| value.as_text() != Some(OFF));
    let stays = TYPES.iter().filter_map(|(name, _)| Some(((*name).to_owned(), on(name)?.clone())));
    let mut all: BTreeMap<String, Value> = stays.collect();
    all.extend(work.set.clone());
    delivery(&all)
}

/// The part of a request that says which logs go where; none where nothing is said of logs.
fn delivery(set: &BTreeMap<String, Value>) -> Option<Vec<LogDeliveryConfigurationRequest>> {
    let mut all = Vec::new();
    for (attribute, log) in TYPES {
        let Some(group) = set.get(attribute).and_then(Value::as_text) else { continue };
        let request = LogDeliveryConfigurationRequest::builder().log_type(log);
        if group == OFF {
            all.push(request.enabled(false).build());
            continue;
        }
        let details = CloudWatchLogsDestinationDetails::builder().log_group(group).build();
        let details = DestinationDetails::builder().cloud_watch_logs_details(details).build();
        let request = request.destination_type(DestinationType::CloudWatchLogs).destination_details(details);
        all.push(request.log_format(LogFormat::Json).enabled(true).build());
    }
    (!all.is_empty()).then_some(all)
}

/// The replication group with the logs that it delivers. One that was taken over keeps the deliveries of others.
pub fn deliver(wanted: &Wanted<'_, Session>, mut group: Resource) -> Resource {
    for (attribute, kind, days) in log_group::kinds(wanted) {
        let name = names::log_group(wanted.name(), kind);
        let today =
            wanted.seen_value(names::REPLICATION_GROUP, wanted.name(), attribute).and_then(Value::as_text);
        let foreign = today.filter(|today| wanted.is_adopted() && *today != name);
        group = match (days, foreign) {
            (1.., _) => group.with(attribute, name.as_str()).after(names::address(names::LOG_GROUP, name)),
            (0, Some(today)) => group.with(attribute, today),
            (0, None) => group.with(attribute, OFF),
        };
    }
    group
}
