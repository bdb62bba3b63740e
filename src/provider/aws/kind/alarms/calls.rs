//! The calls that put, tag and delete alarms.

use super::read::{described, list};
use super::{NOTIFIES, SERVERLESS};
use crate::provider::aws::actions::Action;
use crate::provider::aws::alarm::Alarm;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, own_tags, relate};
use crate::provider::call::CallError;
use crate::provider::kind::Work;
use crate::provider::{Outcome, look};
use aws_sdk_cloudwatch::types::{ComparisonOperator, Dimension, MetricAlarm, Statistic, Tag};
use std::collections::BTreeMap;

/// Alarms that one call may delete.
const AT_ONCE: usize = 100;

/// Puts every alarm on every member, and removes what is left of others.
pub async fn put_all(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let session = work.cloud;
    let prefix = names::alarm_prefix(session.name());
    let today: Vec<&String> = work
        .is
        .map(|o| o.computed.keys().filter(|name| name.starts_with(&prefix)).collect())
        .unwrap_or_default();
    let mut wanted: Vec<(String, String, Alarm)> = Vec::new();
    let serverless = work.context.contains_key(SERVERLESS);
    if work.verb() != "delete" {
        let kind = if serverless { names::SERVERLESS_CACHE } else { names::REPLICATION_GROUP };
        let there = look::one(session, &names::address(kind, session.name())).await?;
        for member in relate::members(there.as_slice()) {
            for (kind, text) in work.all {
                let Some(alarm) = text.as_text().and_then(|text| Alarm::from_text(kind, text)) else {
                    continue;
                };
                wanted.push((names::alarm(session.name(), &member, kind), member.clone(), alarm));
            }
        }
    }
    let gone: Vec<String> =
        today.iter().filter(|name| !wanted.iter().any(|(w, ..)| &w == *name)).map(|n| (*n).clone()).collect();
    // A call sets an alarm as a whole: what others have set is taken from here. Read now, not when the step began.
    let there: BTreeMap<String, MetricAlarm> = if wanted.is_empty() {
        BTreeMap::new()
    } else {
        let all = list(session).await?.into_iter();
        all.filter_map(|alarm| Some((alarm.alarm_name()?.to_owned(), alarm))).collect()
    };
    // One after the other: a region takes three of these a second, from all its callers together.
    for (number, (name, member, alarm)) in wanted.iter().enumerate() {
        match put(work, name, member, alarm, serverless, there.get(name)).await {
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
    work: &Work<'_, Session>,
    name: &str,
    member: &str,
    alarm: &Alarm,
    serverless: bool,
    there: Option<&MetricAlarm>,
) -> Result<(), CallError> {
    let alerts = work.texts(NOTIFIES);
    let described = there.and_then(|there| described(work.cloud, there)).unwrap_or_default();
    let (ours, mark) = (described.notifies, own_tags::mark(&work.cloud.opening.tags));
    let retag = described.mark != mark;
    let mut actions: Vec<String> = there.map(|there| there.alarm_actions().to_vec()).unwrap_or_default();
    let notifies = ours == alerts && alerts.iter().all(|alert| actions.contains(alert));
    // Told by the text that is there, so that an apply that was cut short does not put all of them again.
    let is = work.is.and_then(|o| o.computed.get(name));
    if there.is_some()
        && notifies
        && !retag
        && is == Some(&Alarm { kind: String::new(), ..alarm.clone() }.text())
    {
        return Ok(());
    }
    if let Some(there) = there.filter(|_| retag) {
        tags(work, there).await?;
    }
    actions.retain(|action| alerts.contains(action) || !ours.contains(action));
    let more: Vec<String> = alerts.iter().filter(|alert| !actions.contains(alert)).cloned().collect();
    actions.extend(more);
    let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let dimensions = if serverless {
        vec![dimension("clusterId", member)]
    } else {
        vec![dimension("CacheClusterId", member), dimension("CacheNodeId", "0001")]
    };
    let tags = work.all_tags().into_iter();
    let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = work
        .cloud
        .cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .alarm_description(names::alarm_description(work.cloud.name(), &alerts, mark.as_deref()))
        .namespace("AWS/ElastiCache")
        .metric_name(&alarm.metric)
        .statistic(Statistic::from(alarm.statistic.as_str()))
        .set_dimensions(Some(dimensions))
        .period(alarm.period)
        .evaluation_periods(alarm.of)
        .datapoints_to_alarm(alarm.points)
        .threshold(alarm.above)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data(there.and_then(MetricAlarm::treat_missing_data).unwrap_or("notBreaching"))
        .set_unit(there.and_then(|there| there.unit().cloned()))
        .set_actions_enabled(there.and_then(MetricAlarm::actions_enabled))
        .set_alarm_actions(some(&actions))
        .set_ok_actions(there.and_then(|there| some(there.ok_actions())))
        .set_insufficient_data_actions(there.and_then(|there| some(there.insufficient_data_actions())))
        // Only a new alarm takes them.
        .set_tags(there.is_none().then_some(tags))
        .send();
    work.cloud.write(Action::PutMetricAlarm, call).await?;
    Ok(())
}

/// Sets the tags of an alarm that is there: the call that sets the alarm does not.
async fn tags(work: &Work<'_, Session>, there: &MetricAlarm) -> Result<(), CallError> {
    let session = work.cloud;
    let arn = there.alarm_arn().ok_or_else(|| AwsError::unreadable(Action::DescribeAlarms, "ARN"))?;
    let call = || session.cloudwatch.list_tags_for_resource().resource_arn(arn).send();
    let answer = session.read(Action::ListTagsOfAlarm, call).await?;
    let has = answer.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())));
    let turn = own_tags::turn(&session.opening.tags, &has.collect());
    let all = names::with_ours(session.name(), turn.set).into_iter();
    let all = all.map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    for (keys, last) in [(turn.gone, false), (turn.unlisted, true)] {
        if last {
            let call = session.cloudwatch.tag_resource().resource_arn(arn).set_tags(Some(Vec::clone(&all)));
            session.write(Action::TagAlarm, call.send()).await?;
        }
        if !keys.is_empty() {
            let call = session.cloudwatch.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
            session.write(Action::UntagAlarm, call.send()).await?;
        }
    }
    Ok(())
}
