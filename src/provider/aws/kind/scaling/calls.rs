//! The calls that set them, and that hold them while the group is changed.

use crate::plan::{Observed, Value};
use crate::plan::{Plan, State};
use crate::provider::aws::actions::Action;
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, scale};
use crate::provider::call::{CallError, Refusal};
use crate::provider::kind::Work;
use crate::provider::reconcile::Argument;
use crate::provider::{Outcome, Task, look};
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableTargetAction, ServiceNamespace,
    SuspendedState, TargetTrackingScalingPolicyConfiguration,
};
use std::collections::BTreeMap;

const WORDS: [&str; 2] = ["shards", "replicas"];

/// Makes, changes or removes all of it.
pub async fn set(work: &Work<'_, Session>, on: bool) -> Result<Outcome, CallError> {
    for word in WORDS {
        let wanted = work.all.get(word).and_then(Value::as_text).filter(|range| *range != scale::NONE);
        match wanted.filter(|_| on) {
            Some(range) => register(work, word, range).await?,
            None => deregister(work, word).await?,
        }
    }
    if on {
        for word in WORDS {
            let target = work.all.get(&format!("{word}_target")).and_then(Value::as_text);
            if let Some(target) = target.filter(|target| *target != scale::NONE) {
                policy(work, word, target).await?;
            }
        }
        schedule(work).await?;
    }
    Ok(Outcome::Done)
}

async fn register(work: &Work<'_, Session>, word: &str, range: &str) -> Result<(), CallError> {
    let (scaling, id) = (&work.cloud.scaling, scale::resource_id(work.cloud.name()));
    if is_same(work, word) && !waits(work.is, word) {
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
    work.cloud.write(Action::RegisterScalableTarget, call).await?;
    Ok(())
}

fn suspended(all: bool) -> SuspendedState {
    SuspendedState::builder()
        .dynamic_scaling_in_suspended(all)
        .dynamic_scaling_out_suspended(all)
        .scheduled_scaling_suspended(all)
        .build()
}

fn waits(is: Option<&Observed>, word: &str) -> bool {
    let words = is.and_then(|o| o.resource.attributes.get("suspended")).and_then(Value::as_texts);
    words.is_some_and(|words| words.contains(&word))
}

/// Holds automatic scaling while a step changes the group: one change at a time is all that the service takes.
pub async fn pause(work: &Work<'_, Session>) -> Result<(), CallError> {
    let Some(is) = target(work).await? else { return Ok(()) };
    for word in WORDS {
        let range = is.resource.attributes.get(word).and_then(Value::as_text);
        if range.is_none_or(|range| range == scale::NONE) || waits(Some(&is), word) {
            continue;
        }
        let call = work
            .cloud
            .scaling
            .register_scalable_target()
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.cloud.name()))
            .scalable_dimension(scale::dimension(word))
            .suspended_state(suspended(true))
            .send();
        if let Err(error) = work.cloud.write(Action::RegisterScalableTarget, call).await {
            // It may have gone meanwhile, by a step of the same plan: then there is nothing to hold.
            if error.is_passing() || target(work).await?.is_some() {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// Whether it is held.
pub async fn is_held(work: &Work<'_, Session>) -> Result<bool, CallError> {
    let target = target(work).await?;
    Ok(WORDS.iter().any(|word| waits(target.as_ref(), word)))
}

/// Lets it go on within the range that the plan is for: an older one could undo the step at once.
pub async fn resume(work: &Work<'_, Session>) -> Result<(), CallError> {
    let Some(is) = target(work).await? else { return Ok(()) };
    for word in WORDS {
        let range = work.context.get(&format!("scaling_{word}")).and_then(Value::as_text);
        if let Some(range) = range.filter(|r| *r != scale::NONE && waits(Some(&is), word)) {
            let lines = is.resource.attributes.get("schedule").and_then(Value::as_texts).unwrap_or_default();
            let now = is.resource.attributes.get(word).and_then(Value::as_text).unwrap_or_default();
            // What the clock has set meanwhile stays.
            let range = if scale::within_the_clock(range, now, &lines) { now } else { range };
            register(&work.with(&is), word, range).await?;
        }
    }
    Ok(())
}

/// A run has ended before its time: automatic scaling that a step holds goes on where the group is at rest. Says that it is
/// still held, where it is.
pub async fn stopped(session: &Session, plan: &Plan) -> Option<String> {
    let mut of_group = plan.steps.iter().filter(|s| s.address.kind == names::REPLICATION_GROUP);
    let (step, argument) = of_group.find_map(|step| {
        let argument: Argument = serde_json::from_value(step.argument.clone()).ok()?;
        argument.context.contains_key("scaling").then_some((step, argument))
    })?;
    let name = session.name();
    let held = |why: String| {
        format!("automatic scaling of {name} is held ({why}); the next `cachefit apply` lets it go on")
    };
    let unread = |error: CallError| {
        format!(
            "whether automatic scaling of {name} is held could not be read ({}); the next `cachefit apply` lets it go on",
            error.message
        )
    };
    let is = match look::one(session, &step.address).await {
        Ok(is) => is?,
        Err(error) => return Some(unread(error)),
    };
    let (task, all) = (Task::new(step, None, ""), BTreeMap::new());
    let (set, context) = (argument.set, &argument.context);
    let work = Work { cloud: session, task: &task, is: Some(&is), set, all: &all, context };
    match is_held(&work).await {
        Ok(false) => return None,
        Ok(true) => {}
        Err(error) => return Some(unread(error)),
    }
    match &is.state {
        State::Ready => {}
        State::Busy { what } | State::Broken { why: what } => return Some(held(what.clone())),
    }
    resume(&work).await.err().map(|error| held(error.message))
}

/// The scaling of the group, where the plan has seen some.
async fn target(work: &Work<'_, Session>) -> Result<Option<Observed>, CallError> {
    if !work.context.contains_key("scaling") {
        return Ok(None);
    }
    look::one(work.cloud, &names::address(names::SCALING, work.cloud.name())).await
}

/// Policies and scheduled actions of the target go with it.
async fn deregister(work: &Work<'_, Session>, word: &str) -> Result<(), CallError> {
    let range = work.is.and_then(|o| o.resource.attributes.get(word)).and_then(Value::as_text);
    if range.is_none_or(|range| range == scale::NONE) {
        return Ok(());
    }
    let call = work
        .cloud
        .scaling
        .deregister_scalable_target()
        .service_namespace(ServiceNamespace::Elasticache)
        .resource_id(scale::resource_id(work.cloud.name()))
        .scalable_dimension(scale::dimension(word))
        .send();
    match work.cloud.write(Action::DeregisterScalableTarget, call).await {
        Err(error) if error.kind != Refusal::Absent => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether an attribute is as it should be already.
fn is_same(work: &Work<'_, Session>, name: &str) -> bool {
    let is = work.is.and_then(|o| o.resource.attributes.get(name));
    is.is_some() && is == work.all.get(name)
}

async fn policy(work: &Work<'_, Session>, word: &str, target: &str) -> Result<(), CallError> {
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
        .cloud
        .scaling
        .put_scaling_policy()
        .policy_name(scale::policy_name(work.cloud.name(), word))
        .service_namespace(ServiceNamespace::Elasticache)
        .resource_id(scale::resource_id(work.cloud.name()))
        .scalable_dimension(scale::dimension(word))
        .policy_type(PolicyType::TargetTrackingScaling)
        .target_tracking_scaling_policy_configuration(tracking)
        .send();
    work.cloud.write(Action::PutScalingPolicy, call).await?;
    Ok(())
}

/// One action a line, named after its hour; actions of hours that are not asked for go.
async fn schedule(work: &Work<'_, Session>) -> Result<(), CallError> {
    let today = work.is.and_then(|o| o.resource.attributes.get("schedule")).and_then(Value::as_texts);
    let wanted = work.texts("schedule");
    let name = |cron: &str| {
        let words: Vec<&str> = cron.trim_start_matches("cron(").split(' ').collect();
        let part = |i: usize| words.get(i).copied().unwrap_or("0");
        format!("cachefit-{}-replicas-{}-{}", work.cloud.name(), part(1), part(0))
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
            .cloud
            .scaling
            .put_scheduled_action()
            .scheduled_action_name(name(cron))
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.cloud.name()))
            .scalable_dimension(scale::dimension("replicas"))
            .schedule(cron)
            .timezone(zone)
            .scalable_target_action(ScalableTargetAction::builder().min_capacity(least).build())
            .send();
        work.cloud.write(Action::PutScheduledAction, call).await?;
    }
    for line in today.unwrap_or_default() {
        // An action is named after its hour, whatever its zone: one that is wanted has just been set.
        let Some((cron, _)) = line.split_once(") ") else { continue };
        if wanted.iter().any(|w| w.starts_with(cron)) {
            continue;
        }
        let call = work
            .cloud
            .scaling
            .delete_scheduled_action()
            .scheduled_action_name(name(cron))
            .service_namespace(ServiceNamespace::Elasticache)
            .resource_id(scale::resource_id(work.cloud.name()))
            .scalable_dimension(scale::dimension("replicas"))
            .send();
        match work.cloud.write(Action::DeleteScheduledAction, call).await {
            Err(error) if error.kind != Refusal::Absent => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
