//! Log groups, and what the cache writes to them.

use std::collections::BTreeMap;

use aws_sdk_elasticache::types::{
    CloudWatchLogsDestinationDetails, DestinationDetails, DestinationType, LogDeliveryConfigurationRequest,
    LogFormat,
};

use super::Work;
use crate::plan::Value;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::observe::logs::{OFF, TYPES};
use crate::provider::aws::steps::Argument;

/// Makes, changes or deletes a log group.
pub async fn log_group(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let (session, logs) = (work.session, &work.session.logs);
    if work.step.verb == "delete" {
        if work.is.is_none() {
            return Ok(Outcome::Done);
        }
        let call = logs.delete_log_group().log_group_name(work.name()).send();
        return match session.write(Action::DeleteLogGroup, call).await {
            Err(error) if error.kind != Kind::Absent => Err(error),
            _ => Ok(Outcome::Done),
        };
    }
    if work.is.is_none() {
        let tags = work.all_tags().into_iter().collect();
        let call = logs.create_log_group().log_group_name(work.name()).set_tags(Some(tags)).send();
        session.write(Action::CreateLogGroup, call).await?;
    }
    if !work.is_in_force() || work.is.is_none() {
        let days = work.argument.number("retention_days")?;
        let call = logs.put_retention_policy().log_group_name(work.name()).retention_in_days(days).send();
        session.write(Action::PutRetentionPolicy, call).await?;
    }
    Ok(Outcome::Done)
}

/// The logs that a new cache delivers.
pub fn wanted(all: &BTreeMap<String, Value>) -> Option<Vec<LogDeliveryConfigurationRequest>> {
    let on = all.iter().filter(|(_, value)| value.as_text() != Some(OFF));
    delivery(&on.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The part of a change that says which logs go where, those that stay with those that change; none where nothing changes.
pub fn changed(argument: &Argument) -> Option<Vec<LogDeliveryConfigurationRequest>> {
    let of_logs = |name: &&str| argument.set.contains_key(*name);
    TYPES.iter().map(|(attribute, _)| *attribute).find(of_logs)?;
    let on = |name: &str| argument.all.get(name).filter(|value| value.as_text() != Some(OFF));
    let stays = TYPES.iter().filter_map(|(name, _)| Some(((*name).to_owned(), on(name)?.clone())));
    let mut all: BTreeMap<String, Value> = stays.collect();
    all.extend(argument.set.clone());
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
