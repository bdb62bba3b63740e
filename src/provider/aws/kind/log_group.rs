//! A log group, into which the cache delivers one of its logs.

use crate::plan::{Observed, Resource};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{by_tags, found, tagged};
use crate::provider::aws::names;
use crate::provider::aws::names::Tagging;
use crate::provider::aws::session::Session;
use crate::provider::call::{CallError, Refusal};
use crate::provider::cloud::Wanted;
use crate::provider::kind::{Attribute, Doing, Group, Kind, Reading, Usual, Verb, Work};
use crate::units::{Figure, Usd};
use aws_sdk_cloudwatchlogs::types;
use futures_util::future::try_join_all;

const DAYS: &str = "retention_days";

const SCHEMA: &[Attribute] =
    &[Attribute::in_place("region", &Group::SET), Attribute::in_place(DAYS, &Group::SET), Attribute::TAGS];

/// A log group.
#[derive(Debug)]
pub struct LogGroup;

impl Kind<Session> for LogGroup {
    fn name(&self) -> &'static str {
        names::LOG_GROUP
    }

    fn schema(&self) -> &'static [Attribute] {
        SCHEMA
    }

    fn usual(&self) -> Usual {
        Usual { on_delete: Some("what was logged goes with it"), ..Usual::seconds(2) }
    }

    fn desired(&self, wanted: &Wanted<'_, Session>) -> Vec<Resource> {
        if wanted.is_serverless() {
            return Vec::new();
        }
        let kinds = kinds(wanted).into_iter().filter(|(.., days)| *days > 0);
        let group = |(_, kind, days): (&str, &str, u32)| {
            Resource::new(names::address(names::LOG_GROUP, names::log_group(wanted.name(), kind)))
                .with("region", wanted.region())
                .with(DAYS, days)
        };
        wanted.tagged(kinds.map(group))
    }

    fn list<'a>(&'a self, session: &'a Session) -> Reading<'a, Vec<Observed>> {
        Box::pin(async move { Ok(log_groups(session).await?) })
    }

    fn create<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(create(work))
    }

    fn update<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(retain(work))
    }

    fn delete<'a>(&'a self, work: &'a Work<'a, Session>) -> Doing<'a> {
        Box::pin(delete(work))
    }

    fn says(&self, verb: &str, _: Option<&Resource>, _: &Session) -> Option<String> {
        (verb == "delete").then(|| "delete the log group with all that was logged".to_owned())
    }

    fn permissions(&self) -> &'static [(Verb, &'static [&'static str])] {
        &[
            (Verb::Read, &["logs:DescribeLogGroups", "logs:ListTagsForResource"]),
            // The service sets deliveries up with the caller's rights.
            (
                Verb::Create,
                &[
                    "logs:CreateLogGroup",
                    "logs:PutRetentionPolicy",
                    "logs:TagResource",
                    "logs:CreateLogDelivery",
                    "logs:GetLogDelivery",
                    "logs:UpdateLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:DescribeResourcePolicies",
                    "logs:PutResourcePolicy",
                ],
            ),
            (Verb::Update, &["logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]),
            (
                Verb::Delete,
                &[
                    "logs:DeleteLogGroup",
                    "logs:GetLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:DeleteLogDelivery",
                ],
            ),
        ]
    }

    fn monthly(&self, resource: &Resource) -> Figure<Usd> {
        let _ = resource;
        Figure::unknown("CloudWatch bills logs by their volume; it is not in the plan's total")
    }
}

/// All log groups of the deployment, wanted or not.
pub async fn log_groups(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let prefix = names::log_group(session.name(), "");
    let mut groups: Vec<types::LogGroup> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.logs.describe_log_groups().log_group_name_prefix(&prefix);
            call.set_next_token(token.clone()).send()
        };
        let page = match session.read(Action::DescribeLogGroups, call).await {
            Ok(page) => page,
            Err(error) if error.kind == Refusal::NotOffered => return Ok(Vec::new()),
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
async fn log_group(session: &Session, group: &types::LogGroup) -> Result<Option<Observed>, AwsError> {
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

async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let tags = work.all_tags().into_iter().collect();
    let call = work.cloud.logs.create_log_group().log_group_name(work.name()).set_tags(Some(tags)).send();
    work.cloud.write(Action::CreateLogGroup, call).await?;
    Ok(Outcome::Done)
}

async fn retain(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let call = work.cloud.logs.put_retention_policy().log_group_name(work.name());
    let call = call.retention_in_days(work.number(DAYS)?).send();
    work.cloud.write(Action::PutRetentionPolicy, call).await?;
    Ok(Outcome::Done)
}

async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.is.is_some() {
        let call = work.cloud.logs.delete_log_group().log_group_name(work.name()).send();
        work.cloud.write(Action::DeleteLogGroup, call).await?;
    }
    Ok(Outcome::Done)
}

/// Attribute, last part of the log group's name, and days, of every kind of log.
pub fn kinds(wanted: &Wanted<'_, Session>) -> [(&'static str, &'static str, u32); 2] {
    let logs = &wanted.profile.requirements.logs;
    [("slow_log", "slow-log", logs.slow), ("engine_log", "engine-log", logs.engine)]
}
