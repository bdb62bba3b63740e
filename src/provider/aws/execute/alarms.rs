//! Alarms on every member. The dimension is the member's id, never the group's: that one has no metrics.

use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, Statistic, Tag};

use super::Work;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::alarm::Alarm;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::names;
use crate::provider::aws::observe;

/// Alarms that one call may delete.
const AT_ONCE: usize = 100;

/// Puts every alarm on every member, and removes what is left of others.
pub async fn alarms(work: &Work<'_>) -> Result<Outcome, AwsError> {
    let session = work.session;
    let prefix = names::alarm_prefix(session.name());
    let today: Vec<&String> = work
        .is
        .map(|o| o.facts.keys().filter(|name| name.starts_with(&prefix)).collect())
        .unwrap_or_default();
    let mut wanted: Vec<(String, String, Alarm)> = Vec::new();
    let serverless = work.argument.context.contains_key("serverless");
    if work.step.verb != "delete" {
        let kind = if serverless { names::SERVERLESS_CACHE } else { names::REPLICATION_GROUP };
        let there = observe::one(session, &names::address(kind, session.name())).await?;
        for member in observe::members(there.as_slice()) {
            for (kind, text) in &work.argument.all {
                let Some(alarm) = text.as_text().and_then(|text| Alarm::from_text(kind, text)) else {
                    continue;
                };
                wanted.push((names::alarm(session.name(), &member, kind), member.clone(), alarm));
            }
        }
    }
    let gone: Vec<String> =
        today.iter().filter(|name| !wanted.iter().any(|(w, ..)| &w == *name)).map(|n| (*n).clone()).collect();
    // One after the other: a region takes three of these a second, from all its callers together.
    for (number, (name, member, alarm)) in wanted.iter().enumerate() {
        match put(work, name, member, alarm, serverless).await {
            Err(error) if error.is_passing() && number > 0 => {
                return Ok(work.working(&format!("{number} of {} alarms are there", wanted.len())));
            }
            result => result?,
        }
    }
    for some in gone.chunks(AT_ONCE) {
        let call = session.cloudwatch.delete_alarms().set_alarm_names(Some(some.to_vec())).send();
        session.write(Action::DeleteAlarms, call).await?;
    }
    Ok(Outcome::Done)
}

async fn put(
    work: &Work<'_>,
    name: &str,
    member: &str,
    alarm: &Alarm,
    serverless: bool,
) -> Result<(), AwsError> {
    // Told by the text that is there, so that an apply that was cut short does not put all of them again.
    let is = work.is.and_then(|o| o.facts.get(name));
    if is == Some(&Alarm { kind: String::new(), ..alarm.clone() }.text()) {
        return Ok(());
    }
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let dimensions = if serverless {
        vec![dimension("clusterId", member)]
    } else {
        vec![dimension("CacheClusterId", member), dimension("CacheNodeId", "0001")]
    };
    let tags = names::tags(work.session.name());
    let tags = tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = work
        .session
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .alarm_description(work.description())
        .namespace("AWS/ElastiCache")
        .metric_name(&alarm.metric)
        .statistic(Statistic::from(alarm.statistic.as_str()))
        .set_dimensions(Some(dimensions))
        .period(alarm.period)
        .evaluation_periods(alarm.of)
        .datapoints_to_alarm(alarm.points)
        .threshold(alarm.above)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("notBreaching")
        .set_tags(Some(tags))
        .send();
    work.session.write(Action::PutMetricAlarm, call).await.map(|_| ())
}
