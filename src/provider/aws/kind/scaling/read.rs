//! Targets, policies and scheduled actions as they are.

use crate::plan::{Observed, Ownership, Value};
use crate::provider::aws::actions::Action;
use crate::provider::aws::error::AwsError;
use crate::provider::aws::found::{found, texts};
use crate::provider::aws::session::Session;
use crate::provider::aws::{names, scale};
use crate::provider::call::Refusal;
use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTargetAction, ServiceNamespace, SuspendedState,
};

/// The scaling of the deployment. Only a group in cluster mode can have any, so only then it is asked for.
pub async fn scaling(session: &Session, others: &[Observed]) -> Result<Vec<Observed>, AwsError> {
    let group = others.iter().find(|o| o.resource.address.kind == names::REPLICATION_GROUP);
    let clustered = |o: &Observed| {
        let mode = o.resource.attributes.get("cluster_mode").and_then(Value::as_text);
        mode.is_none_or(|mode| mode != "disabled")
    };
    let Some(group) = group.filter(|o| clustered(o)) else { return Ok(Vec::new()) };
    let id = scale::resource_id(session.name());
    let call = || {
        let call =
            session.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Elasticache);
        call.resource_ids(&id).send()
    };
    let targets = match session.read(Action::DescribeScalableTargets, call).await {
        Ok(answer) => answer.scalable_targets.unwrap_or_default(),
        Err(error) if matches!(error.kind, Refusal::NotOffered | Refusal::Absent) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let mut observed = found(names::SCALING, session.name());
    observed.resource.depends_on.push(group.resource.address.clone());
    let mut resource = observed
        .resource
        .clone()
        .with("region", session.opening.region.as_str())
        .with("replicas", scale::NONE)
        .with("replicas_target", scale::NONE);
    for target in &targets {
        let range = format!("{}..{}", target.min_capacity(), target.max_capacity());
        resource = resource.with(scale::word(target.scalable_dimension()), range);
    }
    let suspended = targets.iter().filter(|t| t.suspended_state().is_some_and(is_suspended));
    resource = resource.with("suspended", texts(suspended.map(|t| scale::word(t.scalable_dimension()))));
    let policies = policies(session, &id);
    let (policies, schedules) = futures_util::future::try_join(policies, schedules(session, &id)).await?;
    observed.ownership = owner(session, group, &policies);
    for (name, text) in policies.iter().filter_map(|(_, tracking)| tracking.clone()) {
        resource = resource.with(&name, text);
    }
    observed.resource = resource.with("schedule", schedules);
    Ok(vec![observed])
}

/// Whether any of it waits, for us or for people who had a reason.
fn is_suspended(state: &SuspendedState) -> bool {
    let flags = [
        state.dynamic_scaling_in_suspended(),
        state.dynamic_scaling_out_suspended(),
        state.scheduled_scaling_suspended(),
    ];
    flags.contains(&Some(true))
}

/// Targets have no name: policies tell whose they are. What an apply left that was cut short has none yet.
fn owner(session: &Session, group: &Observed, policies: &[Policy]) -> Ownership {
    let ours = scale::policy_name(session.name(), "");
    let is_ours = policies.is_empty() || policies.iter().any(|(name, _)| name.starts_with(&ours));
    if is_ours || group.ownership != Ownership::Ours {
        return group.ownership.clone();
    }
    let names: Vec<&str> = policies.iter().map(|(name, _)| name.as_str()).collect();
    Ownership::Foreign { why: format!("the group scales by the policies of others: {}", names.join(", ")) }
}

/// The name of a policy; attribute and text of one that tracks a target.
type Policy = (String, Option<(String, String)>);

async fn policies(session: &Session, id: &str) -> Result<Vec<Policy>, AwsError> {
    let call = || {
        let call =
            session.scaling.describe_scaling_policies().service_namespace(ServiceNamespace::Elasticache);
        call.resource_id(id).send()
    };
    let answer = session.read(Action::DescribeScalingPolicies, call).await?;
    let text = |policy: &aws_sdk_applicationautoscaling::types::ScalingPolicy| {
        let tracking = policy.target_tracking_scaling_policy_configuration()?;
        let metric = tracking.predefined_metric_specification()?.predefined_metric_type().as_str().to_owned();
        let name = format!("{}_target", scale::word(policy.scalable_dimension()));
        Some((name, format!("{metric} at {}", tracking.target_value())))
    };
    Ok(answer
        .scaling_policies()
        .iter()
        .map(|policy| (policy.policy_name().to_owned(), text(policy)))
        .collect())
}

async fn schedules(session: &Session, id: &str) -> Result<Vec<String>, AwsError> {
    let call = || {
        let call =
            session.scaling.describe_scheduled_actions().service_namespace(ServiceNamespace::Elasticache);
        call.resource_id(id).send()
    };
    let answer = session.read(Action::DescribeScheduledActions, call).await?;
    let mut lines: Vec<String> = answer
        .scheduled_actions()
        .iter()
        .map(|action| {
            let least =
                action.scalable_target_action().and_then(ScalableTargetAction::min_capacity).unwrap_or(0);
            let dimension = action.scalable_dimension().cloned();
            let word =
                scale::word(&dimension.unwrap_or(ScalableDimension::ElastiCacheReplicationGroupReplicas));
            let zone = action.timezone().unwrap_or("UTC");
            format!("{} {zone} at least {least} {word}", action.schedule())
        })
        .collect();
    lines.sort_unstable();
    Ok(lines)
}
