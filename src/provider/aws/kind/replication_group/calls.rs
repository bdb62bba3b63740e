//! The calls that make, change and delete a group.

use crate::plan::Value;
use crate::provider::Outcome;
use crate::provider::aws::actions::Action;
use crate::provider::aws::kind::CREATE_FAILED;
use crate::provider::aws::kind::replication_group::{logs, read};
use crate::provider::aws::kind::scaling;
use crate::provider::aws::names;
use crate::provider::aws::session::Session;
use crate::provider::call::{CallError, Refusal};
use crate::provider::kind::Work;
use aws_sdk_elasticache::types::{
    AuthTokenUpdateStrategyType, ClusterMode, Durability, IpDiscovery, NetworkType, TransitEncryptionMode,
};

/// Port of every cache.
const PORT: i32 = 6379;

pub async fn create(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let (a, name) = (work, work.name());
    let groups = work.group_ids(&a.texts("security_groups")).await?;
    let users = a.texts("user_groups");
    let call = work
        .cloud
        .cache
        .create_replication_group()
        .replication_group_id(name)
        .replication_group_description(work.description())
        .engine(a.text("engine"))
        .engine_version(a.text("engine_version"))
        .cache_node_type(a.text("node_type"))
        .cache_parameter_group_name(a.text("parameter_group"))
        .cache_subnet_group_name(a.text("subnet_group"))
        .set_security_group_ids(Some(groups))
        .port(PORT)
        .transit_encryption_enabled(a.text("tls") == "required")
        .at_rest_encryption_enabled(a.flag("at_rest_encryption"))
        .automatic_failover_enabled(a.flag("automatic_failover"))
        .multi_az_enabled(a.flag("multi_az"))
        .set_data_tiering_enabled(a.flag("data_tiering").then_some(true))
        .set_user_group_ids((!users.is_empty()).then_some(users))
        .snapshot_retention_limit(a.number("backup_days")?)
        .set_preferred_maintenance_window(a.maybe("maintenance_window"))
        .set_snapshot_window(a.maybe("backup_window"))
        .set_log_delivery_configurations(logs::wanted(a.all))
        .set_tags(Some(work.tags()));
    let call = call.set_snapshot_name(a.restored());
    let flag = |name: &str| a.all.get(name).and_then(Value::as_flag);
    // What a group had that is made anew: its key, its network, its durability.
    let call = call
        .set_auto_minor_version_upgrade(flag("auto_minor_version_upgrade"))
        .set_kms_key_id(a.maybe("kms_key"))
        .set_notification_topic_arn(a.maybe("notification_topic"))
        .set_network_type(a.maybe("network_type").map(|t| NetworkType::from(t.as_str())))
        .set_ip_discovery(a.maybe("ip_discovery").map(|t| IpDiscovery::from(t.as_str())))
        .set_durability(a.maybe("durability").map(|t| Durability::from(t.as_str())));
    let call = if a.text("cluster_mode") == "enabled" {
        let call = call.num_node_groups(a.number("shards")?).replicas_per_node_group(a.number("replicas")?);
        call.cluster_mode(ClusterMode::Enabled)
    } else {
        call.num_cache_clusters(1 + a.number::<i32>("replicas")?)
    };
    match work.cloud.write(Action::CreateReplicationGroup, call.send()).await {
        Err(error) if error.kind == Refusal::Exists && read::has_nodes(work.cloud).await? => {
            Ok(work.working("the nodes of the old one have not gone yet"))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(work.working("creating")),
    }
}

pub async fn delete(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    let Some(status) = work.is.map(|_| work.fact("status").unwrap_or_default()) else {
        // Its nodes go after it, and until then keep its name and what they use.
        let goes = read::has_nodes(work.cloud).await?;
        return Ok(if goes { work.working("its nodes have not gone yet") } else { Outcome::Done });
    };
    if status == "deleting" {
        return Ok(work.working("deleting"));
    }
    let wanted = work.context.contains_key("final_snapshot") && status != CREATE_FAILED;
    let created = work.fact("created").and_then(|t| t.parse().ok()).unwrap_or(0);
    let snapshot = wanted.then(|| names::final_snapshot(work.cloud.name(), created));
    let call = work
        .cloud
        .cache
        .delete_replication_group()
        .replication_group_id(work.name())
        .retain_primary_cluster(false)
        .set_final_snapshot_identifier(snapshot)
        .send();
    match work.cloud.write(Action::DeleteReplicationGroup, call).await {
        Err(error) if error.kind != Refusal::Absent => Err(error.into()),
        _ => Ok(work.working("deleting")),
    }
}

/// Holds automatic scaling, and asks for the change.
pub async fn update(work: &Work<'_, Session>) -> Result<Outcome, CallError> {
    if work.fact("status") == Some("snapshotting") {
        return Err(CallError::new(Refusal::Busy, "a backup is being taken; changes wait for its end"));
    }
    let verb = work.verb();
    if verb == "adopt" {
        adopt(work).await?;
        return Ok(work.working("the tags are being set"));
    }
    scaling::calls::pause(work).await?;
    match verb {
        "shards" => shards(work).await?,
        "more-replicas" | "fewer-replicas" => replicas(work, verb == "more-replicas").await?,
        _ => modify(work).await?,
    }
    Ok(work.working("the change has begun"))
}

/// Tags first, while they can be written; the description tells whose it is while they cannot be read.
async fn adopt(work: &Work<'_, Session>) -> Result<(), CallError> {
    work.tag_adopted().await?;
    if work.set.contains_key("description") { modify(work).await } else { Ok(()) }
}

async fn shards(work: &Work<'_, Session>) -> Result<(), CallError> {
    let count = work.number("shards")?;
    let wanted = usize::try_from(count).unwrap_or(0);
    let mut today: Vec<&str> = work.fact("node_groups").unwrap_or_default().split(' ').collect();
    today.sort_unstable();
    // Service-made ids are numbers with leading zeros, so the newest shards are the last ones.
    let remove: Vec<String> = today.iter().skip(wanted).map(|id| (*id).to_owned()).collect();
    let call = work
        .cloud
        .cache
        .modify_replication_group_shard_configuration()
        .replication_group_id(work.name())
        .node_group_count(count)
        .apply_immediately(true)
        .set_node_groups_to_remove((!remove.is_empty()).then_some(remove))
        .send();
    work.cloud.write(Action::ModifyReplicationGroupShardConfiguration, call).await?;
    Ok(())
}

async fn replicas(work: &Work<'_, Session>, more: bool) -> Result<(), CallError> {
    let (cache, count) = (&work.cloud.cache, work.number("replicas")?);
    if more {
        let call = cache.increase_replica_count().replication_group_id(work.name());
        let call = call.new_replica_count(count).apply_immediately(true).send();
        work.cloud.write(Action::IncreaseReplicaCount, call).await?;
        return Ok(());
    }
    let call = cache.decrease_replica_count().replication_group_id(work.name());
    let call = call.new_replica_count(count).apply_immediately(true).send();
    work.cloud.write(Action::DecreaseReplicaCount, call).await?;
    Ok(())
}

/// Everything that one call may change together. Never deferred: without the flag node type and version would wait for
/// the maintenance window.
async fn modify(work: &Work<'_, Session>) -> Result<(), CallError> {
    let set = &work.set;
    let text = |name: &str| set.get(name).and_then(Value::as_text).map(str::to_owned);
    let flag = |name: &str| set.get(name).and_then(Value::as_flag);
    let texts = |name: &str| -> Option<Vec<String>> {
        Some(set.get(name)?.as_texts()?.into_iter().map(str::to_owned).collect())
    };
    let groups = match texts("security_groups") {
        Some(names) => Some(work.group_ids(&names).await?),
        None => None,
    };
    let mut call = work
        .cloud
        .cache
        .modify_replication_group()
        .replication_group_id(work.name())
        .apply_immediately(true)
        .set_cache_node_type(text("node_type"))
        .set_engine(text("engine"))
        .set_engine_version(text("engine_version"))
        .set_cache_parameter_group_name(text("parameter_group"))
        .set_security_group_ids(groups)
        .set_automatic_failover_enabled(flag("automatic_failover"))
        .set_multi_az_enabled(flag("multi_az"))
        .set_replication_group_description(text("description"))
        .set_preferred_maintenance_window(text("maintenance_window"))
        .set_snapshot_window(text("backup_window"))
        .set_log_delivery_configurations(logs::changed(work))
        .set_cluster_mode(text("cluster_mode").map(|mode| ClusterMode::from(mode.as_str())));
    if set.contains_key("backup_days") {
        let days = work.number("backup_days")?;
        call = call.snapshot_retention_limit(days);
        call = call.set_snapshotting_cluster_id(snapshot_source(work, days));
    }
    call = match text("tls").as_deref() {
        Some("off") => call.transit_encryption_enabled(false),
        Some(mode) => {
            call.transit_encryption_enabled(true).transit_encryption_mode(TransitEncryptionMode::from(mode))
        }
        None => call,
    };
    if let Some(wanted) = texts("user_groups") {
        let today = work.is.and_then(|o| o.resource.attributes.get("user_groups"));
        let today: Vec<&str> = today.and_then(Value::as_texts).unwrap_or_default();
        let add: Vec<String> = wanted.iter().filter(|g| !today.contains(&g.as_str())).cloned().collect();
        let remove: Vec<String> =
            today.iter().filter(|g| !wanted.iter().any(|w| w == *g)).map(|g| (*g).to_owned()).collect();
        // The token goes in the same call, so that the cache is open to nobody in between.
        if work.context.contains_key("auth_token") && !add.is_empty() {
            call = call.auth_token_update_strategy(AuthTokenUpdateStrategyType::Delete);
        }
        call = if wanted.is_empty() {
            call.remove_user_groups(true)
        } else {
            call.set_user_group_ids_to_add((!add.is_empty()).then_some(add))
                .set_user_group_ids_to_remove((!remove.is_empty()).then_some(remove))
        };
    }
    work.cloud.write(Action::ModifyReplicationGroup, call.send()).await?;
    Ok(())
}

/// Without cluster mode the service must be told which member backups are taken from, when there were none.
fn snapshot_source(work: &Work<'_, Session>, days: i32) -> Option<String> {
    let is = &work.is?.resource.attributes;
    let clustered = is.get("cluster_mode").and_then(Value::as_text) != Some("disabled");
    let had = is.get("backup_days").and_then(Value::as_number).unwrap_or(0) > 0;
    if clustered || had || days == 0 || work.fact("snapshotting_cluster").is_some() {
        return None;
    }
    // The last member is a replica where there is one.
    work.fact("members")?.split(' ').next_back().map(str::to_owned)
}
