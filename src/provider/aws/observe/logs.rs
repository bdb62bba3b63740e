//! Log groups, and which of them the cache writes to.

use aws_sdk_cloudwatchlogs::types::LogGroup;
use aws_sdk_elasticache::types::{
    DestinationType, LogDeliveryConfiguration, LogDeliveryConfigurationStatus, LogType, ReplicationGroup,
};
use futures_util::future::try_join_all;

use super::{by_tags, found, tagged};
use crate::plan::Observed;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::names::{self, Tagging};
use crate::provider::aws::session::Session;

/// Value of a log that is not delivered.
pub const OFF: &str = "off";

/// All log groups of the deployment, wanted or not.
pub async fn log_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let prefix = names::log_group(session.name(), "");
    let mut groups: Vec<LogGroup> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.logs.describe_log_groups().log_group_name_prefix(&prefix);
            call.set_next_token(token.clone()).send()
        };
        let page = match session.read(Action::DescribeLogGroups, call).await {
            Ok(page) => page,
            Err(error) if error.kind == Kind::NotOffered => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        groups.extend(page.log_groups.unwrap_or_default());
        if token.is_none() {
            break;
        }
    }
    let read = try_join_all(groups.iter().map(|group| log_group(session, group))).await?;
    Ok(read.into_iter().flatten().collect())
}

/// A log group with its owner; none if it has gone since it was listed.
async fn log_group(session: &Session, group: &LogGroup) -> Result<Option<Observed>, AwsError> {
    let mut observed = found(names::LOG_GROUP, group.log_group_name().unwrap_or_default());
    // The other form of the ARN ends with `:*`, which calls on tags do not take.
    let arn = group.log_group_arn().or_else(|| group.arn()).map(|arn| arn.trim_end_matches(":*"));
    let Some(arn) = arn else { return Err(AwsError::unreadable(Action::DescribeLogGroups, "ARN")) };
    let call = || session.logs.list_tags_for_resource().resource_arn(arn).send();
    let answer = session.read(Action::ListTagsOfLogGroup, call).await;
    let Some(answer) = AwsError::absent_is_none(answer)? else { return Ok(None) };
    let tags = answer.tags.unwrap_or_default().into_iter().collect();
    observed.ownership = by_tags(session.name(), &tags);
    tagged(session, &mut observed, Tagging::Logs, arn, &tags);
    observed.resource = observed
        .resource
        .with("region", session.opening.region.as_str())
        .with("retention_days", i64::from(group.retention_in_days().unwrap_or(0)));
    Ok(Some(observed))
}

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
