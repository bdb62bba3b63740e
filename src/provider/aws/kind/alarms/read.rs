//! The alarms as they are, folded to one attribute a kind.

use super::{NODES, NOTIFIES, OTHERS, SILENT};
use crate::plan::{Observed, Ownership, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::alarm::Alarm;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, texts};
use crate::provider::aws::names::Described;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, own_tags};
use crate::provider::kind::TAGS;
use aws_sdk_cloudwatch::types::{MetricAlarm, StateValue};
use std::collections::{BTreeMap, BTreeSet};

/// The fact with the alarms that are raised, by member and kind.
pub const RAISED: &str = "in_alarm";

/// Every alarm with one of the deployment's names.
pub async fn list(session: &Session) -> Result<Vec<MetricAlarm>, AwsError> {
    let prefix = names::alarm_prefix(session.name());
    let mut all = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let call = || {
            let call = session.cloudwatch.describe_alarms().alarm_name_prefix(&prefix).max_records(100);
            call.set_next_token(token.clone()).send()
        };
        let page = session.read(Action::DescribeAlarms, call).await?;
        token = page.next_token().filter(|t| !t.is_empty()).map(str::to_owned);
        all.extend(page.metric_alarms.unwrap_or_default());
        if token.is_none() {
            return Ok(all);
        }
    }
}

/// All alarms of the deployment; they are folded when the members are known.
pub async fn alarms(session: &Session) -> Result<Vec<Observed>, AwsError> {
    let mut observed = found(names::ALARMS, session.name());
    let all = list(session).await?;
    for alarm in &all {
        let Some(name) = alarm.alarm_name() else { continue };
        if described(session, alarm).is_none() {
            let why = format!("the alarm {name} is not described as ours");
            observed.ownership = Ownership::Foreign { why };
        }
        observed.computed.insert(name.to_owned(), text(alarm));
    }
    if observed.computed.is_empty() {
        return Ok(Vec::new());
    }
    observed.resource =
        observed.resource.with(NOTIFIES, notifies(session, &all)).with(TAGS, tags_of(session, &all));
    let listed = |of: &dyn Fn(&MetricAlarm) -> Vec<String>| -> String {
        all.iter().flat_map(of).collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    let others = listed(&|alarm| {
        let ours = described(session, alarm).unwrap_or_default().notifies;
        alarm.alarm_actions().iter().filter(|action| !ours.contains(action)).cloned().collect()
    });
    let silent = listed(&|alarm| {
        let off = alarm.actions_enabled() == Some(false);
        alarm.alarm_name().filter(|_| off).map(str::to_owned).into_iter().collect()
    });
    let prefix = names::alarm_prefix(session.name());
    let raised = listed(&|alarm| {
        let raised = alarm.state_value() == Some(&StateValue::Alarm);
        let name = alarm.alarm_name().filter(|_| raised);
        name.map(|name| name.strip_prefix(&prefix).unwrap_or(name).to_owned()).into_iter().collect()
    });
    for (fact, text) in [(OTHERS, others), (SILENT, silent), (RAISED, raised)] {
        if !text.is_empty() {
            observed.computed.insert(fact.to_owned(), text);
        }
    }
    Ok(vec![observed])
}

/// Whom an alarm notifies for us, and the mark of its tags; none if it is not described as ours.
pub fn described(session: &Session, alarm: &MetricAlarm) -> Option<Described> {
    names::described(session.name(), alarm.alarm_description().unwrap_or_default())
}

/// The profile's own tags, or which alarms have others: their descriptions only tell that they differ.
fn tags_of(session: &Session, all: &[MetricAlarm]) -> Value {
    let wanted = &session.opening.tags;
    let mark = own_tags::mark(wanted);
    let differ = all.iter().filter(|alarm| described(session, alarm).is_some_and(|d| d.mark != mark)).count();
    if differ > 0 {
        return texts([format!("others on {differ} of {} alarms", all.len()).as_str()]);
    }
    let wanted: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}={value}")).collect();
    texts(wanted.iter().map(String::as_str))
}

/// Whom all alarms notify for us; of those that some do not notify, which these are.
fn notifies(session: &Session, all: &[MetricAlarm]) -> Value {
    let ours: BTreeSet<String> =
        all.iter().flat_map(|alarm| described(session, alarm).unwrap_or_default().notifies).collect();
    let lines: Vec<String> = ours
        .into_iter()
        .map(|action| {
            let does = |alarm: &MetricAlarm| {
                alarm.alarm_actions().contains(&action)
                    && described(session, alarm).is_some_and(|ours| ours.notifies.contains(&action))
            };
            let not: Vec<&str> =
                all.iter().filter(|alarm| !does(alarm)).filter_map(MetricAlarm::alarm_name).collect();
            match not[..] {
                [] => action,
                [one] => format!("{action}, but not by {one}"),
                [one, ..] => format!("{action}, but not by {one} and {} more", not.len() - 1),
            }
        })
        .collect();
    texts(lines.iter().map(String::as_str))
}

/// What an alarm watches, and on which member.
fn text(alarm: &MetricAlarm) -> String {
    let watched = Alarm {
        kind: String::new(),
        metric: alarm.metric_name().unwrap_or_default().to_owned(),
        statistic: alarm.statistic().map(|s| s.as_str().to_owned()).unwrap_or_default(),
        period: alarm.period().unwrap_or(0),
        above: alarm.threshold().unwrap_or(f64::NAN),
        points: alarm.datapoints_to_alarm().or(alarm.evaluation_periods()).unwrap_or(0),
        of: alarm.evaluation_periods().unwrap_or(0),
    };
    let comparison = alarm.comparison_operator().map_or("", |c| c.as_str());
    if comparison == "GreaterThanThreshold" {
        watched.text()
    } else {
        format!("{comparison} {}", watched.text())
    }
}

/// One attribute a kind, and whether all members have them all.
pub fn fold(session: &Session, observed: &mut Observed, members: &[String]) {
    let prefix = names::alarm_prefix(session.name());
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut watched: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in &observed.computed {
        let Some((member, kind)) = name.strip_prefix(&prefix).and_then(|rest| rest.rsplit_once('/')) else {
            continue;
        };
        kinds.entry(kind.to_owned()).or_default().insert(text.clone());
        watched.entry(member.to_owned()).or_default().insert(kind.to_owned());
    }
    let whole = |member: &String| watched.get(member).is_some_and(|has| has.len() == kinds.len());
    let missing = members.iter().filter(|m| !whole(m)).count();
    let gone: Vec<&String> = watched.keys().filter(|m| !members.contains(m)).collect();
    let watched = members.len() - missing;
    let nodes: Value = match (missing, gone.len()) {
        (0, 0) => i64::try_from(watched).unwrap_or(i64::MAX).into(),
        (_, 0) => format!("{watched} of {}", members.len()).into(),
        (_, more) => format!("{watched} of {}, and {more} that are gone", members.len()).into(),
    };
    let region = session.opening.region.as_str();
    let mut resource = observed.resource.clone().with(NODES, nodes).with("region", region);
    for (kind, texts) in kinds {
        let text: Vec<String> = texts.into_iter().collect();
        resource = resource.with(&kind, text.join(" or "));
    }
    observed.resource = resource;
}
