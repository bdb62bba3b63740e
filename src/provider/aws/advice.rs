//! What people should know beside the plan, and proofs that a step is safe before it is planned.

use crate::provider::call::Refusal;
use std::collections::BTreeSet;

use aws_sdk_iam::types::PolicyEvaluationDecisionType as Decision;
use jiff::Timestamp;

use super::actions::Action;
use super::fit::{self, Room};
use super::kind::alarms;
use super::kind::parameter_group::left_behind;
use super::network::Network;
use super::session::Session;
use super::{names, scale};
use crate::plan::{Change, Confirmation, Ownership, PlannedStep, Value};
use crate::profile::Auth;
use crate::provider::cloud::Wanted;
use crate::provider::reconcile::Argument;
use crate::provider::{ProviderError, World};
use crate::units::Source;

/// Notes on the network, on the roles of the functions, on scaling.
pub async fn notes(session: &Session, wanted: &Wanted<'_, Session>) -> Vec<String> {
    let mut all = Vec::new();
    let network = &wanted.callers.network;
    if let (true, Some(vpc)) = (network.is_default, &network.vpc) {
        all.push(format!(
            "no function is named under placement.functions: the cache goes into the default VPC {vpc}, and nothing can reach it \
             yet; add the functions, or security.allow_from"
        ));
    }
    all.extend(alerts(wanted));
    all.extend(concurrency(wanted));
    all.extend(network.elsewhere.iter().map(|function| {
        format!(
            "{} is in {}: it reaches a cache in {} only where the two networks are joined, and only if \
             `security.allow_from` lets its addresses in",
            function.name,
            function.region,
            wanted.region()
        )
    }));
    all.extend(updates(session, wanted).await);
    if wanted.profile.security.users.is_empty() {
        all.push("the profile has no users: whoever reaches the cache may do everything with it".to_owned());
    }
    let left = left_behind(wanted);
    if !left.is_empty() {
        all.push(format!(
            "parameters have other names from version 7 on, so these are not carried over: {}",
            left.join(", ")
        ));
    }
    all.extend(roles(session, wanted).await);
    let assumed = matches!(wanted.profile.traffic.time_zone.source, Source::Assumed { .. });
    if assumed
        && scale::wanted(
            wanted.deployment,
            wanted.profile,
            crate::plan::Resource::new(names::address(names::SCALING, "")),
        )
        .is_some()
    {
        all.push(
            "the hours of the traffic's shape are taken for UTC where replicas follow the clock: `traffic.time_zone` \
             says otherwise"
                .to_owned(),
        );
    }
    all
}

/// Whom the alarms notify, for us and for others.
fn alerts(wanted: &Wanted<'_, Session>) -> Vec<String> {
    let mut all = Vec::new();
    let there = wanted.seen(&names::address(names::ALARMS, wanted.name()));
    let there = there.filter(|o| o.ownership == Ownership::Ours);
    let fact = |name: &str| there.and_then(|o| o.computed.get(name)).map(|text| text.replace(' ', ", "));
    let others = fact(alarms::OTHERS);
    match (wanted.profile.requirements.alerts.is_empty(), &others) {
        (true, None) => {
            all.push("the alarms notify nobody: name topics of SNS in `requirements.alerts`".to_owned());
        }
        (false, _) => all.push(format!(
            "the alarms notify {}; whether these topics are there is not checked (`aws sns get-topic-attributes --topic-arn ARN` \
             tells); SNS bills what it delivers, which is unknown and not in the plan's total",
            wanted.profile.requirements.alerts.join(", ")
        )),
        (true, Some(_)) => {}
    }
    if let Some(others) = others {
        all.push(format!("others let the alarms notify {others}, which stays"));
    }
    if let Some(silent) = fact(alarms::SILENT) {
        all.push(format!("others have switched the actions of these alarms off, which stays: {silent}"));
    }
    all
}

/// Declared concurrency against what holds the functions to it.
fn concurrency(wanted: &Wanted<'_, Session>) -> Vec<String> {
    let declared = &wanted.profile.placement.functions;
    let note = |function: &super::network::Function| {
        let peak = declared.iter().find(|f| f.name == function.name)?.peak_concurrency.value.high.0 as u32;
        match function.reserved_concurrency {
            Some(limit) if limit < peak => Some(format!(
                "{} may run {limit} times at once (reserved concurrency), the profile counts on {peak}",
                function.name
            )),
            Some(limit) if limit > peak => Some(format!(
                "{} may run {limit} times at once, more than the {peak} of the profile: its connections are not bounded by it",
                function.name
            )),
            Some(_) => None,
            None => Some(format!(
                "{} has no reserved concurrency: nothing holds it to the {peak} instances of the profile",
                function.name
            )),
        }
    };
    wanted.callers.network.functions.iter().filter_map(note).collect()
}

/// Updates of the service that wait for this cache, with the day by which they should be in.
async fn updates(session: &Session, wanted: &Wanted<'_, Session>) -> Vec<String> {
    use aws_sdk_elasticache::types::UpdateActionStatus::{
        InProgress, NotApplied, Scheduled, Scheduling, WaitingToStart,
    };
    if wanted.is_serverless()
        || wanted.seen(&names::address(names::REPLICATION_GROUP, wanted.name())).is_none()
    {
        return Vec::new();
    }
    let waits = vec![NotApplied, Scheduling, Scheduled, WaitingToStart, InProgress];
    let call = || {
        let call = session.cache.describe_update_actions().replication_group_ids(session.name());
        call.set_update_action_status(Some(waits.clone())).send()
    };
    let answer = match session.read(Action::DescribeUpdateActions, call).await {
        Ok(answer) => answer,
        Err(error) if error.kind == Refusal::NotOffered => return Vec::new(),
        Err(error) => {
            let why = ProviderError::from(error);
            return vec![format!("whether updates of the service wait could not be read: {why}")];
        }
    };
    let line = |update: &aws_sdk_elasticache::types::UpdateAction| {
        let name = update.service_update_name()?;
        let severity = update.service_update_severity().map_or("", |s| s.as_str());
        let status = update.update_action_status().map_or("", |s| s.as_str());
        let day = update.service_update_recommended_apply_by_date();
        let day = day.and_then(|day| Timestamp::from_second(day.secs()).ok());
        let by = day.map_or_else(String::new, |day| format!(", to be in by {}", day.strftime("%Y-%m-%d")));
        Some(format!(
            "the service's update {name} ({severity}) is {status}{by}: `aws elasticache batch-apply-update-action \
             --service-update-name {name} --replication-group-ids {}` takes it in, node by node",
            session.name()
        ))
    };
    let mut lines: Vec<String> = answer.update_actions().iter().filter_map(line).collect();
    lines.sort_unstable();
    lines
}

/// The statement that each function's role needs for sign-in by IAM, where it does not have it.
async fn roles(session: &Session, wanted: &Wanted<'_, Session>) -> Vec<String> {
    let by_iam = wanted.profile.security.users.iter().filter(|u| u.auth.value == Auth::Iam);
    let users: Vec<String> = by_iam.map(|u| names::user_id(wanted.name(), &u.name, Auth::Iam)).collect();
    let functions = wanted.callers.network.functions.iter().chain(&wanted.callers.network.elsewhere);
    let roles: BTreeSet<&str> = functions.filter_map(|f| f.role.as_deref()).collect();
    let Some(place) = place(&wanted.callers.network, wanted.region()).filter(|_| !users.is_empty()) else {
        return Vec::new();
    };
    let cache = if wanted.is_serverless() { "serverlesscache" } else { "replicationgroup" };
    let mut arns = vec![format!("{place}:{cache}:{}", wanted.name())];
    arns.extend(users.iter().map(|id| format!("{place}:user:{id}")));
    let statement =
        serde_json::json!({ "Effect": "Allow", "Action": "elasticache:Connect", "Resource": arns });
    let checks = roles.iter().map(|role| may_connect(session, role, &arns));
    let checked = futures_util::future::join_all(checks).await;
    let mut all = Vec::new();
    for (role, may) in roles.iter().zip(checked) {
        match may {
            Some(true) => {}
            Some(false) => all.push(format!("the role {role} may not sign in yet; it needs: {statement}")),
            None => all.push(format!(
                "whether the role {role} may sign in could not be checked (iam:SimulatePrincipalPolicy); it needs: {statement}"
            )),
        }
    }
    all
}

/// `arn:aws:elasticache:us-east-1:123456789012`, with the account of a function.
fn place(network: &Network, region: &str) -> Option<String> {
    let parts: Vec<&str> = network.functions.first()?.arn.split(':').collect();
    let [_, partition, _, _, account, ..] = parts[..] else { return None };
    Some(format!("arn:{partition}:elasticache:{region}:{account}"))
}

async fn may_connect(session: &Session, role: &str, arns: &[String]) -> Option<bool> {
    let call = || {
        let call = session.iam.simulate_principal_policy().policy_source_arn(role);
        call.action_names("elasticache:Connect").set_resource_arns(Some(arns.to_vec())).send()
    };
    // That it cannot be checked is said, and no reason to stop.
    let answer = session.read(Action::SimulatePrincipalPolicy, call).await.ok()?;
    let results = answer.evaluation_results();
    let allowed = |result: &aws_sdk_iam::types::EvaluationResult| {
        let each = result.resource_specific_results();
        result.eval_decision() == &Decision::Allowed
            && each.iter().all(|r| r.eval_resource_decision() == &Decision::Allowed)
    };
    (!results.is_empty()).then(|| results.iter().all(allowed))
}

/// Holds planned steps against what the service allows, and a smaller cache against what it holds.
pub async fn prove(
    session: &Session,
    change: &Change,
    world: &World<'_>,
    drafts: &mut [PlannedStep],
) -> Result<(), ProviderError> {
    if change.address.kind != names::REPLICATION_GROUP {
        return Ok(());
    }
    let Some(is) = world.ours(&change.address) else { return Ok(()) };
    let text = |name: &str| is.resource.attributes.get(name).and_then(Value::as_text);
    let shards = is.resource.attributes.get("shards").and_then(Value::as_number);
    let mut room = Room {
        node_type: text("node_type").unwrap_or_default().to_owned(),
        shards: shards.and_then(|n| usize::try_from(n).ok()).unwrap_or(1),
    };
    let mut used = None;
    for draft in drafts {
        let argument: Argument = serde_json::from_value(draft.argument.clone()).map_err(|error| {
            ProviderError::permanent(format!("the step {} is unreadable: {error}", draft.verb), None)
        })?;
        // The room that the step before it leaves, and that which it leaves itself.
        let mut then = room.clone();
        if let Some(wanted) = argument.set.get("node_type").and_then(Value::as_text) {
            allowed(session, &room.node_type, wanted).await?;
            wanted.clone_into(&mut then.node_type);
        }
        if let Some(wanted) = argument.set.get("shards").and_then(Value::as_number) {
            then.shards = usize::try_from(wanted).unwrap_or(1);
        }
        if fit::is_smaller(&room, &then) {
            if used.is_none() {
                used = Some(fit::used(session, is).await?);
            }
            let proof = match used.as_ref().and_then(Option::as_ref) {
                Some(used) => fit::prove(used, &room, &then)?,
                None => None,
            };
            match proof {
                Some(proof) => draft.proof = Some(proof),
                None => {
                    draft.gate = Some(Confirmation::data(
                        "make sure that the data fits into the smaller cache",
                        "no metrics of the last 14 days could be read for every shard; BytesUsedForCache of each must \
                                stay below the new type's memory",
                    ));
                }
            }
        }
        room = then;
    }
    Ok(())
}

/// The service names the types that a group can go to; others mean a new cache.
async fn allowed(session: &Session, today: &str, wanted: &str) -> Result<(), ProviderError> {
    let call =
        || session.cache.list_allowed_node_type_modifications().replication_group_id(session.name()).send();
    let answer = match session.read(Action::ListAllowedNodeTypeModifications, call).await {
        Ok(answer) => answer,
        Err(error) if matches!(error.kind, Refusal::NotOffered | Refusal::Busy) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut all: Vec<&str> = answer
        .scale_up_modifications()
        .iter()
        .chain(answer.scale_down_modifications())
        .map(String::as_str)
        .collect();
    if all.contains(&wanted) {
        return Ok(());
    }
    all.sort_unstable();
    let message = format!("AWS does not change {today} to {wanted} in place");
    let hint = format!("pin one of {}", all.join(", "));
    Err(ProviderError::permanent(message, Some(hint)))
}
