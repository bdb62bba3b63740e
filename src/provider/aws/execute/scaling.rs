//! Scalable targets, policies and scheduled actions.

use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableTargetAction, ServiceNamespace,
    SuspendedState, TargetTrackingScalingPolicyConfiguration,
};

use super::Work;
use crate::plan::{Observed, Value};
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::{AwsError, Kind};
use crate::provider::aws::names;
use crate::provider::aws::observe;
use crate::provider::aws::scale;

const WORDS: [&str; 2] = ["shards", "replicas"];

/// Makes, changes or removes all of it.
pub async fn scaling(work: &Work<'_>) -> Result<Outcome, AwsError> {
    for word in WORDS {
        let wanted =
            work.argument.all.get(word).and_then(Value::as_text).filter(|range| *range != scale::NONE);
        match wanted.filter(|_| work.step.verb != "delete") {
            Some(range) => register(work, word, range).await?,
            None => deregister(work, word).await?,
        }
    }
    if work.step.verb != "delete" {
        for word in WORDS {
            let target = work.argument.all.get(&format!("{word}_target")).and_then(Value::as_text);
            if let Some(target) = target.filter(|target| *target != scale::NONE) {
                policy(work, word, target).await?;
            }
        }
        schedule(work).await?;
    }
    Ok(Outcome::Done)
}

async fn register(work: &Work<'_>, word: &str, range: &str) -> Result<(), AwsError> {
    let (scaling, id) = (&work.session.scaling, scale::resource_id(work.session.name()));
    if is_same(work, word) && !is_suspended(work.is, word) {
        return Ok(());
    }
    let Some((least, most)) =
        range.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
    else {
        return Err(work.refused(&format!("`{range}` is no range")));
    };
    let call = scaling
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Elasticache)
        .resource_id(id)
        .scalable_dimension(scale::dimension(word))
        .min_capacity(least)
        .max_capacity(most)
        .suspended_state(suspended(false))
        .send();
    work.session.write(Action::RegisterScalableTarget, call).await.map(|_| ())
}

fn suspended(all: bool) -> SuspendedState {
    SuspendedState::builder()
        .dynamic_scaling_in_suspended(all)
        .dynamic_scaling_out_suspended(all)
        .scheduled_scaling_suspended(all)
        .build()
}

fn is_suspended(is: Option<&Observed>, word: &str) -> bool {
    let words = is.and_then(|o| o.resource.attributes.get("suspended")).and_then(Value::as_texts);
    words.is_some_and(|words| words.contains(&word))
}

/// Holds automatic scaling while a step changes the group: one change at a time is all that the service takes.
pub async fn pause(work: &Work<'_>) -> Result<(), AwsError> {
    let Some(is) = target(work).await? else { return Ok(()) };
    for word in WORDS {
        let range = is.resource.attributes.get(word).and_then(Value::as_text);
        if range.is_none_or(|range| range == scale::NONE) || is_suspended(Some(&is), word) {
            continue;
        }
        let call = work
            .session
            .scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.session.name()))
            .scalable_dimension(scale::dimension(word))
            .suspended_state(suspended(true))
            .send();
        if let Err(error) = work.session.write(Action::RegisterScalableTarget, call).await {
            // It may have gone meanwhile, by a step of the same plan: then there is nothing to hold.
            if error.is_passing() || target(work).await?.is_some() {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Whether it is held.
pub async fn is_held(work: &Work<'_>) -> Result<bool, AwsError> {
    let target = target(work).await?;
    Ok(WORDS.iter().any(|word| is_suspended(target.as_ref(), word)))
}

/// Lets it go on within the range that the plan is for: an older one could undo the step at once.
pub async fn resume(work: &Work<'_>) -> Result<(), AwsError> {
    let Some(is) = target(work).await? else { return Ok(()) };
    for word in WORDS {
        let range = work.argument.context.get(&format!("scaling_{word}")).and_then(Value::as_text);
        if let Some(range) = range.filter(|r| *r != scale::NONE && is_suspended(Some(&is), word)) {
            let lines = is.resource.attributes.get("schedule").and_then(Value::as_texts).unwrap_or_default();
            let now = is.resource.attributes.get(word).and_then(Value::as_text).unwrap_or_default();
            // What the clock has set meanwhile stays.
            let range = if scale::within_the_clock(range, now, &lines) { now } else { range };
            register(&Work { is: Some(&is), ..*work }, word, range).await?;
        }
    }
    Ok(())
}

/// The scaling of the group, where the plan has seen some.
async fn target(work: &Work<'_>) -> Result<Option<Observed>, AwsError> {
    if !work.argument.context.contains_key("scaling") {
        return Ok(None);
    }
    observe::one(work.session, &names::address(names::SCALING, work.session.name())).await
}

/// Policies and scheduled actions of the target go with it.
async fn deregister(work: &Work<'_>, word: &str) -> Result<(), AwsError> {
    let range = work.is.and_then(|o| o.resource.attributes.get(word)).and_then(Value::as_text);
    if range.is_none_or(|range| range == scale::NONE) {
        return Ok(());
    }
    let call = work
        .session
        .scaling
        .deregister_scalable_target()
        .service_namespace(ServiceNamespace::Elasticache)
        .resource_id(scale::resource_id(work.session.name()))
        .scalable_dimension(scale::dimension(word))
        .send();
    match work.session.write(Action::DeregisterScalableTarget, call).await {
        Err(error) if error.kind != Kind::Absent => Err(error),
        _ => Ok(()),
    }
}

/// Whether an attribute is as it should be already.
fn is_same(work: &Work<'_>, name: &str) -> bool {
    let is = work.is.and_then(|o| o.resource.attributes.get(name));
    is.is_some() && is == work.argument.all.get(name)
}

async fn policy(work: &Work<'_>, word: &str, target: &str) -> Result<(), AwsError> {
    if is_same(work, &format!("{word}_target")) {
        return Ok(());
    }
    let Some((metric, at)) = target.split_once(" at ").and_then(|(m, at)| Some((m, at.parse().ok()?))) else {
        return Err(work.refused(&format!("`{target}` is no target")));
    };
    let unfit = |error: aws_smithy_types::error::operation::BuildError| work.refused(&error.to_string());
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::from(metric))
        .build()
        .map_err(unfit)?;
    let tracking = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(at)
        .predefined_metric_specification(metric)
        .build()
        .map_err(unfit)?;
    let call = work
        .session
        .scaling
        .put_scaling_policy()
        .policy_name(scale::policy_name(work.session.name(), word))
        .service_namespace(ServiceNamespace::Elasticache)
        .resource_id(scale::resource_id(work.session.name()))
        .scalable_dimension(scale::dimension(word))
        .policy_type(PolicyType::TargetTrackingScaling)
        .target_tracking_scaling_policy_configuration(tracking)
        .send();
    work.session.write(Action::PutScalingPolicy, call).await.map(|_| ())
}

/// One action a line, named after its hour; actions of hours that are not asked for go.
async fn schedule(work: &Work<'_>) -> Result<(), AwsError> {
    let today = work.is.and_then(|o| o.resource.attributes.get("schedule")).and_then(Value::as_texts);
    let wanted = work.argument.texts("schedule");
    let name = |cron: &str| {
        let words: Vec<&str> = cron.trim_start_matches("cron(").split(' ').collect();
        let part = |i: usize| words.get(i).copied().unwrap_or("0");
        format!("cachefit-{}-replicas-{}-{}", work.session.name(), part(1), part(0))
    };
    for line in &wanted {
        if today.as_ref().is_some_and(|lines| lines.contains(&line.as_str())) {
            continue;
        }
        let parsed = line
            .split_once(" at least ")
            .and_then(|(when, rest)| Some((when, rest.split(' ').next()?.parse::<i32>().ok()?)))
            .and_then(|(when, least)| Some((when.rsplit_once(' ')?, least)));
        let Some(((cron, zone), least)) = parsed else {
            return Err(work.refused(&format!("`{line}` is no schedule")));
        };
        let call = work
            .session
            .scaling
            .put_scheduled_action()
            .scheduled_action_name(name(cron))
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.session.name()))
            .scalable_dimension(scale::dimension("replicas"))
            .schedule(cron)
            .timezone(zone)
            .scalable_target_action(ScalableTargetAction::builder().min_capacity(least).build())
            .send();
        work.session.write(Action::PutScheduledAction, call).await?;
    }
    for line in today.unwrap_or_default() {
        // An action is named after its hour, whatever its zone: one that is wanted has just been set.
        let Some((cron, _)) = line.split_once(") ") else { continue };
        if wanted.iter().any(|w| w.starts_with(cron)) {
            continue;
        }
        let call = work
            .session
            .scaling
            .delete_scheduled_action()
            .scheduled_action_name(name(cron))
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.session.name()))
            .scalable_dimension(scale::dimension("replicas"))
            .send();
        match work.session.write(Action::DeleteScheduledAction, call).await {
            Err(error) if error.kind != Kind::Absent => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
